"""The second opinion: another engine decides the same, or nothing is said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED, generate
from zhunru_policy import Policy
from zhunru_policy.engines.pydatalog import work
from zhunru_policy.errors import RuleArithmeticError
from zhunru_policy.explain import DisagreementError
from zhunru_policy.language.syntax import Span

SOME_DAY = date(2026, 11, 24)


def test_the_second_engine_agrees(weilidai: Policy) -> None:
    for seed in range(12):
        subject, facts, about, as_of = generate(seed)
        explanation = weilidai.explain(subject, facts, about, as_of=as_of, verify="pydatalog")
        assert explanation.verified is True
        assert weilidai.explain(subject, facts, about, as_of=as_of).verified is None


def test_a_disagreement_is_an_error_with_both_answers(weilidai: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    right = weilidai.derive

    def wrong(rows: Any, engine: str | None = None) -> Any:
        derived = dict(right(rows, engine))
        if engine == "pydatalog":
            derived["outcome"] = {("a1", "INVITED")}
        return derived

    monkeypatch.setattr(weilidai, "derive", wrong)
    with pytest.raises(DisagreementError, match="`pydatalog` decides otherwise") as raised:
        weilidai.explain("a1", QUALIFIED, as_of=SOME_DAY, verify="pydatalog")
    assert raised.value.first.outcome == "NOT_INVITED"
    assert getattr(raised.value.second, "outcome", "") == "INVITED"


def test_an_engine_that_fails_where_another_decides_is_a_disagreement(
    weilidai: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = weilidai.derive
    failed = RuleArithmeticError(Span("rules.dl", 1, 1, 1, 2), "division by zero")

    def wrong(rows: Any, engine: str | None = None) -> Any:
        if engine == "pydatalog":
            raise failed
        return right(rows, engine)

    monkeypatch.setattr(weilidai, "derive", wrong)
    with pytest.raises(DisagreementError, match="division by zero") as raised:
        weilidai.explain("a1", QUALIFIED, as_of=SOME_DAY, verify="pydatalog")
    assert raised.value.second is failed


def test_an_engine_that_reached_its_bound_has_no_say(weilidai: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "STEP_COST", 1_000_000)
    told = weilidai.explain("a1", QUALIFIED, as_of=SOME_DAY, detail="proof", verify="pydatalog")
    assert told.verdict is not None
    assert (told.verified, told.verdict.same) == (False, False)
    assert told.verdict.rows > 50
    assert told.decision == weilidai.decide("a1", QUALIFIED, as_of=SOME_DAY)
    assert told.proof is not None


def test_an_engine_that_is_not_known_is_refused(weilidai: Policy) -> None:
    with pytest.raises(ValueError, match="`prolog` is not known"):
        weilidai.explain("a1", QUALIFIED, as_of=SOME_DAY, verify="prolog")
