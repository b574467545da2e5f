"""What the operators mean: exact 64-bit signed numbers, division truncating toward zero, failing instead of
wrapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from . import syntax
from .syntax import NUMBER_LEAST, NUMBER_MOST

OVERFLOW = "number beyond 64 bits"
DIVISION_BY_ZERO = "division by zero"


class ArithmeticFault(ArithmeticError):
    """An operation without a 64-bit result. `str()` gives the reason."""


def checked(value: int) -> int:
    if NUMBER_LEAST <= value <= NUMBER_MOST:
        return value
    raise ArithmeticFault(OVERFLOW)


def divide(left: int, right: int) -> int:
    """Truncates toward zero: -7 / 2 is -3."""
    if right == 0:
        raise ArithmeticFault(DIVISION_BY_ZERO)
    quotient = left // right
    if quotient < 0 and quotient * right != left:
        quotient += 1
    return checked(quotient)


def remainder(left: int, right: int) -> int:
    """Has the sign of the dividend: -7 % 2 is -1."""
    if right == 0:
        raise ArithmeticFault(DIVISION_BY_ZERO)
    result = abs(left) % abs(right)
    return -result if left < 0 else result


OPERATIONS: Mapping[str, Callable[..., int]] = MappingProxyType(
    {
        "+": lambda left, right: checked(left + right),
        "-": lambda left, right: checked(left - right),
        "*": lambda left, right: checked(left * right),
        "/": divide,
        "%": remainder,
        "neg": lambda value: checked(-value),
        "max": max,
        "min": min,
    }
)


def fold_values(op: str, values: Iterable[int]) -> int | None:
    """An aggregate's value: a sum is exact and checked once, at its end; min and max over nothing have none."""
    if op == "count":
        return sum(1 for _ in values)
    if op == "sum":
        return checked(sum(values))
    return min(values, default=None) if op == "min" else max(values, default=None)


def constant_value(node: syntax.Expression) -> int | str | None:
    """The value of an expression of constants; None where its arithmetic fails or it isn't constant."""
    if isinstance(node, syntax.Constant):
        return node.value
    if not isinstance(node, syntax.Arithmetic):
        return None
    values = [constant_value(argument) for argument in node.arguments]
    if not all(isinstance(value, int) for value in values):
        return None
    try:
        return OPERATIONS[node.op](*values)
    except ArithmeticFault:
        return None
