"""A case's facts reach the policy as the same facts of a call do: encoded by the SDK, read by the service."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhunru.errors import InvalidRequest
from zhunru.facts import applicant_message
from zhunru_policy import Policy
from zhunru_policy.cases.files import read_cases
from zhunru_policy.cases.runner import SUBJECT, Case, run_case
from zhunru_policy.cases.wire import as_on_the_wire
from zhunru_policy.loader import pack_folder
from zhunru_server.limits import Limits
from zhunru_server.wire.requests import Applicant, Reader

CASES = [case for pack in ("weilidai",) for case in read_cases(pack_folder(pack) / "cases")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_case_gives_what_a_call_gives(case: Case) -> None:
    try:
        message = applicant_message(SUBJECT, case.facts, case.about)  # type: ignore[arg-type]
    except InvalidRequest:
        assert case.error is not None
        return
    facts, about = Reader(Limits()).applicant(Applicant.FromString(message.SerializeToString()))

    given = as_on_the_wire(case.facts), {other: as_on_the_wire(known) for other, known in case.about.items()}
    assert _typed(given) == _typed((facts, about))


_NUMBERS = st.booleans() | st.integers(-(2**63), 2**63 - 1)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_COLUMN = st.sampled_from([_NUMBERS, _TEXTS])
_ROWS = st.lists(_COLUMN, min_size=1, max_size=3).flatmap(lambda columns: st.lists(st.tuples(*columns).map(list)))
_FACT = st.one_of(_NUMBERS, _TEXTS, st.lists(_NUMBERS), st.lists(_TEXTS), _ROWS)
_FACTS = st.dictionaries(st.text("abc_", min_size=1), _FACT)


@given(_FACTS, st.dictionaries(st.text("xyz", min_size=1), _FACTS))
def test_whatever_a_call_can_carry_has_one_form(facts: dict[str, Any], about: dict[str, Any]) -> None:
    message = applicant_message(SUBJECT, facts, about)
    read = Reader(Limits()).applicant(Applicant.FromString(message.SerializeToString()))

    shaped = as_on_the_wire(facts), {other: as_on_the_wire(known) for other, known in about.items()}
    assert _typed(shaped) == _typed(read)


def test_what_serves_decides_the_cases_itself(weilidai: Policy) -> None:
    weilidai.falls.clear()
    for case in CASES:
        if case.error is None:
            run_case(weilidai, case)
    assert not weilidai.falls


def _typed(value: object) -> object:
    """`1` and `true`, lists and tuples told apart; the order of a mapping's keys is none."""
    if isinstance(value, dict):
        return {name: _typed(part) for name, part in value.items()}
    return type(value), [_typed(part) for part in value] if isinstance(value, list | tuple) else value
