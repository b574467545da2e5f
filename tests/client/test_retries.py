"""Trying again: when, how often, with which key, and until when."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import grpc
import pytest

from zhunru import AsyncClient, Client, DeadlineExceeded, ServiceFault, Unavailable, ZhunruError
from zhunru.attempts import Attempts
from zhunru.v1 import policy_pb2 as pb
from zhunru.v1.policy_pb2_grpc import PolicyServiceServicer, add_PolicyServiceServicer_to_server

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


class Failing(PolicyServiceServicer):
    """Fails with each of `codes` in turn, and then answers; keeps what it was asked."""

    def __init__(self, *codes: grpc.StatusCode) -> None:
        self.codes = list(codes)
        self.requests: list[Any] = []

    def _fail(self, request: Any, context: grpc.ServicerContext) -> None:
        self.requests.append(request)
        if self.codes:
            context.abort(self.codes.pop(0), "not now")

    def Evaluate(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._fail(request, context)
        return pb.EvaluateResponse(decision=pb.Decision(outcome="INVITED"))

    def EvaluateBatch(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._fail(request, context)
        decided = pb.EvaluateResult(decision=pb.Decision(outcome="INVITED"))
        return pb.EvaluateBatchResponse(results=[decided] * len(request.applicants))


@contextmanager
def running(servicer: Failing) -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(4))
    add_PolicyServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def ask(address: str, **options: Any) -> str:
    with Client(address, **options) as client:
        return client.evaluate("a1", {}).outcome


def ask_async(address: str, **options: Any) -> str:
    async def run() -> str:
        async with AsyncClient(address, **options) as client:
            return (await client.evaluate("a1", {})).outcome

    return asyncio.run(run())


BOTH = pytest.mark.parametrize("ask", [ask, ask_async], ids=["Client", "AsyncClient"])


@BOTH
def test_a_retry_repeats_the_key_of_its_call(ask: Callable[..., str]) -> None:
    servicer = Failing(UNAVAILABLE, UNAVAILABLE)
    with running(servicer) as address:
        assert ask(address) == "INVITED"
        assert ask(address) == "INVITED"
    first, second, third, other = (request.request_id for request in servicer.requests)
    assert first == second == third != other
    assert {UUID(key).version for key in (first, other)} == {4}


def test_each_batch_has_a_key_of_its_own() -> None:
    servicer = Failing(UNAVAILABLE)
    with running(servicer) as address, Client(address) as client:
        assert len(list(client.evaluate_many([("a", {}), ("b", {}), ("c", {})], batch_size=2))) == 3
    first, again, second = (request.request_id for request in servicer.requests)
    assert first == again != second


def test_a_callers_own_key_is_sent() -> None:
    servicer = Failing()
    with running(servicer) as address, Client(address) as client:
        client.evaluate("a1", {}, request_id="order-66")
    assert [request.request_id for request in servicer.requests] == ["order-66"]


@BOTH
def test_retries_are_bounded(ask: Callable[..., str]) -> None:
    servicer = Failing(*[UNAVAILABLE] * 9)
    with running(servicer) as address, pytest.raises(Unavailable, match=r"not now.*try again later"):
        ask(address, retries=2)
    assert len(servicer.requests) == 3


@BOTH
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.DEADLINE_EXCEEDED, DeadlineExceeded),
        (grpc.StatusCode.INTERNAL, ServiceFault),
        (grpc.StatusCode.UNKNOWN, ServiceFault),
        (grpc.StatusCode.ABORTED, ServiceFault),
    ],
)
def test_nothing_else_is_tried_again(ask: Callable[..., str], code: grpc.StatusCode, kind: type[ZhunruError]) -> None:
    servicer = Failing(code)
    with running(servicer) as address, pytest.raises(kind):
        ask(address)
    assert len(servicer.requests) == 1


@BOTH
def test_a_call_ends_within_its_deadline_however_many_retries_are_left(ask: Callable[..., str]) -> None:
    with pytest.raises((Unavailable, DeadlineExceeded)):
        ask("127.0.0.1:1", timeout=0.3, retries=1_000_000)


@BOTH
def test_a_service_that_comes_back_is_found(ask: Callable[..., str]) -> None:
    with socket.socket() as held:  # keeps the port ours while nobody listens on it
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
        server = grpc.server(ThreadPoolExecutor(4))
        add_PolicyServiceServicer_to_server(Failing(), server)
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(ask, address, timeout=10, retries=1_000)
            with pytest.raises(Unavailable):
                ask(address, retries=0)
            server.add_insecure_port(address)
            server.start()
            assert call.result() == "INVITED"
        server.stop(None).wait()


def test_pauses_are_random_and_grow_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: list[float] = []
    monkeypatch.setattr(random, "uniform", lambda least, most: bounds.append(most) or 0.0)
    trying = Attempts(60, 7)
    for _ in range(7):
        assert trying.pause_after(Unavailable("")) == 0.0
    assert bounds == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    with pytest.raises(Unavailable):
        trying.pause_after(Unavailable(""))


def test_there_is_no_pause_past_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda least, most: most)
    with pytest.raises(Unavailable):
        Attempts(0.04, 1).pause_after(Unavailable(""))


def test_answers_that_are_too_few_are_a_fault() -> None:
    class Losing(Failing):
        def EvaluateBatch(self, request: Any, context: grpc.ServicerContext) -> Any:
            return pb.EvaluateBatchResponse()

    with running(Losing()) as address, Client(address) as client, pytest.raises(ServiceFault, match="0 results for 1"):
        list(client.evaluate_many([("a", {})]))
