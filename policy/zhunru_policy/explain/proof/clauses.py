"""The clauses of a policy as people read them, by the index of the rule that each alternative became.

What a clause's premises look like is worked out once; filling in the values of a firing is then a few look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from ...engines.reference import evaluate
from ...engines.traced.source import TracedRule
from ...ir import code, python
from ...ir.code import Code, constant, name
from ...ir.core import Absent, Compare, Const, Fold, Match, Step, Term, Value, Var, expression_variables
from ...language import syntax
from ...language.normal import alternatives
from ...language.printer import print_expression, print_item, print_literal
from ...language.syntax import Span
from ...pack.policy import PolicyData
from ...pack.units import PLAIN, Measure, Measures
from ..disclosure.privacy import Privacy
from ..goals import Absence
from .model import Clause, Group, Premise, PremiseKind, Sentence

Row = tuple[Value, ...]
Getter = Callable[[Row], tuple]


@dataclass(frozen=True, slots=True)
class Line:
    """A literal with the step that it became, None for an aggregate in the head. `folds`: places in the rule's folds.

    `get`: from a firing's values, a match's row or an absence's pattern.
    """

    sentence: Sentence
    main: Match | Absent | Compare | None
    folds: tuple[int, ...]
    get: Getter


@dataclass(frozen=True)
class ClauseView:
    """A rule with its text. `measures`: of its variables. `written`: those in the text, with their places."""

    traced: TracedRule
    clause: Clause
    lines: tuple[Line, ...]
    measures: Mapping[str, Measure]
    fold_texts: Mapping[Span, str]
    head: Sentence

    @cached_property
    def premises(self) -> Callable[[Row, Callable[[Line], tuple[Group, ...]]], tuple[Premise, ...]]:
        """The literals as premises under a firing's values. The function it is given makes a line's groups."""
        parts: list[Code] = []
        for at, line in enumerate(self.lines):
            one = code.item(name("lines"), constant(at))
            goals, sides = code.row([]), code.row([code.NONE, code.NONE])
            if isinstance(line.main, (Match, Absent)):
                values = row_code(line.main.terms, self.traced.variables)
                goals = goal_code(line.main.relation, values, is_absent=isinstance(line.main, Absent))
            else:
                sides = code.call(code.attribute(one, "get"), VALUES)
            groups = code.call("groups", one) if line.folds else code.row([])
            parts.append(premise_code(code.attribute(one, "sentence"), True, goals, sides, groups))
        return made_function(("v", "groups"), code.row(parts), {"lines": self.lines, **MAKERS})

    @cached_property
    def values_of(self) -> Callable[[Row], dict[str, Value]]:
        """The values of the variables in the text, by name, from a firing's."""
        return made_function(("v",), mapping_code(self.written))

    @cached_property
    def written(self) -> tuple[tuple[str, int], ...]:
        return tuple(sorted((name, at) for at, name in enumerate(self.traced.variables) if is_written(name)))

    def measure(self, term: object) -> Measure:
        """The measure of a variable, a plain one for anything else."""
        return self.measures.get(term.name, PLAIN) if isinstance(term, Var) else PLAIN

    def line_of(self, step: Step) -> Line:
        """The literal that a step stands in; for what is asked of the head's expressions, the head itself."""
        for line in self.lines:
            if line.main is not None and _within(step.span, line.main.span):
                return line
        return Line(self.head, None, (), lambda _: ())

    def sentence_of(self, step: Step) -> Sentence:
        """What is said of a step; a comparison's sides are measured alike, as a side that is a variable is."""
        line = self.line_of(step)
        if not isinstance(step, Compare) or step is line.main:
            return line.sentence
        private = _private_sides(step, self.clause)
        return line.sentence._replace(kind="constraint", op=step.op, measure=self.measure_of(step), private=private)

    def measure_of(self, step: Compare) -> Measure:
        measures = [self.measure(side) for side in (step.left, step.right)]
        return next((measure for measure in measures if not measure.is_plain), PLAIN)


