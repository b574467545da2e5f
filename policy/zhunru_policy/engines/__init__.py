"""Engines that derive a core program's relations. All give the same relations and the same errors.

    reference    reads the rules step by step; slow, and the exact word on which rule fails
    general      turns the rules into Python source; the default
    pydatalog    the independent judge

An engine prepares a program once; the derivation it gives is a function of the input rows and a bound on work, and
returns every relation's rows. Work is counted in rows looked at, so a bound means the same on every machine.
"""

from __future__ import annotations

from typing import Protocol

from ..ir.core import CoreProgram, Row, Rows

#: Rows looked at in one call before it is given up: some ten seconds for the general engine.
WORK_LIMIT = 50_000_000
#: The engine that judges what another decided.
SECOND_ENGINE = "pydatalog"
#: What a `WorkLimitError` says.
PAST_WORK_LIMIT = "the bound on work was reached; the rules may never end on these facts"


class Derivation(Protocol):
    def __call__(self, inputs: Rows, *, work: int = WORK_LIMIT) -> dict[str, set[Row]]:
        """Every relation's rows. Raises `RuleArithmeticError` or `WorkLimitError`."""
        ...


class Engine(Protocol):
    def __call__(self, program: CoreProgram) -> Derivation: ...
