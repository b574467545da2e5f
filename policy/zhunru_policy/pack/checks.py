"""What a pack must keep beyond the rule language: its roles, its parameters, its reasons, and what absence may
decide.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..errors import Diagnostic
from ..ir.lowering import type_kinds
from ..language import syntax
from ..language.normal import alternatives
from .answers import check_outputs
from .needs import atoms_within
from .vocabulary import GIVEN, Vocabulary, check_words

PLACEHOLDER = re.compile(r"\{([?A-Za-z_][?A-Za-z_0-9]*)\}")
LANGUAGES = ("zh", "en")
_ROLE_COLUMNS = {
    "registry": 4,
    "reason": 3,
    "reason_against": 3,
    "undisclosed": 1,
    "general_reason": 2,
    "outcome_rank": 2,
    "wish": 2,
}


@dataclass(frozen=True, slots=True)
class Absence:
    """A clause that holds because something was not said, and why that is no advantage."""

    clause: syntax.Clause
    relation: str
    why: str


def check_pack(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Every breach of `packs/README.md`; the program has passed the checks of the language."""
    program = vocabulary.program
    yield from check_words(program)
    yield from check_outputs(program, type_kinds(program))
    checks: Sequence[Callable[[Vocabulary], Iterator[Diagnostic]]] = (
        _check_inputs,
        _check_roles,
        _check_registry,
        _check_parameters,
        _check_reasons,
        _check_absence,
    )
    for check in checks:
        yield from check(vocabulary)


