"""Why a decision is what it is: rules that fired, proofs, reasons against, and what would have to change.

tracing      what holds for a request, with every way in which it was derived
building     proofs from a trace; `against` tells every literal that fails
principal    why the outcome is no better
recourse     the smallest change after which it would be (asked for by itself)
"""

from .explanation import Audience, Detail, Explanation, FiredRule, PrincipalReason, UsedFact, Verdict
from .prepared import Book
from .proof.model import Proof
from .request import explain
from .second_opinion import DisagreementError

__all__ = [
    "Audience",
    "Book",
    "Detail",
    "DisagreementError",
    "Explanation",
    "FiredRule",
    "PrincipalReason",
    "Proof",
    "UsedFact",
    "Verdict",
    "explain",
]
