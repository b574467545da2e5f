"""Which required inputs each registered rule reads, through every relation it uses.

The walk goes from a rule's body to the clauses of the relations in it, but only to clauses whose head agrees with the
constants of the atom: a rule about one row of a table needs what that row's clause reads. It stops at an input and at a
relation that stands for an input (`known_by`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.core import Value
from ..language import syntax
from .vocabulary import Vocabulary

Pattern = tuple[Value | None, ...]


def needs(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Pairs (rule id, required input), sorted."""
    walk = _Walk(vocabulary)
    return sorted(
        {
            (rule_id, name)
            for clause, _, rule_id in vocabulary.rule_clauses()
            for name in walk.required_by(atom for atom in atoms_within(clause.body))
        }
    )


class _Walk:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._required = {name for name, spec in vocabulary.inputs.items() if spec.required}
        self._inputs = vocabulary.inputs
        self._stands_for: dict[str, set[str]] = {}
        for name, spec in vocabulary.inputs.items():
            if spec.known_by and spec.required:
                self._stands_for.setdefault(spec.known_by, set()).add(name)
        self._clauses: dict[str, list[tuple[syntax.Clause, syntax.Atom]]] = {}
        for clause in vocabulary.program.clauses:
            for head in clause.heads:
                self._clauses.setdefault(head.atom.relation, []).append((clause, head.atom))

    def required_by(self, atoms: Iterator[syntax.Atom]) -> set[str]:
        found: set[str] = set()
        seen: set[tuple[str, Pattern]] = set()
        pending = list(atoms)
        while pending:
            atom = pending.pop()
            pattern = _constants(atom)
            if (atom.relation, pattern) in seen:
                continue
            seen.add((atom.relation, pattern))
            if atom.relation in self._stands_for:
                found |= self._stands_for[atom.relation]
                continue
            if atom.relation in self._inputs:
                found |= {atom.relation} & self._required
            for clause, head in self._clauses.get(atom.relation, ()):
                if _may_agree(_constants(head), pattern):
                    pending.extend(atoms_within(clause.body))
        return found


def atoms_within(body: syntax.Body | None) -> Iterator[syntax.Atom]:
    """Every atom of a body: positive, negated, and inside aggregates."""
    pending: list[syntax.Body] = [] if body is None else [body]
    while pending:
        for leaf in syntax.body_leaves(pending.pop()):
            if isinstance(leaf, syntax.Atom):
                yield leaf
            for expression in syntax.leaf_expressions(leaf):
                pending.extend(
                    part.body for part in syntax.expression_parts(expression) if isinstance(part, syntax.Aggregate)
                )


def _constants(atom: syntax.Atom) -> Pattern:
    return tuple(argument.value if isinstance(argument, syntax.Constant) else None for argument in atom.arguments)


def _may_agree(head: Pattern, pattern: Pattern) -> bool:
    return all(own is None or asked is None or own == asked for own, asked in zip(head, pattern, strict=False))
