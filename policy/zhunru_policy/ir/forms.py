"""What a relation is in a residual program: rows under conditions, a set, or what a world makes of an input.

A form answers two questions about an atom: `ways`, in which a row can agree with its terms, and `some`, the condition
that one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .core import Anything, Const, Term, Value, Var
from .core import Row as Fact
from .formulas import (
    FALSE,
    TRUE,
    Collected,
    Filled,
    Formula,
    Loop,
    Member,
    Some,
    Source,
    compared,
    either,
    every,
    one_of,
)
from .terms import SUBJECT, Column, Known, Span
from .terms import Term as ValueTerm

Env = dict[str, ValueTerm]


@dataclass(frozen=True, slots=True)
class Way:
    """Loops and conditions to go through, and what is then bound."""

    path: tuple[Formula | Loop, ...]
    env: Env


class Form(Protocol):
    @property
    def count(self) -> int | None:
        """How many rows there are at the most, if the rows are known one by one."""
        ...

    @property
    def is_looped(self) -> bool:
        """Whether its rows are gone through by a loop that binds several places."""
        ...

    @property
    def repeats(self) -> bool:
        """Whether two of its rows may turn out to be one."""
        ...

    def ways(self, terms: Sequence[Term], env: Env) -> Iterator[Way]: ...

    def some(self, terms: Sequence[Term], env: Env) -> Formula: ...

    def loop(self) -> Iterator[tuple[tuple[ValueTerm, ...], tuple[Formula | Loop, ...]]]:
        """All rows, each with its path."""
        ...


class Numbers:
    """Numbers of loops."""

    def __init__(self) -> None:
        self.last = 0

    def over(self, source: Source, spans: Sequence[Span], most: int | None = None) -> tuple[Loop, list[Column]]:
        self.last += 1
        columns = [Column(self.last, place, span) for place, span in enumerate(spans)]
        return Loop(self.last, source, len(spans), most), columns


def known(term: Term, env: Env) -> ValueTerm | None:
    """The term's value; None where it is not bound."""
    if isinstance(term, Const):
        return Known(term.value)
    return env.get(term.name) if isinstance(term, Var) else None


def unify(terms: Sequence[Term], values: Sequence[ValueTerm], env: Env) -> tuple[list[Formula], Env] | None:
    """The conditions under which a row agrees with the terms, and what is then bound; None where it can't."""
    conditions: list[Formula] = []
    env = dict(env)
    for term, value in zip(terms, values, strict=True):
        if isinstance(term, Anything):
            continue
        own = known(term, env)
        if own is None:
            assert isinstance(term, Var)
            env[term.name] = value
            continue
        condition = compared("=", value, own)
        if condition == FALSE:
            return None
        if condition != TRUE:
            conditions.append(condition)
    return conditions, env


@dataclass(frozen=True)
class Guarded:
    """Rows, each under a condition. `repeats`: two of them may be equal where both hold."""

    rows: tuple[tuple[tuple[ValueTerm, ...], Formula], ...]
    repeats: bool = False
    is_looped = False

    @property
    def count(self) -> int:
        return len(self.rows)

    def ways(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        """Rows that bind the same values are one way: where a place is needed by nothing, they differ in conditions."""
        found: dict[tuple[tuple[str, ValueTerm], ...], tuple[list[Formula], Env]] = {}
        for values, when in self._near(terms, env):
            agreed = unify(terms, values, env)
            if agreed is not None:
                key = tuple((name, value) for name, value in agreed[1].items() if name not in env)
                found.setdefault(key, ([], agreed[1]))[0].append(every([when, *agreed[0]]))
        for conditions, bound in found.values():
            condition = either(conditions)
            if condition != FALSE:
                yield Way(() if condition == TRUE else (condition,), bound)

    def some(self, terms: Sequence[Term], env: Env) -> Formula:
        members = self._members(terms, env)
        if members is not None:
            return members
        agreed = ((when, unify(terms, values, env)) for values, when in self._near(terms, env))
        return either(every([when, *found[0]]) for when, found in agreed if found is not None)

    def loop(self) -> Iterator[tuple[tuple[ValueTerm, ...], tuple[Formula | Loop, ...]]]:
        for values, when in self.rows:
            if when != FALSE:
                yield values, () if when == TRUE else (when,)

    def _members(self, terms: Sequence[Term], env: Env) -> Formula | None:
        """Where one value is compared with a column of known ones, and nothing else is."""
        places = [place for place, term in enumerate(terms) if not isinstance(term, Anything)]
        value = known(terms[places[0]], env) if len(places) == 1 else None
        if value is None or isinstance(value, Known) or len(self.rows) < 2:
            return None
        column = [values[places[0]] for values, when in self.rows if when == TRUE]
        numbers = frozenset(each.value for each in column if isinstance(each, Known))
        if len(column) < len(self.rows) or not all(isinstance(each, Known) for each in column):
            return None
        return one_of(value, numbers) if all(isinstance(number, int) for number in numbers) else None

    def _near(self, terms: Sequence[Term], env: Env) -> Iterable[tuple[tuple[ValueTerm, ...], Formula]]:
        """The rows that agree with the constants, as far as an index tells."""
        for place, term in enumerate(terms):
            own = known(term, env)
            if isinstance(own, Known):
                index = self._index(place)
                return index.get(own.value, ()) if None not in index else self.rows
        return self.rows

    def _index(self, place: int) -> Mapping[Value | None, Sequence[tuple[tuple[ValueTerm, ...], Formula]]]:
        """The rows by their value at a place; under None those that have none yet."""
        indexes: dict[int, dict] = self.__dict__.setdefault("_indexes", {})
        if place not in indexes:
            index: dict[Value | None, list] = {}
            for row in self.rows:
                value = row[0][place]
                index.setdefault(value.value if isinstance(value, Known) else None, []).append(row)
            indexes[place] = index
        return indexes[place]


def table(rows: Iterable[Fact]) -> Guarded:
    """Rows that are known."""
    return Guarded(tuple((tuple(map(Known, row)), TRUE) for row in sorted(rows, key=repr)))


@dataclass(frozen=True)
class Gathered:
    """A relation's rows in a set. `about_subject`: each begins with the applicant."""

    source: Collected
    spans: tuple[Span, ...]
    numbers: Numbers
    about_subject: bool = False
    count = None
    is_looped = False
    repeats = False

    def ways(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        loop, columns = self.numbers.over(self.source, self.spans)
        agreed = unify(terms, columns, env)
        if agreed is not None:
            yield Way((loop, *agreed[0]), agreed[1])

    def some(self, terms: Sequence[Term], env: Env) -> Formula:
        rest = terms[1:] if self.about_subject and terms and known(terms[0], env) == SUBJECT else terms
        if all(isinstance(term, Anything) for term in rest):
            return Filled(self.source)
        values = [known(term, env) for term in terms]
        if None not in values:
            return Member(tuple(value for value in values if value is not None), self.source)
        return some_way(self.ways(terms, env))

    def loop(self) -> Iterator[tuple[tuple[ValueTerm, ...], tuple[Formula | Loop, ...]]]:
        loop, columns = self.numbers.over(self.source, self.spans)
        yield tuple(columns), (loop,)


def some_way(ways: Iterable[Way]) -> Formula:
    """The condition that there is a way; what loops bind stays in it."""
    found = []
    for way in ways:
        looped = any(isinstance(step, Loop) for step in way.path)
        found.append(Some(way.path) if looped else every(step for step in way.path if not isinstance(step, Loop)))
    return either(found)
