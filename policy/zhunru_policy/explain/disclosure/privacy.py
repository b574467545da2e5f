"""What an applicant is not told: rules against fraud, and other people's data. Both are said by the pack's annotations.

Undisclosed are the rules that the pack names so, and every relation and input to which only they lead; one general
reason stands for all of them. Other people's data are facts about another subject and inputs marked `@[about = other]`,
and every value computed from them; counts of them are not. It is worked out on the rules, once: which columns of a
relation and which variables of a rule can hold such a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...ir.core import (
    Absent,
    Compare,
    Const,
    CoreProgram,
    Expr,
    Fold,
    Match,
    Rule,
    Step,
    Term,
    Value,
    Var,
    expression_variables,
    steps_within,
)
from ...pack.policy import PolicyData
from ...pack.vocabulary import MISSING, InputSpec


class Privacy:
    """`columns`: of a relation, those that can hold another person's data; `variables`: the same of a rule's."""

    def __init__(self, program: CoreProgram, inputs: Mapping[str, InputSpec]) -> None:
        self.columns: dict[str, frozenset[int]] = {
            name: frozenset(range(1, 1 + len(spec.columns))) for name, spec in inputs.items() if spec.of_others
        }
        self.variables: dict[int, frozenset[str]] = {}
        self._inputs = inputs
        rules = list(program.rules)
        grows = True
        while grows:
            grows = sum(map(self._grow, rules)) > 0

    def _grow(self, rule: Rule) -> bool:
        private = self._private(rule)
        self.variables[rule.index] = frozenset(private)
        places = {at for at, term in enumerate(rule.head) if not private.isdisjoint(expression_variables(term))}
        known = self.columns.get(rule.relation, frozenset())
        self.columns[rule.relation] = known | places
        return not places <= known

    def _private(self, rule: Rule) -> set[str]:
        """The variables that can hold another person's data, those of aggregates among them."""
        steps = list(steps_within(rule.body))
        private: set[str] = set()
        before = -1
        while before < len(private):
            before = len(private)
            for step in steps:
                private.update(self._of_step(step, private))
        return private

    def _of_step(self, step: Step, private: set[str]) -> Iterable[str]:
        match step:
            case Match(relation=relation, terms=terms):
                places = self.columns.get(relation, frozenset())
                if relation in self._inputs and _names(terms[:1]) & private:
                    places = frozenset(range(len(terms)))  # a fact about another subject
                return {name for at in places for name in _names(terms[at : at + 1])}
            case Compare(op="=", left=left, right=right):
                found: set[str] = set()
                for target, value in ((left, right), (right, left)):
                    if isinstance(target, Var) and not private.isdisjoint(expression_variables(value)):
                        found.add(target.name)
                return found
            case Fold(op=op, variable=variable, target=target) if op != "count" and target is not None:
                return set() if private.isdisjoint(expression_variables(target)) else {variable.name}
        return set()


def _names(terms: Iterable[Term | Expr]) -> set[str]:
    return {term.name for term in terms if isinstance(term, Var)}


class Undisclosed:
    """What undisclosed rules alone lead to. `relations`: these. `words`: ids and inputs' names that tell of them;
    `spans`: of the clauses in which one of these stands.
    """

    def __init__(self, policy: PolicyData, ids: frozenset[str]) -> None:
        reached = _reached(policy, ids)
        inputs = policy.vocabulary.inputs
        self.ids = ids
        derived = {rule.relation for rule in policy.core.rules}
        self.relations = (derived | inputs.keys()) - reached - {MISSING} if ids else frozenset()
        self.words = ids | (self.relations & inputs.keys())
        self.spans = frozenset(rule.span for rule in policy.core.rules if not self.words.isdisjoint(_words(rule)))


def _words(rule: Rule) -> Iterator[Value]:
    """The relations that a rule reads or derives, and its constants, those within aggregates among them."""
    yield rule.relation
    terms: list[object] = list(rule.head)
    for step in steps_within(rule.body):
        if isinstance(step, (Match, Absent)):
            yield step.relation
            terms += step.terms
        elif isinstance(step, Compare):
            terms += step.left, step.right
    yield from (term.value for term in terms if isinstance(term, Const))


def _reached(policy: PolicyData, ids: frozenset[str]) -> set[str]:
    """The relations to which the outputs lead without an undisclosed rule, and without the list of what is missing."""
    rules: dict[str, list[Rule]] = {}
    for rule in policy.core.rules:
        rules.setdefault(rule.relation, []).append(rule)
    reached = set(policy.core.outputs)
    pending = list(reached)
    while pending:
        relation = pending.pop()
        for rule in rules.get(relation, ()) if relation != MISSING else ():
            if not any(getattr(term, "value", None) in ids for term in rule.head):
                for step in steps_within(rule.body):
                    name = getattr(step, "relation", None)
                    if name is not None and name not in reached:
                        reached.add(name)
                        pending.append(name)
    return reached
