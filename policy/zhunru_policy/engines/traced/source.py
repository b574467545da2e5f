"""Python source that runs rules and keeps, for every row, each way in which it was derived.

A rule is a list comprehension or a chain of a few: one `for` or `if` a step, in the order of its exact plan. What it
gives are pairs of a row and a *firing* (rule's index, values of its variables, groups of its folds), and a group is the
list of its members (values, groups, target). So whoever explains a row has at hand what the rule saw, and derives
nothing again.

What loops within loops look at is counted: `step` is handed those rows, and stops where they are too many.

An operation without a 64-bit result ends its branch and is noted: whether that fails a rule is for the engines to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...ir.core import (
    Absent,
    Anything,
    Assign,
    Compare,
    Const,
    Expr,
    Fold,
    Match,
    Operation,
    Row,
    Rule,
    Step,
    Term,
    Value,
    Var,
)
from ...ir.order import plan
from ...language.syntax import NUMBER_LEAST, NUMBER_MOST

Places = tuple[int, ...]

#: Python allows some twenty nested loops; a rule with more goes on in another comprehension.
MOST_LOOPS = 15
_IN_RANGE = f"{NUMBER_LEAST} <= {{0}} <= {NUMBER_MOST} or fault()"


@dataclass(frozen=True, slots=True)
class TracedRule:
    """A rule whose `_` have names, with the variables in the order in which its firings give their values."""

    rule: Rule
    body: tuple[Step, ...]
    variables: tuple[str, ...]
    folds: tuple[TracedFold, ...]


@dataclass(frozen=True, slots=True)
class TracedFold:
    """As `TracedRule`, for the members of a fold's group."""

    fold: Fold
    variables: tuple[str, ...]
    folds: tuple[TracedFold, ...]


def traced(rule: Rule) -> TracedRule:
    body = tuple(_named(step, number) for number, step in enumerate(rule.body))
    return TracedRule(rule, body, variables_of(body, ()), traced_folds(body))


def _named(step: Step, number: int) -> Step:
    if not isinstance(step, Match):
        return step
    terms = (Var(f"0_{number}_{at}") if isinstance(term, Anything) else term for at, term in enumerate(step.terms))
    return Match(step.relation, tuple(terms), step.span)


def variables_of(steps: Sequence[Step], outer: Collection[str]) -> tuple[str, ...]:
    """The variables that the steps bind, each once: those in matches, of folds, and of equalities."""
    found: dict[str, None] = {}
    for step in plan(steps, frozenset(outer), exact=True):
        if isinstance(step, Match):
            found.update((term.name, None) for term in step.terms if isinstance(term, Var))
        elif isinstance(step, (Assign, Fold)):
            found[step.variable.name] = None
    return tuple(name for name in found if name not in outer)


def traced_folds(steps: Sequence[Step]) -> tuple[TracedFold, ...]:
    return tuple(
        TracedFold(step, variables_of(step.body, step.outer), traced_folds(step.body))
        for step in steps
        if isinstance(step, Fold)
    )


