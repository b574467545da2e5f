"""Paths: what must be gone through to a row."""

from __future__ import annotations

from collections.abc import Sequence

from .definitions import Case, Item, Let, Path, Total
from .formulas import FALSE, TRUE, Formula, Is, Loop, Member, either, every, opposite
from .formulas import within as formulas_within
from .terms import Known, Span, Term, union

#: More elements than any list in memory has.
MOST_ELEMENTS = 2**40


def condition(path: Path) -> Formula:
    """The condition that a path without loops is."""
    return every(item for item in path if not isinstance(item, (Loop, Let, Total)))


def further(path: Path, items: Sequence[Item]) -> Path | None:
    """The path with what is new in the items; None where it can't be gone through."""
    for item in items:
        if item == FALSE or (not isinstance(item, (Loop, Let, Total)) and opposite(item) in path):
            return None
        if item != TRUE and item not in path:
            path = (*path, item)
    return path


def fails(item: Item) -> bool:
    """Whether a condition reads what may have failed."""
    if isinstance(item, (Loop, Let, Total)):
        return False
    terms: list[Term] = []
    for each in formulas_within(item):
        if isinstance(each, Is):
            terms += [each.left, each.right]
        elif isinstance(each, Member):
            terms += each.values
    return any(term.may_fail for term in terms)


def is_in_loop(path: Path) -> bool:
    return any(isinstance(item, Loop) for item in path)


def times(path: Path) -> int:
    times = 1
    for item in path:
        if isinstance(item, Loop):
            times *= MOST_ELEMENTS if item.most is None else item.most
    return times


# ── aggregates ───────────────────────────────────────────────────────────────────────────────────


def choices(
    op: str, start: int | None, cases: Sequence[Case], guard: Formula
) -> tuple[tuple[Formula, tuple[Term, ...]], ...]:
    """The first condition that holds decides, so that of the least (or greatest) comes first."""
    numbers = sorted({case.value.span[0] for case in cases}, reverse=op == "max")
    better = [n for n in numbers if start is None or (n < start if op == "min" else n > start)]
    return tuple(
        (every([guard, either(condition(c.path) for c in cases if c.value.span[0] == number)]), (Known(number),))
        for number in better
    )


def are_choices(cases: Sequence[Case]) -> bool:
    return all(isinstance(case.value, Known) and not is_in_loop(case.path) for case in cases)


def reach_of(op: str, start: int | None, cases: Sequence[Case]) -> Span:
    if op in ("min", "max"):
        return union([*(case.value.span for case in cases), *([] if start is None else [(start, start)])])
    low = high = start or 0
    for case in cases:
        often = times(case.path)
        low += min(0, case.value.span[0]) * often
        high += max(0, case.value.span[1]) * often
    return low, high
