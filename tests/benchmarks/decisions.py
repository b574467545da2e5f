"""One decision from a facts mapping: `Policy.decide` against the oracle of the tests, and against pyDatalog."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from tests.benchmarks.population import production, seeded
from tests.benchmarks.table import Row, micros
from tests.benchmarks.timing import interleaved, seconds_each
from tests.policy.applicants import Applicant
from tests.policy.oracle import decide as decide_by_hand
from zhunru_policy import Policy, load_pack

GROUP = "single decision, weilidai, whole domain (processor time)"


def rows(applicants: int = 1000, rounds: int = 21, judged: int = 8) -> Iterator[Row]:
    """`judged`: applicants that pyDatalog decides too."""
    policy = load_pack("weilidai")
    people = production(applicants)
    graphs = [person for person in people if person.about]
    scalars = [person for person in people if not person.about]
    yield _against_oracle(policy, "production applicants", people, rounds, most=2)
    yield _against_oracle(policy, "  those without graphs", scalars, rounds)
    yield _against_oracle(policy, "  those with friends or devices", graphs, rounds)
    yield _against_oracle(policy, "the tests' seeded applicants", seeded(applicants), rounds)
    yield _against_pydatalog(policy, people[:judged])


def decide_all(decide: Callable[..., Any], applicants: Sequence[Applicant], times: int = 1) -> None:
    for _ in range(times):
        for subject, facts, about, as_of in applicants:
            decide(subject, facts, about, as_of=as_of)


def _against_oracle(policy: Policy, what: str, people: Sequence[Applicant], rounds: int, **goal: float) -> Row:
    deciders = {"zhunru": policy.decide, "oracle": decide_by_hand}
    contestants = {
        name: seconds_each(partial(decide_all, decide, people), len(people)) for name, decide in deciders.items()
    }
    measured = interleaved(contestants, rounds)
    ours, other = (micros(measured.median(name)) for name in deciders)
    return Row(GROUP, what, ours, f"oracle {other}", measured.ratio("zhunru", "oracle"), "× its time", **goal)


def _against_pydatalog(policy: Policy, people: Sequence[Applicant]) -> Row:
    times = 50
    measured = interleaved(
        {
            "zhunru": seconds_each(partial(decide_all, policy.decide, people, times), len(people) * times),
            "pyDatalog": seconds_each(
                partial(decide_all, partial(policy.decide, engine="pydatalog"), people), len(people)
            ),
        },
        rounds=3,
    )
    other = f"pyDatalog {measured.median('pyDatalog') * 1e3:,.1f} ms"
    ratio = measured.ratio("pyDatalog", "zhunru")
    return Row(GROUP, "production applicants", micros(measured.median("zhunru")), other, ratio, "× faster", least=200)
