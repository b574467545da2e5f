"""Rules over values that are still open: each relation as rows of values, each row under a condition, for the solver.

A value is a Python one or an open number; a condition is a Python bool or a z3 one. Whatever is known, or decided by
ranges alone, is computed here and now, so that the solver sees only what an open value can change. Meaning and order
are those of the engines; operations are exact and not bounded to 64 bits, which the inputs' ranges make the same (what
the solver finds is decided again anyway).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ...ir.core import Absent, Assign, Compare, Const, CoreProgram, Fold, Match, Rule, Step, Term, Var
from ...ir.order import plan
from ...solver.values import (
    Condition,
    Open,
    OpenValue,
    Unsolvable,
    better,
    both,
    compare,
    either,
    every,
    may_equal,
    opposite,
    pick,
    total,
    value_of,
)

Env: TypeAlias = Mapping[str, OpenValue]
#: Conditions that must all hold, none of them known.
Held: TypeAlias = tuple[Condition, ...]
#: An assignment that an aggregate counts: what tells it from others, its target, and when it is one.
Counted: TypeAlias = tuple[tuple[OpenValue, ...], OpenValue, Condition]


#: A body's steps in an order in which they can be taken, by the identity of the body and the variables bound before.
Plans: TypeAlias = dict[tuple[int, frozenset[str]], tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class OpenRow:
    values: tuple[OpenValue, ...]
    condition: Condition


@dataclass(slots=True)
class OpenProgram:
    """The relations' rows, stratum by stratum. `pause` is called before each rule, and may raise. `plans`: of a program
    that outlives them.
    """

    rows: dict[str, list[OpenRow]]
    pause: Callable[[], None] = lambda: None
    plans: Plans = field(default_factory=dict)
    _overlaps: set[str] = field(default_factory=set)

    def derive(self, program: CoreProgram, wanted: frozenset[str]) -> None:
        """Adds the rows of every wanted relation that has none yet."""
        for stratum in program.strata:
            if stratum.relations <= self.rows.keys() or stratum.relations.isdisjoint(wanted):
                continue
            if stratum.recursive:
                raise Unsolvable(f"recursion over open rows in {', '.join(sorted(stratum.relations))}")
            (relation,) = stratum.relations
            found = [OpenRow(row, True) for row in program.facts.get(relation, ())]
            for rule in stratum.rules:
                self.pause()
                found += self._apply(rule)
            self.rows[relation] = self._merged(relation, found)

    def _apply(self, rule: Rule) -> Iterator[OpenRow]:
        for env, held in self.solve(self._plan(rule.body), {}):
            yield OpenRow(tuple(value_of(value, env) for value in rule.head), every(held))

    def _plan(self, body: tuple[Step, ...], bound: frozenset[str] = frozenset()) -> tuple[Step, ...]:
        found = self.plans.get((id(body), bound))
        if found is None:
            found = self.plans[id(body), bound] = plan(body, bound)
        return found

    def _merged(self, relation: str, rows: Iterable[OpenRow]) -> list[OpenRow]:
        """Rows of the same values become one; a relation with rows that could still be the same is remembered."""
        merged: dict[tuple[object, ...], tuple[tuple[OpenValue, ...], list[Condition]]] = {}
        for row in rows:
            if row.condition is not False:
                key = tuple((value.term.get_id(),) if isinstance(value, Open) else value for value in row.values)
                merged.setdefault(key, (row.values, []))[1].append(row.condition)
        kept = [OpenRow(values, either(conditions)) for values, conditions in merged.values()]
        unsure = [at for at, row in enumerate(kept) if any(isinstance(value, Open) for value in row.values)]
        if any(
            at != other and _may_agree(kept[at].values, row.values) for at in unsure for other, row in enumerate(kept)
        ):
            self._overlaps.add(relation)
        return kept

    def solve(self, steps: Sequence[Step], env: Env, held: Held = ()) -> Iterator[tuple[Env, Held]]:
        """The assignments that satisfy all steps, and the conditions under which each of them does."""
        if not steps:
            yield env, held
            return
        step, rest = steps[0], steps[1:]
        match step:
            case Match(relation=relation, terms=terms):
                for bound, holds in self._agreeing(relation, terms, env):
                    yield from self.solve(rest, {**env, **bound}, held + holds)
                return
            case Absent(relation=relation, terms=terms):
                condition = opposite(either(every(holds) for _, holds in self._agreeing(relation, terms, env)))
            case Compare(op=op, left=left, right=right):
                condition = compare(op, value_of(left, env), value_of(right, env))
            case Assign(variable=variable, value=value):
                env, condition = {**env, variable.name: value_of(value, env)}, True
            case Fold(variable=variable):
                result, condition = self._fold(step, env)
                if variable.name in env and condition is not False:
                    condition = both(condition, compare("=", env[variable.name], result))
                env = {**env, variable.name: result}
        if condition is not False:
            yield from self.solve(rest, env, held if condition is True else (*held, condition))

    def _agreeing(self, relation: str, terms: Sequence[Term], env: Env) -> Iterator[tuple[dict[str, OpenValue], Held]]:
        """For each row that may agree with the terms: the variables it binds, and when it does."""
        known: list[tuple[int, OpenValue]] = []
        fresh: list[tuple[int, str]] = []
        for at, term in enumerate(terms):
            if isinstance(term, Const):
                known.append((at, term.value))
            elif isinstance(term, Var) and term.name in env:
                known.append((at, env[term.name]))
            elif isinstance(term, Var):
                fresh.append((at, term.name))
        for row in self.rows[relation]:
            bound: dict[str, OpenValue] = {}
            pairs = known
            if fresh:
                pairs = known + [(at, bound.setdefault(name, row.values[at])) for at, name in fresh]
            holds = _when_equal(pairs, row)
            if holds is not None:
                yield bound, holds

    def _fold(self, step: Fold, env: Env) -> tuple[OpenValue, Condition]:
        """The aggregate's value, and whether it has one."""
        inner = {name: env[name] for name in step.outer}
        found: list[Counted] = []
        for bound, held in self.solve(self._plan(step.body, step.outer), inner):
            key = tuple(bound[variable.name] for variable in step.over)
            found.append((key, value_of(step.target, bound) if step.target else 1, every(held)))
        if any(isinstance(s, Match) and s.relation in self._overlaps for s in step.body):
            found = list(_distinct(found))
        if step.op in ("count", "sum"):
            return total(pick(holds, value, 0) for _, value, holds in found), True
        return _best(step.op, found)


