"""Values and conditions that are still open: numbers with the range they can take, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import z3

from ..engines.reference import COMPARISONS
from ..ir.core import Const, Expr, Value, Var
from ..language.arithmetic import OPERATIONS, divide


class Unsolvable(Exception):
    """A construct that the solver is not given: recursion over open rows, or arithmetic that is not linear."""


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """A number that is not known: the solver's term for it, and the least and the most that it can be."""

    term: Any
    least: int
    most: int


OpenValue: TypeAlias = Value | Open
#: A Python bool or a z3 one. z3's operators are typed too loosely for a union to be checked.
Condition: TypeAlias = Any


# ── conditions ───────────────────────────────────────────────────────────────────────────────────


def every(conditions: Sequence[Condition]) -> Condition:
    """All of them; none of them a Python bool."""
    return True if not conditions else conditions[0] if len(conditions) == 1 else z3.And(*conditions)


def either(conditions: Iterable[Condition]) -> Condition:
    found = [condition for condition in conditions if condition is not False]
    if any(condition is True for condition in found):
        return True
    return False if not found else found[0] if len(found) == 1 else z3.Or(*found)


def both(left: Condition, right: Condition) -> Condition:
    if left is False or right is False:
        return False
    return every([condition for condition in (left, right) if condition is not True])


def opposite(condition: Condition) -> Condition:
    return not condition if isinstance(condition, bool) else z3.Not(condition)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────


def least_of(value: OpenValue) -> int:
    return value.least if isinstance(value, Open) else int(value)


def most_of(value: OpenValue) -> int:
    return value.most if isinstance(value, Open) else int(value)


def _term(value: OpenValue) -> Any:
    return value.term if isinstance(value, Open) else value


def compare(op: str, left: OpenValue, right: OpenValue) -> Condition:
    """Whether the comparison holds, by the ranges alone where they decide it."""
    if not isinstance(left, Open) and not isinstance(right, Open):
        return COMPARISONS[op](left, right)
    if isinstance(left, str) or isinstance(right, str):
        raise Unsolvable("an open symbol")
    low, high = least_of(left) - most_of(right), most_of(left) - least_of(right)
    if isinstance(left, Open) and isinstance(right, Open) and left.term.eq(right.term):
        low = high = 0
    if op in ("=", "!="):
        if low == high == 0 or low > 0 or high < 0:
            return COMPARISONS[op](low, 0)
    elif COMPARISONS[op](low, 0) == COMPARISONS[op](high, 0):
        return COMPARISONS[op](low, 0)
    relation: Any = COMPARISONS[op]
    return relation(_term(left), _term(right))


def may_equal(left: OpenValue, right: OpenValue) -> bool:
    if not isinstance(left, Open) and not isinstance(right, Open):
        return left == right
    return not isinstance(left, str) and not isinstance(right, str) and compare("=", left, right) is not False


def pick(condition: Condition, then: OpenValue, otherwise: OpenValue) -> OpenValue:
    """Of two numbers the one that a condition says."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    return Open(
        z3.If(condition, _term(then), _term(otherwise)),
        min(least_of(then), least_of(otherwise)),
        max(most_of(then), most_of(otherwise)),
    )


def total(values: Iterable[OpenValue]) -> OpenValue:
    """The sum of numbers."""
    known, terms, least, most = 0, [], 0, 0
    for value in values:
        if isinstance(value, Open):
            terms.append(value.term)
            least, most = least + value.least, most + value.most
        else:
            known += int(value)
    if not terms:
        return known
    summed: Any = terms[0] if len(terms) == 1 else z3.Sum(terms)
    return Open(summed + known if known else summed, least + known, most + known)


def times(value: OpenValue, factor: int) -> OpenValue:
    if not isinstance(value, Open):
        return int(value) * factor
    if factor == 0:
        return 0
    ends = sorted((value.least * factor, value.most * factor))
    return Open(value.term * factor if factor != 1 else value.term, *ends)


def value_of(expression: Expr, env: Mapping[str, OpenValue]) -> OpenValue:
    if isinstance(expression, Var):
        return env[expression.name]
    if isinstance(expression, Const):
        return expression.value
    values = [value_of(argument, env) for argument in expression.arguments]
    if not any(isinstance(value, Open) for value in values):
        return OPERATIONS[expression.op](*values)
    return _operation(expression.op, values)


def _operation(op: str, values: Sequence[OpenValue]) -> OpenValue:
    match op:
        case "+":
            return total(values)
        case "-":
            return total((values[0], times(values[1], -1)))
        case "neg":
            return times(values[0], -1)
        case "*":
            return _product(*values)
        case "/" | "%":
            return _quotient(op, *values)
    best = values[0]
    for other in values[1:]:
        best = better(op, best, other)
    return best


def better(op: str, left: OpenValue, right: OpenValue) -> OpenValue:
    """The greater or the smaller of two numbers."""
    found = pick(compare(">=" if op == "max" else "<=", left, right), left, right)
    if not isinstance(found, Open):
        return found
    bound = max if op == "max" else min
    return Open(found.term, bound(least_of(left), least_of(right)), bound(most_of(left), most_of(right)))


def _product(left: OpenValue, right: OpenValue) -> OpenValue:
    if isinstance(right, int):
        return times(left, right)
    if isinstance(left, int):
        return times(right, left)
    raise Unsolvable("a product of open values")


def _quotient(op: str, left: OpenValue, right: OpenValue) -> OpenValue:
    """Truncating division by a known number; z3 rounds down for a divisor above 0."""
    if not isinstance(right, int) or right <= 0 or not isinstance(left, Open):
        raise Unsolvable("a division by an open value")
    truncated: Any = (
        left.term / right if left.least >= 0 else z3.If(left.term >= 0, left.term / right, -(-left.term / right))
    )
    quotient = Open(truncated, divide(left.least, right), divide(left.most, right))
    if op == "/":
        return quotient
    rest = total((left, times(quotient, -right)))
    return Open(_term(rest), -(right - 1) if left.least < 0 else 0, right - 1 if left.most > 0 else 0)
