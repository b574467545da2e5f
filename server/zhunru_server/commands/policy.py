"""`zhunru policy …`: what a writer of rules needs beside an editor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from zhunru_policy import Diagnostic, Policy, PolicyError, load_pack
from zhunru_policy.engines.specialised import Unsupported, source
from zhunru_policy.language.checker import ensure
from zhunru_policy.language.formatter import format_text
from zhunru_policy.language.parser import read_program, read_text
from zhunru_policy.loader import pack_folder
from zhunru_policy.pack.facts import period_of

from ..clock import today_in_shanghai
from .screen import complain, give, say, show_diagnostics

app = typer.Typer(help="Check, format, export, run and test rules.", no_args_is_help=True)

Target = Annotated[str, typer.Argument(metavar="PATH|NAME", help="A folder of rules, or the name of a pack.")]


@app.command()
def check(
    target: Annotated[str, typer.Argument(metavar="PATH|NAME", help="A file, a folder of rules, or a pack's name.")],
) -> None:
    """Says everything that is wrong with rules, and which clauses rely on something not being said."""
    if Path(target).is_file():
        show_diagnostics(ensure(read_program([Path(target)]), strict=False))
        say(f"{target}: no errors")
        return
    try:
        policy = load_pack(target)
    except PolicyError as error:
        raise PolicyError(_in_folder(pack_folder(target), error.diagnostics)) from None
    show_diagnostics(_in_folder(pack_folder(target), policy.warnings))
    _list_absences(policy)
    if (left := policy.left_to_general()) is not None:
        say(Text.assemble(("warning: ", "bold yellow"), f"the slower general engine decides, since {left}"))
    say(f"{policy.name}: no errors; {len(policy.registry)} rules, {policy.version}")


@app.command("format")
def format_files(
    paths: Annotated[list[Path], typer.Argument(help="Files of rules, or folders of them.")],
    check_only: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if a file would change.")] = False,
) -> None:
    """Brings rules into their one layout; comments stay."""
    changed = refused = 0
    for path in _rule_files(paths):
        try:
            text = read_text(path)
            formatted = format_text(text, str(path))
        except PolicyError as error:
            show_diagnostics(error.diagnostics)
            refused += 1
            continue
        if formatted == text:
            continue
        changed += 1
        say(f"{path}: {'would change' if check_only else 'formatted'}")
        if not check_only:
            path.write_text(formatted, encoding="utf-8", newline="")
    if refused or (check_only and changed):
        raise typer.Exit(1)


@app.command("compile")
def compile_pack(
    target: Target,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day whose parameters hold; today without it."),
    ] = None,
) -> None:
    """Prints the Python that decides: the pack specialised for a period, each line with its rule's id and place."""
    policy = load_pack(target)
    try:
        text = source(policy, policy.span_of(period_of(as_of.date() if as_of else today_in_shanghai())))
    except Unsupported as error:
        complain(f"`{policy.name}` is decided by the general engine: {error}")
        raise typer.Exit(1) from None
    give(_laid_out(text))


def _laid_out(text: str) -> str:
    """With long lines broken, where the library for it is installed; it is what runs either way."""
    try:
        import black  # It takes as long to load as the rest of the command, and only this word needs it.
    except ModuleNotFoundError as error:
        if error.name != "black":
            raise
        return text
    return black.format_str(text, mode=black.Mode(line_length=110))


def _list_absences(policy: Policy) -> None:
    if policy.absences:
        say("clauses that hold because something was not said, and why that is no advantage:")
    for absence in policy.absences:
        say(Text.assemble((f"  {absence.clause.span}: ", "bold"), f"`{absence.relation}`: {absence.why}"))


def _in_folder(folder: Path, diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """A pack's diagnostics name its files alone; people want a path that they can open."""

    def placed(diagnostic: Diagnostic) -> Diagnostic:
        path = folder / diagnostic.span.file
        return replace(diagnostic, span=replace(diagnostic.span, file=str(path))) if path.is_file() else diagnostic

    return tuple(map(placed, diagnostics))


def _rule_files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.dl")) if path.is_dir() else [path]
