"""No question takes an explanation beyond its bounds, and where one is reached, what is told is right and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count

import pytest

from tests.policy.applicants import QUALIFIED
from tests.policy.explain.checking import Judge, Program
from zhunru_policy import Policy, WorkLimitError
from zhunru_policy.explain import pace, tracing
from zhunru_policy.explain.goals import Absence
from zhunru_policy.explain.proof import AbsenceNode, DerivedNode, Proof

SOME_DAY = date(2026, 11, 24)

#: Literals over a relation of many rows, all of which match, so that only the last of a clause fails.
EXPLODING = """
.decl big(a: number, b: number)
.input big
.decl stop(a: number)
.input stop
.decl far(a: number, b: number)
.output far
far(A, F) :- big(A, _), big(B, _), big(C, _), big(D, _), big(E, _), big(F, _), !stop(A), B + C + D + E >= 0.
far(A, B) :- stop(A), stop(B), A < B, !big(A, _).
.decl none(n: number)
.output none
none(N) :- stop(A), N = count : { big(B, _), big(C, _), big(D, _), big(E, _), big(F, _), !stop(B) }, A < 0.
"""
SOME_ROWS = {"big": [(n, -n) for n in range(40)], "stop": [(n,) for n in range(40)]}
ANY = Absence("far", (None, None))


def absence_of(proof: Proof) -> AbsenceNode:
    node = proof.nodes[proof.root]
    assert isinstance(node, AbsenceNode)
    return node


def judged(program: Program, proof: Proof) -> Proof:
    Judge(program.core, program.rows).judge(proof)
    return proof


@pytest.mark.parametrize("prove", [Program.prove, Program.why_not])
def test_a_question_that_few_rows_answer_is_answered_whole(prove: Callable[[Program, Absence], Proof]) -> None:
    few = {"big": [(1, 1)], "stop": [(1,)]}
    proof = judged(program := Program(EXPLODING, few), prove(program, ANY))
    assert not proof.truncated
    assert [attempt.clause.line for attempt in absence_of(proof).attempts] == [8, 9]
    assert absence_of(proof).rest == 0


def test_reasons_against_stop_where_there_is_no_end_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """40⁶ ways lead to the literal that fails. What was found is told, also of the next clause."""
    monkeypatch.setattr(pace, "MOST_STEPS", 30_000)
    program = Program(EXPLODING, SOME_ROWS)
    proof = judged(program, program.why_not(ANY))
    assert proof.truncated
    node = absence_of(proof)
    assert node.rest > 0
    lines = [attempt.clause.line for attempt in node.attempts]
    assert set(lines) == {8}
    assert {view.clause.line for view, ways in program.against().failing(ANY) if ways} == {8, 9}


def test_proofs_stop_where_there_is_no_end_of_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MOST_STEPS", 5_000)
    text = EXPLODING.replace("!stop(A), B + C", "B + C").replace(">= 0", "< 0")
    program = Program(text.replace("none(N) :-", "none(N) :- A = 1, A = 2,"), {"big": SOME_ROWS["big"][:6], "stop": []})
    proof = judged(program, program.prove(ANY))
    assert proof.truncated
    assert absence_of(proof).rest > 0
    assert len(absence_of(proof).attempts) == 50


def test_an_absence_counts_its_rest_exactly_where_nothing_was_cut() -> None:
    text = """
    .decl big(a: number)
    .input big
    .decl pair(a: number, b: number)
    .output pair
    pair(A, B) :- big(A), big(B), A + B < 0.
    """
    program = Program(text, {"big": [(n,) for n in range(30)]})
    for proof in (program.prove(Absence("pair", (None, None))), program.why_not(Absence("pair", (None, None)))):
        assert not proof.truncated
        node = absence_of(judged(program, proof))
        assert (len(node.attempts), node.rest) == (50, 30 * 30 - 50)


def test_what_is_beyond_all_bounds_is_not_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The aggregate alone runs over 5⁵ assignments, none of which gives a row."""
    monkeypatch.setattr(tracing, "MOST_FIRINGS", 2_000)
    with pytest.raises(WorkLimitError, match="too many ways"):
        Program(EXPLODING.replace("!stop(B)", "B < 0"), {"big": SOME_ROWS["big"][:5], "stop": [(1,)]})


