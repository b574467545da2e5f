"""Where a relation's rows are kept at call time: a flag, or locals for computed columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .conditions import FALSE, TRUE, conjunction, contradict, disjunction, negation, parts
from .forms import SUBJECT
from .symbols import ANY, Interval, Symbol
from .tree import Block, Line, Node

Skeleton = tuple[str | None, ...]

#: A test that is as short as a name.
FLAG = re.compile(r"(not )?\w+( is (not )?None)?")


@dataclass(slots=True)
class Leaf:
    """A row that a rule gives. `path`: the blocks open there; `plain`: only tests are, and nothing was computed on
    the way.
    """

    symbols: tuple[Symbol, ...]
    path: tuple[str, ...] = ()
    computed: bool = False
    place: str = ""

    @property
    def in_loop(self) -> bool:
        return any(opening.startswith("for ") for opening in self.path)

    @property
    def plain(self) -> bool:
        return not self.computed and not self.in_loop

    @property
    def test(self) -> str:
        return conjunction(part for opening in self.path for part in parts(opening.removeprefix("if ")))


@dataclass(slots=True)
class Slot:
    """The locals of a leaf: a flag, or one local a computed column (`columns` are their places)."""

    symbols: tuple[Symbol, ...]
    columns: tuple[int, ...]
    names: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    plain: bool
    _written: int = 0

    @property
    def test(self) -> str:
        return disjunction(leaf.test for leaf in self.leaves)

    @property
    def is_certain(self) -> bool:
        """Without a name of its own: it always holds, or holds when another flag does (or doesn't)."""
        if not self.plain or (self.columns and len(self.leaves) > 1):
            return False
        if self.test == TRUE:
            return True
        named = all(symbol.is_constant or symbol.text.isidentifier() for leaf in self.leaves for symbol in leaf.symbols)
        return named and FLAG.fullmatch(self.test) is not None

    @property
    def is_complete(self) -> bool:
        """Whether one of two leaves always holds."""
        if not self.plain or len(self.leaves) != 2:
            return False
        first, second = self.leaves
        return negation(first.test) == second.test

    def plain_line(self) -> str:
        places = ", ".join(dict.fromkeys(leaf.place for leaf in self.leaves if leaf.place))
        return f"{self._plain_value()}  # {places}"

    def _plain_value(self) -> str:
        if not self.columns:
            return f"{self.names[0]} = {self.test}"
        value = "None" if len(self.columns) == 1 else f"({', '.join('None' for _ in self.columns)})"
        for leaf in reversed(self.leaves):
            own = ", ".join(leaf.symbols[place].text for place in self.columns)
            own = own if len(self.columns) == 1 else f"({own})"
            last = leaf is self.leaves[-1] and self.is_complete
            value = own if leaf.test == TRUE or last else f"{own} if {leaf.test} else {value}"
        return f"{', '.join(self.names)} = {value}"

    def set_in(self, nodes: list[Node], symbols: Sequence[Symbol]) -> None:
        """Statements that make the leaf hold where they stand; a plain slot is written as one line at the end."""
        if self.plain:
            return
        if not self.columns:
            nodes.append(Line(f"{self.names[0]} = True"))
            return
        values = [symbols[place].text for place in self.columns]
        assign = [Line(f"{name} = {value}") for name, value in zip(self.names, values, strict=True)]
        first = not self._written and not self.leaves[0].in_loop
        self._written += 1
        if first:
            nodes += assign
            return
        differs = " or ".join(f"{name} != {value}" for name, value in zip(self.names, values, strict=True))
        nodes.append(Block(f"if {self.names[0]} is None", list(assign)))
        nodes.append(Block(f"elif {differs}", [Line("raise Conflict")]))

    def row(self) -> tuple[tuple[Symbol, ...], str]:
        if self.is_certain:
            return self.leaves[0].symbols, self.test
        if not self.columns:
            return self.symbols, self.names[0] if self.test != FALSE else FALSE
        named = dict(zip(self.columns, self.names, strict=True))
        spans = {place: union(leaf.symbols[place].interval for leaf in self.leaves) for place in self.columns}
        symbols = [Symbol(named[p], spans[p]) if p in named else symbol for p, symbol in enumerate(self.symbols)]
        if self.is_complete:
            return tuple(symbols), TRUE
        only = self.leaves[0].test if self.plain and len(self.leaves) == 1 else ""
        return tuple(symbols), only if FLAG.fullmatch(only) else f"{self.names[0]} is not None"


def skeleton_of(symbols: Sequence[Symbol]) -> Skeleton:
    return tuple(symbol.text if symbol.is_constant or symbol.text == SUBJECT.text else None for symbol in symbols)


def fits(own: Skeleton, other: Skeleton) -> bool:
    return all(theirs is None or theirs == mine for mine, theirs in zip(own, other, strict=True))


def _could_be_one(left: Skeleton, right: Skeleton) -> bool:
    subject = SUBJECT.text
    return all(a is None or b is None or a == b or subject in (a, b) for a, b in zip(left, right, strict=True))


def merge(skeletons: Iterator[Skeleton]) -> list[Skeleton]:
    """Skeletons of which no two can be the same row; those that can become one, with the places that differ
    computed.
    """
    merged: list[Skeleton] = []
    for skeleton in skeletons:
        while True:
            same = next((other for other in merged if _could_be_one(other, skeleton)), None)
            if same is None:
                break
            merged.remove(same)
            skeleton = tuple(a if a == b else None for a, b in zip(same, skeleton, strict=True))
        merged.append(skeleton)
    return merged


def numbers(leaves: Sequence[Leaf]) -> bool:
    return all(not leaf.symbols[1].is_constant or isinstance(leaf.symbols[1].value, int) for leaf in leaves)


def exclusive(leaves: Sequence[Leaf], means: Mapping[str, str]) -> bool:
    """Whether the tests of no two leaves can hold at once, as far as can be seen from their text."""
    tests = [leaf.test for leaf in leaves]
    return all(contradict(left, right, means) for at, left in enumerate(tests) for right in tests[at + 1 :])


def slot_of(slots: dict[Skeleton, Slot], symbols: Sequence[Symbol]) -> Slot:
    own = skeleton_of(symbols)
    return next(slot for skeleton, slot in slots.items() if fits(own, skeleton))


def union(intervals: Iterator[Interval] | Sequence[Interval]) -> Interval:
    spans = list(intervals)
    return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else ANY
