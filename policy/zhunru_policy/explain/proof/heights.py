"""Which way of deriving a fact a proof shows: the least high, then the first in the text, then the least values.

The height of a stated fact is 0, of a derived one 1 more than the highest of what its clause matched and its aggregates
ran over, in the way that keeps this least. So a proof of a recursive rule ends, and is as short as one can be.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...engines.traced.tracing import Fact, Firing, Group, Trace, Tracer
from ...ir import code, python
from ...ir.code import Code, name
from ...ir.core import Match
from .clauses import ClauseView, Row, fact_code, row_code
from .groups import FoldView, fold_view, inner_facts

#: Strata up to which heights are found by asking for those below, one call within another.
MOST_STRATA = 200

_Reader = Callable[[Row, tuple[Group, ...]], list[Fact]]


class Below(NamedTuple):
    """Reads the facts that a rule's firing matched from its values and groups: those of inputs that no rule derives,
    those that no request changes, and the others."""

    given: _Reader
    fixed: _Reader
    derived: _Reader


class Ways:
    """What firings matched, those facts among it that their aggregates ran over; made ready once for all traces."""

    def __init__(self, views: Mapping[int, ClauseView], tracer: Tracer) -> None:
        self.folds: Mapping[int, tuple[FoldView, ...]] = {
            index: tuple(fold_view(scope, view.traced.variables) for scope in view.traced.folds)
            for index, view in views.items()
        }
        relations = tracer.program.relations
        derived = tracer.by_relation.keys() - tracer.fixed
        kinds = relations.keys() - tracer.fixed - derived, tracer.fixed, derived
        held: dict[str, FoldView] = {}
        readers = [self._reader(view, kind, held) for view in views.values() for kind in kinds]
        made = iter(python.evaluated(readers, held))
        self.of_rule = {index: Below(next(made), next(made), next(made)) for index in views}

    def _reader(self, view: ClauseView, wanted: Container[str], held: dict[str, FoldView]) -> Code:
        """A `_Reader`. `held`: the folds by the names that it calls them by."""
        facts = [
            fact_code(line.main.relation, row_code(line.main.terms, view.traced.variables))
            for line in view.lines
            if isinstance(line.main, Match) and line.main.relation in wanted
        ]
        for at, fold in enumerate(self.folds[view.traced.rule.index]):
            own = fold.only(wanted)
            local = f"fold_{len(held)}"
            held[local] = own
            facts += inner_facts(own, name(local), at)
        return code.function(("v", "groups"), code.sequence(facts))

    def below(self, firing: Firing) -> list[Fact]:
        """The facts that a firing matched."""
        index, values, groups = firing
        return [fact for read in self.of_rule[index] for fact in read(values, groups)]


class Heights:
    """Heights in one trace, found when they are asked for. `fixed`: those of what no request changes."""

    def __init__(self, trace: Trace, ways: Ways, fixed: Heights | None = None) -> None:
        self.trace = trace
        self.ways = ways
        self._fixed = fixed
        self._heights: dict[Fact, int] = {}
        self._best: dict[Fact, Firing] = {}
        self._ways_of: dict[Fact, list[tuple[Firing, list[Fact]]]] = {}
        self._climbed = trace.tracer.recursive
        self._can_descend = len(trace.tracer.program.strata) <= MOST_STRATA

    def of(self, fact: Fact) -> int:
        found = self._heights.get(fact)
        if found is None:
            if self._fixed is not None and fact[0] in self.trace.tracer.fixed:
                found = self._heights[fact] = self._fixed.of(fact)
            elif self._can_descend and fact[0] not in self._climbed:
                found = self._descend(fact)
            else:
                self._climb(self._cone(fact))
                found = self._heights[fact]
        return found

    def best(self, fact: Fact) -> Firing:
        """The firing that a proof shows. The fact is a derived one that holds."""
        firings = self.trace.firings(fact)
        if len(firings) == 1:
            return firings[0]
        height = self.of(fact)
        if self._fixed is not None and fact[0] in self.trace.tracer.fixed:
            return self._fixed.best(fact)
        found = self._best.get(fact)
        if found is None:
            ways = self._all_ways(fact)
            lowest = (firing for firing, below in ways if all(self._heights[other] < height for other in below))
            found = self._best[fact] = min(lowest, key=lambda firing: firing[:2])
        return found

    def _descend(self, fact: Fact) -> int:
        """The height of a fact that can't rest on itself."""
        if self.trace.is_stated(fact):
            self._heights[fact] = 0
            return 0
        firings = self.trace.firings(fact)
        if len(firings) == 1:
            height = self._of_firing(firings[0])
        else:
            ranked = [(self._of_firing(firing), firing[:2], firing) for firing in firings]
            height, _, self._best[fact] = min(ranked, key=lambda each: each[:2])
        self._heights[fact] = height
        return height

    def _of_firing(self, firing: Firing) -> int:
        index, values, groups = firing
        _, fixed, derived = self.ways.of_rule[index]
        height = 0
        heights, of = self._heights, self.of
        for other in fixed(values, groups):
            height = max(height, heights[other] if other in heights else of(other))
        for other in derived(values, groups):
            height = max(height, heights[other] if other in heights else of(other))
        return height + 1

    def _all_ways(self, fact: Fact) -> list[tuple[Firing, list[Fact]]]:
        found = self._ways_of.get(fact)
        if found is None:
            found = [(firing, self.ways.below(firing)) for firing in self.trace.firings(fact)]
            self._ways_of[fact] = found
        return found

    def _cone(self, goal: Fact) -> list[Fact]:
        """The facts without a height that some way of deriving the goal leads to."""
        heights, fixed, tables = self._heights, self._fixed, self.trace.tracer.fixed
        seen = {goal}
        pending = [goal]
        for fact in pending:
            if fixed is not None and fact[0] in tables:
                heights[fact] = fixed.of(fact)
            elif not self.trace.is_stated(fact):
                for _, below in self._all_ways(fact):
                    for other in below:
                        if other not in seen and other not in heights:
                            seen.add(other)
                            pending.append(other)
        return [fact for fact in pending if fact not in heights]

    def _climb(self, cone: Sequence[Fact]) -> None:
        """Gives heights from the stated facts up: a way reaches its fact when the last fact below has a height."""
        reached: list[tuple[int, int]] = []
        waiting: dict[Fact, list[_Way]] = {}
        inside = set(cone)
        for at, fact in enumerate(cone):
            if self.trace.is_stated(fact):
                reached.append((0, at))
                continue
            for _, below in self._all_ways(fact):
                still_open = inside.intersection(below)
                floor = max((self._heights[other] for other in below if other not in inside), default=0)
                way = _Way(at, len(still_open), floor)
                for other in still_open:
                    waiting.setdefault(other, []).append(way)
                if not still_open:
                    reached.append((floor + 1, at))
        heapq.heapify(reached)
        while reached:
            height, at = heapq.heappop(reached)
            if cone[at] in self._heights:
                continue
            self._heights[cone[at]] = height
            for way in waiting.get(cone[at], ()):
                way.missing -= 1
                way.floor = max(way.floor, height)
                if not way.missing:
                    heapq.heappush(reached, (way.floor + 1, way.fact))


@dataclass(slots=True)
class _Way:
    """A firing on the way up: its fact's place, how many facts below have no height yet, the highest of the others."""

    fact: int
    missing: int
    floor: int
