"""No relation may depend on itself through negation or through an aggregate: it would have no value to start from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from ..syntax import Span
from .dependencies import ProgramUses, Use
from .findings import Findings, place

MOST_REPORTED = 5
"""Circles reported for relations that all depend on each other; mending these mostly mends the rest."""

MOST_STEPS_SHOWN = 6

_Edge = tuple[str, Use]


def check_strata(uses: ProgramUses, circles: Mapping[str, frozenset[str]], findings: Findings) -> None:
    """`circles`: each relation's component."""
    inside: dict[frozenset[str], list[_Edge]] = {}
    for head, use in _edges(uses):
        if use.atom.relation in circles[head]:
            inside.setdefault(circles[head], []).append((head, use))
    for edges in inside.values():
        if any(use.strict for _, use in edges):
            _report(sorted(edges, key=lambda edge: edge[1].atom.span), findings)


def _edges(uses: ProgramUses) -> Iterator[_Edge]:
    for clause, read in uses:
        heads = dict.fromkeys(head.atom.relation for head in clause.heads)
        for use in read:
            yield from ((head, use) for head in heads)


def _report(edges: Sequence[_Edge], findings: Findings) -> None:
    """One message a circle, at the place of its first negation or aggregate."""
    followers: dict[str, dict[str, Use]] = {}
    for head, use in edges:
        followers.setdefault(head, {}).setdefault(use.atom.relation, use)
    told: set[tuple[str, str]] = set()
    reported = 0
    for head, use in edges:
        if not use.strict or (head, use.atom.relation) in told:
            continue
        circle = [(head, use), *_way(followers, use.atom.relation, head)]
        told.update((reader, step.atom.relation) for reader, step in circle)
        _report_circle(circle, findings)
        reported += 1
        if reported == MOST_REPORTED:
            return


def _way(followers: Mapping[str, Mapping[str, Use]], start: str, goal: str) -> list[_Edge]:
    """The shortest chain of reads from `start` to `goal`; empty where they are one."""
    came: dict[str, _Edge] = {}
    queue = deque([start])
    while goal not in came and start != goal:
        reader = queue.popleft()
        for name, use in followers[reader].items():
            if name not in came:
                came[name] = (reader, use)
                queue.append(name)
    way: list[_Edge] = []
    while start != goal:
        way.append(came[goal])
        goal = came[goal][0]
    return way[::-1]


def _report_circle(circle: Sequence[_Edge], findings: Findings) -> None:
    head, use = circle[0]
    span = use.atom.name_span
    how = "its own negation" if use.negated else "an aggregate over itself"
    message = f"relation `{head}` depends on {how}"
    if len(circle) > 1:
        shown = [_step(edge, span) for edge in circle[:MOST_STEPS_SHOWN]]
        if len(circle) > MOST_STEPS_SHOWN:
            shown.append(f"and {len(circle) - MOST_STEPS_SHOWN} more steps back to `{head}`")
        message += ": " + ", ".join(shown)
    findings.error(span, message, f"break the circle: read a relation here that does not depend on `{head}`")


def _step(edge: _Edge, here: Span) -> str:
    reader, use = edge
    there = use.atom.name_span
    where = "here" if there == here and there.file == here.file else f"at {place(there, here)}"
    if use.aggregate is not None:
        return f"`{reader}` aggregates over `{use.atom.relation}` {where}"
    return f"`{reader}` reads `{'!' if use.negated else ''}{use.atom.relation}` {where}"
