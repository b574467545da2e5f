"""Outputs: each a part of an answer, with its columns, and one of them the outcome."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics import Diagnostic
from ...ir.lowering import type_kinds
from ...language import syntax
from ..answers import OFFER_COLUMNS, SHAPES
from ..vocabulary import Vocabulary


def check_outputs(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Outputs that are no part of an answer, or that don't have its columns; and an answer without an outcome."""
    seen: dict[str, str] = {}
    for directive in vocabulary.program.directives:
        part = str(directive.notes.values.get("answer", directive.relation))
        if directive.kind != "output" or part == "none" or directive.relation not in vocabulary.declared:
            continue
        if part not in SHAPES:
            yield Diagnostic(
                directive.name_span,
                f"output `{directive.relation}` is no part of an answer",
                f"name the part by `@[answer = …]`, one of {', '.join(SHAPES)}, or `none`",
            )
        elif part in seen:
            yield Diagnostic(directive.name_span, f"`{part}` is given by `{seen[part]}` too", "keep one output for it")
        else:
            yield from _check_columns(vocabulary, part, vocabulary.declared[directive.relation])
        seen.setdefault(part, directive.relation)
    if "outcome" not in seen and vocabulary.program.items:
        first = vocabulary.program.items[0].span
        yield Diagnostic(
            syntax.Span(first.file, 1, 1, 1, 1),
            "no output gives the `outcome`",
            "declare one: `@[answer = outcome] .output r`",
        )


def _check_columns(vocabulary: Vocabulary, part: str, relation: syntax.RelationDecl) -> Iterator[Diagnostic]:
    kinds = type_kinds(vocabulary.program)
    needed = ("symbol", *SHAPES[part].kinds)
    names = tuple(name for name, _ in OFFER_COLUMNS)
    if needed != tuple(kinds[attribute.type] for attribute in relation.attributes):
        yield Diagnostic(
            relation.name_span,
            f"`{relation.name}` can't be the part `{part}`",
            f"it needs columns ({', '.join(needed)})",
        )
    elif part == "offer" and tuple(attribute.name for attribute in relation.attributes[1:]) != names:
        yield Diagnostic(
            relation.name_span, f"the columns of `{relation.name}` have other names", f"name them {', '.join(names)}"
        )
