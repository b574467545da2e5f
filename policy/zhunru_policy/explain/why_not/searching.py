"""How a clause fails to give what is absent: every way through its literals, and in each the literals that fail.

A way takes the literals in an order in which those on the pack's own tables come first, then those on what the request
gives, so that it is the request that falls short and not a table. Where a match has rows, each begins a way of its own.

A match without rows fails, and the variables that only it would bind have no value. Literals that need one of them are
*open*: they say what a row would have to be like, so they count as failing too, but nothing can be said of their sides.
So a way is complete: were its failing and open literals true for some values, the clause would give the fact. A way
that needs fewer literals to become true stands before one that needs more.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from ...engines.reference import COMPARISONS, evaluate
from ...engines.traced.source import TracedFold, TracedRule
from ...engines.traced.tracing import Group, Member, Trace, pattern
from ...ir.core import (
    Absent,
    Compare,
    Const,
    Expr,
    Fold,
    Match,
    Row,
    Step,
    Value,
    Var,
    expression_variables,
    step_variables,
)
from ...language.arithmetic import ArithmeticFault, fold_values
from ..budget import OutOfStepsError, Pace
from ..goals import Absence

Env = Mapping[str, Value]

#: A literal taken along a way takes as long as looking at these many rows.
STEPS_OF_LITERAL = 20
#: One clause gets this part of the steps left, so that what the others say is told too.
PART_OF_STEPS = 4


class Way(NamedTuple):
    """A clause under values for which it fails. `known`: the variables that the goal binds. `passed`: steps that hold;
    `failing`: those that don't, each with the fault for which it has no value, or an empty text; `open`: those whose
    variables have no value."""

    known: frozenset[str]
    values: Env
    passed: tuple[Step, ...]
    failing: tuple[tuple[Step, str], ...]
    open: tuple[Step, ...]


class Search:
    """Searches in one trace. `pace`: bounds how far, and is told where something was left unfinished."""

    def __init__(self, trace: Trace, pace: Pace) -> None:
        self.trace = trace
        self.pace = pace
        self._least = 0
        self._fixed = trace.tracer.fixed

    def failing_ways(self, rule: TracedRule, goal: Absence) -> list[Way] | None:
        """The ways in which the rule fails to give the goal, best first; None where its head can't be of that form."""
        bound = unify(rule.rule.head, goal)
        if bound is None:
            return None
        start = Way(frozenset(bound), bound, (), (), ())
        found: list[Way] = []
        self._least = self.pace.steps - self.pace.steps // PART_OF_STEPS
        try:
            found.extend(way for way in self._ways(start, asked(rule, goal)) if way.failing or way.open)
        except OutOfStepsError:
            self.pace.cuts += 1  # `found` has the ways before
        self._least = 0
        return sorted(found, key=lambda way: (len(way.failing) + len(way.open), sorted(way.values.items())))

    def solve(self, steps: Sequence[Step], values: Env) -> Iterator[Env]:
        """The assignments under which all steps hold."""
        start = Way(frozenset(values), values, (), (), ())
        return (way.values for way in self._ways(start, tuple(steps), give_up=True))

    def group(self, scope: TracedFold, outer: Env) -> Group:
        """What a fold runs over, sorted. Raises `OutOfStepsError`."""
        start = {name: outer[name] for name in scope.fold.outer}
        return sorted(self._member(scope, values) for values in self.solve(scope.fold.body, start))

    def _member(self, scope: TracedFold, values: Env) -> Member:
        groups = tuple(self.group(inner, values) for inner in scope.folds)
        target = evaluate(scope.fold.target, values) if scope.fold.target is not None else 1
        assert isinstance(target, int)
        return tuple(values[name] for name in scope.variables), groups, target

    def _ways(self, way: Way, pending: tuple[Step, ...], *, give_up: bool = False) -> Iterator[Way]:
        """Goes on along a way. `give_up`: only ways on which nothing fails are wanted. Raises `OutOfStepsError`."""
        self.pace.take(STEPS_OF_LITERAL)
        if self.pace.steps < self._least:
            raise OutOfStepsError
        step = next_step(pending, way.values.keys(), self._fixed)
        if step is None:
            if not (give_up and pending):
                yield way._replace(open=pending)
            return
        rest = tuple(other for other in pending if other is not step)
        fault = ""
        try:
            envs = self._take(step, way.values)
        except ArithmeticFault as error:
            envs, fault = [], str(error)
        for env in envs:
            yield from self._ways(way._replace(values=env, passed=(*way.passed, step)), rest, give_up=give_up)
        if not envs and not give_up:
            yield from self._ways(way._replace(failing=(*way.failing, (step, fault))), rest)

    def _take(self, step: Step, values: Env) -> list[Env]:
        """What the variables can be after the step; empty where it fails."""
        match step:
            case Match(relation=relation, terms=terms):
                rows = sorted(self.pace.over(self.trace.matching(relation, pattern(terms, values))))
                found = {frozenset(env.items()): env for row in rows if (env := _agree(terms, row, values)) is not None}
                return list(found.values())
            case Absent(relation=relation, terms=terms):
                return [] if self.trace.matching(relation, pattern(terms, values)) else [values]
            case Compare():
                bound = binding(step, values)
                if bound is not None:
                    return [{**values, bound[0]: evaluate(bound[1], values)}]
                holds = COMPARISONS[step.op](evaluate(step.left, values), evaluate(step.right, values))
                return [values] if holds else []
            case Fold(variable=variable):
                result = self._result(step, values)
                if result is None or values.get(variable.name, result) != result:
                    return []
                return [{**values, variable.name: result}]
            case _:
                raise AssertionError("equalities are not planned here")

    def _result(self, step: Fold, values: Env) -> int | None:
        """The aggregate's value under the outer variables; None for min and max over nothing."""
        start = {name: values[name] for name in step.outer}
        targets: dict[Row, int] = {}
        for inner in self.solve(step.body, start):
            value = evaluate(step.target, inner) if step.target is not None else 1
            assert isinstance(value, int)
            targets[tuple(inner[variable.name] for variable in step.over)] = value
        return fold_values(step.op, targets.values())


