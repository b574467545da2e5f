"""From text to tokens. A mistake that can be told from one token alone is reported here, and the token it was meant
to be goes on to the parser, so that one slip of the pen gives one message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from lark import Lark, Token

from ..diagnostics import Diagnostic
from .syntax import Span

Report = Callable[[Diagnostic], None]

COMMENTS = frozenset({"COMMENT", "BLOCK_COMMENT"})
BROKEN = "BROKEN"
"""The type of a token that stands for text whose end is not known: the rest of a line, or of the file."""
SLIP = "SLIP"
"""The type of a token that was told to be wrong and means nothing: what does not fit right behind it only follows."""

_RESERVED = """
    as autoinc band bnot bor brie bshl bshr bshru btree btree_delete bxor cat contains debug_delta eqrel false inline
    input land lnot lor lxor magic match mean nil no_inline no_magic ord output overridable printsize range
    recursive_iteration_cnt stateful strlen substr to_float to_number to_string to_unsigned true
    __FILE__ __INCL__ __LINE__
"""
WORDS = MappingProxyType(
    {"count": "COUNT", "sum": "SUM", "min": "MIN", "max": "MAX"} | dict.fromkeys(_RESERVED.split(), "RESERVED")
)
"""Every word that Soufflé's scanner keeps for itself, and the terminal of the grammar that it is."""

_NOT_IN_A_FILE = re.compile("[\0\ud800-\udfff\u202a-\u202e\u2066-\u2069]|\r(?!\n)|^\ufeff")
_OPERATORS = dict(zip("≤≥≠×÷−–—", ["<=", ">=", "!=", "*", "/", "-", "-", "-"], strict=True))
_LOOKALIKES = dict(zip("。、【】「」“”„‘’", [".", ",", "[", "]", *['"'] * 7], strict=True)) | _OPERATORS
_HINTS = {
    "&": "write `,` between literals that must all hold",
    "&&": "write `,` between literals that must all hold",
    "~": "write `!` for negation",
    "'": "strings stand in double quotes",
}
_CLOSES_STRING = re.compile(r'"\s*[]),.;}]')
"""The quote that ends a string which began on an earlier line, told of there."""
_SHOWN = 40


@cache
def grammar_text() -> str:
    return files(__name__.rpartition(".")[0]).joinpath("grammar.lark").read_text(encoding="utf-8")


def lex(lark: Lark, text: str, file: str, report: Report) -> Iterator[Token]:
    """The tokens of the text, comments among them, each of a type that the parser or `mistakes` knows."""
    inside_string = False
    for token in lark.lex(_blank_forbidden(text, file, report)):
        kind = token.type
        if kind == "IDENT":
            word = WORDS.get(token)
            if word is not None:
                token.type = word
        elif kind in _CORRECTIONS:
            ends_string = inside_string and kind == "UNCLOSED_STRING" and _CLOSES_STRING.match(token) is not None
            inside_string = kind == "UNCLOSED_STRING" and not ends_string
            message, suggestion, meant = _CORRECTIONS[kind](token)
            if not ends_string:
                report(Diagnostic(span_of(token, file), message, suggestion))
            token = Token.new_borrow_pos(*meant, token)
        yield token


def span_of(token: Token, file: str) -> Span:
    return Span(file, token.line or 1, token.column or 1, token.end_line or 1, token.end_column or 1)


def end_of(token: Token, file: str) -> Span:
    """The place right behind a token, where something is missing."""
    line, column = token.end_line or 1, token.end_column or 1
    return Span(file, line, column, line, column)


def shown(text: str) -> str:
    """A text as a message shows it: short, on one line, and visible."""
    if len(text) == 1 and (not text.isprintable() or text.isspace()):
        return f"U+{ord(text):04X}"
    line = "".join(character if character.isprintable() else " " for character in text[: _SHOWN + 1])
    return line if len(text) <= _SHOWN else line[:_SHOWN] + "…"


# ── characters that no rule text has ──


def _blank_forbidden(text: str, file: str, report: Report) -> str:
    """The text with spaces for what must not stand in it, not even in strings or comments; each kind is told once."""
    found: dict[str, list[int]] = {}
    for match in _NOT_IN_A_FILE.finditer(text):
        places = found.setdefault(match[0], [match.start(), 0])
        places[1] += 1
    for character, (first, times) in found.items():
        line, column = text.count("\n", 0, first) + 1, first - text.rfind("\n", 0, first)
        more = f", here and {times - 1} more times" if times > 1 else ""
        message, suggestion = _forbidden(character)
        report(Diagnostic(Span(file, line, column, line, column + 1), message + more, suggestion))
    return _NOT_IN_A_FILE.sub(" ", text) if found else text


