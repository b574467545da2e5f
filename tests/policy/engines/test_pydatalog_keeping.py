"""What pyDatalog's judges keep from call to call, and what they never do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pyDatalog import Logic, pyEngine

from zhunru_policy import WorkLimitError
from zhunru_policy.engines import WORK_LIMIT, reference
from zhunru_policy.engines.pydatalog import evaluation as pydatalog
from zhunru_policy.engines.pydatalog import work as pydatalog_work
from zhunru_policy.ir.core import Row, Rows

from .agreement import core_of

#: `allowed` hangs on the parameters and the period alone, `passes` on what a request gives too.
PARAMETERS = """
.decl period(p: number)
.input period
.decl bound(start: number, value: number)
bound(0, 10). bound(5, 20).
.decl allowed(value: number)
allowed(V) :- period(P), bound(S, V), S = max T : { bound(T, _V), T <= P }.
.decl score(who: symbol, n: number)
.input score
.decl passes(who: symbol)
passes(W) :- score(W, N), allowed(V), N >= V.
"""
CONSTANTS = """
.decl given(who: symbol, name: symbol)
.input given
given("b", "age").
.decl age_given()
age_given() :- given("a", "age").
.decl age_missing()
age_missing() :- !given("a", "age").
.decl who(w: symbol)
who(W) :- given(W, "age").
.decl lacks(w: symbol)
lacks(W) :- given(W, _), !given(W, "age").
.decl many(n: number)
many(N) :- N = count : { given(_W, "age") }.
"""
CHAIN = """
.decl edge(x: number, y: number)
.input edge
.decl path(x: number, y: number)
path(X, Y) :- edge(X, Y).
path(X, Z) :- path(X, Y), edge(Y, Z).
.decl from_one(y: number)
from_one(Y) :- path(1, Y).
"""
SCORES: list[Row] = [("ann", 12), ("bob", 25)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the relations' heads in the order in which layers are asked."""
    names: list[str] = []
    fill = pydatalog.Judge._fill

    def spy(judge: pydatalog.Judge, layer: Any) -> None:
        names.extend(sorted({rule.relation for rule in layer.rules}))
        fill(judge, layer)

    monkeypatch.setattr(pydatalog.Judge, "_fill", spy)
    return names


def test_what_no_request_reaches_is_derived_once(asked: list[str]) -> None:
    derive = pydatalog.prepare(core_of(PARAMETERS), steady=("period",))
    for _ in range(3):
        rows = derive({"period": [(7,)], "score": SCORES})
        assert (rows["allowed"], rows["passes"]) == ({(20,)}, {("bob",)})
    assert asked == ["allowed", "passes", "passes", "passes"]


def test_it_is_derived_again_for_another_period() -> None:
    derive = pydatalog.prepare(core_of(PARAMETERS), steady=("period",))
    for _ in range(2):
        assert derive({"period": [(7,)], "score": SCORES})["passes"] == {("bob",)}
        assert derive({"period": [(4,)], "score": SCORES})["passes"] == {("ann",), ("bob",)}
        assert derive({"score": SCORES})["passes"] == set()


def test_many_periods_are_not_all_kept() -> None:
    """And those that were dropped are derived anew."""
    derive = pydatalog.prepare(core_of(PARAMETERS), steady=("period",))
    for period in [*range(3 * pydatalog.MOST_KEPT), 0, 1]:
        assert derive({"period": [(period,)]})["allowed"] == {(20 if period >= 5 else 10,)}


def test_what_is_kept_cant_be_changed_from_outside() -> None:
    derive = pydatalog.prepare(core_of(PARAMETERS), steady=("period",))
    for _ in range(2):
        rows = derive({"period": [(7,)], "score": SCORES})
        assert rows["allowed"] == {(20,)}
        for found in rows.values():
            found.clear()


def test_a_call_is_told_its_own_facts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    derive = pydatalog.prepare(core_of(PARAMETERS), steady=("period",))
    derive({"period": [(7,)], "score": SCORES})
    told: list[str] = []
    tell = pyEngine.assert_
    monkeypatch.setattr(pyEngine, "assert_", lambda clause: told.append(str(clause.head)) or tell(clause))
    derive({"period": [(7,)], "score": SCORES})
    assert len([head for head in told if head.startswith("relation")]) == len(SCORES)