# ── the order of steps ───────────────────────────────────────────────────────────────────────────


def order_of(steps: Sequence[Step], bound: Sequence[str], fixed: Container[str]) -> tuple[Step, ...]:
    """The order in which a way takes the steps as long as none fails."""
    pending, known = list(steps), set(bound)
    ordered: list[Step] = []
    while pending:
        step = next_step(pending, known, fixed)
        assert step is not None, "a checked rule binds all its variables"
        pending = [other for other in pending if other is not step]
        ordered.append(step)
        known |= step_variables(step)
    return tuple(ordered)


def next_step(pending: Sequence[Step], known: AbstractSet[str], fixed: Container[str]) -> Step | None:
    """The step to take: tests first, then the pack's tables, then what the request gives, then aggregates."""
    ranked = [(rank, at) for at, step in enumerate(pending) if (rank := _rank(step, known, fixed)) is not None]
    return pending[min(ranked)[1]] if ranked else None


def _rank(step: Step, known: AbstractSet[str], fixed: Container[str]) -> tuple[int, int] | None:
    match step:
        case Match(relation=relation, terms=terms):
            held = sum(isinstance(term, Const) or (isinstance(term, Var) and term.name in known) for term in terms)
            free = any(isinstance(term, Var) and term.name not in known for term in terms)
            return (1 if relation in fixed else 2) + (2 if free else 0), -held
        case Fold(outer=outer):
            return (5, 0) if outer <= known else None
        case Compare():
            return (0, 0) if step_variables(step) <= known or binding(step, known) is not None else None
        case _:
            return (0, 0) if step_variables(step) <= known else None


def binding(step: Compare, known: Container[str]) -> tuple[str, Expr] | None:
    """The variable that an equality gives a value, and the expression that gives it."""
    if step.op == "=":
        for target, value in ((step.left, step.right), (step.right, step.left)):
            is_known = all(name in known for name in expression_variables(value))
            if isinstance(target, Var) and target.name not in known and is_known:
                return target.name, value
    return None


def asked(rule: TracedRule, goal: Absence) -> tuple[Step, ...]:
    """The rule's body, and what the goal asks of the head's expressions; the latter has the rule's own span."""
    wanted = (
        Compare("=", term, Const(value), rule.rule.span)
        for term, value in zip(rule.rule.head, goal.pattern, strict=True)
        if value is not None and not isinstance(term, (Const, Var))
    )
    return (*rule.rule.body, *wanted)


def unify(head: Sequence[Expr], goal: Absence) -> dict[str, Value] | None:
    """The variables that the goal's values give to the head's plain terms; None where they can't agree."""
    bound: dict[str, Value] = {}
    for place, (term, value) in enumerate(zip(head, goal.pattern, strict=True)):
        if isinstance(term, Const):
            limit = goal.limit if goal.limit is not None and goal.limit.place == place else None
            if (value is not None and term.value != value) or (limit is not None and not limit.admits(term.value)):
                return None
        if isinstance(term, Var) and value is not None and bound.setdefault(term.name, value) != value:
            return None
    return bound


def _agree(terms: Sequence[object], row: Row, values: Env) -> Env | None:
    """The values with those of the row; None where a variable stands twice and differs."""
    found = dict(values)
    for term, value in zip(terms, row, strict=True):
        if isinstance(term, Var) and found.setdefault(term.name, value) != value:
            return None
    return found
