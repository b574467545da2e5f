"""Facts at the ends of their ranges, programs that can't be solved, and time that runs out: incomplete, never wrong."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from tests.policy.applicants import MANY, MUCH_FEN, QUALIFIED, generate
from zhunru_policy import Policy
from zhunru_policy.explain.recourse.search import Recourse, RecourseError, recourse
from zhunru_policy.loader import build_policy

AS_OF = date(2026, 11, 24)
CHANNELS = ("online", "offline_scan", "offline_other")


def clock(ticks: int) -> Callable[[], float]:
    """Time that is over after it was asked for so often."""
    asked = iter(range(ticks))
    return lambda: 0.0 if next(asked, None) is None else 1_000.0


@pytest.mark.parametrize("seed", [2, 4, 7, 84, 158])
def test_what_is_ready_when_time_runs_out_is_right(weilidai: Policy, seed: int) -> None:
    subject, facts, about, as_of = generate(seed)
    whole = recourse(weilidai, subject, facts, about, as_of=as_of)
    seen = set()
    for ticks in [*range(0, 150, 7), 10_000]:
        found = recourse(weilidai, subject, facts, about, as_of=as_of, left=clock(ticks))
        assert found.counterfactuals == whole.counterfactuals[: len(found.counterfactuals)]
        assert found.wish == whole.wish
        assert found == whole if found.complete else found.blockers in ((), whole.blockers)
        seen.add(found.complete)
    assert seen == {False, True}


@pytest.mark.parametrize("left", [0, -1, 1e-9, 0.001, 1e12])
def test_any_time_is_taken(weilidai: Policy, left: float) -> None:
    found = recourse(weilidai, "a1", QUALIFIED | {"payment_score": 1}, as_of=AS_OF, left=lambda: left)
    assert [answer.size for answer in found.counterfactuals] in ([(1, 549)], [])
    assert found.complete or left < 1e12
    assert left > 0 or (not found.complete and not found.counterfactuals)


ENDS: list[dict[str, Any]] = [
    {"payments": []},
    {"payments": [(month, "offline_other", MANY, MUCH_FEN) for month in range(1, 7)]},
    {"payments": [(1, channel, MANY, MUCH_FEN) for channel in CHANNELS]},
    {"payments": [(month, channel, MANY, 9_999) for month in range(1, 7) for channel in CHANNELS]},
    {"payments": [(6, "online", 0, 1)], "wealth_average_fen": MUCH_FEN, "wealth_days": 0},
    {"wealth_average_fen": MUCH_FEN, "wealth_days": MANY, "friend_average_score": 0, "friend_count": MANY},
    {"payment_score": 0, "account_age_days": 0, "device_bound_days": 0, "abnormal_logins_90d": MANY},
    {"accounts_on_device": MANY, "phone_changes_180d": MANY},
    {"whitelisted": [], "completed_step": []},
    {"completed_step": ["payment_password"], "whitelisted": [202611]},
    {"friend": [], "device": []},
]


@pytest.mark.parametrize("facts", ENDS, ids=range(len(ENDS)))
@pytest.mark.parametrize("wish", [None, "INVITED", "qualifies"])
def test_facts_at_the_ends_of_their_ranges(weilidai: Policy, facts: dict[str, Any], wish: str | None) -> None:
    facts = QUALIFIED | facts
    found = recourse(weilidai, "a1", facts, as_of=AS_OF, wish=wish)
    assert found.complete
    assert found.counterfactuals or found.blockers or not found.wish
    for answer in found.counterfactuals:
        then = weilidai.decide("a1", answer.facts, as_of=AS_OF)
        assert then.qualifies if found.wish == ("qualifies",) else then.outcome in found.wish


def test_a_share_that_takes_more_scans_than_a_month_can_hold_counts_each_month(weilidai: Policy) -> None:
    """Six months of as many other payments as there can be: 30 % of all are more than a month's most."""
    facts = QUALIFIED | {
        "payments": [(month, "offline_other", MANY, 150_000) for month in range(1, 7)] + [(1, "online", 1, 0)],
        "device_bound_days": 0,
        "abnormal_logins_90d": 0,
    }
    for answer in recourse(weilidai, "a1", facts, as_of=AS_OF, wish="qualifies").counterfactuals:
        for change in answer.changes:
            assert change.facts == (3 if change.key == ("offline_scan",) else 1)


