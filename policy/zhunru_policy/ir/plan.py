"""A rule's steps in order, each with its access path: what engines that go through rows print.

Plain data: nothing here knows of Python or of SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ..language.syntax import ComparisonOp
from .core import Absent, Anything, Assign, Compare, Expr, Fold, Match, Step, Term, Var, step_variables
from .order import plan

Place = tuple[int, Term]


@dataclass(frozen=True, slots=True)
class Scan:
    """Over the rows of a relation that agree with what is known at the places of `key`.

    `binds`: places that bind a variable. `same`: places that must hold what is known by then. `delta`: over the rows
    alone that are new in this round of a recursion, without a key.
    """

    relation: str
    arity: int
    key: tuple[Place, ...]
    binds: tuple[tuple[int, Var], ...]
    same: tuple[Place, ...]
    delta: bool

    @property
    def variables(self) -> Iterator[str]:
        return (variable.name for _, variable in self.binds)


@dataclass(frozen=True, slots=True)
class Exists:
    """Some row agrees at the places of `key`, or none does."""

    relation: str
    arity: int
    key: tuple[Place, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Test:
    op: ComparisonOp
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Let:
    variable: Var
    value: Expr


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`agrees`: the variable is known before, and the aggregate must come to its value."""

    fold: Fold
    body: tuple[PlanStep, ...]
    agrees: bool


PlanStep = Scan | Exists | Test | Let | Aggregate


def planned(
    steps: Sequence[Step], bound: Collection[str] = (), *, exact: bool = False, first: Match | None = None
) -> tuple[PlanStep, ...]:
    """The steps in order, as `order.plan` puts them. `first`: the match that runs over new rows, before all others."""
    known = set(bound)
    found: list[PlanStep] = []
    for step in plan(steps, frozenset(bound), exact=exact, first=first):
        found.append(accessed(step, known, exact=exact, is_delta=step is first))
        known |= step_variables(step)
    return tuple(found)


def accessed(step: Step, known: Collection[str], *, exact: bool = False, is_delta: bool = False) -> PlanStep:
    """A step where some variables are known."""
    match step:
        case Match():
            return _matched(step, known, is_delta)
        case Absent(relation=relation, terms=terms):
            key = tuple((place, term) for place, term in enumerate(terms) if not isinstance(term, Anything))
            return Exists(relation, len(terms), key, True)
        case Compare(op=op, left=left, right=right):
            return Test(op, left, right)
        case Assign(variable=variable, value=value):
            return Let(variable, value)
        case Fold(variable=variable, outer=outer):
            return Aggregate(step, planned(step.body, outer, exact=exact), variable.name in known)


def _matched(step: Match, known: Collection[str], is_delta: bool) -> Scan | Exists:
    key, same = [], []
    binds: dict[str, tuple[int, Var]] = {}
    for place, term in enumerate(step.terms):
        if isinstance(term, Anything):
            continue
        if isinstance(term, Var) and term.name not in known and term.name not in binds:
            binds[term.name] = place, term
        elif is_delta or (isinstance(term, Var) and term.name in binds):
            same.append((place, term))
        else:
            key.append((place, term))
    if not binds and not is_delta:
        return Exists(step.relation, len(step.terms), tuple(key), False)
    return Scan(step.relation, len(step.terms), tuple(key), tuple(binds.values()), tuple(same), is_delta)


def variables_of(steps: Sequence[PlanStep], outer: Collection[str] = ()) -> tuple[str, ...]:
    """The variables that the steps bind, each once, in order."""
    found: dict[str, None] = {}
    for step in steps:
        match step:
            case Scan():
                found.update(dict.fromkeys(step.variables))
            case Let(variable=variable):
                found[variable.name] = None
            case Aggregate(fold=fold):
                found[fold.variable.name] = None
    return tuple(name for name in found if name not in outer)


def names_of(terms: Sequence[Place]) -> frozenset[str]:
    """The variables among some places."""
    return frozenset(term.name for _, term in terms if isinstance(term, Var))
