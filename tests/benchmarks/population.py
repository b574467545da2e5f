"""The applicants that the benchmarks decide about, the same in every run.

`production`: what a lender's own systems would send. Three in four are near to qualified, one in four is anybody; three
in ten give their friends as a graph (up to 201 of them) and one in four their devices; every list is free of repeats,
flags are 0 or 1, and nobody's facts are sent of whom no rule reads any.
`seeded`: the first applicants of the tests' own generator, made to be awkward: facts about strangers, bools, repeated
tuples, subjects that aren't ASCII.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.policy.applicants import (
    Applicant,
    add_optional,
    devices_as_graph,
    friends_as_graph,
    generate,
    near_facts,
    random_facts,
)

AS_OF = date(2026, 11, 24)
PERIOD = AS_OF.year * 100 + AS_OF.month


def production(count: int) -> list[Applicant]:
    return [_applicant(seed) for seed in range(count)]


def seeded(count: int) -> list[Applicant]:
    """All as of one day, since only what is decided is compared here, not what a month's first decision costs."""
    return [generate(seed)._replace(as_of=AS_OF) for seed in range(count)]


def _applicant(seed: int) -> Applicant:
    rng = Random(f"production {seed}")
    facts = near_facts(rng) if rng.random() < 0.75 else random_facts(rng)
    about: dict[str, dict[str, Any]] = {}
    add_optional(rng, facts, PERIOD)
    if rng.random() < 0.3:
        friends_as_graph(rng, facts, about)
    if rng.random() < 0.25:
        devices_as_graph(rng, facts, about)
    for some_facts in (facts, *about.values()):
        for name, value in some_facts.items():
            if isinstance(value, list):
                some_facts[name] = list(dict.fromkeys(value))
    known = {*facts.get("friend", ()), *facts.get("device", ())}
    return Applicant(f"applicant-{seed}", facts, {other: about[other] for other in about if other in known}, AS_OF)
