"""Totals over the applicant's own tuples, filled by the loop that checks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...ir import code, python
from ...ir.code import Code, constant, name
from ...ir.definitions import Total
from ...ir.formulas import Is, Loop
from ...ir.terms import Column, Known
from ...pack.vocabulary import InputSpec
from .statements import Statements

#: A column with numbers beyond this has its totals told apart by tests.
MOST_PLACES = 64


class TuplePlan:
    """Totals in the loop over tuples: those that differ in one column's number alone are kept in a list, one place a
    number. `summed`: what adds up to a whole number, unless a tuple held something else.
    """

    def __init__(self, statements: Statements, spec: InputSpec, places: Sequence[str], totals: Sequence[Total]) -> None:
        self._statements, self._spec, self._places = statements, spec, places
        self.before: list[python.Node] = []
        self.within: list[python.Node] = []
        self.after: list[python.Node] = []
        self.summed: list[Code] = []
        self._seen: set[int] = set()
        values = statements.values
        for total in totals:
            for case in total.cases:
                assert isinstance(case.path[0], Loop)
                loop = case.path[0].number
                values.columns.update({(loop, place): own for place, own in enumerate(places)})
        left = self._in_lists(totals)
        self._partitions(left)
        for total in left:
            self.within += statements.cases(total)
        self._plain_sum()

    def _in_lists(self, totals: Sequence[Total]) -> list[Total]:
        groups: dict[tuple[int, int], dict[int, Total]] = {}
        left: list[Total] = []
        for total in totals:
            column, constant_value, value = _by_constant(total)
            own = self._spec.columns[column] if column is not None else None
            small = own is not None and own.kind == "number" and own.least >= 0 and own.most < MOST_PLACES
            if column is None or not small or constant_value in groups.get((column, value), {}):
                left.append(total)
            else:
                groups.setdefault((column, value), {})[constant_value] = total  # type: ignore[index]
        for (column, value), members in groups.items():
            self._list(column, value, members)
        return left

    def _list(self, column: int, value: int, members: Mapping[int, Total]) -> None:
        kept = self._statements.values.names.new(
            f"{self._spec.columns[value].name} by {self._spec.columns[column].name}"
        )
        zeros = code.binary("*", code.sequence([constant(0)]), constant(self._spec.columns[column].most + 1))
        self.before.append(python.assign(kept, zeros))
        place = code.item(name(kept), name(self._places[column]))
        self.within.append(python.add_at(place, name(self._places[value])))
        self.after += [
            python.assign(total.local.name, code.item(name(kept), constant(number)))
            for number, total in members.items()
        ]
        if value not in self._seen:
            self.summed.append(code.call("sum", name(kept)))
        self._seen |= {column, value}

    def _partitions(self, left: Sequence[Total]) -> None:
        """Totals that together take a number from every tuple, one for each choice of a column."""
        groups: dict[tuple[int, int], dict[object, Total]] = {}
        for total in left:
            column, constant_value, value = _by_constant(total)
            if column is not None:
                groups.setdefault((column, value), {})[constant_value] = total
        for (column, value), members in groups.items():
            if members.keys() == (self._spec.columns[column].allowed or ()) and value not in self._seen:
                self.summed += [name(total.local.name) for total in members.values()]
                self._seen.add(value)

    def _plain_sum(self) -> None:
        numbers = [
            at for at, column in enumerate(self._spec.columns) if column.kind == "number" and at not in self._seen
        ]
        if numbers:
            total = self._statements.values.names.new("sum")
            self.before.append(python.assign(total, constant(0)))
            self.within.append(python.add_to(total, code.added([name(self._places[at]) for at in numbers])))
            self.summed.append(name(total))


def _by_constant(total: Total) -> tuple[int | None, object, int]:
    """The column that is compared with a constant, the constant, and the column that is added; None for no such."""
    if total.op == "sum" and len(total.cases) == 1 and len(total.cases[0].path) == 2 and not total.start:
        case = total.cases[0]
        test = case.path[1]
        if isinstance(test, Is) and test.op == "=" and isinstance(case.value, Column):
            left, right = test.left, test.right
            if isinstance(left, Column) and isinstance(right, Known):
                return left.place, right.value, case.value.place
    return None, None, 0
