"""What the command says to people: plain lines, coloured where a terminal reads them; and what it gives to programs."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from zhunru_policy import Diagnostic

_SEVERITY_STYLES = {"error": "bold red", "warning": "bold yellow"}


def console(*, stderr: bool = False) -> Console:
    """A console for the stream as it is now; lines are never broken where a pipe or an editor reads them."""
    return Console(stderr=stderr, soft_wrap=True, highlight=False, markup=False, emoji=False)


#: Controls, and marks that change the direction in which a terminal shows text: what they hide must be seen.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def seen(text: str) -> str:
    """The text with such marks escaped, as `\\u202e`; line breaks and tabs stay."""
    return _UNSEEN.sub(lambda mark: f"\\u{ord(mark[0]):04x}", text)


def _seen(line: str | Text) -> str | Text:
    if isinstance(line, str):
        return seen(line)
    return line if _UNSEEN.search(line.plain) is None else Text(seen(line.plain))


def say(line: str | Text) -> None:
    console().print(_seen(line))


def complain(message: str) -> None:
    console(stderr=True).print(Text.assemble(("error: ", _SEVERITY_STYLES["error"]), seen(message)))


def give(text: str) -> None:
    """Text for programs (rules, JSON, CSV, rows): as it is, in UTF-8 whatever a terminal's letters are.

    An escape of ours within it would be another text, or none that its reader takes.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text)


def show_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """One line each on stderr: `file:line:column: error: what is wrong; what to do`."""
    screen = console(stderr=True)
    for diagnostic in diagnostics:
        screen.print(_seen(_line(diagnostic)))


def _line(diagnostic: Diagnostic) -> Text:
    return Text.assemble(
        (f"{diagnostic.span}: ", "bold"),
        (f"{diagnostic.severity}: ", _SEVERITY_STYLES[diagnostic.severity]),
        diagnostic.message,
        (f"; {diagnostic.suggestion}" if diagnostic.suggestion else "", "cyan"),
    )
