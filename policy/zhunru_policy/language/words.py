"""The words of a text as the formatter moves them: tokens with the comments that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from unicodedata import east_asian_width

from lark import Token

from .tokens import COMMENTS

_OPEN = {"LPAREN": "RPAREN", "LBRACE": "RBRACE", "LBRACKET": "RBRACKET"}
_CLOSE = frozenset(_OPEN.values())
_TIGHT_BEFORE = frozenset({"COMMA", "SEMICOLON", "DOT", "RPAREN", "RBRACKET", "LBRACKET", "OF"})
_TIGHT_BEHIND = frozenset({"LPAREN", "LBRACKET", "BANG", "AT", "NEGATIVE"})
_OF_DIRECTIVES = frozenset(
    {("INPUT", "IDENT"), ("OUTPUT", "IDENT"), ("IDENT", "COMMA"), ("COMMA", "IDENT"), ("IDENT", "LPAREN")}
    | {("LPAREN", "RPAREN")}
)
_OPERANDS = frozenset({"IDENT", "NUMBER", "STRING", "UNDERSCORE", "RPAREN", "RBRACE"})


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on lines of its own; `gap` where a blank line stands above it. Later lines keep their indentation."""

    text: str
    gap: bool = False


@dataclass(slots=True)
class Word:
    """A token with the comments around it, in the order of the text: `above` on lines before it, `lead` right before it
    on its line, `trail` right behind it where no line break may follow, `beside` behind it on its line.

    `kind` is the token's type, but for FUNCTION (`max` and `min` of several values), NEGATIVE (a minus with nothing
    before it) and OF (the `:` of an attribute).
    """

    kind: str
    token: str
    gap: bool = False
    above: list[Remark] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands on one line whatever happens."""
        return " ".join([*self.lead, self.token, *self.trail])


def arrange(tokens: Iterable[Token]) -> tuple[list[Word], list[Remark]]:
    """The words of a text without syntax errors, and the comments behind the last one."""
    words: list[Word] = []
    pending: list[tuple[Token, bool]] = []
    word_line = last_line = 0
    for token in _without_empty_brackets(tokens):
        gap = 0 < last_line < (token.line or 0) - 1
        last_line = token.end_line or 0
        if token.type in COMMENTS:
            pending.append((token, gap))
            continue
        word = Word(token.type, _doc(token) if token.type == "DOC" else str(token), gap)
        _settle(pending, words[-1] if words else None, word_line, word, token.line or 0)
        words.append(word)
        word_line = last_line
    end = Word("END", "")
    _settle(pending, words[-1] if words else None, word_line, end, 0)
    _classify(words)
    _add_braces(words)
    return words, end.above


def _doc(token: Token) -> str:
    text = token[3:].removeprefix(" ").rstrip()
    return f"///{text}" if text.startswith("/") or not text else f"/// {text}"


def _without_empty_brackets(tokens: Iterable[Token]) -> Iterator[Token]:
    """Without the brackets of `.input p()`, which say nothing."""
    directive, last = False, ""
    for token in tokens:
        if token.type not in COMMENTS:
            directive = token.type in ("INPUT", "OUTPUT") or (directive and (last, token.type) in _OF_DIRECTIVES)
            last = token.type
        if not (directive and token.type in ("LPAREN", "RPAREN")):
            yield token


def _settle(pending: list[tuple[Token, bool]], last: Word | None, last_line: int, word: Word, line: int) -> None:
    """Gives each comment between two words to one of them."""
    together = last is not None and _kept_together(last.kind, word.kind)
    for comment, gap in pending:
        text = "\n".join(part.rstrip() for part in comment.split("\n"))
        one_line = comment.line == comment.end_line
        if one_line and comment.line == line and together and last is not None and not (last.beside or word.above):
            last.trail.append(text)
        elif one_line and comment.line == line and not together and word.kind not in ("DOC", "RPAREN", "SEMICOLON"):
            word.lead.append(text)
        elif one_line and last is not None and comment.line == last_line and not word.above:
            last.beside.append(text)
        else:
            word.above.append(Remark(text, gap))
    pending.clear()


def _kept_together(left: str, right: str) -> bool:
    """Whether no line break ever stands between two words."""
    return right in ("COMMA", "COLON", "DOT", "IF", "RBRACKET", "LBRACKET") or (
        right == "LPAREN" and left in ("IDENT", "MIN", "MAX")
    )


def _classify(words: list[Word]) -> None:
    for index, word in enumerate(words):
        if word.kind == "MINUS" and (index == 0 or words[index - 1].kind not in _OPERANDS):
            word.kind = "NEGATIVE"
        elif word.kind in ("MIN", "MAX") and words[index + 1].kind == "LPAREN":
            inside = words[index + 2 : closing(words, index + 1)]
            if len(list(split(inside, "COMMA"))) > 1:
                word.kind = "FUNCTION"
        elif word.kind == "COLON" and words[index + 1].kind == "IDENT" and words[index + 2].kind != "LPAREN":
            word.kind = "OF"


def _add_braces(words: list[Word]) -> None:
    """`count : p(X)` becomes `count : { p(X) }`."""
    for index in range(len(words) - 1, -1, -1):
        if words[index].kind == "COLON" and words[index + 1].kind == "IDENT":
            close = closing(words, index + 2)
            words.insert(close + 1, Word("RBRACE", "}", beside=words[close].beside))
            words[close].beside = []
            words.insert(index + 1, Word("LBRACE", "{", above=words[index + 1].above))
            words[index + 2].above = []


def closing(words: Sequence[Word], start: int) -> int:
    """The index of the bracket that closes the one at `start`."""
    depth = 0
    for index in range(start, len(words)):
        depth += (words[index].kind in _OPEN) - (words[index].kind in _CLOSE)
        if depth == 0:
            return index
    raise AssertionError("a text without syntax errors closes its brackets")


def split(words: Sequence[Word], kind: str) -> Iterator[tuple[list[Word], Word | None]]:
    """The runs between the words of a kind that no bracket encloses, each with the word that ends it."""
    depth, run = 0, []
    for word in words:
        if word.kind == kind and depth == 0:
            yield run, word
            run = []
        else:
            run.append(word)
            depth += (word.kind in _OPEN) - (word.kind in _CLOSE)
    yield run, None


def flat(words: Sequence[Word]) -> str:
    """The words on one line."""
    parts: list[str] = []
    for index, word in enumerate(words):
        if index and _spaced(words[index - 1].kind, word.kind):
            parts.append(" ")
        parts.append(word.text)
    return "".join(parts)


def _spaced(left: str, right: str) -> bool:
    if right in _TIGHT_BEFORE or left in _TIGHT_BEHIND:
        return False
    return not (right == "LPAREN" and left in ("IDENT", "FUNCTION"))


def columns(text: str) -> int:
    """The width of a text on a screen: wide characters take two columns."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def commented(words: Sequence[Word]) -> bool:
    """Whether a comment stands before the words or between them that needs a line of its own, or ends one."""
    return bool(words[0].above) or parted(words)