class SourceOfRules:
    """Statements over relations held in locals, `r1` …, and indexes on them, `i1` ….

    `constants`: the rows of relations that never change. A single row of theirs is written into the source.
    `fixed`: relations of which indexes are held ready.
    """

    def __init__(self, constants: Mapping[str, Collection[Row]], fixed: Container[str]) -> None:
        self.constants = constants
        self._fixed = fixed
        self.relations: dict[str, str] = {}
        self.indexes: dict[tuple[str, Places], str] = {}
        self._filled: set[str] = set()
        self._known: dict[str, str] = {}
        self._fresh = 0
        self._is_looping = False

    def rule(self, traced_rule: TracedRule) -> list[str]:
        """Statements that add a rule's rows and firings to its relation, after those that make the indexes it needs."""
        self._known, self._fresh, self._is_looping = {}, 0, False
        made = set(self.indexes)
        rule = traced_rule.rule
        self._filled.add(rule.relation)
        clauses = list(self._steps(plan(traced_rule.body, exact=True)))
        head = tuple_text([self._value(value, clauses) for value in rule.head])
        firing = f"({rule.index}, {self._values(traced_rule)}, {self._groups(traced_rule)})"
        indexes = [
            f"{local} = indexes[{relation!r}, {places}] = "
            f"index({self.relation(relation)}, {places}) if {self.relation(relation)} else {{}}"
            for (relation, places), local in self.indexes.items()
            if (relation, places) not in made and not self.is_held(relation)
        ]
        return [
            *indexes,
            f"found = {comprehension(f'({head}, {firing})', clauses)}{self._unless_empty(rule)}  # {rule.span}",
            "if found:",
            "    step(found)",
            "    for row, firing in found:",
            f"        {self.relation(rule.relation)}.setdefault(row, []).append(firing)",
        ]

    def _unless_empty(self, rule: Rule) -> str:
        """Spares a rule that matches a relation without rows."""
        matched = (step.relation for step in rule.body if isinstance(step, Match) and step.relation not in self._fixed)
        needed = list(dict.fromkeys(map(self.relation, matched)))
        return f" if {' and '.join(needed)} else ()" if needed else ""

    def is_held(self, relation: str) -> bool:
        """Whether indexes on a relation are handed to the statements: it is complete before the first of them."""
        return relation in self._fixed and relation not in self._filled

    def relation(self, name: str) -> str:
        return self.relations.setdefault(name, f"r{len(self.relations) + 1}")

    def _index(self, relation: str, places: Places) -> str:
        return self.indexes.setdefault((relation, places), f"i{len(self.indexes) + 1}")

    def _values(self, scope: TracedRule | TracedFold) -> str:
        return tuple_text([self._known[name] for name in scope.variables])

    def _groups(self, scope: TracedRule | TracedFold) -> str:
        return tuple_text([self._known[_group(inner.fold)] for inner in scope.folds])

    def _new(self) -> str:
        self._fresh += 1
        return f"v{self._fresh}"

    def _bind(self, variable: str) -> str:
        self._known[variable] = self._new()
        return self._known[variable]

    # ── steps ────────────────────────────────────────────────────────────────────────────────────

    def _steps(self, steps: Sequence[Step]) -> Iterator[str]:
        for step in steps:
            match step:
                case Match():
                    yield from self._match(step)
                case Absent():
                    yield f"if not {self._some_row(step)}"
                case Compare(op=op, left=left, right=right):
                    clauses: list[str] = []
                    sides = self._value(left, clauses), self._value(right, clauses)
                    yield from clauses
                    yield f"if {sides[0]} {'==' if op == '=' else op} {sides[1]}"
                case Assign(variable=variable, value=value):
                    clauses = []
                    self._known[variable.name] = self._value(value, clauses)
                    yield from clauses
                case Fold():
                    yield from self._fold(step)

    def _match(self, step: Match) -> Iterator[str]:
        fixed = tuple(place for place, term in enumerate(step.terms) if self._is_known(term))
        row = self._only_row(step, fixed)
        if row is not None:
            yield from self._agree(step, row)
        elif len(fixed) == len(step.terms):
            yield f"if {self._some_row(step)}"
        else:
            rows = self.relation(step.relation)
            if fixed:
                rows = f"{self._index(step.relation, fixed)}.get({self._key(step.terms, fixed)}, ())"
            targets = ["_" if place in fixed else self._new() for place in range(len(step.terms))]
            yield f"for {tuple_text(targets)} in {f'step({rows})' if self._is_looping else rows}"
            self._is_looping = True
            yield from self._agree(step, targets)

    def _agree(self, step: Match, values: Sequence[str]) -> Iterator[str]:
        """Binds the variables to a row's values, `_` where a value is known to agree; tests those bound before."""
        for term, value in zip(step.terms, values, strict=True):
            if isinstance(term, Var) and term.name not in self._known:
                self._known[term.name] = value
            elif value != "_" and isinstance(term, (Var, Const)) and self._term(term) != value:
                yield f"if {self._term(term)} == {value}"

    def _only_row(self, step: Match, fixed: Places) -> list[str] | None:
        """The values of the one row of a table that agrees with the constants."""
        table = self.constants.get(step.relation)
        if table is None or not all(isinstance(step.terms[place], Const) for place in fixed):
            return None
        wanted = [(place, term.value) for place in fixed if isinstance(term := step.terms[place], Const)]
        rows = [row for row in table if all(row[place] == value for place, value in wanted)]
        return [constant(value) for value in rows[0]] if len(rows) == 1 else None

    def _some_row(self, step: Match | Absent) -> str:
        fixed = tuple(place for place, term in enumerate(step.terms) if not isinstance(term, Anything))
        if len(fixed) == len(step.terms):
            return f"({tuple_text([self._term(term) for term in step.terms])} in {self.relation(step.relation)})"
        if not fixed:
            return self.relation(step.relation)
        return f"({self._key(step.terms, fixed)} in {self._index(step.relation, fixed)})"

    def _fold(self, step: Fold) -> Iterator[str]:
        outside = dict(self._known)
        members = self._members(TracedFold(step, variables_of(step.body, step.outer), traced_folds(step.body)))
        self._known = outside
        group = self._bind(_group(step))
        yield f"for {group} in ({members},)"
        if step.op in ("min", "max"):
            yield f"if {group}"
        result = f"len({group})" if step.op == "count" else f"{step.op}([member[2] for member in {group}])"
        if step.variable.name in self._known:
            yield f"if {self._known[step.variable.name]} == {result}"
            return
        variable = self._bind(step.variable.name)
        yield f"for {variable} in ({result},)"
        if step.op == "sum":
            yield f"if {_IN_RANGE.format(variable)}"

    def _members(self, scope: TracedFold) -> str:
        """A comprehension that gives the members of a fold's group."""
        fold = scope.fold
        clauses = list(self._steps(plan(fold.body, fold.outer, exact=True)))
        target = self._value(fold.target, clauses) if fold.target is not None else "1"
        return comprehension(f"({self._values(scope)}, {self._groups(scope)}, {target})", clauses)

    # ── values ───────────────────────────────────────────────────────────────────────────────────

    def _value(self, expression: Expr, clauses: list[str]) -> str:
        """The value's text; operations become clauses that bind their result."""
        if not isinstance(expression, Operation):
            return self._term(expression)
        values = [self._value(argument, clauses) for argument in expression.arguments]
        place = self._new()
        match expression.op:
            case "/" | "%":
                clauses.append(f"for {place} in {'quotient' if expression.op == '/' else 'rest'}({', '.join(values)})")
            case "max" | "min":
                clauses.append(f"for {place} in ({expression.op}({', '.join(values)}),)")
            case op:
                result = f"-{values[0]}" if op == "neg" else f"{values[0]} {op} {values[1]}"
                clauses += [f"for {place} in ({result},)", f"if {_IN_RANGE.format(place)}"]
        return place

    def _term(self, term: Term) -> str:
        if isinstance(term, Const):
            return constant(term.value)
        assert isinstance(term, Var)
        return self._known[term.name]

    def _is_known(self, term: Term) -> bool:
        return isinstance(term, Const) or (isinstance(term, Var) and term.name in self._known)

    def _key(self, terms: Sequence[Term], places: Places) -> str:
        values = [self._term(terms[place]) for place in places]
        return values[0] if len(values) == 1 else tuple_text(values)


