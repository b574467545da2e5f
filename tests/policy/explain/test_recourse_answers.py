"""What is wished for, what is answered where it is out of reach, and the words of it."""

from __future__ import annotations

import os
from datetime import date
from itertools import islice, product
from random import Random
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED, generate
from zhunru_policy import Policy
from zhunru_policy.errors import QuestionError
from zhunru_policy.explain.recourse.search import Counterfactual, Recourse, recourse

AS_OF = date(2026, 11, 24)
COUNT = min(int(os.environ.get("ZHUNRU_APPLICANTS", "60")), 5_000)
RANKS = {
    "RESTRICTED": 0,
    "FROZEN": 0,
    "INDETERMINATE": 1,
    "INELIGIBLE": 2,
    "DEFERRED": 3,
    "NOT_INVITED": 4,
    "INVITED": 5,
}
ON_WHITELIST = {"whitelisted": [202611]}


def without(name: str) -> dict[str, Any]:
    return {fact: value for fact, value in QUALIFIED.items() if fact != name}


def ask(policy: Policy, facts: dict[str, Any], wish: str | None = None) -> Recourse:
    return recourse(policy, "a1", facts, as_of=AS_OF, wish=wish)


def changes(found: Recourse) -> list[dict[str, object]]:
    return [{change.fact: change.after for change in answer.changes} for answer in found.counterfactuals]


# title, facts, wish asked, wish told, changes of each answer, blockers
CASES = [
    ("an invited applicant has nothing to wish", ON_WHITELIST, None, (), [], []),
    ("one who has a line has nothing to wish", {"has_active_line": 1}, None, (), [], []),
    (
        "the next better outcome is asked for, and what lies above it",
        {"payment_score": 530, "account_age_days": 10},
        None,
        ("DEFERRED", "NOT_INVITED", "INVITED"),
        [{"payment_score": 550}],
        [],
    ),
    (
        "a restriction's end leads past the next outcome",
        {"phone_changes_180d": 4} | ON_WHITELIST,
        None,
        ("INDETERMINATE", "INELIGIBLE", "DEFERRED", "NOT_INVITED", "INVITED"),
        [{"phone_changes_180d": 2}],
        [],
    ),
    (
        "up to the outcome that is wished",
        {"payment_score": 530, "account_age_days": 10} | ON_WHITELIST,
        "INVITED",
        ("INVITED",),
        [{"payment_score": 550, "account_age_days": 180}],
        [],
    ),
    (
        "the whitelist can't be asked for: what qualifies for the next one",
        {"device_bound_days": 80, "friend_average_score": 500},
        None,
        ("qualifies",),
        [{"device_bound_days": 90}],
        ["high_net_worth", "whitelisted"],
    ),
    (
        "one who qualifies already need only wait",
        {},
        None,
        ("qualifies",),
        [{}],
        ["high_net_worth", "whitelisted"],
    ),
    (
        "an invitation that is wished is blocked by the whitelist, and what qualifies for it is told",
        {"payment_score": 549},
        "INVITED",
        ("qualifies",),
        [{"payment_score": 550}],
        ["high_net_worth", "whitelisted"],
    ),
    ("age blocks", {"age": 19}, None, None, [], ["age"]),
    (
        "what is frozen would be active, which is not proposed",
        {"has_active_line": 1, "age": 61},
        None,
        None,
        [],
        ["age", "has_active_line"],
    ),
    ("a wish for qualifying can be blocked", {"overdue_count": 2}, "qualifies", ("qualifies",), [], ["overdue_count"]),
    ("what is past blocks", {"overdue_count": 2}, None, None, [], ["overdue_count"]),
    ("a channel can be changed", {"channel": "agent"}, None, None, [{"channel": "in_app"}], []),
]


NAMES = ("facts", "asked", "wish", "answers", "blockers")