#: What the functions below read: values in the order of some variables.
VALUES = name("v")


def getter(terms: Sequence[Term | object], variables: Sequence[str]) -> Getter:
    """A function from values, in the order of the variables, to those of the terms; None for what they don't hold."""
    return made_function(("v",), row_code(terms, variables))


def made_function(parameters: Sequence[str], value: Code, known: Mapping[str, object] = MappingProxyType({})) -> Any:
    """`lambda parameters: value`."""
    return python.evaluated([code.function(parameters, value)], known)[0]


def row_code(terms: Sequence[Term | object], variables: Sequence[str]) -> Code:
    """What `getter` computes."""
    places = {variable: at for at, variable in reversed(list(enumerate(variables)))}
    return code.row([_term_code(term, places) for term in terms])


def _term_code(term: Term | object, places: Mapping[str, int]) -> Code:
    if isinstance(term, Const):
        return constant(term.value)
    return value_code(places[term.name]) if isinstance(term, Var) and term.name in places else code.NONE


def value_code(at: int) -> Code:
    return code.item(VALUES, constant(at))


def mapping_code(written: Iterable[tuple[str, int]]) -> Code:
    """Values by the names of their variables."""
    found = tuple(written)
    return code.mapping([constant(variable) for variable, _ in found], [value_code(at) for _, at in found])


#: What premises are made by. A named tuple is made without its own, slower, constructor.
MAKERS = {"new": tuple.__new__, "Premise": Premise, "Absence": Absence}


def goal_code(relation: str, values: Code, *, is_absent: bool) -> Code:
    """A premise's goals, one alone; `values`: a fact's row or an absence's pattern."""
    if is_absent:
        return code.row([code.call("new", name("Absence"), code.row([constant(relation), values, code.NONE]))])
    return code.row([fact_code(relation, values)])


def fact_code(relation: str, values: Code) -> Code:
    return code.row([constant(relation), values])


def premise_code(sentence: Code, holds: bool, goals: Code, sides: Code, groups: Code) -> Code:
    """A premise from its parts; it has no other absences, distance or fault. `sides`: a pair."""
    before = [sentence, constant(holds), goals, code.star(sides), groups]
    return code.call("new", name("Premise"), code.row([*before, code.row([]), code.NONE, constant("")]))


def sides(step: Compare, variables: Sequence[str]) -> Getter:
    """A function from values to the two sides of a comparison, which have values."""
    if all(isinstance(side, (Var, Const)) for side in (step.left, step.right)):
        return getter((step.left, step.right), variables)

    def get(values: Row) -> tuple:
        env = dict(zip(variables, values, strict=False))
        return evaluate(step.left, env), evaluate(step.right, env)

    return get


def views(
    policy: PolicyData, rules: Mapping[int, TracedRule], measures: Measures, privacy: Privacy
) -> dict[int, ClauseView]:
    found: dict[int, ClauseView] = {}
    for clause, parts in _by_clause(policy.vocabulary.program, rules):
        shared = measures.of_variables([traced.rule for traced in parts])
        bodies = [()] if clause.body is None else alternatives(clause.body)
        for traced in parts:
            head, literals = clause.heads[traced.rule.place[0]], bodies[traced.rule.place[1]]
            private = privacy.variables[traced.rule.index]
            place = clause.span.file, clause.span.line
            columns = tuple(term.name if isinstance(term, Var) else "" for term in traced.rule.head)
            stated = Clause(*_id_of(policy, traced), *place, print_item(clause), columns, private)
            found[traced.rule.index] = _view(traced, stated, head.atom, literals, shared)
    return found


