"""What to tell the writer where the parser can't go on, and how to go on all the same.

`explain` tries the functions of `_EXPLANATIONS` in order; the first that knows the mistake words it. What none knows is
told as "unexpected …; expected …".
"""

from __future__ import annotations

from collections.abc import Callable

from ..tokens import shown
from . import refused
from .expected import ARITHMETIC, phrase
from .situation import CLOSING, DIRECTIVES, END, OPENING, Mistake, Situation, named, reserved

_MARK = {"RPAREN": ")", "RBRACE": "}", "RBRACKET": "]"}
_COMPARATORS = {"==": "EQUALS", "<>": "NE", "=<": "LE", "=>": "GE"}
_ADVICE = {"EQUALS": "=", "NE": "!=", "LE": "<=", "GE": ">="}


def explain(at: Situation) -> Mistake:
    for explanation in _EXPLANATIONS:
        mistake = explanation(at)
        if mistake is not None:
            return mistake
    return Mistake(f"unexpected {named(at.token)}", f"expected {phrase(at.expected)}", at.token)


# ── notes ──


def _notes(at: Situation) -> Mistake | None:
    token = at.token
    if token.type == END and at.previous_is("DOC", "RBRACKET"):
        what = "a doc comment" if at.previous_is("DOC") else "an annotation"
        return Mistake(f"{what} at the end of the file describes nothing", "remove it, or write `//`", at.previous)
    if token.type == "DOC" and not (at.on_new_line and "DOT" in at.expected):
        advice = "write `//`; `///` stands before a declaration, an attribute, a fact or a head"
        return Mistake("this doc comment describes nothing", advice, token, drop=True)
    if token.type == "AT" and at.value_expected and at.follows(r"\["):
        advice = "it stands before a declaration, an attribute, a fact or a head"
        return Mistake("this annotation describes nothing", advice, token)
    if (at.open and at.open[-1].type == "LBRACKET") or ("LBRACKET" in at.expected and at.previous_is("AT")):
        advice = "an annotation is `@[key = value]`, its value one number, string or word"
        return Mistake(f"unexpected {named(token)} in an annotation", advice, token)
    return None


# ── slips in heads and bodies ──


def _arrow(at: Situation) -> Mistake | None:
    kind = at.token.type
    if "IF" not in at.expected:
        return None
    if kind == "COLON":
        return Mistake("`:` between head and body", "write `:-`", at.token, read_as="IF")
    if kind in ("ARROW", "OTHER_OPERATOR", "EQUALS") or (
        kind == "LT" and at.text.startswith("-", at.token.end_pos or 0)
    ):
        sign = "<-" if kind == "LT" else shown(at.token)
        return Mistake(f"`{sign}` does not make a rule", "a rule is written `head :- body.`", at.token)
    return None


def _operator(at: Situation) -> Mistake | None:
    token = at.token
    if token.type == "OTHER_OPERATOR" and _COMPARATORS.get(token) in at.expected:
        kind = _COMPARATORS[token]
        return Mistake(f"`{token}` is not an operator", f"write `{_ADVICE[kind]}`", token, read_as=kind)
    if token.type == "PIPE":
        return Mistake("`|` is not an operator", "write `;` between alternatives", token)
    if token.type == "IDENT" and token in ("and", "or") and "COMMA" in at.expected:
        mark, kind = (",", "COMMA") if token == "and" else (";", "SEMICOLON")
        kind = kind if kind in at.expected else None
        return Mistake(f"`{token}` is not an operator", f"write `{mark}`", token, read_as=kind)
    if token.type == "IDENT" and at.previous == "not" and "LPAREN" in at.expected:
        return Mistake("`not` is not an operator", f"write `!{shown(token)}(…)`", at.previous)
    return None


