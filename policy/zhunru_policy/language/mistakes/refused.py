"""What Soufflé has and the policy language has not: the words of each refusal, and how its use is recognised."""

from __future__ import annotations

import re
from difflib import get_close_matches
from types import MappingProxyType

from ..tokens import shown
from .expected import WORD_TYPES
from .situation import Mistake, Situation, reserved

_DIRECTIVE_NAMES = ("decl", "type", "input", "output")
_OUT = "are not part of the policy language"


def _table(*rows: tuple[str, str, str]) -> MappingProxyType[str, tuple[str, str]]:
    return MappingProxyType(
        {word: (f"{what} {_OUT}", advice) for words, what, advice in rows for word in words.split()}
    )


DIRECTIVES = _table(
    (".comp .init .override", "components", "write the relations and rules out"),
    (".functor", "user-defined functors", "only + - * / % and `max(a, b)`, `min(a, b)` compute"),
    (".plan", "execution plans", "remove it; the engine orders a body itself"),
    (".pragma", "pragmas", "remove it"),
    (".printsize", "size directives", "write `.output`, or remove it"),
    (".limitsize", "size directives", "remove it"),
    (".lattice", "lattices", "use the aggregates `min` and `max`"),
    (".include .once", "included files", "give each file of the program by its name"),
    (".number_type", "old type declarations", "write `.type name <: number`"),
    (".symbol_type", "old type declarations", "write `.type name <: symbol`"),
)

FUNCTIONS = _table(
    (
        "cat ord strlen substr to_string to_number",
        "functions of strings",
        "a symbol can only be compared whole, by `= != < <= > >=` in the order of code points",
    ),
    ("to_float to_unsigned", "floats and unsigned numbers", "numbers are whole and have 64 bits"),
    ("match contains", "conditions on the inside of strings", "compare whole symbols by `= != < <= > >=`"),
    ("range", "ranges", "state the values as facts"),
    ("as", "type casts", "declare the attributes with one type"),
    ("autoinc", "counters", "give each fact an id of its own"),
    ("recursive_iteration_cnt debug_delta", "the engine's inner workings", "remove it"),
    ("mean", "averages", "divide a `sum` by a `count`"),
    ("band bor bxor bshl bshr bshru", "operations on bits", "use + - * / %"),
)
"""Words that are refused where something is called by them."""

VALUES = _table(
    ("nil", "records", "give each part an attribute of its own"),
    ("true false", "the literals true and false", "leave a literal that always holds away"),
    ("lnot land lor lxor", "logical operators on numbers", "write `,` for and, `;` for or, `!` for not"),
    ("bnot", "operations on bits", "use + - * / %"),
    ("__FILE__ __LINE__ __INCL__", "names of the preprocessor", "write the value itself"),
)
"""Words that are refused wherever a value or a literal may stand."""

INFIX = frozenset({"band", "bor", "bxor", "bshl", "bshr", "bshru", "land", "lor", "lxor"})

QUALIFIERS = _table(
    ("input output", "relation qualifiers", "write `.input` or `.output` and the relation's name on a line of its own"),
    ("printsize", "relation qualifiers", "remove it"),
    ("inline no_inline magic no_magic", "relation qualifiers", "remove it; it changes no result"),
    ("brie btree btree_delete", "relation qualifiers", "remove it; it changes no result"),
    ("eqrel", "equivalence relations", "write the rules for symmetry and transitivity out"),
    ("overridable", "components", "remove it"),
    ("choice-domain", "choice domains", "state by rules which tuple is meant"),
    ("stateful", "user-defined functors", "remove it"),
)
"""Words that are refused behind a declaration."""

MARKS = _table(
    ("LBRACKET", "records", "give each part an attribute of its own"),
    ("BRANCH", "algebraic data types", "give each part an attribute of its own"),
    ("DOLLAR", "counters", "give each fact an id of its own"),
    ("CARET", "powers", "multiply"),
    ("AT", "user-defined functors", "only + - * / % and `max(a, b)`, `min(a, b)` compute"),
    ("INNER_AT", "inner annotations `@![…]`", "write `@[key = value]` before what it describes"),
    ("LE", "subsumption rules `p(…) <= p(…)`", "a rule is written `head :- body.`"),
    ("NE", "lattice attributes `<>`", "remove it"),
    ("QUALIFIED", "qualified names", "write a name without `.`"),
    ("PARAMETERS", "input and output parameters", "`.input p` reads p.facts, `.output p` writes p.csv"),
    ("COMPRESSED", "compressed facts", "`.input p` reads p.facts, `.output p` writes p.csv, both as plain text"),
    ("UNION", "other names for a type, and unions", "write `.type name <: number` or `.type name <: symbol`"),
    ("RECORD", "records and algebraic data types", "write `.type name <: number` or `.type name <: symbol`"),
)


