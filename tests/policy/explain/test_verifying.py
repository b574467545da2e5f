"""The second opinion: another engine decides the same, or nothing is said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED, generate
from zhunru_policy import Policy
from zhunru_policy.explain import DisagreementError

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
    assert (raised.value.first.outcome, raised.value.second.outcome) == ("NOT_INVITED", "INVITED")


def test_an_engine_that_is_not_known_is_refused(weilidai: Policy) -> None:
    with pytest.raises(ValueError, match="`prolog` is not known"):
        weilidai.explain("a1", QUALIFIED, as_of=SOME_DAY, verify="prolog")
