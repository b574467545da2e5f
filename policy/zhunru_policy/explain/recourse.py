"""What would have to change: the smallest changes within the applicant's power after which the outcome is a wished one.

Each fact that the pack says can change becomes an open value, in whole steps and in the direction allowed; everything
else stays as given. The solver finds the least number of facts, then the least steps over them, and proves both: it is
asked for fewer first, and says that there is none. Every answer is decided again by the engine before it is given.

A graph of friends or devices is read as the scalars that it comes to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

import z3

from ..errors import ZhunruError
from ..facts import About, Facts
from ..language.core import Absent, Match, steps_within
from .open_facts import Change, OpenFact, OpenWorld, apply_changes, number_in
from .symbolic import Condition, OpenProgram, OpenRow, Unsolvable, either

if TYPE_CHECKING:
    from ..decision import Decision
    from ..policy import Policy


class RecourseError(ZhunruError):
    """The rules can't be given to the solver, or an answer of the solver did not hold when it was decided again."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Changes after which the wish holds; `facts` are the applicant's after them, `outcome` what is then decided."""

    changes: tuple[Change, ...]
    facts: Mapping[str, object]
    outcome: str

    @property
    def steps(self) -> int:
        return sum(change.steps for change in self.changes)


@dataclass(frozen=True, slots=True)
class Blocker:
    """A fact that no change within the applicant's power gets around, with its value; None where it is not given."""

    fact: str
    value: object


@dataclass(frozen=True, slots=True)
class Recourse:
    """What was wished, and the answers: fewest facts first, then fewest steps; none where something blocks.

    `wish`: the outcomes wished for, or the part of the answer (`qualifies`) that stands for them. `complete` False:
    time ran out before all answers were found; what is there is still the least.
    """

    wish: tuple[str, ...]
    counterfactuals: tuple[Counterfactual, ...]
    blockers: tuple[Blocker, ...] = ()
    complete: bool = True


def recourse(
    policy: Policy,
    subject: str,
    facts: Facts,
    about: About | None = None,
    *,
    as_of: date,
    wish: str | None = None,
    most: int = 3,
    milliseconds: int = 5_000,
) -> Recourse:
    """Up to `most` different answers. `wish`: an outcome; without it any that ranks above the present one.

    Raises `FactError` like `decide`, `RecourseError` for an outcome that is not known or rules that can't be solved.
    """
    decision = policy.decide(subject, facts, about, as_of=as_of)
    wished = _wished(policy, decision, wish)
    if not wished:
        return Recourse((), ())
    facts = _as_scalars(policy, subject, facts, about, as_of)
    question = _Question(policy, subject, facts, about, as_of, wished, perf_counter() + milliseconds / 1000)
    try:
        return question.answer(most)
    except Unsolvable as error:
        raise RecourseError(f"the rules can't be solved for what would have to change: {error}") from None


def _wished(policy: Policy, decision: Decision, wish: str | None) -> tuple[str, ...]:
    """The outcomes wished for, or a part of the answer, as the pack ranks them and stands in for them."""
    ranks = {str(row[0]): int(row[1]) for row in policy.vocabulary.facts_with_role("outcome_rank")}
    instead = {str(row[0]): str(row[1]) for row in policy.vocabulary.facts_with_role("wish")}
    if wish is not None:
        if wish not in ranks and wish not in instead.values():
            known = ", ".join(sorted(ranks, key=lambda outcome: (ranks[outcome], outcome)))
            raise RecourseError(f"`{wish}` can't be wished for; outcomes are {known}")
        return (wish,)
    if decision.outcome in instead:
        part = instead[decision.outcome]
        return (part,)
    own = ranks.get(decision.outcome)
    return () if own is None else tuple(sorted(outcome for outcome, rank in ranks.items() if rank > own))


