"""The benchmarks run, on next to nothing; no time is looked at."""

from __future__ import annotations

import pytest
from rich.console import Console

from tests.benchmarks.__main__ import GROUPS, QUICK
from tests.benchmarks.table import Row, show
from tests.benchmarks.timing import interleaved


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_gives_rows(group: str) -> None:
    rows = list(QUICK[group]())
    assert rows
    assert all(row.value > 0 or row.unit == "" or "memory" in row.what for row in rows)


def test_contestants_run_in_turn_and_the_first_round_does_not_count() -> None:
    ran = []

    def contestant(name: str) -> float:
        ran.append(name)
        return float(len(ran))

    measured = interleaved({name: lambda name=name: contestant(name) for name in "AB"}, 3)
    assert "".join(ran) == "ABABBAAB"
    assert measured.rounds == {"A": (3.0, 6.0, 7.0), "B": (4.0, 5.0, 8.0)}
    assert measured.median("A") == 6.0
    assert measured.ratio("A", "B") == pytest.approx(7 / 8)


def test_the_table_says_what_was_met_and_what_was_missed() -> None:
    console = Console(record=True, width=160)
    show(
        [
            Row("group", "quick enough", "1 µs", "other 1 µs", 1.0, most=2),
            Row("group", "too slow", "3 µs", "other 1 µs", 3.0, most=2),
            Row("group", "too few", "1/s", "other 2/s", 0.5, least=0.75),
            Row("group", "no goal", "1 µs", "", 1.0),
        ],
        console,
    )
    said = console.export_text()
    verdicts = {
        line.split("  ")[1].strip(" │"): line for line in said.splitlines() if "│" in line and "group" not in line
    }
    assert [("met" in line, "missed" in line) for line in verdicts.values()] == [
        (True, False),
        (False, True),
        (False, True),
        (False, False),
    ]
    assert "cores" in said
