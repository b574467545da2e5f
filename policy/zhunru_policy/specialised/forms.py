"""What a relation is at call time: known rows, rows under a condition, the applicant's own facts, or a set.

A form answers two questions about an atom: `matches`, the ways in which a row can agree with its terms (tests and
loops to open, and the variables that are then bound), and `some`, a Python test whether any row agrees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..language.core import Anything, Const, Row, Term, Value, Var
from ..vocabulary import ColumnSpec, InputSpec
from .symbols import ANY, Env, Interval, Symbol, constant
from .tree import Block, Line, Node

SUBJECT = Symbol("subject")
TRUE, FALSE = "True", "False"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to agree: blocks to open, the bindings, and at most how often (None: no bound is known)."""

    openings: tuple[str, ...]
    env: Env
    times: int | None = 1


class Form(Protocol):
    def matches(self, terms: Sequence[Term], env: Env) -> Iterator[Way]: ...

    def some(self, terms: Sequence[Term], env: Env) -> str: ...


def known(term: Term, env: Env) -> Symbol | None:
    if isinstance(term, Const):
        return constant(term.value)
    return env.get(term.name) if isinstance(term, Var) else None


def unify(terms: Sequence[Term], symbols: Sequence[Symbol], env: Env) -> tuple[list[str], Env] | None:
    """The tests under which a row of symbols agrees with the terms, and the bindings; None where it can't."""
    tests: list[str] = []
    env = dict(env)
    for term, symbol in zip(terms, symbols, strict=True):
        if isinstance(term, Anything):
            continue
        own = known(term, env)
        if own is None:
            assert isinstance(term, Var)
            env[term.name] = symbol
        elif own.is_constant and symbol.is_constant:
            if own.value != symbol.value:
                return None
        elif own.text != symbol.text:
            if isinstance(own.value, int) and not symbol.interval[0] <= own.value <= symbol.interval[1]:
                return None
            tests.append(f"{symbol.text} == {own.text}")
    return tests, env


def conjunction(tests: Iterable[str]) -> str:
    found = list(dict.fromkeys(test for test in tests if test != TRUE))
    if FALSE in found:
        return FALSE
    # None equals no constant, so an equality says that there is a value.
    equal = {part.partition(" == ")[0] for part in found if _EQUALS_CONSTANT.fullmatch(part)}
    found = [part for part in found if part.removesuffix(" is not None") not in equal]
    return " and ".join(f"({part})" if " or " in part and len(found) > 1 else part for part in found) or TRUE


_EQUALS_CONSTANT = re.compile(r"\w+ == (\d+|'[^']*')")


def disjunction(tests: Iterable[str]) -> str:
    found = list(dict.fromkeys(test for test in tests if test != FALSE))
    if TRUE in found:
        return TRUE
    return " or ".join(found) or FALSE


def parts(test: str) -> list[str]:
    """The tests that a conjunction is made of; one with `or` or a generator in it stays whole."""
    return [test] if " or " in test or " for " in test else test.split(" and ")


def negation(test: str) -> str:
    match test:
        case "True":
            return FALSE
        case "False":
            return TRUE
    if test.endswith(" is not None") and test.count(" ") == 3:
        return test.replace(" is not None", " is None")
    if test.endswith(" is None") and test.count(" ") == 2:
        return test.replace(" is None", " is not None")
    if test.startswith("not ") and test[4:].isidentifier():
        return test[4:]
    return f"not ({test})" if " " in test else f"not {test}"


def _under(tests: Iterable[str]) -> tuple[str, ...]:
    test = conjunction(tests)
    return () if test == TRUE else (f"if {test}",)


