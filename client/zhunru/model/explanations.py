"""What `explain` answers, as plain frozen data, and as text, JSON, Mermaid and a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .answers import Decision
from .proofs import Language, Proof, Quantity, UsedFact

Verdict = Literal["same", "bound", "other"]


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that fired, why (in Chinese and English), where it stands, and what it used.

    `kind`, `weight`: words of the policy's. `section`: of the source document. `line`: of `file`, from 1. `facts`:
    those given. `values`: of the rule's variables, by name. `others`: how many facts about others it used, by name,
    where the reader is told the number alone.
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
    values: Mapping[str, int | str]
    others: Mapping[str, int] = field(default_factory=dict)

    def reason(self, language: Language) -> str:
        """In the language, or in the other where the answer was asked for in that alone."""
        return _told(self.reason_zh, self.reason_en, language)


@dataclass(frozen=True, slots=True)
class PrincipalReason:
    """Why the outcome is no better: a rule that fired, one that did not, or a required fact that is missing.

    `id`: the rule's; empty for a missing fact (then `fact` names it), and for the general reason that stands for rules
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

    def reason(self, language: Language) -> str:
        """In the language, or in the other where the answer was asked for in that alone."""
        return _told(self.reason_zh, self.reason_en, language)


@dataclass(frozen=True, slots=True)
class Change:
    """One fact's change, or that of a sum over several.

    `fact`: empty where the reader is not told it. `key`: tells one row of a relation from another, or what a sum is
    told for. `column`: what changes. `before`: None where it was not given. `steps`: the distance in the fact's own
    steps. `total`: the predicate that sums the column up, where the change is the sum's; `facts`: how many facts then
    change.
    """

    fact: str
    key: tuple[int | str, ...]
    column: str
    before: Quantity | None
    after: Quantity | None
    steps: int
    text_zh: str
    text_en: str
    total: str = ""
    facts: int = 1

    def text(self, language: Language) -> str:
        """In words."""
        return _told(self.text_zh, self.text_en, language)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Changes, all of them together, after which the outcome is `outcome`; the wish then holds."""

    changes: tuple[Change, ...]
    outcome: str
    steps: int


@dataclass(frozen=True, slots=True)
class Blocker:
    """A fact that no change in the applicant's power gets around. `fact`: empty where the reader is not told it."""

    fact: str
    value: Quantity | None
    text_zh: str
    text_en: str

    def text(self, language: Language) -> str:
        """In words."""
        return _told(self.text_zh, self.text_en, language)


@dataclass(frozen=True, slots=True)
class Recourse:
    """What would have to change for a wished outcome, at least: fewest facts first, then fewest steps.

    `wish`: the outcomes wished for, or the part of the decision that stands for them (`qualifies`: the next whitelist,
    where an invitation is not in the applicant's power). `blockers`: what no change in the applicant's power gets
    around: where there is no answer, or where the answers are for such a part alone. `complete`: False
    where time ran out before all answers were found; those that are there are the least all the same.
    """

    wish: tuple[str, ...]
    counterfactuals: tuple[Counterfactual, ...]
    blockers: tuple[Blocker, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision, the same as `evaluate` gives, and why.

    `rules`: those that fired, sorted by id. `principal`: why the outcome is no better, the weightiest first, then the
    nearest. `proof`: of the outcome, or of the goal. `why_not`: by rule id, of those that might have helped and did not
    fire. `recourse`: what would have to change; None where it was not asked, there was no time, or these rules can't be
    solved for it. `verified`: True where a second engine decided the same, False where it decided nothing, None where
    it was not asked. `verdict`: `same`, or `bound` where it reached the bound on its work after `judged_rows` rows and
    operations; `other` where this SDK does not know the word. `withheld`: there are rules or facts that the reader is
    not told. `truncated`: a limit on depth, size or time was reached.
    """

    decision: Decision
    rules: tuple[FiredRule, ...]
    principal: tuple[PrincipalReason, ...] = ()
    proof: Proof | None = None
    why_not: Mapping[str, Proof] = field(default_factory=dict)
    recourse: Recourse | None = None
    verified: bool | None = None
    withheld: bool = False
    truncated: bool = False
    verdict: Verdict | None = None
    judged_rows: int = 0


def _told(zh: str, en: str, language: Language) -> str:
    return (en or zh) if language == "en" else (zh or en)
