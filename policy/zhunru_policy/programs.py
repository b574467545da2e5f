"""Any program of the rule language, run as Soufflé runs it: rows in, rows out."""

from __future__ import annotations

import gc

from .engines import WORK_LIMIT, Derivation
from .engines.table import prepared
from .ir.core import Row, Rows
from .ir.lowering import lower
from .language import syntax


def run_program(
    program: syntax.Program, inputs: Rows, engine: str = "general", *, work: int = 100 * WORK_LIMIT
) -> dict[str, set[Row]]:
    """Every relation's rows. `program` has passed `checker.ensure`; `inputs` are rows of its declared columns.

    Raises `RuleArithmeticError` and `WorkLimitError`; `ValueError` for an engine that is not known.
    """
    run = derivation(program, engine)
    collects = gc.isenabled()
    gc.disable()  # Rows hold no cycles, and walking millions of them takes longer than deriving them.
    try:
        return run(inputs, work=work)
    finally:
        if collects:
            gc.enable()


def derivation(program: syntax.Program, engine: str) -> Derivation:
    return prepared(engine, lower(program))
