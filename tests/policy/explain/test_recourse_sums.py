"""Tuples change through the sums that the rules make of them, and still no change of single tuples is smaller."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy.applicants import QUALIFIED
from zhunru_policy import load_pack
from zhunru_policy.explain.recourse.search import Recourse, recourse

AS_OF = date(2026, 11, 24)
PURSE = load_pack(Path(__file__).parent / "packs" / "purse")
WEILIDAI = load_pack("weilidai")
KEYS = [(month, kind) for month in (1, 2) for kind in "xy"]

facts_of_purse = st.fixed_dictionaries(
    {
        "spent": st.dictionaries(st.sampled_from(KEYS), st.tuples(st.integers(0, 2), st.integers(0, 5))).map(
            lambda spent: [(*key, *numbers) for key, numbers in spent.items()]
        ),
        "gift": st.integers(0, 1),
        "bar": st.integers(0, 9),
    }
)


def reachable(facts: dict) -> Iterator[tuple[int, int, dict]]:
    """Every state that changes of single tuples lead to: facts changed, steps, and the facts then."""
    given = {row[:2]: row[2:] for row in facts["spent"]}
    now = [number for key in KEYS for number in given.get(key, (0, 0))] + [facts["gift"]]
    choices = [
        range(n, 3) if at % 2 == 0 else range(n % 2, 6, 2) for at, n in enumerate(now[:-1])
    ]  # often goes up by 1, much either way by 2
    for then in product(*choices, range(facts["gift"], 2)):
        distances = [abs(a - b) // (1 if at % 2 == 0 else 2) for at, (a, b) in enumerate(zip(now, then, strict=True))]
        spent = [(*key, *then[2 * at : 2 * at + 2]) for at, key in enumerate(KEYS)]
        yield sum(d != 0 for d in distances), sum(distances), {**facts, "spent": spent, "gift": then[-1]}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(facts_of_purse)
def test_no_change_of_single_tuples_is_smaller(facts: dict) -> None:
    if PURSE.decide("a", facts, as_of=AS_OF).outcome == "RICH":
        return
    by_size = sorted(reachable(facts), key=lambda state: state[:2])
    least = next((size[:2] for size in by_size if PURSE.decide("a", size[2], as_of=AS_OF).outcome == "RICH"), None)

    found = recourse(PURSE, "a", facts, as_of=AS_OF).counterfactuals

    assert [answer.size for answer in found[:1]] == ([least] if least else [])
    for answer in found:
        assert PURSE.decide("a", answer.facts, as_of=AS_OF).outcome == "RICH"
        assert answer.size == changed(facts, dict(answer.facts))


def changed(before: dict, after: dict) -> tuple[int, int]:
    """How many facts differ, and by how many steps."""
    old, new = ({row[:2]: row[2:] for row in facts["spent"]} for facts in (before, after))
    distances = [after["gift"] - before["gift"]]
    for key in KEYS:
        (often, much), (more_often, more) = old.get(key, (0, 0)), new.get(key, (0, 0))
        distances += [more_often - often, abs(more - much) // 2]
    return sum(d != 0 for d in distances), sum(distances)


def test_a_sum_that_one_tuple_can_t_bear_counts_every_tuple_that_changes() -> None:
    facts = {"spent": [(1, "x", 0, 0), (1, "y", 1, 0), (2, "y", 2, 0)], "gift": 0, "bar": 9}
    answers = recourse(PURSE, "a", facts, as_of=AS_OF).counterfactuals
    assert [([(each.total, each.key, each.facts) for each in answer.changes], answer.size) for answer in answers] == [
        ([("", (), 1)], (1, 1)),
        ([("often_of", ("x",), 1), ("often_of", ("y",), 1)], (2, 2)),
        ([("often_of", ("x",), 2)], (2, 3)),
    ]


def told(found: Recourse, language: str) -> list[list[str]]:
    return [[change.text(language) for change in answer.changes] for answer in found.counterfactuals]  # type: ignore[arg-type]


def test_more_payments_are_told_for_all_months_together() -> None:
    payments = [(month, channel, 2, 300_000) for month in range(1, 7) for channel in ("online", "offline_scan")]
    facts = QUALIFIED | {"payments": [*payments, (3, "offline_other", 24, 0)]}
    found = recourse(WEILIDAI, "a1", facts, as_of=AS_OF)
    # Which of equals comes first is the solver's choice.
    assert sorted(told(found, "zh")) == [
        ["近6个月各渠道支付笔数（offline_other） 24 → 36 次（多 12 次）"],
        ["近6个月各渠道支付笔数（offline_scan） 12 → 24 次（多 12 次）"],
        ["近6个月各渠道支付笔数（online） 12 → 24 次（多 12 次）"],
    ]
    assert max(told(found, "en")) == ["payments in six months, through one channel (online) 12 → 24 times (12 more)"]
    (change,) = min(found.counterfactuals, key=lambda answer: answer.changes[0].key).changes
    assert (change.fact, change.key, change.column, change.total, change.steps, change.facts) == (
        "payments", ("offline_other",), "times", "times_paid_through", 12, 1,
    )  # fmt: skip


@pytest.mark.parametrize("form", [list, tuple, set, frozenset, lambda rows: [*rows, *rows]])
def test_payments_may_be_given_in_any_form(form: type) -> None:
    facts = QUALIFIED | {"payments": form([(1, "online", 3, 0), (2, "offline_scan", 4, 0)])}
    (answer, *_) = recourse(WEILIDAI, "a1", facts, as_of=AS_OF).counterfactuals
    assert WEILIDAI.decide("a1", answer.facts, as_of=AS_OF).outcome == "NOT_INVITED"
