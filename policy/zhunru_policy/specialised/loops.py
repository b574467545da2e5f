"""Totals in a loop over tuples: those that differ in one column's number alone are kept in a list, one place a
number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from .tree import Block, Line, Node

_ADDS = re.compile(r"(\w+) \+= (\w+)")
_EQUALS = re.compile(r"if (\w+) == (\d+|'[^']*')")
#: A column with numbers beyond this has its totals told apart by tests.
MOST_PLACES = 64


@dataclass(frozen=True, slots=True)
class Listed:
    """Totals of one value by one column: statements before the loop, in it, and after it.

    `name`: the list. It takes the value of every tuple, since it has a place for each number that the column can be.
    """

    name: str
    column: str
    value: str
    before: Line
    within: Line
    after: list[Line]


def listed(body: Iterable[Node], most: Mapping[str, int]) -> tuple[list[Listed], list[Node]]:
    """The totals that can be kept in lists, and what is left of the loop's body.

    `most`: the columns that are whole numbers from 0 to a small one, and that number.
    """
    groups: dict[tuple[str, str], dict[int, str]] = {}
    left: list[Node] = []
    for node in body:
        column, constant, total, value = _total(node) or ("", "", "", "")
        if column in most and int(constant) not in groups.get((column, value), {}):
            groups.setdefault((column, value), {})[int(constant)] = total
        else:
            left.append(node)
    return [_list(column, value, totals, most[column]) for (column, value), totals in groups.items()], left


def _list(column: str, value: str, totals: Mapping[int, str], most: int) -> Listed:
    name = f"{value}_by_{column}"
    after = [Line(f"{total} = {name}[{number}]") for number, total in totals.items()]
    return Listed(name, column, value, Line(f"{name} = [0] * {most + 1}"), Line(f"{name}[{column}] += {value}"), after)


def partitions(body: Iterable[Node], choices: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """For each value, the totals that take it from every tuple, one for each choice of a column."""
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for node in body:
        column, constant, total, value = _total(node) or ("", "", "", "")
        if column in choices:
            groups.setdefault((column, value), {})[constant] = total
    whole = {key: totals for key, totals in groups.items() if totals.keys() == {repr(c) for c in choices[key[0]]}}
    return {value: list(totals.values()) for (_, value), totals in whole.items()}


def _total(node: Node) -> tuple[str, str, str, str] | None:
    """The column, the constant it is compared with, the total, and the value added; None for other statements."""
    if not isinstance(node, Block) or len(node.body) != 1 or not isinstance(node.body[0], Line):
        return None
    equals, adds = _EQUALS.fullmatch(node.opening), _ADDS.fullmatch(node.body[0].text)
    return None if equals is None or adds is None else (equals[1], equals[2], adds[1], adds[2])
