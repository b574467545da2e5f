"""Ask a Zhunru (准入) service who may open a consumer credit line, and why.

from zhunru import Client
with Client("127.0.0.1:50051") as client:
    decision = client.evaluate("a1", {"age": 30, "payment_score": 612, "whitelisted": [202611]})
    print(decision.outcome, decision.rules_fired)
"""

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
from .explanation import Explanation
from .model.answers import Decision, Offer, Product, Result
from .model.explanations import Blocker, Change, Counterfactual, FiredRule, PrincipalReason, Recourse
from .model.proofs import Proof, Quantity, UsedFact
from .wire.requests import Applicant

__all__ = [
    "Applicant",
    "AsyncClient",
    "Blocker",
    "Change",
    "Client",
    "Counterfactual",
    "DeadlineExceeded",
    "Decision",
    "Explanation",
    "FiredRule",
    "InvalidRequest",
    "Offer",
    "PrincipalReason",
    "Product",
    "Proof",
    "Quantity",
    "Recourse",
    "Result",
    "RuleFailed",
    "ServiceFault",
    "TooLarge",
    "Unavailable",
    "UsedFact",
    "Violation",
    "ZhunruError",
]
