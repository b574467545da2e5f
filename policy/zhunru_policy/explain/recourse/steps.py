"""How far a number can go, and how far it goes."""

from __future__ import annotations

from ...ir.terms import Known, Term, operation
from ...pack.vocabulary import ColumnSpec


def changes(column: ColumnSpec) -> bool:
    """Whether an applicant can change it."""
    return column.change != "none"


def room(column: ColumnSpec, value: int, change: str) -> tuple[int, int]:
    """How many steps a number can go up, and down; both ways where an applicant can't change it."""
    up = (column.most - value) // column.step if change != "down" else 0
    down = (value - column.least) // column.step if change != "up" else 0
    return max(up, 0), max(down, 0)


def moved(start: int, step: int, steps: Term) -> Term:
    """A number after some steps."""
    return operation("+", [Known(start), operation("*", [Known(step), steps])])


def distance(steps: Term) -> Term:
    """How many steps, whichever way they go."""
    low, high = steps.span
    if low >= 0:
        return steps
    back = operation("neg", [steps])
    return back if high <= 0 else operation("max", [steps, back])
