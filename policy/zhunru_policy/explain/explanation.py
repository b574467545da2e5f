"""What an explanation says: plain frozen data, the same for the same request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from ..ir.core import Value
from ..pack.decision import Decision
from .proof.model import Proof, UsedFact
from .recourse.counterfactual import Recourse

Audience = Literal["auditor", "applicant"]
Detail = Literal["reasons", "proof", "full"]


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that fired, and why.

    `kind`, `weight`, `section`: as the pack registers the rule. `reason_zh`, `reason_en`: every placeholder filled in.
    `line`: of `file`, from 1, where the clause begins. `facts`: the given facts it rests on, also those behind derived
    relations, sorted. `values`: of the clause's variables, in their raw unit (fen, not yuan). `others`: how many facts
    about others it rests on, by name, where the reader is told the number alone.
    """

    id: str
    kind: str
    weight: str
    section: str
    reason_zh: str
    reason_en: str
    file: str
    line: int
    facts: tuple[UsedFact, ...]
    values: Mapping[str, Value]
    others: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PrincipalReason:
    """Why the outcome is no better: a rule that fired, one that did not, or a required fact that is missing.

    `id`: the rule's; empty for a missing fact (then `fact` names it) and for the general reason that stands for rules
    not disclosed. `distance`: the least whole units of a fact until the reason is gone; None where no number decides.
    """

    id: str
    kind: str
    weight: str
    section: str
    reason_zh: str
    reason_en: str
    distance: int | None
    fact: str = ""


class Verdict(NamedTuple):
    """The second engine's. `same`: it decided the same; else it decided nothing, since it reached the bound on its work
    after `rows` rows and operations. One that decides otherwise is a `DisagreementError`.
    """

    same: bool
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision, the same as `Policy.decide` gives, and why.

    `rules`: those that fired, sorted by id. `principal`: why the outcome is no better, the weightiest first, then the
    nearest; at most four for an applicant. `proof`: of the outcome, or of what was asked. `why_not`: for each rule that
    might have helped and did not fire, by id. `verdict`: of the second engine; None where it was not
    asked. `recourse`: what would have to change, None where it was not asked, z3 is not installed, or the rules are
    beyond it. `withheld`: there are rules or facts that the reader is not told. `out_of_time`: parts are missing, or
    not whole, for which there was no time. `truncated`: a limit was reached, on depth, size or time.
    """

    decision: Decision
    rules: tuple[FiredRule, ...]
    audience: Audience = "auditor"
    principal: tuple[PrincipalReason, ...] = ()
    proof: Proof | None = None
    why_not: Mapping[str, Proof] = field(default_factory=lambda: MappingProxyType({}))
    recourse: Recourse | None = None
    verdict: Verdict | None = None
    withheld: bool = False
    out_of_time: bool = False

    @property
    def verified(self) -> bool | None:
        """Whether the second engine decided the same; None where it was not asked."""
        return None if self.verdict is None else self.verdict.same

    @property
    def judged_rows(self) -> int:
        """Rows and operations after which the second engine reached the bound on its work; 0 where it did not."""
        return 0 if self.verdict is None else self.verdict.rows

    @property
    def truncated(self) -> bool:
        cut = any(proof.truncated for proof in (self.proof, *self.why_not.values()) if proof is not None)
        return cut or self.out_of_time or (self.recourse is not None and not self.recourse.complete)
