"""Explanations by detail: from a facts mapping, and over gRPC beside Evaluate."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from time import process_time
from typing import Any

from tests.benchmarks.population import AS_OF, production
from tests.benchmarks.table import Row, micros
from tests.benchmarks.timing import interleaved
from tests.benchmarks.wire import applicant_of, process
from tests.policy.applicants import Applicant
from zhunru.facts import date_message
from zhunru.v1 import policy_pb2 as pb
from zhunru_policy import load_pack

GROUP = "one explanation, weilidai, production applicants (processor time)"
WIRE = "one explanation over gRPC, production applicants (p50 at the client)"
SECOND_ENGINE = "pydatalog"

#: What is measured: its options, and the milliseconds that half of the applicants may take.
QUICK: tuple[tuple[str, dict[str, Any], float | None], ...] = (
    ("reasons, p50", {"detail": "reasons"}, None),
    ("proof, p50", {"detail": "proof"}, 1),
    ("  for an applicant", {"detail": "proof", "audience": "applicant"}, None),
)
JUDGED = {"detail": "proof", "verify": SECOND_ENGINE}
FULL = {"detail": "full"}


def rows(applicants: int = 300, rounds: int = 5, slow: int = 200, calls: int = 300) -> Iterator[Row]:
    """`slow`: applicants of whom the slow ones tell, those with a second opinion and those with changes."""
    policy = load_pack("weilidai")
    people = production(max(applicants, slow))
    for what, options, most in QUICK:
        yield _against_decision(policy.decide, partial(policy.explain, **options), what, people, rounds, most)
    judged = _milliseconds(partial(policy.explain, **JUDGED), people[:slow])
    yield _middle("proof with pyDatalog's second opinion, p50", judged, 15)
    full = _milliseconds(partial(policy.explain, **FULL), people[:slow])
    yield _middle("full with what would have to change, p50", full, 150)
    last = sorted(full)[-max(1, len(full) // 100)]
    yield Row(GROUP, "  p99", f"{last:,.1f} ms", f"most {max(full):,.1f} ms", last, "ms", most=1_000)
    yield from _over_grpc(people[:slow], calls, rounds)


def _against_decision(
    decide: Callable[..., Any],
    explain: Callable[..., Any],
    what: str,
    people: Sequence[Applicant],
    rounds: int,
    most: float | None,
) -> Row:
    contestants = {
        name: lambda call=call: statistics.median(_milliseconds(call, people))
        for name, call in (("explain", explain), ("decide", decide))
    }
    measured = interleaved(contestants, rounds)
    ours, decision = measured.median("explain"), measured.median("decide")
    against = f"decision {micros(decision / 1e3)}, {measured.ratio('explain', 'decide'):,.0f} times"
    return Row(GROUP, what, f"{ours:,.2f} ms", against, ours, "ms", most=most)


def _middle(what: str, figures: Sequence[float], most: float) -> Row:
    ours = statistics.median(figures)
    return Row(GROUP, what, f"{ours:,.1f} ms", "", ours, "ms", most=most)


def _milliseconds(call: Callable[..., Any], people: Sequence[Applicant]) -> list[float]:
    """Of each applicant, once the first of them has made what all share."""
    figures: list[float] = []
    for subject, facts, about, as_of in (people[0], *people):
        start = process_time()
        call(subject, facts, about, as_of=as_of)
        figures.append((process_time() - start) * 1e3)
    return figures[1:]


def _over_grpc(people: Sequence[Applicant], calls: int, rounds: int) -> Iterator[Row]:
    """Explain beside Evaluate, about the same applicants on the same server."""
    given = [{"applicant": applicant_of(person), "as_of": date_message(AS_OF)} for person in people]
    asked: dict[str, list[Any]] = {
        "Evaluate": [pb.EvaluateRequest(**each) for each in given],
        "Explain reasons": [pb.ExplainRequest(**each) for each in given],
        "Explain proof": [
            pb.ExplainRequest(**each, detail=pb.DETAIL_PROOF, second_opinion=pb.SECOND_OPINION_LEFT_OUT)
            for each in given
        ],
        "Explain proof, with a second opinion": [pb.ExplainRequest(**each, detail=pb.DETAIL_PROOF) for each in given],
        "Explain full": [pb.ExplainRequest(**each, detail=pb.DETAIL_FULL) for each in given],
    }
    with ExitStack() as stack:
        client = stack.enter_context(process("tests.benchmarks.load"))
        for name, requests in asked.items():
            client.ask({"name": name, "requests": [each.SerializeToString().hex() for each in requests]})
        address = stack.enter_context(process("tests.benchmarks.servers", "zhunru", 0)).read()

        def middle(name: str) -> float:
            job = {"address": address, "calls": calls, "in_flight": 1, "connections": 1, "name": name}
            _, *times = client.ask({**job, "method": name.partition(" ")[0]})
            return statistics.median(times)

        measured = interleaved({name: partial(middle, name) for name in asked}, rounds)
    evaluate = f"Evaluate {micros(measured.median('Evaluate'))}"
    for name, most in zip(asked, (None, 5, None, None, None), strict=True):
        if name != "Evaluate":
            ours = f"{measured.median(name) * 1e3:,.2f} ms"
            ratio = measured.ratio(name, "Evaluate")
            yield Row(WIRE, name.removeprefix("Explain "), ours, evaluate, ratio, "× its time", most=most)
