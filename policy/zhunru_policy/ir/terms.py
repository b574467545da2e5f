"""Values as far as they are known before a request: trees, made by functions that fold what is known.

Every number has a span that it can't leave, so that what can't fail or can't hold is seen when a tree is made. Trees
are compared and rewritten as they stand; an engine prints them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from ..language.arithmetic import OPERATIONS, ArithmeticFault
from ..language.syntax import NUMBER_LEAST, NUMBER_MOST, ArithmeticOp
from .core import Const, Expr, Value, Var

Span = tuple[int, int]
ANY: Span = (NUMBER_LEAST, NUMBER_MOST)


@dataclass(frozen=True, slots=True)
class Known:
    value: Value
    may_fail = False

    @property
    def span(self) -> Span:
        return (self.value, self.value) if isinstance(self.value, int) else ANY


@dataclass(frozen=True, slots=True)
class Local:
    """A value with a name of its own: the subject, the period, a computed column, a total.

    `certain`: it has a value wherever it is read, and need not be looked at first.
    """

    name: str
    span: Span = field(default=ANY, compare=False)
    certain: bool = field(default=False, compare=False)
    may_fail = False


@dataclass(frozen=True, slots=True)
class Input:
    """The one value of an input that a subject has once. `owner` None: the applicant."""

    name: str
    owner: Term | None = None
    span: Span = field(default=ANY, compare=False)
    may_fail = False


@dataclass(frozen=True, slots=True)
class Column:
    """A place of the rows that a loop runs over; `loop` is the loop's number."""

    loop: int
    place: int
    span: Span = field(default=ANY, compare=False)
    may_fail = False


@dataclass(frozen=True, slots=True)
class Operation:
    op: ArithmeticOp
    arguments: tuple[Term, ...]
    span: Span = field(default=ANY, compare=False)
    may_fail: bool = field(default=False, compare=False)
    #: Of the arguments, where the operation is evaluated.
    spans: tuple[Span, ...] = field(default=(), compare=False)


Term = Known | Local | Input | Column | Operation

SUBJECT, PERIOD = Local("subject", certain=True), "period"


def parts(term: Term) -> Iterable[Term]:
    """The term and those within it."""
    yield term
    if isinstance(term, Operation):
        for argument in term.arguments:
            yield from parts(argument)
    elif isinstance(term, Input) and term.owner is not None:
        yield from parts(term.owner)


def value_of(node: Expr, env: Mapping[str, Term], span_of: Callable[[Term], Span] = attrgetter("span")) -> Term:
    """The term of an expression whose variables are in `env`. `span_of`: the spans of terms where it is evaluated."""
    if isinstance(node, Const):
        return Known(node.value)
    if isinstance(node, Var):
        return env[node.name]
    return operation(node.op, [value_of(argument, env, span_of) for argument in node.arguments], span_of)


def operation(
    op: ArithmeticOp, arguments: Sequence[Term], span_of: Callable[[Term], Span] = attrgetter("span")
) -> Term:
    if all(isinstance(argument, Known) for argument in arguments):
        try:
            return Known(OPERATIONS[op](*(argument.value for argument in arguments)))  # type: ignore[union-attr]
        except ArithmeticFault:
            pass  # It fails where it is evaluated, if it ever is.
    spans = tuple(map(span_of, arguments))
    span = reach(op, spans)
    fails = any(argument.may_fail for argument in arguments) or span is None or not within(span)
    return Operation(op, tuple(arguments), bounded(span or ANY), fails, spans)


def within(span: Span) -> bool:
    return span[0] >= NUMBER_LEAST and span[1] <= NUMBER_MOST


def bounded(span: Span) -> Span:
    return (max(span[0], NUMBER_LEAST), min(span[1], NUMBER_MOST))


def union(spans: Iterable[Span]) -> Span:
    lows, highs = zip(*spans, strict=True)
    return min(lows), max(highs)


def reach(op: ArithmeticOp, spans: Sequence[Span]) -> Span | None:
    """The exact results that an operation can have, not bounded to 64 bits; None where it may have none."""
    (low, high), (least, most) = spans[0], spans[-1]
    match op:
        case "+":
            return low + least, high + most
        case "-":
            return low - most, high - least
        case "*":
            products = [left * right for left in (low, high) for right in (least, most)]
            return min(products), max(products)
        case "neg":
            return -high, -low
        case "max" | "min":
            pick = max if op == "max" else min
            return pick(span[0] for span in spans), pick(span[1] for span in spans)
    return _division(op, (low, high), (least, most))


def _division(op: str, dividend: Span, divisor: Span) -> Span | None:
    if divisor[0] <= 0 <= divisor[1]:
        return None
    if op == "%":
        largest = max(abs(divisor[0]), abs(divisor[1])) - 1
        return (-largest if dividend[0] < 0 else 0, largest if dividend[1] > 0 else 0)
    quotients = [truncated(left, right) for left in dividend for right in divisor]
    if dividend[0] < 0 < dividend[1]:
        quotients.append(0)
    return min(quotients), max(quotients)


def truncated(left: int, right: int) -> int:
    """The exact quotient, toward zero."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient
