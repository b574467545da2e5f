"""Explain over gRPC: how much is told, to whom, in which part; and what can't be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any

import grpc
import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from structlog.testing import capture_logs

from tests.policy.applicants import QUALIFIED
from zhunru import AsyncClient, Client, Explanation, InvalidRequest, ServiceFault
from zhunru.facts import applicant_message, date_message
from zhunru.model.proofs import Absent, Derived, named_by
from zhunru.v1 import policy_pb2 as pb
from zhunru.v1.policy_pb2_grpc import PolicyServiceStub
from zhunru_policy import Policy
from zhunru_policy.engines.pydatalog import work
from zhunru_server.limits import Limits
from zhunru_server.process.running import RunningService

SOME_DAY = date(2026, 11, 24)
SHORT: dict[str, Any] = QUALIFIED | {"payment_score": 530}


@pytest.fixture(scope="module")
def client(weilidai: Policy) -> Iterator[Client]:
    service = RunningService(weilidai, "127.0.0.1:0")
    with Client(service.address, timeout=60) as asking:
        yield asking
    service.stop(0, 0)


def explain(client: Client, **asking: Any) -> Any:
    return client.explain("a1", SHORT, as_of=SOME_DAY, **asking)


def test_each_detail_has_what_the_one_before_has(client: Client) -> None:
    reasons, proof, full = (explain(client, detail=detail) for detail in ("reasons", "proof", "full"))
    assert reasons.decision == proof.decision == full.decision == client.evaluate("a1", SHORT, as_of=SOME_DAY)
    assert reasons.rules == proof.rules == full.rules
    assert (reasons.proof, reasons.principal, reasons.recourse) == (None, (), None)
    assert proof.principal == full.principal
    assert [reason.id for reason in proof.principal] == ["ELG-SCORE"]
    assert proof.principal[0].distance == 20
    assert proof.proof == full.proof is not None
    assert (proof.why_not, proof.recourse) == ({}, None)
    assert "ELG-SCORE" in full.why_not
    assert list(full.why_not) == sorted(full.why_not)
    assert full.recourse is not None


def test_what_would_have_to_change_holds_when_asked_about(client: Client) -> None:
    full = explain(client, detail="full")
    changes = full.recourse.counterfactuals[0].changes
    assert [(change.fact, change.before.value, change.after.value) for change in changes] == [
        ("payment_score", 530, 550)
    ]
    assert changes[0].text("en") == "WeChat Pay score 530 → 550 points"
    after = client.evaluate("a1", SHORT | {"payment_score": 550}, as_of=SOME_DAY)
    assert after.outcome == full.recourse.counterfactuals[0].outcome == "NOT_INVITED"


def test_a_second_opinion_is_taken_where_proofs_are(client: Client) -> None:
    said = {
        (detail, asked): explain(client, detail=detail, second_opinion=asked).verified
        for detail in ("reasons", "proof", "full")
        for asked in (None, True, False)
    }
    assert said == {
        ("reasons", None): None,
        ("reasons", True): True,
        ("reasons", False): None,
        ("proof", None): True,
        ("proof", True): True,
        ("proof", False): None,
        ("full", None): True,
        ("full", True): True,
        ("full", False): None,
    }


def test_a_second_engine_that_reached_its_bound_vetoes_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sure = explain(client, detail="proof")
    assert (sure.verified, sure.verdict, sure.judged_rows) == (True, "same", 0)
    monkeypatch.setattr(work, "STEP_COST", 1_000_000)
    told = explain(client, detail="proof")
    assert (told.verified, told.verdict, told.decision) == (False, "bound", sure.decision)
    assert told.judged_rows > 50
    assert told.proof == sure.proof
    said = f"not judged by the second engine: bound reached after {told.judged_rows} rows"
    assert told.render("en").splitlines()[1] == said
    assert f"处理 {told.judged_rows} 行后达到工作量上限" in told.render("zh")
    assert (told.to_json()["verified"], told.to_json()["verdict"]) == (False, "bound")
    assert explain(client, detail="proof", second_opinion=False).verdict is None


def test_a_disagreement_is_a_fault_that_is_counted_and_logged(
    weilidai: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = InMemoryMetricReader()
    metrics.set_meter_provider(MeterProvider([reader]))
    derive = Policy.derive

    def wrong(self: Policy, rows: Any, engine: str | None = None) -> Any:
        derived = dict(derive(self, rows, engine))
        if engine == "pydatalog":
            derived[self.parts["outcome"]] = {("a1", "INVITED")}
        return derived

    monkeypatch.setattr(Policy, "derive", wrong)
    service = RunningService(weilidai, "127.0.0.1:0")
    try:
        with Client(service.address, timeout=60) as client, capture_logs() as logs:
            with pytest.raises(ServiceFault) as caught:
                explain(client, detail="proof")
            assert explain(client, detail="reasons").decision.outcome == "INELIGIBLE"
    finally:
        service.stop(0, 0)
    assert "INVITED" not in str(caught.value)
    (line,) = [line for line in logs if line["event"] == "engines disagree"]
    assert (line["log_level"], line["engine"]) == ("error", "pydatalog")
    assert "outcome='INELIGIBLE'" in line["first"]
    assert "outcome='INVITED'" in line["second"]
    data = reader.get_metrics_data()
    assert data is not None
    (point,) = [
        point
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == "zhunru.explain.disagreements"
        for point in metric.data.data_points
    ]
    assert point.value == 1  # type: ignore[union-attr]
    assert dict(point.attributes or {}) == {"engine": "pydatalog", "policy_version": weilidai.version}


def test_an_applicant_is_told_less(client: Client) -> None:
    cheating = QUALIFIED | {"plugin_detected": 1}
    auditor = client.explain("a1", cheating, as_of=SOME_DAY, detail="full")
    applicant = client.explain("a1", cheating, as_of=SOME_DAY, detail="full", audience="applicant")
    assert "RES-CHEAT-TOOL" in auditor.render("en")
    assert (auditor.withheld, applicant.withheld) == (False, True)
    for told in (applicant.render("zh"), applicant.render("en"), repr(applicant.to_json()), applicant.to_svg("en")):
        for word in ("RES-CHEAT-TOOL", "plugin", "外挂"):
            assert word not in told


def test_asyncio_is_told_the_same(weilidai: Policy) -> None:
    service = RunningService(weilidai, "127.0.0.1:0")

    async def ask() -> Explanation:
        async with AsyncClient(service.address, timeout=60) as client:
            return await client.explain("a1", SHORT, as_of=SOME_DAY, detail="full", audience="applicant", language="en")

    try:
        told = asyncio.run(ask())
        with Client(service.address, timeout=60) as client:
            assert told == explain(client, detail="full", audience="applicant", language="en")
    finally:
        service.stop(0, 0)
    assert (told.principal[0].reason_zh, told.verified) == ("", True)


# ── parts of a proof ─────────────────────────────────────────────────────────────────────────────


def test_a_proof_is_read_page_by_page(client: Client) -> None:
    """From a proof cut short, every node that it names is asked for by its id; together they are the whole proof."""
    whole = explain(client, detail="proof", second_opinion=False).proof
    first = explain(client, detail="proof", second_opinion=False, size=10)
    assert first.truncated
    assert len(first.proof.nodes) == 10
    found = dict(first.proof.nodes)
    while missing := sorted({each for node in found.values() for each in named_by(node)} - found.keys()):
        page = explain(client, detail="proof", second_opinion=False, goal=missing[0], size=10)
        assert page.proof.root == missing[0]
        found |= page.proof.nodes
    assert found.keys() == whole.nodes.keys()


def test_depth_bounds_the_levels(client: Client) -> None:
    sizes = [len(explain(client, detail="proof", second_opinion=False, depth=depth).proof.nodes) for depth in (1, 2, 4)]
    whole = explain(client, detail="proof", second_opinion=False).proof
    assert sizes == sorted(set(sizes))
    assert sizes[-1] < len(whole.nodes)


def test_any_fact_can_be_proved_or_refuted(client: Client) -> None:
    met = explain(client, detail="proof", goal='met("a1", "ELG-TENURE")').proof
    assert isinstance(met.nodes[met.root], Derived)
    unmet = explain(client, detail="proof", goal='met("a1", "ELG-SCORE")').proof
    assert isinstance(unmet.nodes[unmet.root], Absent)
    assert unmet.root == '!met("a1", "ELG-SCORE")'


def test_the_service_bounds_a_proofs_size(weilidai: Policy) -> None:
    service = RunningService(weilidai, "127.0.0.1:0", Limits(proof_nodes=12))
    try:
        with Client(service.address, timeout=60) as client:
            for asked in (None, 5_000):
                told = explain(client, detail="proof", size=asked)
                assert told.truncated
                assert len(told.proof.nodes) == 12
    finally:
        service.stop(0, 0)


def test_a_budget_gives_what_is_ready(client: Client) -> None:
    told = explain(client, detail="full", milliseconds=1)
    assert told.truncated
    assert told.decision.outcome == "INELIGIBLE"
    assert told.recourse is None or not told.recourse.complete
    assert not explain(client, detail="full", milliseconds=60_000).truncated


# ── what can't be asked ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "field", "message"),
    [
        ({"detail": 9}, "detail", "9 is not known here; ask for REASONS, PROOF or FULL"),
        ({"audience": 7}, "audience", "7 is not known here; ask for AUDITOR or APPLICANT"),
        ({"second_opinion": 5}, "second_opinion", "5 is not known here; ask for TAKEN or LEFT_OUT"),
        ({"language": "fr"}, "language", "'fr' is not known here; ask for `zh` or `en`, or leave it empty"),
        ({"depth": -1}, "depth", "is below 0; leave it out for no bound of yours"),
        ({"size": -1}, "size", "is below 0; leave it out for no bound of yours"),
        ({"milliseconds": -5}, "milliseconds", "is below 0; leave it out for no bound of yours"),
        ({"goal": "mat(", "detail": 2}, "goal", "'mat(' is no fact; write a relation with values, `_` for any"),
        ({"goal": 'mat("a1")', "detail": 2}, "goal", "'mat(\"a1\")' names no relation of this policy"),
        ({"goal": 'met("a1")', "detail": 2}, "goal", "`met` has 2 columns, not 1"),
        ({"goal": "met(X, Y)", "detail": 2}, "goal", "a goal has numbers, symbols and `_` alone"),
        ({"wish": "RICH", "detail": 3}, "wish", "`RICH` can't be wished for; outcomes are "),
    ],
)
def test_what_can_not_be_asked_is_refused_by_its_field(
    weilidai: Policy, asked: dict[str, Any], field: str, message: str
) -> None:
    service = RunningService(weilidai, "127.0.0.1:0")
    try:
        with grpc.insecure_channel(service.address) as channel:
            request = pb.ExplainRequest(
                applicant=applicant_message("a1", SHORT, None), as_of=date_message(SOME_DAY), **asked
            )
            with pytest.raises(grpc.RpcError) as caught:
                PolicyServiceStub(channel).Explain(request, timeout=60)
    finally:
        service.stop(0, 0)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT  # type: ignore[attr-defined]
    details = str(caught.value.details())  # type: ignore[attr-defined]
    assert details.startswith(f"`{field}`: {message}")


@pytest.mark.parametrize(
    ("asking", "field"),
    [
        ({"detail": "all"}, "detail"),
        ({"audience": []}, "audience"),
        ({"language": "fr"}, "language"),
        ({"depth": 0}, "depth"),
        ({"size": 1.5}, "size"),
        ({"milliseconds": 2**31}, "milliseconds"),
        ({"goal": 5}, "goal"),
        ({"second_opinion": "yes"}, "second_opinion"),
    ],
)
def test_the_sdk_sends_nothing_that_can_not_be_asked(client: Client, asking: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        explain(client, **asking)
    assert [violation.field for violation in caught.value.violations] == [field]


def test_an_unknown_argument_is_a_type_error(client: Client) -> None:
    with pytest.raises(TypeError, match="unexpected argument 'details'"):
        explain(client, details="full")
