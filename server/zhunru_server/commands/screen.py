"""What the command says to people: plain lines, coloured where a terminal reads them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from zhunru_policy import Diagnostic

_SEVERITY_STYLES = {"error": "bold red", "warning": "bold yellow"}


def console(*, stderr: bool = False) -> Console:
    """A console for the stream as it is now; lines are never broken where a pipe or an editor reads them."""
    return Console(stderr=stderr, soft_wrap=True, highlight=False, markup=False, emoji=False)


def say(line: str | Text) -> None:
    console().print(line)


def complain(message: str) -> None:
    console(stderr=True).print(Text.assemble(("error: ", _SEVERITY_STYLES["error"]), message))


def show_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """One line each on stderr: `file:line:column: error: what is wrong; what to do`."""
    screen = console(stderr=True)
    for diagnostic in diagnostics:
        screen.print(_line(diagnostic))


def _line(diagnostic: Diagnostic) -> Text:
    return Text.assemble(
        (f"{diagnostic.span}: ", "bold"),
        (f"{diagnostic.severity}: ", _SEVERITY_STYLES[diagnostic.severity]),
        diagnostic.message,
        (f"; {diagnostic.suggestion}" if diagnostic.suggestion else "", "cyan"),
    )