def test_a_proof_that_counts_ten_thousand_rows_shows_fifty() -> None:
    text = """
    .decl big(a: number)
    .input big
    .decl crowd(n: number)
    .output crowd
    crowd(N) :- N = count : { big(_) }.
    """
    program = Program(text, {"big": [(n,) for n in range(10_000)]})
    proof = program.prove(("crowd", (10_000,)))
    node = proof.nodes[proof.root]
    assert isinstance(node, DerivedNode)
    (group,) = (group for premise in node.premises for group in premise.groups)
    assert (group.counted, len(group.members), group.rest) == (10_000, 50, 9_950)
    assert len(proof.nodes) == 51
    assert not proof.truncated


def test_a_chain_longer_than_python_nests_calls_is_proved_and_its_absence_too() -> None:
    text = """
    .decl edge(a: number, b: number)
    .input edge
    .decl last(a: number)
    .input last
    .decl leads(a: number, b: number)
    .output leads
    leads(A, B) :- edge(A, B), last(B).
    leads(A, C) :- edge(A, B), leads(B, C).
    """
    program = Program(text, {"edge": [(n, n + 1) for n in range(300)], "last": [(300,)]})
    fact = program.prove(("leads", (0, 300)))
    node = fact.nodes[fact.root]
    assert isinstance(node, DerivedNode)
    assert node.height == 300
    nothing_else = program.prove(Absence("leads", (0, None)))
    assert not nothing_else.truncated
    assert Absence("leads", (299, None)) in nothing_else.nodes


# ── the caller's clock ───────────────────────────────────────────────────────────────────────────


def after(looks: int) -> Callable[[], float]:
    """A clock that has run out when it was looked at so often."""
    looked: Iterator[int] = count(1)
    return lambda: looks - next(looked)


def test_a_proof_stops_where_the_time_is_out(weilidai: Policy) -> None:
    whole = weilidai.explain("a1", QUALIFIED, as_of=SOME_DAY, detail="proof")
    assert whole.proof is not None
    assert not whole.truncated
    sizes: list[int] = []
    for looks in range(3, 40, 4):
        told = weilidai.explain("a1", QUALIFIED, as_of=SOME_DAY, detail="proof", left=after(looks))
        assert told.decision == whole.decision
        assert told.out_of_time
        assert told.truncated
        if told.proof is not None:
            assert told.proof.truncated
            assert told.proof.nodes.items() <= whole.proof.nodes.items()
            sizes.append(len(told.proof.nodes))
    assert sizes == sorted(set(sizes))
    assert len(sizes) > 5


def test_reasons_against_stop_where_the_time_is_out(weilidai: Policy) -> None:
    facts = QUALIFIED | {"payment_score": 300}
    whole = weilidai.explain("a1", facts, as_of=SOME_DAY, detail="full")
    found = []
    while not found or found[-1] < len(whole.why_not):
        told = weilidai.explain("a1", facts, as_of=SOME_DAY, detail="full", left=after(40 + 4 * len(found)))
        assert told.why_not.keys() <= whole.why_not.keys()
        found.append(len(told.why_not))
        if found[-1] < len(whole.why_not):
            assert told.out_of_time
            assert told.recourse is None
    assert found == sorted(found)
    assert len(set(found)) > 3


def test_time_that_is_not_out_changes_nothing(weilidai: Policy) -> None:
    plain = weilidai.explain("a1", QUALIFIED, as_of=SOME_DAY, detail="proof")
    assert weilidai.explain("a1", QUALIFIED, as_of=SOME_DAY, detail="proof", left=lambda: 60.0) == plain


def test_a_search_looks_at_the_clock_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "LOOK_EVERY", 1_000)
    program = Program(EXPLODING, SOME_ROWS)
    clock = pace.Pace(after(5))
    proof = judged(program, program.against(clock).build(ANY))
    assert proof.truncated
    assert clock.out_of_time
    assert absence_of(proof).rest > 0
