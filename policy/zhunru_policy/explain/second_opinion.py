"""The second opinion: the decision derived again from the same checked rules, by another engine."""

from __future__ import annotations

from ..errors import EvaluationError, WorkLimitError, ZhunruError
from ..ir.core import Rows
from ..pack.decision import Decision
from ..pack.policy import DecidingPolicy
from .explanation import Verdict


class DisagreementError(ZhunruError):
    """Two engines decide differently: one is wrong, so nothing is said. `first`, `second`: what they decided.

    The second may be the error of a rule that failed.
    """

    def __init__(self, engine: str, first: Decision, second: Decision | EvaluationError) -> None:
        self.engine = engine
        self.first = first
        self.second = second
        super().__init__(f"engine `{engine}` decides otherwise; report this with both answers: {first} and {second}")


def judge_decision(policy: DecidingPolicy, subject: str, rows: Rows, decision: Decision, engine: str) -> Verdict:
    """That the engine decides the same, or gave up before it knew. Raises `DisagreementError` where it does not."""
    second: Decision | EvaluationError
    try:
        second = policy.answer(subject, policy.derive(dict(rows), engine))
    except WorkLimitError as error:
        return Verdict(False, error.rows)
    except EvaluationError as error:
        second = error
    if second != decision:
        raise DisagreementError(engine, decision, second)
    return Verdict(True)
