"""The client for ordinary code. `async_client` has the same for asyncio."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
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

Asked_contra = TypeVar("Asked_contra", contravariant=True)
Answered_co = TypeVar("Answered_co", covariant=True)


class _Method(Protocol[Asked_contra, Answered_co]):
    def __call__(self, request: Asked_contra, /, *, timeout: float) -> Answered_co: ...


class Client:
    """Asks a Zhunru service. Threads may share one; close it, or use it in a `with`.

    `target`: `host:port`, or what else gRPC resolves. `credentials`: of the channel, for TLS, with call credentials
    composed in for a token; none is plain text. `timeout`: seconds that a call may take with all its tries, unless the
    call says otherwise. `retries`: how often a call is tried again while the service is unavailable. `policy`: the one
    to ask, by name; none is the one that the service serves.

    gRPC's threads don't survive a fork: make the client in the process that uses it, after any `fork`.

    Every method raises an error of `zhunru.errors`; each says what to do next. A refusal is a decision, not an error.
    """

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
            grpc.insecure_channel(target, OPTIONS)
            if credentials is None
            else grpc.secure_channel(target, credentials, OPTIONS)
        )
        self._stub = PolicyServiceStub(self._channel)

    def evaluate(
        self,
        subject: str,
        facts: Facts,
        about: About | None = None,
        *,
        as_of: date | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> Decision:
        """The decision about `subject`.

        `facts` maps the names of the policy's facts to whole numbers, texts, bools, or lists of values or tuples; an
        empty list is known to be empty, an absent name is not known. `about` maps other subjects (friends, devices) to
        facts of theirs. `as_of`: the day of the decision; none is today in Asia/Shanghai. `timeout`: seconds, in place
        of the client's. `request_id`: the idempotency key; none makes one. Repeating a call with its key is safe.
        """
        given = envelope(self._policy, as_of, request_id)
        request = pb.EvaluateRequest(applicant=applicant_message(subject, facts, about), **given)
        return read_decision(self._call(self._stub.Evaluate, request, timeout).decision)

    def evaluate_many(
        self,
        applicants: Iterable[AnyApplicant],
        *,
        as_of: date | None = None,
        batch_size: int = 500,
        timeout: float | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> Iterator[Result]:
        """A `Result` for each applicant, in their order, read and asked about lazily, `batch_size` at once.

        Each is an `Applicant`, or a tuple (subject, facts) or (subject, facts, about). One that can't be decided has an
        `error` in its result, and the others are decided all the same. What fails a whole batch is raised. `timeout`:
        seconds for each batch. `progress` is called after each batch with the number of results so far. Give `as_of`
        where all must be decided as of one day.
        """
        checked_batch_size(batch_size)
        return self._evaluate_many(applicants, as_of, batch_size, timeout, progress)

    def explain(
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
        """The decision that `evaluate` gives for the same arguments, and why, in as much `detail` as is asked for.

        `zhunru.requests.Asking` says what can be asked; `Explanation.render()` shows it.
        """
        given = envelope(self._policy, as_of, request_id)
        request = explanation_request(applicant_message(subject, facts, about), given, asking)
        return read_explanation(self._call(self._stub.Explain, request, timeout))

    def compare_products(
        self, *, yuan: int, days: int, as_of: date | None = None, timeout: float | None = None
    ) -> tuple[Product, ...]:
        """The products that lend `yuan`, with their interest over `days`: by least interest, then most, then id."""
        request = comparison_request(yuan, days, envelope(self._policy, as_of, None))
        response = self._call(self._stub.CompareProducts, request, timeout)
        return tuple(read_product(product) for product in response.products)

    def close(self) -> None:
        """Let go of the connection. Calls in other threads fail; later ones raise `ZhunruError`."""
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _evaluate_many(
        self,
        applicants: Iterable[AnyApplicant],
        as_of: date | None,
        batch_size: int,
        timeout: float | None,
        progress: Callable[[int], object] | None,
    ) -> Iterator[Result]:
        waiting = iter(applicants)
        done = 0
        while batch := Batch(islice(waiting, batch_size), envelope(self._policy, as_of, None)):
            yield from batch.results(
                self._call(self._stub.EvaluateBatch, batch.request, timeout) if batch.asks else None
            )
            done += len(batch)
            if progress is not None:
                progress(done)

    def _call(
        self, method: _Method[Asked_contra, Answered_co], request: Asked_contra, timeout: float | None
    ) -> Answered_co:
        attempts = Attempts(self._timeout if timeout is None else timeout, self._retries)
        while True:
            try:
                return method(request, timeout=attempts.remaining())
            except grpc.RpcError as error:
                pause = attempts.pause_after(error_of_call(error))
            except ValueError:
                raise ZhunruError(CLOSED) from None
            time.sleep(pause)