def parted(words: Sequence[Word]) -> bool:
    """Whether such a comment stands between the words."""
    return any(left.beside or right.above for left, right in pairwise(words))


def pull(words: Sequence[Word], everything: bool = False) -> list[str]:
    """Takes the comments out that can't stay on one line with the words, and those before them, which else came behind
    them; not those beside the last word.
    """
    places = [(word, name) for word in words for name in ("above", "lead", "trail", "beside")][:-1]
    kept_from = len(places)
    while kept_from and not everything:
        word, name = places[kept_from - 1]
        if name in ("above", "beside") and getattr(word, name):
            break
        kept_from -= 1
    found: list[str] = []
    for word, name in places[:kept_from]:
        found += [each.text if isinstance(each, Remark) else each for each in getattr(word, name)]
        setattr(word, name, [])
    return found


def settle(words: Sequence[Word], mark: Word | None) -> tuple[list[str], list[str], list[str]]:
    """Takes the comments out of the words of a line and of the mark that ends it, if there is one: those that go above
    the line, those behind it, and those below. Only one comment may end a line.
    """
    behind, below = words[-1].beside, list[str]()
    words[-1].beside = []
    if mark is not None:
        below = pull([mark])
        (below if below else behind).extend(mark.beside)
        mark.beside = []
    ended = [index for index, comment in enumerate(behind[:-1]) if comment.startswith("//")]
    kept_from = ended[-1] + 1 if ended else 0
    return pull(words, everything=kept_from > 0) + behind[:kept_from], behind[kept_from:], below
