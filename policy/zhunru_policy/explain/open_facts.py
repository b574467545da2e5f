"""Facts that may change: the values they can take, in the steps and directions that the pack allows.

What counts as one fact: the value of a single-valued input; each number of a tuple (the payments of one month and
channel, their amount); each value added to a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from ..facts import Facts
from ..language.core import Absent, Const, CoreProgram, Match, Row, Var, steps_within
from ..vocabulary import GIVEN, ColumnSpec, InputSpec
from .symbolic import OpenRow


@dataclass(frozen=True, slots=True)
class Change:
    """One fact's change. `key` tells a tuple of a relation from the others: `(1, "online")`; `column` names what
    changes.

    `before` None: the fact was not given, or the value was not in the list. `steps`: the distance in the fact's own
    steps.
    """

    fact: str
    key: Row
    column: str
    before: int | str | None
    after: int | str
    steps: int


@dataclass(frozen=True, slots=True)
class OpenFact:
    """A value that may change: where it stands, what it was, and the solver's terms for what it becomes."""

    spec: InputSpec
    key: Row
    column: ColumnSpec
    before: int | str | None
    after: Any
    changed: Any
    steps: Any
    allowed: bool

    def change(self, model: z3.ModelRef) -> Change | None:
        if not z3.is_true(model.eval(self.changed, model_completion=True)):
            return None
        after = self.after if isinstance(self.after, str) else number_in(model, self.after)
        steps = self.steps if isinstance(self.steps, int) else number_in(model, self.steps)
        return Change(self.spec.name, self.key, self.column.name, self.before, after, steps)


def number_in(model: z3.ModelRef, term: Any) -> int:
    value: Any = model.eval(term, model_completion=True)
    return value.as_long()


@dataclass(slots=True)
class OpenWorld:
    """One request's rows, with the facts that may change open.

    `everything`: open what an applicant can't change too, to find what blocks. `open` and `limits` fill as rows are
    made.
    """

    core: CoreProgram
    subject: str
    rows: Mapping[str, Sequence[Row]]
    everything: bool = False
    open: list[OpenFact] = field(default_factory=list)
    limits: list[Any] = field(default_factory=list)

    def rows_of(self, spec: InputSpec) -> Iterator[OpenRow]:
        own = [row for row in self.rows.get(spec.name, ()) if row[0] == self.subject]
        yield from (OpenRow(row, True) for row in self.rows.get(spec.name, ()) if row[0] != self.subject)
        given = (self.subject, spec.name) in self.rows[GIVEN]
        if not spec.many and len(spec.columns) == 1:
            yield from self._open_single(spec, own[0][1] if own else None)
        elif spec.many and len(spec.columns) == 1:
            yield from self._open_list(spec, [row[1] for row in own])
        elif spec.many and spec.unique and given and any(_changes(column) for column in spec.columns):
            yield from self._open_tuples(spec, own)
        else:
            yield from (OpenRow(row, True) for row in own)

    def _open_single(self, spec: InputSpec, value: int | str | None) -> Iterator[OpenRow]:
        (column,) = spec.columns
        allowed = _changes(column)
        if not allowed and not self.everything:
            if value is not None:
                yield OpenRow((self.subject, value), True)
        elif column.kind == "symbol":
            yield from self._open_symbol(spec, column, value, allowed)
        elif value is None:
            yield from self._open_absent(spec, column, allowed)
        else:
            assert isinstance(value, int)
            after = self._open_number(spec, (), column, value, allowed)
            yield OpenRow((self.subject, after), True)

    def _open_symbol(
        self, spec: InputSpec, column: ColumnSpec, value: int | str | None, allowed: bool
    ) -> Iterator[OpenRow]:
        """A symbol can become the one it may become; to name what blocks, any that the rules ask for."""
        if value is None:
            return
        targets = [column.toward] if allowed and column.toward is not None else sorted(self._asked_for(spec))
        flags = []
        for target in targets:
            if target != value:
                flags.append(z3.Bool(f"{spec.name} becomes {target}"))
                self.open.append(OpenFact(spec, (), column, value, target, flags[-1], 1, allowed))
                yield OpenRow((self.subject, target), flags[-1])
        if flags:
            self.limits.append(z3.AtMost(*flags, 1))
        yield OpenRow((self.subject, value), z3.Not(z3.Or(flags)) if flags else True)

    def _asked_for(self, spec: InputSpec) -> set[str]:
        """The symbols that rules look for in an input: constants in its place, and facts that they join it with."""
        found: set[str] = set()
        for rule in self.core.rules:
            atoms = [step for step in steps_within(rule.body) if isinstance(step, (Match, Absent))]
            asked = [atom.terms[-1] for atom in atoms if atom.relation == spec.name]
            found |= {str(term.value) for term in asked if isinstance(term, Const)}
            for atom in atoms:
                for place, term in enumerate(atom.terms):
                    if term in asked and isinstance(term, Var) and atom.relation != spec.name:
                        found |= {str(row[place]) for row in self.core.facts.get(atom.relation, ())}
        return found

    def _open_absent(self, spec: InputSpec, column: ColumnSpec, allowed: bool) -> Iterator[OpenRow]:
        """An optional fact that is not given can be given, upward from its least; a required one is missing and
        stays so.
        """
        if spec.required or (allowed and column.change == "down"):
            return
        after: Any = z3.Int(f"{spec.name} after")
        changed: Any = z3.Bool(f"{spec.name} changed")
        self.limits += [after >= column.least, after <= column.most]
        self.open.append(
            OpenFact(spec, (), column, None, after, changed, _steps(after - column.least, column), allowed)
        )
        yield OpenRow((self.subject, after), changed)

    def _open_number(self, spec: InputSpec, key: Row, column: ColumnSpec, value: int, allowed: bool) -> Any:
        name = f"{spec.name} {key} {column.name}"
        steps: Any = z3.Int(f"{name} steps")
        after = value + column.step * steps
        self.limits += [after >= column.least, after <= column.most]
        if allowed and column.change == "up":
            self.limits.append(steps >= 0)
        elif allowed and column.change == "down":
            self.limits.append(steps <= 0)
        changed = z3.Bool(f"{name} changed")
        self.limits.append(changed == (steps != 0))
        far = (
            steps
            if allowed and column.change == "up"
            else -steps
            if allowed and column.change == "down"
            else _size(steps)
        )
        self.open.append(OpenFact(spec, key, column, value, after, changed, far, allowed))
        return after

    def _open_list(self, spec: InputSpec, values: Sequence[int | str]) -> Iterator[OpenRow]:
        """Values can be added to a list whose allowed values are known; upward only."""
        (column,) = spec.columns
        yield from (OpenRow((self.subject, value), True) for value in values)
        allowed = column.change in ("up", "either")
        if column.allowed is None:
            if self.everything:
                yield from self._open_wanted(spec, column)
        elif allowed or self.everything:
            for choice in sorted(column.allowed - set(values), key=str):
                changed = z3.Bool(f"{spec.name} {choice} added")
                self.open.append(OpenFact(spec, (choice,), column, None, str(choice), changed, 1, allowed))
                yield OpenRow((self.subject, choice), changed)

    def _open_wanted(self, spec: InputSpec, column: ColumnSpec) -> Iterator[OpenRow]:
        """For naming what blocks: some further number in a list of numbers (a period of the whitelist, say)."""
        if column.kind == "number":
            after: Any = z3.Int(f"{spec.name} further")
            changed: Any = z3.Bool(f"{spec.name} changed")
            self.limits += [after >= column.least, after <= column.most]
            self.open.append(OpenFact(spec, (), column, None, after, changed, 1, False))
            yield OpenRow((self.subject, after), changed)

    def _open_tuples(self, spec: InputSpec, own: Sequence[Row]) -> Iterator[OpenRow]:
        """Every tuple that could be: the keys are known, a tuple that is not given has 0 everywhere."""
        places = spec.unique
        given = {tuple(row[1:][place] for place in places): row[1:] for row in own}
        for key in _keys(spec):
            row = given.get(key)
            values: list[object] = []
            for place, column in enumerate(spec.columns):
                if place in places:
                    values.append(key[places.index(place)])
                    continue
                value = row[place] if row is not None else 0
                values.append(self._open_number(spec, key, column, int(value), True) if _changes(column) else value)
            yield OpenRow((self.subject, *values), True)


