"""What relations are derived from, and when: of a program's own facts, of a period, or of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from .core import Absent, CoreProgram, Match, Rule, steps_within

#: For each derived relation, those that its rules read.
Reads = Mapping[str, AbstractSet[str]]


def reads(rule: Rule) -> set[str]:
    return {step.relation for step in steps_within(rule.body) if isinstance(step, (Match, Absent))}


def reads_of(program: CoreProgram) -> Reads:
    found: dict[str, set[str]] = {}
    for rule in program.rules:
        found.setdefault(rule.relation, set()).update(reads(rule))
    return found


def cone(reads: Reads, wanted: Iterable[str]) -> frozenset[str]:
    """The relations that some relations are derived from, these among them."""
    found = set(wanted)
    pending = list(found)
    while pending:
        new = reads.get(pending.pop(), frozenset()) - found
        found |= new
        pending.extend(new)
    return frozenset(found)


def affected(program: CoreProgram, reads: Reads, changed: Iterable[str]) -> frozenset[str]:
    """The relations that a change of some relations can change, these among them."""
    found = set(changed)
    for stratum in program.strata:
        if any(not found.isdisjoint(reads.get(relation, ())) for relation in stratum.relations):
            found |= stratum.relations
    return frozenset(found)


def closed(program: CoreProgram, given: Iterable[str] = ()) -> frozenset[str]:
    """The relations that the program's own facts, and the inputs `given`, decide: without any, what is constant; with
    the period, what a request does not change.
    """
    found = {name for name, relation in program.relations.items() if not relation.is_input} | set(given)
    for stratum in program.strata:
        if any(not reads(rule) <= found for rule in stratum.rules):
            found -= stratum.relations
    return frozenset(found)
