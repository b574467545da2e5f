"""Changes written into the facts of a request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ...ir.core import Row
from ...pack.facts import Facts
from .open_facts import Edit


def apply(edits: Iterable[Edit], facts: Facts, rows: Mapping[str, Collection[Row]], subject: str) -> dict[str, object]:
    """The facts after the edits, as a request gives them. `rows`: the request's, without repetition."""
    after: dict[str, Any] = dict(facts)
    tuples: dict[str, dict[Row, list[int | str]]] = {}
    for edit in edits:
        spec = edit.spec
        if not spec.many:
            after[spec.name] = edit.after
        elif len(spec.columns) == 1:
            after[spec.name] = [*after.get(spec.name, ()), edit.after]
        else:
            if spec.name not in tuples:
                own = [list(row[1:]) for row in rows.get(spec.name, ()) if row[0] == subject]
                tuples[spec.name] = {tuple(row[at] for at in spec.unique): row for row in own}
            row = tuples[spec.name].setdefault(edit.key, _blank(edit))
            row[[column.name for column in spec.columns].index(edit.column.name)] = edit.after
    after |= {name: [tuple(row) for row in found.values()] for name, found in tuples.items()}
    return after


def _blank(edit: Edit) -> list[int | str]:
    """A tuple that was not given."""
    blank: list[int | str] = [0] * len(edit.spec.columns)
    for at, value in zip(edit.spec.unique, edit.key, strict=True):
        blank[at] = value
    return blank
