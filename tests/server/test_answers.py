"""What the service answers is what the policy decides, and what every service of its kind must have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.policy.applicants import QUALIFIED
from tests.server.stand_in import served, stand_in
from zhunru.facts import applicant_message
from zhunru.v1 import policy_pb2 as pb
from zhunru.v1.policy_pb2_grpc import PolicyServiceStub
from zhunru_policy import Decision, Offer, Policy
from zhunru_server import clock
from zhunru_server.clock import today_in_shanghai
from zhunru_server.services.policy import PolicyService
from zhunru_server.wire.messages import fill_decision
from zhunru_server.wire.requests import EvaluateRequest

FULL = Decision(
    outcome="INVITED",
    restrictions=("RES-A",),
    met=("ELG-A", "ELG-B"),
    unmet=("ELG-C",),
    unknown=("ELG-D",),
    triggers=("INV-A",),
    invitation_score=40,
    scorecard={"SC-A": 30, "SC-B": 0},
    score=30,
    missing=("age",),
    qualifies=True,
    offer=Offer("NEW", 500, 450, 162_000, True, (3, 6)),
    next_step="read_contract",
    sequence_broken=True,
    advice=("ADV-A",),
    rules_fired=("ADV-A", "ELG-A"),
    policy_version="sha256:0",
)


def as_data(message: pb.Decision) -> dict[str, Any]:
    """Every field, by the names that `Decision` has for them."""
    data: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.name in ("offer", "next_step") and not message.HasField(field.name):
            value = None
        elif field.name == "scorecard":
            value = dict(value)
        elif field.name == "offer":
            months = (value.review_from_months, value.review_to_months)
            value = Offer(
                value.tier, value.limit_yuan, value.daily_rate_ppm, value.annual_rate_ppm, value.trial, months
            )
        elif field.is_repeated:
            value = tuple(value)
        data[field.name] = value
    return data


@pytest.mark.parametrize("decision", [FULL, Decision("RESTRICTED")])
def test_every_attribute_of_a_decision_is_answered(decision: Decision) -> None:
    message = pb.Decision()
    fill_decision(message, decision)
    assert Decision(**as_data(message)) == decision


def test_facts_reach_the_policy_as_they_were_meant() -> None:
    asked: list[dict[str, Any]] = []

    def decide(subject: str, facts: dict[str, Any]) -> Decision:
        asked.append(facts)
        return FULL

    rows = pb.Relation(columns=[pb.Column(numbers=[1, 2]), pb.Column(symbols=["online", ""])])
    facts = pb.Facts(
        numbers={"age": 0},
        symbols={"region": ""},
        relations={
            "payments": rows,
            "friend": pb.Relation(),
            "device": pb.Relation(columns=[pb.Column(symbols=["d1"])]),
            "whitelisted": pb.Relation(columns=[pb.Column()]),
        },
    )
    request = pb.EvaluateRequest(applicant=pb.Applicant(subject="a", facts=facts))
    PolicyService(stand_in(decide)).evaluate(EvaluateRequest.FromString(request.SerializeToString()), 0)
    assert asked == [
        {
            "age": 0,
            "region": "",
            "payments": [(1, "online"), (2, "")],
            "friend": [],
            "device": ["d1"],
            "whitelisted": [],
        }
    ]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 30, 16, 0, 0, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_without_a_day_it_is_the_one_in_shanghai(monkeypatch: pytest.MonkeyPatch, moment: datetime, day: date) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return moment.astimezone(tz)

    monkeypatch.setattr(clock, "datetime", Clock)
    assert today_in_shanghai() == day


LEAP_DAY = pb.Date(year=2024, month=2, day=29)


@pytest.mark.parametrize(("given", "asked"), [(None, date(2026, 5, 6)), (LEAP_DAY, date(2024, 2, 29))])
def test_the_day_asked_for_is_the_day_decided_as_of(weilidai: Policy, given: pb.Date | None, asked: date) -> None:
    period = asked.year * 100 + asked.month
    facts = applicant_message("a", {**QUALIFIED, "whitelisted": [period]}, None)
    service = PolicyService(weilidai, today=lambda: date(2026, 5, 6))
    request = pb.EvaluateRequest(applicant=facts, as_of=given)
    answer = pb.EvaluateResponse.FromString(
        service.evaluate(EvaluateRequest.FromString(request.SerializeToString()), 0)
    ).decision
    assert Decision(**as_data(answer)) == weilidai.decide("a", {**QUALIFIED, "whitelisted": [period]}, as_of=asked)
    assert answer.outcome == "INVITED"


@pytest.fixture(scope="module")
def channel(weilidai: Policy) -> Iterator[grpc.Channel]:
    with served(weilidai) as address, grpc.insecure_channel(address) as channel:
        yield channel


@pytest.mark.parametrize("name", ["", "zhunru.v1.PolicyService"])
def test_health_is_told(channel: grpc.Channel, name: str) -> None:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    answer = stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=5)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_the_contract_can_be_asked_for(channel: grpc.Channel) -> None:
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="zhunru.v1.PolicyService"),
    ]
    listed, file = stub.ServerReflectionInfo(iter(requests), timeout=5)
    assert "zhunru.v1.PolicyService" in {service.name for service in listed.list_services_response.service}
    assert file.file_descriptor_response.file_descriptor_proto


def test_products_are_compared_in_order(channel: grpc.Channel, weilidai: Policy) -> None:

    answer = PolicyServiceStub(channel).CompareProducts(
        pb.CompareProductsRequest(amount_yuan=10_000, days=30), timeout=5
    )
    assert [(p.id, p.least_interest_fen, p.most_interest_fen) for p in answer.products] == [
        ("jiebei", 4_500, 18_000),
        ("weilidai", 6_000, 15_000),
        ("jintiao", 9_000, 27_000),
    ]
    assert answer.policy_version == weilidai.version
