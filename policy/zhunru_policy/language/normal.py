"""Bodies in disjunctive normal form: a body becomes alternatives, each a row of literals that must all hold.

Negation moves to the leaves: `!(a, b)` is `!a ; !b`, `!!a` is `a`, and a negated comparison is the opposite comparison.
Checking, lowering and explaining all read a body this way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .syntax import Atom, Body, Comparison, ComparisonOp, Conjunction, Disjunction, Negation

Literal = Atom | Negation | Comparison
"""A leaf of a body. A `Negation` here always stands before an atom."""

MOST_ALTERNATIVES = 1_024
"""A body may come to so many alternatives; the checker refuses more."""

_OPPOSITE: Mapping[ComparisonOp, ComparisonOp] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def alternatives(body: Body) -> tuple[tuple[Literal, ...], ...]:
    """The body's alternatives and their literals, both in the order of the text.

    Raises ValueError beyond `MOST_ALTERNATIVES`, which no checked program has.
    """
    if count_alternatives(body) > MOST_ALTERNATIVES:
        raise ValueError(f"a body has more than {MOST_ALTERNATIVES} alternatives")
    return tuple(tuple(row) for row in _rows(body, False))


def count_alternatives(body: Body) -> int:
    """How many alternatives the body has, without making them; counting stops past `MOST_ALTERNATIVES`."""
    return _size(body, False)[0]


def count_literals(body: Body) -> int:
    """How many literals the body's alternatives have together, without making them, if they are not too many."""
    return _size(body, False)[1]


def _size(body: Body, negated: bool) -> tuple[int, int]:
    """Alternatives, and literals in all of them."""
    if isinstance(body, Negation):
        return _size(body.body, not negated)
    if isinstance(body, (Atom, Comparison)):
        return 1, 1
    chooses = _chooses(body, negated)
    rows, literals = (0, 0) if chooses else (1, 0)
    for part in body.parts:
        more, added = _size(part, negated)
        rows, literals = (rows + more, literals + added) if chooses else (rows * more, literals * more + rows * added)
        if rows > MOST_ALTERNATIVES:
            return MOST_ALTERNATIVES + 1, 0
    return rows, literals


def _chooses(body: Conjunction | Disjunction, negated: bool) -> bool:
    """Whether one of the parts suffices."""
    return isinstance(body, Disjunction) != negated


def _rows(body: Body, negated: bool) -> list[list[Literal]]:
    if isinstance(body, Negation):
        if not negated and isinstance(body.body, Atom):
            return [[body]]
        return _rows(body.body, not negated)
    if isinstance(body, Atom):
        return [[Negation(body, body.span) if negated else body]]
    if isinstance(body, Comparison):
        return [[Comparison(_OPPOSITE[body.op], body.left, body.right, body.span) if negated else body]]
    parts = [_rows(part, negated) for part in body.parts]
    return [row for rows in parts for row in rows] if _chooses(body, negated) else _product(parts)


def _product(parts: Sequence[list[list[Literal]]]) -> list[list[Literal]]:
    rows: list[list[Literal]] = [[]]
    for choices in parts:
        if len(choices) > 1:
            rows = [row + choice for row in rows for choice in choices]
            continue
        for row in rows:
            row.extend(choices[0])
    return rows
