"""What a relation is at call time: known rows, rows under a condition, the applicant's own facts, or a set.

A form answers two questions about an atom: `matches`, the ways in which a row can agree with its terms (tests and
loops to open, and the variables that are then bound), and `some`, a Python test whether any row agrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..ir.core import Anything, Const, Row, Term, Var
from .conditions import TRUE, conjunction, disjunction
from .symbols import Env, Interval, Symbol, constant

SUBJECT = Symbol("subject")


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


def under(tests: Iterable[str]) -> tuple[str, ...]:
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
            yield Way(under([disjunction(tests)]), bound)

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
    #: Whether every row starts with the applicant.
    about_subject: bool = False

    def matches(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        symbols = [Symbol(self.names.new("v"), interval, None, True) for interval in self.intervals]
        agreed = unify(terms, symbols, env)
        if agreed is not None:
            used = {id(symbol) for symbol in agreed[1].values()} | {
                id(s) for s in symbols if f"{s.text} ==" in " ".join(agreed[0])
            }
            yield Way((f"for {_targets(symbols, used)} in {self.name}", *under(agreed[0])), agreed[1], None)

    def some(self, terms: Sequence[Term], env: Env) -> str:
        if all(isinstance(term, Anything) for term in terms[self.about_subject and known(terms[0], env) is SUBJECT :]):
            return self.name
        symbols = [known(term, env) for term in terms]
        if all(symbol is not None for symbol in symbols):
            return f"({''.join(f'{symbol.text}, ' for symbol in symbols if symbol).strip()}) in {self.name}"
        return any_row(self, terms, env)


def _targets(symbols: Sequence[Symbol], used: set[int]) -> str:
    names = [symbol.text if id(symbol) in used else "_" for symbol in symbols]
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def any_row(form: Form, terms: Sequence[Term], env: Env) -> str:
    """A generator expression over the ways; variables that are bound in it stay in it."""
    parts = []
    for way in form.matches(terms, env):
        loops = [opening for opening in way.openings if opening.startswith("for ")]
        tests = conjunction(opening.removeprefix("if ") for opening in way.openings if opening.startswith("if "))
        parts.append(f"any({tests} {' '.join(loops)})" if loops else tests)
    return disjunction(parts)


class Unsupported(Exception):
    """A construct that the specialiser leaves to the general engine."""
