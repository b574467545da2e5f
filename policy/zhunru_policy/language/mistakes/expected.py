"""What the parser expected, in words."""

from __future__ import annotations

from collections.abc import Iterable

WORD_TYPES = frozenset({"RESERVED", "COUNT", "SUM", "MIN", "MAX"})
ARITHMETIC = frozenset({"PLUS", "MINUS", "STAR", "SLASH", "PERCENT"})

_PHRASES = (
    ({"DECL"}, "a declaration, a fact or a rule", frozenset({"TYPE", "INPUT", "OUTPUT", "IDENT", "DOC", "AT", "$END"})),
    ({"NUMBER", "BANG"}, "a literal", frozenset({"STRING", "IDENT", "UNDERSCORE", "LPAREN", "MINUS"} | WORD_TYPES)),
    ({"NUMBER", "MINUS"}, "a value", frozenset({"STRING", "IDENT", "UNDERSCORE", "LPAREN"} | WORD_TYPES)),
    ({"EQUALS", "LT"}, "a comparison", frozenset({"NE", "LE", "GT", "GE"}) | ARITHMETIC),
    ({"IDENT"}, "a name", frozenset({"DOC", "AT"} | WORD_TYPES)),
    (set(), "", ARITHMETIC),
)
_MARKS = {
    "LPAREN": "`(`", "LBRACE": "`{`", "LBRACKET": "`[`", "COLON": "`:`", "SUBTYPE": "`<:`", "EQUALS": "`=`",
    "COMMA": "`,`", "SEMICOLON": "`;`", "RPAREN": "`)`", "RBRACE": "`}`", "RBRACKET": "`]`", "IF": "`:-`", "DOT": "`.`",
}  # fmt: skip


def phrase(expected: Iterable[str]) -> str:
    rest, phrases = set(expected), []
    for key, phrase, covered in _PHRASES:
        if key <= rest:
            rest -= key | covered
            phrases += [phrase] if phrase else []
    phrases += [mark for kind, mark in _MARKS.items() if kind in rest]
    return " or ".join(filter(None, [", ".join(phrases[:-1]), phrases[-1]])) if phrases else "nothing more"
