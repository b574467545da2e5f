"""The one way in for calls: bytes to bytes, every failure told by the table in `errors`, and no work for nobody.

gRPC would parse requests by itself, but answers one that it can't parse with INTERNAL, as if it were our fault.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import Executor
from threading import Event
from typing import Generic, NoReturn, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message

from zhunru.v1 import policy_pb2 as pb

from ..wire.requests import EvaluateBatchRequest, EvaluateRequest, ExplainRequest
from ..wire.statuses import DeadlinePassed, Ending, InvalidField, kind_of, status_of
from .policy import PolicyService

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["PolicyService"].full_name

Request = TypeVar("Request", bound=Message)


#: A larger request is answered in a thread: to decide about it may take so long that other calls would wait.
MOST_AT_ONCE_BYTES = 16 * 2**10


def add_policy_service(server: grpc.aio.Server, service: PolicyService, ending: Event, threads: Executor) -> None:
    """Register every method of the contract. Once `ending` is set, calls are told so and are not answered.

    A decision takes less time than to hand it to a thread, so Evaluate is answered where it arrives; what may take
    longer goes to `threads`.
    """
    at_once = MOST_AT_ONCE_BYTES
    methods = {
        "Evaluate": _Method("Evaluate", EvaluateRequest, service.evaluate, ending, threads, at_once),
        "EvaluateBatch": _Method("EvaluateBatch", EvaluateBatchRequest, service.evaluate_batch, ending, threads),
        "Explain": _Method("Explain", ExplainRequest, service.explain, ending, threads),
        "CompareProducts": _Method(
            "CompareProducts", pb.CompareProductsRequest, service.compare_products, ending, threads, at_once
        ),
    }
    handlers = {name: grpc.unary_unary_rpc_method_handler(method.handle) for name, method in methods.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE_NAME, handlers),))


class _Method(Generic[Request]):
    """One method. `at_once`: bytes of a request that is answered without a thread."""

    def __init__(
        self,
        name: str,
        request_class: type[Request],
        answer: Callable[[Request, float], Message | bytes],
        ending: Event,
        threads: Executor,
        at_once: int = 0,
    ) -> None:
        self._name = name
        self._what = request_class.DESCRIPTOR.full_name
        self._parse = request_class.FromString
        self._answer = answer
        self._ending = ending
        self._threads = threads
        self._at_once = at_once

    async def handle(self, raw: bytes, context: grpc.aio.ServicerContext) -> bytes:
        try:
            if self._ending.is_set():
                raise Ending
            remaining = context.time_remaining()
            if remaining is not None and remaining <= 0:
                raise DeadlinePassed
            ends = math.inf if remaining is None else time.monotonic() + remaining
            if len(raw) <= self._at_once:
                return self._answered(raw, ends)
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._answered_later, raw, ends)
        except DecodeError:
            error: Exception = InvalidField("request", f"is no {self._what}")
        except Exception as raised:
            error = raised
        return await self._refuse(error, context)

    def _answered_later(self, raw: bytes, ends: float) -> bytes:
        """In a thread, once there is one."""
        if time.monotonic() > ends:
            raise DeadlinePassed
        return self._answered(raw, ends)

    def _answered(self, raw: bytes, ends: float) -> bytes:
        answered = self._answer(self._parse(raw), ends)
        return answered if isinstance(answered, bytes) else answered.SerializeToString()

    async def _refuse(self, error: Exception, context: grpc.aio.ServicerContext) -> NoReturn:
        status = status_of(error, self._name)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        await context.abort(kind_of(error).code, status.message)
