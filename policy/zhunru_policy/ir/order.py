"""The order of a rule's steps. The order never changes what a rule means, only what it costs and when it can fail.

Two orders are made: the *exact* one, in which whatever can fail comes after everything that doesn't depend on it (so
that a failure there is a failure of the rule); and the *quick* one, in which a computed value may narrow a join before
it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush

from .core import (
    Absent,
    Assign,
    Compare,
    Const,
    Fold,
    Match,
    Step,
    Var,
    can_fail,
    expression_variables,
    step_can_fail,
    step_variables,
)

# Ranks, lowest first. A step without a rank is not ready yet.
MatchRank = Callable[[Match, AbstractSet[str]], tuple[int, int]]
_CHECK, _LOOKUP, _JOIN, _COMPUTED_KEY, _SCAN, _FOLD, _FALLIBLE, _FALLIBLE_FOLD = range(8)


def rank_match(step: Match, known: AbstractSet[str]) -> tuple[int, int]:
    """Matches with most places known come first: a lookup narrows more than a scan."""
    free = {term.name for term in step.terms if isinstance(term, Var) and term.name not in known}
    fixed = sum(isinstance(term, Const) or (isinstance(term, Var) and term.name in known) for term in step.terms)
    if not free:
        return (_LOOKUP, -fixed)
    return (_JOIN, -fixed) if fixed else (_SCAN, 0)


def plan(
    steps: Sequence[Step],
    bound: frozenset[str] = frozenset(),
    *,
    exact: bool = False,
    first: Match | None = None,
    rank: MatchRank = rank_match,
) -> tuple[Step, ...]:
    """The steps in an order in which each one's variables are bound.

    `first`: the match to begin with. `rank`: which match comes next, the least first, of ranks as `rank_match` gives
    them; the rank of a match may depend on which of its own variables are known, and on nothing else that changes.

    Raises `ValueError` when no order exists; the checker refuses such rules before.
    """
    known = set(bound)
    pending = _Pending([step for step in steps if step is not first], known, exact, rank)
    ordered: list[Step] = []
    if first is not None:
        ordered.append(first)
        pending.bind(step_variables(first))
    while (step := pending.take()) is not None:
        step = _assignment(step, known) or step
        ordered.append(step)
        pending.bind(step_variables(step))
    return tuple(ordered)


class _Pending:
    """The steps that have no place yet, and a heap of those that are ready, by rank and then by place in the text.

    A rank changes only when a variable of its step becomes known, or when no match is left that wants one; such a step
    is ranked anew. So a body of thousands of literals is planned in little more than linear time.
    """

    def __init__(self, steps: Sequence[Step], known: set[str], exact: bool, rank: MatchRank) -> None:
        self._steps: dict[int, Step] = dict(enumerate(steps))
        self._known = known
        self._exact = exact
        self._rank = rank
        self._readers: dict[str, list[int]] = {}
        self._wanted: Counter[str] = Counter()
        self._ranks: dict[int, tuple[int, int]] = {}
        self._heap: list[tuple[tuple[int, int], int]] = []
        for place, step in self._steps.items():
            for name in step_variables(step):
                self._readers.setdefault(name, []).append(place)
            if isinstance(step, Match):
                self._wanted.update(step_variables(step))
        for place in self._steps:
            self._rank_anew(place)

    def take(self) -> Step | None:
        """The step of least rank; None when no step is left."""
        while self._heap:
            order, place = heappop(self._heap)
            if self._ranks.get(place) == order:
                del self._ranks[place]
                return self._without(place)
        if self._steps:
            raise ValueError(f"no order of steps binds {list(self._steps.values())}")
        return None

    def bind(self, names: AbstractSet[str]) -> None:
        new = names - self._known
        self._known |= new
        self._rank_readers(new)

    def _without(self, place: int) -> Step:
        step = self._steps.pop(place)
        if isinstance(step, Match):
            names = step_variables(step)
            self._wanted.subtract(names)
            self._rank_readers({name for name in names if not self._wanted[name]})
        return step

    def _rank_readers(self, names: AbstractSet[str]) -> None:
        for place in {place for name in names for place in self._readers.get(name, ()) if place in self._steps}:
            self._rank_anew(place)

    def _rank_anew(self, place: int) -> None:
        step = self._steps[place]
        if isinstance(step, Match):
            order = self._rank(step, self._known)
        else:
            order = _rank(step, self._known, self._wanted, self._exact)
        if order is not None and self._ranks.get(place) != order:
            self._ranks[place] = order
            heappush(self._heap, (order, place))


def _assignment(step: Step, known: set[str]) -> Assign | None:
    """An equality that binds a variable, as the assignment it is."""
    if isinstance(step, Compare) and step.op == "=":
        for target, value in ((step.left, step.right), (step.right, step.left)):
            if isinstance(target, Var) and target.name not in known and known.issuperset(expression_variables(value)):
                return Assign(target, value, step.span)
    return None


def _rank(step: Step, known: set[str], wanted: Mapping[str, int], exact: bool) -> tuple[int, int] | None:
    if isinstance(step, Fold):
        if not step.outer <= known:
            return None
        # A least value that there is not would hide what fails behind it.
        waits = step_can_fail(step) and (exact or step.op in ("min", "max"))
        return (_FALLIBLE_FOLD if waits else _FOLD, 0)
    if isinstance(step, Absent):
        return (_CHECK, 0) if step_variables(step) <= known else None
    assert isinstance(step, Compare)
    binding = _assignment(step, known)
    if binding is None and not step_variables(step) <= known:
        return None
    if not (can_fail(step.left) or can_fail(step.right)):
        return (_CHECK, 0)
    if not exact and binding is not None and wanted.get(binding.variable.name):
        return (_COMPUTED_KEY, 0)
    return (_FALLIBLE, 0)
