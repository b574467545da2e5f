"""The order in which relations can be computed: strongly connected components of "reads", those read first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..syntax import Program
from .dependencies import ProgramUses, program_uses


def reads(program: Program, uses: ProgramUses) -> dict[str, list[str]]:
    """Each relation with those that its clauses read, in the order of the text; undeclared ones too."""
    graph: dict[str, dict[str, None]] = {declared.name: {} for declared in program.relations}
    for clause, read in uses:
        used = dict.fromkeys(use.atom.relation for use in read)
        for head in clause.heads:
            graph.setdefault(head.atom.relation, {}).update(used)
    for name in [name for used in graph.values() for name in used if name not in graph]:
        graph[name] = {}
    return {name: [*used] for name, used in graph.items()}


def strata(program: Program) -> tuple[frozenset[str], ...]:
    """The relations in groups that depend on each other, each group after all that it reads.

    The order is a function of the text alone. Linear in the program; no recursion.
    """
    return components(reads(program, program_uses(program)))


class _Search:
    """Tarjan's algorithm with a stack of its own: a chain of rules may be longer than Python's stack."""

    def __init__(self, graph: Mapping[str, Sequence[str]]) -> None:
        self.graph = graph
        self.number: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.open: dict[str, None] = {}
        self.found: list[frozenset[str]] = []

    def enter(self, name: str) -> None:
        self.number[name] = self.low[name] = len(self.number)
        self.open[name] = None

    def leave(self, name: str) -> None:
        if self.low[name] < self.number[name]:
            return
        component: list[str] = []
        while not component or component[-1] != name:
            component.append(self.open.popitem()[0])
        self.found.append(frozenset(component))

    def run(self, root: str) -> None:
        self.enter(root)
        path = [(root, iter(self.graph[root]))]
        while path:
            name, rest = path[-1]
            follower = next(rest, None)
            if follower is None:
                path.pop()
                self.leave(name)
                if path:
                    above = path[-1][0]
                    self.low[above] = min(self.low[above], self.low[name])
            elif follower not in self.number:
                self.enter(follower)
                path.append((follower, iter(self.graph[follower])))
            elif follower in self.open:
                self.low[name] = min(self.low[name], self.number[follower])


def components(graph: Mapping[str, Sequence[str]]) -> tuple[frozenset[str], ...]:
    """The strongly connected components, each after those it leads to. Every name must be a key of the graph."""
    search = _Search(graph)
    for name in graph:
        if name not in search.number:
            search.run(name)
    return tuple(search.found)
