"""How much one request may hold. What passes a bound is answered RESOURCE_EXHAUSTED before any rule runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one request; each is the most that is taken.

    `message_bytes`: of a request or an answer on the wire. `batch_applicants`: in one EvaluateBatch.
    `relation_rows`: of one predicate of one subject. `subjects`: other subjects about one applicant. `proof_nodes`: of
    each proof in an explanation; what is beyond is asked for by its node. `explain_seconds`: that explaining may take.
    """

    message_bytes: int = 8 * 2**20
    batch_applicants: int = 1_000
    relation_rows: int = 10_000
    subjects: int = 10_000
    proof_nodes: int = 2_000
    explain_seconds: float = 10.0
