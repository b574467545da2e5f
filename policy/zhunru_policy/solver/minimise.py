"""The least change: the fewest facts, then the fewest steps. Both are proved: asked for fewer, the solver has none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import z3

from ..ir.definitions import Definition
from ..ir.formulas import FALSE, TRUE, Formula
from ..ir.terms import Term
from .translation import Translator, pick

#: The longest that the solver is let look for one model.
MOST_SECONDS = 1_000_000


class OutOfTime(Exception):
    """The caller's time is over, or the solver gave up."""


class Changeable(Protocol):
    """What may change. `flags`: true for each fact that does, the first where any does. `steps`: how far it goes."""

    @property
    def flags(self) -> Sequence[Formula]: ...

    @property
    def steps(self) -> Term: ...


class Model:
    """Values under which everything that was asked for holds."""

    def __init__(self, found: z3.ModelRef, translator: Translator) -> None:
        self._found, self._translator = found, translator

    def holds(self, formula: Formula) -> bool:
        return z3.is_true(self._found.eval(self._translator.boolean(formula), model_completion=True))

    def number(self, term: Term) -> int:
        return self.value(self._translator.number(term))

    def value(self, number: Any) -> int:
        found: Any = number if isinstance(number, int) else self._found.eval(number, model_completion=True)
        return found if isinstance(found, int) else found.as_long()


class Search:
    """Looks for models in which the wish holds, and the limits. `left`: seconds that the caller still has; None without
    a limit.
    """

    def __init__(
        self,
        definitions: Iterable[Definition],
        limits: Iterable[Formula],
        wish: Formula,
        left: Callable[[], float] | None,
        context: z3.Context,
    ) -> None:
        self._left = left
        self._translator = Translator(context, definitions)
        self._solver = z3.SolverFor("QF_LIA", ctx=context)
        for formula in (*limits, wish):
            self._solver.add(self._translator.boolean(formula))

    def forbid(self, together: Sequence[Formula]) -> None:
        """No later answer makes all of these true."""
        found = [self._translator.boolean(formula) for formula in together]
        self._solver.add(z3.Not(z3.And(*found)) if found else self._translator.boolean(FALSE))

    def fewest(self, counted: Sequence[Changeable], least: int = 0) -> tuple[Model, int] | None:
        """A model that changes the fewest facts, and how many; None where there is none. `least`: fewer are known not
        to do. Raises `OutOfTime`.
        """
        model = self._check()
        if model is None:
            return None
        most = sum(model.holds(flag) for fact in counted for flag in fact.flags)
        for number in range(least, most):
            found = self._check(self._at_most(counted, number))
            if found is not None:
                return found, number
        return model, most

    def with_as_few(self, counted: Sequence[Changeable], number: int) -> Model | None:
        """A model that changes no more facts than a number."""
        return self._check(self._at_most(counted, number))

    def nearest(self, counted: Sequence[Changeable], model: Model, number: int) -> Model:
        """Of the models that change so many facts, one with the fewest steps: halved until fewer are proved impossible.

        Raises `OutOfTime`.
        """
        translator = self._translator
        far = [pick(translator.condition(fact.flags[0]), translator.number(fact.steps), 0) for fact in counted]
        steps: Any = z3.Sum([z3.IntVal(0, translator.context), *far])
        least, most = -1, model.value(steps)
        self._solver.push()
        try:
            self._solver.add(self._at_most(counted, number))
            while most - least > 1:
                middle = (least + most) // 2
                better = self._check(steps <= middle)
                if better is None:
                    least = middle
                else:
                    model, most = better, better.value(steps)
        finally:
            self._solver.pop()
        return model

    def _at_most(self, counted: Sequence[Changeable], number: int) -> Any:
        flags = [(self._translator.boolean(flag), 1) for fact in counted for flag in fact.flags]
        return z3.PbLe(flags, number) if flags else self._translator.boolean(TRUE)

    def _check(self, *assumed: Any) -> Model | None:
        """A model under the assumptions; None where there is none. Raises `OutOfTime`."""
        left = MOST_SECONDS if self._left is None else self._left()
        if left <= 0:
            raise OutOfTime
        # Set also without a limit, for the same choice among equals.
        self._solver.set("timeout", max(1, int(min(left, MOST_SECONDS) * 1000)))
        self._solver.push()
        try:
            self._solver.add(*self._translator.limits, *assumed)
            result = self._solver.check()
            if result == z3.unknown:
                raise OutOfTime
            return Model(self._solver.model(), self._translator) if result == z3.sat else None
        finally:
            self._solver.pop()
