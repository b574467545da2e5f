"""`python -m zhunru_server.demo [--lang zh|en]`."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from zhunru import Client, ZhunruError

from ..commands.screen import complain
from .applicants import read_applicants
from .process import ServerError, running_server
from .screen import picture
from .words import word

TRACED = "wang-fang"
FILE_WIDTH = 100


class Language(StrEnum):
    """The languages that reasons are given in."""

    zh = "zh"
    en = "en"


def language_of_terminal() -> Language:
    """Chinese where the environment says so, as gettext reads it; else English."""
    said = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return Language.zh if said.startswith("zh") else Language.en


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
            answers = [(a, client.explain(a.subject, a.facts, about=a.about, as_of=as_of)) for a in applicants]
    except (ServerError, ZhunruError) as error:
        complain(str(error))
        raise typer.Exit(1) from None
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = FILE_WIDTH
    console.print(picture(answers, TRACED, as_of, language.value))


if __name__ == "__main__":
    typer.run(demo)
