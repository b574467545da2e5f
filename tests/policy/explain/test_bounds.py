"""No question takes an explanation beyond its bounds, and where one is reached, what is told is right and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count

import pytest

from tests.policy.applicants import QUALIFIED, generate
from tests.policy.explain.checking import Judge, Program
from zhunru_policy import Policy, WorkLimitError
from zhunru_policy import policy as policy_module
from zhunru_policy.engines.traced import tracing
from zhunru_policy.explain import budget as pace
from zhunru_policy.explain.goals import Absence
from zhunru_policy.explain.proof.model import AbsenceNode, DerivedNode, Proof

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
    program = Program(text, {"big": SOME_ROWS["big"][:6], "stop": []})
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


@pytest.mark.parametrize("prove", [Program.prove, Program.why_not])
def test_an_absence_of_which_no_attempt_was_found_yet_says_that_there_may_be_some(
    prove: Callable[[Program, Absence], Proof], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All 6⁴ ways hold, so that none of those that were followed is an attempt."""
    monkeypatch.setattr(pace, "MOST_STEPS", 1_000)
    text = """
    .decl big(a: number)
    .input big
    .decl total(a: number, b: number)
    .output total
    total(A, B) :- big(A), big(B), big(C), big(D), A + B + C + D >= 0.
    """
    program = Program(text, {"big": [(n,) for n in range(6)]})
    proof = judged(program, prove(program, Absence("total", (None, None))))
    assert proof.truncated
    assert absence_of(proof).attempts == ()
    assert absence_of(proof).rest == 1


@pytest.mark.parametrize(
    "body", ["N = count : { big(A), big(B), big(C), A + B + C < 0 }", "big(N), big(B), big(C), N + B + C < 0"]
)
def test_what_is_beyond_all_bounds_is_not_traced(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loops run over 20³ assignments, none of which gives anything."""
    text = f".decl big(a: number)\n.input big\n.decl none(n: number)\n.output none\nnone(N) :- {body}."
    rows = {"big": [(n,) for n in range(20)]}
    assert not Program(text, rows).rows["none"] - {(0,)}
    monkeypatch.setattr(tracing, "MOST_FIRINGS", 5_000)
    with pytest.raises(WorkLimitError, match="too many ways"):
        Program(text, rows)


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
    .decl leads(a: number, b: number)
    .output leads
    leads(A, 0) :- edge(A, _).
    leads(A, B) :- edge(A, B), B = 300.
    leads(A, C) :- edge(A, B), leads(B, C).
    """
    program = Program(
        text.replace("    leads(A, B) :- edge(A, B), B = 300.\n", ""), {"edge": [(n, n + 1) for n in range(300)]}
    )
    nothing_else = program.prove(Absence("leads", (0, None)))
    assert not nothing_else.truncated
    assert Absence("leads", (299, None)) in nothing_else.nodes
    program = Program(text, {"edge": [(n, n + 1) for n in range(300)]})
    fact = program.prove(("leads", (0, 300)))
    node = fact.nodes[fact.root]
    assert isinstance(node, DerivedNode)
    assert node.height == 300


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


def test_a_search_counts_the_rows_that_it_looks_at() -> None:
    """All rows agree in what is asked of them, so that one way leads on from them."""
    text = ".decl big(a: number, b: number)\n.input big\n.decl r(a: number)\n.output r\nr(A) :- big(A, _), A < 0."
    program = Program(text, {"big": [(1, n) for n in range(2_000)]})
    steps = pace.Pace()
    assert [len(ways) for _, ways in program.against(steps).failing(Absence("r", (None,)))] == [1]
    few = pace.Pace()
    assert [len(ways) for _, ways in program.against(few).failing(Absence("r", (2,)))] == [1]
    assert pace.MOST_STEPS - few.steps < 100 < 2_000 < pace.MOST_STEPS - steps.steps


def test_a_full_explanation_reads_its_request_once(weilidai: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes that are proposed are decided anew, by the door of calls; the request itself is read for all parts."""
    read: list[str] = []
    whole = policy_module.subject_rows
    monkeypatch.setattr(policy_module, "subject_rows", lambda *asked: read.append(asked[1]) or whole(*asked))
    for seed in range(8):
        subject, facts, about, as_of = generate(seed)
        read.clear()
        weilidai.explain(subject, facts, about, as_of=as_of, detail="full", verify="pydatalog")
        assert read == [subject]
