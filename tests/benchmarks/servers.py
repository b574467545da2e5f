"""Servers to compare with, each in a process of its own: `python -m tests.benchmarks.servers KIND`.

`zhunru`   the service as `zhunru serve` runs it.
`hand`     what one would write by hand: the generated servicer, the oracle of the tests, nothing checked.
`echo`     nothing but grpcio: answers with the first bytes that it was sent, as many as the argument says.
`threads`  the same echo on grpcio's other server, which hands each call to a thread.
`workers`  `zhunru serve` with two workers.

All have the same options, and but for `threads` the same gRPC server, on asyncio. The process prints its address and
ends with its stdin.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from tests.policy import oracle
from zhunru.v1 import policy_pb2 as pb
from zhunru.v1.policy_pb2_grpc import PolicyServiceServicer, add_PolicyServiceServicer_to_server
from zhunru_policy import load_pack
from zhunru_server.limits import Limits
from zhunru_server.process.running import THREADS, RunningService, server_options
from zhunru_server.services.handlers import SERVICE_NAME
from zhunru_server.wire.messages import read_date

ROOT = Path(__file__).parents[2]
ADDRESS = "127.0.0.1:0"
SERVE = "import sys; from zhunru_server.cli import main; main(sys.argv[1:])"


class ByHand(PolicyServiceServicer):
    """The oracle behind the contract, as a careful engineer would write it who trusts every caller."""

    async def Evaluate(self, request: pb.EvaluateRequest, context: object) -> pb.EvaluateResponse:
        return pb.EvaluateResponse(decision=decide(request.applicant, request.as_of))

    async def EvaluateBatch(self, request: pb.EvaluateBatchRequest, context: object) -> pb.EvaluateBatchResponse:
        as_of = request.as_of
        return pb.EvaluateBatchResponse(
            results=[pb.EvaluateResult(decision=decide(applicant, as_of)) for applicant in request.applicants]
        )


def decide(applicant: pb.Applicant, as_of: pb.Date) -> pb.Decision:
    about = {other: facts_of(facts) for other, facts in applicant.about.items()}
    decision = oracle.decide(applicant.subject, facts_of(applicant.facts), about, as_of=read_date(as_of))
    offer = decision.pop("offer")
    if offer is not None:
        review_from, review_to = offer.pop("review_months")
        offer = pb.Offer(**offer, review_from_months=review_from, review_to_months=review_to)
    return pb.Decision(**decision, offer=offer, policy_version="by hand")


def facts_of(facts: pb.Facts) -> dict[str, Any]:
    known: dict[str, Any] = {**facts.numbers, **facts.symbols}
    for name, relation in facts.relations.items():
        columns = [column.numbers or column.symbols for column in relation.columns]
        known[name] = list(columns[0]) if len(columns) == 1 else list(zip(*columns, strict=True))
    return known


async def serve_other(kind: str, size: int) -> None:
    """`hand` or `echo`."""
    server = grpc.aio.server(options=server_options(Limits(), shared_port=False))
    if kind == "hand":
        add_PolicyServiceServicer_to_server(ByHand(), server)
    else:

        async def echo(raw: bytes, context: object) -> bytes:
            return raw[:size].ljust(size, b" ")

        server.add_generic_rpc_handlers((evaluated_by(echo),))
    port = server.add_insecure_port(ADDRESS)
    await server.start()
    await asyncio.to_thread(stand, f"127.0.0.1:{port}")


def serve_in_threads(size: int) -> None:
    def echo(raw: bytes, context: object) -> bytes:
        return raw[:size].ljust(size, b" ")

    server = grpc.server(ThreadPoolExecutor(THREADS), options=server_options(Limits(), shared_port=False))
    server.add_generic_rpc_handlers((evaluated_by(echo),))
    port = server.add_insecure_port(ADDRESS)
    server.start()
    stand(f"127.0.0.1:{port}")
    server.stop(None)


def evaluated_by(handle: Callable[[bytes, Any], Any]) -> grpc.GenericRpcHandler:
    methods = {"Evaluate": grpc.unary_unary_rpc_method_handler(handle)}
    return grpc.method_handlers_generic_handler(SERVICE_NAME, methods)


@contextmanager
def command(*arguments: str) -> Iterator[tuple[int, str]]:
    """`zhunru serve` in a process of its own, once it answers: its process id and its address."""
    line = [sys.executable, "-c", SERVE, "serve", "--listen", ADDRESS, *arguments]
    with subprocess.Popen(line, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            said = next(line for line in server.stderr if '"serving"' in line)
            yield server.pid, said.partition('"address": "')[2].partition('"')[0]
        finally:
            server.terminate()


def stand(address: str) -> None:
    """Say the address, and wait for the end."""
    sys.stdout.write(address + "\n")
    sys.stdout.flush()
    sys.stdin.read()


def main() -> None:
    kind, size = sys.argv[1], int(sys.argv[2])
    match kind:
        case "threads":
            serve_in_threads(size)
        case "workers":
            with command("--workers", "2") as (_, address):
                stand(address)
        case "zhunru":
            service = RunningService(load_pack("weilidai"), ADDRESS)
            stand(service.address)
        case _:
            asyncio.run(serve_other(kind, size))


if __name__ == "__main__":
    main()
