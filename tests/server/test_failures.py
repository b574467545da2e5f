"""When a decision fails: which code it becomes, what the log has, and what the caller never sees."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock

import grpc
import pytest
import structlog

from tests.server.stand_in import LARGE, served, stand_in
from tests.server.test_bad_requests import Refused, read_status, refused
from zhunru.facts import applicant_message
from zhunru.v1 import policy_pb2 as pb
from zhunru.v1.policy_pb2_grpc import PolicyServiceStub
from zhunru_policy import AnswerError, Decision, RuleArithmeticError, WorkLimitError
from zhunru_policy.language.syntax import Span
from zhunru_server.process.running import THREADS
from zhunru_server.services.handlers import add_policy_service
from zhunru_server.services.policy import PolicyService
from zhunru_server.telemetry import log
from zhunru_server.wire import statuses as errors
from zhunru_server.wire.requests import EvaluateBatchRequest
from zhunru_server.wire.statuses import DeadlinePassed

SECRET = "622202-4417"
FAILURES = [
    (
        RuleArithmeticError(Span("02_credit.dl", 7, 1, 7, 9), "division by zero", "SC-ASSETS"),
        (grpc.StatusCode.FAILED_PRECONDITION, "RULE_FAILED"),
        "02_credit.dl:7:1: rule of `SC-ASSETS` failed: division by zero",
    ),
    (AnswerError("no outcome"), (grpc.StatusCode.FAILED_PRECONDITION, "RULE_FAILED"), "no outcome"),
    (WorkLimitError("too many rows"), (grpc.StatusCode.RESOURCE_EXHAUSTED, "WORK_LIMIT"), "too many rows"),
]


def failing(error: Exception) -> Callable[[str, dict[str, Any]], Decision]:
    """Fails for everybody but `ok`."""

    def decide(subject: str, facts: dict[str, Any]) -> Decision:
        if subject != "ok":
            raise error
        return Decision("INVITED")

    return decide


def ask(stub: PolicyServiceStub, subject: str, timeout: float = 5) -> Any:
    return stub.Evaluate(pb.EvaluateRequest(applicant=pb.Applicant(subject=subject)), timeout=timeout)


def ask_in_a_thread(stub: PolicyServiceStub, subject: str, timeout: float) -> Any:
    """By a request so large that it is not answered where it arrives."""
    return stub.Evaluate(pb.EvaluateRequest(applicant=applicant_message(subject, LARGE, None)), timeout=timeout)


def ask_both_ways(error: Exception) -> list[Refused]:
    """What is said of a failure of a call, and of one applicant in a batch whose others are decided."""
    with served(stand_in(failing(error))) as address, grpc.insecure_channel(address) as channel:
        stub = PolicyServiceStub(channel)
        alone = refused(lambda: ask(stub, "a1"))
        batch = pb.EvaluateBatchRequest(applicants=[pb.Applicant(subject=name) for name in ("ok", "a1", "ok")])
        results = stub.EvaluateBatch(batch, timeout=5).results
    assert [result.WhichOneof("result") for result in results] == ["decision", "error", "decision"]
    return [alone, read_status(results[1].error)]


@pytest.mark.parametrize(("error", "kind", "message"), FAILURES, ids=[type(row[0]).__name__ for row in FAILURES])
def test_a_failure_that_has_a_name_is_told_by_it(error: Exception, kind: tuple[object, str], message: str) -> None:
    for why in ask_both_ways(error):
        assert (why.code, why.reason, why.message, why.violations) == (*kind, message, [])


@pytest.fixture
def _logging() -> Iterator[None]:
    """The service's own log, and afterwards what was there before."""
    handlers = logging.root.handlers[:]
    log.configure()
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


@pytest.mark.usefixtures("_logging")
def test_a_fault_is_told_by_an_id_that_the_log_has_and_by_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    told = ask_both_ways(KeyError(SECRET))
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    logged = {line["error_id"]: line for line in lines if line["event"] == "fault"}
    assert len(logged) == 2
    for why, method in zip(told, ("Evaluate", "EvaluateBatch"), strict=True):
        assert (why.code, why.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
        assert SECRET not in why.message
        assert "Traceback" not in why.message
        error_id = why.message.rpartition(" ")[2]
        assert logged[error_id]["level"] == "error"
        assert logged[error_id]["method"] == method
        assert "in decide" in logged[error_id]["exception"]


def test_a_log_that_cant_be_written_shows_the_caller_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, SECRET)

    monkeypatch.setattr(errors.log, "error", full, raising=False)
    for why in ask_both_ways(KeyError(SECRET)):
        assert (why.code, why.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
        assert SECRET not in why.message


def test_no_work_is_done_for_a_caller_who_has_gone() -> None:
    asked, hold = [], threading.Event()

    def decide(subject: str, facts: dict[str, Any]) -> Decision:
        asked.append(subject)
        if subject == "slow":
            hold.wait(10)
        return Decision("INVITED")

    with (
        served(stand_in(decide)) as address,
        grpc.insecure_channel(address) as channel,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        stub = PolicyServiceStub(channel)
        slow = [pool.submit(ask_in_a_thread, stub, "slow", 10) for _ in range(THREADS)]
        while len(asked) < THREADS:
            pass
        with pytest.raises(grpc.RpcError) as raised:
            ask_in_a_thread(stub, "late", timeout=0.05)
        assert ask(stub, "quick").decision.outcome == "INVITED"
        last = pool.submit(ask_in_a_thread, stub, "last", 10)
        hold.set()
        assert [call.result().decision.outcome for call in (*slow, last)] == ["INVITED"] * (THREADS + 1)
    error: Any = raised.value
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert asked == ["slow"] * THREADS + ["quick", "last"]


def test_a_call_whose_deadline_has_passed_is_told_so() -> None:
    """gRPC drops such calls itself, but not at every moment."""
    server, context = Mock(), Mock(time_remaining=lambda: 0.0, abort=AsyncMock(side_effect=ZeroDivisionError))
    add_policy_service(server, PolicyService(stand_in(failing(KeyError("asked")))), threading.Event(), Mock())
    [[methods]] = server.add_generic_rpc_handlers.call_args.args
    call = methods.service(SimpleNamespace(method="/zhunru.v1.PolicyService/Evaluate"))
    with pytest.raises(ZeroDivisionError):
        asyncio.run(call.unary_unary(b"", context))
    assert context.abort.call_args.args[0] is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_batch_stops_when_its_time_is_over() -> None:
    asked = []
    clock = iter([1.0, 2.0, 3.0])

    def decide(subject: str, facts: dict[str, Any]) -> Decision:
        asked.append(subject)
        return Decision("INVITED")

    service = PolicyService(stand_in(decide), clock=lambda: next(clock))
    batch = pb.EvaluateBatchRequest(applicants=[pb.Applicant(subject=name) for name in "abc"])
    with pytest.raises(DeadlinePassed):
        service.evaluate_batch(EvaluateBatchRequest.FromString(batch.SerializeToString()), ends=2.5)
    assert asked == ["a", "b"]
