"""Where rows come from that must not hold together: the clauses and the facts of the pack in which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from ..engines import WORK_LIMIT
from ..engines.reference import Assignment, Evaluation, evaluate
from ..errors import WorkLimitError
from ..ir.core import Const, CoreProgram, Match, Row, Rows, Rule, Value, Var
from ..ir.order import plan
from ..language import syntax
from ..language.arithmetic import ArithmeticFault, constant_value

Fact = tuple[str, Row]
Place = tuple[str, int]

MOST_LEVELS = 8
MOST_WAYS = 100
"""How far below the rows one looks for a difference, and at how many ways in which a rule gives one of them."""


def fact_places(program: syntax.Program) -> dict[Fact, Place]:
    """Where a program's own facts stand: file and line."""
    found: dict[Fact, Place] = {}
    for clause in program.clauses:
        if clause.body is None:
            atom = clause.heads[0].atom
            row = tuple(value for each in atom.arguments if (value := constant_value(each)) is not None)
            found.setdefault((atom.relation, row), (clause.span.file, clause.span.line))
    return found


def origins(
    core: CoreProgram, program: syntax.Program, derived: Rows, relation: str, rows: Sequence[Row]
) -> list[tuple[Place, ...]]:
    """For each row the places of what gives it and not the others, as near to it as they differ; where they never do,
    of the clauses that give it. Empty for what the request gave, and where looking takes too long.
    """
    search = _Search(core, fact_places(program), derived)
    level: list[set[Fact]] = [{(relation, row)} for row in rows]
    nearest: list[tuple[Place, ...]] = []
    try:
        for _ in range(MOST_LEVELS):
            told = [set(search.places(facts)) for facts in level]
            nearest = nearest or [tuple(sorted(places)) for places in told]
            own = [places.difference(*(other for other in told if other is not places)) for places in told]
            if all(own):
                return [tuple(sorted(places)) for places in own]
            level = [set(search.premises(facts)) for facts in level]
    except WorkLimitError:
        pass
    return nearest or [()] * len(rows)


class _Search:
    def __init__(self, core: CoreProgram, stated: Mapping[Fact, Place], derived: Rows) -> None:
        self._stated = stated
        self._evaluation = Evaluation(core, derived, WORK_LIMIT)
        self._rules: dict[str, list[Rule]] = {}
        for rule in core.rules:
            self._rules.setdefault(rule.relation, []).append(rule)

    def places(self, facts: Iterable[Fact]) -> Iterator[Place]:
        for fact in facts:
            if fact in self._stated:
                yield self._stated[fact]
            for rule in self._rules.get(fact[0], ()):
                if next(self._ways(rule, fact[1]), None) is not None:
                    yield rule.span.file, rule.span.line

    def premises(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        for relation, row in facts:
            for rule in self._rules.get(relation, ()):
                for values in islice(self._ways(rule, row), MOST_WAYS):
                    for step in rule.body:
                        if isinstance(step, Match):
                            found = self._evaluation.lookup(step.relation, step.terms, values)
                            yield from ((step.relation, premise) for premise in found)

    def _ways(self, rule: Rule, row: Row) -> Iterator[Mapping[str, Value]]:
        """The assignments under which a rule gives a row."""
        if any(isinstance(term, Const) and term.value != value for term, value in zip(rule.head, row, strict=True)):
            return
        start = {term.name: value for term, value in zip(rule.head, row, strict=True) if isinstance(term, Var)}
        steps = plan(rule.body, frozenset(start), exact=True)
        for values, _, fault in self._evaluation.solve(steps, Assignment(start, frozenset(), "")):
            try:
                if not fault and tuple(evaluate(term, values) for term in rule.head) == row:
                    yield values
            except ArithmeticFault:
                continue
