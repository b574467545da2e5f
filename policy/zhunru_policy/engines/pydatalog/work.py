"""What pyDatalog's queries cost: counted while they run, and foreseen where a join is short."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ...errors import WorkLimitError
from ...ir.core import Row
from .layers import Join, Places, Selection

#: What one of pyDatalog's steps costs in the rows that a bound on work counts. It takes 15 to 40 µs and keeps up to
#: 2 kB until its query ends: the default bound is some eight seconds and 400 MB.
STEP_COST = 250
#: Steps that may be kept at one time, whatever the bound on work: some 1 GB.
MOST_HELD = 500_000
#: Joins of at most so many rows are not counted row by row, but as if all of them passed.
SMALL_JOIN = 1000
#: So few rows of a relation are reckoned with all together; of more, those that agree in the places that are known.
FEW_ROWS = 30


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
            reached = f"the bound on work was reached after {self.spent} rows and operations"
            raise WorkLimitError(reached, self.spent)


class Lookup:
    """The rows that agree with values at some places. `add` says which rows were added to `rows`, `forget` where others
    stand.
    """

    def __init__(self, rows: Mapping[str, Collection[Row]]) -> None:
        self._rows = rows
        self._indexes: dict[str, dict[Places, _Index]] = {}

    def selected(self, selection: Selection) -> Collection[Row]:
        if not selection.places:
            return self._rows[selection.relation]
        return self._index(selection.relation, selection.places).rows.get(selection.values, ())

    def add(self, relation: str, rows: Collection[Row]) -> None:
        for index in self._indexes.get(relation, {}).values():
            index.add(rows)

    def forget(self, relation: str) -> None:
        self._indexes.pop(relation, None)

    def foreseen(self, joins: Iterable[Join]) -> tuple[int, int | None]:
        """A bound on the rows joined before there may be more than `SMALL_JOIN`, and which join makes more of them."""
        most = 1
        for number, join in enumerate(joins):
            rows = len(self.selected(join.selection))
            if rows > FEW_ROWS and len(join.known) > len(join.selection.places):
                rows = min(rows, self._index(join.selection.relation, join.known).most)
            if most * rows > SMALL_JOIN:
                return most, number
            most *= rows
        return most, None

    def _index(self, relation: str, places: Places) -> _Index:
        indexes = self._indexes.setdefault(relation, {})
        if places not in indexes:
            indexes[places] = _Index(places)
            indexes[places].add(self._rows[relation])
        return indexes[places]


class _Index:
    """Rows by their values at some places. `most`: how many agree at most."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self.rows: dict[Row, list[Row]] = {}
        self.most = 0

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            agreeing = self.rows.setdefault(tuple(row[place] for place in self._places), [])
            agreeing.append(row)
            self.most = max(self.most, len(agreeing))
