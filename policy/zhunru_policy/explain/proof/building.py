"""Proofs from a trace: nodes for a goal and, breadth first, for what it rests on, within limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType

from ...engines.traced.tracing import Fact, Firing, Trace
from ...ir.core import Absent, Compare, Match
from ...pack.vocabulary import GIVEN
from ..budget import Pace
from ..disclosure.audience import OF_OTHERS, UNDISCLOSED, Applicant
from ..explanation import UsedFact
from ..goals import Absence, Goal
from ..prepared import Book
from ..why_not.absences import Course, Stage
from ..why_not.probing import End
from .clauses import ClauseView, Line
from .completeness import Completeness
from .groups import group_of
from .heights import Heights
from .model import MOST_SHOWN, AbsenceNode, Attempt, DerivedNode, GivenNode, Group, Node, Premise, Proof, goals_of


class Builder:
    """Builds proofs about one request. `subject`: the applicant. `reader`: the applicant too, who is not told all.

    `pace`: how far they go, a bounded way if it is not said.
    """

    def __init__(
        self,
        book: Book,
        trace: Trace,
        subject: str,
        reader: Applicant | None = None,
        heights: Heights | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.book = book
        self._period = book.period(trace.tables.period)
        self.trace = trace
        self.subject = subject
        self.reader = reader
        self.heights = heights or Heights(trace, book.ways, self._period.heights)
        self.pace = pace or Pace()
        self._complete = Completeness(book, trace, self.pace)
        self._unseen: list[Fact] = []
        self._unshown: list[Goal] = []

    def build(self, root: Goal, *, depth: int | None = None, size: int | None = None) -> Proof:
        """`depth`: levels below the root, `size`: nodes, at most; None for all."""
        nodes: dict[Goal, Node] = {}
        start = root if self.reader is None else self.reader.veil(root)
        seen: set[Goal] = {start}
        level: list[Goal] = [start]
        self._unseen = []
        truncated = False
        self.pace.start()
        while level and not truncated:
            deeper: list[Goal] = []
            for goal in level:
                if (size is not None and len(nodes) >= size) or (nodes and self.pace.is_spent()):
                    truncated = True
                    break
                self._unshown = []
                node = self.node(goal) if self.reader is None else self._node_for_reader(goal)
                below = goals_of(node)
                if self.reader is None:
                    nodes[goal] = node
                    below += self._unshown
                else:
                    nodes[self.reader.masked(goal)] = self.reader.mask(node)
                for other in below:
                    if other not in seen:
                        seen.add(other)
                        deeper.append(other)
            level = deeper
            truncated = truncated or (depth is not None and depth <= 0 and bool(level))
            depth = None if depth is None else depth - 1
        cited: Iterable[UsedFact] = self._cited((*seen, *self._unseen))
        if self.reader is not None:
            root, cited = self.reader.masked(self.reader.veil(root)), self.reader.cited(cited)
        return Proof(root, MappingProxyType(nodes), truncated or self.pace.cuts > 0, tuple(cited))

    def _node_for_reader(self, goal: Goal) -> Node:
        assert self.reader is not None
        if not isinstance(goal, Absence) and goal in (UNDISCLOSED, OF_OTHERS):
            return self.reader.withheld_node(goal)
        return self.reader.prune(self.node(goal))

    def node(self, goal: Goal) -> Node:
        if isinstance(goal, Absence):
            return self._absence(goal)
        if goal[0] in self.book.tracer.fixed:
            return self._period.node(goal, self._given_or_derived)
        return self._given_or_derived(goal)

    def _given_or_derived(self, fact: Fact) -> Node:
        return self._given(fact) if self.trace.is_stated(fact) else self._derived(fact)

    def _given(self, fact: Fact) -> GivenNode:
        file, line = self.book.places.get(fact, ("", 0))
        return GivenNode(fact, self.book.relations[fact[0]], self.book.source_of(fact, self.subject), file, line)

    def _cited(self, goals: Iterable[Goal]) -> list[UsedFact]:
        """The request's facts among the goals; an input that was given, perhaps as an empty list, has no values."""
        found: set[UsedFact] = set()
        inputs = self.book.subject_inputs
        for goal in goals:
            if isinstance(goal, Absence):
                continue
            relation, row = goal
            if relation in inputs:
                found.add(UsedFact(str(row[0]), relation, row[1:]))
            elif relation == GIVEN:
                found.add(UsedFact(str(row[0]), str(row[1]), ()))
        return sorted(found)

    # ── what holds ───────────────────────────────────────────────────────────────────────────────

    def _derived(self, fact: Fact) -> DerivedNode:
        firing = self.heights.best(fact)
        index, values, _ = firing
        view = self.book.views[index]
        return DerivedNode(
            fact,
            self.book.relations[fact[0]],
            view.clause,
            view.values_of(values),
            view.measures,
            self.heights.of(fact),
            view.premises(values, lambda line: self._groups(view, line, firing)),
        )

    def _groups(self, view: ClauseView, line: Line, firing: Firing) -> tuple[Group, ...]:
        _, values, groups = firing
        outer = dict(zip(view.traced.variables, values, strict=True))
        folds = self.book.ways.folds[firing[0]]
        return tuple(
            group_of(
                view, folds[at], values, groups[at], self._only(view, folds[at], outer, groups[at]), self._leave_out
            )
            for at in line.folds
        )

    # ── what does not hold ───────────────────────────────────────────────────────────────────────

    def _absence(self, goal: Absence) -> AbsenceNode:
        rows = sorted(row for row in self.trace.matching(goal.relation, goal.pattern) if goal.means(row))
        besides = tuple([(goal.relation, row) for row in rows[:MOST_SHOWN]])
        if rows[MOST_SHOWN:]:
            self._leave_out((goal.relation, row) for row in rows[MOST_SHOWN:])
        attempts: list[Attempt] = []
        rest, cuts = 0, self.pace.cuts
        for course, ends in self._complete.attempts(goal):
            for end in ends:
                if end.stage == course.last:
                    self._unshown += self._complete.of_end(course, end)
                    continue
                if len(attempts) < MOST_SHOWN:
                    attempts.append(self._attempt(course, end))
                else:
                    rest += 1
                    self._leave_out_attempt(self._attempt(course, end))
        instead = () if rows else self._instead(goal)
        rest += self.pace.cuts > cuts
        return AbsenceNode(goal, self.book.relations[goal.relation], besides, instead, tuple(attempts), rest)

    def _instead(self, goal: Absence) -> tuple[Fact, ...]:
        """What was given of an input about the same subject."""
        if goal.relation not in self.book.subject_inputs or goal.pattern[0] is None:
            return ()
        rows = self.trace.matching(goal.relation, (goal.pattern[0], *(None for _ in goal.pattern[1:])))
        return tuple([(goal.relation, row) for row in sorted(rows)[:MOST_SHOWN]])

    def _attempt(self, course: Course, end: End) -> Attempt:
        values, view = end.values, course.view
        stage = course.stage(end.stage)
        if stage.attempt is not None and not end.fault:
            return stage.attempt(values)
        only: dict[str, list[Goal]] = {}
        if stage.closing:
            for goal in self._complete.of_end(course, end):
                only.setdefault(goal.relation, []).append(goal)
        premises = [
            Premise(
                lead.sentence,
                True,
                ((lead.relation, self._complete.row(lead.relation, lead.get(values))),),
                only=tuple(only.pop(lead.relation, ())),
            )
            for lead in stage.leading
        ]
        others = tuple(goal for goals in only.values() for goal in goals) if only else ()
        premises.append(self._failing(course, stage, end, others))
        variables = {name: values[at] for name, at in course.written if at < len(values)}
        return Attempt(view.clause, variables, view.measures, tuple(premises))

    def _failing(self, course: Course, stage: Stage, end: End, only: tuple[Goal, ...]) -> Premise:
        assert stage.sentence is not None
        groups: tuple[Group, ...] = ()
        if stage.folds:
            groups = tuple(self._group_of_end(course, place, stage, end) for place in range(len(stage.folds)))
        got = stage.get(end.values) if not end.fault else (None, None)
        match stage.step:
            case Match(relation=relation):
                return Premise(stage.sentence, False, (Absence(relation, got),), groups=groups, only=only)
            case Absent(relation=relation):
                rows = self.trace.matching(relation, got)
                row = rows[0] if len(rows) == 1 else min(rows, key=lambda row: (self.heights.of((relation, row)), row))
                return Premise(stage.sentence, False, ((relation, row),), groups=groups, only=only)
            case Compare():
                return Premise(stage.sentence, False, (), got[0], got[1], groups, only, fault=end.fault)
            case _:
                result = groups[-1].result if groups else None
                return Premise(stage.sentence, False, right=result, groups=groups, only=only)

    def _group_of_end(self, course: Course, place: int, stage: Stage, end: End) -> Group:
        at, fold = stage.folds[place]
        outer = dict(zip(course.probe.variables, end.values, strict=False))
        only = self._only(course.view, fold, outer, end.groups[at])
        return group_of(course.view, fold, end.values, end.groups[at], only, self._leave_out)

    # ── what is counted but not shown ────────────────────────────────────────────────────────────

    def _only(self, view: ClauseView, fold, outer, members) -> Iterator[Goal]:
        step = fold.scope.fold
        best = None
        if step.op in ("min", "max") and members:
            best = (min if step.op == "min" else max)(member[2] for member in members)
        return self._complete.of_fold(view, step, outer, best)

    def _leave_out(self, facts: Iterable[Fact]) -> None:
        """Given facts are cited without a node; what is derived has a node all the same, which tells its premises."""
        for fact in facts:
            (self._unseen if self.trace.is_stated(fact) else self._unshown).append(fact)

    def _leave_out_attempt(self, attempt: Attempt) -> None:
        for premise in attempt.premises:
            for goal in premise.rests_on:
                if isinstance(goal, Absence):
                    self._unshown.append(goal)
                else:
                    self._leave_out([goal])