def _view(
    traced: TracedRule,
    clause: Clause,
    head: syntax.Atom,
    literals: Sequence[syntax.Body],
    measures: Mapping[str, Measure],
) -> ClauseView:
    shown = {name: measures[name] for name in traced.variables if name in measures}
    view = ClauseView(
        traced,
        clause,
        (),
        shown,
        dict(_fold_texts(head, literals)),
        Sentence(print_literal(head), "constraint", "", PLAIN),
    )
    lines = []
    for text, main, folds in _parts(traced.body, head, literals):
        measure = view.measure_of(main) if isinstance(main, Compare) else PLAIN
        private = _private_sides(main, clause) if isinstance(main, Compare) else (False, False)
        sentence = Sentence(text, _kind(main, folds), main.op if isinstance(main, Compare) else "", measure, private)
        lines.append(Line(sentence, main, folds, _get(main, traced.variables)))
    return ClauseView(traced, clause, tuple(lines), shown, view.fold_texts, view.head)


def _private_sides(step: Compare, clause: Clause) -> tuple[bool, bool]:
    left, right = (not clause.private.isdisjoint(expression_variables(side)) for side in (step.left, step.right))
    return left, right


def _get(main: Match | Absent | Compare | None, variables: Sequence[str]) -> Getter:
    match main:
        case Match(terms=terms) | Absent(terms=terms):
            return getter(terms, variables)
        case Compare() as step:
            return sides(step, variables)
        case None:
            return lambda _: (None, None)


def _kind(main: Match | Absent | Compare | None, folds: Sequence[int]) -> PremiseKind:
    if isinstance(main, Match):
        return "fact"
    if isinstance(main, Absent):
        return "absence"
    return "aggregate" if folds else "constraint"


def is_written(name: str) -> bool:
    """Whether a variable stands in the rule's text; lowering makes others, whose names begin with a digit."""
    return not name[0].isdigit() and "'" not in name


def _id_of(policy: PolicyData, traced: TracedRule) -> tuple[str, str]:
    """The registered rule that a clause belongs to, and its section; empty texts for a clause of no rule."""
    declared = policy.vocabulary.declared.get(traced.rule.relation)
    if declared is not None and declared.notes.values.get("role") == "rule":
        for term in traced.rule.head:
            if isinstance(term, Const) and term.value in policy.registry:
                registered = policy.registry[str(term.value)]
                return registered.id, registered.section
    return "", ""


def _by_clause(
    program: syntax.Program, rules: Mapping[int, TracedRule]
) -> Iterator[tuple[syntax.Clause, list[TracedRule]]]:
    """Each clause with the rules it was lowered to: for each head, each alternative of its body."""
    by_span: dict[Span, list[TracedRule]] = {}
    for index in sorted(rules):
        by_span.setdefault(rules[index].rule.span, []).append(rules[index])
    for clause in program.clauses:
        if clause.span in by_span:
            yield clause, by_span[clause.span]


def _parts(
    steps: Sequence[Step], head: syntax.Atom, literals: Sequence[syntax.Body]
) -> Iterator[tuple[str, Match | Absent | Compare | None, tuple[int, ...]]]:
    """The literals in the order of the text, each with the steps it became. An aggregate in the head comes first."""
    folds = [step for step in steps if isinstance(step, Fold)]
    in_head = tuple(at for at, step in enumerate(folds) if _within(step.span, head.span))
    if in_head:
        yield print_literal(head), None, in_head
    for literal in literals:
        main = next(s for s in steps if isinstance(s, (Match, Absent, Compare)) and s.span == literal.span)
        own = tuple(at for at, step in enumerate(folds) if _within(step.span, literal.span))
        yield print_literal(literal), main, own


def _fold_texts(head: syntax.Atom, literals: Sequence[syntax.Body]) -> Iterator[tuple[Span, str]]:
    pending: list[syntax.Body] = [head, *literals]
    while pending:
        for leaf in syntax.body_leaves(pending.pop()):
            for expression in syntax.leaf_expressions(leaf):
                for part in syntax.expression_parts(expression):
                    if isinstance(part, syntax.Aggregate):
                        yield part.span, print_expression(part)
                        pending.append(part.body)


def _within(inner: Span, outer: Span) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
