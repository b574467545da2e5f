"""The one layout of a rule text.

- Each item stands on lines of its own; at most one blank line, where the writer left some, parts it from the last one.
- A rule stands on one line if it fits into WIDTH columns, else each literal has a line, indented by 4.
- Alternatives have a line each, ending with `;`, if all fit; else a line with `;` alone stands between their literals.
- A fact or an atom that doesn't fit has a line for each argument; a parenthesised body and the braces of an aggregate
  are broken like a rule. A comparison is not broken, however long it is.
- A declaration is broken where it doesn't fit, or where an attribute has a doc comment: each attribute has a line.
- Annotations share lines up to WIDTH columns, before what they describe.
- Comments keep their text and their order; they stay above or behind the literal, attribute or item that they stood in.
- Numbers, strings and parentheses keep their spelling; an aggregate over one atom gets its braces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .parser import parse, tokens_of
from .words import Remark, Word, arrange, closing, columns, commented, flat, parted, pull, settle, split

WIDTH = 100
"""Columns of a line; a Chinese character takes two."""
_STEP = 4


def format_text(text: str, file: str) -> str:
    """The text in its canonical layout: the same tree, the same comments; formatting it again changes nothing.

    Raises PolicyError where the text has syntax errors.
    """
    parse(text, file)
    lines: list[str] = []
    words, rest = arrange(tokens_of(text, file))
    for item in _items(words):
        first, last = item[0], item[-1]
        _add(lines, first.above)
        first.above = []
        behind: list[Remark] = []
        if last.kind == "DOT" and last.above:
            behind = [*last.above, *map(Remark, last.beside)]
            last.above, last.beside = [], []
        laid = _item(item)
        _add(lines, [Remark(laid[0], first.gap), *map(Remark, laid[1:]), *behind])
    _add(lines, rest)
    return "".join(f"{line}\n" for line in lines)


def _add(lines: list[str], remarks: Sequence[Remark]) -> None:
    for remark in remarks:
        if remark.gap:
            lines.append("")
        lines.append(remark.text)


def _items(words: Sequence[Word]) -> Iterator[list[Word]]:
    """The words of each item: a directive has no mark at its end, but its shape tells."""
    start = index = 0
    while index < len(words):
        kind = words[index].kind
        if kind == "TYPE":
            index += 3
        elif kind == "DECL":
            while words[index].kind != "RPAREN":
                index += 1
        elif kind in ("INPUT", "OUTPUT"):
            index += 1
            while index + 1 < len(words) and words[index + 1].kind == "COMMA":
                index += 2
        elif kind != "DOT":
            index += 1
            continue
        yield list(words[start : index + 1])
        index += 1
        start = index


def _item(words: list[Word]) -> list[str]:
    lines, run, main = _notes(words, 0)
    lines += _flushed(run)
    kind = main[0].kind
    if kind == "DECL":
        return lines + _declaration(main)
    if any(word.kind == "IF" for word in main):
        return lines + _rule(main)
    if main[-1].kind == "DOT":
        above, kept, _ = settle(main[:-1], main[-1])
        return [*lines, *above, *_whole(main[:-1], 0, ".", kept)]
    return [*lines, *pull(main), _with(flat(main), main[-1].beside)]


def _with(text: str, comments: Sequence[str]) -> str:
    return "  ".join([text, " ".join(comments)]) if comments else text


def _notes(words: list[Word], indent: int) -> tuple[list[str], list[str], list[Word]]:
    """The lines of doc comments and annotations, the annotations that may still share a line, and the words behind."""
    lines: list[str] = []
    run: list[str] = []
    while words[0].kind in ("DOC", "AT"):
        size = 1 if words[0].kind == "DOC" else closing(words, 1) + 1
        note, words = words[:size], words[size:]
        comments, text = pull(note), flat(note)
        if comments or size == 1 or columns(" ".join([*run, text])) + indent > WIDTH:
            lines += _flushed(run)
            run = []
        lines += comments
        if size == 1:
            lines.append(text)
        else:
            run.append(text)
        if note[-1].beside:
            lines.append(_with(" ".join(run), note[-1].beside))
            run = []
    return lines, run, words


def _flushed(run: Sequence[str]) -> list[str]:
    return [" ".join(run)] if run else []


def _indented(lines: Sequence[str], indent: int) -> list[str]:
    return [" " * indent + line for line in lines]


# ── declarations ──


def _declaration(words: list[Word]) -> list[str]:
    start = next(index for index, word in enumerate(words) if word.kind == "LPAREN")
    header, inside, close = words[: start + 1], words[start + 1 : -1], words[-1]
    lines = pull(header if inside else words)
    text = flat(words)
    docs = any(word.kind == "DOC" for word in words)
    if not inside or (not docs and not commented(words) and columns(text) <= WIDTH):
        return [*lines, _with(text, close.beside)]
    lines.append(_with(flat(header), header[-1].beside))
    below: list[str] = []
    for attribute, comma in split(inside, "COMMA"):
        lines += _indented(below, _STEP)
        laid, below = _attribute(attribute, comma)
        lines += _indented(laid, _STEP)
    lines += _indented(pull([close]), _STEP)
    return [*lines, _with(")", close.beside)]


def _attribute(words: list[Word], comma: Word | None) -> tuple[list[str], list[str]]:
    """The lines of an attribute, and the comments that go below them."""
    lines, run, main = _notes(words, _STEP)
    above, kept, below = settle(main, comma)
    text = flat(main) + ("," if comma else "")
    if above or columns(" ".join([*run, text])) + _STEP > WIDTH:
        lines += _flushed(run)
        run = []
    return [*lines, *above, _with(" ".join([*run, text]), kept)], below


# ── rules ──


def _rule(words: list[Word]) -> list[str]:
    *words, dot = words
    arrow = next(index for index, word in enumerate(words) if word.kind == "IF")
    heads, sign, body = list(split(words[:arrow], "COMMA")), words[arrow], words[arrow + 1 :]
    lines = pull(heads[0][0])
    if not _parted(words) and columns(flat([*words, dot])) <= WIDTH:
        above, kept, _ = settle(words, dot)
        return [*lines, *above, _with(flat([*words, dot]), kept)]
    body[-1].beside += dot.beside
    one_line = not _parted(words[:arrow]) and columns(flat(words[: arrow + 1])) <= WIDTH
    laid, below = _heads(heads, sign)
    lines += [" ".join(laid)] if one_line and len(laid) == len(heads) else laid
    body[0].above[:0] = map(Remark, below)
    return lines + _body(body, _STEP, ".")


def _parted(words: Sequence[Word]) -> bool:
    return commented(words) or any(word.kind in ("DOC", "AT") for word in words)


def _heads(heads: Sequence[tuple[list[Word], Word | None]], sign: Word) -> tuple[list[str], list[str]]:
    """The lines of several heads, one each, and the comments that go below them."""
    lines: list[str] = []
    below: list[str] = []
    for head, comma in heads:
        notes, run, main = _notes(head, 0)
        lines += [*below, *notes, *_flushed(run)]
        above, kept, below = settle(main, comma or sign)
        lines += [*above, _with(flat([*main, comma or sign]), kept)]
    return lines, below


def _body(words: list[Word], indent: int, end: str) -> list[str]:
    """The lines of a body: of its alternatives, one each if all fit, else of its literals. `end` stands at its end."""
    alternatives = [(list(split(run, "COMMA")), run, mark) for run, mark in split(words, "SEMICOLON")]
    for literals, _, _ in alternatives:
        for literal, _ in literals:
            if not _broken(literal):
                literal[0].above = [Remark(comment) for comment in pull(literal)]
    if len(alternatives) > 1 and all(_fits(run, indent) for _, run, _ in alternatives):
        return _short_alternatives([(run, mark) for _, run, mark in alternatives], indent, end)
    lines: list[str] = []
    below: list[str] = []
    for literals, _, semicolon in alternatives:
        for literal, comma in literals:
            literal[0].above[:0] = map(Remark, below)
            laid, below = _literal(literal, indent, "," if comma else "" if semicolon else end, comma)
            lines += laid
        if semicolon:
            lines += _indented(pull([semicolon]), indent)
            lines.append(_with(" " * (indent - _STEP) + ";", semicolon.beside))
    return lines


def _fits(words: list[Word], indent: int) -> bool:
    """Whether an alternative has room on one line, but for the comments above it."""
    return not parted(words) and columns(flat(words)) + indent < WIDTH


def _short_alternatives(runs: Sequence[tuple[list[Word], Word | None]], indent: int, end: str) -> list[str]:
    lines: list[str] = []
    below: list[str] = []
    for words, semicolon in runs:
        lines += _indented(below, indent)
        above, kept, below = settle(words, semicolon)
        lines += _indented([*above, _with(flat(words) + (";" if semicolon else end), kept)], indent)
    return lines


def _literal(words: list[Word], indent: int, mark: str, comma: Word | None) -> tuple[list[str], list[str]]:
    """The lines of a literal, and the comments that go below them."""
    lines: list[str] = []
    below: list[str] = []
    margin, blocks = " " * indent, list(_blocks(words))
    if not _broken(words):
        above, kept, below = settle(words, comma)
        lines += _indented(above, indent)
        if not blocks or columns(margin + flat(words) + mark) <= WIDTH:
            return lines + _whole(words, indent, mark, kept), below
        words[-1].beside = kept
    start = 0
    for opening, close in blocks:
        run = words[start : opening + 1]
        lines += _indented(pull(run), indent + _STEP if start else indent)
        lines.append(_with(margin + flat(run), words[opening].beside))
        lines += _body(words[opening + 1 : close], indent + _STEP, "")
        start = close
    above, kept, more = settle(words[start:], comma)
    return [*lines, *_indented(above, indent + _STEP), _with(margin + flat(words[start:]) + mark, kept)], below + more


def _whole(words: list[Word], indent: int, mark: str, comments: Sequence[str]) -> list[str]:
    """The line of a literal that has no comments in it, or the lines of an atom whose arguments don't fit on one."""
    margin, text = " " * indent, flat(words) + mark
    start = next((index for index, word in enumerate(words) if word.kind != "BANG"), 0)
    called = len(words) > start + 3 and words[start].kind == "IDENT" and words[start + 1].kind == "LPAREN"
    if not called or closing(words, start + 1) < len(words) - 1 or columns(text) + indent <= WIDTH:
        return [_with(margin + text, comments)]
    lines = [margin + flat(words[: start + 2])]
    for argument, comma in split(words[start + 2 : -1], "COMMA"):
        lines.append(" " * (indent + _STEP) + flat(argument) + ("," if comma else ""))
    return [*lines, _with(margin + words[-1].text + mark, comments)]


def _broken(words: Sequence[Word]) -> bool:
    """Whether comments in a block of the literal keep it from standing on one line."""
    return any(parted(words[opening : close + 1]) for opening, close in _blocks(words))


def _blocks(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Where the bodies inside a literal stand: a parenthesised one is the whole literal, braces may be anywhere."""
    first = next((index for index, word in enumerate(words) if word.kind != "BANG"), 0)
    if words[first].kind == "LPAREN" and closing(words, first) == len(words) - 1:
        yield first, len(words) - 1
        return
    index = 0
    while index < len(words):
        if words[index].kind == "LBRACE":
            close = closing(words, index)
            yield index, close
            index = close
        index += 1