def test_threads_get_what_one_gets_alone(weilidai: Policy) -> None:
    def ask(seed: int) -> Recourse:
        subject, facts, about, as_of = generate(seed)
        return recourse(weilidai, subject, facts, about, as_of=as_of)

    alone = [ask(seed) for seed in range(16)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, [*range(16)] * 2)) == alone * 2


HEAD = """
@[role = outcome_rank] .decl ranks(outcome: symbol, rank: number)
ranks("LOW", 0). ranks("HIGH", 1).
@[required = yes] @[change = up] .decl n(a: symbol, @[least = 0] @[most = 9] n: number) .input n
@[required = yes] @[change = up] .decl m(a: symbol, @[least = 1] @[most = 9] n: number) .input m
.decl outcome(a: symbol, outcome: symbol) .output outcome .output missing
outcome(A, "HIGH") :- high(A). outcome(A, "LOW") :- applicant(A), !high(A).
.decl high(a: symbol)
"""
UNSOLVABLE = [
    ("high(A) :- n(A, N), m(A, M), N * M > 20, !missing(A, _).", "a product of open values"),
    ("high(A) :- n(A, N), m(A, M), N / M > 2, !missing(A, _).", "a division by an open value"),
    (
        """
        .decl to(a: symbol, n: number)
        to(A, N) :- n(A, N). to(A, N + 1) :- to(A, N), N < 8.
        high(A) :- to(A, 9), m(A, _), !missing(A, _).
        """,
        "recursion over open rows in to",
    ),
]


@pytest.mark.parametrize(("rules", "why"), UNSOLVABLE, ids=[why for _, why in UNSOLVABLE])
def test_rules_that_can_t_be_solved_are_said_to_be(rules: str, why: str) -> None:
    policy = build_policy("test", {"rules.dl": HEAD + rules})
    with pytest.raises(RecourseError, match=f"the rules can't be solved for what would have to change: {why}"):
        recourse(policy, "a1", {"n": 0, "m": 1}, as_of=AS_OF)
    told = policy.explain("a1", {"n": 0, "m": 1}, as_of=AS_OF, detail="full")
    assert (told.recourse, told.truncated, told.proof is None) == (None, False, False)


LINEAR = [
    ("high(A) :- n(A, N), m(A, M), N / 4 + M % 3 > 3, !missing(A, _).", (2, 9)),
    ("high(A) :- n(A, N), m(A, M), max(N, 2 * M) - min(N, M) = 9, !missing(A, _).", (2, 5)),
    ("high(A) :- n(A, N), m(A, M), -N + M * 3 = 20 - N, !missing(A, _).", None),
    ("high(A) :- n(A, N), m(A, N), N > 3, !missing(A, _).", (2, 7)),
    (
        """
        .decl some(a: symbol)
        @[absence = "a test"] some(A) :- applicant(A), !n(A, 0).
        high(A) :- some(A), m(A, 3), !missing(A, _).
        """,
        (2, 3),
    ),
]


def test_what_can_only_go_the_other_way_blocks() -> None:
    policy = build_policy("test", {"rules.dl": HEAD + "high(A) :- n(A, N), m(A, M), N + M < 5, !missing(A, _)."})
    found = recourse(policy, "a1", {"n": 6, "m": 1}, as_of=AS_OF)
    assert (found.counterfactuals, [(b.fact, b.value) for b in found.blockers]) == ((), [("n", 6)])
    assert recourse(policy, "a1", {"n": 3, "m": 1}, as_of=AS_OF, wish="LOW").counterfactuals[0].size == (1, 1)


@pytest.mark.parametrize(("rules", "size"), LINEAR)
def test_arithmetic_is_exact(rules: str, size: tuple[int, int] | None) -> None:
    policy = build_policy("test", {"rules.dl": HEAD + rules})
    states = [
        ((n > 0) + (m > 1), n + m - 1)
        for n in range(10)
        for m in range(1, 10)
        if policy.decide("a1", {"n": n, "m": m}, as_of=AS_OF).outcome == "HIGH"
    ]
    assert min(states, default=None) == size
    found = recourse(policy, "a1", {"n": 0, "m": 1}, as_of=AS_OF).counterfactuals
    assert [answer.size for answer in found[:1]] == ([size] if size else [])
