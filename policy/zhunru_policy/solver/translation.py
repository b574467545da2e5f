"""Terms and formulas for z3: what is defined stands for its definition, and a name without one is open.

Numbers are exact and not bounded to 64 bits, which the spans of what is open make the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import z3

from ..ir.core import Value
from ..ir.definitions import Case, Columns, Definition, Flag, Total
from ..ir.formulas import COMPARE, FALSE, TRUE, All, Formula, Has, Holds, Is, Not, OneOf, Truth, compared, every
from ..ir.formulas import Any as AnyOf
from ..ir.paths import condition as condition_of
from ..ir.terms import Known, Local, Operation, Term

#: A Python value or one of z3's, whose operators are typed too loosely for a union to be checked.
Number: TypeAlias = Any
Condition: TypeAlias = Any


class Unsolvable(Exception):
    """A construct that the solver is not given: recursion over what is open, or arithmetic that is not linear."""


class Translator:
    """One question's terms and formulas. `limits`: what holds of everything open that was translated so far."""

    def __init__(self, context: z3.Context, definitions: Iterable[Definition]) -> None:
        self.context = context
        self.limits: list[Any] = []
        self._defined: dict[str, Definition] = {}
        for definition in definitions:
            match definition:
                case Flag(name=name):
                    self._defined[name] = definition
                case Total(local=local):
                    self._defined[local.name] = definition
                case Columns(locals=own):
                    self._defined.update((local.name, definition) for local in own)
        #: By identity, with what keeps it: trees share their parts.
        self._conditions: dict[int, tuple[Formula, Condition]] = {}
        self._numbers: dict[int, tuple[Term, Number]] = {}
        self._locals: dict[str, tuple[Number, Condition]] = {}
        self._flags: dict[str, Condition] = {}

    # ── conditions ───────────────────────────────────────────────────────────────────────────────

    def condition(self, formula: Formula) -> Condition:
        found = self._conditions.get(id(formula))
        if found is None:
            found = self._conditions[id(formula)] = formula, self._condition(formula)
        return found[1]

    def boolean(self, formula: Formula) -> Any:
        """As z3's, also where it is known."""
        found = self.condition(formula)
        return z3.BoolVal(found, self.context) if isinstance(found, bool) else found

    def _condition(self, formula: Formula) -> Condition:
        match formula:
            case Truth(value):
                return value
            case Is(op, left, right):
                return COMPARE[op](self.number(left), self.number(right))
            case Has(Local(name)):
                return self._local(name, None)[1]
            case Holds(name):
                return self._flag(name)
            case OneOf(term, values):
                own = self.number(term)
                return either([own == value for value in sorted(values, key=str)])
            case All(parts):
                return both([self.condition(part) for part in parts])
            case AnyOf(parts):
                return either([self.condition(part) for part in parts])
            case Not(part):
                return opposite(self.condition(part))
        raise Unsolvable(f"a condition on {type(formula).__name__.lower()} rows")

    def _flag(self, name: str) -> Condition:
        if name not in self._flags:
            definition = self._defined.get(name)
            if isinstance(definition, Flag):
                self._flags[name] = either([self.condition(condition_of(path)) for path in definition.paths])
            else:
                self._flags[name] = z3.Bool(name, self.context)
        return self._flags[name]

    # ── numbers ──────────────────────────────────────────────────────────────────────────────────

    def number(self, term: Term) -> Number:
        found = self._numbers.get(id(term))
        if found is None:
            found = self._numbers[id(term)] = term, self._number(term)
        return found[1]

    def _number(self, term: Term) -> Number:
        match term:
            case Known(value):
                return value
            case Local(name):
                return self._local(name, term)[0]
            case Operation():
                return self._operation(term)
        raise Unsolvable("a value that a loop binds")

    def _local(self, name: str, open_local: Local | None) -> tuple[Number, Condition]:
        """What a name stands for, and when it has a value."""
        if name not in self._locals:
            match self._defined.get(name):
                case Columns() as columns:
                    self._columns(columns)
                case Total() as total:
                    self._locals[name] = self._total(total)
                case _:
                    assert open_local is not None, f"{name} is not defined"
                    number: Any = z3.Int(name, self.context)
                    self.limits += [number >= open_local.span[0], number <= open_local.span[1]]
                    self._locals[name] = number, True
        return self._locals[name]

    def _columns(self, columns: Columns) -> None:
        conditions = [self.condition(when) for when, _ in columns.cases]
        has = True if columns.default is not None or columns.complete else either(conditions)
        for at, local in enumerate(columns.locals):
            value: Number = 0 if columns.default is None else columns.default.value
            for when, terms in zip(reversed(conditions), reversed([terms for _, terms in columns.cases]), strict=True):
                value = pick(when, self.number(terms[at]), value)
            self._locals[local.name] = value, has

    def _operation(self, term: Operation) -> Number:
        values = [self.number(argument) for argument in term.arguments]
        match term.op:
            case "+":
                return values[0] + values[1]
            case "-":
                return values[0] - values[1]
            case "neg":
                return -values[0]
            case "*":
                if not isinstance(values[0], int) and not isinstance(values[1], int):
                    raise Unsolvable("a product of open values")
                return values[0] * values[1]
            case "/" | "%":
                return self._quotient(term, *values)
        best = values[0]
        for other in values[1:]:
            best = better(term.op, best, other)
        return best

    def _quotient(self, term: Operation, left: Number, right: Number) -> Number:
        """Truncating division by a known number; z3 rounds down for a divisor above 0."""
        if not isinstance(right, int) or right <= 0:
            raise Unsolvable("a division by an open value")
        low = term.arguments[0].span[0]
        down: Any = (lambda value: value // right) if isinstance(left, int) else (lambda value: value / right)
        quotient: Any = down(left) if low >= 0 else pick(left >= 0, down(left), -down(-left))
        return quotient if term.op == "/" else left - quotient * right

    # ── aggregates ───────────────────────────────────────────────────────────────────────────────

    def _total(self, total: Total) -> tuple[Number, Condition]:
        cases = [
            (self.number(case.value), self.condition(every([total.guard, condition_of(case.path)])))
            for case in total.cases
        ]
        if total.repeats:
            cases = self._distinct(total.cases, cases)
        if total.op in ("count", "sum"):
            values = [pick(when, value, 0) for value, when in cases if when is not False]
            known = sum(value for value in values if isinstance(value, int)) + (total.start or 0)
            terms = [value for value in values if not isinstance(value, int)]
            return (z3.Sum([*terms, known]) if terms else known), True
        start: list[tuple[Number, Condition]] = [] if total.start is None else [(total.start, True)]
        return _best(total.op, [*start, *cases])

    def _distinct(
        self, cases: Sequence[Case], found: Sequence[tuple[Number, Condition]]
    ) -> list[tuple[Number, Condition]]:
        """An assignment that equals an earlier one, in a solution, counts once."""
        distinct = []
        for at, (value, when) in enumerate(found):
            repeats = []
            for other, (_, also) in zip(cases[:at], found, strict=False):
                same = every(compared("=", a, b) for a, b in zip(cases[at].key, other.key, strict=True))
                if same != FALSE:
                    repeats.append(both([also, self.condition(same)]))
            distinct.append((value, both([when, opposite(either(repeats))])))
        return distinct


def _best(op: str, found: Sequence[tuple[Number, Condition]]) -> tuple[Number, Condition]:
    best: Number = None
    has: Condition = False
    for value, when in found:
        if when is False:
            continue
        if best is None:
            best, has = value, when
        else:
            chosen = better(op, best, value)
            # One of the two may not be there: then the other stands.
            best, has = pick(has, pick(when, chosen, best), value), either([has, when])
    return (0 if best is None else best), has


def better(op: str, left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int):
        return max(left, right) if op == "max" else min(left, right)
    return z3.If(left >= right if op == "max" else left <= right, left, right)


def pick(condition: Condition, then: Number, otherwise: Number) -> Number:
    if isinstance(condition, bool):
        return then if condition else otherwise
    return z3.If(condition, then, otherwise)


def both(conditions: Sequence[Condition]) -> Condition:
    if any(condition is False for condition in conditions):
        return False
    found = [condition for condition in conditions if condition is not True]
    return True if not found else found[0] if len(found) == 1 else z3.And(*found)


def either(conditions: Sequence[Condition]) -> Condition:
    if any(condition is True for condition in conditions):
        return True
    found = [condition for condition in conditions if condition is not False]
    return False if not found else found[0] if len(found) == 1 else z3.Or(*found)


def opposite(condition: Condition) -> Condition:
    return not condition if isinstance(condition, bool) else z3.Not(condition)


__all__ = ["TRUE", "Translator", "Unsolvable", "Value"]
