"""Lines of Chinese and English broken where a reader expects it; rich breaks at spaces alone, which Chinese has not."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

# Never at the start of a line.
_CLOSING = frozenset(",.;:!?%)]}»”’，。、；：！？％）】》…")


class Wrapped:
    """A text that is broken at the width it gets."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._text.split("\n", allow_blank=True):
            for part in line.divide(breaks(line.plain, options.max_width)):
                part.rstrip()
                yield part

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest = max(map(cell_len, self._text.plain.split("\n")))
        return Measurement(min(widest, 10), min(widest, options.max_width))


def breaks(line: str, width: int) -> list[int]:
    """The places at which to break a line so that no part is wider than `width` cells."""
    offsets: list[int] = []
    start, chance = 0, 0
    for place in range(1, len(line) + 1):
        if chance <= start and cell_len(line[start:place]) > width:
            chance = place - 1  # a word wider than a line
        if cell_len(line[start:place].rstrip()) > width:
            offsets.append(chance)
            start = chance
        if place < len(line) and _may_break(line[place - 1], line[place]):
            chance = place
    return offsets


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    return after != " " and after not in _CLOSING and (cell_len(before) == 2 or cell_len(after) == 2)
