"""Judges proofs without the code that made them: rows, the core program, and the reference engine are all it knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

from zhunru_policy.engines import WORK_LIMIT, general, reference
from zhunru_policy.engines.reference import COMPARISONS, Assignment, Evaluation, evaluate
from zhunru_policy.engines.traced.tracing import Fact
from zhunru_policy.explain.budget import Pace
from zhunru_policy.explain.goals import Absence, Goal, goal_id
from zhunru_policy.explain.prepared import Book
from zhunru_policy.explain.proof.building import Builder
from zhunru_policy.explain.proof.model import AbsenceNode, DerivedNode, GivenNode, Premise, Proof, goals_of
from zhunru_policy.explain.why_not.against import AgainstBuilder
from zhunru_policy.explain.why_not.searching import Way, asked
from zhunru_policy.ir.core import Const, CoreProgram, Fold, Match, Row, Rows, Rule, Step, Value, Var, step_variables
from zhunru_policy.ir.lowering import lower
from zhunru_policy.ir.order import plan
from zhunru_policy.language.parser import parse
from zhunru_policy.pack.vocabulary import Vocabulary


class Program:
    """Any program, explained as a pack's rules are, for the rows of its inputs."""

    def __init__(self, text: str, inputs: Rows) -> None:
        tree = parse(text, "program.dl")
        vocabulary = Vocabulary(tree)
        policy = SimpleNamespace(
            vocabulary=vocabulary, core=lower(tree), registry={}, parts={}, sources={"program.dl": text}
        )
        self.core: CoreProgram = policy.core
        self.inputs = {name: sorted(rows) for name, rows in inputs.items()}
        self.book = Book(cast("Any", policy))
        self.rows = reference.prepare(self.core)(inputs)
        derive = general.prepare(self.core)
        self.trace = self.book.tracer.trace(self.book.period(0).tables, inputs, derive)

    def prove(self, goal: Goal, **limits: int) -> Proof:
        return Builder(self.book, self.trace, "").build(goal, **limits)

    def why_not(self, goal: Absence) -> Proof:
        return self.against().build(goal)

    def against(self, pace: Pace | None = None) -> AgainstBuilder:
        return AgainstBuilder(self.book, self.trace, "", pace=pace)

    def ways(self, goal: Absence) -> Iterator[tuple[Rule, Way]]:
        """Every way in which a clause fails to give the goal."""
        for view, ways in self.against().failing(goal):
            yield from ((view.traced.rule, way) for way in ways)

    def facts(self) -> Iterator[Fact]:
        """Every fact that a rule derives."""
        for name in sorted({rule.relation for rule in self.core.rules}):
            yield from ((name, row) for row in sorted(self.rows[name]))


