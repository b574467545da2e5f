"""Between the contract's messages and the policy's plain data; what applicants say is read by `requests`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from zhunru.v1 import policy_pb2 as pb
from zhunru_policy import Decision

from .statuses import InvalidField

LISTS_OF_IDS = ("restrictions", "met", "unmet", "unknown", "triggers", "missing", "advice", "rules_fired")


def read_date(message: pb.Date) -> date:
    """The whole date that a message gives. Raises `InvalidField`."""
    try:
        return date(message.year, message.month, message.day)
    except ValueError as error:
        raise InvalidField("as_of", f"{error}; give a whole date, or none for today") from None


def fill_decision(message: pb.Decision, decision: Decision) -> None:
    """Into a message that stands in its answer: building one and copying it there takes twice as long."""
    for part in LISTS_OF_IDS:
        if ids := getattr(decision, part):
            getattr(message, part).extend(ids)
    message.outcome = decision.outcome
    message.invitation_score = decision.invitation_score
    scorecard = message.scorecard
    for part, points in decision.scorecard.items():
        scorecard[part] = points
    message.score = decision.score
    message.qualifies = decision.qualifies
    if (offer := decision.offer) is not None:
        terms = message.offer
        terms.tier = offer.tier
        terms.limit_yuan = offer.limit_yuan
        terms.daily_rate_ppm = offer.daily_rate_ppm
        terms.annual_rate_ppm = offer.annual_rate_ppm
        terms.trial = offer.trial
        terms.review_from_months, terms.review_to_months = offer.review_months
    if decision.next_step is not None:
        message.next_step = decision.next_step
    message.sequence_broken = decision.sequence_broken
    message.policy_version = decision.policy_version


def product_message(row: Sequence[Any]) -> pb.Product:
    """From the columns of a comparison that describe the product, in the order of `Product`'s fields."""
    names = (field.name for field in pb.Product.DESCRIPTOR.fields)
    return pb.Product(**dict(zip(names, row, strict=True)))
