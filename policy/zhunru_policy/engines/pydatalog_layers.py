"""Strata as layers for pyDatalog: which rules are asked together, and which again and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..language.core import Absent, CoreProgram, Expr, Match, Rule, Step, Stratum, steps_within
from ..language.planning import plan


class PlannedRule(NamedTuple):
    relation: str
    head: tuple[Expr, ...]
    steps: tuple[Step, ...]


class Layer(NamedTuple):
    """Rules that read earlier layers, and each other only where `recursive`."""

    rules: tuple[PlannedRule, ...]
    reads: tuple[str, ...]
    recursive: bool


def layers(program: CoreProgram) -> tuple[Layer, ...]:
    """The strata in an order in which each finds what it reads; those that can run side by side are one layer."""
    depth: dict[str, int] = {}
    groups: dict[tuple[int, int], list[Stratum]] = {}
    for number, stratum in enumerate(program.strata):
        below = [depth.get(name, 0) for rule in stratum.rules for name in _reads(rule) if name not in stratum.relations]
        level = 1 + max(below, default=0)
        depth.update(dict.fromkeys(stratum.relations, level))
        groups.setdefault((level, number if stratum.recursive else -1), []).append(stratum)
    return tuple(_layer(groups[key]) for key in sorted(groups))


def _layer(strata: Sequence[Stratum]) -> Layer:
    rules = [rule for stratum in strata for rule in stratum.rules]
    reads = sorted({name for rule in rules for name in _reads(rule)})
    # The exact order: an operation that fails in it nearly always fails its rule, so few calls start twice.
    planned = tuple(PlannedRule(rule.relation, rule.head, plan(rule.body, exact=True)) for rule in rules)
    return Layer(planned, tuple(reads), any(stratum.recursive for stratum in strata))


def _reads(rule: Rule) -> Iterator[str]:
    return (step.relation for step in steps_within(rule.body) if isinstance(step, (Match, Absent)))
