"""Aggregates as Python text: how a total starts, grows, and how far it can reach."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..ir.core import Fold, Match
from .conditions import disjunction
from .slots import union
from .symbols import Interval
from .tree import Block, Line, Node

#: More elements than any list in memory has.
MOST_ELEMENTS = 2**40


def length(total: str, nodes: list[Node]) -> list[Node]:
    """A loop that only counts is a length."""
    if len(nodes) == 1 and isinstance(nodes[0], Block) and nodes[0].body == [Line(f"{total} += 1")]:
        loop = re.fullmatch(r"for \w+ in (\w+)", nodes[0].opening)
        if loop is not None:
            return [Line(f"{total} += len({loop[1]})")]
    return nodes


def choice(op: str, start: int | None, chosen: Sequence[tuple[int, str]] | None) -> str | None:
    """The least or greatest of constants, each under a test, as one expression: the first test that holds decides."""
    if op not in ("min", "max") or chosen is None:
        return None
    value = "None" if start is None else str(start)
    for number in sorted({number for number, _ in chosen}, reverse=op == "min"):
        if start is None or (number < start if op == "min" else number > start):
            value = f"{number} if {disjunction(test for own, test in chosen if own == number)} else {value}"
    return f"({value})"


def accumulate(op: str, total: str, value: str) -> str:
    if op in ("count", "sum"):
        return f"{total} += {value}"
    sign = "<" if op == "min" else ">"
    return f"if {total} is None or {value} {sign} {total}: {total} = {value}"


def reach(op: str, start: int | None, spans: Sequence[tuple[Interval, int | None]]) -> Interval:
    if op in ("min", "max"):
        return union([interval for interval, _ in spans] + ([(start, start)] if start is not None else []))
    low = high = start or 0
    for (least, most), times in spans:
        count = MOST_ELEMENTS if times is None else times
        low += min(0, least) * count
        high += max(0, most) * count
    return low, high


def subject_of(step: Fold) -> str:
    relations = [inner.relation for inner in step.body if isinstance(inner, Match)]
    return relations[0] if relations else "values"
