"""Conditions as trees: what folds, and what is seen never to hold at once."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhunru_policy.ir.formulas import (
    COMPARE,
    FALSE,
    TRUE,
    All,
    Any,
    Formula,
    Has,
    Holds,
    Is,
    Not,
    Truth,
    compared,
    either,
    every,
    exclude,
    narrowed,
    opposite,
)
from zhunru_policy.ir.terms import Input, Known, Local, Term, operation

X, Y = Local("x", (-3, 3)), Local("y", (-3, 3))
A, B, C = Holds("a"), Holds("b"), Holds("c")
MEANS = {"offered": every([Holds("invited"), opposite(Holds("refused"))]), "old": compared(">=", X, Known(2))}


def is_(op: str, left: Term, right: Term | int | str) -> Formula:
    return Is(op, left, Known(right) if isinstance(right, (int, str)) else right)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right", "never_both"),
    [
        (A, opposite(A), True),
        (A, B, False),
        (opposite(Has(X)), Has(X), True),
        (every([opposite(Has(X)), B]), every([B, is_("=", X, 3)]), True),
        (is_("=", X, 2), is_("=", X, 3), True),
        (is_("=", X, 2), is_("=", X, 2), False),
        (is_("=", X, 2), is_("=", Y, 3), False),
        (is_("=", X, "a"), is_("=", X, "b"), True),
        (is_("=", X, "a and b"), is_("=", X, "a"), True),
        (is_("<", X, 2), is_(">=", X, 2), True),
        (is_("<", X, 2), is_(">=", X, 1), False),
        (is_("<", X, 2), is_(">", X, 1), True),
        (is_("=", X, Y), is_("!=", X, Y), True),
        (is_("<", X, Y), is_("=", X, Y), True),
        (is_("<=", X, Y), is_("=", X, Y), False),
        (Holds("offered"), Holds("refused"), True),
        (opposite(Holds("invited")), every([A, Holds("offered")]), True),
        (opposite(Holds("offered")), Holds("refused"), False),
        (Holds("old"), is_("<", X, 2), True),
        (either([A, B]), every([opposite(A), opposite(B)]), True),
        (either([A, B]), opposite(A), False),
        (every([either([A, B]), C]), every([opposite(A), opposite(B)]), True),
    ],
)
def test_what_never_holds_at_once_is_seen(left: Formula, right: Formula, never_both: bool) -> None:
    assert exclude(left, right, MEANS) is never_both
    assert exclude(right, left, MEANS) is never_both


# ── against their meaning, over every value ──────────────────────────────────────────────────────

terms = st.recursive(
    st.sampled_from([X, Y]) | st.integers(-4, 4).map(Known),
    lambda inner: st.tuples(st.sampled_from(["+", "-", "*", "max", "min", "/", "%"]), inner, inner).map(
        lambda made: operation(made[0], [made[1], made[2]])
    ),
    max_leaves=4,
)
formulas = st.recursive(
    st.sampled_from([A, B, TRUE, FALSE])
    | st.tuples(st.sampled_from(sorted(COMPARE)), terms, terms).map(lambda made: compared(*made)),
    lambda inner: (
        st.lists(inner, max_size=3).map(every) | st.lists(inner, max_size=3).map(either) | inner.map(opposite)
    ),
    max_leaves=6,
)
WORLDS = [dict(zip("xyab", world, strict=True)) for world in product((-3, 0, 1, 3), (-3, 0, 2), (False, True), (True,))]


def value(term: Term, world: dict) -> int:
    if isinstance(term, Known):
        return term.value  # type: ignore[return-value]
    if isinstance(term, Local):
        return world[term.name]
    assert not isinstance(term, Input)
    left, right = (value(argument, world) for argument in term.arguments)  # type: ignore[union-attr]
    if term.op == "/" or term.op == "%":  # type: ignore[union-attr]
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if term.op == "/" else left - quotient * right  # type: ignore[union-attr]
    return {"+": left + right, "-": left - right, "*": left * right, "max": max(left, right), "min": min(left, right)}[
        term.op  # type: ignore[union-attr]
    ]


def holds(formula: Formula, world: dict) -> bool:
    match formula:
        case Truth(truth):
            return truth
        case Holds(name):
            return world[name]
        case Is(op, left, right):
            return COMPARE[op](value(left, world), value(right, world))
        case All(parts):
            return all(holds(part, world) for part in parts)
        case Any(parts):
            return any(holds(part, world) for part in parts)
        case Not(part):
            return not holds(part, world)
    raise AssertionError(formula)


def evaluated(formula: Formula, world: dict) -> bool | None:
    try:
        return holds(formula, world)
    except ZeroDivisionError:
        return None


@settings(max_examples=400, deadline=None, derandomize=True)
@given(formulas, formulas)
def test_conditions_that_exclude_each_other_never_hold_both(left: Formula, right: Formula) -> None:
    if exclude(left, right, {}):
        assert not any(evaluated(left, world) and evaluated(right, world) for world in WORLDS)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(terms)
def test_a_value_stays_in_its_span_and_fails_only_where_it_may(term: Term) -> None:
    for world in WORLDS:
        try:
            low, high = term.span
            assert low <= value(term, world) <= high
        except ZeroDivisionError:
            assert term.may_fail


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(COMPARE)), terms, terms)
def test_a_comparison_folds_to_what_it_means(op: str, left: Term, right: Term) -> None:
    made = compared(op, left, right)  # type: ignore[arg-type]
    for world in WORLDS:
        expected = evaluated(Is(op, left, right), world)  # type: ignore[arg-type]
        assert expected is None or evaluated(made, world) == expected
        assert expected is None or evaluated(opposite(made), world) is not expected


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(formulas, max_size=3))
def test_a_term_stays_in_what_conditions_leave_it(path: list[Formula]) -> None:
    low, high = narrowed(X, path)
    for world in WORLDS:
        if all(evaluated(formula, world) for formula in path):
            assert low <= world["x"] <= high
