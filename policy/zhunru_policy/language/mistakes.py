"""What to tell the writer where the parser can't go on, and how to go on all the same.

`explain` tries the functions of `_EXPLANATIONS` in order; the first that knows the mistake words it. What none knows is
told as "unexpected …; expected …".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from lark import Token

from . import refused
from .expected import ARITHMETIC, WORD_TYPES, phrase
from .tokens import shown

END = "$END"
DIRECTIVES = frozenset({"DECL", "TYPE", "INPUT", "OUTPUT", "REFUSED_DIRECTIVE"})
OPENING = {"LPAREN": "RPAREN", "LBRACE": "RBRACE", "LBRACKET": "RBRACKET"}
CLOSING = frozenset(OPENING.values())
_MARK = {"RPAREN": ")", "RBRACE": "}", "RBRACKET": "]"}
_DIRECTIVE_NAMES = ("decl", "type", "input", "output")
_COMPARATORS = {"==": "EQUALS", "<>": "NE", "=<": "LE", "=>": "GE"}
_ADVICE = {"EQUALS": "=", "NE": "!=", "LE": "<=", "GE": ">="}


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


def explain(at: Situation) -> Mistake:
    for explanation in _EXPLANATIONS:
        mistake = explanation(at)
        if mistake is not None:
            return mistake
    return Mistake(f"unexpected {_named(at.token)}", f"expected {phrase(at.expected)}", at.token)


def _named(token: Token) -> str:
    return "the end of the file" if token.type == END else f"`{shown(token)}`"


def _refusal(row: tuple[str, str], at: Situation, example: str = "", drop: bool = False) -> Mistake:
    example = example or shown(at.token)
    message = row[0] if f"`{example}" in row[0] else f"{row[0]}: `{example}`"
    return Mistake(message, row[1], at.token, drop=drop)


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
        return Mistake(f"unexpected {_named(token)} in an annotation", advice, token)
    return None


# ── what Soufflé has and the subset has not ──


def _refused_directive(at: Situation) -> Mistake | None:
    return _refusal(refused.DIRECTIVES[at.token], at) if at.token.type == "REFUSED_DIRECTIVE" else None


def _refused_token(at: Situation) -> Mistake | None:
    kind = at.token.type
    if kind == "DOLLAR":
        kind = "BRANCH" if at.follows("[A-Za-z_?]") else kind
    elif kind in ("LBRACKET", "AT"):
        kind = kind if at.value_expected else ""
    elif kind == "LE":
        kind = kind if "IF" in at.expected else ""
    elif kind == "OTHER_OPERATOR" and at.token == "<>" and not at.value_expected and "EQUALS" not in at.expected:
        kind = "NE" if at.expected & {"COMMA", "RPAREN"} else ""
    row = refused.TOKENS.get(kind)
    return _refusal(row, at, drop=kind == "NE") if row and kind not in ("RECORD", "UNION") else None


def _word(at: Situation) -> Mistake | None:
    token = at.token
    if token.type not in WORD_TYPES:
        return None
    called = at.follows(r"\(")
    domain = token == "choice-domain"
    if at.between_items and token in refused.QUALIFIERS and (domain or not called):
        return _refusal(refused.QUALIFIERS[token], at, drop=not domain)
    if token in refused.VALUES and (at.value_expected or token in refused.INFIX):
        return _refusal(refused.VALUES[token], at)
    if token in refused.FUNCTIONS and ((at.value_expected and called) or (token in refused.INFIX and not called)):
        return _refusal(refused.FUNCTIONS[token], at)
    if token == "mean" and at.value_expected:
        return _refusal(refused.FUNCTIONS[token], at)
    return _reserved(token, at) if "IDENT" in at.expected else None


def _reserved(word: Token, at: Situation) -> Mistake:
    meant = "IDENT" if word is at.token else None
    return Mistake(f"`{word}` is a reserved word of the rule language", "choose another name", word, meant)


def _qualified_name(at: Situation) -> Mistake | None:
    dot, name = at.token, at.previous
    if dot.type != "DOT" or name is None or name.type != "IDENT" or name.end_pos != dot.start_pos:
        return None
    rest = re.compile(r"\.[_?a-zA-Z][.\w?]*", re.ASCII).match(at.text, dot.start_pos or 0)
    return _refusal(refused.TOKENS["QUALIFIED"], at, shown(name + rest[0])) if rest else None


def _type_declaration(at: Situation) -> Mistake | None:
    if at.expected != {"SUBTYPE"}:
        return None
    name = shown(at.previous or "")
    if at.token.type == "EQUALS":
        kind = "RECORD" if at.follows(r"(\[|\||[\w?]+\s*\{|@|//)") else "UNION"
        return _refusal(refused.TOKENS[kind], at, f".type {name} =")
    return Mistake(
        f"type `{name}` has no base", f"write `.type {name} <: symbol` or `.type {name} <: number`", at.previous
    )


def _parameters(at: Situation) -> Mistake | None:
    if at.expected != {"RPAREN"} or not at.previous_is("LPAREN"):
        return None
    return _refusal(refused.TOKENS["PARAMETERS"], at, f"({shown(at.token)}…)")


def _directive_name(at: Situation) -> Mistake | None:
    if not at.between_items or at.token.type != "DOT":
        return None
    found = re.compile(r"\.([a-z_]+)").match(at.text, at.token.start_pos or 0)
    if not found:
        return Mistake("`.` ends nothing here", "remove it", at.token, drop=True)
    word = found[0]
    if word in refused.DIRECTIVES:
        return _refusal(refused.DIRECTIVES[word], at, word)
    if found[1] in _DIRECTIVE_NAMES:
        return Mistake(f"`{word}` must be followed by a space", f"write `{word} name`", at.token)
    near = get_close_matches(found[1], _DIRECTIVE_NAMES, 1)
    advice = f"did you mean `.{near[0]}`?" if near else "directives are `.type`, `.decl`, `.input` and `.output`"
    return Mistake(f"unknown directive `{shown(word)}`", advice, at.token)


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
        return _reserved(word, at)
    if word is not None and word.type in ("SUM", "MIN", "MAX"):
        if at.token.type == "COLON":
            return Mistake(f"`{word}` needs a value", f"write `{word} X : {{ … }}`", word)
        return _reserved(word, at)
    if {"COLON", "PLUS"} <= at.expected <= ARITHMETIC | {"COLON"}:
        advice = "an aggregate is written `max X : { … }`; the functions `max` and `min` take two values or more"
        return Mistake(f"expected `:` before {_named(at.token)}", advice, at.token)
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
        advice = f"write `{_MARK[close]}` before {_named(at.token)}"
        return Mistake(f"`{at.open[-1]}` is not closed", advice, at.open[-1])
    return None


def _commas(at: Situation) -> Mistake | None:
    kind, previous = at.token.type, at.previous
    if previous is None or previous.type not in ("COMMA", "SEMICOLON"):
        return None
    if kind in CLOSING or kind in ("DOT", "COMMA", "SEMICOLON", END):
        return Mistake(
            f"nothing stands between `{previous}` and {_named(at.token)}", f"remove the `{previous}`", previous
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
        return Mistake("`.` is missing at the end of the clause", f"write `.` before {_named(token)}", None)
    if token.type in ("IDENT", "BANG", "LPAREN", "NUMBER", "STRING"):
        return Mistake(f"`,` or `.` is missing before {_named(token)}", "literals are separated by `,`", None)
    return None


_EXPLANATIONS: tuple[Callable[[Situation], Mistake | None], ...] = (
    _notes,
    _qualified_name,
    _brackets,
    _commas,
    _type_declaration,
    _parameters,
    _directive_name,
    _arrow,
    _refused_token,
    _operator,
    _aggregate,
    _word,
    _bare_name,
    _called_value,
    _head_or_body,
    _missing_end,
    _refused_directive,
)  # fmt: skip
