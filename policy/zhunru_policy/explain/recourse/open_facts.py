"""Facts that may change: the values they can take, in the steps and directions that the pack allows.

What counts as one fact: the value of a single-valued input; each number of a tuple (the payments of one month and
channel, their amount); each value added to a list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ...ir.core import Absent, Const, CoreProgram, Match, Row, Var, steps_within
from ...ir.formulas import FALSE, TRUE, Formula, Holds, compared, either, every, opposite
from ...ir.python import Names
from ...ir.terms import Known, Local, Term
from ...pack.vocabulary import GIVEN, ColumnSpec, InputSpec
from ...solver import Model
from .counterfactual import Change
from .steps import changes, distance, moved, room
from .tuples import possible_tuples
from .words import Texts, added_words, change_words, key_words, measure_of

#: A row that may be there, and when it is.
OpenRow = tuple[tuple[Term, ...], Formula]


def certain(row: Row) -> OpenRow:
    return tuple(map(Known, row)), TRUE


@dataclass(frozen=True, slots=True)
class Edit:
    """What to write in a request: an input's value, a value to add to its list, or a column of the tuple of a key."""

    spec: InputSpec
    key: Row
    column: ColumnSpec
    after: int | str


@dataclass(frozen=True, slots=True)
class Member:
    """A number in a sum: the key of its tuple, its value, and how many steps it can go up and down."""

    key: Row
    value: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class OpenFact:
    """A value that may change, or a sum of some: what it was, and what it becomes.

    `flags`: true for each fact of a request that changes; the first where any does. `labels`, and `told` of the key:
    its words. `total`: the relation that a sum is in; `members`: what it sums.
    """

    spec: InputSpec
    key: Row
    column: ColumnSpec
    before: int | str | None
    after: Term
    flags: tuple[Formula, ...]
    steps: Term
    allowed: bool
    labels: Texts
    told: Texts = ("", "")
    total: str = ""
    members: tuple[Member, ...] = ()

    @property
    def changed(self) -> Formula:
        return self.flags[0]

    @property
    def kind(self) -> tuple[object, ...]:
        """Another answer changes another kind of thing: not the same in another month."""
        return self.spec.name, self.column.name, tuple(part for part in self.key if isinstance(part, str))

    def change(self, model: Model) -> Change | None:
        if not model.holds(self.changed):
            return None
        after = self.after.value if isinstance(self.after, Known) else model.number(self.after)
        facts = sum(map(model.holds, self.flags))
        if self.spec.many and len(self.spec.columns) == 1:
            texts = added_words(self.labels, after, self.column)
        else:
            texts = change_words(self.labels, self.told, self.column, self.before, after, amount=self.spec.many)
        return Change(
            self.spec.name, self.key, self.column.name, self.before, after, model.number(self.steps),
            measure_of(self.column), *texts, self.total, facts,
        )  # fmt: skip

    def edits(self, change: Change) -> Iterator[Edit]:
        assert change.after is not None
        if not self.total:
            yield Edit(self.spec, self.key, self.column, change.after)
            return
        sign = 1 if int(change.after) > int(self.before or 0) else -1
        for member, steps in _shares(self.members, sign, change.steps):
            yield Edit(self.spec, member.key, self.column, member.value + sign * steps * self.column.step)


def _shares(members: Sequence[Member], sign: int, steps: int) -> Iterator[tuple[Member, int]]:
    """Steps of a sum as those of its members: of as few as possible, the greatest one first that can take them all."""

    def can_take(member: Member) -> int:
        return member.up if sign > 0 else member.down

    alone = [member for member in members if can_take(member) >= steps]
    if alone:
        yield max(alone, key=lambda member: member.value), steps
        return
    for member in sorted(members, key=can_take, reverse=True):
        if steps:
            taken = min(steps, can_take(member))
            steps -= taken
            yield member, taken


