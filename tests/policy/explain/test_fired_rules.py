"""The rules that fired: which, why in both languages, where they stand, and on which facts they rest."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED, generate
from zhunru_policy import Policy
from zhunru_policy.explain import FiredRule, UsedFact
from zhunru_policy.loader import build_policy

SOME_DAY = date(2026, 11, 24)
LINE_OF_ITS_ID = re.compile(r'"([A-Z]+-[A-Z-]+)"')


def fired(
    policy: Policy, changes: dict[str, Any], about: dict[str, dict[str, Any]] | None = None
) -> dict[str, FiredRule]:
    explanation = policy.explain("a1", QUALIFIED | changes, about, as_of=SOME_DAY)
    return {rule.id: rule for rule in explanation.rules}


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_every_rule_fired_is_explained(weilidai: Policy, first: int) -> None:
    for seed in range(first, first + 100):
        subject, facts, about, as_of = generate(seed)
        explanation = weilidai.explain(subject, facts, about, as_of=as_of)
        assert explanation.decision == weilidai.decide(subject, facts, about, as_of=as_of), seed
        assert tuple(rule.id for rule in explanation.rules) == explanation.decision.rules_fired, seed
        for rule in explanation.rules:
            assert not re.search("[{}]", rule.reason_zh + rule.reason_en), (seed, rule)
            clause = weilidai.sources[rule.file].splitlines()[rule.line - 1]
            assert LINE_OF_ITS_ID.findall(clause)[0] == rule.id, (seed, rule)


# A pack of its own, since these tests are about how values are shown, not about what the pack says.
SHOP = """
@[least = 0] @[most = 1000000000000] @[divide = 100] @[unit_zh = "元"] @[unit_en = "yuan"]
.type fen <: number
@[least = 0] @[most = 999912] .type period <: number
@[least = -1000000] @[most = 1000000] @[divide = 7]
.type sevenths <: number
@[role = registry] .decl rule(id: symbol, kind: symbol, weight: symbol, section: symbol)
@[role = reason] .decl reason(id: symbol, language: symbol, text: symbol)
.decl limit(name: symbol, value: number)
limit("most_debt", 123456789).
.decl debt(a: symbol, fen: fen)
.input debt
.decl since(a: symbol, period: period)
.input since
.decl town(a: symbol, name: symbol)
.input town
.decl part(a: symbol, n: sevenths)
.input part
rule("R-DEBT", "restriction", "high", "一").
reason("R-DEBT", "zh", "欠款 {Fen} 元,不超过 {Most} 元").
reason("R-DEBT", "en", "{Name} owes {Fen} yuan of {Most}, {N} parts, since {Since}, in {Town}").
@[role = rule] .decl restricted(a: symbol, id: symbol)
restricted(A, "R-DEBT") :-
    debt(A, Fen), limit(Name, Most), Fen <= Most, since(A, Since), town(A, Town), part(A, N).
.decl outcome(a: symbol, outcome: symbol)
.output outcome
outcome(A, "KNOWN") :- applicant(A).
.decl fired(a: symbol, id: symbol)
@[answer = rules_fired] .output fired
fired(A, Id) :- restricted(A, Id).
"""
SHOWN: tuple[tuple[str, int, int, str, str], ...] = (
    ("whole yuan have no decimals", 500_000, 14, "5,000", "2"),
    ("fen are hundredths", 1, -1, "0.01", "-1/7"),
    ("a number is exact, grouped by thousands", 123_456_780, -15, "1,234,567.80", "-15/7"),
    ("nothing is 0", 0, 0, "0", "0"),
)


@pytest.mark.parametrize(("title", "debt", "part", "yuan", "parts"), SHOWN)
def test_reasons_show_values_in_their_units(title: str, debt: int, part: int, yuan: str, parts: str) -> None:
    policy = build_policy("shop", {"shop.dl": SHOP})
    facts = {"debt": debt, "since": 202611, "town": "厦门 {Fen}", "part": part}
    (rule,) = policy.explain("a1", facts, as_of=SOME_DAY).rules
    assert rule.reason_zh == f"欠款 {yuan} 元,不超过 1,234,567.89 元"
    expected = f"most_debt owes {yuan} yuan of 1,234,567.89, {parts} parts, since 202611, in 厦门 {{Fen}}"
    assert rule.reason_en == expected


def test_of_several_assignments_the_one_with_the_shortest_proof_is_told(weilidai: Policy) -> None:
    rule = fired(weilidai, {"completed_step": ["bank_card", "agreement"]})["OPN-SEQUENCE"]
    assert (rule.values["Step"], rule.values["Before"]) == ("agreement", "limit_quote")


def test_values_are_those_of_the_rules_variables(weilidai: Policy) -> None:
    rule = fired(weilidai, {})["ELG-SCORE"]
    assert (rule.kind, rule.weight, rule.section, rule.file) == ("criterion", "high", "一", "01_account.dl")
    assert dict(rule.values) == {"A": "a1", "Least": 550, "Score": 640}
    assert rule.facts == (UsedFact("a1", "payment_score", (640,)),)


def test_facts_are_found_through_derived_relations(weilidai: Policy) -> None:
    about = {"b1": {"payment_score": 700, "weilidai_user": 1}, "b2": {"payment_score": 680, "weilidai_user": 0}}
    graph = {name: value for name, value in QUALIFIED.items() if not name.startswith("friend")} | {
        "friend": ["b1", "b2"]
    }
    explanation = weilidai.explain("a1", graph, about, as_of=SOME_DAY)
    (social,) = (rule for rule in explanation.rules if rule.id == "INV-SOCIAL")
    assert social.facts == (
        UsedFact("a1", "friend", ("b1",)),
        UsedFact("a1", "friend", ("b2",)),
        UsedFact("b1", "payment_score", (700,)),
        UsedFact("b1", "weilidai_user", (1,)),
        UsedFact("b2", "payment_score", (680,)),
    )


def test_a_fact_that_two_paths_lead_to_is_named_once(weilidai: Policy) -> None:
    facts = fired(weilidai, {})["SC-STABILITY"].facts
    assert len(facts) == len(set(facts)) == 18
    assert {fact.name for fact in facts} == {"payments"}


def test_an_id_that_no_rule_gave_is_listed_and_not_explained() -> None:
    base = (Path(__file__).parents[1] / "packs" / "base" / "00_base.dl").read_text(encoding="utf-8")
    text = (
        f"{base}.decl listed(a: symbol, id: symbol)\n@[answer = rules_fired] .output listed\n"
        'listed(A, N) :- nickname(A, N).\nlisted(A, "B-AGE") :- applicant(A).\nlisted(A, "nothing") :- applicant(A).\n'
    )
    policy = build_policy("listed", {"listed.dl": text})
    explained = policy.explain("a", {"nickname": "neither"}, as_of=date(2026, 11, 24), detail="full")
    assert explained.decision.rules_fired == ("B-AGE", "neither", "nothing")
    assert explained.rules == ()
