"""What the rules compare a request's values with: constants in the text, and values of the pack's tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice, product

from ..engines import reference
from ..ir.core import (
    Absent,
    Anything,
    Assign,
    Compare,
    Const,
    CoreProgram,
    Expr,
    Fold,
    Match,
    Operation,
    Row,
    Rule,
    Step,
    Value,
    Var,
    expression_variables,
    steps_within,
)
from ..language.arithmetic import ArithmeticFault
from ..pack.vocabulary import PERIOD
from ..policy import Policy

#: A column: a relation and a place in it, from 0.
Place = tuple[str, int]
#: Values of an expression over tables that are looked at.
MOST_VALUES = 1_000


def compared(policy: Policy, periods: Iterable[int]) -> Mapping[Place, set[Value]]:
    """For each column of an input, the values that rules compare it with, directly or behind other relations.

    `periods`: in which the tables are looked up, since parameters have other values in others.
    """
    reading = _Reading(policy.core, _tables(policy, periods))
    grown = len(policy.core.relations)
    while grown:
        grown = sum(map(reading.grows_by, policy.core.rules))
    return reading.met


def _tables(policy: Policy, periods: Iterable[int]) -> dict[str, set[Row]]:
    """The rows of each relation that no request reaches, in any of the periods."""
    reached = set(policy.core.inputs) - {PERIOD}
    for stratum in policy.core.strata:
        steps = (step for rule in stratum.rules for step in steps_within(rule.body))
        if any(getattr(step, "relation", None) in reached for step in steps):
            reached |= stratum.relations
    tables: dict[str, set[Row]] = {}
    for period in periods:
        for name, rows in policy.derive({PERIOD: [(period,)]}).items():
            if name not in reached:
                tables.setdefault(name, set()).update(rows)
    return tables


class _Reading:
    """Which input columns flow into which columns of derived relations, and what each input column meets."""

    def __init__(self, core: CoreProgram, tables: Mapping[str, set[Row]]) -> None:
        self._tables = tables
        self._sources: dict[Place, set[Place]] = {
            (name, at): {(name, at)}
            for name in core.inputs
            if name != PERIOD
            for at in range(core.relations[name].arity)
        }
        self.met: dict[Place, set[Value]] = {place: set() for place in self._sources}

    def grows_by(self, rule: Rule) -> bool:
        """Reads a rule; says whether a derived column has new sources."""
        steps = list(steps_within(rule.body))
        scope = _Scope(self._tables, self._sources, steps)
        for step in steps:
            for left, right in _equated(step):
                self._meet(scope.sources(left), scope.values(right))
                self._meet(scope.sources(right), scope.values(left))
            if isinstance(step, (Match, Absent)):
                for at, term in enumerate(step.terms):
                    if not isinstance(term, Anything):
                        self._meet(self._sources.get((step.relation, at), ()), scope.values(term))
                        self._meet(scope.sources(term), scope.listed(step, at))
        grows = False
        for at, value in enumerate(rule.head):
            known = self._sources.setdefault((rule.relation, at), set())
            new = scope.sources(value) - known
            known |= new
            grows = grows or bool(new)
        return grows

    def _meet(self, places: Iterable[Place], values: Iterable[Value]) -> None:
        for place in places:
            self.met[place].update(values)


class _Scope:
    """A rule's variables: the input columns whose values they may have, and their values in tables."""

    def __init__(
        self, tables: Mapping[str, set[Row]], sources: Mapping[Place, set[Place]], steps: Iterable[Step]
    ) -> None:
        self._tables = tables
        self._values: dict[str, set[Value]] = {}
        self._sources: dict[str, set[Place]] = {}
        others: list[tuple[Expr, Expr]] = []
        for step in steps:
            if isinstance(step, Match):
                self._read(step, sources)
            others += _equated(step) if not isinstance(step, Compare) or step.op == "=" else ()
        for _ in others:  # each may wait for all others
            for left, right in others:
                for target, value in ((left, right), (right, left)):
                    if isinstance(target, Var):
                        self._sources.setdefault(target.name, set()).update(self.sources(value))
                        self._values.setdefault(target.name, set()).update(self.values(value))

    def _read(self, step: Match, sources: Mapping[Place, set[Place]]) -> None:
        for at, term in enumerate(step.terms):
            if isinstance(term, Var):
                self._sources.setdefault(term.name, set()).update(sources.get((step.relation, at), ()))
                self._values.setdefault(term.name, set()).update(self.listed(step, at))

    def listed(self, atom: Match | Absent, at: int) -> set[Value]:
        """What a table has in a column, in the rows that agree with the atom's constants."""
        fixed = [(place, term.value) for place, term in enumerate(atom.terms) if isinstance(term, Const)]
        rows = self._tables.get(atom.relation, ())
        return {row[at] for row in rows if all(row[place] == value for place, value in fixed)}

    def sources(self, expression: Expr) -> set[Place]:
        return set().union(*(self._sources.get(name, ()) for name in expression_variables(expression)))

    def values(self, expression: Expr) -> set[Value]:
        """Of an expression over constants and tables; where a request's value is in it too, those beside it."""
        if isinstance(expression, Const):
            return {expression.value}
        if isinstance(expression, Var):
            return self._values.get(expression.name, set())
        each = [self.values(argument) for argument in expression.arguments]
        return set(_results(expression, each)) if all(each) else set().union(*each)


def _results(expression: Operation, each: list[set[Value]]) -> Iterator[Value]:
    for arguments in islice(product(*each), MOST_VALUES):
        with suppress(ArithmeticFault):  # then there is no value to compare with
            yield reference.evaluate(Operation(expression.op, tuple(map(Const, arguments))), {})


def _equated(step: Step) -> Iterator[tuple[Expr, Expr]]:
    """The two sides of a comparison; a variable, and what it is given."""
    match step:
        case Compare(left=left, right=right):
            yield left, right
        case Assign(variable=variable, value=value):
            yield variable, value
        case Fold(variable=variable, target=target) if target is not None:
            yield variable, target
        case _:
            pass
