"""Inputs with their columns, and relations with a role."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics import Diagnostic
from ...language import syntax
from ..vocabulary import InputSpec, Vocabulary

_ROLE_COLUMNS = {
    "registry": 4,
    "reason": 3,
    "reason_against": 3,
    "undisclosed": 1,
    "general_reason": 2,
    "outcome_rank": 2,
    "wish": 2,
}


def check_inputs(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    for name, spec in vocabulary.inputs.items():
        attributes = vocabulary.declared[name].attributes
        if spec.has_subject and (not attributes or vocabulary.kind(attributes[0]) != "symbol"):
            yield Diagnostic(
                spec.span,
                f"input `{name}` has no subject",
                "let its first attribute be a symbol, or say `@[subject = no]`",
            )
        if not spec.columns:
            yield Diagnostic(spec.span, f"input `{name}` has nothing to give", "add an attribute after its subject")
        yield from _check_named(vocabulary, spec)
        for column, attribute in zip(spec.columns, attributes[-len(spec.columns) or None :], strict=False):
            yield from _check_column(vocabulary, attribute, column.kind)


def _check_named(vocabulary: Vocabulary, spec: InputSpec) -> Iterator[Diagnostic]:
    """What an input's annotations name."""
    for word in str(vocabulary.declared[spec.name].notes.values.get("unique", "")).split():
        if word not in {column.name for column in spec.columns}:
            yield Diagnostic(
                spec.span, f"`unique` names `{word}`, which `{spec.name}` does not have", "name its attributes"
            )
    if spec.known_by is not None and spec.known_by not in vocabulary.declared:
        yield Diagnostic(
            spec.span, f"`known_by` names `{spec.known_by}`, which is not declared", "declare it, or mend the name"
        )


def _check_column(vocabulary: Vocabulary, attribute: syntax.Attribute, kind: str) -> Iterator[Diagnostic]:
    words = vocabulary.column_words(attribute)
    if kind == "number" and not {"least", "most"} <= words.keys():
        yield Diagnostic(
            attribute.span,
            f"`{attribute.name}` has no range",
            "say `@[least = …]` and `@[most = …]` before it or its type",
        )
    source = words.get("values_of")
    if source is None:
        return
    if not vocabulary.facts.get(str(source)):
        yield Diagnostic(
            attribute.span, f"`values_of` names `{source}`, which has no facts", "state the allowed values as its facts"
        )
    elif vocabulary.kind(vocabulary.declared[str(source)].attributes[0]) != kind:
        message = f"`values_of` names `{source}`, which does not begin with a {kind}"
        yield Diagnostic(
            attribute.span, message, f"let its first column hold the {kind}s that `{attribute.name}` may be"
        )


def check_roles(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    for role, columns in _ROLE_COLUMNS.items():
        for declared in vocabulary.with_role(role):
            if len(declared.attributes) != columns:
                yield Diagnostic(
                    declared.name_span,
                    f"`{declared.name}` has {len(declared.attributes)} columns; the role `{role}` takes {columns}",
                    "see `How a pack of rules is written`",
                )
    static = {d.name for role in (*_ROLE_COLUMNS, "parameter") for d in vocabulary.with_role(role)}
    for clause in vocabulary.program.clauses:
        for head in clause.heads:
            if clause.body is not None and head.atom.relation in static:
                yield Diagnostic(head.atom.span, f"`{head.atom.relation}` is derived here", "state it as facts alone")
