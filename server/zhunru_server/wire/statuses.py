"""What can go wrong with a request, and the one table of what each failure is on the wire: `STATUS`.

RequestError             the request can't be taken; carries the path of the field at fault
├── InvalidField         a value that the contract does not allow
├── InvalidFact          a fact that the policy does not take
├── UnknownPolicy        a policy that is not served
└── TooLarge             a bound of `Limits` is passed
DeadlinePassed           the caller no longer waits
Ending                   the service takes no more calls
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import NamedTuple

import structlog
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from grpc import StatusCode

from zhunru.v1 import status_pb2
from zhunru_policy import EvaluationError, WorkLimitError
from zhunru_policy.explain import DisagreementError

from ..telemetry.metrics import disagreements

DOMAIN = "zhunru"
# A status travels in trailers, of which a peer need not take more than 8 KiB; there a text stands three times, once of
# them with three bytes for each byte.
LONGEST_TEXT_BYTES = 800
LONGEST_PATH_BYTES = 300

log = structlog.get_logger("zhunru")


class RequestError(Exception):
    """A request that can't be taken. `field`: the path to what is at fault. `description`: why, and what to do."""

    def __init__(self, field: str, description: str) -> None:
        self.field = field
        self.description = description
        super().__init__(f"`{shortened(field, LONGEST_PATH_BYTES)}`: {description}")

    def under(self, path: str) -> RequestError:
        """The same error, its path starting further out."""
        return type(self)(f"{path}.{self.field}", self.description)


class InvalidField(RequestError):
    """A value that the contract does not allow."""


class InvalidFact(RequestError):
    """A fact that the policy does not take."""


class UnknownPolicy(RequestError):
    """A policy that is not served."""


class TooLarge(RequestError):
    """More than `Limits` allows."""


class DeadlinePassed(Exception):
    """The caller's deadline passed before the answer was ready. Nothing more is done."""

    def __init__(self) -> None:
        super().__init__("the deadline passed before the answer was ready; allow more time, or ask about less at once")


class Ending(Exception):
    """The service is about to end."""

    def __init__(self) -> None:
        super().__init__("the service is ending; ask again")


class Kind(NamedTuple):
    """What callers are told of an error: gRPC's code, and the `reason` of ErrorInfo."""

    code: StatusCode
    reason: str


# The first class that an error is an instance of counts. What is not listed is a fault of ours.
STATUS: tuple[tuple[type[Exception], Kind], ...] = (
    (InvalidField, Kind(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")),
    (InvalidFact, Kind(StatusCode.INVALID_ARGUMENT, "INVALID_FACTS")),
    (UnknownPolicy, Kind(StatusCode.NOT_FOUND, "POLICY_NOT_FOUND")),
    (TooLarge, Kind(StatusCode.RESOURCE_EXHAUSTED, "TOO_LARGE")),
    (WorkLimitError, Kind(StatusCode.RESOURCE_EXHAUSTED, "WORK_LIMIT")),
    (EvaluationError, Kind(StatusCode.FAILED_PRECONDITION, "RULE_FAILED")),
    (DeadlinePassed, Kind(StatusCode.DEADLINE_EXCEEDED, "DEADLINE_PASSED")),
    (Ending, Kind(StatusCode.UNAVAILABLE, "ENDING")),
)
FAULT = Kind(StatusCode.INTERNAL, "INTERNAL")


def kind_of(error: Exception) -> Kind:
    return next((kind for known, kind in STATUS if isinstance(error, known)), FAULT)


def status_of(error: Exception, method: str) -> status_pb2.Status:
    """What the caller of `method` is told of `error`. A fault of ours is logged; the caller gets only its id."""
    kind = kind_of(error)
    info = status_pb2.ErrorInfo(reason=kind.reason, domain=DOMAIN)
    if kind is FAULT:
        error_id = uuid.uuid4().hex
        # A log that can't be written must not show the caller what went wrong instead.
        with suppress(OSError, ValueError):
            log.error("fault", method=method, error_id=error_id, exc_info=error)
        info.metadata["error_id"] = error_id
        message = f"a fault of the service; its log tells more under error id {error_id}"
    else:
        message = shortened(str(error), LONGEST_TEXT_BYTES)
    status = status_pb2.Status(code=kind.code.value[0], message=message, details=[_packed(info)])
    if isinstance(error, RequestError) and kind.code is StatusCode.INVALID_ARGUMENT:
        status.details.append(_packed(_violations(error)))
    return status


def report_disagreement(error: DisagreementError) -> None:
    """To whoever watches over the service: one engine is wrong, and nobody may trust either until it is known which."""
    disagreements.add(1, {"engine": error.engine, "policy_version": error.first.policy_version})
    with suppress(OSError, ValueError):
        log.error("engines disagree", engine=error.engine, first=str(error.first), second=str(error.second))


def _violations(error: RequestError) -> status_pb2.BadRequest:
    violation = status_pb2.BadRequest.FieldViolation(
        field=shortened(error.field, LONGEST_PATH_BYTES), description=shortened(error.description, LONGEST_TEXT_BYTES)
    )
    return status_pb2.BadRequest(field_violations=[violation])


def _packed(message: Message) -> Any:
    """As google.rpc's message of the same name, whose form ours has."""
    return Any(type_url=f"type.googleapis.com/google.rpc.{message.DESCRIPTOR.name}", value=message.SerializeToString())


def shortened(text: str, most_bytes: int) -> str:
    """`text`, or its start where it is longer than that: it may hold a stranger's names."""
    raw = text.encode()
    return text if len(raw) <= most_bytes else f"{raw[:most_bytes].decode(errors='ignore')}…"
