"""Why not: which literals fail, by how much, and that nothing else is in the way."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from tests.explained import lines_of
from tests.policy.applicants import QUALIFIED, generate
from zhunru_policy import Policy
from zhunru_policy.explain.goals import goal_id
from zhunru_policy.explain.proof.model import AbsenceNode, GivenNode, Premise, Proof

SOME_DAY = date(2026, 11, 24)


def why_not(policy: Policy, facts: dict[str, Any], goal: str) -> Proof:
    proof = policy.explain("a1", facts, as_of=SOME_DAY, goal=goal).proof
    assert proof is not None
    return proof


def failing(policy: Policy, facts: dict[str, Any], goal: str) -> list[Premise]:
    """The failing literals of the first clause's first way."""
    proof = why_not(policy, facts, goal)
    root = proof.nodes[proof.root]
    assert isinstance(root, AbsenceNode)
    return list(root.attempts[0].failing)


def payments(**times: int) -> list[tuple[int, str, int, int]]:
    return [(1, channel, n, 1_000) for channel, n in times.items()]


# Title, changes to somebody who qualifies, what is asked, the failing literal, its sides, and the distance.
DISTANCES: tuple[tuple[str, dict[str, Any], str, str, Any, Any, int | None], ...] = (
    ("points short", {"payment_score": 530}, 'met("a1", "ELG-SCORE")', "Score >= Least", 530, 550, 20),
    ("one point short", {"payment_score": 549}, 'met("a1", "ELG-SCORE")', "Score >= Least", 549, 550, 1),
    ("records too many", {"overdue_count": 3}, 'met("a1", "ELG-REPAYMENT")', "N <= Most", 3, 0, 3),
    ("a flag is 1 away", {"bank_card_bound": 0}, 'met("a1", "ELG-IDENTITY")', "bank_card_bound(A, 1)", 0, 1, 1),
    (
        "a product of parameters is one bound",
        {"payments": payments(online=20, offline_scan=13)},
        'met("a1", "ELG-ACTIVITY")',
        "N >= Months * Monthly",
        33,
        60,
        27,
    ),
    (
        "24 % is 6 points short of 30 %",
        {"payments": payments(online=38, offline_scan=12)},
        'triggered("a1", "INV-SCENE")',
        "100 * Scan >= Share * N",
        1200,
        1500,
        6,
    ),
    (
        "a share is rounded up to whole percent",
        {"payments": payments(online=37, offline_scan=12)},  # 24.49 %
        'triggered("a1", "INV-SCENE")',
        "100 * Scan >= Share * N",
        1200,
        1470,
        6,
    ),
    (
        "a share that is just short is 1 away",
        {"payments": payments(online=701, offline_scan=300)},  # 29.97 %
        'triggered("a1", "INV-SCENE")',
        "100 * Scan >= Share * N",
        30_000,
        30_030,
        1,
    ),
    (
        "a fen short",
        {"wealth_average_fen": 499_999},
        'earned("a1", "SC-ASSETS", _)',
        "Fen >= LeastFen",
        499_999,
        500_000,
        1,
    ),
    ("strictly more than the bound", {}, 'restricted("a1", "RES-DEVICE")', "N > Most", 1, 3, 3),
    ("at least the bound", {}, 'restricted("a1", "RES-PHONE-CHANGES")', "N >= TooMany", 0, 3, 3),
)


@pytest.mark.parametrize(
    ("title", "changes", "goal", "literal", "left", "right", "distance"), DISTANCES, ids=[row[0] for row in DISTANCES]
)
def test_distances(
    weilidai: Policy,
    title: str,
    changes: dict[str, Any],
    goal: str,
    literal: str,
    left: object,
    right: object,
    distance: int | None,
) -> None:
    (premise,) = failing(weilidai, QUALIFIED | changes, goal)
    assert premise.literal.text == literal
    assert (premise.left, premise.right, premise.distance) == (left, right, distance)


def test_every_literal_that_fails_is_told(weilidai: Policy) -> None:
    facts = QUALIFIED | {"abnormal_logins_90d": 2, "device_bound_days": 40}
    told = [(each.literal.text, each.distance) for each in failing(weilidai, facts, 'triggered("a1", "INV-STABLE")')]
    assert told == [("Logins <= Most", 2), ("Days >= Least", 50)]


