"""Runs of contestants in turn, A B A B …, and what is said of them: medians, and ratios within a round.

The machine is shared and its speed drifts, so a number alone means little; a ratio of two runs a moment apart does.
What runs in this process is measured by the processor time that it takes, all threads together: while another process
has the core, nobody's clock runs. The garbage collector stays as it is in production: on.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures by contestant, one a round, in the order of the rounds."""

    rounds: Mapping[str, tuple[float, ...]]

    def median(self, name: str) -> float:
        return statistics.median(self.rounds[name])

    def ratio(self, name: str, to: str) -> float:
        """How many times `to`'s figure `name`'s is: the median over the rounds."""
        return statistics.median(a / b for a, b in zip(self.rounds[name], self.rounds[to], strict=True))


def interleaved(contestants: Mapping[str, Callable[[], float]], rounds: int) -> Measured:
    """Asks each contestant for its figure in turn, `rounds` times; an odd round goes the other way around.

    One round before them warms up and is not counted.
    """
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for measure in contestants.values():
        measure()
    for number in range(rounds):
        for name in reversed(list(contestants)) if number % 2 else contestants:
            figures[name].append(contestants[name]())
    return Measured({name: tuple(values) for name, values in figures.items()})


def seconds_each(run: Run, times: int) -> Callable[[], float]:
    """A figure for `interleaved`: the processor's seconds for each of the `times` things that `run` does."""

    def measure() -> float:
        start = time.process_time()
        run()
        return (time.process_time() - start) / times

    return measure
