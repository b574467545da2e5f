"""How the clauses that could give what is absent fail, made ready for each form in which absences are asked for.

A form is a relation and the places of which values are known. For each clause of the relation there is a probe, and for
each stage at which it can end the premises that tell why, with their values still to be filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from ...engines.traced.tracing import Pattern, Tracer
from ...ir import code
from ...ir.code import Code, constant, name
from ...ir.core import Absent, Compare, Const, Fold, Match, Step, Term, Var, step_variables
from ..goals import Absence
from ..proof.clauses import (
    MAKERS,
    VALUES,
    ClauseView,
    Getter,
    Row,
    getter,
    goal_code,
    is_written,
    made_function,
    mapping_code,
    premise_code,
    row_code,
    sides,
    value_code,
)
from ..proof.groups import FoldView, fold_view
from ..proof.model import Attempt, Sentence
from .probing import Probe


class Prepared(Protocol):
    """What is asked of a book: its rules as they are traced and read."""

    @property
    def tracer(self) -> Tracer: ...

    @property
    def views(self) -> Mapping[int, ClauseView]: ...

    def is_changeable(self, relation: str) -> bool: ...


class Leading(NamedTuple):
    """A match that leads to the values on which a way fails. `is_form`: `get` gives a pattern, for it has a `_`."""

    sentence: Sentence
    relation: str
    terms: tuple[Term, ...]
    get: Getter
    is_form: bool


class Closing(NamedTuple):
    """A match whose other rows must be shown to be absent. `targets`: places of variables, by name."""

    relation: str
    get: Getter
    targets: dict[str, int]


@dataclass(frozen=True)
class Stage:
    """What to tell of ways that end here. `step`: the one that fails, None behind the last. `folds`: those of its
    literal, with their places among the groups of an end. `attempt`: all of it from an end's values, where these alone
    decide and the step has values.
    """

    step: Step | None
    sentence: Sentence | None
    get: Getter
    leading: tuple[Leading, ...]
    closing: tuple[Closing, ...]
    folds: tuple[tuple[int, FoldView], ...]
    attempt: Callable[[Row], Attempt] | None = None


class Course:
    """A probe with what to tell of each of its stages. `bound`: the variables that have values at the start.

    `rests_on_others`: on derived rows or on the absence of rows, so that there is more to show than what was given.
    """

    def __init__(self, book: Prepared, view: ClauseView, steps: Sequence[Step], bound: Sequence[str]) -> None:
        self.view = view
        self.probe = Probe(steps, bound, book.tracer)
        self.written = tuple(sorted((name, at) for at, name in enumerate(self.probe.variables) if is_written(name)))
        self.rests_on_others = any(
            book.is_changeable(step.relation)
            if isinstance(step, Match)
            else isinstance(step, Absent) and step.relation not in book.tracer.fixed
            for step in steps
        )
        self._book = book
        self._stages: dict[int, Stage] = {}
        self._bound = frozenset(bound)

    @property
    def last(self) -> int:
        return len(self.probe.steps)

    def stage(self, number: int) -> Stage:
        if number not in self._stages:
            self._stages[number] = self._make(number)
        return self._stages[number]

    def _make(self, number: int) -> Stage:
        stage = self._bare(number)
        return replace(stage, attempt=self._attempt(number, stage))

    def _attempt(self, number: int, stage: Stage) -> Callable[[Row], Attempt] | None:
        """The attempt as one function."""
        known = self.probe.variables[: self.probe.known[number]]
        if stage.closing or stage.folds or any(lead.is_form for lead in stage.leading):
            return None
        nothing = code.row([code.NONE, code.NONE])
        parts = []
        for at, lead in enumerate(stage.leading):
            sentence = code.attribute(code.item(name("leading"), constant(at)), "sentence")
            goals = goal_code(lead.relation, row_code(lead.terms, known), is_absent=False)
            parts.append(premise_code(sentence, True, goals, nothing, code.row([])))
        goals, sides = code.row([]), nothing
        match stage.step:
            case Match(relation=relation, terms=terms):
                goals = goal_code(relation, row_code(terms, known), is_absent=True)
            case Absent(relation=relation, terms=terms) if all(isinstance(term, (Const, Var)) for term in terms):
                goals = goal_code(relation, row_code(terms, known), is_absent=False)
            case Compare():
                sides = code.call("get", VALUES)
            case _:
                return None
        parts.append(premise_code(name("sentence"), False, goals, sides, code.row([])))
        written = mapping_code((variable, at) for variable, at in self.written if at < len(known))
        attempt = code.call("Attempt", name("clause"), written, name("measures"), code.row(parts))
        held = {"Attempt": Attempt, "clause": self.view.clause, "measures": self.view.measures}
        held |= {"leading": stage.leading, "sentence": stage.sentence, "get": stage.get}
        return made_function(("v",), attempt, held | MAKERS)

    def _bare(self, number: int) -> Stage:
        known = self.probe.variables[: self.probe.known[number]]
        step = self.probe.steps[number] if number < self.last else None
        passed = self.probe.steps[:number]
        return Stage(
            step,
            None if step is None else self.view.sentence_of(step),
            self._get(step, known),
            tuple(self._leading(step, passed, known)) if step is not None else (),
            tuple(self._closing(passed)),
            tuple(self._folds(number, step)),
        )

    def _get(self, step: Step | None, known: Sequence[str]) -> Getter:
        match step:
            case Match(terms=terms) | Absent(terms=terms):
                return getter(terms, known)
            case Compare():
                return sides(step, known)
            case _:
                return lambda _: ()

    def _leading(self, failing: Step, passed: Sequence[Step], known: Sequence[str]) -> Iterator[Leading]:
        wanted = set(step_variables(failing)) - self._bound
        found: list[Match] = []
        for number in range(len(passed) - 1, -1, -1):
            step = passed[number]
            bound = self.probe.variables[self.probe.known[number] : self.probe.known[number + 1]]
            if not wanted.isdisjoint(bound):
                wanted |= step_variables(step) - self._bound
                if isinstance(step, Match):
                    found.append(step)
        for step in reversed(found):
            is_form = not all(isinstance(term, (Const, Var)) for term in step.terms)
            yield Leading(self.view.sentence_of(step), step.relation, step.terms, getter(step.terms, known), is_form)

    def _closing(self, passed: Sequence[Step]) -> Iterator[Closing]:
        for number, step in enumerate(passed):
            if isinstance(step, Match) and self._book.is_changeable(step.relation):
                known = self.probe.variables[: self.probe.known[number]]
                get = getter(step.terms, known)
                targets = {t.name: at for at, t in enumerate(step.terms) if isinstance(t, Var) and t.name not in known}
                if targets or not all(isinstance(term, (Const, Var)) for term in step.terms):
                    yield Closing(step.relation, get, targets)

    def _folds(self, number: int, step: Step | None) -> Iterator[tuple[int, FoldView]]:
        """The folds to tell of: those in the literal that fails."""
        if step is None:
            return
        line = self.view.line_of(step)
        spans = {self.view.traced.folds[place].fold.span for place in line.folds}
        known = self.probe.variables[: self.probe.known[number]]
        for place, scope in enumerate(self.probe.scopes):
            if scope.fold.span in spans and self.probe.steps.index(scope.fold) <= number:
                yield place, fold_view(scope, known)


class Form:
    """A clause asked for what is absent in some form."""

    def __init__(self, book: Prepared, view: ClauseView, asked: tuple[bool, ...]) -> None:
        head = view.traced.rule.head
        first: dict[str, int] = {}
        tests: list[Code] = []
        self._fixed_places = {at: term.value for at, term in enumerate(head) if isinstance(term, Const)}
        computed: list[Step] = []
        for place, (term, is_asked) in enumerate(zip(head, asked, strict=True)):
            if not is_asked:
                continue
            if isinstance(term, Const):
                tests.append(code.compare("=", value_code(place), constant(term.value)))
            elif isinstance(term, Var) and term.name in first:
                tests.append(code.compare("=", value_code(first[term.name]), value_code(place)))
            elif isinstance(term, Var):
                first[term.name] = place
            else:
                name = f"0={place}"  # what the goal asks of an expression
                first[name] = place
                computed.append(Compare("=", term, Var(name), view.traced.rule.span))
        start = code.row([value_code(place) for place in first.values()])
        begun = code.choice(code.every(tests), start, code.NONE) if tests else start
        self._start: Callable[[Pattern], Row | None] = made_function(("v",), begun)
        self.course = Course(book, view, (*view.traced.rule.body, *computed), tuple(first))

    def start(self, goal: Absence) -> Row | None:
        """The values with which the probe begins; None where the head can't be of the goal's form."""
        limit = goal.limit
        if limit is not None and not limit.admits(self._fixed_places.get(limit.place, limit.nearest)):
            return None
        return self._start(goal.pattern)


class Absences:
    """The forms of one book."""

    def __init__(self, book: Prepared) -> None:
        self._book = book
        self._forms: dict[tuple[str, tuple[bool, ...]], list[Form]] = {}
        self._folds: dict[int, Course] = {}

    def forms(self, goal: Absence) -> list[Form]:
        asked = tuple([value is not None for value in goal.pattern])
        key = goal.relation, asked
        if key not in self._forms:
            rules = self._book.tracer.by_relation.get(goal.relation, ())
            self._forms[key] = [Form(self._book, self._book.views[rule.rule.index], asked) for rule in rules]
        return self._forms[key]

    def of_fold(self, view: ClauseView, fold: Fold) -> Course:
        """The course through a fold's body."""
        if id(fold) not in self._folds:
            self._folds[id(fold)] = Course(self._book, view, fold.body, sorted(fold.outer))
        return self._folds[id(fold)]
