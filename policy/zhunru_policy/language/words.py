"""The words of a text as the formatter moves them: tokens with the comments that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from lark import Token

from .tokens import COMMENTS

_OPEN = {"LPAREN": "RPAREN", "LBRACE": "RBRACE", "LBRACKET": "RBRACKET"}
_CLOSE = frozenset(_OPEN.values())
_TIGHT_BEFORE = frozenset({"COMMA", "SEMICOLON", "DOT", "RPAREN", "RBRACKET", "LBRACKET", "OF"})
_TIGHT_BEHIND = frozenset({"LPAREN", "LBRACKET", "BANG", "AT", "NEGATIVE"})
_OPERANDS = frozenset({"IDENT", "NUMBER", "STRING", "UNDERSCORE", "RPAREN", "RBRACE"})


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on lines of its own; `gap` where a blank line stands above it. Later lines keep their indentation."""

    text: str
    gap: bool = False


@dataclass(slots=True)
class Word:
    """A token. `above` holds the comments on lines before it, `beside` those behind it on its line. A comment between
    two tokens of one line is part of the text.

    `kind` is the token's type, but for FUNCTION (`max` and `min` of several values), NEGATIVE (a minus with nothing
    before it) and OF (the `:` of an attribute).
    """

    kind: str
    text: str
    gap: bool = False
    above: list[Remark] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


def arrange(tokens: Iterable[Token]) -> tuple[list[Word], list[Remark]]:
    """The words of a text without syntax errors, and the comments behind the last one."""
    words: list[Word] = []
    pending: list[tuple[Token, bool]] = []
    word_line = last_line = 0
    for token in tokens:
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


def _settle(pending: list[tuple[Token, bool]], last: Word | None, last_line: int, word: Word, line: int) -> None:
    """Gives each comment between two words to one of them."""
    inline: list[str] = []
    for comment, gap in pending:
        text = "\n".join(part.rstrip() for part in comment.split("\n"))
        one_line = comment.line == comment.end_line
        if one_line and comment.end_line == line and last is not None and _kept_together(last.kind, word.kind):
            last.text += f" {text}"
        elif one_line and comment.end_line == line and word.kind not in ("DOC", "RPAREN", "SEMICOLON"):
            inline.append(text)
        elif one_line and last is not None and comment.line == last_line:
            last.beside.append(text)
        else:
            word.above.append(Remark(text, gap))
    word.text = " ".join([*inline, word.text])
    pending.clear()


def _kept_together(left: str, right: str) -> bool:
    """Whether no line break ever stands between two words."""
    return right in ("COMMA", "COLON", "DOT", "RBRACKET", "LBRACKET") or (right == "LPAREN" and left == "IDENT")


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


def pull(words: Sequence[Word]) -> list[str]:
    """Takes the comments out of the words, but for those behind the last one."""
    found: list[str] = []
    for word in words:
        found += [remark.text for remark in word.above]
        word.above = []
        if word is not words[-1]:
            found += word.beside
            word.beside = []
    return found


def commented(words: Sequence[Word]) -> bool:
    """Whether a comment stands in or before the words."""
    return any(word.above or (word.beside and word is not words[-1]) for word in words)


def beside(*besides: Sequence[str]) -> tuple[list[str], list[str]]:
    """The comments behind the parts of one line: those that must go above it, since one `//` ends it, and the rest."""
    found = [comment for each in besides for comment in each]
    ending = [comment for comment in found if comment.startswith("//")]
    return ending[:-1], [comment for comment in found if not comment.startswith("//")] + ending[-1:]
