"""What absence may decide: a clause that holds because nothing was said must say why that is no advantage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...diagnostics import Diagnostic
from ...language import syntax
from ...language.normal import alternatives
from ..needs import atoms_within
from ..vocabulary import GIVEN, Vocabulary


@dataclass(frozen=True, slots=True)
class Absence:
    """A clause that holds because something was not said, and why that is no advantage."""

    clause: syntax.Clause
    relation: str
    why: str


def absences(vocabulary: Vocabulary) -> Iterator[Absence]:
    """Clauses with a negation that an optional input's absence can make true, with their `absence` text or none."""
    optional = _resting_on_optional(vocabulary)
    for clause in vocabulary.program.clauses:
        for atom in _negated(clause.body):
            if atom.relation in optional or _optional_given(vocabulary, atom):
                why = clause.heads[0].notes.values.get("absence", "")
                yield Absence(clause, atom.relation, str(why))


def check_absence(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    for absence in absences(vocabulary):
        if not absence.why.strip():
            yield Diagnostic(
                absence.clause.heads[0].atom.span,
                f"`!{absence.relation}(…)` can hold because an optional fact was not given",
                'say why that is no advantage: `@[absence = "…"]` before the head',
            )


def _optional_given(vocabulary: Vocabulary, atom: syntax.Atom) -> bool:
    """`!given(A, "p")` for an optional p, or for any p."""
    if atom.relation != GIVEN:
        return False
    name = atom.arguments[-1]
    spec = vocabulary.inputs.get(str(name.value)) if isinstance(name, syntax.Constant) else None
    return spec is None or not spec.required


def _resting_on_optional(vocabulary: Vocabulary) -> set[str]:
    """Optional inputs, and relations that hold through them: a positive chain from the relation to the input."""
    resolvers = {spec.known_by for spec in vocabulary.inputs.values() if spec.known_by}
    resting = {name for name, spec in vocabulary.inputs.items() if spec.has_subject and not spec.required}
    readers: dict[str, set[str]] = {}
    for clause in vocabulary.program.clauses:
        for atom in _positive(clause.body):
            readers.setdefault(atom.relation, set()).update(head.atom.relation for head in clause.heads)
    pending = list(resting)
    while pending:
        found = readers.get(pending.pop(), set()) - resting - resolvers
        resting |= found
        pending += found
    return resting


def _negated(body: syntax.Body | None) -> Iterator[syntax.Atom]:
    for literal in _literals(body):
        if isinstance(literal, syntax.Negation):
            yield from atoms_within(literal.body)


def _positive(body: syntax.Body | None) -> Iterator[syntax.Atom]:
    negated = {id(atom) for atom in _negated(body)}
    return (atom for atom in atoms_within(body) if id(atom) not in negated)


def _literals(body: syntax.Body | None) -> Iterator[syntax.Body]:
    for alternative in alternatives(body) if body is not None else ():
        yield from alternative
