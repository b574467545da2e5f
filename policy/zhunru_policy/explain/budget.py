"""How much work an explanation may take, so that no question has it go on without end."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

T = TypeVar("T", bound=Collection[object])

#: Rows that one proof may look at: a hundred times what proofs of decisions about people with many friends and devices
#: take, and half a second's work. A question with `_` in it may ask for every combination of what a request gives.
MOST_STEPS = 1_000_000
#: Rows between two looks at the caller's clock.
LOOK_EVERY = 5_000


class OutOfStepsError(Exception):
    """Whoever searches tells what was found so far, and that there may be more."""


class Pace:
    """Counts the rows that are looked at, proof by proof. `left`: the seconds that there still are.

    `cuts`: how often in a proof something was left unfinished. `out_of_time`: the clock was the reason, at least once.
    """

    def __init__(self, left: Callable[[], float] | None = None) -> None:
        self._left = left
        self.out_of_time = False
        self.start()

    def start(self) -> None:
        """Begins a proof."""
        self.cuts = 0
        self.steps = 0 if self.out_of_time else MOST_STEPS
        self._look_at = MOST_STEPS if self._left is not None else -1

    def is_spent(self) -> bool:
        """Whether there is nothing left to begin with. Looks at the clock."""
        if self._left is not None and self.steps > 0:
            self._look_at = self.steps - LOOK_EVERY
            if self._left() <= 0:
                self.out_of_time = True
                self.steps = 0
        return self.steps <= 0

    def take(self, steps: int) -> None:
        """Counts steps before they are taken. Raises `OutOfStepsError` where they are too many."""
        self.steps -= steps
        if self.steps < 0 or (self.steps < self._look_at and self.is_spent()):
            raise OutOfStepsError

    def over(self, rows: T) -> T:
        """The rows, counted."""
        self.take(len(rows))
        return rows
