"""The client for asyncio: the methods, arguments, answers and errors of `client.Client`, which says what they mean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from datetime import date
from types import TracebackType
from typing import Protocol, TypeVar, Unpack

import grpc

from .attempts import Attempts, checked_retries, checked_timeout
from .connection import CLOSED, OPTIONS
from .errors import ZhunruError
from .explanation import Explanation
from .facts import About, Facts, applicant_message
from .model.answers import Decision, Product, Result
from .v1 import policy_pb2 as pb
from .v1.policy_pb2_grpc import PolicyServiceStub
from .wire.explanations import read_explanation
from .wire.messages import read_decision, read_product
from .wire.requests import (
    AnyApplicant,
    Asking,
    Batch,
    checked_batch_size,
    comparison_request,
    envelope,
    explanation_request,
)
from .wire.statuses import error_of_call

Applicants = Iterable[AnyApplicant] | AsyncIterable[AnyApplicant]
Asked_contra = TypeVar("Asked_contra", contravariant=True)
Answered_co = TypeVar("Answered_co", covariant=True)


class _Method(Protocol[Asked_contra, Answered_co]):
    def __call__(self, request: Asked_contra, /, *, timeout: float) -> Awaitable[Answered_co]: ...


class AsyncClient:
    """Asks a Zhunru service from asyncio. Make it, and use it, within one event loop; tasks may share it."""

    def __init__(
        self,
        target: str,
        *,
        credentials: grpc.ChannelCredentials | None = None,
        timeout: float = 5.0,
        retries: int = 4,
        policy: str = "",
    ) -> None:
        self._timeout = checked_timeout(timeout)
        self._retries = checked_retries(retries)
        self._policy = policy
        self._channel = (
            grpc.aio.insecure_channel(target, OPTIONS)
            if credentials is None
            else grpc.aio.secure_channel(target, credentials, OPTIONS)
        )
        self._stub = PolicyServiceStub(self._channel)

    async def evaluate(
        self,
        subject: str,
        facts: Facts,
        about: About | None = None,
        *,
        as_of: date | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> Decision:
        """As `Client.evaluate`."""
        given = envelope(self._policy, as_of, request_id)
        request = pb.EvaluateRequest(applicant=applicant_message(subject, facts, about), **given)
        return read_decision((await self._call(self._stub.Evaluate, request, timeout)).decision)

    def evaluate_many(
        self,
        applicants: Applicants,
        *,
        as_of: date | None = None,
        batch_size: int = 500,
        timeout: float | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> AsyncIterator[Result]:
        """As `Client.evaluate_many`; the applicants may come from an ordinary or an asynchronous iterable."""
        checked_batch_size(batch_size)
        return self._evaluate_many(applicants, as_of, batch_size, timeout, progress)

    async def explain(
        self,
        subject: str,
        facts: Facts,
        about: About | None = None,
        *,
        as_of: date | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
        **asking: Unpack[Asking],
    ) -> Explanation:
        """As `Client.explain`."""
        given = envelope(self._policy, as_of, request_id)
        request = explanation_request(applicant_message(subject, facts, about), given, asking)
        return read_explanation(await self._call(self._stub.Explain, request, timeout))

    async def compare_products(
        self, *, yuan: int, days: int, as_of: date | None = None, timeout: float | None = None
    ) -> tuple[Product, ...]:
        """As `Client.compare_products`."""
        request = comparison_request(yuan, days, envelope(self._policy, as_of, None))
        response = await self._call(self._stub.CompareProducts, request, timeout)
        return tuple(read_product(product) for product in response.products)

    async def close(self) -> None:
        """Let go of the connection. Calls in other tasks are cancelled; later ones raise `ZhunruError`."""
        await self._channel.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _evaluate_many(
        self,
        applicants: Applicants,
        as_of: date | None,
        batch_size: int,
        timeout: float | None,
        progress: Callable[[int], object] | None,
    ) -> AsyncIterator[Result]:
        done = 0
        async for chunk in _chunks(applicants, batch_size):
            batch = Batch(chunk, envelope(self._policy, as_of, None))
            answer = await self._call(self._stub.EvaluateBatch, batch.request, timeout) if batch.asks else None
            for result in batch.results(answer):
                yield result
            done += len(batch)
            if progress is not None:
                progress(done)

    async def _call(
        self, method: _Method[Asked_contra, Answered_co], request: Asked_contra, timeout: float | None
    ) -> Answered_co:
        attempts = Attempts(self._timeout if timeout is None else timeout, self._retries)
        while True:
            try:
                return await method(request, timeout=attempts.remaining())
            except grpc.RpcError as error:
                pause = attempts.pause_after(error_of_call(error))
            except grpc.aio.UsageError:
                raise ZhunruError(CLOSED) from None
            await asyncio.sleep(pause)


async def _chunks(applicants: Applicants, size: int) -> AsyncIterator[list[AnyApplicant]]:
    chunk: list[AnyApplicant] = []
    async for applicant in _each(applicants):
        chunk.append(applicant)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


async def _each(applicants: Applicants) -> AsyncIterator[AnyApplicant]:
    if isinstance(applicants, AsyncIterable):
        async for applicant in applicants:
            yield applicant
    else:
        for applicant in applicants:
            yield applicant