def _changes(column: ColumnSpec) -> bool:
    return column.change != "none"


def _steps(distance: Any, column: ColumnSpec) -> Any:
    return distance if column.step == 1 else (distance + (column.step - 1)) / column.step


def _size(steps: Any) -> Any:
    return z3.If(steps >= 0, steps, -steps)


def _keys(spec: InputSpec) -> Iterator[Row]:
    """Every combination of the key columns' values."""
    keys: list[Row] = [()]
    for place in spec.unique:
        column = spec.columns[place]
        choices = (
            sorted(column.allowed, key=str) if column.allowed is not None else range(column.least, column.most + 1)
        )
        keys = [(*key, choice) for key in keys for choice in choices]
    yield from keys


def apply_changes(inputs: Mapping[str, InputSpec], facts: Facts, changes: Sequence[Change]) -> dict[str, object]:
    """The facts after the changes, in the form in which a request gives them."""
    after: dict[str, Any] = dict(facts)
    for change in changes:
        spec = inputs[change.fact]
        if not spec.many:
            after[change.fact] = change.after
        elif len(spec.columns) == 1:
            after[change.fact] = [*after.get(change.fact, ()), change.after]
        else:
            after[change.fact] = _changed_tuples(spec, after.get(change.fact, ()), change)
    return after


def _changed_tuples(spec: InputSpec, rows: Sequence[Row], change: Change) -> list[Row]:
    place = [column.name for column in spec.columns].index(change.column)
    kept = [list(row) for row in rows]
    for row in kept:
        if tuple(row[at] for at in spec.unique) == change.key:
            row[place] = change.after
            return [tuple(row) for row in kept]
    fresh: list[int | str] = [0] * len(spec.columns)
    for at, value in zip(spec.unique, change.key, strict=True):
        fresh[at] = value
    fresh[place] = change.after
    return [tuple(row) for row in [*kept, fresh]]