def comprehension(result: str, clauses: Sequence[str]) -> str:
    """One comprehension of as many loops as fit; those before them in one of their own."""
    loops = [at for at, clause in enumerate(clauses) if clause.startswith("for ")]
    if not loops:
        # Tests alone: a loop over nothing in particular carries them.
        return f"[{result} for _ in (0,) {' '.join(clauses)}]" if clauses else f"[{result}]"
    first, *rest = clauses
    if not first.startswith("for "):
        first, rest = "for _ in (0,)", list(clauses)
    if len(loops) <= MOST_LOOPS:
        return f"[{result} {' '.join([first, *rest])}]"
    split = loops[-MOST_LOOPS]
    bound = tuple_text([target for clause in clauses[:split] for target in _targets(clause)])
    return f"[{result} for {bound} in {comprehension(bound, clauses[:split])} {' '.join(clauses[split:])}]"


def _targets(clause: str) -> Iterator[str]:
    """The locals that a clause binds."""
    if clause.startswith("for "):
        yield from re.findall(r"[vi]\d+", clause[4 : clause.index(" in ")])


def tuple_text(values: Sequence[str]) -> str:
    return f"({''.join(f'{value}, ' for value in values).strip()})"


def constant(value: Value) -> str:
    return f"({value})" if isinstance(value, int) and value < 0 else repr(value)


def _group(fold: Fold) -> str:
    """A name for the fold's group among the names of variables."""
    return f"group {fold.variable.name}"
