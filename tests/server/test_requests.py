"""What stays bytes until it is read: it means the same, is refused by the same words, and is read once where it is
short.
"""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from tests.server.stand_in import served
from tests.server.test_bad_requests import refused
from zhunru.v1 import policy_pb2 as pb
from zhunru_policy import Policy
from zhunru_server.limits import Limits
from zhunru_server.wire import requests
from zhunru_server.wire.requests import Applicant, Reader


def read(reader: Reader, message: pb.Applicant) -> tuple[dict[str, Any], dict[str, Any]]:
    return reader.applicant(Applicant.FromString(message.SerializeToString()))


@pytest.mark.parametrize("name", ["EvaluateRequest", "EvaluateBatchRequest", "ExplainRequest", "Applicant"])
def test_the_classes_have_the_contracts_fields(name: str) -> None:
    stated, own = (getattr(module, name).DESCRIPTOR for module in (pb, requests))
    assert own.full_name == stated.full_name
    assert [(f.name, f.number) for f in own.fields] == [(f.name, f.number) for f in stated.fields]


def friends(*names: str) -> dict[str, pb.Relation]:
    return {"friend": pb.Relation(columns=[pb.Column(symbols=names)])}


SHORT = pb.Facts(numbers={"payment_score": 612}, relations=friends("b"))
LONG = pb.Facts(symbols={"region": "x" * 100}, relations=friends("y" * 100))


def test_what_is_short_is_read_once() -> None:
    reader = Reader(Limits())
    facts, about = read(reader, pb.Applicant(facts=SHORT, about={"b": SHORT, "c": SHORT}))
    again, about_again = read(reader, pb.Applicant(facts=SHORT, about={"d": SHORT}))
    assert facts == again == about["b"] == {"payment_score": 612, "friend": ["b"]}
    assert about["b"] is about["c"] is about_again["d"]
    assert facts["friend"] is again["friend"]
    assert facts is not again


def test_what_is_long_is_not_kept() -> None:
    reader = Reader(Limits())
    facts, about = read(reader, pb.Applicant(facts=LONG, about={"b": LONG}))
    again, about_again = read(reader, pb.Applicant(facts=LONG, about={"b": LONG}))
    assert (facts, about) == (again, about_again)
    assert facts["friend"] is not again["friend"]
    assert about["b"] is not about_again["b"]


def test_no_more_than_some_is_kept() -> None:
    reader = Reader(Limits())
    numbers = [pb.Facts(numbers={"payment_score": number}) for number in range(requests.KEPT + 10)]
    first, *_, last = [read(reader, pb.Applicant(about={"b": facts}))[1]["b"] for facts in numbers]
    assert read(reader, pb.Applicant(about={"b": numbers[0]}))[1]["b"] is not first
    assert read(reader, pb.Applicant(about={"b": numbers[-1]}))[1]["b"] is last


# In place of a message: a key that can't be, a length beyond the end, and a text that is no UTF-8.
BROKEN = [
    *[(place, raw) for place in ("about", "relations") for raw in (b"\xff\xff\xff", b"\x0a\x7f")],
    ("about", b"\x12\x05\x0a\x01\xff\x12\x00"),
    ("relations", b"\x0a\x03\x12\x01\xff"),
]


@pytest.mark.parametrize(("place", "raw"), BROKEN)
@pytest.mark.parametrize("method", ["Evaluate", "EvaluateBatch", "Explain"])
def test_bytes_within_that_are_no_message_are_the_callers_error(
    weilidai: Policy, method: str, place: str, raw: bytes
) -> None:
    applicant = Applicant(subject="a", facts={})
    if place == "about":
        applicant.about["b"] = raw  # type: ignore[assignment]
    else:
        applicant.facts.relations["friend"] = raw  # type: ignore[assignment]
    field = "applicants" if method == "EvaluateBatch" else "applicant"
    request = getattr(requests, f"{method}Request")(**{field: [applicant] if field == "applicants" else applicant})
    with served(weilidai) as address, grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(f"/zhunru.v1.PolicyService/{method}")
        why = refused(lambda: call(request.SerializeToString(), timeout=5))
    assert why.code is grpc.StatusCode.INVALID_ARGUMENT
    assert why.violations == [("request", f"is no zhunru.v1.{method}Request")]
