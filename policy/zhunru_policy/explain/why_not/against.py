"""Why not: for what does not hold, every clause that could have given it, and in each all the literals that fail.

Each failing literal says how far it is from holding, or which fact is missing, or leads to why another relation does
not hold. Were all failing literals of one attempt true, for some values of the variables that have none, the fact would
hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...engines.reference import evaluate
from ...engines.traced.tracing import Trace, pattern
from ...ir.core import Absent, Compare, Expr, Fold, Match, Step, Value, expression_variables, step_variables
from ...language.arithmetic import ArithmeticFault
from ..budget import OutOfStepsError, Pace
from ..disclosure.audience import Applicant
from ..goals import Absence, Goal
from ..prepared import Book
from ..proof.building import Builder
from ..proof.clauses import ClauseView
from ..proof.groups import fold_view, group_of
from ..proof.heights import Heights
from ..proof.model import MOST_SHOWN, AbsenceNode, Attempt, Group, Premise, Sentence
from .distance import distance
from .searching import Env, Search, Way


class AgainstBuilder(Builder):
    """Builds reasons against; what holds is proved as in any proof."""

    def __init__(
        self,
        book: Book,
        trace: Trace,
        subject: str,
        reader: Applicant | None = None,
        heights: Heights | None = None,
        pace: Pace | None = None,
    ) -> None:
        super().__init__(book, trace, subject, reader, heights, pace)
        self.search = Search(trace, self.pace)

    def _absence(self, goal: Absence) -> AbsenceNode:
        node = super()._absence(goal) if not self.book.is_derived(goal.relation) else None
        if node is not None:
            return node
        rows = sorted(row for row in self.trace.matching(goal.relation, goal.pattern) if goal.means(row))
        cuts = self.pace.cuts
        failed = [(view, way) for view, ways in self.failing(goal) for way in ways]
        rest = len(failed[MOST_SHOWN:]) + (self.pace.cuts > cuts)
        besides = tuple((goal.relation, row) for row in rows[:MOST_SHOWN])
        shown = tuple(self.attempt(view, way) for view, way in failed[:MOST_SHOWN])
        return AbsenceNode(goal, self.book.relations[goal.relation], besides, (), shown, rest)

    def failing(self, goal: Absence) -> Iterator[tuple[ClauseView, list[Way]]]:
        """The clauses that could give what is absent, each with its ways to fail, the best first."""
        for traced in self.book.tracer.by_relation.get(goal.relation, ()):
            ways = self.search.failing_ways(traced, goal)
            if ways is not None:
                yield self.book.views[traced.rule.index], ways

    def attempt(self, view: ClauseView, way: Way) -> Attempt:
        premises = [self._held(view, step, way) for step in _leading(way)]
        premises += [self._fails(view, step, way, fault) for step, fault in way.failing]
        premises += [self._fails(view, step, way, "") for step in way.open]
        variables = {name: way.values[name] for name, _ in view.written if name in way.values}
        return Attempt(view.clause, variables, view.measures, tuple(premises))

    def _held(self, view: ClauseView, step: Match, way: Way) -> Premise:
        row = min(self.trace.matching(step.relation, pattern(step.terms, way.values)))  # type: ignore[type-var]
        return Premise(view.line_of(step).sentence, True, ((step.relation, row),))

    def _fails(self, view: ClauseView, step: Step, way: Way, fault: str) -> Premise:
        sentence = view.sentence_of(step)
        match step:
            case Match(relation=relation, terms=terms):
                return self._not_given(sentence, Absence(relation, pattern(terms, way.values)))
            case Absent(relation=relation, terms=terms):
                rows = sorted(self.trace.matching(relation, pattern(terms, way.values)))
                goals: tuple[Goal, ...] = tuple((relation, row) for row in rows[:MOST_SHOWN])
                return Premise(sentence, False, goals)
            case Compare():
                left, right = _value(step.left, way.values), _value(step.right, way.values)
                away = None
                if left is not None and right is not None and not fault:
                    away = distance(step, way.values, self.book.fixed_variables[view.traced.rule.index])
                groups = self._groups_of_step(view, step, way.values)
                return Premise(sentence, False, (), left, right, groups, distance=away, fault=fault)
            case Fold(variable=variable):
                groups = self._groups_of_step(view, step, way.values)
                result = groups[0].result if groups else None
                return Premise(sentence, False, (), way.values.get(variable.name), result, groups, fault=fault)
            case _:
                raise AssertionError(f"no step of a way: {step}")

    def _groups_of_step(self, view: ClauseView, step: Step, values: Env) -> tuple[Group, ...]:
        """The groups of a literal's folds, as far as the variables that they read have values."""
        names, row = tuple(values), tuple(values.values())
        found: list[Group] = []
        for place in view.line_of(step).folds:
            scope = view.traced.folds[place]
            if scope.fold.outer <= values.keys():
                try:
                    members = self.search.group(scope, values)
                except ArithmeticFault:  # an aggregate without a value has no group to tell of
                    continue
                except OutOfStepsError:
                    self.pace.cuts += 1
                    continue
                found.append(group_of(view, fold_view(scope, names), row, members, (), self._leave_out))
        return tuple(found)

    def _not_given(self, sentence: Sentence, goal: Absence) -> Premise:
        """A match that fails. Where one fact of an input was given that differs in one value, that is compared."""
        differing: list[tuple[int, Value, Value]] = []
        if goal.relation in self.book.subject_inputs and goal.pattern[0] is not None:
            rows = self.trace.matching(goal.relation, (goal.pattern[0], *(None for _ in goal.pattern[1:])))
            if len(rows) == 1:
                pairs = enumerate(zip(goal.pattern, rows[0], strict=True))
                differing = [(at, wanted, own) for at, (wanted, own) in pairs if wanted is not None and wanted != own]
        if len(differing) != 1:
            return Premise(sentence, False, (goal,))
        ((at, wanted, own),) = differing
        away = abs(wanted - own) if isinstance(wanted, int) and isinstance(own, int) else None
        relation = self.book.relations[goal.relation]
        compared = sentence._replace(op="=", measure=relation.measures[at], private=(at in relation.private, False))
        return Premise(compared, False, (goal,), own, wanted, distance=away)


def _value(side: Expr, values: Env) -> Value | None:
    if not values.keys() >= set(expression_variables(side)):
        return None
    try:
        return evaluate(side, values)
    except ArithmeticFault:
        return None


def _leading(way: Way) -> list[Match]:
    """The matches of a way that lead to the values on which it fails, in the order in which they were taken."""
    known = way.known
    bound: list[tuple[Step, frozenset[str]]] = []
    for step in way.passed:
        bound.append((step, step_variables(step) - known))
        known |= step_variables(step)
    wanted = {name for step in (*(step for step, _ in way.failing), *way.open) for name in step_variables(step)}
    found: list[Match] = []
    for step, names in reversed(bound):
        if not wanted.isdisjoint(names):
            wanted |= step_variables(step)
            if isinstance(step, Match):
                found.append(step)
    return found[::-1]
