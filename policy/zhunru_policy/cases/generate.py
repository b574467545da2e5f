"""Applicants made from what a policy declares: ends of ranges, and both sides of each number that a rule compares with.

Deterministic: all chance is in the function that is passed in, `random.Random(7).randrange` perhaps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from ..ir.core import Value
from ..language.syntax import NUMBER_LEAST, NUMBER_MOST
from ..pack.facts import period_of
from ..pack.vocabulary import ColumnSpec, InputSpec
from ..policy import Policy
from .compared import compared
from .runner import SUBJECT, Case

#: A whole number from 0 up to but not including the one that is given.
Below = Callable[[int], int]
T = TypeVar("T")

#: Decided about where a pack has no parameter that starts later than from the beginning.
SOME_DAY = date(2026, 11, 24)
OTHERS = ("b1", "b2", "b3", "b4")
#: How many rows of an input with many.
LENGTHS = (0, 1, 1, 2, 3, 4, 8, 20)
#: No input takes them all: each is refused somewhere.
REFUSED = (None, 1.5, "", "no such value", [], [[]], {}, -(2**70), 2**63)


class Applicant(NamedTuple):
    """The arguments of one decision, as callers give them."""

    subject: str
    facts: dict[str, object]
    about: dict[str, dict[str, object]]
    as_of: date


class Generator:
    """Makes applicants for one policy. `cases`: some applicants are theirs with a few facts changed."""

    def __init__(self, policy: Policy, cases: Sequence[Case] = ()) -> None:
        self._days = _days(policy.vocabulary.starts())
        self._cases = [case for case in cases if case.error is None]
        self._inputs = [spec for spec in policy.vocabulary.inputs.values() if spec.has_subject]
        met = compared(policy, {period_of(day) for day in self._days})
        self._values = {
            (spec.name, at): _edges(column, met.get((spec.name, at + 1), set()))
            for spec in self._inputs
            for at, column in enumerate(spec.columns)
        }

    def applicant(self, below: Below) -> Applicant:
        """One in two is of a case with a few facts changed, where there are cases; one in forty is to be refused."""
        day = _pick(self._days, below)
        if self._cases and below(2):
            case = _pick(self._cases, below)
            about = {other: _plain(facts) for other, facts in case.about.items()}
            made = Applicant(SUBJECT, _plain(case.facts), about, day if below(2) else case.as_of)
            self._change(made, below)
        else:
            made = self._new(day, below)
        if below(4) == 0:
            made.facts.update({name: _varied(value, below) for name, value in made.facts.items()})
        if below(40) == 0:
            made.facts[_pick(self._inputs, below).name if below(8) else "no_such_fact"] = _pick(REFUSED, below)
        return made

    def _new(self, day: date, below: Below) -> Applicant:
        # Most lack nothing, since a request that lacks something ends early in most rules.
        gaps = _pick((0, 0, 0, 4, 12), below)
        facts: dict[str, object] = {}
        for spec in self._inputs:
            if (below(12) >= gaps) if spec.required else below(3) == 0:
                facts[spec.name] = self._fact(spec, SUBJECT, day, below)
        known = [spec for spec in self._inputs if below(8) < (7 if spec.of_others else 2)]
        about = {
            other: {spec.name: self._fact(spec, other, day, below) for spec in known if below(16)}
            for other in OTHERS[: below(len(OTHERS) + 1)]
        }
        return Applicant(SUBJECT, facts, about, day)

    def _change(self, made: Applicant, below: Below) -> None:
        for _ in range(1 + below(4)):
            spec = _pick(self._inputs, below)
            whose = _pick((SUBJECT, SUBJECT, SUBJECT, *made.about), below)
            facts = made.facts if whose == SUBJECT else made.about[whose]
            rows = facts.get(spec.name)
            if below(6) == 0:
                facts.pop(spec.name, None)
            elif spec.many and isinstance(rows, list) and rows and below(3):
                at = below(len(rows))
                kept = [*rows[:at], *rows[at + 1 :]]
                facts[spec.name] = [*kept, self._row(spec, whose, made.as_of, below)] if below(3) else kept
            else:
                facts[spec.name] = self._fact(spec, whose, made.as_of, below)

    def _fact(self, spec: InputSpec, whose: str, day: date, below: Below) -> object:
        if not spec.many:
            return self._row(spec, whose, day, below)
        rows = [self._row(spec, whose, day, below) for _ in range(_pick(LENGTHS, below))]
        if spec.unique and below(16):
            keyed = ((row if isinstance(row, tuple) else (row,), row) for row in rows)
            rows = list({tuple(parts[at] for at in spec.unique): row for parts, row in keyed}.values())
        return rows

    def _row(self, spec: InputSpec, whose: str, day: date, below: Below) -> object:
        """A value alone where there is one column, else a tuple."""
        parts = tuple(self._value(spec, at, whose, day, below) for at in range(len(spec.columns)))
        return parts[0] if len(parts) == 1 else parts

    def _value(self, spec: InputSpec, at: int, whose: str, day: date, below: Below) -> Value:
        column = spec.columns[at]
        usual, ends = self._values[spec.name, at]
        if column.other_subject:
            return _pick([other for other in OTHERS if other != whose], below)
        if column.is_period:
            return period_of(day + timedelta(days=_pick((0, 0, 31, -31), below)))
        if usual and below(5):
            return _pick(usual, below)
        if column.kind == "number" and column.allowed is None and below(3) == 0:
            return column.least + below(column.most - column.least + 1)
        return _pick(ends, below)


def _edges(column: ColumnSpec, met: set[Value]) -> tuple[Sequence[Value], Sequence[Value]]:
    """What the rules compare a column with, both sides of it, as far as the column takes it; and the ends of what it
    takes.
    """
    if column.allowed is not None:
        allowed = sorted(column.allowed, key=str)
        return [value for value in allowed if value in met], allowed
    if column.kind == "symbol":
        words = sorted(value for value in met if isinstance(value, str))
        return words, [*OTHERS, *(f"{word} " for word in words), "Ａ", "申请人"]
    numbers = {value + side for value in met if isinstance(value, int) for side in (-1, 0, 1)}
    ends = {column.least, column.least + 1, column.most - 1, column.most, -1, 0, 1}
    if (column.least, column.most) == (NUMBER_LEAST, NUMBER_MOST):
        ends |= {1000, 1_000_000}
    usual, outer = (sorted(n for n in some if column.least <= n <= column.most) for some in (numbers, ends))
    return usual, outer


def _days(starts: Sequence[int]) -> list[date]:
    """The first day of each period from which a parameter has another value, and the last one before it."""
    days = [SOME_DAY]
    for start in starts:
        year, month = divmod(start, 100)
        if 1 <= year <= 9999 and 1 <= month <= 12:
            first = date(year, month, 1)
            days += [first, max(first, date(1, 1, 2)) - timedelta(days=1)]
    return days


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts as callers of the SDK give them: rows are tuples, in lists."""
    return {name: _deepened(value, tuple) if isinstance(value, list) else value for name, value in facts.items()}


def _varied(value: object, below: Below) -> object:
    """The same in another shape that is taken too: lists for tuples, tuples and sets for lists, `True` for 1."""
    if isinstance(value, int) and value in (0, 1) and below(2):
        return bool(value)
    if isinstance(value, list):
        return _deepened(value, list) if below(2) else _pick((tuple, frozenset), below)(value)
    return list(value) if isinstance(value, tuple) and below(2) else value


def _deepened(rows: list[object], shape: Callable[[list[object]], object]) -> list[object]:
    return [shape(list(row)) if isinstance(row, (list, tuple)) else row for row in rows]


def _pick(items: Sequence[T], below: Below) -> T:
    return items[below(len(items))]
