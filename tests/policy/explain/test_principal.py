"""Principal reasons: which, in which order, how many for whom."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED, generate
from zhunru_policy import Policy
from zhunru_policy.explain import PrincipalReason

SOME_DAY = date(2026, 11, 24)
PAYS_LITTLE: dict[str, Any] = {"payments": [(1, "online", 3, 1_000)]}


def reasons(policy: Policy, changes: dict[str, Any], audience: Any = "auditor", without: str = "") -> Any:
    facts = {name: value for name, value in (QUALIFIED | changes).items() if name not in without.split()}
    return policy.explain("a1", facts, as_of=SOME_DAY, detail="proof", audience=audience).principal


# Title, changes to somebody who qualifies but is not invited, and the ids in order with their distances.
CASES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("a criterion unmet", {"payment_score": 530}, "ELG-SCORE 20"),
    (
        "the heavy ones first: a medium one decides nothing here",
        {"payment_score": 1, "account_age_days": 1},
        "ELG-SCORE 549",
    ),
    ("medium ones, the nearest first", {"account_age_days": 1} | PAYS_LITTLE, "ELG-ACTIVITY 57, ELG-TENURE 179"),
    (
        "every restriction that fires",
        {"age": 70, "student": 1, "accounts_on_device": 9},
        "RES-STUDENT 1, RES-DEVICE 6, RES-AGE 10",
    ),
    (
        "a restriction on a text has no distance and comes last",
        {"region": "HK", "age": 21},
        "RES-AGE 1, RES-REGION None",
    ),
    (
        "for the whitelist, what of it is lacking",
        {
            "abnormal_logins_90d": 2,
            "friend_average_score": 580,
            "payments": [(1, "online", 80, 900), (1, "offline_scan", 10, 100)],
        },
        "SC-ENGAGEMENT 1, INV-STABLE 2, INV-SCENE 19, INV-SOCIAL 20, SC-STABILITY 480, INV-WEALTH None",
    ),
    ("who qualifies lacks the whitelist itself", {}, "INV-WEALTH None, whitelisted None"),
    ("nothing speaks against an invitation", {"high_net_worth": 1}, ""),
    ("nor against an open line", {"has_active_line": 1, "payment_score": 3}, ""),
)


def test_applying_is_told_of_only_where_it_would_help(weilidai: Policy, open_weilidai: Policy) -> None:
    assert told(reasons(weilidai, {})) == "INV-WEALTH None, whitelisted None"
    assert told(reasons(open_weilidai, {})) == "INV-WEALTH None, applied None, whitelisted None"


def told(found: tuple[PrincipalReason, ...]) -> str:
    return ", ".join(f"{reason.id or reason.fact} {reason.distance}" for reason in found)


@pytest.mark.parametrize(("title", "changes", "expected"), CASES, ids=[row[0] for row in CASES])
def test_reasons_and_their_order(weilidai: Policy, title: str, changes: dict[str, Any], expected: str) -> None:
    assert told(reasons(weilidai, changes)) == expected


def test_missing_facts_are_named_as_people_call_them(weilidai: Policy) -> None:
    found = reasons(weilidai, {}, without="age payment_score")
    assert [(reason.fact, reason.kind) for reason in found] == [("age", "missing"), ("payment_score", "missing")]
    assert (found[1].reason_zh, found[1].reason_en) == (
        "缺少必需信息：微信支付分",
        "a required fact is missing: WeChat Pay score",
    )


def test_an_applicant_is_told_four(weilidai: Policy) -> None:
    changes = {"age": 70, "student": 1, "region": "HK", "channel": "agent"}
    assert len(reasons(weilidai, changes)) == 4
    many = changes | {"plugin_detected": 1, "phone_changes_180d": 9}
    assert len(reasons(weilidai, many)) == 6
    assert len(reasons(weilidai, many, "applicant")) == 4


def test_every_placeholder_is_bound_and_every_reason_is_real(weilidai: Policy) -> None:
    for seed in range(300):
        subject, facts, about, as_of = generate(seed)
        explanation = weilidai.explain(subject, facts, about, as_of=as_of, detail="proof")
        decision = explanation.decision
        ranks = [("high", "medium", "low", "").index(reason.weight) for reason in explanation.principal]
        assert ranks == sorted(ranks), seed
        for reason in explanation.principal:
            assert not re.search("[{}—]", reason.reason_zh + reason.reason_en), (seed, reason)
            if reason.id:
                against = {*decision.restrictions, *decision.unmet, *decision.unknown}
                assert reason.id in against or reason.id not in decision.rules_fired, (seed, reason)
        if decision.outcome in ("RESTRICTED", "FROZEN"):
            assert {reason.id for reason in explanation.principal} == set(decision.restrictions), seed
        if decision.outcome == "INDETERMINATE":
            assert {reason.fact for reason in explanation.principal} == set(decision.missing), seed
        if decision.outcome in ("INELIGIBLE", "DEFERRED"):
            weight = "high" if decision.outcome == "INELIGIBLE" else "medium"
            unmet = {rule_id for rule_id in decision.unmet if weilidai.registry[rule_id].weight == weight}
            assert {reason.id for reason in explanation.principal} == unmet, seed
        assert bool(explanation.principal) == (decision.outcome not in ("INVITED", "ACTIVE")), seed
