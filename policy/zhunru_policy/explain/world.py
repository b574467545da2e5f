"""Everything that holds for one request: the rows of every relation, and which rules give a row from which others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ..engines import WORK_LIMIT
from ..engines.reference import Assignment, Evaluation, evaluate
from ..language.core import Const, CoreProgram, Expr, Fold, Match, Row, Rule, Step, Value, Var
from ..language.planning import plan

Fact = tuple[str, Row]


@dataclass(frozen=True, slots=True)
class Instance:
    """A rule under one assignment of its variables: `values` satisfy the body, and give the head."""

    rule: Rule
    values: Mapping[str, Value]


class World:
    """The rows derived for a request, to be asked for the instances of rules behind them."""

    def __init__(self, program: CoreProgram, rows: Mapping[str, AbstractSet[Row]]) -> None:
        self.program = program
        self.rows = rows
        self._evaluation = Evaluation(program, rows, WORK_LIMIT)
        self._rules: dict[str, list[Rule]] = {}
        for rule in program.rules:
            self._rules.setdefault(rule.relation, []).append(rule)

    def holds(self, fact: Fact) -> bool:
        return fact[1] in self.rows[fact[0]]

    def is_given(self, fact: Fact) -> bool:
        """Stated by the request or by the pack, not derived."""
        relation, row = fact
        return self.program.relations[relation].is_input or row in self.program.facts.get(relation, ())

    def rules(self, relation: str) -> Sequence[Rule]:
        return self._rules.get(relation, ())

    def instances(self, rule: Rule, row: Row | None = None) -> list[Instance]:
        """The assignments under which the rule gives the row, or any row; the smallest first."""
        bound = {} if row is None else _bind(rule.head, row)
        if bound is None:
            return []
        steps = plan(rule.body, frozenset(bound), exact=True)
        found = [Instance(rule, values) for values in self.solve(steps, bound)]
        if row is not None:
            found = [instance for instance in found if self.head(instance) == row]
        return sorted(found, key=lambda instance: sorted(instance.values.items()))

    def solve(self, steps: Sequence[Step], values: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
        return (found.values for found in self._evaluation.solve(steps, Assignment(values, frozenset(), "")))

    def head(self, instance: Instance) -> Row:
        return tuple(evaluate(value, instance.values) for value in instance.rule.head)

    def facts_below(self, instance: Instance) -> Iterator[Fact]:
        """The facts that the body matches under the assignment, those that its aggregates ran over among them."""
        yield from self._matched(instance.rule.body, instance.values)

    def _matched(self, steps: Sequence[Step], values: Mapping[str, Value]) -> Iterator[Fact]:
        for step in steps:
            if isinstance(step, Match):
                yield from ((step.relation, row) for row in self._evaluation.lookup(step.relation, step.terms, values))
            elif isinstance(step, Fold):
                outer = {name: values[name] for name in step.outer}
                for inner in self.solve(plan(step.body, step.outer, exact=True), outer):
                    yield from self._matched(step.body, inner)


def _bind(head: Sequence[Expr], row: Row) -> dict[str, Value] | None:
    """The variables that the head's plain terms give for the row; None where a constant differs."""
    bound: dict[str, Value] = {}
    for term, value in zip(head, row, strict=True):
        if isinstance(term, Const) and term.value != value:
            return None
        if isinstance(term, Var) and bound.setdefault(term.name, value) != value:
            return None
    return bound
