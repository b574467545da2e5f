"""From a status on the wire to an error of the SDK's: of a failed call, or of one applicant of a batch."""

from __future__ import annotations

import re
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from ..errors import (
    DeadlineExceeded,
    InvalidRequest,
    RuleFailed,
    ServiceFault,
    TooLarge,
    Unavailable,
    Violation,
    ZhunruError,
)
from ..v1 import status_pb2

Kind = TypeVar("Kind", bound=Message)

_CODES = {code.value[0]: code for code in grpc.StatusCode}
# A path starts at the request on the wire; for callers it starts at their own arguments.
_APPLICANT = re.compile(r"applicant(s\[\d+\])?\.")
_ARGUMENTS = {"amount_yuan": "yuan"}


def error_of_call(error: grpc.RpcError) -> ZhunruError:
    """Why a call failed: as the service says, or as gRPC does where the service was not reached."""
    assert isinstance(error, grpc.Call | grpc.aio.AioRpcError)
    # Pair by pair: asyncio's kind of metadata makes no right dict.
    trailers = {key: value for key, value in error.trailing_metadata() or ()}  # noqa: C416
    status = _parsed(status_pb2.Status, trailers.get("grpc-status-details-bin"))
    return _error(error.code(), status.message or error.details() or "", status)


def error_of_item(status: status_pb2.Status) -> ZhunruError:
    """Why one applicant of a batch has no decision."""
    return _error(_CODES.get(status.code, grpc.StatusCode.UNKNOWN), status.message, status)


def _error(code: grpc.StatusCode, message: str, status: status_pb2.Status) -> ZhunruError:
    match code:
        case grpc.StatusCode.INVALID_ARGUMENT | grpc.StatusCode.NOT_FOUND:
            violations = [
                Violation(_argument(violation.field), violation.description)
                for violation in _detail(status_pb2.BadRequest, status).field_violations
            ]
            return InvalidRequest("; ".join(map(str, violations)) or message, violations)
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return TooLarge(f"{message}; send fewer applicants or facts at once")
        case grpc.StatusCode.FAILED_PRECONDITION:
            return RuleFailed(f"{message}; nothing was decided: tell the policy's owners")
        case grpc.StatusCode.UNAVAILABLE | grpc.StatusCode.CANCELLED:
            # A service that is ending cancels the calls that reach it between its last accepted one and its goodbye.
            return Unavailable(f"the service gave no answer ({message}); check its address, or try again later")
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return DeadlineExceeded(
                "no answer within the time allowed; pass a longer `timeout`, or ask about less at once"
            )
    error_id = _detail(status_pb2.ErrorInfo, status).metadata.get("error_id", "")
    return ServiceFault(f"{message or 'the service failed'} ({code.name}); tell the service's owners", error_id)


def _argument(path: str) -> str:
    found = _APPLICANT.match(path)
    return path[found.end() :] if found else _ARGUMENTS.get(path, path)


def _detail(kind: type[Kind], status: status_pb2.Status) -> Kind:
    """The detail of this kind, or an empty one."""
    name = f"/google.rpc.{kind.DESCRIPTOR.name}"
    return _parsed(kind, next((detail.value for detail in status.details if detail.type_url.endswith(name)), None))


def _parsed(kind: type[Kind], raw: object) -> Kind:
    """The message, or an empty one where there is none, or something on the way put another text in its place."""
    try:
        return kind.FromString(raw) if isinstance(raw, bytes) else kind()
    except DecodeError:
        return kind()
