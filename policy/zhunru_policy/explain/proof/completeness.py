"""What shows that nothing else belongs: an aggregate or a failed attempt speaks of all rows, not of those it names.

Facts that a way matched were all there were only if no other clause gives another one. Where every clause that could
give one has given what it can, there is nothing to show, and no absence is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...engines.traced.tracing import Pattern, Trace
from ...ir.core import Absent, Fold, Match, Value, Var
from ..budget import OutOfStepsError, Pace
from ..goals import Absence, Goal, Limit
from ..prepared import Book
from ..why_not.absences import Course
from ..why_not.probing import End
from .clauses import ClauseView, Row

#: Absences, each resting on the next, that are asked for what they say; one after that many is told in any case.
MOST_NESTED = 30


class Completeness:
    """`pace` bounds how many ways are followed, and is told where there may be more."""

    def __init__(self, book: Book, trace: Trace, pace: Pace) -> None:
        self._book = book
        self._trace = trace
        self._pace = pace
        self._told: dict[Absence, bool] = {}
        self._nested = 0
        self._ends: dict[tuple[int, Row], list[End]] = {}

    def ends(self, course: Course, values: Row) -> list[End]:
        """The probe's answer, asked once; as far as it came where that is too much."""
        key = id(course), values
        found = self._ends.get(key)
        if found is None:
            found = []
            try:
                course.probe.run(self._trace, values, found, self._pace)
                self._ends[key] = found
            except OutOfStepsError:
                self._pace.cuts += 1
            found.sort()
        return found

    def of_end(self, course: Course, end: End, limit: tuple[str, Limit] | None = None) -> Iterator[Absence]:
        """The absences of other rows than those a way matched. `limit`: a variable, and which values of it matter."""
        for closing in course.stage(end.stage).closing:
            place = closing.targets.get(limit[0]) if limit is not None else None
            own = None if limit is None or place is None else Limit(place, limit[1].op, limit[1].value)
            goal = Absence(closing.relation, closing.get(end.values), own)
            if self.is_told(goal):
                yield goal

    def of_fold(self, view: ClauseView, fold: Fold, outer: dict[str, Value], result: int | None) -> Iterator[Goal]:
        """What shows that an aggregate ran over all there was, as far as more would change its result."""
        course = self._book.absences.of_fold(view, fold)
        if not course.rests_on_others:
            return
        limit = _limit(fold, result)
        for end in self.ends(course, tuple([outer[name] for name in sorted(fold.outer)])):
            yield from self.of_end(course, end, limit)
            if end.stage < course.last:
                yield from self._of_failure(course, end)

    def _of_failure(self, course: Course, end: End) -> Iterator[Goal]:
        stage = course.stage(end.stage)
        form: Pattern = stage.get(end.values)
        if isinstance(stage.step, Match) and self._book.is_changeable(stage.step.relation):
            yield Absence(stage.step.relation, form)
        elif isinstance(stage.step, Absent) and stage.step.relation not in self._book.tracer.fixed:
            yield stage.step.relation, min(self._trace.matching(stage.step.relation, form))  # type: ignore[type-var]
        for lead in stage.leading:
            if self._book.is_changeable(lead.relation):
                yield lead.relation, self.row(lead.relation, lead.get(end.values))

    def row(self, relation: str, form: Pattern) -> Row:
        """The least row of a form, of which there is one."""
        if None not in form:
            return form  # type: ignore[return-value]
        return min(self._trace.matching(relation, form))  # type: ignore[type-var]

    def is_told(self, goal: Absence) -> bool:
        """Whether the absence says anything: some clause fails, or rests on something that must be shown in turn."""
        told = self._told.get(goal)
        if told is None:
            if self._nested == MOST_NESTED:
                return True
            cuts = self._pace.cuts
            self._told[goal] = False  # a relation that rests on itself adds nothing to what its other clauses say
            self._nested += 1
            told = any(self._says(course, ends) for course, ends in self.attempts(goal))
            self._nested -= 1
            told = self._told[goal] = told or self._pace.cuts > cuts
        return told

    def _says(self, course: Course, ends: Sequence[End]) -> bool:
        return any(end.stage < course.last or any(True for _ in self.of_end(course, end)) for end in ends)

    def attempts(self, goal: Absence) -> Iterator[tuple[Course, list[End]]]:
        """The clauses that could give what is absent, with every way through them."""
        for form in self._book.absences.forms(goal):
            start = form.start(goal)
            if start is not None:
                yield form.course, self.ends(form.course, start)


def _limit(fold: Fold, result: int | None) -> tuple[str, Limit] | None:
    """For min and max, only rows with a better target matter; the place is that of the match it stands in."""
    if fold.op not in ("min", "max") or result is None or not isinstance(fold.target, Var):
        return None
    return fold.target.name, Limit(0, "<" if fold.op == "min" else ">", result)
