"""The exact reading of a core program, step by step: which rows hold, and which rules fail.

A value that could not be computed is *lost*. Steps that read a lost variable are passed over, all others must still
hold; an assignment that satisfies them fails its rule. A relation with a failing rule is unknown, so rules that read
it are not judged. Of the rules that fail, the first by file and line is named.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..errors import RuleArithmeticError, WorkLimitError
from ..ir.core import (
    Absent,
    Assign,
    Compare,
    Const,
    CoreProgram,
    Expr,
    Fold,
    Match,
    Row,
    Rows,
    Rule,
    Step,
    Stratum,
    Term,
    Value,
    Var,
    step_variables,
    steps_within,
)
from ..ir.order import plan
from ..language.arithmetic import OPERATIONS, ArithmeticFault, fold_values
from ..language.syntax import Span
from . import PAST_WORK_LIMIT, WORK_LIMIT, Derivation

COMPARISONS: Mapping[str, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Env = Mapping[str, Value]


class Assignment(NamedTuple):
    """Variables' values; `lost` names those that a failed operation left without one, `fault` says why."""

    values: Env
    lost: frozenset[str]
    fault: str


def prepare(program: CoreProgram) -> Derivation:
    def derive(inputs: Rows, *, work: int = WORK_LIMIT) -> dict[str, set[Row]]:
        evaluation = Evaluation(program, inputs, work)
        failures: dict[Span, str] = {}
        for stratum in program.strata:
            evaluation.fill(stratum, failures)
        if failures:
            rule = min(failures)
            raise RuleArithmeticError(rule, failures[rule])
        return evaluation.rows

    return derive


