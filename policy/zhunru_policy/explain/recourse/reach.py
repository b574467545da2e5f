"""What of a policy changes of facts can reach, whatever the request: worked out once a policy, and kept for a few."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache

from ...engines.specialised import known_rows
from ...ir.core import Absent, Const, Match, steps_within
from ...ir.dependencies import Reads, affected, cone, reads_of
from ...ir.forms import Guarded, table
from ...ir.unrolling import Plans
from ...pack.policy import PolicyData
from ...pack.vocabulary import GIVEN
from .totals import Total, totals
from .tuples import only_added


@lru_cache(maxsize=8)
def totals_of(policy: PolicyData) -> tuple[Total, ...]:
    return totals(policy.core, policy.vocabulary)


@lru_cache(maxsize=8)
def added_up(policy: PolicyData) -> AbstractSet[str]:
    """The inputs whose tuples are only added up."""
    tuples = [spec for spec in policy.vocabulary.inputs.values() if spec.unique]
    return {spec.name for spec in tuples if only_added(policy.core, spec)}


@lru_cache(maxsize=8)
def plans_of(policy: PolicyData) -> Plans:
    """The order of each body's steps, filled as they are asked for."""
    return {}


@lru_cache(maxsize=8)
def tables_of(policy: PolicyData) -> Mapping[str, Guarded]:
    """The relations that the pack's own facts decide."""
    return {name: table(rows) for name, rows in known_rows(policy.core).items()}


@lru_cache(maxsize=64)
def cone_of(policy: PolicyData, wanted: frozenset[str]) -> frozenset[str]:
    return cone(_reads_of(policy), wanted)


@lru_cache(maxsize=64)
def touched_by(policy: PolicyData, opening: frozenset[str]) -> frozenset[str]:
    """The relations that open facts can change, these among them."""
    return affected(policy.core, _reads_of(policy), opening)


@lru_cache(maxsize=8)
def _reads_of(policy: PolicyData) -> Reads:
    return reads_of(policy.core)


@lru_cache(maxsize=8)
def asked_whether_given(policy: PolicyData) -> AbstractSet[str]:
    """The inputs of which a rule asks whether they were given."""
    inputs = policy.vocabulary.inputs.keys()
    found: set[str] = set()
    for rule in policy.core.rules:
        for step in steps_within(rule.body):
            if isinstance(step, (Match, Absent)) and step.relation == GIVEN:
                name = step.terms[1]
                found |= {str(name.value)} if isinstance(name, Const) else inputs
    return found
