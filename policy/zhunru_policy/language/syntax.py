"""The syntax tree of a rule text: what the writer wrote, with the place where it stands.

Every node is immutable and carries a `Span`. Spans do not take part in equality, so two texts that
differ only in layout give equal trees. Nothing here knows what a program means; `lowering` does.

    Program
    ├── TypeDecl        .type fen <: number
    ├── RelationDecl    .decl payment_score(a: symbol, n: score)
    ├── Directive       .input payment_score        .output met
    └── Clause          a fact, or a rule with one or more heads
        └── Body: Conjunction | Disjunction | Negation | Atom | Comparison
            └── Expression: Variable | Wildcard | Constant | Arithmetic | Aggregate
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

NUMBER_LEAST = -(2**63)
NUMBER_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file. Lines and columns count from 1, columns in characters; the end is past the last one."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


# ── expressions ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`_`: some value that nothing else needs."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """A 64-bit signed number (`int`, never `bool`) or a symbol (`str`). `-5` is one constant, not a negation."""

    value: int | str
    span: Span = field(compare=False, repr=False)


ArithmeticOp = Literal["+", "-", "*", "/", "%", "neg", "max", "min"]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """An operation on numbers: two arguments for + - * / %, one for neg, two or more for max and min."""

    op: ArithmeticOp
    arguments: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)


AggregateOp = Literal["count", "sum", "min", "max"]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`sum X : { body }` over the distinct assignments of the body's variables. `count` has no target."""

    op: AggregateOp
    target: Expression | None
    body: Body
    span: Span = field(compare=False, repr=False)


Expression = Variable | Wildcard | Constant | Arithmetic | Aggregate

# ── bodies ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Atom:
    """`relation(arguments)`, as a head or in a body. `name_span` covers the relation's name alone."""

    relation: str
    arguments: tuple[Expression, ...]
    span: Span = field(compare=False, repr=False)
    name_span: Span = field(compare=False, repr=False)


ComparisonOp = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Comparison:
    op: ComparisonOp
    left: Expression
    right: Expression
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """`!` before an atom, a comparison or a parenthesised body."""

    body: Body
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Conjunction:
    """`a, b, c`: two or more parts (one part stands for itself)."""

    parts: tuple[Body, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Disjunction:
    """`a; b; c`: two or more parts."""

    parts: tuple[Body, ...]
    span: Span = field(compare=False, repr=False)


Body = Atom | Comparison | Negation | Conjunction | Disjunction

# ── declarations ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Annotation:
    """`@[key = value]`: a number, or a symbol (a bare word is a symbol)."""

    key: str
    value: int | str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands before a declaration, an attribute, a directive, a fact or a head: `///` lines and annotations."""

    doc: str = ""
    annotations: tuple[Annotation, ...] = ()

    @property
    def values(self) -> Mapping[str, int | str]:
        return MappingProxyType({note.key: note.value for note in self.annotations})


@dataclass(frozen=True, slots=True)
class TypeDecl:
    """`.type name <: base`; the base is `number`, `symbol` or another declared type."""

    name: str
    base: str
    notes: Notes
    span: Span = field(compare=False, repr=False)
    name_span: Span = field(compare=False, repr=False)
    base_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    type: str
    notes: Notes
    span: Span = field(compare=False, repr=False)
    type_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RelationDecl:
    """One relation; `.decl a, b(x: number)` gives two of them with the same attributes."""

    name: str
    attributes: tuple[Attribute, ...]
    notes: Notes
    span: Span = field(compare=False, repr=False)
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Directive:
    """`.input p` or `.output p`; `.input p, q` gives two of them."""

    kind: Literal["input", "output"]
    relation: str
    notes: Notes
    span: Span = field(compare=False, repr=False)
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Head:
    atom: Atom
    notes: Notes


@dataclass(frozen=True, slots=True)
class Clause:
    """A fact (one head, no body) or a rule (one head or more, and a body)."""

    heads: tuple[Head, ...]
    body: Body | None
    span: Span = field(compare=False, repr=False)


Item = TypeDecl | RelationDecl | Directive | Clause


@dataclass(frozen=True, slots=True)
class Program:
    """All items of one or more files, in the order in which they stand."""

    items: tuple[Item, ...]

    @property
    def types(self) -> tuple[TypeDecl, ...]:
        return tuple(item for item in self.items if isinstance(item, TypeDecl))

    @property
    def relations(self) -> tuple[RelationDecl, ...]:
        return tuple(item for item in self.items if isinstance(item, RelationDecl))

    @property
    def directives(self) -> tuple[Directive, ...]:
        return tuple(item for item in self.items if isinstance(item, Directive))

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return tuple(item for item in self.items if isinstance(item, Clause))

    def __add__(self, other: Program) -> Program:
        return Program(self.items + other.items)


# ── walking ──────────────────────────────────────────────────────────────────────────────────────


def body_leaves(body: Body | None) -> Iterator[Atom | Comparison]:
    """Every atom and comparison of a body, also under negation; not those inside aggregates."""
    stack: list[Body] = [] if body is None else [body]
    while stack:
        node = stack.pop()
        if isinstance(node, (Atom, Comparison)):
            yield node
        elif isinstance(node, Negation):
            stack.append(node.body)
        else:
            stack.extend(reversed(node.parts))


def leaf_expressions(leaf: Atom | Comparison) -> tuple[Expression, ...]:
    return leaf.arguments if isinstance(leaf, Atom) else (leaf.left, leaf.right)


def expression_parts(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it, outside first; an aggregate is yielded but not entered."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Arithmetic):
            stack.extend(reversed(node.arguments))