@pytest.mark.parametrize(
    "given", [[], [("a", "age")], [("a", "name")], [("b", "age"), ("c", "name")], [("a", "age"), ("a", "name")]]
)
def test_constants_choose_their_rows(given: list[Row]) -> None:
    """A relation is one predicate for each set of constants that rules read it with."""
    core = core_of(CONSTANTS)
    derive = pydatalog.prepare(core)
    for _ in range(2):
        assert derive({"given": given}) == reference.prepare(core)({"given": given})


def test_a_recursion_may_read_itself_by_constants() -> None:
    core = core_of(".decl n(x: number) .input n n(2) :- n(1). n(3) :- n(2). n(4) :- n(3). n(1) :- n(4).")
    derive = pydatalog.prepare(core)
    for start in (2, 5, 1):
        assert derive({"n": [(start,)]})["n"] == ({(5,)} if start == 5 else {(1,), (2,), (3,), (4,)})


@pytest.mark.parametrize("calls", [[1, 8, 3], [8, 0, 8]])
def test_a_recursion_finds_the_same_in_each_call(calls: list[int]) -> None:
    core = core_of(CHAIN)
    derive = pydatalog.prepare(core)
    for length in calls:
        inputs: Rows = {"edge": [(at, at + 1) for at in range(length)]}
        assert derive(inputs) == reference.prepare(core)(inputs)


def test_a_bound_on_work_means_the_same_in_each_call() -> None:
    inputs: Rows = {"period": [(7,)], "score": SCORES}

    def least_work(calls_before: int) -> int:
        derive = pydatalog.prepare(core_of(PARAMETERS), steady=("period",))
        for _ in range(calls_before):
            derive(inputs)
        for steps in range(1, 1_000):
            try:
                derive(inputs, work=steps * pydatalog_work.STEP_COST)
            except WorkLimitError:
                continue
            return steps
        raise AssertionError("no bound was enough")

    assert least_work(0) == least_work(1) == least_work(2) > 10


def test_short_and_long_joins_may_alternate() -> None:
    """A rule counts its rows where they may be many; it is told to pyDatalog in both forms then."""
    core = core_of(CHAIN)
    derive = pydatalog.prepare(core)
    for size in (3, 40, 3, 40):
        inputs: Rows = {"edge": [(x, y) for x in range(size) for y in range(size) if y == x + 1 or x % 9 == y % 9 == 1]}
        assert derive(inputs)["path"] == reference.prepare(core)(inputs)["path"]


def test_a_judge_that_was_told_much_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    derive = pydatalog.prepare(core_of(CHAIN))
    made: list[object] = []
    logic = pydatalog.Judge.__init__
    monkeypatch.setattr(pydatalog.Judge, "__init__", lambda judge, base: made.append(base) or logic(judge, base))
    monkeypatch.setattr(pydatalog, "MOST_RETRACTED", 5)
    few: Rows = {"edge": [(1, 2)]}
    many: Rows = {"edge": [(at, at + 1) for at in range(8)]}
    for inputs, judges in ((few, 2), (few, 2), (many, 2), (few, 3), (few, 3)):
        derive(inputs)
        assert len(made) == judges


def test_judges_pass_from_thread_to_thread() -> None:
    derive = pydatalog.prepare(core_of(PARAMETERS), steady=("period",))

    def call(number: int) -> bool:
        passes = derive({"period": [(number % 9,)], "score": [(f"w{number}", 15)]})["passes"]
        return passes == ({(f"w{number}",)} if number % 9 < 5 else set()) and not hasattr(Logic.tl, "logic")

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(120)))


# ── memory ───────────────────────────────────────────────────────────────────────────────────────


def test_no_bound_on_work_lets_one_query_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a query keeps is free when it ends: many that keep little are work alone."""
    monkeypatch.setattr(pydatalog_work, "MOST_HELD", 2_000)
    product = pydatalog.prepare(
        core_of(".decl n(x: number) .input n .decl q(x: number, y: number) q(X, Y) :- n(X), n(Y).")
    )
    with pytest.raises(WorkLimitError, match="the bound on work was reached"):
        product({"n": [(n,) for n in range(60)]}, work=100 * WORK_LIMIT)
    inputs: Rows = {"edge": [(at, at + 1) for at in range(40)]}
    chain = pydatalog.prepare(core_of(CHAIN))
    assert len(chain(inputs, work=100 * WORK_LIMIT)["path"]) == 820
    with pytest.raises(WorkLimitError):
        chain(inputs, work=2_000 * pydatalog_work.STEP_COST)