def test_a_missing_fact_is_told_with_what_it_would_have_to_be(weilidai: Policy) -> None:
    facts = {name: value for name, value in QUALIFIED.items() if name != "payment_score"}
    missing, wanted = failing(weilidai, facts, 'met("a1", "ELG-SCORE")')
    assert [goal_id(goal) for goal in missing.goals] == ['!payment_score("a1", _)']
    assert (wanted.literal.text, wanted.left, wanted.right, wanted.distance) == ("Score >= Least", None, 550, None)


def test_what_was_given_instead_is_told(weilidai: Policy) -> None:
    proof = why_not(weilidai, QUALIFIED | {"whitelisted": [202610, 202612]}, 'on_whitelist("a1")')
    (node,) = (node for goal, node in proof.nodes.items() if goal_id(goal) == '!whitelisted("a1", 202611)')
    assert isinstance(node, AbsenceNode)
    assert [row[1] for _, row in node.instead] == [202610, 202612]


def test_what_a_negation_denies_is_told_whole(weilidai: Policy) -> None:
    facts = QUALIFIED | {"age": 19, "student": 1}
    (premise,) = failing(weilidai, facts, 'qualifies("a1")')
    told = [goal_id(goal) for goal in premise.goals]
    assert told == ['restricted("a1", "RES-AGE")', 'restricted("a1", "RES-STUDENT")']


def test_reasons_lead_on_to_the_facts(weilidai: Policy) -> None:
    lines = "\n".join(lines_of(why_not(weilidai, QUALIFIED | {"payment_score": 530}, 'qualifies("a1")'), "en"))
    assert "✗ Score >= Least  530 points >= 550 points  [off by 20 points]" in lines
    lines = "\n".join(lines_of(why_not(weilidai, QUALIFIED | {"payment_score": 530}, 'qualifies("a1")'), "zh"))
    assert "✗ Score >= Least  530 分 >= 550 分  [相差 20 分]" in lines


def only_numbers(proof: Proof) -> dict[str, int] | None:
    """The facts after the changes that the failing comparisons ask for; None where a literal fails in another way."""
    root = proof.nodes[proof.root]
    assert isinstance(root, AbsenceNode)
    changes: dict[str, int] = {}
    for premise in root.attempts[0].failing:
        if premise.distance is None or not isinstance(premise.left, int) or not isinstance(premise.right, int):
            return None
        values = {
            node.relation.name: node.goal[1][1]
            for node in proof.nodes.values()
            if isinstance(node, GivenNode) and node.source == "request" and node.goal[1][1:] == (premise.left,)
        }
        if len(values) != 1:
            return None
        (name,) = values
        changes[name] = premise.left + (premise.distance if premise.left < premise.right else -premise.distance)
    return changes


RULES = ("ELG-SCORE", "ELG-STATUS", "ELG-REPAYMENT", "ELG-TENURE", "ELG-IDENTITY", "INV-STABLE")


def test_the_distance_is_the_least_that_suffices(weilidai: Policy) -> None:
    """Facts changed by the distances told make the rule fire; any of them changed by 1 less leaves it silent."""
    seen: Counter[str] = Counter()
    for seed in range(400):
        subject, facts, about, as_of = generate(seed)
        explanation = weilidai.explain(subject, facts, about, as_of=as_of, detail="full")
        for rule_id in RULES:
            changes = only_numbers(explanation.why_not[rule_id]) if rule_id in explanation.why_not else None
            if not changes:
                continue
            seen[rule_id] += 1
            assert rule_id in weilidai.decide(subject, facts | changes, about, as_of=as_of).rules_fired, (seed, rule_id)
            for name, value in changes.items():
                less = facts | changes | {name: value - (1 if value > facts[name] else -1)}
                assert rule_id not in weilidai.decide(subject, less, about, as_of=as_of).rules_fired, (seed, name)
    assert all(seen[rule_id] > 5 for rule_id in RULES), seen


def test_every_rule_that_might_have_helped_is_spoken_of(weilidai: Policy) -> None:
    for seed in range(150):
        subject, facts, about, as_of = generate(seed)
        explanation = weilidai.explain(subject, facts, about, as_of=as_of, detail="full")
        decision = explanation.decision
        scored = {rule_id for rule_id, points in decision.scorecard.items() if not points}
        expected = {*decision.unmet, *scored} | {*decision.unknown} - {*decision.scorecard}
        expected |= {id_ for id_, rule in weilidai.registry.items() if rule.kind == "trigger"} - {*decision.triggers}
        assert explanation.why_not.keys() == expected, seed
        for proof in explanation.why_not.values():
            root = proof.nodes[proof.root]
            assert isinstance(root, AbsenceNode)
            assert all(attempt.failing for attempt in root.attempts)
            assert root.attempts
