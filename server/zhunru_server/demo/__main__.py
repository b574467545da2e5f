"""`python -m zhunru_server.demo [--lang zh|en]`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from zhunru import Client, ZhunruError

from ..commands.screen import complain
from ..languages import Language, language_of_terminal
from .people import read_applicants
from .process import ServerError, running_server
from .screen import picture
from .words import word

TRACED = "wang-fang"
FILE_WIDTH = 100


def demo(
    lang: Annotated[Language | None, typer.Option(help="The language; the terminal's without it.")] = None,
) -> None:
    """Starts a server, asks it about six applicants through the SDK, shows the answers, and stops it."""
    language = lang or language_of_terminal()
    as_of, applicants = read_applicants()
    try:
        with (
            Console(stderr=True).status(word(language.value, "starting")),
            running_server() as address,
            Client(address) as client,
        ):
            answers = [
                (a, client.explain(a.subject, a.facts, about=a.about, as_of=as_of, detail="proof")) for a in applicants
            ]
    except (ServerError, ZhunruError) as error:
        complain(str(error))
        raise typer.Exit(1) from None
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = FILE_WIDTH
    console.print(picture(answers, TRACED, as_of, language.value))


if __name__ == "__main__":
    typer.run(demo)
