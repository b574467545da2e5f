"""Programs that nobody wrote: what is traced, proved and told against is right on all of them, judged from outside."""

from __future__ import annotations

from collections import Counter
from random import Random

from tests.policy.engines.agreement import core_of, fits
from tests.policy.engines.random_programs import Case, case
from tests.policy.explain.checking import Judge, Program, least_heights
from zhunru_policy.engines import reference
from zhunru_policy.errors import EvaluationError
from zhunru_policy.explain.goals import Absence, Goal, goal_id, read_goal
from zhunru_policy.explain.proof.model import DerivedNode, GivenNode, Proof
from zhunru_policy.ir.core import Value

SYMBOLS = ("a", "b", "X", "")


def explained(made: Case) -> Program | None:
    """None where a rule fails, or the program takes too long."""
    if not fits(core_of(made.text), made.inputs):
        return None
    try:
        return Program(made.text, made.inputs)
    except EvaluationError:
        return None


def some_goals(program: Program, rng: Random) -> list[Goal]:
    """Facts that hold, and an absence of each derived relation, with some of its values given."""
    facts = list(program.facts())
    goals: list[Goal] = list(rng.sample(facts, min(4, len(facts))))
    for name in sorted({rule.relation for rule in program.core.rules}):
        pattern: list[Value | None] = []
        for column in program.core.relations[name].columns:
            value: Value = rng.randint(-2, 5) if column.kind == "number" else rng.choice(SYMBOLS)
            pattern.append(value if rng.random() < 0.5 else None)
        goals.append(Absence(name, tuple(pattern)))
    return goals


def still(program: Program, goal: Goal, proof: Proof) -> bool:
    """Whether the goal stands on the given facts that the proof cites alone."""
    cited = {node.goal for node in proof.nodes.values() if isinstance(node, GivenNode)}
    cited |= {(fact.name, (fact.subject, *fact.values)) for fact in proof.cited}
    kept = {name: [row for row in rows if (name, row) in cited] for name, rows in program.inputs.items()}
    try:
        rows = reference.prepare(program.core)(kept)
    except EvaluationError:
        return True  # with fewer facts another rule fails; that says nothing about the proof
    if isinstance(goal, Absence):
        held = {row for row in program.rows[goal.relation] if goal.means(row)}
        return {row for row in rows[goal.relation] if goal.means(row)} <= held
    return goal[1] in rows[goal[0]]


def judge(program: Program, rng: Random, seen: Counter[str]) -> None:
    for name, rows in program.rows.items():
        assert set(program.trace.relations[name]) == rows, name
    heights = least_heights(program)
    judge_of = Judge(program.core, program.rows)
    for goal in some_goals(program, rng):
        proof = program.prove(goal)
        judge_of.judge(proof)
        assert still(program, goal, proof), goal_id(goal)
        root = proof.nodes[goal]
        if isinstance(root, DerivedNode):
            assert root.height == heights[root.goal]
            seen["facts proved"] += 1
            seen["high proofs"] += root.height > 2
            seen["facts with several proofs"] += len(program.trace.firings(root.goal)) > 1
        if isinstance(goal, Absence):
            assert read_goal(goal_id(goal), program.core) == goal
            judge_of.judge(program.why_not(goal))
            for rule, way in program.ways(goal):
                judge_of.judge_way(program, goal, rule, way)
                seen["ways to fail"] += 1


def test_random_programs_are_explained_rightly() -> None:
    """The same programs each time."""
    seen: Counter[str] = Counter()
    for number in range(60):
        program = explained(case(number))
        if program is not None:
            seen["programs"] += 1
            judge(program, Random(number), seen)
    assert seen["programs"] > 35
    assert seen["facts proved"] > 80
    assert seen["high proofs"] > 5
    assert seen["facts with several proofs"] > 30
    assert seen["ways to fail"] > 300


def test_that_all_rows_of_a_form_are_named_rests_on_what_keeps_others_away() -> None:
    """Every row of the clause's only literal gives a row: that there is no more rests on the facts that stop others."""
    text = """
    .decl t(n: number)
    .input t
    .decl stop(n: number)
    .input stop
    .decl middle(n: number)
    middle(N) :- t(N), !stop(N).
    .decl top(n: number)
    .output top
    top(N) :- middle(N).
    """
    program = Program(text, {"t": [(1,), (2,)], "stop": [(2,)]})
    goal = Absence("top", (None,))
    proof = program.prove(goal)
    assert ("stop", (2,)) in proof.nodes
    assert still(program, goal, proof)
