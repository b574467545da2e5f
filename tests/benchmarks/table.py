"""The rows of the one table that `make bench` prints."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `value`: what counts, held against `most` or `least` where there is a goal."""

    group: str
    what: str
    ours: str
    other: str
    value: float
    unit: str = "×"
    most: float | None = None
    least: float | None = None

    @property
    def goal(self) -> str:
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}"
        return "" if self.least is None else f"≥ {self.least:g} {self.unit}"

    @property
    def met(self) -> bool:
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)


def show(rows: Iterable[Row], console: Console) -> None:
    table = Table(title="Zhunru: benchmarks", caption=machine(), title_justify="left", caption_justify="left")
    for heading in ("what", "zhunru", "against"):
        table.add_column(heading)
    for heading in ("figure", "goal"):
        table.add_column(heading, justify="right")
    table.add_column("")
    group = None
    for row in rows:
        if row.group != group:
            table.add_section()
            table.add_row(f"[bold]{row.group}")
            group = row.group
        verdict = "" if not row.goal else "[green]met" if row.met else "[red]missed"
        table.add_row(f"  {row.what}", row.ours, row.other, f"{row.value:.2f} {row.unit}", row.goal, verdict)
    console.print(table)


def machine() -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; load {load}"
    )


def processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def micros(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f} µs"


def a_second(count: float) -> str:
    return f"{count:,.0f}/s"
