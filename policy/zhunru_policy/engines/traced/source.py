"""Statements that run rules and keep, for every row, each way in which it was derived.

A rule is a list comprehension or a chain of a few: one `for` or `if` a step, in the order of its exact plan. What it
gives are pairs of a row and a *firing* (rule's index, values of its variables, groups of its folds), and a group is the
list of its members (values, groups, target). So whoever explains a row has at hand what the rule saw, and derives
nothing again.

What loops within loops look at is counted: `step` is handed those rows, and stops where they are too many.

An operation without a 64-bit result ends its branch and is noted: whether that fails a rule is for the engines to say.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...ir import code, python
from ...ir.code import Code, constant, name
from ...ir.core import Anything, Const, Expr, Fold, Match, Operation, Row, Rule, Step, Term, Var
from ...ir.plan import Aggregate, Exists, Let, PlanStep, Scan, Test, planned, variables_of
from ...ir.python import Names
from .comprehensions import Each, comprehension, fits, result_of

Places = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TracedRule:
    """A rule whose `_` have names, with the variables in the order in which its firings give their values."""

    rule: Rule
    body: tuple[Step, ...]
    plan: tuple[PlanStep, ...]
    variables: tuple[str, ...]
    folds: tuple[TracedFold, ...]


@dataclass(frozen=True, slots=True)
class TracedFold:
    """As `TracedRule`, for the members of a fold's group."""

    fold: Fold
    plan: tuple[PlanStep, ...]
    variables: tuple[str, ...]
    folds: tuple[TracedFold, ...]


def traced(rule: Rule) -> TracedRule:
    body = tuple(_named(step, number) for number, step in enumerate(rule.body))
    steps = planned(body, exact=True)
    return TracedRule(rule, body, steps, variables_of(steps), _traced_folds(body))


def traced_fold(fold: Fold) -> TracedFold:
    steps = planned(fold.body, fold.outer, exact=True)
    return TracedFold(fold, steps, variables_of(steps, fold.outer), _traced_folds(fold.body))


def _traced_folds(steps: Sequence[Step]) -> tuple[TracedFold, ...]:
    return tuple(traced_fold(step) for step in steps if isinstance(step, Fold))


def _named(step: Step, number: int) -> Step:
    if not isinstance(step, Match):
        return step
    terms = (Var(f"0_{number}_{at}") if isinstance(term, Anything) else term for at, term in enumerate(step.terms))
    return Match(step.relation, tuple(terms), step.span)


