"""Everything the SDK raises on purpose. Each message says what to do next.

    ZhunruError
    ├── InvalidRequest      something given can't be taken: `violations` names it. Mend it; trying again is no use
    ├── TooLarge            more than the service takes at once. Send less
    ├── RuleFailed          a rule failed on these facts; nothing was decided. Tell the policy's owners
    ├── Unavailable         no answer from the service, also after retries. Try again later
    ├── DeadlineExceeded    no answer in time. Allow more, or ask about less at once
    └── ServiceFault        a fault of the service: `error_id` finds it in its log. Tell its owners

A refusal of an applicant is a decision, never an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """What can't be taken. `field`: `as_of`, `subject`, `facts.payments[2].channel`, `about.b1.payment_score` …"""

    field: str
    description: str

    def __str__(self) -> str:
        return f"`{self.field}`: {self.description}"


class ZhunruError(Exception):
    """The root of the SDK's errors."""


class InvalidRequest(ZhunruError):
    """Something given can't be taken, by the SDK or by the service; nothing was decided."""

    def __init__(self, message: str, violations: Sequence[Violation] = ()) -> None:
        self.violations = tuple(violations)
        super().__init__(message)

    @classmethod
    def of(cls, field: str, description: str) -> InvalidRequest:
        violation = Violation(field, description)
        return cls(str(violation), [violation])


class TooLarge(ZhunruError):
    """The request passes a bound of the service's: its bytes, applicants, rows, or the work that it makes."""


class RuleFailed(ZhunruError):
    """A rule failed on these facts (a division by zero, say), so nothing was decided."""


class Unavailable(ZhunruError):
    """The service could not be reached, or is ending, and retries did not help."""


class DeadlineExceeded(ZhunruError):
    """The answer did not come in time. Whether the service decided is not known; asking again is safe."""


class ServiceFault(ZhunruError):
    """A fault of the service, not of the request. `error_id` is "" where the service could not give one."""

    def __init__(self, message: str, error_id: str = "") -> None:
        self.error_id = error_id
        super().__init__(message)
