"""What Soufflé has and the policy language has not: the words of each refusal."""

from __future__ import annotations

from types import MappingProxyType

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
        "a symbol can only be compared with `=` and `!=`",
    ),
    ("to_float to_unsigned", "floats and unsigned numbers", "numbers are whole and have 64 bits"),
    ("match contains", "conditions on the inside of strings", "compare whole symbols with `=` and `!=`"),
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

TOKENS = _table(
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
    ("UNION", "other names for a type, and unions", "write `.type name <: number` or `.type name <: symbol`"),
    ("RECORD", "records and algebraic data types", "write `.type name <: number` or `.type name <: symbol`"),
)
