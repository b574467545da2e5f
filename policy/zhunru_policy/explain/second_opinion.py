"""The second opinion: the decision derived again from the same checked rules, by another engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ZhunruError
from ..ir.core import Rows
from ..pack.decision import Decision

if TYPE_CHECKING:
    from ..policy import Policy


class DisagreementError(ZhunruError):
    """Two engines decide differently: one is wrong, so nothing is said. `first`, `second`: what they decided."""

    def __init__(self, engine: str, first: Decision, second: Decision) -> None:
        self.engine = engine
        self.first = first
        self.second = second
        super().__init__(f"engine `{engine}` decides otherwise; report this with both answers: {first} and {second}")


def verify_decision(policy: Policy, subject: str, rows: Rows, decision: Decision, engine: str) -> bool:
    """True; raises `DisagreementError` otherwise."""
    second = policy.answer(subject, policy.derive(dict(rows), engine))
    if second != decision:
        raise DisagreementError(engine, decision, second)
    return True
