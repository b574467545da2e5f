"""A decision's bytes are the message that `fill_decision` makes."""

from __future__ import annotations

from dataclasses import fields
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policy.applicants import generate
from zhunru.v1 import policy_pb2 as pb
from zhunru_policy import Decision, Offer, Policy
from zhunru_server.wire.encoding import answer_bytes, batch_bytes, decision_bytes, varint
from zhunru_server.wire.messages import fill_decision

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.integers(-1, 130)
MONTHS = st.integers(-(2**31), 2**31 - 1) | st.integers(0, 12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
ID_LISTS = st.lists(st.sampled_from(["", "RES-AGE", "准入", "x" * 200]) | TEXTS, max_size=4).map(tuple)
OFFERS = st.builds(Offer, TEXTS, NUMBERS, NUMBERS, NUMBERS, st.booleans(), st.tuples(MONTHS, MONTHS))
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "scorecard": st.dictionaries(TEXTS, NUMBERS, max_size=4).map(MappingProxyType),
    "offer": st.none() | OFFERS,
    "next_step": st.none() | TEXTS,
    "qualifies": st.booleans(),
    "sequence_broken": st.booleans(),
    **dict.fromkeys(["outcome", "policy_version"], TEXTS),
    **dict.fromkeys(["score", "invitation_score"], NUMBERS),
}
DECISIONS = st.builds(Decision, **{field.name: PARTS.get(field.name, ID_LISTS) for field in fields(Decision)})


def filled(decision: Decision) -> pb.Decision:
    message = pb.Decision()
    fill_decision(message, decision)
    return message


@given(DECISIONS)
def test_any_decisions_bytes_are_its_message(decision: Decision) -> None:
    raw, message = decision_bytes(decision), filled(decision)
    assert pb.Decision.FromString(raw) == message
    assert pb.EvaluateResponse.FromString(answer_bytes(decision)).decision == message


def test_what_the_pack_decides_takes_no_more_bytes_than_protobufs(weilidai: Policy) -> None:
    for seed in range(2000):
        subject, facts, about, as_of = generate(seed)
        decision = weilidai.decide(subject, facts, about, as_of=as_of)
        raw, message = decision_bytes(decision), filled(decision)
        assert pb.Decision.FromString(raw) == message
        assert len(raw) <= message.ByteSize()


@given(st.lists(DECISIONS, max_size=3))
def test_a_batch_has_decisions_and_errors_in_their_places(decisions: list[Decision]) -> None:
    error = pb.EvaluateResult()
    error.error.message = "no"
    results = [*map(answer_bytes, decisions), error.SerializeToString()]
    response = pb.EvaluateBatchResponse.FromString(batch_bytes(results))
    assert list(response.results) == [*(pb.EvaluateResult(decision=filled(each)) for each in decisions), error]


@pytest.mark.parametrize(
    ("number", "raw"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), (-1, "ff" * 9 + "01")]
)
def test_numbers_take_seven_bits_a_byte(number: int, raw: str) -> None:
    assert varint(number).hex() == raw
