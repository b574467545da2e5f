"""Conditions that can't hold at once, as far as can be seen from their trees."""

from __future__ import annotations

from collections.abc import Mapping

from ..language.syntax import ComparisonOp
from .core import Value
from .formulas import COMPARE, All, Any, Formula, Has, Holds, Is, Not
from .terms import Known

#: Ways in which a condition can hold that are looked at one by one.
_MOST_WAYS = 64


def exclude(left: Formula, right: Formula, means: Mapping[str, Formula]) -> bool:
    """Whether two conditions can't hold at once, as far as can be seen. `means`: what named conditions stand for."""
    ours, theirs = _ways(left, means), _ways(right, means)
    if ours is None or theirs is None or len(ours) * len(theirs) > _MOST_WAYS:
        return False
    return all(any(_clash(a, b) for a in way for b in other) for way in ours for other in theirs)


def _clash(left: Formula, right: Formula) -> bool:
    if isinstance(left, Is) and isinstance(right, Is) and left.left == right.left:
        if left.right == right.right:
            return left.op in _EXCLUDED[right.op]
        if isinstance(left.right, Known) and isinstance(right.right, Known):
            return _apart(left.op, left.right.value, right.op, right.right.value)
        return False
    if isinstance(left, Not) or isinstance(right, Not):
        negative, other = (left, right) if isinstance(left, Not) else (right, left)
        assert isinstance(negative, Not)
        return negative.part == other or (isinstance(other, Is) and negative.part == Has(other.left))
    return False


#: For each comparison, those that can't hold of the same two values beside it.
_EXCLUDED: Mapping[ComparisonOp, frozenset[str]] = {
    "=": frozenset(("!=", "<", ">")),
    "!=": frozenset(("=",)),
    "<": frozenset(("=", ">=", ">")),
    ">=": frozenset(("<",)),
    ">": frozenset(("=", "<=", "<")),
    "<=": frozenset((">",)),
}


def _apart(op: ComparisonOp, value: Value, other: ComparisonOp, bound: Value) -> bool:
    """Whether nothing is `op value` and `other bound` at once."""
    if op == "=":
        return not COMPARE[other](value, bound)
    if other == "=":
        return not COMPARE[op](bound, value)
    if isinstance(value, str) or isinstance(bound, str):
        return False
    if op in (">", ">=") and other in ("<", "<="):
        return value + (op == ">") > bound - (other == "<")
    if op in ("<", "<=") and other in (">", ">="):
        return _apart(other, bound, op, value)
    return False


def _ways(formula: Formula, means: Mapping[str, Formula]) -> list[list[Formula]] | None:
    """The conjunctions of which a condition is the disjunction; None where they are too many."""
    match formula:
        case Any(parts):
            found = [_ways(part, means) for part in parts]
            joined = None if None in found else [way for ways in found for way in ways or ()]
        case All(parts):
            joined = [[]]
            for part in parts:
                ways = _ways(part, means)
                if ways is None or len(joined) * len(ways) > _MOST_WAYS:
                    return None
                joined = [[*way, *more] for way in joined for more in ways]
        case Holds(name) if name in means:
            joined = [[formula, *way] for way in _ways(means[name], means) or [[]]]
        case _:
            return [[formula]]
    return joined if joined is not None and len(joined) <= _MOST_WAYS else None
