"""The client's side of a benchmark, in a process of its own: `python -m tests.benchmarks.load`.

It reads one job a line on stdin, as JSON, and answers each with a line of JSON. Requests are bytes, made once: what is
measured is the service and not a client's conversions. Loads are bounded in number, and go to this machine only.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import cycle, islice

import grpc

METHOD = "/zhunru.v1.PolicyService/"
PATIENCE_SECONDS = 60
OWN_CONNECTION = (("grpc.use_local_subchannel_pool", 1),)


def run(
    address: str, method: str, requests: Sequence[bytes], calls: int, in_flight: int, connections: int
) -> list[float]:
    """The seconds that all calls took together, then those of each call, sorted. `in_flight`: calls at a time."""
    if not address.startswith("127.0.0.1:"):
        raise ValueError(f"a load goes to this machine only, not to {address}")
    with ExitStack() as stack:
        ways = [stack.enter_context(grpc.insecure_channel(address, OWN_CONNECTION)) for _ in range(connections)]
        asks = [channel.unary_unary(METHOD + method) for channel in ways]
        for call in asks:
            call(requests[0], timeout=PATIENCE_SECONDS)
        times: list[float] = []
        numbers = iter(range(calls))

        def ask(call: grpc.UnaryUnaryMultiCallable) -> None:
            for number in numbers:
                start = time.perf_counter()
                call(requests[number % len(requests)], timeout=PATIENCE_SECONDS)
                times.append(time.perf_counter() - start)

        turns = islice(cycle(asks), 1, in_flight)
        askers = [threading.Thread(target=ask, args=(call,)) for call in turns]
        start = time.perf_counter()
        for asker in askers:
            asker.start()
        ask(asks[0])
        for asker in askers:
            asker.join()
        together = time.perf_counter() - start
    return [together, *sorted(times)]


def main() -> None:
    requests: dict[str, list[bytes]] = {}
    for line in sys.stdin:
        job = json.loads(line)
        if "requests" in job:
            requests[job["name"]] = [bytes.fromhex(text) for text in job["requests"]]
            answer: object = "ready"
        else:
            answer = run(requests=requests[job.pop("name")], **job)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
