"""Why a decision is what it is: the rules that fired with their reasons, and the facts they rest on."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..answers import build
from ..facts import About, Facts
from .explanation import Explanation, FiredRule, UsedFact
from .rulebook import Rulebook
from .world import Fact, Instance, World

if TYPE_CHECKING:
    from ..policy import Policy


def explain(
    policy: Policy, rulebook: Rulebook, subject: str, facts: Facts, about: About | None, *, as_of: date
) -> Explanation:
    rows = policy.request_rows(subject, facts, about, as_of=as_of)
    world = World(policy.core, policy.derive(rows))
    decision = build(subject, policy.parts, world.rows, policy.version)
    return Explanation(decision, tuple(_fired(world, rulebook, subject, rule_id) for rule_id in decision.rules_fired))


def _fired(world: World, rulebook: Rulebook, subject: str, rule_id: str) -> FiredRule:
    """The first clause of the id that holds for the subject, under its smallest assignment."""
    instance = next(
        instance
        for rule in rulebook.clauses[rule_id]
        for instance in world.instances(rule)
        if world.head(instance)[0] == subject
    )
    rule, registered = instance.rule, rulebook.registry[rule_id]
    reason_zh, reason_en = rulebook.reasons(rule_id, rule, instance.values)
    return FiredRule(
        rule_id,
        registered.kind,
        registered.weight,
        registered.section,
        reason_zh,
        reason_en,
        rule.span.file,
        rule.span.line,
        tuple(sorted(_given_facts(world, instance, rulebook.inputs))),
        MappingProxyType({name: value for name, value in sorted(instance.values.items()) if _is_written(name)}),
    )


def _given_facts(world: World, instance: Instance, inputs: Container[str]) -> set[UsedFact]:
    """The request's facts behind an instance, through every relation between."""
    found: set[UsedFact] = set()
    seen: set[Fact] = set()
    pending = list(world.facts_below(instance))
    while pending:
        fact = pending.pop()
        if fact in seen:
            continue
        seen.add(fact)
        relation, row = fact
        if relation in inputs:
            found.add(UsedFact(str(row[0]), relation, row[1:]))
        elif not world.is_given(fact):
            below = next(instance for rule in world.rules(relation) for instance in world.instances(rule, row))
            pending.extend(world.facts_below(below))
    return found


def _is_written(name: str) -> bool:
    """Whether a variable stands in the rule's text; lowering makes others, whose names begin with a digit."""
    return not name[0].isdigit()


__all__ = ["Explanation", "FiredRule", "Rulebook", "UsedFact", "explain"]