# ── the mistakes of using what is refused ──


def _refusal(row: tuple[str, str], at: Situation, example: str = "", drop: bool = False) -> Mistake:
    example = example or shown(at.token)
    message = row[0] if f"`{example}" in row[0] else f"{row[0]}: `{example}`"
    return Mistake(message, row[1], at.token, drop=drop)


def directive(at: Situation) -> Mistake | None:
    return _refusal(DIRECTIVES[at.token], at) if at.token.type == "REFUSED_DIRECTIVE" else None


def mark(at: Situation) -> Mistake | None:
    kind = at.token.type
    if kind == "DOLLAR":
        kind = "BRANCH" if at.follows("[A-Za-z_?]") else kind
    elif kind in ("LBRACKET", "AT"):
        kind = kind if at.value_expected else ""
    elif kind == "LE":
        kind = kind if "IF" in at.expected else ""
    elif kind == "OTHER_OPERATOR" and at.token == "<>" and not at.value_expected and "EQUALS" not in at.expected:
        kind = "NE" if at.expected & {"COMMA", "RPAREN"} else ""
    row = MARKS.get(kind)
    return _refusal(row, at, drop=kind == "NE") if row else None


def word(at: Situation) -> Mistake | None:
    token = at.token
    if token.type not in WORD_TYPES:
        return None
    called = at.follows(r"\(")
    domain = token == "choice-domain"
    if at.between_items and token in QUALIFIERS and (domain or not called):
        return _refusal(QUALIFIERS[token], at, drop=not domain)
    if token in VALUES and (at.value_expected or token in INFIX):
        return _refusal(VALUES[token], at)
    if token in FUNCTIONS and ((at.value_expected and called) or (token in INFIX and not called)):
        return _refusal(FUNCTIONS[token], at)
    if token == "mean" and at.value_expected:
        return _refusal(FUNCTIONS[token], at)
    return reserved(token, at) if "IDENT" in at.expected else None


def qualified_name(at: Situation) -> Mistake | None:
    dot, name = at.token, at.previous
    if dot.type != "DOT" or name is None or name.type != "IDENT" or name.end_pos != dot.start_pos:
        return None
    rest = re.compile(r"\.[_?a-zA-Z][.\w?]*", re.ASCII).match(at.text, dot.start_pos or 0)
    return _refusal(MARKS["QUALIFIED"], at, shown(name + rest[0])) if rest else None


def type_declaration(at: Situation) -> Mistake | None:
    if at.expected != {"SUBTYPE"}:
        return None
    name = shown(at.previous or "")
    if at.token.type == "EQUALS":
        kind = "RECORD" if at.follows(r"(\[|\||[\w?]+\s*\{|@|//)") else "UNION"
        return _refusal(MARKS[kind], at, f".type {name} =")
    return Mistake(
        f"type `{name}` has no base", f"write `.type {name} <: symbol` or `.type {name} <: number`", at.previous
    )


def parameters(at: Situation) -> Mistake | None:
    if at.expected != {"RPAREN"} or not at.previous_is("LPAREN"):
        return None
    inside = at.text[at.token.start_pos : at.text.find(")", at.token.start_pos)]
    packed = re.search(r"\bcompress(?=\s*=)|[^\"]*\.gz(?=\")", inside)
    if packed:
        return _refusal(MARKS["COMPRESSED"], at, shown(packed[0]))
    return _refusal(MARKS["PARAMETERS"], at, f"({shown(at.token)}…)")


def directive_name(at: Situation) -> Mistake | None:
    if not at.between_items or at.token.type != "DOT":
        return None
    found = re.compile(r"\.([a-z_]+)").match(at.text, at.token.start_pos or 0)
    if not found:
        return Mistake("`.` ends nothing here", "remove it", at.token, drop=True)
    word = found[0]
    if word in DIRECTIVES:
        return _refusal(DIRECTIVES[word], at, word)
    if found[1] in _DIRECTIVE_NAMES:
        return Mistake(f"`{word}` must be followed by a space", f"write `{word} name`", at.token)
    near = get_close_matches(found[1], _DIRECTIVE_NAMES, 1)
    advice = f"did you mean `.{near[0]}`?" if near else "directives are `.type`, `.decl`, `.input` and `.output`"
    return Mistake(f"unknown directive `{shown(word)}`", advice, at.token)
