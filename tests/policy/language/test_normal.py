"""Bodies in disjunctive normal form."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhunru_policy.language.normal import MOST_ALTERNATIVES, Literal, alternatives, count_alternatives, count_literals
from zhunru_policy.language.parser import parse
from zhunru_policy.language.syntax import Atom, Body, Comparison, Conjunction, Constant, Disjunction, Negation, Span

NOWHERE = Span("x.dl", 1, 1, 1, 1)
LETTERS = "abcd"
COMPARED = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def body(text: str) -> Body:
    (clause,) = parse(f"r() :- {text}.", "x.dl").clauses
    assert clause.body is not None
    return clause.body


def rows(text: str) -> list[str]:
    return [" ".join(shown(literal) for literal in row) for row in alternatives(body(text))]


def shown(literal: Literal) -> str:
    if isinstance(literal, Comparison):
        return literal.op
    return f"!{shown(literal.body)}" if isinstance(literal, Negation) else literal.relation  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a()", ["a"]),
        ("a(), b()", ["a b"]),
        ("a() ; b()", ["a", "b"]),
        ("a(), (b() ; c()), d()", ["a b d", "a c d"]),
        ("(a() ; b()), (c() ; d())", ["a c", "a d", "b c", "b d"]),
        ("!a()", ["!a"]),
        ("!!a()", ["a"]),
        ("!(a(), b())", ["!a", "!b"]),
        ("!(a() ; b())", ["!a !b"]),
        ("a(), !(b(), !(c() ; d()))", ["a !b", "a c", "a d"]),
        ("!(1 = 2), !(1 < 2), !(1 >= 2)", ["!= >= <"]),
        ("!(1 != 2), !(1 > 2), !(1 <= 2)", ["= <= >"]),
    ],
)
def test_alternatives(text: str, expected: list[str]) -> None:
    assert rows(text) == expected
    assert count_alternatives(body(text)) == len(expected)
    assert count_literals(body(text)) == sum(len(row.split()) for row in expected)


def test_literals_keep_their_places() -> None:
    ((first, second),) = alternatives(body("!(a() ; 1 = 2)"))
    assert (str(first.span), str(second.span)) == ("x.dl:1:10", "x.dl:1:16")


def test_more_than_the_most_is_counted_but_not_made() -> None:
    choice = Disjunction((Atom("a", (), NOWHERE, NOWHERE), Atom("b", (), NOWHERE, NOWHERE)), NOWHERE)
    assert len(alternatives(Conjunction((choice,) * 10, NOWHERE))) == MOST_ALTERNATIVES
    too_many = Conjunction((choice,) * 100_000, NOWHERE)
    assert count_alternatives(too_many) == MOST_ALTERNATIVES + 1
    with pytest.raises(ValueError, match="more than 1024 alternatives"):
        alternatives(too_many)


def bodies() -> some.SearchStrategy[Body]:
    atoms = some.sampled_from(LETTERS).map(lambda name: Atom(name, (), NOWHERE, NOWHERE))
    numbers = some.integers(0, 2).map(lambda number: Constant(number, NOWHERE))
    comparisons = some.builds(Comparison, some.sampled_from([*COMPARED]), numbers, numbers, some.just(NOWHERE))
    return some.recursive(
        atoms | comparisons,
        lambda inner: some.one_of(
            inner.map(lambda part: Negation(part, NOWHERE)),
            some.lists(inner, min_size=2, max_size=3).map(lambda parts: Conjunction(tuple(parts), NOWHERE)),
            some.lists(inner, min_size=2, max_size=3).map(lambda parts: Disjunction(tuple(parts), NOWHERE)),
        ),
        max_leaves=8,
    )


def holds(node: Body, facts: Mapping[str, bool]) -> bool:
    if isinstance(node, Atom):
        return facts[node.relation]
    if isinstance(node, Comparison):
        return compares(node)
    if isinstance(node, Negation):
        return not holds(node.body, facts)
    return (all if isinstance(node, Conjunction) else any)(holds(part, facts) for part in node.parts)


def compares(node: Comparison) -> bool:
    assert isinstance(node.left, Constant)
    assert isinstance(node.right, Constant)
    left, right = int(node.left.value), int(node.right.value)
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[node.op]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(bodies(), some.fixed_dictionaries({letter: some.booleans() for letter in LETTERS}))
def test_the_alternatives_mean_what_the_body_means(node: Body, facts: dict[str, bool]) -> None:
    made = alternatives(node)
    assert any(all(holds(literal, facts) for literal in row) for row in made) == holds(node, facts)
    assert (len(made), sum(map(len, made))) == (count_alternatives(node), count_literals(node))
    assert all(isinstance(part.body, Atom) for row in made for part in row if isinstance(part, Negation))