class RuleWriter:
    """Statements over relations held in locals, and indexes on them.

    `constants`: the rows of relations that never change. A single row of theirs is written into the source.
    `fixed`: relations of which indexes are held ready.
    """

    def __init__(self, constants: Mapping[str, Collection[Row]], fixed: Container[str]) -> None:
        self.constants = constants
        self._fixed = fixed
        self.names = Names()
        self.relations: dict[str, str] = {}
        self.indexes: dict[tuple[str, Places], str] = {}
        self._filled: set[str] = set()
        self.known: dict[str, Code] = {}
        self._groups: dict[str, Code] = {}
        self.is_looping = False

    def rule(self, traced_rule: TracedRule) -> list[python.Node]:
        """Statements that add a rule's rows and firings to its relation, after those that make the indexes it needs."""
        self.known, self._groups, self.is_looping = {}, {}, False
        made = set(self.indexes)
        rule = traced_rule.rule
        self._filled.add(rule.relation)
        clauses = [self._nothing()]
        self._steps(traced_rule.plan, clauses)
        head = code.row([self._value(value, clauses) for value in rule.head])
        firing = code.row([constant(rule.index), self._values(traced_rule), self._groups_of(traced_rule)])
        relation, row, one = self.relation(rule.relation), self.names.new("row"), self.names.new("firing")
        known = code.method(relation, "setdefault", name(row), code.sequence([]))
        found = self._unless_empty(rule, comprehension(code.row([head, firing]), clauses))
        return [
            *(self._make_index(key) for key in self.indexes if key not in made and not self.is_held(key[0])),
            python.assign("found", found, str(rule.span)),
            python.If(
                name("found"),
                [
                    python.do(code.call("step", name("found"))),
                    python.For(
                        code.row([name(row), name(one)]),
                        name("found"),
                        [python.do(code.method(known, "append", name(one)))],
                    ),
                ],
            ),
        ]

    def _make_index(self, key: tuple[str, Places]) -> python.Node:
        relation, places = self.relation(key[0]), code.constants(key[1])
        made = code.choice(relation, code.call("index", relation, places), code.mapping([], []))
        kept = code.call("keep", name("indexes"), code.row([constant(key[0]), places]), made)
        return python.assign(self.indexes[key], kept)

    def _unless_empty(self, rule: Rule, found: Code) -> Code:
        """Spares a rule that matches a relation without rows."""
        matched = (step.relation for step in rule.body if isinstance(step, Match) and step.relation not in self._fixed)
        needed = [self.relation(relation) for relation in dict.fromkeys(matched)]
        return code.choice(code.every(needed), found, code.row([])) if needed else found

    def is_held(self, relation: str) -> bool:
        """Whether indexes on a relation are handed to the statements: it is complete before the first of them."""
        return relation in self._fixed and relation not in self._filled

    def relation(self, relation: str) -> Code:
        if relation not in self.relations:
            self.relations[relation] = self.names.new(relation)
        return name(self.relations[relation])

    def _index(self, relation: str, places: Places) -> Code:
        key = relation, places
        if key not in self.indexes:
            self.indexes[key] = self.names.new(f"{relation} by {' '.join(map(str, places))}")
        return name(self.indexes[key])

    def _values(self, scope: TracedRule | TracedFold) -> Code:
        return code.row([self.known[variable] for variable in scope.variables])

    def _groups_of(self, scope: TracedRule | TracedFold) -> Code:
        return code.row([self._groups[inner.fold.variable.name] for inner in scope.folds])

    # ── steps ────────────────────────────────────────────────────────────────────────────────────

    def _nothing(self) -> Each:
        """A loop over nothing in particular, which carries the tests before the first one."""
        return Each(name("_"), code.constants((0,)), (), [])

    def _steps(self, steps: Sequence[PlanStep], clauses: list[Each]) -> None:
        for step in steps:
            match step:
                case Scan():
                    self._scan(step, clauses)
                case Exists():
                    if step.negated or self.only_row(step) is None:
                        found = self.some_row(step)
                        clauses[-1].tests.append(code.negated(found) if step.negated else found)
                case Test(op=op, left=left, right=right):
                    sides = self._value(left, clauses), self._value(right, clauses)
                    clauses[-1].tests.append(code.compare(op, *sides))
                case Let(variable=variable, value=value):
                    self.known[variable.name] = self._value(value, clauses)
                case Aggregate():
                    self._aggregate(step, clauses)

    def _scan(self, step: Scan, clauses: list[Each]) -> None:
        row = self.only_row(step)
        if row is not None:
            self.known.update({variable.name: constant(row[place]) for place, variable in step.binds})
            clauses[-1].tests += [code.compare("=", self.term(term), constant(row[place])) for place, term in step.same]
            return
        rows = self.rows(step)
        targets = {place: self._bind(variable.name) for place, variable in step.binds}
        targets |= {place: self.names.new("same") for place, _ in step.same}
        target = code.row([name(targets.get(place, "_")) for place in range(step.arity)])
        tests = [code.compare("=", self.term(term), name(targets[place])) for place, term in step.same]
        counted = code.call("step", rows) if self.is_looping else rows
        clauses.append(Each(target, counted, tuple(targets.values()), tests))
        self.is_looping = True

    def rows(self, step: Scan) -> Code:
        if not step.key:
            return self.relation(step.relation)
        index = self._index(step.relation, tuple(place for place, _ in step.key))
        return code.method(index, "get", self._key(step), code.row([]))

    def _bind(self, variable: str) -> str:
        local = self.names.new(variable)
        self.known[variable] = name(local)
        return local

    def only_row(self, step: Scan | Exists) -> Row | None:
        """The one row of a table that agrees with the constants."""
        table = self.constants.get(step.relation)
        if table is None or not all(isinstance(term, Const) for _, term in step.key):
            return None
        wanted = [(place, term.value) for place, term in step.key if isinstance(term, Const)]
        rows = [row for row in table if all(row[place] == value for place, value in wanted)]
        return rows[0] if len(rows) == 1 else None

    def some_row(self, step: Exists) -> Code:
        if len(step.key) == step.arity:
            row = code.row([self.term(term) for _, term in step.key])
            return code.compare("in", row, self.relation(step.relation))
        if not step.key:
            return self.relation(step.relation)
        return code.compare("in", self._key(step), self._index(step.relation, tuple(place for place, _ in step.key)))

    def _aggregate(self, step: Aggregate, clauses: list[Each]) -> None:
        fold = step.fold
        members = self.members(traced_fold(fold))
        group = self.names.new("group")
        self._groups[fold.variable.name] = name(group)
        clauses.append(Each(name(group), code.row([members]), (group,), []))
        if fold.op in ("min", "max"):
            clauses[-1].tests.append(name(group))
        result = result_of(fold, name(group))
        if step.agrees:
            clauses[-1].tests.append(code.compare("=", self.known[fold.variable.name], result))
            return
        bound = self._bind(fold.variable.name)
        clauses.append(Each(name(bound), code.row([result]), (bound,), []))
        if fold.op == "sum":
            clauses[-1].tests.append(fits(name(bound)))

    def members(self, scope: TracedFold) -> Code:
        """A comprehension that gives the members of a fold's group. What it binds stays in it."""
        outside = dict(self.known)
        clauses = [self._nothing()]
        self._steps(scope.plan, clauses)
        target = self._value(scope.fold.target, clauses) if scope.fold.target is not None else constant(1)
        found = comprehension(code.row([self._values(scope), self._groups_of(scope), target]), clauses)
        self.known = outside
        return found

    # ── values ───────────────────────────────────────────────────────────────────────────────────

    def _value(self, expression: Expr, clauses: list[Each]) -> Code:
        """The value; operations become clauses that bind their result."""
        if not isinstance(expression, Operation):
            return self.term(expression)
        values = [self._value(argument, clauses) for argument in expression.arguments]
        place = self.names.new("number")
        tests: list[Code] = []
        match expression.op:
            case "/" | "%":
                results = code.call("quotient" if expression.op == "/" else "rest", *values)
            case "max" | "min":
                results = code.row([code.call(expression.op, *values)])
            case op:
                results = code.row([code.minus(values[0]) if op == "neg" else code.binary(op, *values)])
                tests.append(fits(name(place)))
        clauses.append(Each(name(place), results, (place,), tests))
        return name(place)

    def term(self, term: Term) -> Code:
        if isinstance(term, Const):
            return constant(term.value)
        assert isinstance(term, Var)
        return self.known[term.name]

    def _key(self, step: Scan | Exists) -> Code:
        values = [self.term(term) for _, term in step.key]
        return values[0] if len(values) == 1 else code.row(values)


def locals_of(writer: RuleWriter) -> Iterator[python.Node]:
    """Statements that bind the relations' locals."""
    for relation, local in writer.relations.items():
        yield python.assign(local, code.item(name("relations"), constant(relation)))
