"""Strata as layers for pyDatalog: which rules are asked together, and which again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..language.core import (
    Absent,
    Const,
    CoreProgram,
    Expr,
    Fold,
    Match,
    Row,
    Rule,
    Step,
    Stratum,
    Value,
    steps_within,
)
from ..language.planning import plan

#: The constants of an atom by their places.
Pattern = tuple[tuple[int, Value], ...]


class PlannedRule(NamedTuple):
    """The steps, and those inside folds, stand in an order in which each finds its variables bound."""

    relation: str
    head: tuple[Expr, ...]
    steps: tuple[Step, ...]


class Layer(NamedTuple):
    """Rules that read earlier layers, and each other only where `recursive`."""

    rules: tuple[PlannedRule, ...]
    reads: Mapping[str, frozenset[Pattern]]
    recursive: bool


def layers(program: CoreProgram) -> tuple[Layer, ...]:
    """The strata in an order in which each finds what it reads; those that can run side by side are one layer."""
    depth: dict[str, int] = {}
    groups: dict[tuple[int, int], list[Stratum]] = {}
    for number, stratum in enumerate(program.strata):
        below = [depth.get(name, 0) for rule in stratum.rules for name in _reads(rule) - stratum.relations]
        level = 1 + max(below, default=0)
        depth.update(dict.fromkeys(stratum.relations, level))
        groups.setdefault((level, number if stratum.recursive else -1), []).append(stratum)
    return tuple(_layer(groups[key]) for key in sorted(groups))


def _reads(rule: Rule) -> set[str]:
    return {atom.relation for atom in _atoms(rule)}


def needed(rows: set[Row], patterns: frozenset[Pattern]) -> Sequence[Row]:
    """The rows that agree with one of the patterns."""
    if () in patterns:
        return tuple(rows)
    return [row for row in rows if any(all(row[place] == value for place, value in each) for each in patterns)]


def _layer(strata: Sequence[Stratum]) -> Layer:
    rules = [rule for stratum in strata for rule in stratum.rules]
    reads: dict[str, set[Pattern]] = {}
    for rule in rules:
        for atom in _atoms(rule):
            constants = ((place, term.value) for place, term in enumerate(atom.terms) if isinstance(term, Const))
            reads.setdefault(atom.relation, set()).add(tuple(constants))
    planned = tuple(PlannedRule(rule.relation, rule.head, _planned(rule.body, frozenset())) for rule in rules)
    recursive = any(stratum.recursive for stratum in strata)
    return Layer(planned, {name: frozenset(patterns) for name, patterns in sorted(reads.items())}, recursive)


def _planned(steps: Sequence[Step], bound: frozenset[str]) -> tuple[Step, ...]:
    # The exact order: an operation that fails in it nearly always fails its rule, so few calls start twice.
    return tuple(
        replace(step, body=_planned(step.body, step.outer)) if isinstance(step, Fold) else step
        for step in plan(steps, bound, exact=True)
    )


def _atoms(rule: Rule) -> Iterator[Match | Absent]:
    return (step for step in steps_within(rule.body) if isinstance(step, (Match, Absent)))
