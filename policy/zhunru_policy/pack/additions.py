"""What the loader adds to a pack: the applicant, the period, what was given, what is missing, what each rule needs.

The clauses are made as trees, and printed for `export` alone: no word of a pack is read as rules a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..language import syntax
from ..language.printer import print_item, print_literal
from .needs import needs
from .vocabulary import APPLICANT, GIVEN, MISSING, NEEDS, PERIOD, InputSpec, Vocabulary

#: The file name of what the loader adds, in diagnostics and exports.
ADDED_FILE = "loader.dl"
_TITLE = "// Added by the loader: the applicant, the period, what was given, what is missing, what each rule needs."


def additions(program: syntax.Program) -> tuple[syntax.Program, str]:
    """What the loader adds to a pack, and its text, in which each item stands on the line that its span names."""
    items = tuple(_items(Vocabulary(program)))
    return syntax.Program(items), "\n".join((_TITLE, *map(print_item, items))) + "\n"


def _items(vocabulary: Vocabulary) -> Iterator[syntax.Item]:
    place = _Places()
    for name, columns in ((APPLICANT, "a"), (PERIOD, "p"), (GIVEN, "an")):
        yield _declared(name, columns, place.next())
        span = place.next()
        yield syntax.Directive("input", name, syntax.Notes(), span, span)
    yield _declared(MISSING, "an", place.next())
    for spec in vocabulary.inputs.values():
        if spec.required:
            yield _missing_rule(spec, vocabulary, place.next())
    yield _declared(NEEDS, "in", place.next())
    for rule_id, name in needs(vocabulary):
        span = place.next()
        fact = _atom(NEEDS, (syntax.Constant(rule_id, span), syntax.Constant(name, span)), span)
        yield syntax.Clause((syntax.Head(fact, syntax.Notes()),), None, span)


class _Places:
    """Line after line of the printed text, from the one below its title."""

    def __init__(self) -> None:
        self._line = 1

    def next(self) -> syntax.Span:
        self._line += 1
        return syntax.Span(ADDED_FILE, self._line, 1, self._line, 1)


#: The columns of what is added, by the letter that stands for each.
_COLUMNS = {"a": ("a", "symbol"), "n": ("name", "symbol"), "i": ("id", "symbol"), "p": ("p", "number")}


def _declared(name: str, columns: str, span: syntax.Span) -> syntax.RelationDecl:
    attributes = tuple(syntax.Attribute(*_COLUMNS[column], syntax.Notes(), span, span) for column in columns)
    return syntax.RelationDecl(name, attributes, syntax.Notes(), span, span)


def _atom(relation: str, arguments: tuple[syntax.Expression, ...], span: syntax.Span) -> syntax.Atom:
    return syntax.Atom(relation, arguments, span, span)


def _missing_rule(spec: InputSpec, vocabulary: Vocabulary, span: syntax.Span) -> syntax.Clause:
    """Each literal has a span of its own, as a trace tells literals of one rule apart by their spans."""
    subject, name = syntax.Variable("A", span), syntax.Constant(spec.name, span)
    resolver = vocabulary.declared.get(spec.known_by or "")
    known, arguments = (GIVEN, (subject, name)) if resolver is None else (resolver.name, (subject, *_others(resolver)))
    head = _atom(MISSING, (subject, name), span)
    applicant = _moved(_atom(APPLICANT, (subject,), span), len(print_literal(head)) + len(" :- "))
    given = _moved(_atom(known, arguments, span), applicant.span.end_column - 1 + len(", !"))
    negated = syntax.Negation(given, replace(given.span, column=given.span.column - 1))
    body = syntax.Conjunction((applicant, negated), replace(applicant.span, end_column=given.span.end_column))
    return syntax.Clause((syntax.Head(head, syntax.Notes()),), body, span)


def _others(resolver: syntax.RelationDecl) -> tuple[syntax.Wildcard, ...]:
    return (syntax.Wildcard(resolver.span),) * (len(resolver.attributes) - 1)


def _moved(atom: syntax.Atom, by: int) -> syntax.Atom:
    span = replace(atom.span, column=1 + by, end_column=1 + by + len(print_literal(atom)))
    return replace(atom, span=span, name_span=span)