@dataclass(frozen=True, slots=True)
class Guarded:
    """Rows of symbols, each holding under a test. No two of them can be equal at call time."""

    rows: tuple[tuple[tuple[Symbol, ...], str], ...]

    @property
    def is_table(self) -> bool:
        return all(test == TRUE and all(symbol.is_constant for symbol in symbols) for symbols, test in self.rows)

    def matches(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        """Rows that bind the same values are one way: where a place is needed by nothing, they differ in their tests
        alone.
        """
        ways: dict[tuple[tuple[str, str], ...], tuple[list[str], Env]] = {}
        for symbols, test in self.rows:
            agreed = unify(terms, symbols, env)
            if agreed is not None:
                key = tuple((name, symbol.text) for name, symbol in agreed[1].items())
                ways.setdefault(key, ([], agreed[1]))[0].append(conjunction([test, *agreed[0]]))
        for tests, bound in ways.values():
            yield Way(_under([disjunction(tests)]), bound)

    def some(self, terms: Sequence[Term], env: Env) -> str:
        return self._membership(terms, env) or self._some(terms, env)

    def _membership(self, terms: Sequence[Term], env: Env) -> str | None:
        """`x in {1, 2, 3}` where one value is compared with a column of known numbers, and nothing else is."""
        places = [place for place, term in enumerate(terms) if not isinstance(term, Anything)]
        value = known(terms[places[0]], env) if len(places) == 1 else None
        if value is None or value.is_constant or len(self.rows) < 2:
            return None
        column = [symbols[places[0]].value for symbols, test in self.rows if test == TRUE]
        if len(column) < len(self.rows) or not all(isinstance(number, int) for number in column):
            return None
        low, high = value.interval
        if high - low < len(column) and set(column).issuperset(range(low, high + 1)):
            return TRUE
        return f"{value.text} in {{{', '.join(map(str, sorted(set(column))))}}}"  # type: ignore[type-var]

    def _some(self, terms: Sequence[Term], env: Env) -> str:
        found = (unify(terms, symbols, env) or None for symbols, _ in self.rows)
        return disjunction(
            conjunction([test, *agreed[0]])
            for (_, test), agreed in zip(self.rows, found, strict=True)
            if agreed is not None
        )


def table(rows: Iterable[Row]) -> Guarded:
    """Rows known when the policy is specialised."""
    return Guarded(tuple((tuple(map(constant, row)), TRUE) for row in sorted(rows, key=repr)))


class Names:
    """Names that are not in use yet."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)

    def new(self, wish: str) -> str:
        base = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in wish)
        if base[1:2] == "_":  # The general engine's loops name their sets and variables so.
            base = f"of_{base}"
        name, count = base, 1
        while name in self.taken:
            count += 1
            name = f"{base}_{count}"
        self.taken.add(name)
        return name

    def copy(self) -> Names:
        return Names(self.taken)


@dataclass(slots=True)
class Rows:
    """A set that holds the relation's rows at call time."""

    name: str
    intervals: tuple[Interval, ...]
    names: Names

    def matches(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        symbols = [Symbol(self.names.new("v"), interval, None, True) for interval in self.intervals]
        agreed = unify(terms, symbols, env)
        if agreed is not None:
            used = {id(symbol) for symbol in agreed[1].values()} | {
                id(s) for s in symbols if f"{s.text} ==" in " ".join(agreed[0])
            }
            yield Way((f"for {_targets(symbols, used)} in {self.name}", *_under(agreed[0])), agreed[1], None)

    def some(self, terms: Sequence[Term], env: Env) -> str:
        if all(isinstance(term, Anything) for term in terms):
            return self.name
        symbols = [known(term, env) for term in terms]
        if all(symbol is not None for symbol in symbols):
            return f"({''.join(f'{symbol.text}, ' for symbol in symbols if symbol).strip()}) in {self.name}"
        return _any(self, terms, env)


def _targets(symbols: Sequence[Symbol], used: set[int]) -> str:
    names = [symbol.text if id(symbol) in used else "_" for symbol in symbols]
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def _any(form: Form, terms: Sequence[Term], env: Env) -> str:
    """A generator expression over the ways; variables that are bound in it stay in it."""
    parts = []
    for way in form.matches(terms, env):
        loops = [opening for opening in way.openings if opening.startswith("for ")]
        tests = conjunction(opening.removeprefix("if ") for opening in way.openings if opening.startswith("if "))
        parts.append(f"any({tests} {' '.join(loops)})" if loops else tests)
    return disjunction(parts)


@dataclass(slots=True)
class Given:
    """An input: the applicant's value or list in a local of its name, other subjects' in a dict `<name>_of`.

    `others`: names of inputs whose dict is used; the function's door fills those alone.
    """

    spec: InputSpec
    names: Names
    others: set[str]

    @property
    def is_tuples(self) -> bool:
        return self.spec.many and len(self.spec.columns) > 1

    def matches(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        subject, *values = terms
        owner = known(subject, env)
        if owner is None:
            yield from self._of_anybody(subject, values, env)
        elif owner is SUBJECT or owner.text == SUBJECT.text:
            yield from self._of_applicant(values, env)
        else:
            yield from self._of_other(owner, values, env)

    def some(self, terms: Sequence[Term], env: Env) -> str:
        owner = known(terms[0], env)
        if owner is not None and owner.text == SUBJECT.text and all(isinstance(term, Anything) for term in terms[1:]):
            return rows_name(self.spec) if self.spec.many else f"{self.spec.name} is not None"
        if not self.spec.many and owner is not None and owner.text == SUBJECT.text:
            return disjunction(
                conjunction(o.removeprefix("if ") for o in way.openings) for way in self.matches(terms, env)
            )
        return _any(self, terms, env)

    def _listed_test(self, value: Symbol, rows: str) -> str:
        (column,) = self.spec.columns
        if (
            value.is_constant
            and rows == rows_name(self.spec)
            and has_flags(column)
            and value.value in (column.allowed or ())
        ):
            return choice_flag(self.spec, value.value or "")
        return f"{value.text} in {rows}"

    def _of_applicant(self, values: Sequence[Term], env: Env) -> Iterator[Way]:
        if self.spec.many:
            yield from self._listed(rows_name(self.spec), values, env)
            return
        (column,) = self.spec.columns
        agreed = unify(values, [Symbol(self.spec.name, _interval(column))], env)
        if agreed is not None:
            yield Way(_under([f"{self.spec.name} is not None", *agreed[0]]), agreed[1])

    def _of_other(self, owner: Symbol, values: Sequence[Term], env: Env) -> Iterator[Way]:
        self.others.add(self.spec.name)
        if self.spec.many:
            yield from self._listed(f"{self.spec.name}_of.get({owner.text}, ())", values, env)
            return
        (column,) = self.spec.columns
        symbol = Symbol(self.names.new(f"{self.spec.name}_{column.name}"), _interval(column), None, True)
        agreed = unify(values, [symbol], env)
        if agreed is not None:
            got = f"({symbol.text} := {self.spec.name}_of.get({owner.text})) is not None"
            yield Way(_under([got, *agreed[0]]), agreed[1])

    def _of_anybody(self, subject: Term, values: Sequence[Term], env: Env) -> Iterator[Way]:
        self.others.add(self.spec.name)
        owner = Symbol(self.names.new("other"), ANY, None, True)
        env = {**env, subject.name: owner} if isinstance(subject, Var) else env
        if self.spec.many:
            rows = self.names.new("rows")
            for way in self._listed(rows, values, env):
                yield Way((f"for {owner.text}, {rows} in {self.spec.name}_of.items()", *way.openings), way.env, None)
            return
        (column,) = self.spec.columns
        symbol = Symbol(self.names.new(column.name), _interval(column), None, True)
        agreed = unify(values, [symbol], env)
        if agreed is not None:
            loop = f"for {owner.text}, {symbol.text} in {self.spec.name}_of.items()"
            yield Way((loop, *_under(agreed[0])), agreed[1], None)

    def _listed(self, rows: str, values: Sequence[Term], env: Env) -> Iterator[Way]:
        """Over a list of values (one column) or of tuples."""
        columns = self.spec.columns
        if len(columns) == 1:
            yield from self._listed_values(rows, values[0], env)
            return
        taken = {symbol.text for symbol in env.values()}
        wishes = [f"{self.spec.name}_{column.name}" for column in columns]
        fresh = wishes if taken.isdisjoint(wishes) else [self.names.new(wish + "_again") for wish in wishes]
        symbols = [Symbol(name, _interval(column), None, True) for name, column in zip(fresh, columns, strict=True)]
        agreed = unify(values, symbols, env)
        if agreed is not None:
            yield Way((f"for {', '.join(fresh)} in {rows}", *_under(agreed[0])), agreed[1], _cardinality(self.spec))

    def _listed_values(self, rows: str, value: Term, env: Env) -> Iterator[Way]:
        (column,) = self.spec.columns
        own = known(value, env)
        if own is not None:
            yield Way((f"if {self._listed_test(own, rows)}",), env)
        elif column.allowed is not None and isinstance(value, Var):
            for choice in sorted(column.allowed, key=repr):
                symbol = constant(choice)
                yield Way((f"if {self._listed_test(symbol, rows)}",), {**env, value.name: symbol})
        else:
            symbol = Symbol(self.names.new(f"{self.spec.name}_{column.name}"), _interval(column), None, True)
            env = {**env, value.name: symbol} if isinstance(value, Var) else env
            yield Way((f"for {symbol.text} in {rows}",), env, None)


def has_flags(column: ColumnSpec) -> bool:
    return column.allowed is not None and all(str(choice).isidentifier() for choice in column.allowed)


def choice_flag(spec: InputSpec, choice: Value) -> str:
    """The local that says whether the applicant's list holds one of the values allowed in it."""
    return f"{spec.name}_has_{choice}"


def input_locals(spec: InputSpec) -> Iterator[str]:
    """Every local that an input gets by its name."""
    yield from (spec.name, rows_name(spec), f"{spec.name}_of", f"check_{spec.name}")
    for column in spec.columns:
        yield f"{spec.name}_{column.name}"
        if len(spec.columns) == 1 and has_flags(column):
            yield from (choice_flag(spec, choice) for choice in column.allowed or ())


def rows_name(spec: InputSpec) -> str:
    """The local that holds an input's list, empty where it was not given."""
    return f"{spec.name}_rows"


def _interval(column: ColumnSpec) -> Interval:
    return (column.least, column.most)


def _cardinality(spec: InputSpec) -> int | None:
    """How many tuples a list can hold: the number of its unique keys, where their domains are finite and small."""
    if not spec.unique:
        return None
    count = 1
    for place in spec.unique:
        column = spec.columns[place]
        size = len(column.allowed) if column.allowed is not None else column.most - column.least + 1
        if (column.kind == "symbol" and column.allowed is None) or size > 1_000:
            return None
        count *= size
    return count


@dataclass(slots=True)
class GivenNames:
    """The loader's `given(subject, name)`."""

    inputs: dict[str, InputSpec]
    others: set[str]

    def matches(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        subject, name = terms
        owner = known(subject, env)
        if owner is None:
            raise Unsupported("`given` of a subject that is not bound")
        own = known(name, env)
        for candidate, spec in self.inputs.items():
            if own is not None and own.is_constant and own.value != candidate:
                continue
            tests = [self._test(owner, spec)]
            if own is not None and not own.is_constant:
                tests.append(f"{own.text} == {candidate!r}")
            yield Way(
                _under(tests), {**env, name.name: constant(candidate)} if isinstance(name, Var) and own is None else env
            )

    def some(self, terms: Sequence[Term], env: Env) -> str:
        return disjunction(conjunction(o.removeprefix("if ") for o in way.openings) for way in self.matches(terms, env))

    def _test(self, owner: Symbol, spec: InputSpec) -> str:
        if owner.text == SUBJECT.text:
            return f"{spec.name} is not None"
        self.others.add(spec.name)
        return f"{owner.text} in {spec.name}_of"


class Unsupported(Exception):
    """A construct that the specialiser leaves to the general engine."""


def as_set(form: Form, name: str) -> Iterator[Node]:
    """Statements that bind a set of the form's rows."""
    match form:
        case Guarded(rows=rows):
            yield Line(f"{name} = set()")
            for symbols, test in rows:
                add = Line(f"{name}.add(({''.join(f'{symbol.text}, ' for symbol in symbols).strip()}))")
                yield add if test == TRUE else Block(f"if {test}", [add])
        case Rows(name=own):
            yield Line(f"{name} = {own}")
        case Given(spec=spec, others=others):
            others.add(spec.name)
            values = f"for owner, value in {spec.name}_of.items()"
            if spec.many:
                values = f"for owner, values in {spec.name}_of.items() for value in values"
            row = "(owner, *value)" if len(spec.columns) > 1 else "(owner, value)"
            yield Line(f"{name} = {{{row} {values}}}")
        case _:
            raise Unsupported(f"a set of `{name}`")
