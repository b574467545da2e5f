"""Random facts for a pack, as they come in: the SDK's message, its bytes, and what the service reads of them."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import NamedTuple

from zhunru.errors import InvalidRequest
from zhunru.facts import applicant_message
from zhunru_server.limits import Limits
from zhunru_server.wire import requests
from zhunru_server.wire.statuses import RequestError

from .writing import PERIODS, TEXTS, Column, Input, Pack

READER = requests.Reader(Limits())
#: Values that few columns take.
STRANGE = (-1, 0, 1, 2**63 - 1, -(2**63), 202413, 202400, "", "A", "Ａ", "no such", [], [1], ["a", "a"], [(1, 2)])


class Request(NamedTuple):
    subject: str
    facts: dict[str, object]
    about: dict[str, dict[str, object]]
    as_of: date


def given(pack: Pack, random: Random) -> Request:
    """What one call may say. Most of it the pack can take."""
    others = random.sample([*filter(None, pack.symbols), "other"], random.randint(0, 2))
    subject = random.choice(["x", *filter(None, TEXTS)] if random.random() < 0.4 else ["x"])
    about = {other: _facts(pack, random, 0.5) for other in others if other != subject}
    period = random.choice(PERIODS)
    facts = _facts(pack, random, random.choice((1.0, 0.8, 0.5)))
    return Request(subject, facts, about, date(period // 100, period % 100, 1))


def through_the_wire(request: Request) -> Request | None:
    """The request as the service reads it; None for one that can't be sent or read."""
    try:
        message = applicant_message(request.subject, request.facts, request.about)  # type: ignore[arg-type]
        read = requests.Applicant.FromString(message.SerializeToString())
        facts, about = READER.applicant(read)
    except (InvalidRequest, RequestError):
        return None
    return Request(request.subject, facts, about, request.as_of)  # type: ignore[arg-type]


def _facts(pack: Pack, random: Random, share: float) -> dict[str, object]:
    chosen = [known for known in pack.inputs if random.random() < share]
    random.shuffle(chosen)
    return {known.name: _value(known, random) for known in chosen}


def _value(known: Input, random: Random) -> object:
    if random.random() < 0.01:
        return random.choice(STRANGE)
    if not known.many:
        return _one(known.columns[0], random)
    rows = [tuple(_one(column, random) for column in known.columns) for _ in range(random.choice((0, 1, 2, 3, 5)))]
    rows += rows[:1] if random.random() < 0.2 else []
    return [row[0] for row in rows] if len(known.columns) == 1 else rows


def _one(column: Column, random: Random) -> int | str:
    return random.choice(column.values)
