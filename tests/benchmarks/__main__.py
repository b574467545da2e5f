"""`make bench`: everything measured, in one table. Names of groups may be given, to measure those alone.

`--quick` measures too little to be believed, to see that everything runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import partial

from rich.console import Console

from tests.benchmarks import decisions, explanations, peers, processes, programs, wire
from tests.benchmarks.table import Row, show

GROUPS: dict[str, Callable[..., Iterator[Row]]] = {
    "decisions": decisions.rows,
    "explain": explanations.rows,
    "wire": wire.rows,
    "peers": peers.rows,
    "processes": processes.rows,
    "programs": programs.rows,
}
QUICK: dict[str, Callable[[], Iterator[Row]]] = {
    "decisions": partial(decisions.rows, applicants=20, rounds=1, judged=1),
    "explain": partial(explanations.rows, applicants=5, rounds=1, slow=2, calls=2),
    "wire": partial(wire.rows, applicants=20, calls=20, batches=2, rounds=1),
    "peers": partial(peers.rows, applicants=100, rounds=1),
    "processes": partial(processes.rows, decisions=1000, starts=1, pack="tests/cases/small"),
    "programs": partial(programs.rows, nodes=20, edges=40),
}


#: Columns where the output is no terminal, for which rich would take 80.
WIDTH = 160


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description="Measures Zhunru against what it is compared with.")
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], help="what to measure; everything without")
    parser.add_argument("--quick", action="store_true", help="measure little, to see that everything runs")
    given = parser.parse_args()
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, WIDTH))
    rows: list[Row] = []
    for group in given.groups or GROUPS:
        console.print(f"measuring {group} …", style="dim")
        rows.extend((QUICK if given.quick else GROUPS)[group]())
    show(rows, console)


if __name__ == "__main__":
    main()