def _check_inputs(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    for name, spec in vocabulary.inputs.items():
        declared = vocabulary.declared[name]
        words = declared.notes.values
        if spec.has_subject and (
            not declared.attributes or type_kinds(vocabulary.program)[declared.attributes[0].type] != "symbol"
        ):
            yield Diagnostic(
                spec.span,
                f"input `{name}` has no subject",
                "let its first attribute be a symbol, or say `@[subject = no]`",
            )
        if not spec.columns:
            yield Diagnostic(spec.span, f"input `{name}` has nothing to give", "add an attribute after its subject")
        for word in str(words.get("unique", "")).split():
            if word not in {column.name for column in spec.columns}:
                yield Diagnostic(
                    spec.span, f"`unique` names `{word}`, which `{name}` does not have", "name its attributes"
                )
        if spec.known_by is not None and spec.known_by not in vocabulary.declared:
            yield Diagnostic(
                spec.span, f"`known_by` names `{spec.known_by}`, which is not declared", "declare it, or mend the name"
            )
        for column, attribute in zip(spec.columns, declared.attributes[-len(spec.columns) or None :], strict=False):
            yield from _check_column(vocabulary, attribute, column.kind)


def _check_column(vocabulary: Vocabulary, attribute: syntax.Attribute, kind: str) -> Iterator[Diagnostic]:
    words = vocabulary.column_words(attribute)
    if kind == "number" and not {"least", "most"} <= words.keys():
        yield Diagnostic(
            attribute.span,
            f"`{attribute.name}` has no range",
            "say `@[least = …]` and `@[most = …]` before it or its type",
        )
    source = words.get("values_of")
    if source is not None and not vocabulary.facts.get(str(source)):
        yield Diagnostic(
            attribute.span, f"`values_of` names `{source}`, which has no facts", "state the allowed values as its facts"
        )


def _check_roles(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
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


def _fact_clauses(vocabulary: Vocabulary, role: str) -> Iterator[tuple[syntax.Clause, tuple]]:
    relations = {declared.name for declared in vocabulary.with_role(role)}
    for clause in vocabulary.program.clauses:
        atom = clause.heads[0].atom
        if clause.body is None and atom.relation in relations:
            yield clause, tuple(a.value if isinstance(a, syntax.Constant) else None for a in atom.arguments)


def check_ids(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Ids with characters that nobody sees, or that turn the order of letters: line breaks, U+202A to U+202E."""
    for clause, row in _fact_clauses(vocabulary, "registry"):
        if row and isinstance(row[0], str) and not row[0].isprintable():
            yield Diagnostic(
                clause.span, f"the id `{ascii(row[0])[1:-1]}` has a character that can't be seen", "take it out"
            )


def _check_registry(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    seen: dict[object, syntax.Span] = {}
    for clause, row in _fact_clauses(vocabulary, "registry"):
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
            yield _unregistered(constants[0].span, str(constants[0].value), ids)


def _unregistered(span: syntax.Span, rule_id: str, ids: Iterable[object]) -> Diagnostic:
    close = difflib.get_close_matches(rule_id, map(str, ids), 1)
    hint = f"did you mean `{close[0]}`?" if close else "register it, or name one that is"
    return Diagnostic(span, f"`{rule_id}` is no registered id", hint)


def _check_parameters(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    places: dict[str, int] = {}
    for declared in vocabulary.with_role("parameter"):
        names = [attribute.name for attribute in declared.attributes]
        if "start" in names[1:-1]:
            places[declared.name] = names.index("start")
        else:
            yield Diagnostic(
                declared.name_span,
                f"parameter `{declared.name}` has no start",
                "name one attribute `start`, after its keys and before its values",
            )
    starts: dict[tuple, dict[object, syntax.Span]] = {}
    for clause, row in _fact_clauses(vocabulary, "parameter"):
        place = places.get(clause.heads[0].atom.relation)
        if place is None:
            continue
        key, start = (clause.heads[0].atom.relation, *row[:place]), row[place]
        named = ", ".join(f"`{part}`" for part in key[1:])
        before = starts.setdefault(key, {})
        if start in before:
            yield Diagnostic(
                clause.span,
                f"{named} has two values from period {start} on",
                f"the other stands at {before[start]}; keep one",
            )
        before.setdefault(start, clause.span)
    for key, periods in starts.items():
        if 0 not in periods:
            named = ", ".join(f"`{part}`" for part in key[1:])
            yield Diagnostic(
                min(periods.values()), f"{named} has no value from period 0 on", "give its first value the start 0"
            )


def _check_reasons(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    registered = {row[0]: clause for clause, row in _fact_clauses(vocabulary, "registry") if row}
    bound = _bound_variables(vocabulary)
    for role in ("reason", "reason_against"):
        texts: dict[object, dict[object, syntax.Clause]] = {}
        for clause, row in _fact_clauses(vocabulary, role):
            if len(row) != 3:
                continue
            rule_id, language, text = row
            if rule_id not in registered:
                yield _unregistered(clause.span, str(rule_id), registered)
                continue
            if language in texts.setdefault(rule_id, {}):
                yield Diagnostic(clause.span, f"a second {language} reason for `{rule_id}`", "keep one")
            texts[rule_id][language] = clause
            yield from _check_placeholders(clause, str(rule_id), str(text), bound.get(str(rule_id), []), role)
        for rule_id, clause in registered.items():
            if role == "reason" or rule_id in texts:
                for language in LANGUAGES:
                    if language not in texts.get(rule_id, {}):
                        what = "reason" if role == "reason" else "reason against"
                        yield Diagnostic(
                            clause.span,
                            f"`{rule_id}` has no {language} {what}",
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


# ── absence ──────────────────────────────────────────────────────────────────────────────────────


def absences(vocabulary: Vocabulary) -> Iterator[Absence]:
    """Clauses with a negation that an optional input's absence can make true, with their `absence` text or none."""
    optional = _resting_on_optional(vocabulary)
    for clause in vocabulary.program.clauses:
        for atom in _negated(clause.body):
            if atom.relation in optional or _optional_given(vocabulary, atom):
                why = clause.heads[0].notes.values.get("absence", "")
                yield Absence(clause, atom.relation, str(why))


def _check_absence(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
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
    grows = True
    while grows:
        grows = False
        for clause in vocabulary.program.clauses:
            names = {head.atom.relation for head in clause.heads} - resting - resolvers
            if names and any(atom.relation in resting for atom in _positive(clause.body)):
                resting |= names
                grows = True
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