@dataclass(slots=True)
class OpenWorld:
    """One request's rows, with the facts that may change open.

    `ours`: open what the applicant can change; `beyond`: what the applicant can't, to find what blocks; `against`:
    also the way that a changeable number can't go. `closed`: the
    columns of tuples, input and place, that stay as they are, as their sums are open instead. `added`: inputs
    that are only added up. `open` and `limits` fill as rows are made.
    """

    core: CoreProgram
    subject: str
    rows: Mapping[str, Collection[Row]]
    names: Names
    added: AbstractSet[str] = frozenset()
    ours: bool = True
    beyond: bool = False
    against: bool = False
    closed: set[tuple[str, int]] = field(default_factory=set)
    open: list[OpenFact] = field(default_factory=list)
    limits: list[Formula] = field(default_factory=list)

    def opens(self, column: ColumnSpec) -> bool:
        return self.ours if changes(column) else self.beyond

    def rows_of(self, spec: InputSpec) -> Iterator[OpenRow]:
        own = [row for row in self.rows.get(spec.name, ()) if row[0] == self.subject]
        yield from (certain(row) for row in self.rows.get(spec.name, ()) if row[0] != self.subject)
        if not any(map(self.opens, spec.columns)):
            yield from map(certain, own)
        elif not spec.many and len(spec.columns) == 1:
            yield from self._open_single(spec, spec.columns[0], own[0][1] if own else None)
        elif spec.many and len(spec.columns) == 1:
            yield from self._open_list(spec, spec.columns[0], [row[1] for row in own])
        elif spec.many and spec.unique and (self.subject, spec.name) in self.rows[GIVEN]:
            yield from self._open_tuples(spec, own)
        else:
            yield from map(certain, own)

    def _open_single(self, spec: InputSpec, column: ColumnSpec, value: int | str | None) -> Iterator[OpenRow]:
        if column.kind == "symbol":
            yield from self._open_symbol(spec, column, value)
        elif value is None:
            yield from self._open_absent(spec, column)
        else:
            yield (Known(self.subject), self._open_number(spec, (), column, int(value))), TRUE

    def _open_symbol(self, spec: InputSpec, column: ColumnSpec, value: int | str | None) -> Iterator[OpenRow]:
        """A symbol can become the one it may become; to name what blocks, any that the rules ask for."""
        if value is None:
            return
        allowed = changes(column)
        targets = [column.toward] if allowed and column.toward is not None else sorted(self._asked_for(spec))
        flags: list[Formula] = []
        for target in targets:
            if target != value:
                becomes = self._flag(f"{spec.name} becomes {target}")
                self.limits.append(opposite(every([becomes, either(flags)])))
                flags.append(becomes)
                self._add(spec, (), column, value, Known(target), (becomes,), Known(1))
                yield (Known(self.subject), Known(target)), becomes
        yield (Known(self.subject), Known(value)), opposite(either(flags))

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

    def _open_absent(self, spec: InputSpec, column: ColumnSpec) -> Iterator[OpenRow]:
        """An optional fact that is not given can be given, upward from its least; a required one is missing and
        stays so.
        """
        if spec.required or column.change == "down":
            return
        steps = self.steps(spec.name, 0, (column.most - column.least) // column.step)
        changed = self._flag(f"{spec.name} changed")
        after = moved(column.least, column.step, steps)
        self._add(spec, (), column, None, after, (changed,), steps)
        yield (Known(self.subject), after), changed

    def _open_number(self, spec: InputSpec, key: Row, column: ColumnSpec, value: int) -> Term:
        one_way = column.change if self.against and column.change in ("up", "down") else None
        up, down = room(column, value, "either" if one_way else column.change)
        if up == down == 0:
            return Known(value)
        steps = self.steps(f"{spec.name} {column.name}", -down, up)
        after, nothing = moved(value, column.step, steps), Known(0)
        self._add(spec, key, column, value, after, (compared("!=", steps, nothing),), distance(steps))
        if one_way:
            wrong_way = compared("<" if one_way == "up" else ">", steps, nothing)
            self._add(spec, key, column, value, after, (wrong_way,), distance(steps), allowed=False)
        return after

    def steps(self, hint: str, least: int, most: int) -> Local:
        """How many steps something goes: open."""
        return Local(self.names.new(f"{hint} steps"), (least, most))

    def _flag(self, hint: str) -> Formula:
        """Whether something changes: open."""
        return Holds(self.names.new(hint))

    def _open_list(self, spec: InputSpec, column: ColumnSpec, values: Sequence[int | str]) -> Iterator[OpenRow]:
        """Values can be added to a list whose allowed values are known; upward only."""
        yield from (certain((self.subject, value)) for value in values)
        if column.allowed is None:
            if not changes(column) and column.kind == "number":
                yield self._open_wanted(spec, column, values)
        elif column.change in ("up", "either", "none"):
            for choice in sorted(column.allowed - set(values), key=str):
                changed = self._flag(f"{spec.name} {choice} added")
                self._add(spec, (choice,), column, None, Known(choice), (changed,), Known(1))
                yield (Known(self.subject), Known(choice)), changed

    def _open_wanted(self, spec: InputSpec, column: ColumnSpec, values: Sequence[int | str]) -> OpenRow:
        """For naming what blocks: some further number in a list of numbers (a period of the whitelist, say)."""
        number = Local(self.names.new(f"{spec.name} further"), (column.least, column.most))
        changed = self._flag(f"{spec.name} changed")
        self.limits += [compared("!=", number, Known(value)) for value in values]
        self._add(spec, (), column, None, number, (changed,), Known(1))
        return (Known(self.subject), number), changed

    def _open_tuples(self, spec: InputSpec, own: Sequence[Row]) -> Iterator[OpenRow]:
        """Every tuple that could be. One that is not given is there when it changes; where tuples are only added up,
        it may be there with 0.
        """
        given = {tuple(row[1:][place] for place in spec.unique) for row in own}
        for key, row in possible_tuples(spec, own):
            values: list[Term] = []
            before = len(self.open)
            for place, column in enumerate(spec.columns):
                stays = place in spec.unique or not self.opens(column) or (spec.name, place) in self.closed
                values.append(Known(row[place]) if stays else self._open_number(spec, key, column, int(row[place])))
            always = spec.name in self.added or key in given
            there = TRUE if always else either(fact.changed for fact in self.open[before:])
            if there != FALSE:
                yield (Known(self.subject), *values), there

    def _add(
        self, spec: InputSpec, key: Row, column: ColumnSpec, before: int | str | None, after: Term,
        flags: tuple[Formula, ...], steps: Term, *, allowed: bool = True,
    ) -> None:  # fmt: skip
        told = ("", "")
        if spec.unique:
            told = key_words(key, [measure_of(spec.columns[place]) for place in spec.unique])
        labels = (spec.label_zh, spec.label_en)
        self.open.append(
            OpenFact(spec, key, column, before, after, flags, steps, allowed and changes(column), labels, told)
        )
