"""Parameters: facts with a start, which is a period, or 0 for the beginning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...diagnostics import Diagnostic
from ...language import syntax
from ..facts import is_period
from ..vocabulary import Vocabulary

START = "start"
_Key = tuple[object, ...]


def check_parameters(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    places: dict[str, int] = {}
    for declared in vocabulary.with_role("parameter"):
        names = [attribute.name for attribute in declared.attributes]
        if START in names[1:-1]:
            places[declared.name] = names.index(START)
        else:
            yield Diagnostic(
                declared.name_span,
                f"parameter `{declared.name}` has no start",
                "name one attribute `start`, after its keys and before its values",
            )
    yield from _check_rows(vocabulary, places)


def _check_rows(vocabulary: Vocabulary, places: Mapping[str, int]) -> Iterator[Diagnostic]:
    starts: dict[_Key, dict[object, syntax.Span]] = {}
    for clause, row in vocabulary.fact_clauses("parameter"):
        atom = clause.heads[0].atom
        if atom.relation not in places:
            continue
        place = places[atom.relation]
        key, start = (atom.relation, *row[:place]), row[place]
        before = starts.setdefault(key, {})
        if isinstance(start, int) and start and not is_period(start):
            yield Diagnostic(
                atom.arguments[place].span,
                f"the start `{start}` is no period",
                "give year·100 + month, month 01 to 12, or 0 for the beginning",
            )
        if start in before:
            yield Diagnostic(
                clause.span,
                f"{_named(key)} has two values from period {start} on",
                f"the other stands at {before[start]}; keep one",
            )
        before.setdefault(start, clause.span)
    for key, periods in starts.items():
        if 0 not in periods:
            yield Diagnostic(
                min(periods.values()),
                f"{_named(key)} has no value from period 0 on",
                "give its first value the start 0",
            )


def _named(key: _Key) -> str:
    return ", ".join(f"`{part}`" for part in key[1:])
