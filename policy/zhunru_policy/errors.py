"""Everything that can go wrong in the policy package.

ZhunruError
├── PolicyError          a rule text or a pack is refused; carries every diagnostic
├── FactError            a request's fact is refused; names the fact
├── QuestionError        what is asked about it can't be; names the part of the question
└── EvaluationError      a rule failed on the facts given
    ├── RuleArithmeticError    division by zero or 64-bit overflow; names the rule
    ├── WorkLimitError         the bound on work was reached
    └── AnswerError            the rules gave no outcome, or more than one
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .diagnostics import Diagnostic
    from .language.syntax import Span


class ZhunruError(Exception):
    """The root of what this package raises on purpose."""


class PolicyError(ZhunruError):
    """A rule text, or a pack of them, that must not serve. `diagnostics` holds every error, in file order."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class FactError(ZhunruError):
    """A fact that the policy can't take. `fact` is its path: `payments[2]`, or `b1.payment_score` for another
    subject.
    """

    def __init__(self, fact: str, message: str) -> None:
        self.fact = fact
        self.message = message
        super().__init__(f"`{fact}`: {message}")


class QuestionError(ZhunruError):
    """What can't be asked of a policy. `part`: of the question, `goal` or `wish`."""

    def __init__(self, part: str, message: str) -> None:
        self.part = part
        self.message = message
        super().__init__(f"{part}: {message}")


class EvaluationError(ZhunruError):
    """A rule failed. Nothing was decided: a failing rule is never skipped."""


class RuleArithmeticError(EvaluationError):
    """Division by zero, or a result beyond 64 bits. `rule` is the clause's place, `file:line:column`."""

    def __init__(self, rule: Span, reason: str, rule_id: str = "") -> None:
        self.rule = rule
        self.reason = reason
        self.rule_id = rule_id
        named = f" of `{rule_id}`" if rule_id else ""
        super().__init__(f"{rule}: rule{named} failed: {reason}")


class WorkLimitError(EvaluationError):
    """The bound on work for one call was reached; the program may never end on these facts.

    `rows`: that were looked at until then, where an engine tells.
    """

    def __init__(self, message: str, rows: int = 0) -> None:
        self.rows = rows
        super().__init__(message)


class AnswerError(EvaluationError):
    """The rules left a part of the answer open, or gave two values for it: `rows`, without their subject."""

    def __init__(self, message: str, part: str = "", rows: Sequence[tuple[int | str, ...]] = ()) -> None:
        self.part = part
        self.rows = tuple(rows)
        super().__init__(message)
