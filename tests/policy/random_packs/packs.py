"""Random packs as text, and random facts for them: names and strings are chosen to be mistaken for something else.

A pack has inputs of every declaration, tables, a parameter, relations over them by every form of step, and outputs of
every shape. The same number gives the same pack, on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from zhunru_policy.language.syntax import NUMBER_LEAST, NUMBER_MOST

T = TypeVar("T")

#: Python's words, names that generated code had or has, and names that differ in little.
NAMES = (
    *("class", "lambda", "for_", "yield", "None_", "type", "len", "set", "print", "exec", "self", "import", "pass"),
    *(
        "rows_1",
        "v_A",
        "R_edge",
        "N_reach",
        "I_edge_0",
        "D_p",
        "K_p",
        "part_0",
        "run",
        "found",
        "total_1",
        "n_1",
        "step",
    ),
    *(
        "subject",
        "facts",
        "about",
        "period",
        "known",
        "known_1",
        "decide",
        "work",
        "index",
        "checked",
        "divide",
        "overflow",
    ),
    *(
        "Decision",
        "Offer",
        "Unusual",
        "MayFail",
        "compress",
        "unique",
        "CHECKS",
        "RANGES",
        "USUAL",
        "ABSENT",
        "VERSION",
    ),
    *(
        "answer_outcome",
        "answer_outcome_1",
        "column_1",
        "value_1",
        "rows",
        "rows_2",
        "a",
        "A1",
        "x",
        "X_1",
        "_x",
        "__init__",
    ),
)
#: Strings that mean something to Python, to the rule language or to a terminal, and twins under NFKC.
STRINGS = (
    *(
        "",
        " ",
        "a",
        "A",
        "Ａ",
        "ﬁ",
        "fi",
        "p and q",
        "p or q",
        " if 0 else 1",
        "not x",
        "None",
        "True",
        "0",
        "1 == 1",
        "#",
    ),
    *(
        "'",
        "''",
        "'''",
        "\\",
        "\\\\",
        "\\n",
        "{}",
        "{x}",
        "%s",
        "x'",
        "') or ('",
        "]",
        "__import__",
        "微信",
        "🧧",
        "e\u0301",
        "é",
    ),
    *("x" * 80, "row_1", "subject", "), (", "; ", "lambda: 0", "food and drink and tobacco", "wine and drink and beer"),
)
RANGES = ((0, 1), (0, 9), (-5, 5), (0, 10**9), (-(10**12), 10**12), (NUMBER_LEAST, NUMBER_MOST))
BASE = """
@[role = registry] .decl rulebook(id: symbol, kind: symbol, weight: symbol, section: symbol)
@[role = reason] .decl words(id: symbol, language: symbol, text: symbol)
@[role = parameter] .decl parameters(name: symbol, start: number, value: number)
.decl holds_now(name: symbol, value: number)
holds_now(Name, V) :- current_period(Now), parameters(Name, S, V), S = max T : { parameters(Name, T, _V), T <= Now }.
parameters("bar", 0, 3). parameters("bar", 202701, 5).
@[absence = "tried"] outcome(A, "OUT") :- applicant(A), !inside(A).
outcome(A, "IN") :- inside(A).
.decl outcome(a: symbol, outcome: symbol) .output outcome
.decl inside(a: symbol)
"""


@dataclass(frozen=True)
class Column:
    """What values an input takes: a range, or some values, or any text."""

    kind: str
    least: int = 0
    most: int = 0
    allowed: tuple[Any, ...] = ()
    other: bool = False


@dataclass(frozen=True)
class Input:
    name: str
    columns: tuple[Column, ...]
    many: bool
    unique: bool


@dataclass(frozen=True)
class Made:
    """`text`: of the pack's one file. `inputs`: what facts may be given."""

    text: str
    inputs: tuple[Input, ...]


