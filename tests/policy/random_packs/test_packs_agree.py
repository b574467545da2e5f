"""Random packs decide the same, or fail the same, on every engine, through the door that calls come by."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.policy.random_packs.packs import Made, facts, pack
from zhunru.facts import applicant_message
from zhunru_policy import Decision, Policy, PolicyError, ZhunruError
from zhunru_policy.loader import build_policy
from zhunru_server.limits import Limits
from zhunru_server.wire.requests import Applicant, Reader

PACKS = int(os.environ.get("ZHUNRU_PACKS", "100"))
SEED = int(os.environ.get("ZHUNRU_SEED", "0"))
REQUESTS = 6
#: Of so many packs one is asked of pyDatalog too, of which a decision takes a hundred times as long.
JUDGED = 12
DAYS = (date(2026, 11, 24), date(2027, 1, 1))
READER = Reader(Limits())

Answer = Decision | tuple[str, str]


def answer(policy: Policy, given: tuple[Any, Any], as_of: date, engine: str) -> Answer:
    """The decision, or the error's kind and text. What no engine may raise goes on."""
    try:
        return policy.decide("a", *given, as_of=as_of, engine=engine)
    except ZhunruError as error:
        return type(error).__name__, str(error)


def through_the_wire(given: tuple[Any, Any]) -> tuple[Any, Any]:
    message = applicant_message("a", *given)
    return READER.applicant(Applicant.FromString(message.SerializeToString()))


def check(number: int, counts: Counter[str]) -> None:
    """One pack under some requests; raises AssertionError with what reproduces it."""
    made = pack(number)
    try:
        policy = build_policy(f"pack {number}", {"pack.dl": made.text})
    except PolicyError as error:
        counts["refused"] += 1
        counts["refused: " + " ".join(error.diagnostics[0].message.split("`")[::2])] += 1
        return
    counts["packs"] += 1
    if policy.left_to_general() is not None:
        counts[f"not specialised: {policy.left_to_general()}"] += 1
    for engines, given, as_of in requests(made, number):
        answers = {engine: answer(policy, given, as_of, engine) for engine in engines}
        first = answers["reference"]
        counts["errors" if isinstance(first, tuple) else first.outcome] += 1
        if any(other != first for other in answers.values()):
            told = "\n".join(f"{engine}: {found}" for engine, found in answers.items())
            raise AssertionError(f"pack {number} on {as_of}, {given}:\n{told}\n{made.text}")
    counts.update({f"fell: {reason}": count for reason, count in policy.falls.items()})


def requests(made: Made, number: int) -> Iterator[tuple[tuple[str, ...], tuple[Any, Any], date]]:
    engines: tuple[str, ...] = ("specialised", "general", "reference")
    for at in range(REQUESTS):
        judged = (*engines, "pydatalog") if number % JUDGED == 0 and at < 2 else engines
        yield judged, through_the_wire(facts(made, number * 1000 + at)), DAYS[at % 2]


def test_engines_agree_on_random_packs() -> None:
    counts: Counter[str] = Counter()
    for number in range(SEED, SEED + PACKS):
        check(number, counts)
    assert counts["packs"] > 0.8 * PACKS, counts
    assert min(counts["IN"], counts["OUT"], counts["errors"]) > 0.02 * PACKS * REQUESTS, counts
    # Facts that came by the wire are never unusual, and rules as these can all be specialised.
    assert counts["fell: unusual facts"] == 0, counts
    assert not [why for why in counts if why.startswith("not specialised")], counts
