"""What a policy answers: plain frozen data, the same for every engine. Meaning: source sections 一 to 八."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from ..ir import code, python


@dataclass(frozen=True, slots=True)
class Offer:
    """A credit line's terms (五): the limit in yuan, rates in ppm of principal a day and a year (daily × 360)."""

    tier: str
    limit_yuan: int
    daily_rate_ppm: int
    annual_rate_ppm: int
    trial: bool
    review_months: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Decision:
    """One applicant's answer. Tuples of ids are sorted by code point.

    `met`, `unmet`: criteria. `unknown`: criteria, triggers and scorecard parts of which a required fact is missing.
    `triggers`: invitation triggers met. `qualifies`: for the whitelist's next refresh. `missing`: required facts
    not given. `rules_fired`: every rule that fired, of any kind.
    """

    outcome: str
    restrictions: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    invitation_score: int = 0
    scorecard: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    score: int = 0
    missing: tuple[str, ...] = ()
    qualifies: bool = False
    offer: Offer | None = None
    next_step: str | None = None
    sequence_broken: bool = False
    advice: tuple[str, ...] = ()
    rules_fired: tuple[str, ...] = ()
    policy_version: str = ""


def _draft_of(frozen: type) -> type:
    """A class with the slots of a frozen dataclass, whose `__init__` assigns plainly.

    A frozen dataclass's own `__init__` goes through `object.__setattr__` for each field, which costs several times the
    rest of a decision's making. A draft is filled the quick way and then becomes what it is a draft of.
    """
    names = [member.name for member in fields(frozen)]
    own = code.name("self")
    body: list[python.Node] = [python.assign(code.attribute(own, each), code.name(each)) for each in names]
    body.append(python.assign(code.attribute(own, "__class__"), code.name("frozen")))
    start = python.run([python.Function("start", ("self", *names), body)], {"frozen": frozen})["start"]
    return type(f"{frozen.__name__}Draft", (), {"__slots__": tuple(names), "__init__": start})


#: `DecisionDraft(…every field by its name…)` is a `Decision`, made quickly; so is an offer.
DecisionDraft = _draft_of(Decision)
OfferDraft = _draft_of(Offer)
