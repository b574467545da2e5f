"""Explanations say why, and not something beside it: what they name is enough to come to the same answer again.

ZHUNRU_APPLICANTS says how many seeded applicants are explained (400), ZHUNRU_SEED the first (0).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from tests.policy.applicants import generate
from zhunru_policy import Policy
from zhunru_policy.explain import UsedFact
from zhunru_policy.explain.goals import goal_id
from zhunru_policy.ir.core import Row

FIRST = int(os.environ.get("ZHUNRU_SEED", "0"))
COUNT = int(os.environ.get("ZHUNRU_APPLICANTS", "400"))
AT_ONCE = 200
SEEDS = range(FIRST, FIRST + COUNT, AT_ONCE)


def kept(policy: Policy, cited: Iterable[UsedFact], subject: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Of the facts about a subject those that are cited; of an input that takes many, the rows that are."""
    names: dict[str, set[Row]] = {}
    for fact in cited:
        if fact.subject == subject:
            names.setdefault(fact.name, set()).add(fact.values)
    inputs = policy.vocabulary.inputs
    return {
        name: [each for each in value if (each if isinstance(each, tuple) else (each,)) in names[name]]
        if inputs[name].many
        else value
        for name, value in facts.items()
        if name in names
    }


def seeds_from(first: int) -> range:
    return range(first, min(first + AT_ONCE, FIRST + COUNT))


@pytest.mark.parametrize("first", SEEDS)
def test_the_facts_that_a_proof_cites_give_the_same_outcome(weilidai: Policy, first: int) -> None:
    for seed in seeds_from(first):
        subject, facts, about, as_of = generate(seed)
        explanation = weilidai.explain(subject, facts, about, as_of=as_of, detail="proof")
        assert explanation.decision == weilidai.decide(subject, facts, about, as_of=as_of), seed
        assert explanation.proof is not None
        cited = explanation.proof.cited
        others = {other: kept(weilidai, cited, other, given) for other, given in about.items()}
        again = weilidai.decide(subject, kept(weilidai, cited, subject, facts), others, as_of=as_of)
        assert again.outcome == explanation.decision.outcome, seed


@pytest.mark.parametrize("first", SEEDS)
def test_the_facts_that_a_rules_proof_cites_make_it_fire(weilidai: Policy, first: int) -> None:
    """And the facts that its reason names are among them."""
    fired = weilidai.parts["rules_fired"]
    for seed in seeds_from(first)[::4]:
        subject, facts, about, as_of = generate(seed)
        for rule in weilidai.explain(subject, facts, about, as_of=as_of).rules:
            goal = goal_id((fired, (subject, rule.id)))
            proof = weilidai.explain(subject, facts, about, as_of=as_of, goal=goal).proof
            assert proof is not None
            others = {other: kept(weilidai, proof.cited, other, given) for other, given in about.items()}
            again = weilidai.decide(subject, kept(weilidai, proof.cited, subject, facts), others, as_of=as_of)
            assert rule.id in again.rules_fired, (seed, rule.id)
            assert set(rule.facts) <= set(proof.cited), (seed, rule.id)


@pytest.mark.parametrize("first", SEEDS)
def test_an_applicant_is_told_nothing_that_an_auditor_is_not(weilidai: Policy, first: int) -> None:
    for seed in seeds_from(first)[::4]:
        subject, facts, about, as_of = generate(seed)
        told = {
            audience: weilidai.explain(subject, facts, about, as_of=as_of, detail="proof", audience=audience)
            for audience in ("auditor", "applicant")
        }
        whole, part = told["auditor"], told["applicant"]
        assert whole.proof is not None
        assert part.proof is not None
        assert set(part.proof.cited) <= set(whole.proof.cited), seed
        assert [rule.id for rule in part.rules] == [
            rule.id for rule in whole.rules if rule.id in part.decision.rules_fired
        ], seed
        assert part.decision.outcome == whole.decision.outcome, seed
