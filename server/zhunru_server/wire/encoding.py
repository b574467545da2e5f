"""A decision as bytes on the wire, the same message as `fill_decision` makes.

Quicker than filling a message and serialising it, since nearly all of an answer has stood in answers before: ids, lists
of them, points. Each such piece is encoded once and kept while it is among the latest. Field numbers are the
contract's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from google.protobuf.message import Message

from zhunru.v1 import policy_pb2 as pb
from zhunru_policy import Decision, Offer

VARINT, BYTES = 0, 2
# Pieces that are kept, of each field.
KEPT = 2048


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; a negative number as one of 64 bits."""
    number &= 2**64 - 1
    raw = bytearray()
    while number > 127:
        raw.append(number & 127 | 128)
        number >>= 7
    raw.append(number)
    return bytes(raw)


_length = lru_cache(KEPT)(varint)


def _key(message: type[Message], field: str, wire_type: int) -> bytes:
    return varint(message.DESCRIPTOR.fields_by_name[field].number << 3 | wire_type)


def _sized(key: bytes, raw: bytes) -> bytes:
    return key + _length(len(raw)) + raw


def _text(message: type[Message], field: str, *, always: bool = False) -> Callable[[str], bytes]:
    """`always`: also an empty text, as in a list."""
    key = _key(message, field, BYTES)
    return lru_cache(KEPT)(lambda text: _sized(key, text.encode()) if text or always else b"")


def _number(message: type[Message], field: str) -> Callable[[int], bytes]:
    key = _key(message, field, VARINT)
    return lru_cache(KEPT)(lambda number: key + varint(number) if number else b"")


def _texts(message: type[Message], field: str) -> Callable[[tuple[str, ...]], bytes]:
    one = _text(message, field, always=True)
    return lru_cache(KEPT)(lambda texts: b"".join(map(one, texts)))


def _points() -> Callable[[tuple[str, int]], bytes]:
    key, entry = _key(pb.Decision, "scorecard", BYTES), pb.Decision.ScorecardEntry
    part, points = _text(entry, "key"), _number(entry, "value")
    return lru_cache(KEPT)(lambda item: _sized(key, part(item[0]) + points(item[1])))


_outcome, _policy_version = (_text(pb.Decision, field) for field in ("outcome", "policy_version"))
_next_step, _rule_fired = (_text(pb.Decision, field, always=True) for field in ("next_step", "rules_fired"))
_restrictions, _met, _unmet, _unknown, _triggers, _missing, _advice = (
    _texts(pb.Decision, field) for field in ("restrictions", "met", "unmet", "unknown", "triggers", "missing", "advice")
)
_invitation_score, _score, _qualifies, _sequence_broken = (
    _number(pb.Decision, field) for field in ("invitation_score", "score", "qualifies", "sequence_broken")
)
_scorecard = _points()
_offer_key = _key(pb.Decision, "offer", BYTES)
_tier = _text(pb.Offer, "tier")
_limit, _daily, _annual, _trial, _from, _to = (
    _number(pb.Offer, field)
    for field in ("limit_yuan", "daily_rate_ppm", "annual_rate_ppm", "trial", "review_from_months", "review_to_months")
)


def decision_bytes(decision: Decision) -> bytes:
    """A `Decision`."""
    pieces = [
        _outcome(decision.outcome),
        _restrictions(decision.restrictions),
        _met(decision.met),
        _unmet(decision.unmet),
        _unknown(decision.unknown),
        _triggers(decision.triggers),
        _invitation_score(decision.invitation_score),
        *map(_scorecard, decision.scorecard.items()),
        _score(decision.score),
        _missing(decision.missing),
        _qualifies(decision.qualifies),
        _sequence_broken(decision.sequence_broken),
        _advice(decision.advice),
        *map(_rule_fired, decision.rules_fired),
        _policy_version(decision.policy_version),
    ]
    if decision.offer is not None:
        pieces.append(_offer(decision.offer))
    if decision.next_step is not None:
        pieces.append(_next_step(decision.next_step))
    return b"".join(pieces)


def _offer(offer: Offer) -> bytes:
    review_from, review_to = offer.review_months
    terms = (
        _tier(offer.tier),
        _limit(offer.limit_yuan),
        _daily(offer.daily_rate_ppm),
        _annual(offer.annual_rate_ppm),
        _trial(offer.trial),
        _from(review_from),
        _to(review_to),
    )
    return _sized(_offer_key, b"".join(terms))


_decision_key = _key(pb.EvaluateResponse, "decision", BYTES)
_result_key = _key(pb.EvaluateBatchResponse, "results", BYTES)
# So that a decision's answer is also its result in a batch.
assert _decision_key == _key(pb.EvaluateResult, "decision", BYTES)


def answer_bytes(decision: Decision) -> bytes:
    """An `EvaluateResponse`, and as well an `EvaluateResult`."""
    return _sized(_decision_key, decision_bytes(decision))


def batch_bytes(results: Iterable[bytes]) -> bytes:
    """An `EvaluateBatchResponse`."""
    return b"".join([_sized(_result_key, result) for result in results])
