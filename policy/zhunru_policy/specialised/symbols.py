"""Values as the specialiser knows them: a constant, or the Python expression that holds the value at call time.

Every number carries an interval that it can't leave, so that checks which can't fail are not written.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.core import Const, Expr, Operation, Value, Var
from ..language.arithmetic import OPERATIONS, ArithmeticFault
from ..language.syntax import NUMBER_LEAST, NUMBER_MOST

Interval = tuple[int, int]
ANY: Interval = (NUMBER_LEAST, NUMBER_MOST)


@dataclass(frozen=True, slots=True)
class Symbol:
    """`text` is an atomic Python expression. `local`: it is bound inside a loop and has no meaning outside.

    `certain`: the least or greatest of a group that can't be empty, so never None.
    """

    text: str
    interval: Interval = ANY
    value: Value | None = None
    local: bool = False
    certain: bool = False

    @property
    def is_constant(self) -> bool:
        return self.value is not None


Env = dict[str, Symbol]


def constant(value: Value) -> Symbol:
    interval = (value, value) if isinstance(value, int) else ANY
    return Symbol(repr(value) if not isinstance(value, int) or value >= 0 else f"({value})", interval, value)


def expression(node: Expr, env: Env) -> Symbol:
    """The symbol of an expression whose variables are in `env`."""
    if isinstance(node, Const):
        return constant(node.value)
    if isinstance(node, Var):
        return env[node.name]
    return operation(node, [expression(argument, env) for argument in node.arguments])


def operation(node: Operation, arguments: list[Symbol]) -> Symbol:
    if all(argument.is_constant for argument in arguments):
        try:
            return constant(OPERATIONS[node.op](*(argument.value for argument in arguments)))
        except ArithmeticFault:
            pass  # It fails where it is evaluated, if it ever is.
    local = any(argument.local for argument in arguments)
    texts = [argument.text for argument in arguments]
    intervals = [argument.interval for argument in arguments]
    match node.op:
        case "+" | "-" | "*":
            reach = _reach(node.op, *intervals)
            text = f"({texts[0]} {node.op} {texts[1]})"
        case "neg":
            reach = (-intervals[0][1], -intervals[0][0])
            text = f"(-{texts[0]})"
        case "/" | "%":
            return _division(node.op, texts, intervals, local)
        case "max" | "min":
            pick = max if node.op == "max" else min
            reach = (pick(low for low, _ in intervals), pick(high for _, high in intervals))
            return Symbol(f"{node.op}({', '.join(texts)})", reach, None, local)
    if reach[0] >= NUMBER_LEAST and reach[1] <= NUMBER_MOST:
        return Symbol(text, reach, None, local)
    return Symbol(f"checked{text}", (max(reach[0], NUMBER_LEAST), min(reach[1], NUMBER_MOST)), None, local)


def _reach(op: str, left: Interval, right: Interval) -> Interval:
    if op == "+":
        return left[0] + right[0], left[1] + right[1]
    if op == "-":
        return left[0] - right[1], left[1] - right[0]
    products = [a * b for a in left for b in right]
    return min(products), max(products)


def _division(op: str, texts: list[str], intervals: list[Interval], local: bool) -> Symbol:
    (low, high), (least, most) = intervals
    if low >= 0 and least > 0:
        if op == "/":
            return Symbol(f"({texts[0]} // {texts[1]})", (low // most, high // least), None, local)
        return Symbol(f"({texts[0]} % {texts[1]})", (0, min(high, most - 1)), None, local)
    return Symbol(f"{'divide' if op == '/' else 'remainder'}({', '.join(texts)})", ANY, None, local)
