"""A case's facts in the very shapes in which the service reads them from a call, so that both go through one door."""

from __future__ import annotations

from collections.abc import Mapping


def as_on_the_wire(facts: Mapping[str, object]) -> dict[str, object]:
    """Whole numbers and texts as they are, booleans as 1 and 0, rows of several columns as tuples, others as values.

    What no call can carry (a fraction, rows of unlike lengths) stays as it is, and is refused as a fact.
    """
    return {name: _value(value) for name, value in facts.items()}


def _value(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return [_row(row) for row in value] if isinstance(value, list) else value


def _row(row: object) -> object:
    if not isinstance(row, list):
        return _value(row)
    parts = tuple(_value(part) for part in row)
    return parts[0] if len(parts) == 1 else parts
