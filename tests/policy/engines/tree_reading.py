"""A program read straight from its syntax tree: short, slow, and sharing nothing with the engines but the parser.

The engines share lowering and planning, so their agreement says nothing of these; this reading does. It knows no
difference between an operation that fails a rule and one that does not: where any fails it gives up.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from zhunru_policy.ir.core import Row, Rows, Value
from zhunru_policy.language.syntax import (
    Aggregate,
    Arithmetic,
    Atom,
    Body,
    Clause,
    Comparison,
    Conjunction,
    Constant,
    Expression,
    Negation,
    Program,
    Variable,
    Wildcard,
)

COMPARE: Mapping[str, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

Env = dict[str, Value]
Leaf = Atom | Negation | Comparison


class OperationError(Exception):
    """Some operation had no 64-bit result."""


class TooManyStepsError(Exception):
    """The reading took more steps than it may."""


def derive(program: Program, inputs: Rows, steps: int) -> dict[str, set[Row]]:
    """Every relation's rows. Raises `OperationError` and `TooManyStepsError`."""
    return _Reading(program, inputs, steps).rows


class _Reading:
    def __init__(self, program: Program, inputs: Rows, steps: int) -> None:
        self.steps = steps
        self.rows: dict[str, set[Row]] = {declared.name: set() for declared in program.relations}
        for name, given in inputs.items():
            self.rows[name].update(given)
        levels = _levels(program)
        for level in sorted(set(levels.values())):
            clauses = [(h.atom, c) for c in program.clauses for h in c.heads if levels[h.atom.relation] == level]
            size = -1
            while size != sum(map(len, self.rows.values())):
                size = sum(map(len, self.rows.values()))
                for head, clause in clauses:
                    self.rows[head.relation].update(list(self.head_rows(head, clause)))

    def head_rows(self, head: Atom, clause: Clause) -> Iterator[Row]:
        for leaves in [[]] if clause.body is None else _cases(clause.body, True):
            names = {name for leaf in leaves for name in _direct(leaf)} | {n for a in head.arguments for n in _names(a)}
            for env in self.solve(leaves, {}, names):
                values = [self.value(argument, env, names) for argument in head.arguments]
                row = tuple(value for value in values if value is not None)
                if len(row) == len(values):
                    yield row

    def solve(self, leaves: Sequence[Leaf], env: Env, names: set[str]) -> Iterator[Env]:
        """Every assignment of `names` that satisfies the leaves, in any order in which each is ready."""
        self.steps -= 1
        if self.steps < 0:
            raise TooManyStepsError
        if not leaves:
            yield env
            return
        leaf = min((leaf for leaf in leaves if self.ready(leaf, env, names)), key=_rank)
        rest = [other for other in leaves if other is not leaf]
        for more in self.take(leaf, env, names):
            yield from self.solve(rest, more, names)

    def ready(self, leaf: Leaf, env: Env, names: set[str]) -> bool:
        bound = set(env)
        if isinstance(leaf, Atom):
            bound.update(argument.name for argument in leaf.arguments if isinstance(argument, Variable))

        def known(expression: Expression) -> bool:
            return isinstance(expression, Wildcard) or _needs(expression, names) <= bound

        if isinstance(leaf, Atom):
            return all(known(argument) for argument in leaf.arguments)
        if isinstance(leaf, Negation):
            assert isinstance(leaf.body, Atom)
            return all(known(argument) for argument in leaf.body.arguments)
        sides = known(leaf.left), known(leaf.right)
        binds = leaf.op == "=" and (isinstance(leaf.right, Variable) if sides[0] else isinstance(leaf.left, Variable))
        return all(sides) or (any(sides) and binds)

    def take(self, leaf: Leaf, env: Env, names: set[str]) -> Iterator[Env]:
        if isinstance(leaf, Atom):
            yield from self.matches(leaf, env, names)
        elif isinstance(leaf, Negation):
            assert isinstance(leaf.body, Atom)
            if next(self.matches(leaf.body, env, names), None) is None:
                yield env
        else:
            for target, other in ((leaf.left, leaf.right), (leaf.right, leaf.left)):
                if isinstance(target, Variable) and target.name not in env:
                    value = self.value(other, env, names)
                    yield from [] if value is None else [{**env, target.name: value}]
                    return
            left, right = self.value(leaf.left, env, names), self.value(leaf.right, env, names)
            if left is not None and right is not None and COMPARE[leaf.op](left, right):
                yield env

    def matches(self, atom: Atom, env: Env, names: set[str]) -> Iterator[Env]:
        variables = [(at, a.name) for at, a in enumerate(atom.arguments) if isinstance(a, Variable)]
        others = [(at, a) for at, a in enumerate(atom.arguments) if not isinstance(a, (Variable, Wildcard))]
        for row in list(self.rows[atom.relation]):
            found = dict(env)
            if all(found.setdefault(name, row[at]) == row[at] for at, name in variables) and all(
                self.value(argument, found, names) == row[at] for at, argument in others
            ):
                yield found

    def value(self, expression: Expression, env: Env, names: set[str]) -> Value | None:
        """None where an aggregate in it has no value."""
        match expression:
            case Variable(name=name):
                return env[name]
            case Constant(value=value):
                return value
            case Arithmetic(op=op, arguments=arguments):
                values = [self.value(argument, env, names) for argument in arguments]
                numbers = [value for value in values if isinstance(value, int)]
                return _operate(op, numbers) if len(numbers) == len(values) else None
            case Aggregate():
                return self.aggregate(expression, env, names)
        raise AssertionError(expression)

    def aggregate(self, aggregate: Aggregate, env: Env, names: set[str]) -> int | None:
        (leaves,) = _cases(aggregate.body, True)
        outside = _needs(aggregate, names)
        fresh = count()
        leaves = [_counted(leaf, fresh) if isinstance(leaf, Atom) else leaf for leaf in leaves]
        target = aggregate.target or Constant(1, aggregate.span)
        own = {name for leaf in leaves for name in _direct(leaf)} | set(_names(target))
        found: dict[Row, int] = {}
        for inner in self.solve(leaves, {name: env[name] for name in outside}, own | outside):
            value = self.value(target, inner, own | outside)
            if isinstance(value, int):
                found[tuple(inner[name] for name in sorted(own))] = value
        if aggregate.op in ("count", "sum"):
            return _ranged(sum(found.values()))
        return None if not found else (min if aggregate.op == "min" else max)(found.values())


