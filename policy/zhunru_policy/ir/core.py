"""The core program: what the engines run. The many ways to write a rule are lowered to these few forms.

A checked `Program` becomes rules with one head, plain terms in atoms, and a body that is an unordered set of steps;
`planning` puts them in an order in which each finds its variables bound.

    Match     payments(A, M, _, N, F)      binds the variables that are not bound yet
    Absent    !restricted(A)               all variables bound
    Compare   S >= Min
    Assign    Total = Online + Offline     binds one variable (made by planning, from an equality)
    Fold      N = count : { … }            binds one variable; has steps of its own

INVARIANT: an expression that fails under an assignment fails its rule only where every step that does not depend on the
failing value holds (`engines.reference` is the exact reading; the other engines ask it when an operation fails).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..language.syntax import AggregateOp, ArithmeticOp, ComparisonOp, Span

Value = int | str
Row = tuple[Value, ...]
Rows = Mapping[str, Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Var:
    name: str


@dataclass(frozen=True, slots=True)
class Const:
    value: Value


@dataclass(frozen=True, slots=True)
class Anything:
    """A place of an atom that nothing else needs."""


@dataclass(frozen=True, slots=True)
class Operation:
    op: ArithmeticOp
    arguments: tuple[Expr, ...]


Term = Var | Const | Anything
Expr = Var | Const | Operation


@dataclass(frozen=True, slots=True)
class Match:
    relation: str
    terms: tuple[Term, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Absent:
    relation: str
    terms: tuple[Term, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Compare:
    op: ComparisonOp
    left: Expr
    right: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Assign:
    variable: Var
    value: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fold:
    """An aggregate over the distinct assignments of `over`, the variables that only its body has.

    `outer`: the variables that must be bound before, since the body or the target reads them.
    """

    variable: Var
    op: AggregateOp
    target: Expr | None
    body: tuple[Step, ...]
    over: tuple[Var, ...]
    outer: frozenset[str]
    span: Span = field(compare=False, repr=False)


Step = Match | Absent | Compare | Assign | Fold


@dataclass(frozen=True, slots=True)
class Rule:
    """One head and one alternative of a clause's body. `index` counts a program's rules, in the order of the text;
    `place` is the head's number in the clause, and the alternative's.
    """

    index: int
    relation: str
    head: tuple[Expr, ...]
    body: tuple[Step, ...]
    span: Span = field(compare=False)
    place: tuple[int, int] = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    kind: Literal["number", "symbol"]


@dataclass(frozen=True, slots=True)
class Relation:
    name: str
    columns: tuple[Column, ...]
    is_input: bool
    is_output: bool

    @property
    def arity(self) -> int:
        return len(self.columns)


@dataclass(frozen=True, slots=True)
class Stratum:
    """Relations that depend on each other; every negation and aggregate in them is over earlier strata."""

    relations: frozenset[str]
    rules: tuple[Rule, ...]
    recursive: bool


@dataclass(frozen=True, slots=True)
class CoreProgram:
    relations: Mapping[str, Relation]
    facts: Mapping[str, frozenset[Row]]
    strata: tuple[Stratum, ...]

    @property
    def rules(self) -> Iterator[Rule]:
        return (rule for stratum in self.strata for rule in stratum.rules)

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(name for name, relation in self.relations.items() if relation.is_input)

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(name for name, relation in self.relations.items() if relation.is_output)


def expression_variables(expression: Expr | Term | None) -> Iterator[str]:
    if isinstance(expression, Var):
        yield expression.name
    elif isinstance(expression, Operation):
        for argument in expression.arguments:
            yield from expression_variables(argument)


def step_variables(step: Step) -> frozenset[str]:
    """The variables that a step shares with its scope: read or bound, not those inside a fold alone."""
    match step:
        case Match(terms=terms) | Absent(terms=terms):
            return frozenset(term.name for term in terms if isinstance(term, Var))
        case Compare(left=left, right=right):
            return frozenset(expression_variables(left)) | frozenset(expression_variables(right))
        case Assign(variable=variable, value=value):
            return frozenset(expression_variables(value)) | {variable.name}
        case Fold(variable=variable, outer=outer):
            return outer | {variable.name}


def can_fail(expression: Expr | None) -> bool:
    """Whether evaluating can overflow or divide by zero; `max` and `min` of plain terms can't."""
    if not isinstance(expression, Operation):
        return False
    return expression.op not in ("max", "min") or any(can_fail(argument) for argument in expression.arguments)


def step_can_fail(step: Step) -> bool:
    match step:
        case Match() | Absent():
            return False
        case Compare(left=left, right=right):
            return can_fail(left) or can_fail(right)
        case Assign(value=value):
            return can_fail(value)
        case Fold(op=op, target=target, body=body):
            return op == "sum" or can_fail(target) or any(step_can_fail(inner) for inner in body)


def steps_within(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps and those inside their folds."""
    for step in steps:
        yield step
        if isinstance(step, Fold):
            yield from steps_within(step.body)
