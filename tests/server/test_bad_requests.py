"""What can't be taken, over the wire: the code, the reason, and which field is at fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import grpc
import pytest
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2

from tests.server.stand_in import served
from zhunru.v1 import policy_pb2 as pb
from zhunru.v1.policy_pb2_grpc import PolicyServiceStub
from zhunru_policy import Policy
from zhunru_server.limits import Limits

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
FACTS = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FACTS")
LARGE = (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_LARGE")
LIMITS = Limits(message_bytes=20_000, batch_applicants=3, relation_rows=5, subjects=2)


class Refused(NamedTuple):
    code: grpc.StatusCode
    reason: str
    violations: list[tuple[str, str]]
    message: str


@pytest.fixture(scope="module")
def stub(weilidai: Policy) -> Iterator[PolicyServiceStub]:
    with served(weilidai, LIMITS) as address, grpc.insecure_channel(address) as channel:
        yield PolicyServiceStub(channel)


def refused(call: Any) -> Refused:
    """What the call was refused for, read by google.rpc's own messages."""
    with pytest.raises(grpc.RpcError) as raised:
        call()
    error: Any = raised.value
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    assert (status.code, status.message) == (error.code().value[0], error.details())
    return read_status(status)


def read_status(status: status_pb2.Status) -> Refused:
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        assert detail.Unpack(info) or detail.Unpack(bad)
    assert info.domain == "zhunru"
    violations = [(violation.field, violation.description) for violation in bad.field_violations]
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    return Refused(code, info.reason, violations, status.message)


def applicant(**fields: Any) -> dict[str, Any]:
    return {"applicant": {"subject": "a1", **fields}}


def facts(**kinds: Any) -> dict[str, Any]:
    return applicant(facts=kinds)


def relation(*columns: dict[str, Any]) -> dict[str, Any]:
    return facts(relations={"payments": {"columns": list(columns)}})


ROWS = {"numbers": [1, 1]}
# title, request, code and reason, field, words of the description
BAD: list[tuple[str, dict[str, Any], tuple[grpc.StatusCode, str], str, str]] = [
    ("no applicant", {}, FACTS, "applicant.subject", "non-empty"),
    ("no subject", facts() | {"applicant": {}}, FACTS, "applicant.subject", "non-empty"),
    ("a number out of range", facts(numbers={"age": 151}), FACTS, "applicant.facts.age", "outside 0..150"),
    ("a misspelt predicate", facts(numbers={"ag": 1}), FACTS, "applicant.facts.ag", "did you mean `age`?"),
    ("a symbol for a number", facts(symbols={"age": "30"}), FACTS, "applicant.facts.age", "takes a whole number"),
    ("a number for a symbol", facts(numbers={"region": 1}), FACTS, "applicant.facts.region", "takes a text"),
    (
        "a list for one value",
        facts(relations={"age": {"columns": [{"numbers": [30]}]}}),
        FACTS,
        "applicant.facts.age",
        "one alone",
    ),
    (
        "one value for a list",
        facts(numbers={"whitelisted": 202611}),
        FACTS,
        "applicant.facts.whitelisted",
        "takes a list",
    ),
    ("a wrong arity", relation(ROWS, ROWS), FACTS, "applicant.facts.payments[0]", "takes a tuple (months_ago"),
    (
        "a value out of range in a row",
        relation({"numbers": [1, 7]}, {"symbols": ["online"] * 2}, ROWS, ROWS),
        FACTS,
        "applicant.facts.payments[1].months_ago",
        "7 is outside 1..6",
    ),
    (
        "two rows for one month and channel",
        relation({"numbers": [1, 1]}, {"symbols": ["online"] * 2}, ROWS, {"numbers": [1, 2]}),
        FACTS,
        "applicant.facts.payments",
        "two tuples",
    ),
    (
        "columns of different lengths",
        relation(ROWS, {"symbols": ["online"]}),
        INVALID,
        "applicant.facts.payments.columns",
        "different lengths (2, 1)",
    ),
    (
        "numbers and symbols in one column",
        relation(ROWS, ROWS | {"symbols": ["online"]}),
        INVALID,
        "applicant.facts.payments.columns[1]",
        "a column of each",
    ),
    (
        "a predicate in two maps",
        facts(numbers={"region": 1}, symbols={"region": "CN"}),
        INVALID,
        "applicant.facts.region",
        "give it one way",
    ),
    (
        "a friend's score out of range",
        applicant(about={"b1": {"numbers": {"payment_score": 1001}}}),
        FACTS,
        "applicant.about.b1.payment_score",
        "outside 0..1000",
    ),
    (
        "another subject's columns of different lengths",
        applicant(about={"d1": {"relations": {"device_account": {"columns": [ROWS, {"numbers": [1]}]}}}}),
        INVALID,
        "applicant.about.d1.device_account.columns",
        "different lengths",
    ),
    ("the subject in about", applicant(about={"a1": {}}), FACTS, "applicant.about.a1", "the subject itself"),
    ("a subject without a name in about", applicant(about={"": {}}), FACTS, "applicant.about", "non-empty"),
    ("a date that is none", facts() | {"as_of": {"year": 2026, "month": 2, "day": 30}}, INVALID, "as_of", "whole date"),
    ("a month without a day", facts() | {"as_of": {"year": 2026, "month": 2}}, INVALID, "as_of", "whole date"),
    ("a long request id", facts() | {"request_id": "x" * 65}, INVALID, "request_id", "64 characters"),
]


