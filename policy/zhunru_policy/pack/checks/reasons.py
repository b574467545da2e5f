"""Reasons: of registered rules, in each language, with placeholders that the rules bind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ...diagnostics import Diagnostic
from ...language import syntax
from ...language.normal import alternatives
from ..vocabulary import Vocabulary
from .registry import unregistered

PLACEHOLDER = re.compile(r"\{([?A-Za-z_][?A-Za-z_0-9]*)\}")
LANGUAGES = ("zh", "en")


def check_reasons(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    registered = {row[0]: clause for clause, row in vocabulary.fact_clauses("registry") if row}
    bound = _bound_variables(vocabulary)
    for role in ("reason", "reason_against"):
        texts: dict[object, dict[object, syntax.Clause]] = {}
        for clause, row in vocabulary.fact_clauses(role):
            if len(row) != 3:
                continue
            rule_id, language, text = row
            if rule_id not in registered:
                yield unregistered(clause.span, str(rule_id), registered)
                continue
            if language in texts.setdefault(rule_id, {}):
                yield Diagnostic(clause.span, f"a second {language} reason for `{rule_id}`", "keep one")
            texts[rule_id][language] = clause
            yield from _check_placeholders(clause, str(rule_id), str(text), bound.get(str(rule_id), []), role)
        yield from _check_languages(role, registered, texts)


def _check_languages(
    role: str, registered: Mapping[object, syntax.Clause], texts: Mapping[object, Mapping[object, syntax.Clause]]
) -> Iterator[Diagnostic]:
    for rule_id, clause in registered.items():
        for language in LANGUAGES if role == "reason" or rule_id in texts else ():
            if language not in texts.get(rule_id, {}):
                yield Diagnostic(
                    clause.span,
                    f"`{rule_id}` has no {language} {role.replace('_', ' ')}",
                    f'state one: `{role}("{rule_id}", "{language}", "…").`',
                )


def _check_placeholders(
    clause: syntax.Clause, rule_id: str, text: str, bound: Sequence[frozenset[str]], role: str
) -> Iterator[Diagnostic]:
    for name in dict.fromkeys(PLACEHOLDER.findall(text)):
        binds = [name in variables for variables in bound]
        if bound and not (all(binds) if role == "reason" else any(binds)):
            some = "a rule" if any(binds) else "the rule"
            yield Diagnostic(
                clause.span,
                f"the reason's `{{{name}}}` is not bound by {some} of `{rule_id}`",
                "name a variable of the rule's body",
            )
    for brace in re.findall(r"[{}]", PLACEHOLDER.sub("", text)):
        yield Diagnostic(
            clause.span,
            f"a lone `{brace}` in the reason of `{rule_id}`",
            "a placeholder is `{X}`, X a variable of the rule",
        )


def _bound_variables(vocabulary: Vocabulary) -> dict[str, list[frozenset[str]]]:
    """For each id, the variables that each alternative of its rules binds outside aggregates."""
    bound: dict[str, list[frozenset[str]]] = {}
    for clause, _, rule_id in vocabulary.rule_clauses():
        for body in alternatives(clause.body) if clause.body is not None else ():
            names = {
                part.name
                for literal in body
                for leaf in syntax.body_leaves(literal)
                for expression in syntax.leaf_expressions(leaf)
                for part in syntax.expression_parts(expression)
                if isinstance(part, syntax.Variable)
            }
            bound.setdefault(rule_id, []).append(frozenset(names))
    return bound
