"""What an explanation says: plain frozen data, the same for the same request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..decision import Decision
from ..language.core import Value


@dataclass(frozen=True, slots=True, order=True)
class UsedFact:
    """A given fact that a rule rests on: `name`(`subject`, *`values`). A subject: the applicant, a friend, a device."""

    subject: str
    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that fired, and why.

    `kind`, `weight`, `section`: as the pack registers the rule. `reason_zh`, `reason_en`: every placeholder filled in.
    `line`: of `file`, from 1, where the clause begins. `facts`: the given facts it rests on, also those behind derived
    relations, sorted. `values`: of the clause's variables, in their raw unit (fen, not yuan).
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


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision, the same as `Policy.decide` gives, and the rules that fired, sorted by id."""

    decision: Decision
    rules: tuple[FiredRule, ...]