@pytest.mark.parametrize(("request_", "kind", "field", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
@pytest.mark.parametrize("method", ["Evaluate", "Explain"])
def test_a_bad_request_names_its_field(
    stub: PolicyServiceStub, method: str, request_: dict[str, Any], kind: object, field: str, words: str
) -> None:
    message = json_format.ParseDict(request_, getattr(pb, f"{method}Request")())
    why = refused(lambda: getattr(stub, method)(message, timeout=5))
    assert (why.code, why.reason) == kind
    [(named, description)] = why.violations
    assert named == field
    assert words in description
    assert why.message == f"`{field}`: {description}"


COMPARISONS = [
    ({"amount_yuan": 0, "days": 30}, FACTS, "amount_yuan", "outside 1..10000000"),
    ({"amount_yuan": 10_000_001, "days": 30}, FACTS, "amount_yuan", "outside 1..10000000"),
    ({"amount_yuan": 1}, FACTS, "days", "outside 1..3650"),
    ({"amount_yuan": 1, "days": 1, "as_of": {"year": 10_000}}, INVALID, "as_of", "whole date"),
]


@pytest.mark.parametrize(("request_", "kind", "field", "words"), COMPARISONS)
def test_a_bad_comparison_names_its_field(
    stub: PolicyServiceStub, request_: dict[str, Any], kind: object, field: str, words: str
) -> None:
    message = json_format.ParseDict(request_, pb.CompareProductsRequest())
    why = refused(lambda: stub.CompareProducts(message, timeout=5))
    assert (why.code, why.reason) == kind
    [(named, description)] = why.violations
    assert named == field
    assert words in description


@pytest.mark.parametrize("method", ["Evaluate", "EvaluateBatch", "Explain", "CompareProducts"])
def test_another_policys_name_is_not_found(stub: PolicyServiceStub, method: str) -> None:
    message = getattr(pb, f"{method}Request")(policy="huabei")
    why = refused(lambda: getattr(stub, method)(message, timeout=5))
    assert (why.code, why.reason) == (grpc.StatusCode.NOT_FOUND, "POLICY_NOT_FOUND")
    assert "name `weilidai`" in why.message


def test_the_policys_own_name_is_taken(stub: PolicyServiceStub) -> None:
    assert stub.Evaluate(pb.EvaluateRequest(policy="weilidai", applicant=pb.Applicant(subject="a1")), timeout=5)


@pytest.mark.parametrize("method", ["Evaluate", "EvaluateBatch", "Explain", "CompareProducts"])
def test_bytes_that_are_no_message_are_the_callers_error(weilidai: Policy, method: str) -> None:
    with served(weilidai) as address, grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(f"/zhunru.v1.PolicyService/{method}")
        why = refused(lambda: call(b"\xff\xff\xff", timeout=5))
    assert (why.code, why.reason) == INVALID
    assert why.violations == [("request", f"is no zhunru.v1.{method}Request")]


def column(rows: int) -> dict[str, Any]:
    return {"relations": {"whitelisted": {"columns": [{"numbers": [202611] * rows}]}}}


TOO_LARGE = [
    ("rows", applicant(facts=column(6)), "applicant.facts.whitelisted.columns", "6 rows; at most 5"),
    (
        "rows about another",
        applicant(about={"b1": {"relations": {"friend": {"columns": [{"symbols": ["x"] * 6}]}}}}),
        "applicant.about.b1.friend.columns",
        "6 rows; at most 5",
    ),
    ("subjects", applicant(about={"b1": {}, "b2": {}, "b3": {}}), "applicant.about", "3 subjects; at most 2"),
]


@pytest.mark.parametrize(
    ("request_", "field", "words"), [row[1:] for row in TOO_LARGE], ids=[row[0] for row in TOO_LARGE]
)
def test_a_bound_passed_is_told(stub: PolicyServiceStub, request_: dict[str, Any], field: str, words: str) -> None:
    why = refused(lambda: stub.Evaluate(json_format.ParseDict(request_, pb.EvaluateRequest()), timeout=5))
    assert (why.code, why.reason) == LARGE
    assert why.message.startswith(f"`{field}`: {words}")


def test_bounds_themselves_are_taken(stub: PolicyServiceStub) -> None:
    filled = applicant(facts=column(5), about={"b1": {}, "b2": {}})
    assert stub.Evaluate(json_format.ParseDict(filled, pb.EvaluateRequest()), timeout=5).decision.outcome
    batch = {"applicants": [filled["applicant"]] * 3}
    assert len(stub.EvaluateBatch(json_format.ParseDict(batch, pb.EvaluateBatchRequest()), timeout=5).results) == 3


def test_more_applicants_than_a_batch_takes(stub: PolicyServiceStub) -> None:
    message = pb.EvaluateBatchRequest(applicants=[pb.Applicant(subject="a")] * 4)
    why = refused(lambda: stub.EvaluateBatch(message, timeout=5))
    assert (why.code, why.reason) == LARGE
    assert why.message == "`applicants`: 4 in one batch; at most 3 are taken, so send several batches"


def test_a_batch_of_nobody(stub: PolicyServiceStub) -> None:
    why = refused(lambda: stub.EvaluateBatch(pb.EvaluateBatchRequest(), timeout=5))
    assert (why.code, why.reason, why.violations) == (*INVALID, [("applicants", "none given; give at least one")])


def test_a_message_beyond_the_bytes_that_are_taken(stub: PolicyServiceStub) -> None:
    message = pb.EvaluateRequest(applicant=pb.Applicant(subject="a" * LIMITS.message_bytes))
    with pytest.raises(grpc.RpcError) as raised:
        stub.Evaluate(message, timeout=5)
    error: Any = raised.value
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in error.details()


@pytest.mark.parametrize("character", ["x", "准", "\U0001f600", "\x00", "\n"])
def test_a_status_stays_small_whatever_a_stranger_calls_things(stub: PolicyServiceStub, character: str) -> None:
    name = character * 2_000
    unequal = pb.Relation(columns=[pb.Column(numbers=[1]), pb.Column()])
    for applicant in (
        pb.Applicant(subject="a", facts=pb.Facts(numbers={name: 1})),
        pb.Applicant(subject="a", facts=pb.Facts(relations={name: unequal})),
        pb.Applicant(subject="a", about={name: pb.Facts(relations={"friend": unequal})}),
        pb.Applicant(subject=name, about={name: pb.Facts()}),
    ):
        message = pb.EvaluateRequest(applicant=applicant)
        why = refused(lambda message=message: stub.Evaluate(message, timeout=5))
        assert why.code is grpc.StatusCode.INVALID_ARGUMENT
        assert why.violations[0][0].startswith("applicant.")


def test_one_bad_applicant_leaves_the_others_decided(stub: PolicyServiceStub) -> None:
    good = pb.Applicant(subject="a", facts=pb.Facts(numbers={"age": 30}))
    bad = pb.Applicant(subject="b", facts=pb.Facts(numbers={"age": 151}))
    response = stub.EvaluateBatch(pb.EvaluateBatchRequest(applicants=[good, bad, good]), timeout=5)
    assert [result.WhichOneof("result") for result in response.results] == ["decision", "error", "decision"]
    assert response.results[0] == response.results[2]
    why = read_status(status_pb2.Status.FromString(response.results[1].error.SerializeToString()))
    assert (why.code, why.reason) == FACTS
    assert why.violations == [("applicants[1].facts.age", "151 is outside 0..150")]
