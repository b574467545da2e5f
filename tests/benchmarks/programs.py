"""A general program: the transitive closure of a random graph, by `run_program`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from tests.benchmarks.table import Row
from zhunru_policy.language.checker import ensure
from zhunru_policy.language.parser import parse
from zhunru_policy.programs import run_program

GROUP = "a general program"
CLOSURE = """
.decl edge(a: number, b: number)
.input edge
.decl path(a: number, b: number)
.output path
path(A, B) :- edge(A, B).
path(A, C) :- path(A, B), edge(B, C).
"""


def rows(nodes: int = 2_000, edges: int = 10_000) -> Iterator[Row]:
    program = parse(CLOSURE, "closure.dl")
    ensure(program, strict=False)
    rng = Random(nodes)
    graph = set()
    while len(graph) < edges:
        graph.add((rng.randrange(nodes), rng.randrange(nodes)))
    start = time.process_time()
    paths = run_program(program, {"edge": list(graph)})["path"]
    seconds = time.process_time() - start
    what = f"closure of {nodes:,} nodes, {edges:,} edges"
    yield Row(GROUP, what, f"{len(paths):,} paths", "", seconds, "s", most=60)
