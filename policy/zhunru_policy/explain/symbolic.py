"""Rules over values that are still open: each relation as rows of terms, each row under a condition, for the solver.

A term is a Python value or a z3 number; a condition is a Python bool or a z3 one. Whatever is known is computed here
and now, so that the solver sees only what an open value can change. Meaning and order are those of the engines;
operations are exact and not bounded to 64 bits, which the inputs' ranges make the same (what the solver finds is
decided again anyway).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import z3

from ..engines.reference import COMPARISONS
from ..language.arithmetic import OPERATIONS
from ..language.core import (
    Absent,
    Anything,
    Assign,
    Compare,
    Const,
    CoreProgram,
    Expr,
    Fold,
    Match,
    Rule,
    Step,
    Term,
    Var,
)
from ..language.planning import plan

#: A Python number or symbol, or a z3 number. z3's operators are typed too loosely for a union to be checked.
Value: TypeAlias = Any
#: A Python bool or a z3 one.
Condition: TypeAlias = Any
Env = Mapping[str, Value]


class Unsolvable(Exception):
    """A construct that the solver is not given: a division by an open value, or recursion over open rows."""


@dataclass(frozen=True, slots=True)
class OpenRow:
    values: tuple[Value, ...]
    condition: Condition


def both(left: Condition, right: Condition) -> Condition:
    if left is True or right is False:
        return right
    if right is True or left is False:
        return left
    return z3.And(left, right)


def either(conditions: Iterable[Condition]) -> Condition:
    found = [condition for condition in conditions if condition is not False]
    if any(condition is True for condition in found):
        return True
    return False if not found else found[0] if len(found) == 1 else z3.Or(found)


def opposite(condition: Condition) -> Condition:
    return not condition if isinstance(condition, bool) else z3.Not(condition)


def compare(op: str, left: Value, right: Value) -> Condition:
    if isinstance(left, z3.ArithRef) or isinstance(right, z3.ArithRef):
        if isinstance(left, str) or isinstance(right, str):
            raise Unsolvable("an open symbol")
        relation: Any = COMPARISONS[op]
        result = z3.simplify(relation(left, right))
        return True if z3.is_true(result) else False if z3.is_false(result) else result
    return COMPARISONS[op](left, right)


def pick(condition: Condition, then: Value, otherwise: Value) -> Value:
    if isinstance(condition, bool):
        return then if condition else otherwise
    return z3.If(condition, then, otherwise)


def value_of(expression: Expr, env: Env) -> Value:
    if isinstance(expression, Const):
        return expression.value
    if isinstance(expression, Var):
        return env[expression.name]
    values = [value_of(argument, env) for argument in expression.arguments]
    if not any(isinstance(value, z3.ArithRef) for value in values):
        return OPERATIONS[expression.op](*values)
    return _open_operation(expression.op, values)


def _open_operation(op: str, values: Sequence[Value]) -> Value:
    first, rest = values[0], values[1:]
    match op:
        case "+" | "-" | "*":
            return OPERATORS[op](first, rest[0])
        case "neg":
            return -first
        case "/" | "%":
            return _quotient(op, first, rest[0])
    best = first
    for other in rest:
        best = pick(compare(">" if op == "max" else "<", other, best), other, best)
    return best


OPERATORS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
}


def _quotient(op: str, left: Value, right: Value) -> Value:
    """Truncating division by a known number; z3 rounds down for a divisor above 0."""
    if not isinstance(right, int) or right <= 0:
        raise Unsolvable("a division by an open value")
    quotient: Any = z3.If(left >= 0, left / right, -((-left) / right))
    return quotient if op == "/" else left - right * quotient


@dataclass(slots=True)
class OpenProgram:
    """The relations' rows, stratum by stratum."""

    rows: dict[str, list[OpenRow]]
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
                found += self._apply(rule)
            self.rows[relation] = self._merged(relation, found)

    def _apply(self, rule: Rule) -> Iterator[OpenRow]:
        for env, condition in self._solve(plan(rule.body), {}, True):
            yield OpenRow(tuple(value_of(value, env) for value in rule.head), condition)

    def _merged(self, relation: str, rows: Iterable[OpenRow]) -> list[OpenRow]:
        """Rows of the same values become one; a relation with rows that could still be the same is remembered."""
        merged: dict[tuple[object, ...], tuple[tuple[Value, ...], list[Condition]]] = {}
        for row in rows:
            if row.condition is not False:
                key = tuple(value.get_id() if isinstance(value, z3.ArithRef) else (value,) for value in row.values)
                merged.setdefault(key, (row.values, []))[1].append(row.condition)
        kept = [OpenRow(values, either(conditions)) for values, conditions in merged.values()]
        if any(_may_agree(left.values, right.values) for at, left in enumerate(kept) for right in kept[at + 1 :]):
            self._overlaps.add(relation)
        return kept

    def _solve(self, steps: Sequence[Step], env: Env, condition: Condition) -> Iterator[tuple[Env, Condition]]:
        if condition is False:
            return
        if not steps:
            yield env, condition
            return
        step, rest = steps[0], steps[1:]
        match step:
            case Match(relation=relation, terms=terms):
                for values, holds in self._agreeing(relation, terms, env):
                    bound = {
                        t.name: v
                        for t, v in zip(terms, values, strict=True)
                        if isinstance(t, Var) and t.name not in env
                    }
                    yield from self._solve(rest, {**env, **bound}, both(condition, holds))
            case Absent(relation=relation, terms=terms):
                some = either(holds for _, holds in self._agreeing(relation, terms, env))
                yield from self._solve(rest, env, both(condition, opposite(some)))
            case Compare(op=op, left=left, right=right):
                yield from self._solve(
                    rest, env, both(condition, compare(op, value_of(left, env), value_of(right, env)))
                )
            case Assign(variable=variable, value=value):
                yield from self._solve(rest, {**env, variable.name: value_of(value, env)}, condition)
            case Fold():
                total, has = self._fold(step, env)
                if step.variable.name in env and has is not False:
                    has = both(has, compare("=", env[step.variable.name], total))
                yield from self._solve(rest, {**env, step.variable.name: total}, both(condition, has))

    def _agreeing(
        self, relation: str, terms: Sequence[Term], env: Env
    ) -> Iterator[tuple[tuple[Value, ...], Condition]]:
        for row in self.rows[relation]:
            holds = row.condition
            seen: dict[str, Value] = {}
            for term, value in zip(terms, row.values, strict=True):
                if isinstance(term, Anything):
                    continue
                own = term.value if isinstance(term, Const) else env.get(term.name, seen.get(term.name))
                if own is not None:
                    holds = both(holds, _equal(own, value))
                elif isinstance(term, Var):
                    seen[term.name] = value
            if holds is not False:
                yield row.values, holds

    def _fold(self, step: Fold, env: Env) -> tuple[Value, Condition]:
        """The aggregate's value, and whether it has one."""
        inner = {name: env[name] for name in step.outer}
        found: list[tuple[tuple[Value, ...], Value, Condition]] = []
        for bound, holds in self._solve(plan(step.body, step.outer), inner, True):
            key = tuple(bound[variable.name] for variable in step.over)
            value = value_of(step.target, bound) if step.target else 1
            found.append((key, value, holds))
        if any(isinstance(s, Match) and s.relation in self._overlaps for s in step.body):
            found = list(_distinct(found))
        if step.op in ("count", "sum"):
            total: Value = 0
            for _, value, holds in found:
                total = total + pick(holds, value, 0)
            return total, True
        return _best(step.op, found)


def _equal(left: Value, right: Value) -> Condition:
    if isinstance(left, z3.ArithRef) and isinstance(right, z3.ArithRef) and left.eq(right):
        return True
    return compare("=", left, right)


def _may_agree(left: Sequence[Value], right: Sequence[Value]) -> bool:
    pairs = zip(left, right, strict=True)
    return all(isinstance(a, z3.ArithRef) or isinstance(b, z3.ArithRef) or a == b for a, b in pairs)


def _distinct(
    found: Sequence[tuple[tuple[Value, ...], Value, Condition]],
) -> Iterator[tuple[tuple[Value, ...], Value, Condition]]:
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


def _best(op: str, found: Sequence[tuple[tuple[Value, ...], Value, Condition]]) -> tuple[Value, Condition]:
    sign = ">" if op == "max" else "<"
    best: Value = 0
    has: Condition = False
    for _, value, holds in found:
        takes = both(holds, either([opposite(has), compare(sign, value, best)]))
        best = pick(takes, value, best)
        has = either([has, holds])
    return best, has