def pack(number: int) -> Made:
    return _Writer(Random(number)).pack()


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class _Writer:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = list(NAMES)
        random.shuffle(self.names)
        self.inputs: list[Input] = []
        self.text: list[str] = [BASE]
        #: Derived relations by the kinds of their columns, after the subject.
        self.derived: dict[str, list[str]] = {"": [], "n": [], "s": [], "sn": []}
        self.fresh = 0
        #: What variables can be, where few values are allowed.
        self.values: dict[str, tuple[Any, ...]] = {}

    def pick(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def name(self) -> str:
        return self.names.pop()

    def variable(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def pack(self) -> Made:
        self.strings = [self.pick(STRINGS) for _ in range(6)]
        self.tables = [self.table() for _ in range(2)]
        for _ in range(self.random.randint(3, 6)):
            self.input()
        self.graph()
        for _ in range(self.random.randint(4, 9)):
            self.relation()
        self.outputs()
        return Made("\n".join(self.text) + "\n", tuple(self.inputs))

    # ── declarations ─────────────────────────────────────────────────────────────────────────────

    def table(self) -> tuple[str, tuple[str, ...]]:
        """A relation of facts: symbols with numbers."""
        name, values = self.name(), tuple(dict.fromkeys(self.pick(self.strings) for _ in range(3)))
        self.text.append(f".decl {name}(s: symbol, n: number)")
        self.text += [f"{name}({quoted(value)}, {self.random.randint(-2, 4)})." for value in values]
        return name, values

    def column(self) -> tuple[Column, str, str]:
        if self.chance(0.55):
            least, most = self.pick(RANGES)
            return Column("number", least, most), f"@[least = {least}] @[most = {most}] ", "number"
        if self.chance(0.5):
            table, values = self.pick(self.tables)
            return Column("symbol", allowed=values), f"@[values_of = {table}] ", "symbol"
        return Column("symbol"), "", "symbol"

    def input(self) -> None:
        many = self.chance(0.45)
        width = self.pick((1, 1, 2)) if many else 1
        columns = [self.column() for _ in range(width)]
        unique = many and width == 2 and self.chance(0.5)
        name = self.name()
        notes = ("@[many = yes] " if many else "") + ('@[unique = "v0"] ' if unique else "")
        notes += "@[required = yes] " if self.chance(0.4) else ""
        places = ", ".join(f"{notes}v{at}: {kind}" for at, (_, notes, kind) in enumerate(columns))
        self.text.append(f"/// {name} · {name}\n{notes}.decl {name}(a: symbol, {places})\n.input {name}")
        self.inputs.append(Input(name, tuple(column for column, *_ in columns), many, unique))

    def graph(self) -> None:
        """Other subjects, one number of theirs, and who is reached through them."""
        self.friend, self.load, self.reach = self.name(), self.name(), self.name()
        self.text.append(
            f"@[many = yes] .decl {self.friend}(a: symbol, @[other_subject = yes] b: symbol) .input {self.friend}\n"
            f".decl {self.load}(a: symbol, @[least = -9] @[most = 9] n: number) .input {self.load}\n"
            f".decl {self.reach}(a: symbol, b: symbol)\n"
            f"{self.reach}(A, B) :- {self.friend}(A, B).\n"
            f"{self.reach}(A, C) :- {self.reach}(A, B), {self.friend}(B, C)."
        )
        self.inputs.append(Input(self.friend, (Column("symbol", other=True),), True, False))
        self.inputs.append(Input(self.load, (Column("number", -9, 9),), False, False))

    # ── rules ────────────────────────────────────────────────────────────────────────────────────

    def relation(self) -> None:
        kinds = self.pick(("", "n", "s", "n", "sn"))
        name = self.name()
        columns = "".join(f", {kind}: {'number' if kind == 'n' else 'symbol'}" for kind in kinds)
        self.text.append(f".decl {name}(a: symbol{columns})")
        for _ in range(self.pick((1, 1, 2, 3))):
            self.text.append(self.clause(name, kinds))
        self.derived[kinds].append(name)

    def clause(self, name: str, kinds: str) -> str:
        body = ["applicant(A)"]
        numbers, symbols = [], []
        for _ in range(self.random.randint(1, 4)):
            self.literal(body, numbers, symbols)
        head = "".join(f", {self.number(numbers) if kind == 'n' else self.symbol(symbols)}" for kind in kinds)
        tail = body[1:]
        self.random.shuffle(tail)
        return f'@[absence = "tried"] {name}(A{head}) :- {", ".join(["applicant(A)", *tail])}.'

    def number(self, numbers: Sequence[str]) -> str:
        if not numbers or self.chance(0.15):
            return str(self.random.randint(-3, 6))
        one = self.pick(numbers)
        if self.chance(0.55):
            return one
        other = self.pick([*numbers, "2", "3", "0", "7"])
        sign = self.pick("+-*/%")
        return self.pick((*[f"{one} {sign} {other}"] * 3, f"max({one}, {other})", f"min({one}, {other})", f"-{one}"))

    def symbol(self, symbols: Sequence[str]) -> str:
        return self.pick(symbols) if symbols and self.chance(0.8) else quoted(self.pick(self.strings))

    def literal(self, body: list[str], numbers: list[str], symbols: list[str]) -> None:
        kind = self.pick(("input", "input", "input", "derived", "compare", "compare", "fold", "not", "other", "table",
                          "parameter", "either", "reach"))  # fmt: skip
        if kind == "input":
            body.append(self.atom(self.pick(self.inputs[:-2]), "A", numbers, symbols))
        elif kind == "other":
            other, value = self.variable("B"), self.variable("N")
            body += [f"{self.friend}(A, {other})", f"{self.load}({other}, {value})"]
            numbers.append(value)
        elif kind == "derived":
            self.derived_atom(body, numbers, symbols)
        elif kind == "table":
            table, values = self.pick(self.tables)
            free = [symbol for symbol in symbols if not self.values.get(symbol)]
            value = self.pick(free) if free and self.chance(0.6) else quoted(self.pick(values))
            amount = self.variable("N")
            body.append(f"{table}({value}, {amount})")
            numbers.append(amount)
        elif kind == "parameter":
            value = self.variable("N")
            body.append(f'holds_now("bar", {value})')
            numbers.append(value)
        elif kind == "compare":
            body.append(self.comparison(numbers, symbols))
        elif kind == "either":
            body.append(f"( {self.comparison(numbers, symbols)} ; {self.comparison(numbers, symbols)} )")
        elif kind == "not":
            body.append(self.absence())
        elif kind == "reach":
            body.append(f"{self.reach}(A, {self.pick((quoted('b1'), '_', 'A'))})")
        else:
            result = self.variable("N")
            body.append(f"{result} = {self.fold()}")
            numbers.append(result)

    def atom(self, spec: Input, owner: str, numbers: list[str], symbols: list[str]) -> str:
        terms = []
        for column in spec.columns:
            if self.chance(0.25):
                terms.append(self.constant(column))
            elif self.chance(0.2):
                terms.append("_")
            else:
                fresh = self.variable("N" if column.kind == "number" else "S")
                (numbers if column.kind == "number" else symbols).append(fresh)
                self.values[fresh] = column.allowed
                terms.append(fresh)
        return f"{spec.name}({owner}, {', '.join(terms)})"

    def constant(self, column: Column) -> str:
        if column.kind == "number":
            return str(max(column.least, min(column.most, self.pick((0, 1, 3, -1, column.least, column.most)))))
        return quoted(self.pick(column.allowed or self.strings))

    def derived_atom(self, body: list[str], numbers: list[str], symbols: list[str]) -> None:
        made = [(kinds, name) for kinds, names in self.derived.items() for name in names]
        if not made:
            return
        kinds, name = self.pick(made)
        terms = []
        for kind in kinds:
            fresh = self.variable("N" if kind == "n" else "S")
            (numbers if kind == "n" else symbols).append(fresh)
            terms.append(fresh)
        body.append(f"{name}({', '.join(['A', *terms])})")

    def comparison(self, numbers: Sequence[str], symbols: Sequence[str]) -> str:
        sign = self.pick(("=", "!=", "<", "<=", ">", ">="))
        if symbols and self.chance(0.4):
            one = self.pick(symbols)
            other = self.pick(symbols) if self.chance(0.3) else quoted(self.pick(self.values.get(one) or self.strings))
            return f"{one} {sign} {other}"
        return f"{self.number(numbers)} {sign} {self.number(numbers)}"

    def absence(self) -> str:
        if self.derived[""] and self.chance(0.4):
            return f"!{self.pick(self.derived[''])}(A)"
        spec = self.pick(self.inputs)
        terms = [self.constant(c) if self.chance(0.4) and not c.other else "_" for c in spec.columns]
        return f"!{spec.name}({', '.join(['A', *terms])})"

    def fold(self) -> str:
        spec = self.pick([spec for spec in self.inputs if spec.many])
        numbers: list[str] = []
        terms = []
        for column in spec.columns:
            fresh = self.variable("N" if column.kind == "number" else "S")
            if column.kind == "number":
                numbers.append(fresh)
            terms.append(fresh)
        body = f"{spec.name}(A, {', '.join(terms)})"
        if spec.name == self.friend:
            value = self.variable("N")
            body += f", {self.load}({terms[0]}, {value})"
            numbers.append(value)
        if numbers and self.chance(0.4):
            body += f", {self.comparison(numbers, [])}"
        if not numbers or self.chance(0.3):
            return f"count : {{ {body} }}"
        return f"{self.pick(('sum', 'min', 'max'))} {self.number(numbers)} : {{ {body} }}".replace(" : ", " : ", 1)

    # ── outputs ──────────────────────────────────────────────────────────────────────────────────

    def outputs(self) -> None:
        made = [(kinds, name) for kinds, names in self.derived.items() for name in names]
        kinds, name = self.pick(made)
        terms = ", ".join(["A", *("_" for _ in kinds)])
        self.text.append(f"inside(A) :- {name}({terms}), applicant(A).")
        if self.chance(0.1):
            self.text.append(f'outcome(A, "TWICE") :- {name}({terms}), applicant(A).')
        parts = {"s": ("advice", "met", "rules_fired", "next_step"), "n": ("score", "invitation_score")}
        parts |= {"": ("qualifies", "sequence_broken"), "sn": ("scorecard",)}
        for kinds, names in self.derived.items():
            for part, name in zip(parts[kinds], names, strict=False):
                if self.chance(0.8):
                    self.text.append(f"@[answer = {part}] .output {name}")


# ── facts ────────────────────────────────────────────────────────────────────────────────────────


def facts(made: Made, number: int) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Facts of the applicant `a`, and of others, as a caller gives them."""
    random = Random(number)
    others = ["b1", "b2", "p and q", "Ａ", "rows_1"]
    own = dict(_of(made, random, others))
    about = {other: dict(_of(made, random, [b for b in [*others, "a"] if b != other])) for other in others}
    return own, {other: given for other, given in about.items() if given and random.random() < 0.7}


def _of(made: Made, random: Random, others: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for spec in made.inputs:
        if random.random() < 0.2:
            continue
        if not spec.many:
            yield spec.name, _value(spec.columns[0], random, others)
            continue
        rows = [tuple(_value(column, random, others) for column in spec.columns) for _ in range(random.randint(0, 4))]
        if spec.unique:
            rows = list({row[0]: row for row in rows}.values())
        yield spec.name, [row[0] for row in rows] if len(spec.columns) == 1 else rows


def _value(column: Column, random: Random, others: Sequence[str]) -> Any:
    if column.other:
        return random.choice(others)
    if column.kind == "symbol":
        return random.choice(column.allowed or STRINGS)
    near = (0, 1, 2, 3, 5, -1, column.least, column.most, column.least + 1, column.most - 1)
    return random.choice([value for value in near if column.least <= value <= column.most])