def _forbidden(character: str) -> tuple[str, str]:
    match character:
        case "\0":
            return "NUL character", "a rule text is plain UTF-8 text; remove it"
        case "\r":
            return "carriage return without a line feed", "end lines with a line feed"
        case "\ufeff":
            return "byte order mark at the start of the file", "save the file as UTF-8 without a byte order mark"
        case _ if character < "\ue000" and character >= "\ud800":
            return f"half of a character, `{shown(character)}`", "save the file as UTF-8"
        case _:
            return (
                f"hidden direction mark `{shown(character)}`",
                "it makes a text read otherwise than it runs; remove it",
            )


# ── tokens that are corrected: each function gives the message, the suggestion, and the type and text meant ──

_Correction = tuple[str, str, tuple[str, str]]


def _foreign_name(token: Token) -> _Correction:
    ascii_form = unicodedata.normalize("NFKC", token)
    if re.fullmatch(r"[\w?]+", ascii_form, re.ASCII):
        meant = "NUMBER" if ascii_form.isdigit() else "IDENT"
        return f"full-width `{shown(token)}`", f"write `{shown(ascii_form)}`", (meant, ascii_form)
    advice = "names are ASCII letters, digits, `_` and `?`; other characters stand in strings and comments"
    return f"`{shown(token)}` is not a name", advice, ("IDENT", token)


def _foreign_mark(token: Token) -> _Correction:
    ascii_form = "".join(_LOOKALIKES.get(character) or unicodedata.normalize("NFKC", character) for character in token)
    if ascii_form.isspace() or not token.isprintable():
        return f"invisible character `{shown(token)}`", "write an ordinary space", (SLIP, token)
    if ascii_form in _MARKS:
        if token in _OPERATORS:
            return f"`{token}` is not an operator", f"write `{ascii_form}`", (_MARKS[ascii_form], ascii_form)
        return f"full-width `{token}`", f"write `{ascii_form}`", (_MARKS[ascii_form], ascii_form)
    return _unknown(token)


def _unknown(token: Token) -> _Correction:
    if token.isspace():
        return _foreign_mark(token)
    suggestion = _HINTS.get(token, "outside strings and comments it means nothing; remove it")
    return f"`{shown(token)}` is not part of the policy language", suggestion, (SLIP, token)


def _quoted(token: Token) -> _Correction:
    if token[0] == "'":
        return "string in single quotes", f'strings stand in double quotes: `"{shown(token[1:-1])}"`', ("STRING", token)
    return f"full-width quotes `{token[0]}{token[-1]}`", 'write `"`', ("STRING", token)


def _bad_number(token: Token) -> _Correction:
    return f"`{shown(token)}` is not a number", "write decimal digits, or 0x… or 0b…", ("NUMBER", "0")


_CORRECTIONS: dict[str, Callable[[Token], _Correction]] = {
    "FOREIGN_NAME": _foreign_name,
    "FOREIGN_MARK": _foreign_mark,
    "UNKNOWN": _unknown,
    "QUOTED": _quoted,
    "BAD_NUMBER": _bad_number,
    "BARE_DIRECTIVE": lambda token: (
        f"nothing follows `{token}` on its line",
        "write what it declares behind it",
        (token[1:].upper(), token),
    ),
    "UNCLOSED_STRING": lambda token: (
        f"string `{shown(token)}` is not closed on its line",
        'close it with `"`; a line break in a string is written `\\n`',
        (BROKEN, token),
    ),
    "UNCLOSED_COMMENT": lambda token: ("comment `/*` is not closed", "close it with `*/`", (BROKEN, token)),
    "FLOAT": lambda token: (
        f"floats are not part of the policy language: `{shown(token)}`",
        "write a whole number of a smaller unit",
        ("NUMBER", "0"),
    ),
    "UNSIGNED": lambda token: (
        f"unsigned numbers are not part of the policy language: `{shown(token)}`",
        f"write `{shown(token[:-1])}`",
        ("NUMBER", token[:-1]),
    ),
    "IP_NUMBER": lambda token: (
        f"address numbers are not part of the policy language: `{shown(token)}`",
        "write the number, or a string",
        ("NUMBER", "0"),
    ),
    "INNER_DOC": lambda token: (
        "inner doc comments `//!` are not part of the policy language",
        "write `///` before what it describes, or `//`",
        (SLIP, token),
    ),
    "PREPROCESSOR": lambda token: (
        f"preprocessor lines are not part of the policy language: `{shown(token)}`",
        "comments begin with `//`",
        (SLIP, token),
    ),
}

_MARKS = {
    ":-": "IF", "<=": "LE", ">=": "GE", "!=": "NE", "<:": "SUBTYPE", "=": "EQUALS", "<": "LT", ">": "GT", "!": "BANG",
    "(": "LPAREN", ")": "RPAREN", "{": "LBRACE", "}": "RBRACE", "[": "LBRACKET", "]": "RBRACKET", ",": "COMMA",
    ":": "COLON", ";": "SEMICOLON", ".": "DOT", "@": "AT", "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH",
    "%": "PERCENT", "_": "UNDERSCORE",
}  # fmt: skip
