"""Every case of the weilidai pack, and that together they leave no rule and no outcome untried."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from zhunru_policy import Decision, Policy
from zhunru_policy.cases.files import read_cases
from zhunru_policy.cases.runner import Case, never_fired, never_silent, run_case
from zhunru_policy.loader import pack_folder

CASES = read_cases(pack_folder("weilidai") / "cases")
OUTCOMES = {
    "ACTIVE",
    "DEFERRED",
    "FROZEN",
    "INDETERMINATE",
    "INELIGIBLE",
    "INVITED",
    "NOT_INVITED",
    "RESTRICTED",
}


@pytest.fixture(scope="module")
def decisions(weilidai: Policy) -> Sequence[Decision]:
    results = (run_case(weilidai, case) for case in CASES)
    return [result.decision for result in results if result.decision is not None]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(weilidai: Policy, case: Case) -> None:
    result = run_case(weilidai, case)
    assert not result.differences, f"{case.span.file}:{case.span.line}"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


def test_every_rule_fires_in_a_case(weilidai: Policy, decisions: Sequence[Decision]) -> None:
    assert never_fired(weilidai, decisions) == ()


def test_every_rule_is_silent_in_a_case(weilidai: Policy, decisions: Sequence[Decision]) -> None:
    assert never_silent(weilidai, decisions) == ()


def test_every_outcome_occurs(decisions: Sequence[Decision]) -> None:
    assert {decision.outcome for decision in decisions} == OUTCOMES