def _when_equal(pairs: Sequence[tuple[int, OpenValue]], row: OpenRow) -> Held | None:
    """When a row is there and has these values; None for never."""
    holds: Held = () if row.condition is True else (row.condition,)
    for at, value in pairs:
        agrees = _equal(value, row.values[at])
        if agrees is False:
            return None
        if agrees is not True:
            holds = (*holds, agrees)
    return holds


def _equal(left: OpenValue, right: OpenValue) -> Condition:
    if isinstance(left, Open) or isinstance(right, Open):
        return left is right or compare("=", left, right)
    return left == right


def _may_agree(left: Sequence[OpenValue], right: Sequence[OpenValue]) -> bool:
    return all(map(may_equal, left, right))


def _distinct(found: Sequence[Counted]) -> Iterator[Counted]:
    """An assignment that equals an earlier one, in a solution, counts once."""
    for at, (key, value, holds) in enumerate(found):
        repeats = []
        for other, _, also in found[:at]:
            if _may_agree(key, other):
                same: Condition = also
                for a, b in zip(key, other, strict=True):
                    same = both(same, _equal(a, b))
                repeats.append(same)
        yield key, value, both(holds, opposite(either(repeats)))


def _best(op: str, found: Sequence[Counted]) -> tuple[OpenValue, Condition]:
    best: OpenValue | None = None
    has: Condition = False
    for _, value, holds in found:
        if best is None:
            best, has = value, holds
        else:
            chosen = better(op, best, value)
            # One of the two may not be there: then the other stands.
            best = pick(has, pick(holds, chosen, best), value)
            has = either([has, holds])
    return (0 if best is None else best), has