class Evaluation:
    """Rows as they grow, an index on them for each set of bound places, and the rows looked at so far."""

    def __init__(self, program: CoreProgram, inputs: Rows, work: int) -> None:
        self.rows: dict[str, set[Row]] = {name: set(program.facts.get(name, ())) for name in program.relations}
        for name, given in inputs.items():
            self.rows[name].update(given)
        self.unknown: set[str] = set()
        self._indexes: dict[tuple[str, tuple[int, ...]], dict[Row, list[Row]]] = {}
        self._work = work

    def fill(self, stratum: Stratum, failures: dict[Span, str]) -> None:
        judged = [rule for rule in stratum.rules if self.unknown.isdisjoint(_reads(rule))]
        if len(judged) < len(stratum.rules):
            self.unknown |= {rule.relation for rule in stratum.rules if rule not in judged}
            if stratum.recursive:
                self.unknown |= stratum.relations
                return
        planned = [(rule, plan(rule.body, exact=True)) for rule in judged]
        grows = True
        while grows:
            grows = False
            for rule, steps in planned:
                grows |= self._apply(rule, steps, failures)
            grows = grows and stratum.recursive

    def _apply(self, rule: Rule, steps: Sequence[Step], failures: dict[Span, str]) -> bool:
        """Adds the rows that the rule derives now; says whether there was a new one."""
        found: set[Row] = set()
        for values, _, fault in self.solve(steps, Assignment({}, frozenset(), "")):
            try:
                if not fault:
                    found.add(tuple(evaluate(value, values) for value in rule.head))
            except ArithmeticFault as error:
                fault = str(error)
            if fault:
                failures[rule.span] = min(fault, failures.get(rule.span, fault))
                self.unknown.add(rule.relation)
        new = found - self.rows[rule.relation]
        if new:
            self.rows[rule.relation] |= new
            self._indexes = {key: index for key, index in self._indexes.items() if key[0] != rule.relation}
        return bool(new)

    def solve(self, steps: Sequence[Step], start: Assignment) -> Iterator[Assignment]:
        """Every assignment that satisfies all steps but those that read a lost value."""
        levels: list[Iterator[Assignment]] = [iter((start,))]
        while levels:  # a loop and not a recursion: a rule may have thousands of steps
            after = next(levels[-1], None)
            if after is None:
                levels.pop()
            elif len(levels) > len(steps):
                yield after
            else:
                levels.append(self._after(steps[len(levels) - 1], after))

    def _after(self, step: Step, start: Assignment) -> Iterator[Assignment]:
        if start.lost.isdisjoint(step_variables(step)):
            return self._take(step, start)
        return iter((start._replace(lost=start.lost | (step_variables(step) - start.values.keys())),))

    def _take(self, step: Step, start: Assignment) -> Iterator[Assignment]:
        values, lost, fault = start
        try:
            for bound in self._taken(step, values):
                yield Assignment({**values, **bound}, lost, fault) if bound else start
        except ArithmeticFault as error:
            without = step_variables(step) - values.keys()
            yield Assignment(values, lost | without, min(str(error), fault or str(error)))

    def _taken(self, step: Step, values: Env) -> Iterator[Env]:
        """What the step binds, once for each way in which it holds."""
        match step:
            case Match():
                yield from self._matched(step, values)
            case Absent(relation=relation, terms=terms):
                if not self.lookup(relation, terms, values):
                    yield {}
            case Compare(op=op, left=left, right=right):
                if COMPARISONS[op](evaluate(left, values), evaluate(right, values)):
                    yield {}
            case Assign(variable=variable, value=value):
                yield {variable.name: evaluate(value, values)}
            case Fold(variable=variable):
                result = self.fold(step, values)
                if result is not None and values.get(variable.name, result) == result:
                    yield {variable.name: result}

    def _matched(self, step: Match, values: Env) -> Iterator[Env]:
        for row in self.lookup(step.relation, step.terms, values):
            pairs = [(term.name, value) for term, value in zip(step.terms, row, strict=True) if isinstance(term, Var)]
            bound = dict(pairs)
            if all(bound[name] == value for name, value in pairs):
                yield bound

    def fold(self, step: Fold, values: Env) -> int | None:
        """The aggregate's value under the outer variables; None for min and max over nothing."""
        outer = {name: values[name] for name in step.outer}
        targets: dict[Row, int] = {}
        for inner, _, fault in self.solve(plan(step.body, step.outer, exact=True), Assignment(outer, frozenset(), "")):
            if fault:
                raise ArithmeticFault(fault)
            value = evaluate(step.target, inner) if step.target else 0
            assert isinstance(value, int)
            targets[tuple(inner[variable.name] for variable in step.over)] = value
        return fold_values(step.op, targets.values())

    def lookup(self, relation: str, terms: Sequence[Term], values: Env) -> Sequence[Row]:
        """The rows that agree with the terms whose values are known."""
        key: list[Value] = []
        places: list[int] = []
        for place, term in enumerate(terms):
            if isinstance(term, Const) or (isinstance(term, Var) and term.name in values):
                places.append(place)
                key.append(term.value if isinstance(term, Const) else values[term.name])
        index = self._indexes.get((relation, tuple(places)))
        if index is None:
            index = self._indexes[relation, tuple(places)] = _index(self.rows[relation], places)
        found = index.get(tuple(key), [])
        self._work -= 1 + len(found)
        if self._work < 0:
            raise WorkLimitError(PAST_WORK_LIMIT)
        return found


def evaluate(expression: Expr, values: Env) -> Value:
    """The value of an expression; `ArithmeticFault` where an operation fails."""
    if isinstance(expression, Const):
        return expression.value
    if isinstance(expression, Var):
        return values[expression.name]
    return OPERATIONS[expression.op](*(evaluate(argument, values) for argument in expression.arguments))


def _index(rows: Iterable[Row], places: Sequence[int]) -> dict[Row, list[Row]]:
    index: dict[Row, list[Row]] = {}
    for row in rows:
        index.setdefault(tuple(row[place] for place in places), []).append(row)
    return index


def _reads(rule: Rule) -> Iterator[str]:
    return (step.relation for step in steps_within(rule.body) if isinstance(step, (Match, Absent)))
