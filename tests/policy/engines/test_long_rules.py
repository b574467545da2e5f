"""Rules as long as the bounds of the language allow: they run on every engine, and print as they were read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zhunru_policy import PolicyError
from zhunru_policy.engines import general
from zhunru_policy.ir.core import Row
from zhunru_policy.language import checker
from zhunru_policy.language.formatter import format_text
from zhunru_policy.language.parser import parse

from .agreement import answer, core_of

START = """\
.decl one(a: number)
one(1). one(2).
.decl two(a: number, b: number)
two(1, 2). two(2, 1).
.decl found(a: number)
.output found
"""
BOTH: set[Row] = {(1,), (2,)}


def each(literal: str, size: int) -> str:
    return ", ".join(literal.format(i, i + 1) for i in range(size))


#: A rule of each shape, by its size; the size that nearly fills an item; and the rows of `found`.
RULES: dict[str, tuple[Callable[[int], str], int, set[Row]]] = {
    "one atom many times": (lambda n: f"found(X) :- {each('one(X)', n)}.", 3_900, BOTH),
    "a chain of joins": (lambda n: f"found(X0) :- {each('two(X{}, X{})', n)}, one(X{n}).", 2_800, BOTH),
    "a chain of joins and tests": (
        lambda n: f"found(X{n}) :- one(X0), {each('two(X{0}, X{1}), X{0} != X{1}', n)}.",
        1_800,
        BOTH,
    ),
    "a chain of sums": (lambda n: f"found(X{n} - {n}) :- one(X0), {each('X{1} = X{0} + 1', n)}.", 3_300, BOTH),
    "comparisons": (lambda n: f"found(X) :- one(X), {each('X != -{}', n)}.", 3_900, BOTH),
    "negations": (lambda n: f"found(X) :- one(X), {each('!two(X, X)', n)}.", 2_400, BOTH),
    "aggregates": (lambda n: f"found(X) :- one(X), {each('2 = count : {{ one(_) }}', n)}.", 1_800, BOTH),
    "aggregates of a group": (
        lambda n: f"found(X) :- one(X), {each('N{0} = sum Y : {{ two(X, Y) }}, N{0} > 0', n)}.",
        1_000,
        BOTH,
    ),
    "a long aggregate": (lambda n: f"found(X) :- X = count : {{ one(Y), {each('Y != -{}', n)} }}.", 3_900, {(2,)}),
    "a long join in an aggregate": (
        lambda n: f"found(X) :- X = count : {{ one(X0), {each('two(X{}, X{})', n)} }}.",
        2_800,
        {(2,)},
    ),
    "one recursion in a long body": (
        lambda n: f"found(1). found(X{n}) :- found(X0), {each('two(X{}, X{})', n)}, X{n} < 3.",
        2_791,
        BOTH,
    ),
    "many recursions": (lambda n: f"found(2). found(X - 1) :- X > 1, {each('found(X)', n)}.", 3_900, BOTH),
    "alternatives": (lambda n: f"found(X) :- {' ; '.join(f'one(X), X > {-i}' for i in range(n))}.", 1_024, BOTH),
    "heads": (lambda n: f"{each('found(X + {})', n)} :- one(X).", 2_400, {(i,) for i in range(1, 2_402)}),
    "a long list of values": (lambda n: f"found(X) :- one(Y), X = max({each('Y', n)}, 2).", 9_000, {(2,)}),
    "a deep expression": (lambda n: f"found(X) :- one(X), X > {'(' * n}0{' - 0)' * n}.", 63, BOTH),
    "a deep aggregate": (lambda n: f"found(X) :- one(X), 0 < {'count : { 0 < ' * n}1{' }' * n}.", 31, BOTH),
}
SHAPES = pytest.mark.parametrize(("rule", "size", "rows"), RULES.values(), ids=RULES)


@pytest.mark.parametrize("engine", ["general", "reference", "pydatalog"])
@SHAPES
def test_a_long_rule_runs(rule: Callable[[int], str], size: int, rows: set[Row], engine: str) -> None:
    """pyDatalog is asked a tenth, since its time grows with the square."""
    size, rows = (size // 10, rows & {(i,) for i in range(size // 10 + 2)}) if engine == "pydatalog" else (size, rows)
    found = answer(engine, core_of(START + rule(size)), {})

    assert not isinstance(found, str), found
    assert found["found"] == rows


@SHAPES
def test_a_long_rule_is_formatted(rule: Callable[[int], str], size: int, rows: set[Row]) -> None:
    text = format_text(START + rule(size), "long.dl")

    assert format_text(text, "long.dl") == text
    assert core_of(text).strata == core_of(START + rule(size)).strata


@SHAPES
def test_a_longer_rule_is_refused(rule: Callable[[int], str], size: int, rows: set[Row]) -> None:
    """Three times the size is past a bound; the message names the place and the bound."""
    with pytest.raises(PolicyError, match=r"long\.dl:\d+:\d+: error: .* (20000|1024|64)"):
        checker.ensure(parse(START + rule(3 * size), "long.dl"), strict=False)


def test_many_rules_of_one_recursion_run() -> None:
    names = [f"r{i}" for i in range(1_000)]
    rules = [f".decl {b}(a: number)\n{b}(X) :- {a}(X)." for a, b in zip(names, [*names[1:], names[0]], strict=True)]

    found = general.prepare(core_of("\n".join(["r0(7).", *rules])))({})

    assert found[names[-1]] == {(7,)}
