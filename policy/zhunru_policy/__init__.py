"""Zhunru's deciding core: rules as Datalog, engines that agree, and explanations. Pure: no clock, no network.

from zhunru_policy import load_pack
policy = load_pack("weilidai")
decision = policy.decide("a1", {"age": 30, …}, as_of=date(2026, 11, 24))
"""

from .diagnostics import Diagnostic
from .errors import (
    AnswerError,
    EvaluationError,
    FactError,
    PolicyError,
    QuestionError,
    RuleArithmeticError,
    WorkLimitError,
    ZhunruError,
)
from .loader import load_pack
from .pack.decision import Decision, Offer
from .policy import Policy

__all__ = [
    "AnswerError",
    "Decision",
    "Diagnostic",
    "EvaluationError",
    "FactError",
    "Offer",
    "Policy",
    "PolicyError",
    "QuestionError",
    "RuleArithmeticError",
    "WorkLimitError",
    "ZhunruError",
    "load_pack",
]
