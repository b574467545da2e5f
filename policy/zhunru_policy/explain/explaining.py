"""A request explained, in as much detail as is asked for."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..answers import build
from ..decision import Decision
from ..facts import About, Facts
from .against import AgainstBuilder
from .audience import Applicant
from .book import Book
from .building import Builder
from .explanation import Audience, Detail, Explanation
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
    rows = policy.request_rows(subject, facts, about, as_of=as_of)
    trace = book.tracer.trace(book.tables(as_of), rows, policy.derive)
    decision = build(subject, policy.parts, trace.relations, policy.version)
    verified = None if verify is None else verify_decision(policy, subject, rows, decision, verify)
    reader = Applicant(book, subject) if audience == "applicant" else None
    whole = decision
    if reader is not None:
        decision = reader.decision(decision)
    builder = Builder(book, trace, subject, reader)
    reasons = Reasons(book, trace, subject, builder.heights, reader)
    rules = tuple(reasons.fired(rule_id) for rule_id in decision.rules_fired)
    withheld = decision != whole
    if detail == "reasons" and goal is None:
        return Explanation(decision, rules, audience, verified=verified, withheld=withheld)
    against = AgainstBuilder(book, trace, subject, reader)
    principal = Principal(against).reasons(decision.outcome)
    if reader is not None:
        principal = principal[:MOST_FOR_APPLICANT]
    root: Goal = (policy.parts["outcome"], (subject, decision.outcome)) if goal is None else _goal(book, trace, goal)
    proof = (against if isinstance(root, Absence) else builder).build(root, depth=depth, size=size)
    why_not = _why_not(book, against, decision, depth, size) if detail == "full" else {}
    return Explanation(
        decision,
        rules,
        audience,
        principal,
        proof,
        MappingProxyType(why_not),
        verified=verified,
        withheld=withheld,
    )


def _goal(book: Book, trace: Trace, text: str) -> Goal:
    """What is asked, as a fact where it holds, else as its absence."""
    goal = read_goal(text, book.policy.core)
    rows = trace.matching(goal.relation, goal.pattern)
    return (goal.relation, rows[0]) if None not in goal.pattern and rows else goal


def _why_not(
    book: Book, against: AgainstBuilder, decision: Decision, depth: int | None, size: int | None
) -> dict[str, Proof]:
    """For each rule with words against it that did not fire, why not."""
    found: dict[str, Proof] = {}
    for rule_id in sorted(book.rulebook.with_words_against - set(decision.rules_fired)):
        if against.reader is not None and not against.reader.may_know(rule_id):
            continue
        view = book.clauses_of[rule_id][0]
        goal = Absence(view.traced.rule.relation, book.form_of(view, against.subject))
        found[rule_id] = against.build(goal, depth=depth, size=size)
    return found
