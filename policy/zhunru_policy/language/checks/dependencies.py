"""Which relations a clause reads, and how: plainly, under negation, or inside an aggregate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..syntax import (
    Aggregate,
    Arithmetic,
    Atom,
    Body,
    Clause,
    Conjunction,
    Disjunction,
    Expression,
    Negation,
    Program,
    expression_parts,
    leaf_expressions,
)


@dataclass(frozen=True, slots=True)
class Use:
    """An atom that a clause reads. `negated`: under an odd number of `!`. `aggregate`: the innermost one around it."""

    atom: Atom
    negated: bool
    aggregate: Aggregate | None

    @property
    def strict(self) -> bool:
        """Whether the whole relation must be known before the clause can run."""
        return self.negated or self.aggregate is not None


ProgramUses = Sequence[tuple[Clause, Sequence[Use]]]
"""Each clause with what it reads."""


def program_uses(program: Program) -> ProgramUses:
    return [(clause, [*clause_uses(clause)]) for clause in program.clauses]


def clause_uses(clause: Clause) -> Iterator[Use]:
    """Every atom that the clause reads, also inside aggregates and negation; not its heads."""
    stack: list[tuple[Body, bool, Aggregate | None]] = []
    for head in clause.heads:
        stack.extend((inner.body, False, inner) for inner in aggregates(head.atom.arguments))
    if clause.body is not None:
        stack.append((clause.body, False, None))
    while stack:
        node, negated, aggregate = stack.pop()
        if isinstance(node, Negation):
            stack.append((node.body, not negated, aggregate))
        elif isinstance(node, (Conjunction, Disjunction)):
            stack.extend((part, negated, aggregate) for part in reversed(node.parts))
        else:
            if isinstance(node, Atom):
                yield Use(node, negated, aggregate)
            stack.extend((inner.body, False, inner) for inner in aggregates(leaf_expressions(node)))


def aggregates(expressions: Iterable[Expression]) -> Iterator[Aggregate]:
    """The aggregates of the expressions, not those inside other aggregates."""
    for expression in expressions:
        if isinstance(expression, (Aggregate, Arithmetic)):
            yield from (part for part in expression_parts(expression) if isinstance(part, Aggregate))
