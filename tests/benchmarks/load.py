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

import grpc

METHOD = "/zhunru.v1.PolicyService/"
PATIENCE_SECONDS = 60


def run(address: str, method: str, requests: Sequence[bytes], calls: int, in_flight: int) -> list[float]:
    """The seconds that all calls took together, then those of each call, sorted. `in_flight`: calls at a time."""
    if not address.startswith("127.0.0.1:"):
        raise ValueError(f"a load goes to this machine only, not to {address}")
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(METHOD + method)
        call(requests[0], timeout=PATIENCE_SECONDS)
        times: list[float] = []
        numbers = iter(range(calls))

        def ask() -> None:
            for number in numbers:
                start = time.perf_counter()
                call(requests[number % len(requests)], timeout=PATIENCE_SECONDS)
                times.append(time.perf_counter() - start)

        askers = [threading.Thread(target=ask) for _ in range(in_flight - 1)]
        start = time.perf_counter()
        for asker in askers:
            asker.start()
        ask()
        for asker in askers:
            asker.join()
        together = time.perf_counter() - start
    return [together, *sorted(times)]


def main() -> None:
    requests: dict[str, list[bytes]] = {}
    for line in sys.stdin:
        job = json.loads(line)
        if "requests" in job:
            requests[job["method"]] = [bytes.fromhex(text) for text in job["requests"]]
            answer: object = "ready"
        else:
            answer = run(job["address"], job["method"], requests[job["method"]], job["calls"], job["in_flight"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
