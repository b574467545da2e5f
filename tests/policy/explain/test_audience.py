"""An applicant learns of no rule against fraud, and of other people nothing but how many they are."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest

from tests.explained import as_told
from tests.policy.applicants import QUALIFIED, Applicant, generate
from zhunru_policy import Policy
from zhunru_policy.explain import Explanation
from zhunru_policy.loader import build_policy

SOME_DAY = date(2026, 11, 24)
UNDISCLOSED = (
    "RES-CHEAT-TOOL",
    "RES-DEVICE",
    "RES-REMOTE-LOGIN",
    "RES-PHONE-CHANGES",
    "RES-VIOLATION",
    "RES-BLACKLIST",
)
#: What only these rules read, and so would tell of them.
THEIR_FACTS = (
    "plugin_detected",
    "location_spoofed",
    "accounts_on_device",
    "device_account",
    "remote_login_anomaly",
    "phone_changes_180d",
    "platform_violation",
    "financial_blacklist",
    "known_accounts_on_device",
    "device_graph",
    "accounts_seen",
    "accounts_found",
)


def everything(value: object) -> Iterator[object]:
    """Every value in an explanation, also keys and names."""
    if isinstance(value, (str, int)):
        yield value
    elif hasattr(value, "items"):
        for key, each in value.items():  # type: ignore[attr-defined]
            yield from everything(key)
            yield from everything(each)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for each in value:
            yield from everything(each)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:  # type: ignore[attr-defined]
            yield from everything(getattr(value, name))


def texts_of(explanation: Explanation) -> str:
    parts = [str(part) for part in everything(explanation)]
    told = as_told(explanation)
    for language in ("zh", "en"):
        parts += [told.render(language), told.to_mermaid(language)]
        parts += ET.fromstring(told.to_svg(language)).itertext()
    parts += [str(part) for part in everything(told.to_json())]
    return "\n".join(parts)


def for_applicant(policy: Policy, applicant: Applicant) -> Explanation:
    subject, facts, about, as_of = applicant
    return policy.explain(subject, facts, about, as_of=as_of, detail="full", audience="applicant")


@pytest.mark.parametrize("first", [0, 100])
def test_no_rule_against_fraud_is_told(weilidai: Policy, first: int) -> None:
    words = re.compile("|".join(rf"\b{word}\b" for word in (*UNDISCLOSED, *THEIR_FACTS)))
    for seed in range(first, first + 100):
        found = words.findall(texts_of(for_applicant(weilidai, generate(seed))))
        assert not found, (seed, set(found))


SCORES = range(3, 990, 7)


def with_friends(seed: int) -> Applicant:
    """An applicant whose friends have names and scores that nothing else has."""
    rng = Random(seed)
    subject, facts, _, as_of = generate(seed)
    friends = [f"friend-{at}" for at in range(rng.randint(1, 12))]
    scores = [10_000_019 % 971 if at == 0 else rng.choice(SCORES) for at in range(len(friends))]
    facts = {name: value for name, value in facts.items() if not name.startswith("friend")} | {"friend": friends}
    about = {friend: {"payment_score": score} for friend, score in zip(friends, scores, strict=True)}
    for friend in friends[rng.randint(0, 1) :]:
        about[friend]["weilidai_user"] = rng.randint(0, 1)
    return Applicant(subject, facts, about, as_of)


def test_nothing_of_a_friend_is_told(weilidai: Policy) -> None:
    for seed in range(60):
        applicant = with_friends(seed)
        explanation = for_applicant(weilidai, applicant)
        assert "friend-" not in texts_of(explanation), seed
        for rule in explanation.rules:
            assert all(fact.subject == applicant.subject for fact in rule.facts), seed
            assert not {"friend", "weilidai_user"} & {fact.name for fact in rule.facts}, seed


def test_friends_are_counted(weilidai: Policy) -> None:
    facts: dict[str, Any] = {name: value for name, value in QUALIFIED.items() if not name.startswith("friend")}
    about = {f"f{at}": {"payment_score": 777, "weilidai_user": 1} for at in range(7)}
    facts["friend"] = list(about)
    explanation = weilidai.explain("a1", facts, about, as_of=SOME_DAY, detail="full", audience="applicant")
    (social,) = (rule for rule in explanation.rules if rule.id == "INV-SOCIAL")
    assert social.others == {"friend": 7, "payment_score": 7, "weilidai_user": 7}
    assert social.facts == ()
    assert "777" not in texts_of(explanation).replace(weilidai.version, "")
    assert "—" in social.reason_en
    assert social.values.keys() == {"A", "LeastAverage", "LeastShare"}


def test_the_distance_of_others_scores_is_not_told(weilidai: Policy) -> None:
    facts = QUALIFIED | {"friend_average_score": 583, "device_bound_days": 2}
    auditor, applicant = (
        weilidai.explain("a1", facts, as_of=SOME_DAY, detail="full", audience=audience)
        for audience in ("auditor", "applicant")
    )
    assert "583" in texts_of(auditor)
    assert "583" not in texts_of(applicant)
    (reason,) = (reason for reason in auditor.principal if reason.id == "INV-SOCIAL")
    assert reason.distance == 17
    assert all(reason.distance != 17 for reason in applicant.principal)


def test_one_general_reason_stands_for_all_that_is_not_disclosed(weilidai: Policy) -> None:
    facts = QUALIFIED | {"plugin_detected": 1, "phone_changes_180d": 9, "student": 1}
    explanation = weilidai.explain("a1", facts, as_of=SOME_DAY, detail="full", audience="applicant")
    assert explanation.decision.outcome == "RESTRICTED"
    assert explanation.decision.restrictions == ("RES-STUDENT",)
    assert explanation.withheld
    general, student = sorted(explanation.principal, key=lambda reason: reason.id)
    assert (general.id, general.reason_zh) == ("", "账户未通过安全核验")
    assert general.reason_en == "the account did not pass the security checks"
    assert student.id == "RES-STUDENT"


def test_a_missing_fact_of_an_undisclosed_rule_is_not_named(weilidai: Policy) -> None:
    facts = {name: value for name, value in QUALIFIED.items() if name != "plugin_detected"}
    explanation = weilidai.explain("a1", facts, as_of=SOME_DAY, detail="full", audience="applicant")
    assert explanation.decision.outcome == "INDETERMINATE"
    assert explanation.decision.missing == ()
    assert [reason.reason_en for reason in explanation.principal] == ["the account did not pass the security checks"]


def test_an_applicant_can_ask_for_no_more(weilidai: Policy) -> None:
    facts = QUALIFIED | {"plugin_detected": 1}
    for goal in ('restricted("a1", "RES-CHEAT-TOOL")', 'plugin_detected("a1", 1)', 'payment_score("b1", _)'):
        explanation = weilidai.explain(
            "a1", facts, {"b1": {"payment_score": 765}}, as_of=SOME_DAY, goal=goal, audience="applicant"
        )
        told = texts_of(explanation)
        assert "CHEAT" not in told
        assert "plugin" not in told
        assert "765" not in told


def test_an_auditor_is_told_all(weilidai: Policy) -> None:
    explanation = weilidai.explain("a1", QUALIFIED | {"plugin_detected": 1}, as_of=SOME_DAY, detail="full")
    assert not explanation.withheld
    assert "RES-CHEAT-TOOL" in texts_of(explanation)


def test_the_annotations_decide_not_the_names() -> None:
    """The same pack, with another rule undisclosed and another input about others."""
    pack = """
    @[role = registry] .decl rule(id: symbol, kind: symbol, weight: symbol, section: symbol)
    @[role = reason] .decl reason(id: symbol, language: symbol, text: symbol)
    @[role = undisclosed] .decl secret(id: symbol)
    @[role = general_reason] .decl instead(language: symbol, text: symbol)
    instead("zh", "不便说明"). instead("en", "we can't say").
    @[least = 0] @[most = 100000] .type years <: number
    .decl age(a: symbol, n: years) .input age
    @[about = other] .decl wealth(a: symbol, n: years) .input wealth
    rule("LEFT", "restriction", "high", "1"). reason("LEFT", "zh", "{Y}"). reason("LEFT", "en", "left {Y}").
    rule("RIGHT", "restriction", "high", "1"). reason("RIGHT", "zh", "{W}"). reason("RIGHT", "en", "right {W}").
    @[role = rule] .decl stopped(a: symbol, id: symbol)
    stopped(A, "LEFT") :- age(A, Y), Y > 50.
    stopped(A, "RIGHT") :- wealth(A, W), W > 50.
    @[answer = rules_fired] .output stopped
    .decl outcome(a: symbol, outcome: symbol) .output outcome
    outcome(A, "STOP") :- stopped(A, _).
    @[absence = "a test"] outcome(A, "GO") :- applicant(A), !stopped(A, _).
    """
    facts = {"age": 60606, "wealth": 70707}
    hidden = {}
    for secret in ("LEFT", "RIGHT"):
        policy = build_policy("test", {"rules.dl": f'{pack} secret("{secret}").'})
        explanation = policy.explain("a1", facts, as_of=SOME_DAY, detail="full", audience="applicant")
        hidden[secret] = texts_of(explanation)
    assert "LEFT" not in hidden["LEFT"]
    assert "60606" not in hidden["LEFT"]
    assert "RIGHT" in hidden["LEFT"]
    assert "RIGHT" not in hidden["RIGHT"]
    assert "60606" in hidden["RIGHT"]
    assert "70707" not in hidden["LEFT"] + hidden["RIGHT"]
    assert "we can't say" in hidden["RIGHT"]
