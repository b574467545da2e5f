"""Ask a Zhunru (准入) service who may open a consumer credit line, and why.

from zhunru import Client
with Client("127.0.0.1:50051") as client:
    decision = client.evaluate("a1", {"age": 30, "payment_score": 612, "whitelisted": [202611]})
    print(decision.outcome, decision.rules_fired)
"""

from .answers import Decision, Explanation, FiredRule, Offer, Product, Result, UsedFact
from .async_client import AsyncClient
from .client import Client
from .errors import (
    DeadlineExceeded,
    InvalidRequest,
    RuleFailed,
    ServiceFault,
    TooLarge,
    Unavailable,
    Violation,
    ZhunruError,
)
from .requests import Applicant

__all__ = [
    "Applicant",
    "AsyncClient",
    "Client",
    "DeadlineExceeded",
    "Decision",
    "Explanation",
    "FiredRule",
    "InvalidRequest",
    "Offer",
    "Product",
    "Result",
    "RuleFailed",
    "ServiceFault",
    "TooLarge",
    "Unavailable",
    "UsedFact",
    "Violation",
    "ZhunruError",
]
