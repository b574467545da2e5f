"""Totals in a loop over tuples: those that differ in one column's number alone are kept in a list, one place a
number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .tree import Block, Line, Node

_ADDS = re.compile(r"(\w+) \+= (.+)")
_EQUALS = re.compile(r"if (\w+) == (\d+)")
#: A column with numbers beyond this has its totals told apart by tests.
MOST_PLACES = 64


@dataclass(frozen=True, slots=True)
class Listed:
    """Totals of one value by one column: statements before the loop, in it, and after it."""

    column: str
    before: Line
    within: Line
    after: list[Line]


def listed(body: Iterable[Node], columns: Iterable[str]) -> tuple[list[Listed], list[Node]]:
    """The totals that can be kept in lists, and what is left of the loop's body. `columns`: small whole numbers."""
    groups: dict[tuple[str, str], dict[int, str]] = {}
    left: list[Node] = []
    names = set(columns)
    for node in body:
        found = _total_by_number(node)
        if found is None or found[0] not in names or found[1] in groups.get((found[0], found[3]), {}):
            left.append(node)
            continue
        column, number, total, value = found
        groups.setdefault((column, value), {})[number] = total
    return list(_lists(groups)), left


def _lists(groups: dict[tuple[str, str], dict[int, str]]) -> Iterator[Listed]:
    for (column, value), totals in groups.items():
        name = f"{value}_by_{column}"
        yield Listed(
            column,
            Line(f"{name} = [0] * {MOST_PLACES}"),
            Line(f"{name}[{column}] += {value}"),
            [Line(f"{total} = {name}[{number}]") for number, total in totals.items()],
        )


def _total_by_number(node: Node) -> tuple[str, int, str, str] | None:
    if not isinstance(node, Block) or len(node.body) != 1 or not isinstance(node.body[0], Line):
        return None
    equals, adds = _EQUALS.fullmatch(node.opening), _ADDS.fullmatch(node.body[0].text)
    if equals is None or adds is None or not adds[2].isidentifier():
        return None
    return equals[1], int(equals[2]), adds[1], adds[2]
