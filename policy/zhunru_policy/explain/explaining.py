"""A request explained, in as much detail as is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..answers import build
from ..decision import Decision
from ..facts import About, Facts
from ..language.core import Row
from .against import AgainstBuilder
from .audience import Applicant
from .book import Book
from .building import Builder
from .explanation import Audience, Detail, Explanation, FiredRule, PrincipalReason
from .goals import Absence, Goal, read_goal
from .principal import MOST_FOR_APPLICANT, Principal
from .proof import Proof
from .reasons import Reasons
from .tracing import Trace
from .verifying import verify_decision

if TYPE_CHECKING:
    from ..policy import Policy


def explain(
    policy: Policy,
    book: Book,
    subject: str,
    facts: Facts,
    about: About | None,
    *,
    as_of: date,
    detail: Detail = "reasons",
    audience: Audience = "auditor",
    goal: str | None = None,
    depth: int | None = None,
    size: int | None = None,
    verify: str | None = None,
) -> Explanation:
    """See `Policy.explain`."""
    asked = _Request(policy, book, subject, facts, about, as_of, audience)
    whole, rules = asked.reasons()
    verified = None if verify is None else verify_decision(policy, subject, asked.rows, whole, verify)
    decision = whole if asked.reader is None else asked.reader.decision(whole)
    told = Explanation(decision, rules, audience, verified=verified, withheld=decision != whole)
    if detail == "reasons" and goal is None:
        return told
    return replace(
        told,
        principal=asked.principal(whole.outcome),
        proof=asked.proof(whole.outcome, goal, depth, size),
        why_not=MappingProxyType(asked.why_not(whole, depth, size) if detail == "full" else {}),
    )


class _Request:
    """One request, traced when something needs the trace."""

    def __init__(
        self,
        policy: Policy,
        book: Book,
        subject: str,
        facts: Facts,
        about: About | None,
        as_of: date,
        audience: Audience,
    ) -> None:
        from ..policy import period_of

        self._policy = policy
        self._book = book
        self._subject = subject
        self._asked = facts, about, as_of
        self._period = book.period(period_of(as_of))
        self.reader = Applicant(book, subject) if audience == "applicant" else None

    @cached_property
    def rows(self) -> dict[str, list[Row]]:
        facts, about, as_of = self._asked
        return self._policy.request_rows(self._subject, facts, about, as_of=as_of)

    @cached_property
    def _trace(self) -> Trace:
        return self._book.tracer.trace(self._period.tables, self.rows, self._policy.derive)

    @cached_property
    def _builder(self) -> Builder:
        return Builder(self._book, self._trace, self._subject, self.reader)

    @cached_property
    def _against(self) -> AgainstBuilder:
        return AgainstBuilder(self._book, self._trace, self._subject, self.reader, self._builder.heights)

    def reasons(self) -> tuple[Decision, tuple[FiredRule, ...]]:
        """The decision, and the rules that fired as the reader is told them."""
        decision = build(self._subject, self._policy.parts, self._trace.relations, self._policy.version)
        reasons = Reasons(self._book, self._trace, self._subject, self._builder.heights, self.reader)
        fired = (rule_id for rule_id in decision.rules_fired if self._may_tell(rule_id))
        return decision, tuple(reasons.fired(rule_id) for rule_id in fired)

    def _may_tell(self, rule_id: str) -> bool:
        return self.reader is None or self.reader.may_know(rule_id)

    def principal(self, outcome: str) -> tuple[PrincipalReason, ...]:
        found = Principal(self._against).reasons(outcome)
        return found if self.reader is None else found[:MOST_FOR_APPLICANT]

    def proof(self, outcome: str, goal: str | None, depth: int | None, size: int | None) -> Proof:
        """Of the outcome, or of what is asked: as a fact where it holds, else why it does not."""
        root: Goal = self._policy.parts["outcome"], (self._subject, outcome)
        if goal is not None:
            root = asked = read_goal(goal, self._policy.core)
            if None not in asked.pattern:
                rows = self._trace.matching(asked.relation, asked.pattern)
                root = (asked.relation, rows[0]) if rows else asked
        builder = self._against if isinstance(root, Absence) else self._builder
        return builder.build(root, depth=depth, size=size)

    def why_not(self, decision: Decision, depth: int | None, size: int | None) -> dict[str, Proof]:
        """For each rule with words against it that did not fire, why not."""
        found: dict[str, Proof] = {}
        for rule_id in sorted(self._book.rulebook.with_words_against - set(decision.rules_fired)):
            if self._may_tell(rule_id):
                view = self._book.clauses_of[rule_id][0]
                goal = Absence(view.traced.rule.relation, self._book.form_of(view, self._subject))
                found[rule_id] = self._against.build(goal, depth=depth, size=size)
        return found
