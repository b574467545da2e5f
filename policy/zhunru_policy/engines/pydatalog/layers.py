"""Strata as layers for pyDatalog: which rules are asked together, which again and again, and which once for all.

A recursion is asked in semi-naive rounds: each rule of it once for each atom over the recursion, which then reads the
rows that the last round found alone, as a relation of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from ...ir.core import (
    Absent,
    Anything,
    Const,
    CoreProgram,
    Expr,
    Fold,
    Match,
    Row,
    Rule,
    Step,
    Stratum,
    Var,
    step_variables,
    steps_within,
)
from ...ir.order import plan, rank_match

Places = tuple[int, ...]


class Selection(NamedTuple):
    """The rows of a relation that agree with the constants of an atom: their places, and their values."""

    relation: str
    places: Places
    values: Row


class Join(NamedTuple):
    """A match that binds variables. `known`: the places of its constants and of variables that are bound before."""

    selection: Selection
    known: Places


class PlannedRule(NamedTuple):
    """The steps, and those inside folds, stand in an order in which each finds its variables bound.

    `matches`: those outside folds. `chains`: the joins of the body, then those of each fold, a fold before its own.
    """

    number: tuple[int, int]
    relation: str
    head: tuple[Expr, ...]
    steps: tuple[Step, ...]
    matches: tuple[Selection, ...]
    chains: tuple[tuple[Join, ...], ...]
    reads: tuple[Selection, ...]


class Layer(NamedTuple):
    """`rules` read earlier layers alone. Those `again` read the newest rows of this layer too."""

    rules: tuple[PlannedRule, ...]
    again: tuple[PlannedRule, ...]


def newest(relation: str) -> str:
    """The name of the relation's rows that the last round found. No relation of a program has a space in its name."""
    return f"newest {relation}"


def settled(program: CoreProgram, steady: Collection[str]) -> tuple[list[Stratum], list[Stratum]]:
    """The strata that no input but the `steady` ones reaches, and the others."""
    reached = set(program.inputs) - set(steady)
    parts: tuple[list[Stratum], list[Stratum]] = ([], [])
    for stratum in program.strata:
        within = stratum.relations.union(*(_reads(rule) for rule in stratum.rules))
        if within.isdisjoint(reached):
            parts[0].append(stratum)
        else:
            parts[1].append(stratum)
            reached |= stratum.relations
    return parts


def selection(atom: Match | Absent) -> Selection:
    constants = [(place, term.value) for place, term in enumerate(atom.terms) if isinstance(term, Const)]
    return Selection(atom.relation, tuple(place for place, _ in constants), tuple(value for _, value in constants))


def layers(strata: Sequence[Stratum]) -> tuple[Layer, ...]:
    """The strata in an order in which each finds what it reads; those that can run side by side are one layer."""
    depth: dict[str, int] = {}
    groups: dict[tuple[int, int], list[Stratum]] = {}
    for number, stratum in enumerate(strata):
        below = [depth.get(name, 0) for rule in stratum.rules for name in _reads(rule) - stratum.relations]
        level = 1 + max(below, default=0)
        depth.update(dict.fromkeys(stratum.relations, level))
        groups.setdefault((level, number if stratum.recursive else -1), []).append(stratum)
    return tuple(_layer(groups[key]) for key in sorted(groups))


def _layer(strata: Sequence[Stratum]) -> Layer:
    rules: list[PlannedRule] = []
    again: list[PlannedRule] = []
    for stratum in strata:
        for rule in stratum.rules:
            places = [place for place, step in enumerate(rule.body) if _reads_of(step) & stratum.relations]
            again += (_planned_rule(rule, place) for place in places)
            rules += [] if places else [_planned_rule(rule)]
    return Layer(tuple(rules), tuple(again))


def _planned_rule(rule: Rule, newest_at: int = -1) -> PlannedRule:
    """`newest_at`: the place of the atom that reads newest rows, with which the order begins."""
    body = list(rule.body)
    first = None
    if newest_at >= 0:
        first = body[newest_at]
        assert isinstance(first, Match), "what is negated or aggregated stands in an earlier stratum"
        first = body[newest_at] = replace(first, relation=newest(first.relation))
    steps = _planned(body, frozenset(), first)
    matches = tuple(selection(step) for step in steps if isinstance(step, Match))
    reads = tuple(dict.fromkeys(selection(atom) for atom in _atoms(steps)))
    chains = tuple(_chains(steps, frozenset()))
    return PlannedRule((rule.index, newest_at), rule.relation, rule.head, steps, matches, chains, reads)


def _planned(steps: Sequence[Step], bound: frozenset[str], first: Match | None = None) -> tuple[Step, ...]:
    # The exact order: an operation that fails in it nearly always fails its rule, so few calls start twice.
    return tuple(
        replace(step, body=_planned(step.body, step.outer)) if isinstance(step, Fold) else step
        for step in plan(steps, bound, exact=True, first=first, rank=_rank)
    )


def _rank(step: Match, known: AbstractSet[str]) -> tuple[int, int]:
    """Of matches alike the one with the fewest open variables comes first: it is likely to have the fewest rows."""
    kind, order = rank_match(step, known)
    return kind, order + 1000 * len(step_variables(step) - known)


def _chains(steps: Sequence[Step], bound: frozenset[str]) -> Iterator[tuple[Join, ...]]:
    known = set(bound)
    joins: list[Join] = []
    for step in steps:
        if isinstance(step, Match) and any(
            isinstance(term, Anything) or (isinstance(term, Var) and term.name not in known) for term in step.terms
        ):
            places = (
                place
                for place, term in enumerate(step.terms)
                if isinstance(term, Const) or (isinstance(term, Var) and term.name in known)
            )
            joins.append(Join(selection(step), tuple(places)))
        known |= step_variables(step)
    yield tuple(joins)
    for step in steps:
        if isinstance(step, Fold):
            yield from _chains(step.body, step.outer)


def _reads(rule: Rule) -> set[str]:
    return _reads_of(*rule.body)


def _reads_of(*steps: Step) -> set[str]:
    return {atom.relation for atom in _atoms(steps)}


def _atoms(steps: Sequence[Step]) -> Iterator[Match | Absent]:
    return (step for step in steps_within(steps) if isinstance(step, (Match, Absent)))