def _cases(body: Body, holds: bool) -> list[list[Leaf]]:
    """The rows of leaves of which one must hold (or, for a body that must not hold, of which one must)."""
    match body:
        case Negation(body=inner) if not (holds and isinstance(inner, Atom)):
            return _cases(inner, not holds)
        case Negation():
            return [[body]]
        case Atom():
            return [[body if holds else Negation(body, body.span)]]
        case Comparison(op=op, left=left, right=right, span=span):
            return [[body if holds else Comparison(OPPOSITE[op], left, right, span)]]  # type: ignore[arg-type]
    parts = [_cases(part, holds) for part in body.parts]
    if isinstance(body, Conjunction) != holds:
        return [case for cases in parts for case in cases]
    rows: list[list[Leaf]] = [[]]
    for cases in parts:
        rows = [row + case for row in rows for case in cases]
    return rows


def _counted(atom: Atom, fresh: Iterator[int]) -> Atom:
    """Each `_` of an aggregate's atom as a variable of its own."""
    arguments = [Variable(f"_ {next(fresh)}", a.span) if isinstance(a, Wildcard) else a for a in atom.arguments]
    return Atom(atom.relation, tuple(arguments), atom.span, atom.name_span)


def _direct(leaf: Leaf) -> Iterator[str]:
    """The variables that stand outside aggregates."""
    for expression in _expressions(leaf):
        yield from _names(expression)


def _rank(leaf: Leaf) -> int:
    """Atoms first, and what may fail last: the less fails for nothing, the more programs can be read."""
    if isinstance(leaf, Atom):
        return 0
    return 1 + any(isinstance(part, (Arithmetic, Aggregate)) for part in _expressions(leaf))


def _expressions(leaf: Leaf) -> Sequence[Expression]:
    if isinstance(leaf, Comparison):
        return leaf.left, leaf.right
    atom = leaf.body if isinstance(leaf, Negation) else leaf
    assert isinstance(atom, Atom)
    return atom.arguments


def _names(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Variable):
        yield expression.name
    elif isinstance(expression, Arithmetic):
        for argument in expression.arguments:
            yield from _names(argument)


def _needs(expression: Expression, names: set[str]) -> set[str]:
    """The names that must have a value before the expression has one; an aggregate needs those it has from outside."""
    if isinstance(expression, Arithmetic):
        return set[str]().union(*(_needs(argument, names) for argument in expression.arguments))
    if not isinstance(expression, Aggregate):
        return set(_names(expression))
    (leaves,) = _cases(expression.body, True)
    inner = [part for leaf in leaves for part in _expressions(leaf)]
    inside = {name for part in inner for name in _names(part)}
    hidden = set(_names(expression.target)) if expression.target else set[str]()
    return (inside.union(*(_needs(part, names | inside) for part in inner)) & names) - hidden


def _levels(program: Program) -> dict[str, int]:
    """A level for each relation: not below what it reads, and above what it negates or aggregates."""
    levels = {declared.name: 0 for declared in program.relations}
    reads: list[tuple[str, str, int]] = []
    for clause in program.clauses:
        for head in clause.heads:
            parts: list[tuple[Body | Expression, int]] = [(argument, 0) for argument in head.atom.arguments]
            parts += [(clause.body, 0)] if clause.body is not None else []
            reads += [(head.atom.relation, name, above) for part in parts for name, above in _reads(*part)]
    changes = True
    while changes:
        changes = False
        for head, name, above in reads:
            if levels[head] < levels[name] + above:
                levels[head] = levels[name] + above
                changes = True
    return levels


def _reads(part: Body | Expression, above: int) -> Iterator[tuple[str, int]]:
    match part:
        case Atom(relation=relation, arguments=arguments):
            yield relation, above
            inner: Sequence[Body | Expression] = arguments
        case Comparison(left=left, right=right):
            inner = (left, right)
        case Arithmetic(arguments=arguments):
            inner = arguments
        case Negation(body=body) | Aggregate(body=body):
            inner, above = (body,), 1
        case Variable() | Constant() | Wildcard():
            return
        case _:
            inner = part.parts
    for each in inner:
        yield from _reads(each, above)


def _operate(op: str, numbers: Sequence[int]) -> int:
    match op:
        case "max" | "min":
            return (max if op == "max" else min)(numbers)
        case "neg":
            return _ranged(-numbers[0])
    left, right = numbers
    if op in "/%":
        if right == 0:
            raise OperationError
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return _ranged(quotient) if op == "/" else left - quotient * right
    return _ranged({"+": left + right, "-": left - right, "*": left * right}[op])


def _ranged(number: int) -> int:
    if not -(2**63) <= number < 2**63:
        raise OperationError
    return number