def _aggregate(at: Situation) -> Mistake | None:
    word = at.previous
    if word is not None and word.type == "COUNT":
        if at.token.type in ("IDENT", "UNDERSCORE", "NUMBER", "STRING"):
            return Mistake("`count` takes no value", "write `count : { … }`", at.token)
        if at.token.type == "LBRACE":
            return Mistake("`:` is missing behind `count`", "write `count : { … }`", word)
        return reserved(word, at)
    if word is not None and word.type in ("SUM", "MIN", "MAX"):
        if at.token.type == "COLON":
            return Mistake(f"`{word}` needs a value", f"write `{word} X : {{ … }}`", word)
        return reserved(word, at)
    if {"COLON", "PLUS"} <= at.expected <= ARITHMETIC | {"COLON"}:
        advice = "an aggregate is written `max X : { … }`; the functions `max` and `min` take two values or more"
        return Mistake(f"expected `:` before {named(at.token)}", advice, at.token)
    return None


def _brackets(at: Situation) -> Mistake | None:
    kind = at.token.type
    if kind in CLOSING and not at.open:
        return Mistake(f"`{at.token}` closes nothing", "remove it", at.token, drop=True)
    if not at.open or kind in CLOSING:
        return None
    close = OPENING[at.open[-1].type]
    starts_anew = kind in DIRECTIVES or kind in ("DOT", "IF", END) or (at.on_new_line and at.token.column == 1)
    if close in at.expected and starts_anew:
        advice = f"write `{_MARK[close]}` before {named(at.token)}"
        return Mistake(f"`{at.open[-1]}` is not closed", advice, at.open[-1])
    return None


def _commas(at: Situation) -> Mistake | None:
    kind, previous = at.token.type, at.previous
    if previous is None or previous.type not in ("COMMA", "SEMICOLON"):
        return None
    if kind in CLOSING or kind in ("DOT", "COMMA", "SEMICOLON", END):
        return Mistake(
            f"nothing stands between `{previous}` and {named(at.token)}", f"remove the `{previous}`", previous
        )
    return None


def _bare_name(at: Situation) -> Mistake | None:
    name = at.previous
    if name is None or name.type != "IDENT" or "LPAREN" not in at.expected or at.expected & {"DECL"}:
        return None
    if at.token.type in DIRECTIVES or at.token.type in ("DOT", "COMMA", "SEMICOLON", "RPAREN", "RBRACE", "IF", END):
        shape = shown(name)
        return Mistake(f"`{shape}` has no arguments", f"write `{shape}(…)`, or `{shape}()` if it has none", name)
    return None


def _called_value(at: Situation) -> Mistake | None:
    if at.token.type != "LPAREN" or not at.previous_is("IDENT") or "PLUS" not in at.expected:
        return None
    name = shown(at.previous or "")
    advice = f"take the value from a literal of its own, `{name}(…, X)`, and use `X` here"
    return Mistake(f"`{name}(…)` is not a value", advice, at.previous)


def _head_or_body(at: Situation) -> Mistake | None:
    if at.between_items and at.token.type == "BANG":
        return Mistake("a head can't be negated", "write `!` before literals of a body", at.token)
    if at.previous_is("IF") and at.token.type == "DOT":
        return Mistake("the body is empty", "a fact is written without `:-`", at.token)
    return None


def _missing_end(at: Situation) -> Mistake | None:
    token = at.token
    if "DOT" not in at.expected:
        return None
    starts = token.type in DIRECTIVES or token.type in ("DOC", "AT", END) or (at.on_new_line and token.column == 1)
    if starts:
        return Mistake("`.` is missing at the end of the clause", f"write `.` before {named(token)}", None)
    if token.type in ("IDENT", "BANG", "LPAREN", "NUMBER", "STRING"):
        return Mistake(f"`,` or `.` is missing before {named(token)}", "literals are separated by `,`", None)
    return None


_EXPLANATIONS: tuple[Callable[[Situation], Mistake | None], ...] = (
    _notes,
    refused.qualified_name,
    _brackets,
    _commas,
    refused.type_declaration,
    refused.parameters,
    refused.directive_name,
    _arrow,
    refused.mark,
    _operator,
    _aggregate,
    refused.word,
    _bare_name,
    _called_value,
    _head_or_body,
    _missing_end,
    refused.directive,
)  # fmt: skip