@pytest.mark.parametrize(NAMES, [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_wishes(weilidai: Policy, facts: dict, asked: str, wish: tuple, answers: list, blockers: list) -> None:
    found = ask(weilidai, QUALIFIED | facts, asked)
    assert (changes(found), [blocker.fact for blocker in found.blockers]) == (answers, blockers)
    assert wish in (None, found.wish)
    assert found.complete


@pytest.mark.parametrize("name", ["age", "payments", "friend_average_score"])
def test_a_missing_fact_blocks(weilidai: Policy, name: str) -> None:
    found = ask(weilidai, without(name))
    assert [(b.fact, b.value, b.text_zh[-3:], b.text_en[-9:]) for b in found.blockers] == [
        (name, None, "未提供", "not given")
    ]


def test_answers_change_different_things_the_fewest_first(weilidai: Policy) -> None:
    """8 points are lacking: friends give more by themselves, signs of engagement 5 each."""
    facts = {"friend_count": 10, "payment_score": 700}
    first, *others = ask(weilidai, QUALIFIED | facts).counterfactuals
    assert ({change.fact: change.after for change in first.changes}, first.size) == ({"friend_count": 200}, (1, 190))
    signs = {"uses_wealth_product", "holds_insurance", "red_packet_balanced", "official_account_active"}
    for other in others:
        assert other.size == (2, 2)
        assert {change.fact for change in other.changes} < signs
    assert len({frozenset(change.fact for change in other.changes) for other in others}) == 2


WORDS = [
    ({"payment_score": 530}, "微信支付分 530 → 550 分", "WeChat Pay score 530 → 550 points"),
    (
        {"real_name_verified": 0},
        "已上传身份证实名认证 否 → 是",
        "identity verified with an identity card no → yes",
    ),
    (
        {"channel": "agent"},
        "办理渠道 agent → in_app",
        "the channel through which the applicant comes agent → in_app",
    ),
    (
        {"wealth_average_fen": 123_456, "friend_average_score": 500, "device_bound_days": 90, "friend_count": 10},
        "零钱通/理财通日均余额 1,234.56 → 5,034.56 元",
        "average daily balance in wealth products 1,234.56 → 5,034.56 yuan",
    ),
]


@pytest.mark.parametrize(("facts", "zh", "en"), WORDS)
def test_words(weilidai: Policy, facts: dict, zh: str, en: str) -> None:
    told = [change for answer in ask(weilidai, QUALIFIED | facts).counterfactuals for change in answer.changes]
    assert (zh, en) in [(change.text_zh, change.text_en) for change in told]
    assert zh in [change.text("zh") for change in told]
    assert en in [change.text("en") for change in told]


def test_what_blocks_in_words(weilidai: Policy) -> None:
    (age,) = ask(weilidai, QUALIFIED | {"age": 19}).blockers
    assert (age.value, age.measure.unit_zh) == (19, "岁")
    assert (age.text("zh"), age.text("en")) == (
        "年龄：19 岁（不由申请人决定）",
        "age: 19 years (not the applicant's to change)",
    )
    _, whitelist = ask(weilidai, QUALIFIED).blockers
    assert whitelist.text("zh") == "白名单期次：不由申请人决定"


@pytest.mark.parametrize("wish", ["RICH", "ACTIVE", "", "qualified"])
def test_an_outcome_that_can_t_be_wished_for(weilidai: Policy, wish: str) -> None:
    with pytest.raises(QuestionError, match="can't be wished for; outcomes are FROZEN, RESTRICTED, INDETERMINATE"):
        ask(weilidai, QUALIFIED, wish)


# ── over many applicants ─────────────────────────────────────────────────────────────────────────


def test_each_answer_gives_the_wish_and_no_cheaper_change_of_the_same_facts_does(weilidai: Policy) -> None:
    """ZHUNRU_APPLICANTS says how many."""
    wishes = (None, None, "INVITED", "qualifies")
    answered = 0
    for seed in range(COUNT):
        subject, facts, about, as_of = generate(seed)
        now = weilidai.decide(subject, facts, about, as_of=as_of)
        found = recourse(weilidai, subject, facts, about, as_of=as_of, wish=wishes[seed % 4])
        assert found.complete
        sizes = [answer.size for answer in found.counterfactuals]
        assert sizes == sorted(sizes), seed
        for answer in found.counterfactuals:
            answered += 1
            then = weilidai.decide(subject, answer.facts, about, as_of=as_of)
            assert then.outcome == answer.outcome, seed
            assert fulfils(then, found), seed
            if found.wish == ("qualifies",):
                assert then.qualifies, seed
            elif wishes[seed % 4] is None:
                assert RANKS[then.outcome] > RANKS[now.outcome], seed
            for cheaper in cheaper_than(weilidai, answer, Random(seed)):
                assert not fulfils(weilidai.decide(subject, cheaper, about, as_of=as_of), found), (seed, cheaper)
    assert answered > COUNT // 5


def fulfils(decision: Any, found: Recourse) -> bool:
    return any(decision.outcome == wish or getattr(decision, wish, False) is True for wish in found.wish)


def cheaper_than(policy: Policy, answer: Counterfactual, rng: Random) -> list[dict[str, Any]]:
    """States that change the same facts by fewer steps in all: all where they are few, else some. Sums stay."""
    ways: list[list[tuple[int, str, int | str | None]]] = []
    inputs = policy.vocabulary.inputs
    spared = 0
    for change in answer.changes:
        spec = inputs[change.fact]
        if not spec.many and isinstance(change.after, int):
            (column,) = spec.columns
            start = change.before if isinstance(change.before, int) else column.least
            sign = 1 if change.after > start else -1
            steps = (
                range(change.steps) if change.steps < 12 else {0, change.steps - 1, *rng.sample(range(change.steps), 8)}
            )
            values = [
                (step, change.fact, start + sign * column.step * step if step else change.before) for step in steps
            ]
            ways.append([*values, (change.steps, change.fact, change.after)])
            spared += change.steps
    return [
        {
            name: value
            for name, value in {**answer.facts, **{fact: value for _, fact, value in way}}.items()
            if value is not None
        }
        for way in islice(product(*ways), 3_000)
        if sum(step for step, _, _ in way) < spared
    ]
