"""Evaluate and EvaluateBatch over gRPC: servers in processes of their own, and one client that asks them in turn."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from tests.benchmarks.population import AS_OF, production
from tests.benchmarks.table import Row, a_second, micros
from tests.benchmarks.timing import Measured, interleaved
from tests.policy.applicants import Applicant
from zhunru.facts import applicant_message, date_message
from zhunru.v1 import policy_pb2 as pb
from zhunru_policy import load_pack
from zhunru_server.services.policy import PolicyService
from zhunru_server.wire.requests import EvaluateRequest

ROOT = Path(__file__).parents[2]


class Process:
    """A module of ours that talks in lines."""

    def __init__(self, module: str, *arguments: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended with {self._process.wait()}")
        return line.strip()

    def ask(self, job: dict[str, object]) -> list[float]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return json.loads(self.read())

    def cpu_seconds(self) -> float:
        return processor_seconds(self._process.pid)

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def processor_seconds(pid: int) -> float:
    """Of all threads together, to the nanosecond: this number is what `clock_getcpuclockid` gives for a process."""
    return time.clock_gettime(~pid << 3 | 2)


@contextmanager
def process(module: str, *arguments: object) -> Iterator[Process]:
    started = Process(module, *arguments)
    try:
        yield started
    finally:
        started.end()


SERVERS = ("zhunru", "hand", "echo", "threads", "workers")
COMPARED = SERVERS[:4]
# Requests of Evaluate by some applicants.
SCALARS, GRAPHS = "Evaluate without graphs", "Evaluate with graphs"
UNARY = "Evaluate over gRPC, production applicants"
BATCH = "EvaluateBatch over gRPC, production applicants"


class Bench:
    """The servers, and the client that asks them. `requests`: as bytes, by name."""

    def __init__(self, stack: ExitStack, requests: Mapping[str, Sequence[bytes]], answer_bytes: int) -> None:
        self._client = stack.enter_context(process("tests.benchmarks.load"))
        for name, raws in requests.items():
            self._client.ask({"name": name, "requests": [raw.hex() for raw in raws]})
        self._servers = {
            kind: stack.enter_context(process("tests.benchmarks.servers", kind, answer_bytes)) for kind in SERVERS
        }
        self._addresses = {kind: server.read() for kind, server in self._servers.items()}

    def measure(
        self,
        name: str,
        kinds: Sequence[str],
        calls: int,
        in_flight: int,
        rounds: int,
        connections: int = 1,
    ) -> Loads:
        """Each kind is asked in turn, by the requests of that name."""
        middle: dict[str, list[float]] = {kind: [] for kind in kinds}
        busy: dict[str, list[float]] = {kind: [] for kind in kinds}

        def figure(kind: str) -> float:
            before = self._servers[kind].cpu_seconds()
            job = {"address": self._addresses[kind], "calls": calls, "in_flight": in_flight, "connections": connections}
            together, *times = self._client.ask({**job, "name": name, "method": name.partition(" ")[0]})
            busy[kind].append((self._servers[kind].cpu_seconds() - before) / calls)
            middle[kind].append(statistics.median(times))
            return calls / together

        rates = interleaved({kind: partial(figure, kind) for kind in kinds}, rounds)
        # The first of each is the round that warms up.
        latencies = Measured({kind: tuple(values[1:]) for kind, values in middle.items()})
        return Loads(rates, latencies, Measured({kind: tuple(values[1:]) for kind, values in busy.items()}))


class Loads(NamedTuple):
    """Calls a second, the median seconds of a call, and the seconds of processor time a call, by server."""

    rates: Measured
    latencies: Measured
    busy: Measured


def rows(applicants: int = 500, calls: int = 2000, batches: int = 12, rounds: int = 9) -> Iterator[Row]:
    people = production(applicants)
    unary = [
        pb.EvaluateRequest(applicant=applicant_of(person), as_of=date_message(AS_OF), request_id=str(UUID(int=number)))
        for number, person in enumerate(people)
    ]
    batch = pb.EvaluateBatchRequest(applicants=map(applicant_of, people), as_of=date_message(AS_OF))
    service = PolicyService(load_pack("weilidai"))
    raws = [request.SerializeToString() for request in unary]
    requests = map(EvaluateRequest.FromString, raws)
    answers = sorted(len(service.evaluate(request, math.inf)) for request in requests)
    sizes = f"{statistics.mean(map(len, raws)):,.0f} B to it, {answers[len(answers) // 2]} B back"
    with ExitStack() as stack:
        jobs = {
            "Evaluate": raws,
            SCALARS: [raw for raw, person in zip(raws, people, strict=True) if not person.about],
            GRAPHS: [raw for raw, person in zip(raws, people, strict=True) if person.about],
            "EvaluateBatch": [batch.SerializeToString()],
        }
        bench = Bench(stack, jobs, answers[len(answers) // 2])
        yield from _unary(bench, sizes, calls, rounds)
        yield from _split(bench, calls, rounds)
        yield from _otherwise(bench, calls, rounds)
        yield from _batch(bench, len(people), batches, rounds)


def _unary(bench: Bench, sizes: str, calls: int, rounds: int) -> Iterator[Row]:
    many = bench.measure("Evaluate", COMPARED, calls, 8, rounds)
    for other, goal in (("echo", 0.75), ("threads", None), ("hand", None)):
        rate = a_second(many.rates.median(other))
        ratio = many.rates.ratio("zhunru", other)
        ours = a_second(many.rates.median("zhunru"))
        yield Row(UNARY, f"8 at a time; {sizes}", ours, f"{NAMES[other]} {rate}", ratio, "× its calls", least=goal)
    one = bench.measure("Evaluate", COMPARED, calls // 2, 1, rounds)
    for loads, what, goal in ((one, "p50, one at a time", 1.35), (many, "p50, 8 at a time", 1.35)):
        for name, figures in (("p50", loads.latencies), ("processor time", loads.busy)):
            other = f"echo {micros(figures.median('echo'))}"
            said = what if name == "p50" else f"server's processor time a call, {what.partition(', ')[2]}"
            most = goal if name == "p50" else None
            yield Row(UNARY, said, micros(figures.median("zhunru")), other, figures.ratio("zhunru", "echo"), most=most)


def _split(bench: Bench, calls: int, rounds: int) -> Iterator[Row]:
    """The same for some of the applicants alone."""
    for name, whose in ((SCALARS, "those without graphs"), (GRAPHS, "those with friends or devices")):
        many = bench.measure(name, ("zhunru", "echo"), calls, 8, rounds)
        ours, other = (a_second(many.rates.median(kind)) for kind in ("zhunru", "echo"))
        ratio = many.rates.ratio("zhunru", "echo")
        yield Row(UNARY, f"  {whose}, 8 at a time", ours, f"bare echo {other}", ratio, "× its calls")
        one = bench.measure(name, ("zhunru", "echo"), calls // 2, 1, rounds)
        ours, other = (micros(one.latencies.median(kind)) for kind in ("zhunru", "echo"))
        yield Row(UNARY, f"  {whose}, p50", ours, f"echo {other}", one.latencies.ratio("zhunru", "echo"))


def _otherwise(bench: Bench, calls: int, rounds: int) -> Iterator[Row]:
    """Other ways to serve, against the way that is."""
    many = bench.measure("Evaluate", ("workers", "zhunru"), calls, 8, rounds, connections=8)
    ours, other = (a_second(many.rates.median(each)) for each in ("workers", "zhunru"))
    ratio = many.rates.ratio("workers", "zhunru")
    yield Row(UNARY, "by two workers, 8 connections, 8 at a time", ours, f"as it is {other}", ratio, "× its calls")


def _batch(bench: Bench, size: int, batches: int, rounds: int) -> Iterator[Row]:
    loads = bench.measure("EvaluateBatch", ("zhunru", "hand"), batches, 1, rounds)
    ours, other = (loads.rates.median(kind) * size for kind in ("zhunru", "hand"))
    against = f"by hand {a_second(other)}"
    yield Row(BATCH, f"{size} in one", a_second(ours), against, loads.rates.ratio("zhunru", "hand"), least=0.6)


NAMES = {"echo": "bare echo", "threads": "echo in threads", "hand": "by hand"}


def applicant_of(person: Applicant) -> pb.Applicant:
    return applicant_message(person.subject, person.facts, person.about)