def _as_scalars(policy: Policy, subject: str, facts: Facts, about: About | None, as_of: date) -> dict[str, object]:
    """The facts with every input that a relation stands for (`known_by`) given as the value it comes to."""
    stand_ins = {name: spec.known_by for name, spec in policy.vocabulary.inputs.items() if spec.known_by}
    known = dict(facts)
    if any(name not in facts for name in stand_ins):
        derived = policy.derive(policy.request_rows(subject, facts, about, as_of=as_of))
        for name, relation in stand_ins.items():
            values = [row[1] for row in derived[relation] if row[0] == subject and len(row) == 2]
            if name not in facts and len(values) == 1:
                known[name] = values[0]
    return known


class _Question:
    """The open facts of one request, the rules over them, and the wish."""

    def __init__(
        self,
        policy: Policy,
        subject: str,
        facts: Facts,
        about: About | None,
        as_of: date,
        wish: Sequence[str],
        until: float,
    ) -> None:
        self.policy, self.subject, self.facts, self.about, self.as_of = policy, subject, facts, about, as_of
        self.wish, self.until = tuple(wish), until
        self.decision = policy.decide(subject, facts, about, as_of=as_of)
        self.rows = policy.request_rows(subject, facts, about, as_of=as_of)
        self.world = OpenWorld(policy.core, subject, self.rows)

    # ── the solver's question ────────────────────────────────────────────────────────────────────

    def answer(self, most: int) -> Recourse:
        wish = self._wish(everything=False)
        found: list[Counterfactual] = []
        complete = True
        solver = self._solver(wish)
        while wish is not False and len(found) < most:
            model = self._least(solver, [fact for fact in self.world.open if fact.allowed])
            if model is None:
                complete = perf_counter() < self.until
                break
            found.append(self._counterfactual(model))
            solver.add(self._other_than(model))
        blockers = () if found or not complete else self._blockers()
        return Recourse(self.wish, tuple(found), blockers, complete)

    def _other_than(self, model: z3.ModelRef) -> Any:
        """Another answer changes other things: not the same column of the same kind of tuple in another month."""
        kinds: dict[object, list[Any]] = {}
        taken = set()
        for fact in self.world.open:
            kind = (fact.spec.name, fact.column.name, tuple(part for part in fact.key if isinstance(part, str)))
            kinds.setdefault(kind, []).append(fact.changed)
            if fact.change(model) is not None:
                taken.add(kind)
        return z3.Not(z3.And([z3.Or(kinds[kind]) for kind in taken]))

    def _wish(self, *, everything: bool) -> Condition:
        """Opens the facts and gives the condition under which the wish holds."""
        self.world = OpenWorld(self.policy.core, self.subject, self.rows, everything)
        inputs = self.policy.vocabulary.inputs
        base = {name: [OpenRow(row, True) for row in self.rows.get(name, ())] for name in self.policy.core.inputs}
        for name, spec in inputs.items():
            if spec.has_subject:
                base[name] = list(self.world.rows_of(spec))
        wanted = [relation for part, relation in self.policy.parts.items() if part == "outcome" or part in self.wish]
        cone = _cone(self.policy, wanted)
        program = OpenProgram(self._closed_rows(cone) | base)
        program.derive(self.policy.core, cone)
        outcomes = program.rows[self.policy.parts["outcome"]]
        holds = [row.condition for row in outcomes if row.values[0] == self.subject and row.values[1] in self.wish]
        for part in self.wish:
            if part in self.policy.parts and part != "outcome":
                holds += [
                    row.condition for row in program.rows[self.policy.parts[part]] if row.values[0] == self.subject
                ]
        return either(holds)

    def _closed_rows(self, cone: frozenset[str]) -> dict[str, list[OpenRow]]:
        """Rows of the relations that no open fact reaches, from the engine."""
        touched = {fact.spec.name for fact in self.world.open}
        for stratum in self.policy.core.strata:
            reads = {s.relation for r in stratum.rules for s in steps_within(r.body) if isinstance(s, (Match, Absent))}
            if reads & touched:
                touched |= stratum.relations
        derived = self.policy.derive(self.rows)
        return {
            name: [OpenRow(row, True) for row in rows]
            for name, rows in derived.items()
            if name in cone and name not in touched and name not in self.policy.vocabulary.inputs
        }

    def _solver(self, wish: Condition) -> z3.Solver:
        solver = z3.SolverFor("QF_LIA")
        solver.add(self.world.limits)
        solver.add(z3.BoolVal(wish) if isinstance(wish, bool) else wish)
        return solver

    def _least(self, solver: z3.Solver, counted: Sequence[OpenFact]) -> z3.ModelRef | None:
        """A model with the fewest facts changed, and over these the fewest steps; None where there is none, or no
        time.
        """
        if not isinstance(self._check(solver), z3.ModelRef):
            return None
        flags = [(fact.changed, 1) for fact in counted]
        for number in range(len(counted) + 1):
            bound = z3.PbLe(flags, number) if flags else z3.BoolVal(True)
            model = self._check(solver, bound)
            if model is None:
                return None
            if model is not False:
                return self._fewest_steps(solver, bound, counted, model)
        return None

    def _fewest_steps(
        self, solver: z3.Solver, bound: Any, counted: Sequence[OpenFact], model: z3.ModelRef
    ) -> z3.ModelRef | None:
        """Halves the steps until fewer are proved impossible."""
        steps: Any = z3.Sum([z3.IntVal(0), *(z3.If(fact.changed, fact.steps, 0) for fact in counted)])
        least, most = -1, number_in(model, steps)
        while most - least > 1:
            middle = (least + most) // 2
            better = self._check(solver, bound, steps <= middle)
            if better is None:
                return None
            if better is False:
                least = middle
            else:
                model, most = better, number_in(better, steps)
        return model

    def _check(self, solver: z3.Solver, *assumed: Any) -> z3.ModelRef | Literal[False] | None:
        """A model under the assumptions; False where there is none, None where time ran out."""
        left = self.until - perf_counter()
        if left <= 0:
            return None
        solver.set("timeout", max(1, int(left * 1000)))
        solver.push()
        solver.add(*assumed)
        result = solver.check()
        model = solver.model() if result == z3.sat else None
        solver.pop()
        return model if model is not None else False if result == z3.unsat else None

    # ── answers ──────────────────────────────────────────────────────────────────────────────────

    def _counterfactual(self, model: z3.ModelRef) -> Counterfactual:
        changes = [change for fact in self.world.open if (change := fact.change(model)) is not None]
        facts = apply_changes(self.policy.vocabulary.inputs, self.facts, changes)
        decision = self.policy.decide(self.subject, facts, self.about, as_of=self.as_of)
        if not any(decision.outcome == wish or getattr(decision, wish, False) is True for wish in self.wish):
            raise RecourseError(
                f"a change that should give {' or '.join(self.wish)} gave {decision.outcome}; the solver is wrong"
            )
        return Counterfactual(tuple(changes), facts, decision.outcome)

    def _blockers(self) -> tuple[Blocker, ...]:
        """The fewest facts beyond the applicant's power whose change would let the wish come true."""
        wish = self._wish(everything=True)
        model = self._least(self._solver(wish), [fact for fact in self.world.open if not fact.allowed])
        if model is None:
            return tuple(Blocker(name, None) for name in self.decision.missing)
        changes = [fact.change(model) for fact in self.world.open if not fact.allowed]
        names = dict.fromkeys(change.fact for change in changes if change is not None)
        given = {name: row[1:] for name, rows in self.rows.items() for row in rows if row and row[0] == self.subject}
        return tuple(Blocker(name, given[name][0] if name in given else None) for name in names)


def _cone(policy: Policy, wanted: Sequence[str]) -> frozenset[str]:
    """The relations that some relations are derived from, these among them."""
    reads: dict[str, set[str]] = {}
    for rule in policy.core.rules:
        found = {step.relation for step in steps_within(rule.body) if isinstance(step, (Match, Absent))}
        reads.setdefault(rule.relation, set()).update(found)
    cone, pending = set(wanted), list(wanted)
    while pending:
        new = reads.get(pending.pop(), set()) - cone
        cone |= new
        pending.extend(new)
    return frozenset(cone)
