"""`zhunru policy run`: any program of the rule language, run as Soufflé runs it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from zhunru_policy.ir.lowering import type_kinds
from zhunru_policy.language.checker import ensure
from zhunru_policy.language.parser import read_program
from zhunru_policy.language.syntax import Program
from zhunru_policy.programs import run_program

from .rows import Columns, print_rows, read_rows, write_rows
from .screen import show_diagnostics


class Engine(StrEnum):
    """The engines that can run a program."""

    general = "general"
    pydatalog = "pydatalog"


def run(
    program: Annotated[Path, typer.Argument(help="A file of rules.")],
    facts: Annotated[
        Path, typer.Option("-F", "--facts", help="The folder of NAME.facts for each `.input NAME`.", file_okay=False)
    ] = Path(),
    output: Annotated[
        str, typer.Option("-D", "--output", help="The folder for NAME.csv of each `.output NAME`; `-` prints them.")
    ] = ".",
    engine: Annotated[Engine, typer.Option(help="The engine that derives.")] = Engine.general,
) -> None:
    """Runs a program: reads its inputs from files, writes its outputs to files, all tab-separated."""
    tree = read_program([program])
    show_diagnostics(ensure(tree, strict=False))
    columns = _columns(tree)
    inputs = {name: read_rows(facts / f"{name}.facts", columns[name]) for name in _directed(tree, "input")}
    derived = run_program(tree, inputs, engine.value)
    for name in _directed(tree, "output"):
        if output == "-":
            print_rows(name, derived[name])
        else:
            Path(output).mkdir(parents=True, exist_ok=True)
            write_rows(Path(output) / f"{name}.csv", derived[name], name)


def _directed(tree: Program, kind: str) -> list[str]:
    """Each relation once, in the order of the text."""
    return list(dict.fromkeys(directive.relation for directive in tree.directives if directive.kind == kind))


def _columns(tree: Program) -> dict[str, Columns]:
    kinds = type_kinds(tree)
    return {declared.name: tuple((a.name, kinds[a.type]) for a in declared.attributes) for declared in tree.relations}
