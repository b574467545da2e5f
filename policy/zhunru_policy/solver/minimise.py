"""The least change: the fewest facts, then the fewest steps. Both are proved: asked for fewer, the solver has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import z3

from ..explain.recourse.open_facts import OpenFact, OpenWorld, number_in
from .values import Condition

#: The longest that the solver is let look for one model.
MOST_SECONDS = 1_000_000


class OutOfTime(Exception):
    """The caller's time is over, or the solver gave up."""


class Search:
    """Looks for models in which a condition holds. `left`: seconds that the caller still has; None without a limit."""

    def __init__(self, world: OpenWorld, wish: Condition, left: Callable[[], float] | None) -> None:
        self._left = left
        self._context = world.context
        self._solver = z3.SolverFor("QF_LIA", ctx=world.context)
        self._solver.add(*world.limits)
        self._solver.add(z3.BoolVal(wish, world.context) if isinstance(wish, bool) else wish)

    def forbid(self, together: Sequence[Any]) -> None:
        """No later answer makes all of these true."""
        self._solver.add(z3.Not(z3.And(*together)) if together else z3.BoolVal(False, self._context))

    def fewest(self, counted: Sequence[OpenFact], least: int = 0) -> tuple[z3.ModelRef, int] | None:
        """A model that changes the fewest facts, and how many; None where there is none. `least`: fewer are known not
        to do. Raises `OutOfTime`.
        """
        model = self._check()
        if model is None:
            return None
        most = _changed(model, counted)
        for number in range(least, most):
            found = self._check(self._at_most(counted, number))
            if found is not None:
                return found, number
        return model, most

    def with_as_few(self, counted: Sequence[OpenFact], number: int) -> z3.ModelRef | None:
        """A model that changes no more facts than a number."""
        return self._check(self._at_most(counted, number))

    def nearest(self, counted: Sequence[OpenFact], model: z3.ModelRef, number: int) -> z3.ModelRef:
        """Of the models that change so many facts, one with the fewest steps: halved until fewer are proved impossible.

        Raises `OutOfTime`.
        """
        zero = z3.IntVal(0, self._context)
        steps: Any = z3.Sum([zero, *(z3.If(fact.changed, fact.steps, zero) for fact in counted)])
        least, most = -1, number_in(model, steps)
        self._solver.push()
        try:
            self._solver.add(self._at_most(counted, number))
            while most - least > 1:
                middle = (least + most) // 2
                better = self._check(steps <= middle)
                if better is None:
                    least = middle
                else:
                    model, most = better, number_in(better, steps)
        finally:
            self._solver.pop()
        return model

    def _at_most(self, counted: Sequence[OpenFact], number: int) -> Any:
        flags = [(flag, 1) for fact in counted for flag in fact.flags]
        return z3.PbLe(flags, number) if flags else z3.BoolVal(True, self._context)

    def _check(self, *assumed: Any) -> z3.ModelRef | None:
        """A model under the assumptions; None where there is none. Raises `OutOfTime`."""
        left = MOST_SECONDS if self._left is None else self._left()
        if left <= 0:
            raise OutOfTime
        # Set also without a limit, for the same choice among equals.
        self._solver.set("timeout", max(1, int(min(left, MOST_SECONDS) * 1000)))
        self._solver.push()
        try:
            self._solver.add(*assumed)
            result = self._solver.check()
            if result == z3.unknown:
                raise OutOfTime
            return self._solver.model() if result == z3.sat else None
        finally:
            self._solver.pop()


def _changed(model: z3.ModelRef, counted: Sequence[OpenFact]) -> int:
    return sum(z3.is_true(model.eval(flag, model_completion=True)) for fact in counted for flag in fact.flags)
