"""From the contract's answers to the SDK's plain data."""

from __future__ import annotations

from ..model.answers import Decision, Offer, Product, Result
from ..v1 import policy_pb2 as pb
from .statuses import error_of_item


def read_decision(message: pb.Decision) -> Decision:
    return Decision(
        outcome=message.outcome,
        restrictions=tuple(message.restrictions),
        met=tuple(message.met),
        unmet=tuple(message.unmet),
        unknown=tuple(message.unknown),
        triggers=tuple(message.triggers),
        invitation_score=message.invitation_score,
        # A map's order on the wire is any; the policy's answers have it sorted.
        scorecard=dict(sorted(message.scorecard.items())),
        score=message.score,
        missing=tuple(message.missing),
        qualifies=message.qualifies,
        offer=_read_offer(message.offer) if message.HasField("offer") else None,
        next_step=message.next_step if message.HasField("next_step") else None,
        sequence_broken=message.sequence_broken,
        advice=tuple(message.advice),
        rules_fired=tuple(message.rules_fired),
        policy_version=message.policy_version,
    )


def _read_offer(message: pb.Offer) -> Offer:
    return Offer(
        tier=message.tier,
        limit_yuan=message.limit_yuan,
        daily_rate_ppm=message.daily_rate_ppm,
        annual_rate_ppm=message.annual_rate_ppm,
        trial=message.trial,
        review_months=(message.review_from_months, message.review_to_months),
    )


def read_result(subject: str, message: pb.EvaluateResult) -> Result:
    if message.HasField("decision"):
        return Result(subject, read_decision(message.decision), None)
    return Result(subject, None, error_of_item(message.error))


def read_product(message: pb.Product) -> Product:
    return Product(
        id=message.id,
        name_zh=message.name_zh,
        name_en=message.name_en,
        least_interest_fen=message.least_interest_fen,
        most_interest_fen=message.most_interest_fen,
        strength_zh=message.strength_zh,
        strength_en=message.strength_en,
    )
