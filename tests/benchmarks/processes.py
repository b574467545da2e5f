"""What a process costs: the memory that decisions leave behind, and the time from a start to the first answer."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tests.benchmarks.decisions import decide_all
from tests.benchmarks.population import production
from tests.benchmarks.servers import command
from tests.benchmarks.table import Row
from tests.benchmarks.wire import process, processor_seconds
from zhunru import Client
from zhunru_policy import load_pack

GROUP = "processes"
PAGE = os.sysconf("SC_PAGE_SIZE")
WARMING = 20_000


def rows(decisions: int = 1_000_000, starts: int = 5, pack: str = "weilidai") -> Iterator[Row]:
    yield _memory(decisions)
    yield _start(pack, starts)


def _memory(decisions: int) -> Row:
    """In a process of its own, whose memory nothing else fills."""
    with process("tests.benchmarks.processes", decisions) as measuring:
        grown, before = (int(word) / 1e6 for word in measuring.read().split())
    what = f"memory after {decisions:,} decisions"
    return Row(GROUP, what, f"{before + grown:.1f} MB", f"before {before:.1f} MB", grown, "MB more", most=5)


def _start(pack: str, starts: int) -> Row:
    """From the command to the answer of an Evaluate; a start before these has the policy judged, if it was not yet.

    What counts is the wall's clock; beside it stands the processor's time, which other work does not lengthen.
    """
    _seconds_to_first_answer(pack)
    measured = [_seconds_to_first_answer(pack) for _ in range(starts)]
    seconds, busy = (statistics.median(figures) for figures in zip(*measured, strict=True))
    what = "server start to first answer, policy judged before"
    return Row(GROUP, what, f"{seconds:.2f} s", f"of the processor {busy:.2f} s", seconds, "s", most=2)


def _seconds_to_first_answer(pack: str) -> tuple[float, float]:
    """On the wall's clock, and of the server's processor time, which others on the machine don't lengthen."""
    started = time.perf_counter()
    with command("--policy", pack) as (process_id, address), Client(address) as client:
        client.evaluate("a1", {"age": 30}, as_of=date(2026, 11, 24))
        return time.perf_counter() - started, processor_seconds(process_id)


def main() -> None:
    """Prints the bytes by which so many decisions made this process grow, and its size before."""
    times = int(sys.argv[1])
    policy = load_pack("weilidai")
    people = production(1000)
    decide_all(policy.decide, people, WARMING // len(people))
    before = resident()
    decide_all(policy.decide, people, times // len(people))
    sys.stdout.write(f"{resident() - before} {before}\n")


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


if __name__ == "__main__":
    main()
