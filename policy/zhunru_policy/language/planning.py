"""The order of a rule's steps. The order never changes what a rule means, only what it costs and when it can fail.

Two orders are made: the *exact* one, in which whatever can fail comes after everything that doesn't depend on it (so
that a failure there is a failure of the rule); and the *quick* one, in which a computed value may narrow a join before
it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

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
    them.

    Raises `ValueError` when no order exists; the checker refuses such rules before.
    """
    pending = [step for step in steps if step is not first]
    known = set(bound)
    ordered: list[Step] = []
    if first is not None:
        ordered.append(first)
        known |= step_variables(first)
    while pending:
        wanted = {name for step in pending if isinstance(step, Match) for name in step_variables(step)}
        ranked = [
            (order, position)
            for position, step in enumerate(pending)
            if (order := rank(step, known) if isinstance(step, Match) else _rank(step, known, wanted, exact))
            is not None
        ]
        if not ranked:
            raise ValueError(f"no order of steps binds {pending}")
        step = pending.pop(min(ranked)[1])
        step = _assignment(step, known) or step
        ordered.append(step)
        known |= step_variables(step)
    return tuple(ordered)


def _assignment(step: Step, known: set[str]) -> Assign | None:
    """An equality that binds a variable, as the assignment it is."""
    if isinstance(step, Compare) and step.op == "=":
        for target, value in ((step.left, step.right), (step.right, step.left)):
            if isinstance(target, Var) and target.name not in known and known.issuperset(expression_variables(value)):
                return Assign(target, value, step.span)
    return None


def _rank(step: Step, known: set[str], wanted: set[str], exact: bool) -> tuple[int, int] | None:
    if isinstance(step, Fold):
        if not step.outer <= known:
            return None
        return (_FALLIBLE_FOLD if step_can_fail(step) and exact else _FOLD, 0)
    if isinstance(step, Absent):
        return (_CHECK, 0) if step_variables(step) <= known else None
    assert isinstance(step, Compare)
    binding = _assignment(step, known)
    if binding is None and not step_variables(step) <= known:
        return None
    if not (can_fail(step.left) or can_fail(step.right)):
        return (_CHECK, 0)
    if not exact and binding is not None and binding.variable.name in wanted:
        return (_COMPUTED_KEY, 0)
    return (_FALLIBLE, 0)
