"""Inputs that hold tuples: those that there could be, and whether the rules only add them up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir.core import CoreProgram, Fold, Match, Row, Step, steps_within
from ...pack.vocabulary import InputSpec
from ...solver import Unsolvable

#: So many tuples of one input can be open.
MOST_TUPLES = 1_000


def only_added(core: CoreProgram, spec: InputSpec) -> bool:
    """Whether an input's tuples are read for sums of their numbers alone: then one with 0 is as good as none."""
    for rule in core.rules:
        reads = sum(getattr(step, "relation", "") == spec.name for step in steps_within(rule.body))
        if reads:
            sums = [step for step in steps_within(rule.body) if isinstance(step, Fold) and step.op == "sum"]
            reads -= sum(_adds(step, atom, spec) for step in sums for atom in step.body)
        if reads:
            return False
    return True


def _adds(fold: Fold, atom: Step, spec: InputSpec) -> bool:
    if not isinstance(atom, Match) or atom.relation != spec.name:
        return False
    numbers = [atom.terms[at + 1] for at in range(len(spec.columns)) if at not in spec.unique]
    return fold.target in numbers


def possible_tuples(spec: InputSpec, own: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Every key and its tuple, subject left out: the keys are known, a tuple that is not given has 0 everywhere."""
    given = {tuple(row[1:][place] for place in spec.unique): row[1:] for row in own}
    for key in _keys(spec):
        blank = dict(zip(spec.unique, key, strict=True))
        yield key, given.get(key) or tuple(blank.get(place, 0) for place in range(len(spec.columns)))


def _keys(spec: InputSpec) -> Iterator[Row]:
    """Every combination of the key columns' values."""
    keys: list[Row] = [()]
    for place in spec.unique:
        column = spec.columns[place]
        choices = (
            sorted(column.allowed, key=str) if column.allowed is not None else range(column.least, column.most + 1)
        )
        if len(keys) * len(choices) > MOST_TUPLES:
            raise Unsolvable(f"`{spec.name}`, which could have more than {MOST_TUPLES} tuples")
        keys = [(*key, choice) for key in keys for choice in choices]
    yield from keys
