"""The requests that both clients send, and how the answers of a batch find back to their applicants."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple, TypedDict

from .answers import Result
from .errors import InvalidRequest, ServiceFault
from .facts import About, Facts, applicant_message, date_message
from .messages import read_result
from .v1 import policy_pb2 as pb


class Applicant(NamedTuple):
    """Somebody to decide about. `facts`: by name; `about`: facts of other subjects (friends, devices), by subject."""

    subject: str
    facts: Facts
    about: About | None = None


AnyApplicant = Applicant | tuple[str, Facts] | tuple[str, Facts, About | None]


class Envelope(TypedDict):
    """What every request has beside its question."""

    policy: str
    as_of: pb.Date | None
    request_id: str


def envelope(policy: str, as_of: date | None, request_id: str | None) -> Envelope:
    """`request_id` names one logical call: every try of it carries the same, so that the service can know it again."""
    return {"policy": policy, "as_of": date_message(as_of), "request_id": request_id or str(uuid.uuid4())}


def comparison_request(yuan: int, days: int, given: Envelope) -> pb.CompareProductsRequest:
    """Raises `InvalidRequest`."""
    for name, value in (("yuan", yuan), ("days", days)):
        if not isinstance(value, int) or not 0 <= value < 2**63:
            raise InvalidRequest.of(name, f"must be a whole number above 0, not {value!r:.60}")
    return pb.CompareProductsRequest(amount_yuan=yuan, days=days, **given)


class Batch:
    """Applicants that are asked about at once. One that can't be sent is answered here; others go all the same."""

    def __init__(self, applicants: Iterable[AnyApplicant], given: Envelope) -> None:
        self._results: list[Result | str] = []
        self.request = pb.EvaluateBatchRequest(**given)
        for applicant in applicants:
            match applicant:
                case (subject, facts):
                    about = None
                case (subject, facts, about):
                    pass
                case _:
                    raise TypeError("an applicant is given as (subject, facts) or (subject, facts, about)")
            try:
                self.request.applicants.append(applicant_message(subject, facts, about))
                self._results.append(subject)
            except InvalidRequest as error:
                self._results.append(Result(subject, None, error))

    def __len__(self) -> int:
        return len(self._results)

    @property
    def asks(self) -> bool:
        """Whether there is anything to send."""
        return bool(self.request.applicants)

    def results(self, response: pb.EvaluateBatchResponse | None) -> Iterator[Result]:
        """One for each applicant, in their order. Raises `ServiceFault` where the service answered another number."""
        answers = response.results if response else ()
        if len(answers) != len(self.request.applicants):
            counts = f"{len(answers)} results for {len(self.request.applicants)} applicants"
            raise ServiceFault(f"the service gave {counts}; tell its owners")
        answered = iter(answers)
        for result in self._results:
            yield read_result(result, next(answered)) if isinstance(result, str) else result


def checked_batch_size(batch_size: int) -> int:
    """Raises `ValueError` for less than one."""
    if batch_size < 1:
        raise ValueError(f"`batch_size` is 1 or more, not {batch_size!r}")
    return batch_size
