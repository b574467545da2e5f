"""PolicyService: each method is message → facts → policy → message. Nothing is decided here."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Protocol, TypeVar

from google.protobuf.message import DecodeError

from zhunru.v1 import policy_pb2 as pb
from zhunru_policy import FactError, Policy, QuestionError
from zhunru_policy.explain import DisagreementError
from zhunru_policy.pack.facts import period_of

from ..clock import today_in_shanghai
from ..limits import Limits
from ..telemetry.metrics import observe_falls
from ..wire.asking import explaining_seconds, read_asking
from ..wire.encoding import answer_bytes, batch_bytes
from ..wire.explanations import explanation_message
from ..wire.messages import product_message, read_date
from ..wire.requests import Facts, Reader
from ..wire.statuses import (
    DeadlinePassed,
    InvalidFact,
    InvalidField,
    RequestError,
    TooLarge,
    UnknownPolicy,
    report_disagreement,
    status_of,
)

LONGEST_REQUEST_ID = 64
# Of a caller's time, what is kept to write and send an explanation in.
ANSWERING_SECONDS = 0.1
# In a pack that compares products: the input, its columns named like the request's fields, and the output, whose
# columns are those two, the product's place, and then `Product`'s fields.
COMPARISON, COMPARED = "comparison", "product_comparison"

Request = pb.EvaluateRequest | pb.EvaluateBatchRequest | pb.ExplainRequest | pb.CompareProductsRequest
Answered_co = TypeVar("Answered_co", covariant=True)


class Answer(Protocol[Answered_co]):
    """A method of `Policy` that answers about one subject."""

    def __call__(self, subject: str, facts: Facts, about: dict[str, Facts], /, *, as_of: date) -> Answered_co: ...


class PolicyService:
    """Answers for one policy. `today`: the day of decisions that name none. `clock`: seconds, as `ends` counts them.

    `ends`, of each method: when the caller stops waiting.
    """

    def __init__(
        self,
        policy: Policy,
        limits: Limits | None = None,
        *,
        today: Callable[[], date] = today_in_shanghai,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.policy = policy
        self.limits = limits or Limits()
        self._reader = Reader(self.limits)
        self.today = today
        self.clock = clock

    def prepare(self) -> None:
        """Make what the first call would wait for: the code that decides in today's period."""
        self.policy.specialised(period_of(self.today()))
        observe_falls(self.policy.name, self.policy.falls)

    def evaluate(self, request: pb.EvaluateRequest, ends: float) -> bytes:
        """An `EvaluateResponse`."""
        return answer_bytes(self._ask(self.policy.decide, request.applicant, "applicant", self._as_of(request)))

    def evaluate_batch(self, request: pb.EvaluateBatchRequest, ends: float) -> bytes:
        """An `EvaluateBatchResponse`."""
        as_of = self._as_of(request)
        applicants = request.applicants
        if not applicants:
            raise InvalidField("applicants", "none given; give at least one")
        if len(applicants) > self.limits.batch_applicants:
            taken = f"at most {self.limits.batch_applicants} are taken"
            raise TooLarge("applicants", f"{len(applicants)} in one batch; {taken}, so send several batches")
        results: list[bytes] = []
        for place, applicant in enumerate(applicants):
            if self.clock() > ends:
                raise DeadlinePassed
            results.append(self._result(applicant, place, as_of))
        return batch_bytes(results)

    def explain(self, request: pb.ExplainRequest, ends: float) -> pb.ExplainResponse:
        as_of = self._as_of(request)
        until = min(ends - ANSWERING_SECONDS, self.clock() + explaining_seconds(request, self.limits))
        asking = read_asking(request, self.limits)
        answer = partial(self.policy.explain, **asking, left=lambda: until - self.clock())
        try:
            return explanation_message(self._ask(answer, request.applicant, "applicant", as_of), request.language)
        except QuestionError as error:
            raise InvalidField(error.part, error.message) from None
        except DisagreementError as error:
            report_disagreement(error)
            raise

    def compare_products(self, request: pb.CompareProductsRequest, ends: float) -> pb.CompareProductsResponse:
        as_of = self._as_of(request)
        if COMPARISON not in self.policy.vocabulary.inputs:
            raise InvalidField("policy", f"`{self.policy.name}` compares no products")
        try:
            lines = self.policy.query({COMPARISON: [(request.amount_yuan, request.days)]}, as_of=as_of)
        except FactError as error:
            raise InvalidFact(error.fact.removeprefix(f"{COMPARISON}[0]."), error.message) from None
        products = [product_message(row[3:]) for row in lines[COMPARED]]
        return pb.CompareProductsResponse(products=products, policy_version=self.policy.version)

    def _result(self, applicant: pb.Applicant, place: int, as_of: date) -> bytes:
        """An `EvaluateResult`."""
        try:
            return answer_bytes(self._ask(self.policy.decide, applicant, f"applicants[{place}]", as_of))
        except DecodeError:  # Then the request is none, as a whole.
            raise
        except Exception as error:
            return pb.EvaluateResult(error=status_of(error, "EvaluateBatch")).SerializeToString()

    def _ask(self, answer: Answer[Answered_co], applicant: pb.Applicant, path: str, as_of: date) -> Answered_co:
        """What the policy's method `answer` says of the applicant at `path` of the request. Raises `RequestError`."""
        try:
            facts, about = self._reader.applicant(applicant)
            return answer(applicant.subject, facts, about, as_of=as_of)
        except RequestError as error:
            raise error.under(path) from None
        except FactError as error:
            raise InvalidFact(f"{path}.{_place(error.fact, applicant)}", error.message) from None

    def _as_of(self, request: Request) -> date:
        """Checks what every request has beside its applicants, and says as of which day it asks."""
        if request.policy not in ("", self.policy.name):
            raise UnknownPolicy("policy", f"not served here; leave it empty, or name `{self.policy.name}`")
        if len(request.request_id) > LONGEST_REQUEST_ID:
            raise InvalidField("request_id", f"longer than {LONGEST_REQUEST_ID} characters; a UUID will do")
        return read_date(request.as_of) if request.HasField("as_of") else self.today()


def _place(fact: str, applicant: pb.Applicant) -> str:
    """The path, from the applicant, to what the policy calls `payments[2]` or, of another subject, `b1.score`."""
    if fact == "subject" or fact == "about" or fact.startswith("about."):
        return fact
    if any(fact.startswith(f"{subject}.") for subject in applicant.about):
        return f"about.{fact}"
    return f"facts.{fact}"
