"""Explanations by detail, from a facts mapping, held against the decision alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import median
from time import process_time
from typing import Any

from tests.benchmarks.population import production
from tests.benchmarks.table import Row, micros
from tests.benchmarks.timing import interleaved
from tests.policy.applicants import Applicant
from zhunru_policy import load_pack

GROUP = "one explanation, weilidai, production applicants (median, processor time)"

#: What is measured: its options, and the milliseconds that it may take.
KINDS: tuple[tuple[str, dict[str, Any], float], ...] = (
    ("reasons, for an auditor", {"detail": "reasons"}, 1),
    ("reasons, for an applicant", {"detail": "reasons", "audience": "applicant"}, 1),
    ("proof, for an auditor", {"detail": "proof"}, 1),
    ("proof, for an applicant", {"detail": "proof", "audience": "applicant"}, 2),
)
JUDGED = "proof with pyDatalog's second opinion", {"detail": "proof", "verify": "pydatalog"}, 50.0
FULL = "full, what could be changed included", {"detail": "full"}, 150.0


def rows(applicants: int = 300, rounds: int = 5, judged: int = 20) -> Iterator[Row]:
    """`judged`: applicants of whom the slow ones tell, those with a second opinion and those with changes."""
    policy = load_pack("weilidai")
    people = production(applicants)
    for kind in KINDS:
        yield _against_decision(policy.decide, policy.explain, kind, people, rounds)
    for kind in (JUDGED, FULL):
        yield _against_decision(policy.decide, policy.explain, kind, people[:judged], 1)


def _against_decision(
    decide: Callable[..., Any],
    explain: Callable[..., Any],
    kind: tuple[str, dict[str, Any], float],
    people: Sequence[Applicant],
    rounds: int,
) -> Row:
    what, options, most = kind
    contestants = {"explain": _median(partial(explain, **options), people), "decide": _median(decide, people)}
    measured = interleaved(contestants, rounds)
    ours, decision = measured.median("explain"), measured.median("decide")
    times = f"decision {micros(decision)}, {measured.ratio('explain', 'decide'):,.0f} times"
    return Row(GROUP, what, micros(ours), times, ours * 1e3, "ms", most=most)


def _median(call: Callable[..., Any], people: Sequence[Applicant]) -> Callable[[], float]:
    """The seconds of half of the applicants at most."""

    def measure() -> float:
        figures: list[float] = []
        for subject, facts, about, as_of in people:
            start = process_time()
            call(subject, facts, about, as_of=as_of)
            figures.append(process_time() - start)
        return median(figures)

    return measure
