"""The one layout of a rule text.

- Each item stands on lines of its own; at most one blank line, where the writer left some, parts it from the last one.
- A rule stands on one line if it fits into WIDTH columns, else each literal has a line, indented by 4.
- Alternatives have a line each, ending with `;`, if all fit; else a line with `;` alone stands between their literals.
- A fact or an atom that doesn't fit has a line for each argument; a parenthesised body and the braces of an aggregate
  are broken like a rule. A comparison is not broken, however long it is.
- A declaration is broken where it doesn't fit, or where an attribute has a doc comment: each attribute has a line.
- Annotations share lines up to WIDTH columns, before what they describe.
- Comments keep their text and stay above or behind the literal, attribute or item that they stood in.
- Numbers, strings and parentheses keep their spelling; an aggregate over one atom gets its braces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .parser import parse, tokens_of
from .words import Remark, Word, arrange, beside, closing, columns, commented, flat, pull, split

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
        behind, last.above = (last.above, []) if last.kind == "DOT" else ([], last.above)
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
            while index + 1 < len(words) and words[index + 1].kind in ("COMMA", "LPAREN"):
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
    lines += pull(main)
    if main[-1].kind == "DOT":
        return lines + _whole(main[:-1], 0, ".", main[-1].beside)
    return [*lines, _with(flat([word for word in main if word.kind not in ("LPAREN", "RPAREN")]), main[-1].beside)]


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
    if not docs and not commented(words) and columns(text) <= WIDTH:
        return [*lines, _with(text, close.beside)]
    lines.append(_with(flat(header), header[-1].beside))
    for attribute, comma in split(inside, "COMMA"):
        lines += _indented(_attribute(attribute, comma), _STEP)
    lines += _indented(pull([close]), _STEP)
    return [*lines, _with(")", close.beside)]


def _attribute(words: list[Word], comma: Word | None) -> list[str]:
    above = pull([comma]) if comma else []
    lines, run, main = _notes(words, _STEP)
    lines += pull(main) + above
    hoisted, kept = beside(main[-1].beside, comma.beside if comma else [])
    lines += hoisted
    text = flat(main) + ("," if comma else "")
    if columns(" ".join([*run, text])) + _STEP > WIDTH:
        lines += _flushed(run)
        run = []
    return [*lines, _with(" ".join([*run, text]), kept)]


# ── rules ──


def _rule(words: list[Word]) -> list[str]:
    text, dot = flat(words), words.pop()
    arrow = next(index for index, word in enumerate(words) if word.kind == "IF")
    heads, sign, body = list(split(words[:arrow], "COMMA")), words[arrow], words[arrow + 1 :]
    lines = pull(heads[0][0])
    hoisted, sign.beside = beside(words[arrow - 1].beside, sign.beside)
    words[arrow - 1].beside = []
    body[0].above = [*map(Remark, hoisted), *sign.above, *body[0].above]
    sign.above = []
    if not _parted(words) and columns(text) <= WIDTH:
        hoisted, kept = beside(body[-1].beside, dot.beside)
        return [*lines, *hoisted, _with(text, kept)]
    body[-1].beside += dot.beside
    text = flat(words[: arrow + 1])
    if not _parted(words[: arrow + 1]) and columns(text) <= WIDTH:
        lines.append(_with(text, sign.beside))
    else:
        lines += _heads(heads, sign)
    return lines + _body(body, _STEP, ".")


def _parted(words: Sequence[Word]) -> bool:
    return commented(words) or any(word.kind in ("DOC", "AT") for word in words)


def _heads(heads: Sequence[tuple[list[Word], Word | None]], sign: Word) -> list[str]:
    """The lines of several heads, one each."""
    lines: list[str] = []
    above: list[str] = []
    for head, comma in heads:
        notes, run, main = _notes(head, 0)
        hoisted, kept = beside(main[-1].beside, comma.beside if comma else sign.beside)
        lines += [*above, *notes, *_flushed(run), *pull(main), *hoisted]
        lines.append(_with(flat(main) + ("," if comma else f" {sign.text}"), kept))
        above = pull([comma]) if comma else []
    return lines


def _body(words: list[Word], indent: int, end: str) -> list[str]:
    """The lines of a body: of its alternatives, one each if all fit, else of its literals. `end` stands at its end."""
    alternatives = [(list(split(run, "COMMA")), run, mark) for run, mark in split(words, "SEMICOLON")]
    for literals, _, _ in alternatives:
        for literal, _ in literals:
            literal[0].above = [Remark(comment) for comment in _pull_outside(literal)]
    if len(alternatives) > 1 and all(_fits(run, indent) for _, run, _ in alternatives):
        return _short_alternatives([(run, mark) for _, run, mark in alternatives], indent, end)
    lines: list[str] = []
    for literals, _, semicolon in alternatives:
        above: list[Remark] = []
        for literal, comma in literals:
            literal[0].above[:0] = above
            lines += _literal(literal, indent, "," if comma else "" if semicolon else end, comma)
            above = comma.above if comma else []
        if semicolon:
            lines += _indented(pull([semicolon]), indent)
            lines.append(_with(" " * (indent - _STEP) + ";", semicolon.beside))
    return lines


def _fits(words: list[Word], indent: int) -> bool:
    """Whether an alternative has room on one line, but for the comments above it."""
    parted = any(word.above for word in words[1:]) or any(word.beside for word in words[:-1])
    return not parted and columns(flat(words)) + indent < WIDTH


def _short_alternatives(runs: Sequence[tuple[list[Word], Word | None]], indent: int, end: str) -> list[str]:
    lines: list[str] = []
    above: list[str] = []
    for words, semicolon in runs:
        hoisted, kept = beside(words[-1].beside, semicolon.beside if semicolon else [])
        lines += _indented([*above, *(remark.text for remark in words[0].above), *hoisted], indent)
        lines += _indented([_with(flat(words) + (";" if semicolon else end), kept)], indent)
        above = pull([semicolon]) if semicolon else []
    return lines


def _literal(words: list[Word], indent: int, mark: str, comma: Word | None) -> list[str]:
    margin = " " * indent
    hoisted, kept = beside(words[-1].beside, comma.beside if comma else [])
    lead = _indented([*(remark.text for remark in words[0].above), *hoisted], indent)
    words[0].above = []
    blocks = list(_blocks(words))
    text = margin + flat(words) + mark
    if not commented(words) and (not blocks or columns(text) <= WIDTH):
        return lead + _whole(words, indent, mark, kept)
    lines: list[str] = []
    start = 0
    for opening, close in blocks:
        lines.append(_with(margin + flat(words[start : opening + 1]), words[opening].beside))
        lines += _body(words[opening + 1 : close], indent + _STEP, "")
        lines += _indented(pull([words[close]]), indent + _STEP)
        start = close
    return [*lead, *lines, _with(margin + flat(words[start:]) + mark, kept)]


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


def _pull_outside(words: list[Word]) -> list[str]:
    """Takes the comments out that stand in no block, nor behind its opening bracket or before its closing one."""
    found: list[str] = []
    start = 0
    for opening, close in _blocks(words):
        found += pull(words[start : opening + 1])
        if words[close] is not words[-1]:
            found += words[close].beside
            words[close].beside = []
        start = close + 1
    return found + pull(words[start:])


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
