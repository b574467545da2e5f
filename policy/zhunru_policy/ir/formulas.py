"""Conditions as far as they are known before a request: trees, made by functions that fold what is known."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..language.syntax import ComparisonOp
from .core import Value
from .terms import Known, Span, Term


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool


@dataclass(frozen=True, slots=True)
class Is:
    """`left op right`, both of which have a value where it is asked."""

    op: ComparisonOp
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Has:
    """There is a value: an input was given, a computed column holds."""

    term: Term


@dataclass(frozen=True, slots=True)
class Holds:
    """A condition with a name of its own."""

    name: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A number or symbol is one of some that are known."""

    term: Term
    values: frozenset[Value]


@dataclass(frozen=True, slots=True)
class Member:
    """A row is among those of a source."""

    values: tuple[Term, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Filled:
    """A source has a row."""

    source: Source


@dataclass(frozen=True, slots=True)
class Some:
    """Loops have an assignment under which everything in the path holds."""

    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Formula


Formula = Truth | Is | Has | Holds | OneOf | Member | Filled | Some | All | Any | Not


@dataclass(frozen=True, slots=True)
class Given:
    """The list that an input gives for a subject, empty where it was not given. `owner` None: the applicant."""

    name: str
    owner: Term | None = None


@dataclass(frozen=True, slots=True)
class Owners:
    """Every subject that has an input, with its one value or its list."""

    name: str


@dataclass(frozen=True, slots=True)
class Collected:
    """The rows of a relation that are kept as a set."""

    name: str


Source = Given | Owners | Collected


@dataclass(frozen=True, slots=True)
class Loop:
    """Over the rows of a source, in which `Column(number, place)` are the values. `most`: rows there can be."""

    number: int
    source: Source
    width: int
    most: int | None = None


Step = Formula | Loop
TRUE, FALSE = Truth(True), Truth(False)
OPPOSITE: Mapping[ComparisonOp, ComparisonOp] = {
    "=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
}  # fmt: skip
COMPARE: Mapping[ComparisonOp, Callable[[Value, Value], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
#: Ways in which a condition can hold that are looked at one by one.
_MOST_WAYS = 64


def compared(op: ComparisonOp, left: Term, right: Term) -> Formula:
    if isinstance(left, Known) and isinstance(right, Known):
        return TRUE if COMPARE[op](left.value, right.value) else FALSE
    if left.may_fail or right.may_fail:
        return Is(op, left, right)
    if left == right:
        return TRUE if op in ("=", "<=", ">=") else FALSE
    if isinstance(left, Known):
        mirrored: Mapping[str, ComparisonOp] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
        left, op, right = right, mirrored.get(op, op), left
    if isinstance(right, Known) and isinstance(right.value, str):
        return Is(op, left, right)
    (low, high), (least, most) = left.span, right.span
    match op:
        case "=" if high < least or low > most:
            return FALSE
        case "!=" if high < least or low > most:
            return TRUE
        case ">=" | "<" if low >= most:
            return TRUE if op == ">=" else FALSE
        case ">=" | "<" if high < least:
            return TRUE if op == "<" else FALSE
        case "<=" | ">" if high <= least:
            return TRUE if op == "<=" else FALSE
        case "<=" | ">" if low > most:
            return TRUE if op == ">" else FALSE
    return Is(op, left, right)


def one_of(term: Term, values: frozenset[Value]) -> Formula:
    if isinstance(term, Known):
        return TRUE if term.value in values else FALSE
    low, high = term.span
    if high - low < len(values) and values.issuperset(range(low, high + 1)):
        return TRUE
    return OneOf(term, values)


def every(formulas: Iterable[Formula]) -> Formula:
    found: dict[Formula, None] = {}
    for formula in formulas:
        if formula == FALSE:
            return FALSE
        if formula != TRUE:
            found.update(dict.fromkeys(formula.parts if isinstance(formula, All) else (formula,)))
    if any(isinstance(formula, Not) and formula.part in found for formula in found):
        return FALSE
    return TRUE if not found else next(iter(found)) if len(found) == 1 else All(tuple(found))


def either(formulas: Iterable[Formula]) -> Formula:
    found: dict[Formula, None] = {}
    for formula in formulas:
        if formula == TRUE:
            return TRUE
        if formula != FALSE:
            found.update(dict.fromkeys(formula.parts if isinstance(formula, Any) else (formula,)))
    if any(isinstance(formula, Not) and formula.part in found for formula in found):
        return TRUE
    return FALSE if not found else next(iter(found)) if len(found) == 1 else Any(tuple(found))


def opposite(formula: Formula) -> Formula:
    match formula:
        case Truth(value):
            return FALSE if value else TRUE
        case Not(part):
            return part
        case Is(op, left, right):
            return Is(OPPOSITE[op], left, right)
    return Not(formula)


def is_short(formula: Formula) -> bool:
    """As short as a name, so that it needs none of its own: the applicant's list has a known value, say."""
    inner = formula.part if isinstance(formula, Not) else formula
    if isinstance(inner, Member):
        own = isinstance(inner.source, Given) and inner.source.owner is None
        return own and len(inner.values) == 1 and isinstance(inner.values[0], Known)
    return isinstance(inner, (Holds, Has, Truth))


def narrowed(term: Term, path: Iterable[object]) -> Span:
    """The span of a term where the conditions of a path hold."""
    low, high = term.span
    for item in path:
        if isinstance(item, Is) and item.left == term and isinstance(item.right, Known) and not term.may_fail:
            value = item.right.value
            if isinstance(value, int):
                low = max(low, value + (item.op == ">")) if item.op in ("=", ">", ">=") else low
                high = min(high, value - (item.op == "<")) if item.op in ("=", "<", "<=") else high
    return (low, high) if low <= high else term.span


# ── what can't hold at once ──────────────────────────────────────────────────────────────────────


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


def within(formula: Step) -> Iterator[Step]:
    """The condition and those within it, loops too."""
    yield formula
    match formula:
        case All(parts) | Any(parts) | Some(parts):
            for part in parts:
                yield from within(part)
        case Not(part):
            yield from within(part)
