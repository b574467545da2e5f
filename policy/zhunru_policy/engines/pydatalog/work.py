"""What pyDatalog's queries cost: counted while they run, and foreseen where a join is short."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ...errors import WorkLimitError
from ...ir.core import Row
from .. import PAST_WORK_LIMIT
from .layers import Join, Places, Selection

#: What one of pyDatalog's steps costs in the rows that a bound on work counts. It takes 15 to 40 µs and keeps up to
#: 2 kB until its query ends: the default bound is some eight seconds and 400 MB.
STEP_COST = 250
#: Steps that may be kept at one time, whatever the bound on work: some 1 GB.
MOST_HELD = 500_000
#: Joins of at most so many rows are not counted row by row, but as if all of them passed.
SMALL_JOIN = 1000


class Work:
    """What is left of the bound on work. Every fact asserted, row joined, primitive called and answer counts a step.

    `held`: steps whose memory is not free yet; who ends a query sets it back.
    """

    def __init__(self, limit: int) -> None:
        self._left = limit
        self.spent = 0
        self.held = 0

    def spend(self, steps: int) -> None:
        self.spent += steps
        self.held += steps
        if self.spent * STEP_COST > self._left or self.held > MOST_HELD:
            raise WorkLimitError(PAST_WORK_LIMIT)


class Lookup:
    """The rows that agree with values at some places. `rows` may grow; `forget` says which have."""

    def __init__(self, rows: Mapping[str, Collection[Row]]) -> None:
        self._rows = rows
        self._indexes: dict[tuple[str, Places], dict[Row, list[Row]]] = {}

    def selected(self, selection: Selection) -> Collection[Row]:
        if not selection.places:
            return self._rows[selection.relation]
        return self._index(selection.relation, selection.places).get(selection.values, ())

    def forget(self, relation: str) -> None:
        self._indexes = {key: index for key, index in self._indexes.items() if key[0] != relation}

    def foreseen(self, joins: Iterable[Join]) -> tuple[int, int | None]:
        """A bound on the rows joined before there may be more than `SMALL_JOIN`, and which join makes more of them."""
        most = 1
        for number, join in enumerate(joins):
            rows = len(self.selected(join.selection))
            if most * rows > SMALL_JOIN and len(join.known) > len(join.selection.places):
                index = self._index(join.selection.relation, join.known)
                rows = min(rows, max(map(len, index.values()), default=0))
            if most * rows > SMALL_JOIN:
                return most, number
            most *= rows
        return most, None

    def _index(self, relation: str, places: Places) -> dict[Row, list[Row]]:
        index = self._indexes.get((relation, places))
        if index is None:
            index = self._indexes[relation, places] = {}
            for row in self._rows[relation]:
                index.setdefault(tuple(row[place] for place in places), []).append(row)
        return index
