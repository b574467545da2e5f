"""What the service answers, as plain frozen data. No protobuf type stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import ZhunruError


@dataclass(frozen=True, slots=True)
class Offer:
    """A credit line's terms: the limit in yuan, rates in ppm of the principal a day and a year (daily × 360).

    `review_months`: the shortest and longest time between reviews of the limit; (0, 0) is in real time.
    """

    tier: str
    limit_yuan: int
    daily_rate_ppm: int
    annual_rate_ppm: int
    trial: bool
    review_months: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy decided about one applicant. Tuples of ids are sorted by code point.

    `outcome`: a word of the policy's, a refusal among them. `restrictions`: those that fired. `met`, `unmet`: criteria.
    `unknown`: criteria, triggers and scorecard parts that need a missing fact. `triggers`: invitation triggers met;
    `invitation_score`: their points. `scorecard`: points by part; `score`: their sum. `missing`: required facts not
    given. `qualifies`: for the next whitelist. `offer`, `next_step`: None where there is none. `sequence_broken`: an
    opening step was completed before one it requires. `advice`: changes no outcome. `rules_fired`: of any kind.
    `policy_version`: `sha256:` and the hash of the policy's text.
    """

    outcome: str
    restrictions: tuple[str, ...]
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    unknown: tuple[str, ...]
    triggers: tuple[str, ...]
    invitation_score: int
    scorecard: Mapping[str, int]
    score: int
    missing: tuple[str, ...]
    qualifies: bool
    offer: Offer | None
    next_step: str | None
    sequence_broken: bool
    advice: tuple[str, ...]
    rules_fired: tuple[str, ...]
    policy_version: str


@dataclass(frozen=True, slots=True)
class Product:
    """A product that lends the amount, and its interest in fen for the whole term at its lowest and highest rate."""

    id: str
    name_zh: str
    name_en: str
    least_interest_fen: int
    most_interest_fen: int
    strength_zh: str
    strength_en: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one applicant of many: a `decision`, or the `error` that stands in its place."""

    subject: str
    decision: Decision | None
    error: ZhunruError | None

    def unwrap(self) -> Decision:
        """The decision; raises the error where there is none."""
        if self.decision is not None:
            return self.decision
        assert self.error is not None
        raise self.error
