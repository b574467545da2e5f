"""A request explained, in as much detail as is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import cast

from ..engines.traced.tracing import Fact, Trace
from ..ir.core import Row
from ..pack.decision import Decision
from ..pack.facts import About, Facts, period_of
from ..pack.policy import DecidingPolicy
from .budget import Pace
from .disclosure.audience import Applicant
from .explanation import Audience, Detail, Explanation, FiredRule, PrincipalReason, Verdict
from .fired import Reasons
from .goals import Absence, Goal, read_goal
from .prepared import Book
from .proof.building import Builder
from .proof.model import Proof
from .recourse.asked import Asked
from .recourse.counterfactual import Recourse
from .second_opinion import judge_decision
from .why_not.against import AgainstBuilder
from .why_not.principal import MOST_FOR_APPLICANT, Principal


def explain(
    policy: DecidingPolicy,
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
    wish: str | None = None,
    verify: str | None = None,
    left: Callable[[], float] | None = None,
) -> Explanation:
    """See `Policy.explain`."""
    pace = Pace(left)
    asked = _Request(policy, book, subject, facts, about, as_of, audience, pace)
    whole, rules = asked.reasons()
    decision = whole if asked.reader is None else asked.reader.decision(whole)
    told = Explanation(decision, rules, audience, withheld=decision != whole)
    # In the order of their worth: where time runs out, what is ready is told.
    for part, tell in _parts(asked, whole, detail, goal, wish, (depth, size), verify, left):
        if left is not None and left() <= 0:
            return replace(told, out_of_time=True)
        told = replace(told, **{part: tell()})
        if pace.out_of_time or (part == "principal" and pace.cuts):  # a proof says itself where it was cut
            told = replace(told, out_of_time=True)
    return told


def _parts(
    asked: _Request,
    decision: Decision,
    detail: Detail,
    goal: str | None,
    wish: str | None,
    limits: tuple[int | None, int | None],
    verify: str | None,
    left: Callable[[], float] | None,
) -> Iterator[tuple[str, Callable[[], object]]]:
    """The parts of an explanation by name, each made when it is called."""
    if verify is not None:
        yield "verdict", lambda: asked.verdict(decision, verify)
    if detail != "reasons" or goal is not None:
        yield "principal", lambda: asked.principal(decision.outcome)
        yield "proof", lambda: asked.proof(decision.outcome, goal, *limits)
    if detail == "full":
        yield "why_not", lambda: asked.why_not(decision, *limits)
        yield "recourse", lambda: asked.recourse(wish, left)


class _Request:
    """One request, traced when something needs the trace."""

    def __init__(
        self,
        policy: DecidingPolicy,
        book: Book,
        subject: str,
        facts: Facts,
        about: About | None,
        as_of: date,
        audience: Audience,
        pace: Pace | None = None,
    ) -> None:
        self._policy = policy
        self._book = book
        self._subject = subject
        self._asked = facts, about, as_of
        self._pace = pace or Pace()
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
        return Builder(self._book, self._trace, self._subject, self.reader, pace=self._pace)

    @cached_property
    def _against(self) -> AgainstBuilder:
        heights = self._builder.heights
        return AgainstBuilder(self._book, self._trace, self._subject, self.reader, heights, self._pace)

    @cached_property
    def _decision(self) -> Decision:
        return self._policy.answer(self._subject, self._trace.relations)

    def reasons(self) -> tuple[Decision, tuple[FiredRule, ...]]:
        """The decision, and the rules that fired as the reader is told them."""
        decision = self._decision
        reasons = Reasons(self._book, self._trace, self._subject, self._builder.heights, self.reader)
        fired = (rule_id for rule_id in decision.rules_fired if self._may_tell(rule_id))
        return decision, tuple(rule for rule_id in fired if (rule := reasons.fired(rule_id)) is not None)

    def verdict(self, decision: Decision, engine: str) -> Verdict:
        return judge_decision(self._policy, self._subject, self.rows, decision, engine)

    def _may_tell(self, rule_id: str) -> bool:
        return self.reader is None or self.reader.may_know(rule_id)

    def principal(self, outcome: str) -> tuple[PrincipalReason, ...]:
        self._pace.start()
        found = Principal(self._against).reasons(outcome)
        return found if self.reader is None else found[:MOST_FOR_APPLICANT]

    def proof(self, outcome: str, goal: str | None, depth: int | None, size: int | None) -> Proof:
        """Of the outcome, or of what is asked: as a fact where it holds, else why it does not.

        An absence is proved by the first literal that fails of each clause; asked about as a fact, all that fail are
        told.
        """
        if goal is None:
            root: Goal = self._policy.parts["outcome"], (self._subject, outcome)
            return self._builder.build(root, depth=depth, size=size)
        absence = read_goal(goal, self._policy.core)
        fact = cast("Fact", (absence.relation, absence.pattern))
        if None not in absence.pattern and self._trace.holds(fact):
            return self._builder.build(fact, depth=depth, size=size)
        builder = self._builder if goal.lstrip().startswith("!") else self._against
        return builder.build(absence, depth=depth, size=size)

    def why_not(self, decision: Decision, depth: int | None, size: int | None) -> Mapping[str, Proof]:
        """For each rule with words against it that did not fire, why not."""
        found: dict[str, Proof] = {}
        for rule_id in sorted(self._book.rulebook.with_words_against - set(decision.rules_fired)):
            if self._pace.out_of_time:
                break
            if self._may_tell(rule_id):
                view = self._book.clauses_of[rule_id][0]
                goal = Absence(view.traced.rule.relation, self._book.form_of(view, self._subject))
                found[rule_id] = self._against.build(goal, depth=depth, size=size)
        return MappingProxyType(found)

    def recourse(self, wish: str | None, left: Callable[[], float] | None) -> Recourse | None:
        """None where the solver is not installed, or the rules are beyond it."""
        try:
            from .recourse.search import BeyondSolverError, recourse_of
        except ModuleNotFoundError as error:
            if error.name != "z3":
                raise
            return None
        from .disclosure.recourse import for_applicant

        facts, about, as_of = self._asked
        try:
            asked = Asked(self._subject, facts, about, as_of, self.rows, self._trace.relations, self._decision)
            found = recourse_of(self._policy, asked, wish, left=left)
        except BeyondSolverError:
            return None
        return found if self.reader is None else for_applicant(found, self._book, self._subject)
