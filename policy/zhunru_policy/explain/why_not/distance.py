"""How far a comparison is from holding: the least whole number of units by which its fact would have to change.

A comparison has a *bound*, what the pack's own numbers make of a side, and a *fact*, what the request makes of the
other. `Score >= Least` with 530 and 550 is 20 away. Where a fact is a share, compared by cross multiplication as in
`100 * Scan >= Share * N`, it is 100·Scan/N against Share: 24.5 % against 30 % is 6 away, rounded up to whole percent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, prod

from ...engines.reference import evaluate
from ...ir.core import Compare, Expr, Operation, Value, expression_variables

_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


def distance(step: Compare, values: Mapping[str, Value], fixed: Collection[str]) -> int | None:
    """The distance of a comparison that fails, at least 1; None where no number is compared, or no fact can change it.

    `fixed`: the variables whose values come from the pack alone.
    """
    left, right, op = _side(step.left, values, fixed), _side(step.right, values, fixed), step.op
    if left is None or right is None:
        return None
    if right.fact is not None and (left.fact is None or (left.is_bound and not right.is_bound)):
        left, right, op = right, left, _MIRRORED[op]
    if left.fact is None:
        return None
    bound = Fraction(right.factor)
    if right.fact is not None:
        # Both sides have a fact: what is compared is their ratio, or their difference where neither has a factor.
        if left.factor == right.factor == 1:
            return _steps(op, left.fact, Fraction(right.fact))
        if not right.fact * right.factor or not left.factor:
            return None
        return _steps_of_share(op, Fraction(left.factor * left.fact, right.fact), bound)
    if not left.factor:
        return None
    return _steps(op if left.factor > 0 else _MIRRORED[op], left.fact, bound / left.factor)


@dataclass(frozen=True, slots=True)
class _Side:
    """A product: what the pack makes of it, and what the request does, None if nothing. `is_bound`: a parameter is in
    it.
    """

    factor: int
    fact: int | None
    is_bound: bool


def _side(side: Expr, values: Mapping[str, Value], fixed: Collection[str]) -> _Side | None:
    value = evaluate(side, values)
    if not isinstance(value, int):
        return None
    names = set(expression_variables(side))
    if names <= set(fixed):
        return _Side(value, None, bool(names))
    parts = [(part, set(expression_variables(part)) <= set(fixed)) for part in _product(side)]
    factor = prod(_number(part, values) for part, is_fixed in parts if is_fixed)
    fact = prod(_number(part, values) for part, is_fixed in parts if not is_fixed)
    return _Side(factor, fact, any(is_fixed and any(expression_variables(part)) for part, is_fixed in parts))


def _number(part: Expr, values: Mapping[str, Value]) -> int:
    value = evaluate(part, values)
    assert isinstance(value, int)
    return value


def _product(side: Expr) -> list[Expr]:
    if isinstance(side, Operation) and side.op == "*":
        return [part for argument in side.arguments for part in _product(argument)]
    return [side]


def _steps(op: str, fact: int, bound: Fraction) -> int | None:
    """From a whole number to the nearest whole number that stands in the relation to the bound."""
    match op:
        case ">=":
            wanted = ceil(bound)
        case ">":
            wanted = floor(bound) + 1
        case "<=":
            wanted = floor(bound)
        case "<":
            wanted = ceil(bound) - 1
        case "=":
            if bound.denominator != 1:
                return None
            wanted = int(bound)
        case _:
            return 1
    return abs(wanted - fact)


def _steps_of_share(op: str, share: Fraction, bound: Fraction) -> int:
    """Whole units of a share, rounded up; where the share must pass the bound, at least 1."""
    return max(1, ceil(abs(bound - share))) if op in (">=", "<=", "=") else floor(abs(bound - share)) + 1
