"""Relations that hold nothing, and relations that nobody reads."""

from __future__ import annotations

from ..normal import count_alternatives
from ..syntax import Clause, Notes, Program
from .declared import Declared
from .dependencies import ProgramUses, Use
from .findings import Findings

NAMING_KEYS = ("values_of", "known_by")
"""Annotations whose value is a relation's name: what they name is used."""


def check_liveness(program: Program, uses: ProgramUses, declared: Declared, findings: Findings) -> None:
    read: set[str] = set()
    for clause, used in uses:
        for use in used:
            name = use.atom.relation
            read.add(name)
            if name in declared.relations and name not in declared.defined and name not in declared.inputs:
                _report_empty(clause, use, findings)
    read.update(_named(program))
    for relation in declared.relations.values():
        if relation.name not in read and relation.name not in declared.outputs and "role" not in relation.notes.values:
            what = "input" if relation.name in declared.inputs else "relation"
            findings.warning(
                relation.name_span, f"{what} `{relation.name}` is never read", "drop it, or make it an `.output`"
            )


def _report_empty(clause: Clause, use: Use, findings: Findings) -> None:
    why = f"`{use.atom.relation}` has no clauses and is no `.input`"
    what_to_do = "give it a fact or a rule, or declare it as an input"
    if use.aggregate is not None:
        findings.warning(use.atom.name_span, f"this aggregate is over nothing: {why}", what_to_do)
    elif use.negated:
        findings.warning(use.atom.name_span, f"this negation always holds: {why}", what_to_do)
    else:
        several = clause.body is not None and count_alternatives(clause.body) > 1
        what = "this alternative can never hold" if several else "this rule can never fire"
        findings.unfit(use.atom.name_span, f"{what}: {why}", what_to_do)


def _named(program: Program) -> set[str]:
    notes: list[Notes] = [declared.notes for declared in program.types]
    for relation in program.relations:
        notes += [relation.notes, *(attribute.notes for attribute in relation.attributes)]
    return {str(values[key]) for values in (note.values for note in notes) for key in NAMING_KEYS if key in values}
