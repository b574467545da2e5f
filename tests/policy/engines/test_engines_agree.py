"""Every engine gives the results worked out by hand, and all give the same on programs that nobody wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from zhunru_policy.ir.core import CoreProgram, Relation, Row

from .agreement import ENGINES, Coverage, answer, answer_of_tree, compare, core_of
from .random_programs import Case, cases

PROGRAMS = sorted((Path(__file__).parent / "programs").iterdir())

#: The least share of the random programs that must have a feature; else they say little.
LEAST_SHARES = {
    "rows derived": 0.7,
    "read from the tree": 0.7,
    "error: division by zero": 0.03,
    "error: number beyond 64 bits": 0.03,
    "recursion": 0.5,
    "recursion: mutual": 0.15,
    "recursion: non-linear": 0.3,
    "recursion: through arithmetic": 0.3,
    "negation": 0.6,
    "alternatives": 0.5,
    "several heads": 0.1,
    "relation without columns": 0.2,
    "aggregate count": 0.2,
    "aggregate sum": 0.2,
    "aggregate min": 0.2,
    "aggregate max": 0.2,
    "aggregate: nested": 0.1,
    "aggregate: over a join": 0.25,
    "aggregate: of a group": 0.3,
    **{f"operator {operator}": 0.1 for operator in ("+", "-", "*", "/", "%", "neg", "max", "min")},
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("folder", PROGRAMS, ids=lambda folder: folder.name)
def test_worked_by_hand(folder: Path, engine: str) -> None:
    core = core_of((folder / "program.dl").read_text(encoding="utf-8"))
    inputs = {name: read(core.relations[name], folder / "facts" / f"{name}.facts") for name in core.inputs}
    found = answer(engine, core, inputs)
    error = folder / "expected" / "error.txt"
    if error.exists():
        assert found == f"RuleArithmeticError: {error.read_text(encoding='utf-8').strip()}"
    else:
        assert not isinstance(found, str), found
        assert {name: found[name] for name in core.outputs} == expected(core, folder)


@pytest.mark.parametrize("folder", PROGRAMS, ids=lambda folder: folder.name)
def test_the_tree_says_the_same(folder: Path) -> None:
    text = (folder / "program.dl").read_text(encoding="utf-8")
    core = core_of(text)
    inputs = {name: read(core.relations[name], folder / "facts" / f"{name}.facts") for name in core.inputs}
    found = answer_of_tree(text, inputs)
    failed = (folder / "expected" / "error.txt").exists()
    if isinstance(found, str):
        assert failed, found
    else:
        assert not failed
        assert {name: found[name] for name in core.outputs} == expected(core, folder)


def expected(core: CoreProgram, folder: Path) -> dict[str, set[Row]]:
    return {name: set(read(core.relations[name], folder / "expected" / f"{name}.csv")) for name in core.outputs}


def read(relation: Relation, file: Path) -> list[Row]:
    """Rows as Soufflé writes them: a line a row, tabs between columns, `()` for the row without columns."""
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    if not relation.columns:
        return [() for _ in lines]
    kinds = [int if column.kind == "number" else str for column in relation.columns]
    return [tuple(kind(cell) for kind, cell in zip(kinds, line.split("\t"), strict=True)) for line in lines]


def test_random_programs() -> None:
    """500 programs, the same ones each time; `make fuzz` looks for others."""
    coverage = Coverage()

    @settings(
        max_examples=500,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(cases())
    def engines_agree(case: Case) -> None:
        compare(case, coverage)

    engines_agree()
    assert coverage.programs + coverage.too_long == 500
    assert coverage.too_long < 25
    assert coverage.rules_of_filled > coverage.rules / 2
    lacking = {feature: share for feature, least in LEAST_SHARES.items() if (share := coverage.share(feature)) < least}
    assert not lacking, coverage.report()