class Judge:
    """Judges every node of a proof, and the ways in which a clause fails."""

    def __init__(self, core: CoreProgram, rows: Mapping[str, Any]) -> None:
        self.core = core
        self.rows = rows
        self._evaluation = Evaluation(core, cast("Rows", rows), WORK_LIMIT)
        self._heights: dict[Fact, int] = {}

    def judge(self, proof: Proof) -> None:
        for goal, node in proof.nodes.items():
            assert goal == node.goal
            if not proof.truncated:
                assert set(goals_of(node)) <= proof.nodes.keys(), goal_id(goal)
            match node:
                case GivenNode():
                    self._given(node)
                case DerivedNode():
                    self._derived(node, proof)
                case AbsenceNode():
                    self._absent(node)

    def _given(self, node: GivenNode) -> None:
        relation, row = node.goal
        assert row in self.rows[relation]
        assert self.core.relations[relation].is_input or row in self.core.facts[relation]

    def _derived(self, node: DerivedNode, proof: Proof) -> None:
        relation, row = node.goal
        assert row in self.rows[relation]
        rules = [
            rule
            for rule in self.core.rules
            if rule.relation == relation and _at(rule) == (node.clause.file, node.clause.line)
        ]
        found = [
            values for rule in rules for values in self._solve(rule.body, node.variables) if _head(rule, values) == row
        ]
        assert found, f"no clause gives {goal_id(node.goal)} under {dict(node.variables)}"
        for premise in node.premises:
            self._holds(premise)
        below = [goal for premise in node.premises for goal in _matched(premise)]
        if not proof.truncated:
            heights = [_height(proof, goal) for goal in below]
            assert node.height == 1 + max(heights, default=0), goal_id(node.goal)

    def _absent(self, node: AbsenceNode) -> None:
        goal = node.goal
        matching = {row for row in self.rows[goal.relation] if goal.means(row)}
        assert len(node.besides) == len(matching) or len(node.besides) == 50
        assert {row for _, row in node.besides} <= matching
        for attempt in node.attempts:
            assert attempt.failing
            for premise in attempt.premises:
                if premise.holds:
                    self._holds(premise)
                else:
                    self.fails(premise)
        if not node.rest:
            told = {(attempt.clause.file, attempt.clause.line) for attempt in node.attempts}
            for rule in self.core.rules:
                if rule.relation == goal.relation and _at(rule) not in told and _may_give(rule, goal):
                    # Nothing is told of a clause that gave all it could.
                    assert all(row in matching for row in self._rows_of(rule, goal)), goal_id(goal)

    def _rows_of(self, rule: Rule, goal: Absence) -> list[Row]:
        rows = [_head(rule, values) for values in self._solve(rule.body, {})]
        return [row for row in rows if goal.means(row)]

    def _holds(self, premise: Premise) -> None:
        assert premise.holds
        for goal in premise.goals:
            assert self.is_true(goal), goal_id(goal)
        if premise.literal.op and premise.literal.kind in ("constraint", "aggregate"):
            assert premise.left is not None
            assert premise.right is not None
            assert COMPARISONS[premise.literal.op](premise.left, premise.right), premise
        for group in premise.groups:
            assert group.counted == len(group.members) + group.rest
            targets = [member.target for member in group.members]
            if group.op == "count":
                assert group.result == group.counted
            elif not group.rest:
                assert group.result == {"sum": sum, "min": min, "max": max}[group.op](
                    t for t in targets if t is not None
                )

    def fails(self, premise: Premise) -> None:
        if premise.literal.kind == "fact":
            assert all(isinstance(goal, Absence) and self.is_true(goal) for goal in premise.goals), premise
        elif premise.literal.kind == "absence":
            assert all(not isinstance(goal, Absence) and self.is_true(goal) for goal in premise.goals), premise
        elif premise.left is not None and premise.right is not None and premise.literal.op:
            assert not COMPARISONS[premise.literal.op](premise.left, premise.right), premise

    def judge_way(self, program: Program, goal: Absence, rule: Rule, way: Way) -> None:
        """Were its failing and open literals true, the clause would give the goal: all others are, under its values."""
        wanted = {*(step for step, _ in way.failing), *way.open}
        others = tuple(step for step in asked(program.book.tracer.rules[rule.index], goal) if step not in wanted)
        assert set(others) <= set(way.passed)
        needed = {name for step in others for name in step_variables(step)}
        values = {name: value for name, value in way.values.items() if name in needed}
        checks = (step for step in others if not isinstance(step, (Match, Fold)))
        assert any(True for _ in self._solve((*(s for s in others if isinstance(s, (Match, Fold))), *checks), values))
        for place, value in enumerate(goal.pattern):
            term = rule.head[place]
            if value is not None and isinstance(term, (Const, Var)):
                assert (term.value if isinstance(term, Const) else way.values[term.name]) == value

    def is_true(self, goal: Goal) -> bool:
        if isinstance(goal, Absence):
            return True  # its node says what holds besides
        return goal[1] in self.rows[goal[0]]

    def _solve(self, steps: tuple[Step, ...], values: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
        own = {name for step in steps for name in step_variables(step)}
        start = {name: value for name, value in values.items() if name in own}
        ordered = plan(steps, frozenset(start), exact=True)
        return (found.values for found in self._evaluation.solve(ordered, Assignment(start, frozenset(), "")))


def _at(rule: Rule) -> tuple[str, int]:
    return rule.span.file, rule.span.line


def _head(rule: Rule, values: Mapping[str, Value]) -> Row:
    return tuple(evaluate(term, values) for term in rule.head)


def _matched(premise: Premise) -> Iterator[Goal]:
    yield from (goal for goal in premise.goals if not isinstance(goal, Absence))
    for group in premise.groups:
        for member in group.members:
            yield from member.facts


def _height(proof: Proof, goal: Goal) -> int:
    node = proof.nodes[goal]
    return node.height if isinstance(node, DerivedNode) else 0


def _may_give(rule: Rule, goal: Absence) -> bool:
    for place, (term, value) in enumerate(zip(rule.head, goal.pattern, strict=True)):
        if isinstance(term, Const):
            limited = goal.limit is not None and goal.limit.place == place
            if (value is not None and term.value != value) or (
                limited and goal.limit and not goal.limit.admits(term.value)
            ):
                return False
    return True


def least_heights(program: Program) -> dict[Fact, int]:
    """Heights by going round until nothing gets lower."""
    heights: dict[Fact, int] = {
        (name, row): 0 for name, rows in program.rows.items() for row in rows if program.trace.is_stated((name, row))
    }
    changed = True
    while changed:
        changed = False
        for fact in program.facts():
            if program.trace.is_stated(fact):
                continue
            for firing in program.trace.firings(fact):
                below = program.book.ways.below(firing)
                if all(other in heights for other in below):
                    height = 1 + max((heights[other] for other in below), default=0)
                    if height < heights.get(fact, height + 1):
                        heights[fact] = height
                        changed = True
    return heights
