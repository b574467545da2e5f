"""A rule that fails is an error, also where nothing reads what failed, and where another engine would not look.

Each program stands on lines of its own: declarations first, and the rule that fails is named by its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from zhunru_policy.ir.core import Row

from .agreement import answer, core_of

#: Engines that must say what is worked out here.
ENGINES = ("reference", "pydatalog", "general")

DECLARED = """.decl n(x: number) .input n
.decl m(x: number) .input m
.decl q(x: number) .output q
.decl p(x: number) .decl r() .decl s(x: number, y: number)
"""
LINES = DECLARED.count("\n")
ZERO = "division by zero"
BEYOND = "number beyond 64 bits"
MOST = 9223372036854775807


@dataclass(frozen=True)
class Lost:
    """Rules, rows of the inputs `n` and `m`, and the rule that fails, from 1."""

    rules: str
    n: tuple[int, ...] = (0,)
    m: tuple[int, ...] = ()
    rule: int = 1
    reason: str = ZERO
    inputs: dict[str, list[Row]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", {"n": [(x,) for x in self.n], "m": [(x,) for x in self.m]})


FAILS = {
    # What nothing reads.
    "a value that nothing reads": Lost("q(X) :- n(X), _Y = 1 / X."),
    "a value that nothing reads, of a rule that holds for other rows": Lost("q(X) :- n(X), _Y = 1 / X.", n=(1, 0, 2)),
    "a remainder that nothing reads": Lost("q(1) :- n(X), _Y = 1 % X."),
    "a value read by another that nothing reads": Lost("q(X) :- n(X), Y = 1 / X, _Z = Y + 1."),
    "a value beyond 64 bits that nothing reads": Lost("q(X) :- n(X), _Y = X + 1.", n=(MOST,), reason=BEYOND),
    "both sides of a comparison with itself": Lost("q(X) :- n(X), 1 / X = 1 / X."),
    "a product with nothing": Lost("q(X) :- n(X), 0 * (1 / X) = 0."),
    "a difference from itself": Lost("q(X) :- n(X), Y = 1 / X, Y - Y = 0."),
    "the larger of two, one of which has no value": Lost("q(max(5, 1 / X)) :- n(X)."),
    # What no output needs.
    "a relation that no output needs": Lost("p(1 / X) :- n(X).\nq(X) :- n(X)."),
    "the second head of a rule whose first is needed": Lost("q(X), p(1 / X) :- n(X)."),
    "a value for a relation without columns": Lost("r() :- n(X), 1 / X > 0.\nq(X) :- n(X)."),
    "a relation that only an aggregate over nothing would read": Lost(
        "p(1 / X) :- n(X).\nq(N) :- N = count : { m(X), p(X) }."
    ),
    "a relation that only a rule reads which can't hold": Lost("p(1 / X) :- n(X).\nq(X) :- p(X), m(X)."),
    "a row that is there already": Lost("q(5).\nq(5) :- n(X), 1 / X > 0.", rule=2),
    "a recursion that no output needs": Lost("p(X) :- n(X).\np(6 / X) :- p(X), X < 9.\nq(X) :- n(X).", rule=2),
    # Alternatives.
    "the first of two alternatives": Lost("q(X) :- n(X), ( 1 / X > 0 ; X = 0 )."),
    "the second of two alternatives": Lost("q(X) :- n(X), ( X = 0 ; 1 / X > 0 )."),
    "an alternative that gives the same row": Lost("q(7) :- n(X), ( X >= 0 ; _Y = 3 / X )."),
    "an alternative within another": Lost("q(X) :- n(X), ( X = 0 ; ( X = 1 ; 1 / X = 2 ) )."),
    "a negated alternative": Lost("q(X) :- n(X), !( X = 1 ; 1 / X = 2 )."),
    "a negated body": Lost("q(X) :- n(X), !( m(X), 1 / X = 2 )."),
    # Aggregates over nothing, beside what fails outside.
    "beside a count over nothing": Lost("q(C) :- n(X), _Y = 1 / X, C = count : { m(Z), Z / X > 0 }."),
    "beside a sum over nothing of what is divided again": Lost(
        "q(C) :- n(X), _Y = 1 / X, C = sum V : { m(Z), V = Z / X }."
    ),
    "beside a sum over nothing, in the head": Lost("q(C + 1 / X) :- n(X), C = sum V : { m(Z), V = Z / X }."),
    "read by a maximum over nothing": Lost("q(C) :- n(X), Y = 1 / X, C = max V : { m(Z), V = Y + Z }."),
    "read by a minimum over nothing": Lost("q(C) :- n(X), Y = 1 / X, C = min Z : { m(Z), Z > Y }."),
    "read by a count over nothing that must be something": Lost(
        "q(X) :- n(X), Y = 1 / X, C = count : { m(Z), Z > Y }, C > 5."
    ),
    "read by an aggregate over nothing whose own value is compared": Lost(
        "q(X) :- n(X), Y = 1 / X, sum V : { m(Z), V = Z / Y } = 1."
    ),
    "beside an aggregate over nothing of which a part fails for no row": Lost(
        "q(A) :- n(X), A = count : { m(Z), 1 / (Z - Z) > 0 }, B = 1 / X, B >= A."
    ),
    # Aggregates over nothing that may fail, and are to be what fails outside: their value is what fails, so they are
    # passed over and hide nothing. Those that can't fail come first, and hide it.
    "a minimum over nothing that is to be it": Lost("q(X) :- n(X), min Z / Z : { m(Z) } = 1 / X."),
    "a maximum over nothing that it is to be": Lost("q(X) :- n(X), 1 / X = max Z / Z : { m(Z) }."),
    "a maximum over nothing that is to be it, by name": Lost("q(V) :- n(X), V = 1 / X, V = max Z / Z : { m(Z) }."),
    "a minimum over nothing that is to be beyond 64 bits": Lost(
        "q(X) :- n(X), min Z % Z : { m(Z) } = X + 1.", n=(MOST,), reason=BEYOND
    ),
    "a minimum over nothing of what a guard divides": Lost("q(X) :- n(X), min Z : { m(Z), 9 / Z > 1 } = 1 / X."),
    "a minimum over nothing of what another counts": Lost(
        "q(X) :- n(X), min Z : { m(Z), count : { n(Y), Y / Z > 1 } > 0 } = 1 / X."
    ),
    "a minimum whose every row is guarded away": Lost(
        "q(X) :- n(X), min Z : { n(Z), 2 / (Z + 1) > 5 } = 1 / X.", n=(0, 1)
    ),
    "a minimum over nothing that is to be it, in an alternative": Lost(
        "q(X) :- n(X), ( min Z / Z : { m(Z) } = 1 / X ; X > 5 )."
    ),
    "a minimum over nothing that is to be it, in a count": Lost(
        "q(C) :- C = count : { n(X), min Z / Z : { m(Z) } = 1 / X }."
    ),
    "a minimum over nothing that is to be it, for one row of many": Lost(
        "q(X) :- n(X), min Z / Z : { m(Z) } = 1 / X.", n=(1, 2, 0, 3)
    ),
    # Inside aggregates.
    "in an aggregate's target": Lost("q(S) :- S = sum 1 / X : { n(X) }.", n=(1, 0)),
    "in a maximum's target": Lost("q(S) :- S = max 1 / X : { n(X) }.", n=(1, 0)),
    "in a count's guard": Lost("q(C) :- C = count : { n(X), 1 / X > 0 }.", n=(1, 0)),
    "in a value of a count that nothing reads": Lost("q(C) :- C = count : { n(X), _Y = 1 / X }.", n=(1, 0)),
    "in an aggregate that nothing reads": Lost("q(X) :- n(X), _C = sum 1 / Y : { n(Y) }."),
    "in a nested aggregate": Lost("q(C) :- C = sum D : { m(Z), D = count : { n(X), Z / X > 0 } }.", m=(3,)),
    "in a nested aggregate's target, under a value from outside": Lost(
        "q(C) :- C = count : { m(Z), D = sum V : { n(X), V = Z / X }, D > 100 }.", m=(3,)
    ),
    "in one of two aggregates, the other of which is over nothing": Lost(
        "q(A) :- n(X), A = count : { m(Z), Z > X }, B = sum 1 / Y : { n(Y), Y >= X }, B > A."
    ),
    "a sum beyond 64 bits that nothing reads": Lost("q(1) :- _S = sum X : { n(X) }.", n=(MOST, 1), reason=BEYOND),
    "a sum beyond 64 bits in a negated aggregate's guard": Lost(
        "q(1) :- !( sum X : { n(X) } > 5 ).", n=(MOST, 1), reason=BEYOND
    ),
    "in the guard of a negated aggregate": Lost("q(X) :- n(X), !( count : { n(Y), 1 / Y > 0 } > 0 )."),
    "in the aggregate of an alternative": Lost("q(X) :- n(X), ( X = 0 ; count : { n(Y), 1 / Y > 0 } > 3 )."),
    # Which rule is named.
    "two rules fail, the first is named": Lost("p(1 / X) :- n(X).\nq(2 % X) :- n(X)."),
    "a rule that fails hides that its reader would": Lost("p(1 / X) :- n(X).\nq(Y / 0) :- p(Y).\nr() :- n(_)."),
}

HOLDS = {
    "a minimum over nothing that can't fail, and is to be it": (
        Lost("q(X) :- n(X), min Z : { m(Z) } = 1 / X."),
        set(),
    ),
    "a nested maximum over nothing that hides it": (
        Lost("q(C) :- C = count : { n(X), _Y = 1 / X, D = max V : { m(Z), V = Z / X }, D > 1 }."),
        {(0,)},
    ),
    "a literal that hides it": (Lost("q(X) :- n(X), 1 / X > 0, X > 0."), set()),
    "a literal without a row that hides it": (Lost("q(X) :- n(X), m(_), _Y = 1 / X."), set()),
    "a guard within an aggregate": (Lost("q(S) :- S = sum 6 / X : { n(X), X > 0 }.", n=(0, 2)), {(3,)}),
    "an aggregate over nothing of what would fail": (Lost("q(C) :- C = sum Z / 0 : { m(Z) }."), {(0,)}),
    "a maximum over nothing beside it": (Lost("q(C) :- n(X), _Y = 1 / X, C = max Z : { m(Z) }."), set()),
    "an aggregate whose value hides it": (Lost("q(X) :- n(X), 1 / X > 0, count : { m(_) } > 0."), set()),
    "a nested aggregate over nothing": (
        Lost("q(C) :- C = sum D : { m(Z), D = count : { n(X), Z / X > 0 } }."),
        {(0,)},
    ),
    "a negated atom that hides it": (Lost("q(X) :- n(X), 1 / X > 0, !n(X)."), set()),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FAILS)
def test_a_rule_that_fails_is_an_error(name: str, engine: str) -> None:
    case = FAILS[name]
    found = answer(engine, core_of(DECLARED + case.rules), case.inputs)
    place = f"program.dl:{LINES + case.rule}:1"
    assert found == f"RuleArithmeticError: {place}: rule failed: {case.reason}"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", HOLDS)
def test_what_a_literal_hides_is_none(name: str, engine: str) -> None:
    case, rows = HOLDS[name]
    found = answer(engine, core_of(DECLARED + case.rules), case.inputs)
    assert not isinstance(found, str), found
    assert found["q"] == rows
