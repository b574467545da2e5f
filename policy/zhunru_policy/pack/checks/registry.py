"""Registered ids: each once, each of a rule, and none that nobody can see."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from ...diagnostics import Diagnostic
from ...language import syntax
from ..vocabulary import Vocabulary


def check_ids(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Ids with characters that nobody sees, or that turn the order of letters: line breaks, U+202A to U+202E."""
    for clause, row in vocabulary.fact_clauses("registry"):
        if row and isinstance(row[0], str) and not row[0].isprintable():
            yield Diagnostic(
                clause.span, f"the id `{ascii(row[0])[1:-1]}` has a character that can't be seen", "take it out"
            )


def check_registry(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    seen: dict[object, syntax.Span] = {}
    for clause, row in vocabulary.fact_clauses("registry"):
        if row and row[0] in seen:
            yield Diagnostic(
                clause.span,
                f"the id `{row[0]}` stands twice",
                f"it is registered at {seen[row[0]]}; give each rule one id",
            )
        elif row:
            seen[row[0]] = clause.span
    fired = {rule_id for _, _, rule_id in vocabulary.rule_clauses()}
    for rule_id, span in seen.items():
        if rule_id not in fired:
            yield Diagnostic(span, f"no rule has the id `{rule_id}` in its head", "write its rule, or take the id out")
    yield from _check_unregistered(vocabulary, seen)


def _check_unregistered(vocabulary: Vocabulary, ids: dict[object, syntax.Span]) -> Iterator[Diagnostic]:
    relations = {declared.name for declared in vocabulary.with_role("rule")}
    named = {id(clause) for clause, _, _ in vocabulary.rule_clauses()}
    for clause in vocabulary.program.clauses:
        atom = clause.heads[0].atom
        constants = [argument for argument in atom.arguments if isinstance(argument, syntax.Constant)]
        if atom.relation in relations and id(clause) not in named and constants:
            yield unregistered(constants[0].span, str(constants[0].value), ids)


def unregistered(span: syntax.Span, rule_id: str, ids: Iterable[object]) -> Diagnostic:
    close = difflib.get_close_matches(rule_id, map(str, ids), 1)
    hint = f"did you mean `{close[0]}`?" if close else "register it, or name one that is"
    return Diagnostic(span, f"`{rule_id}` is no registered id", hint)
