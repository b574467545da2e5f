"""The one way in for calls: bytes to bytes, every failure told by the table in `errors`, and no work for nobody.

gRPC would parse requests by itself, but answers one that it can't parse with INTERNAL, as if it were our fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import NoReturn, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from zhunru.v1 import policy_pb2 as pb

from .errors import DeadlinePassed, Ending, InvalidField, kind_of, status_of
from .requests import EvaluateBatchRequest, EvaluateRequest, ExplainRequest
from .service import PolicyService

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["PolicyService"].full_name

Request = TypeVar("Request", bound=Message)


def add_policy_service(server: grpc.Server, service: PolicyService, ending: Event) -> None:
    """Register every method of the contract. Once `ending` is set, calls are told so and are not answered."""
    methods = {
        "Evaluate": _handler("Evaluate", EvaluateRequest, service.evaluate, ending),
        "EvaluateBatch": _handler("EvaluateBatch", EvaluateBatchRequest, service.evaluate_batch, ending),
        "Explain": _handler("Explain", ExplainRequest, service.explain, ending),
        "CompareProducts": _handler("CompareProducts", pb.CompareProductsRequest, service.compare_products, ending),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE_NAME, methods),))


def _handler(
    method: str, request_class: type[Request], answer: Callable[[Request, float], Message | bytes], ending: Event
) -> grpc.RpcMethodHandler:
    parse = request_class.FromString

    def handle(raw: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            if ending.is_set():
                raise Ending
            remaining = context.time_remaining()
            if remaining <= 0:
                raise DeadlinePassed
            answered = answer(parse(raw), time.monotonic() + remaining)
            return answered if isinstance(answered, bytes) else answered.SerializeToString()
        except DecodeError:
            _refuse(InvalidField("request", f"is no {request_class.DESCRIPTOR.full_name}"), method, context)
        except Exception as error:
            _refuse(error, method, context)

    return grpc.unary_unary_rpc_method_handler(handle)


def _refuse(error: Exception, method: str, context: grpc.ServicerContext) -> NoReturn:
    status = status_of(error, method)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(kind_of(error).code, status.message)
