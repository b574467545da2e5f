"""Where the parser stands when a token does not fit, and what it makes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lark import Token

from ..tokens import shown

END = "$END"
DIRECTIVES = frozenset({"DECL", "TYPE", "INPUT", "OUTPUT", "REFUSED_DIRECTIVE"})
OPENING = {"LPAREN": "RPAREN", "LBRACE": "RBRACE", "LBRACKET": "RBRACKET"}
CLOSING = frozenset(OPENING.values())
GOES_ON = frozenset(
    {"COMMA", "SEMICOLON", "IF", "LPAREN", "LBRACE", "BANG", "COLON", "EQUALS", "NE", "LT", "LE", "GT", "GE"}
    | {"PLUS", "MINUS", "STAR", "SLASH", "PERCENT"}
)
"""Tokens behind which a clause surely goes on, also on a new line."""
STARTS = frozenset({"IDENT", "DOC", "AT", "RESERVED", "COUNT", "SUM", "MIN", "MAX"})


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the parser stands: `token` does not fit what was read; `expected` holds the types that would."""

    text: str
    token: Token
    expected: frozenset[str]
    previous: Token | None
    open: Sequence[Token]

    def follows(self, pattern: str) -> bool:
        """Whether the text behind the token begins so, blanks left out."""
        return re.compile(r"\s*" + pattern).match(self.text, self.token.end_pos or 0) is not None

    def previous_is(self, *types: str) -> bool:
        return self.previous is not None and self.previous.type in types

    @property
    def between_items(self) -> bool:
        return "DECL" in self.expected

    @property
    def value_expected(self) -> bool:
        return "NUMBER" in self.expected

    @property
    def on_new_line(self) -> bool:
        return self.previous is None or (self.token.line or 0) > (self.previous.end_line or 0)


@dataclass(frozen=True, slots=True)
class Mistake:
    """`place` is the token at fault, or None for "behind the previous token". `read_as` is the type that the token is
    taken for, `drop` goes on without it; with neither, the rest of the item is left unread."""

    message: str
    suggestion: str
    place: Token | None
    read_as: str | None = None
    drop: bool = False


def named(token: Token) -> str:
    return "the end of the file" if token.type == END else f"`{shown(token)}`"


def reserved(word: Token, at: Situation) -> Mistake:
    meant = "IDENT" if word is at.token else None
    return Mistake(f"`{word}` is a reserved word of the rule language", "choose another name", word, meant)
