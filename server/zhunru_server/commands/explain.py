"""`zhunru explain`: why a policy decides as it does about the applicant of a file."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from zhunru_policy import FactError, load_pack
from zhunru_policy.engines import SECOND_ENGINE
from zhunru_policy.explain import Explanation

from ..languages import Language, language_of_terminal
from .applicant_files import ApplicantFileError, read_applicant_file
from .screen import give, say


class Detail(StrEnum):
    """How much is explained; each has what the one before it has."""

    reasons = "reasons"
    proof = "proof"
    full = "full"


class Audience(StrEnum):
    """Who is to read it."""

    auditor = "auditor"
    applicant = "applicant"


class Form(StrEnum):
    """How it is printed."""

    text = "text"
    json = "json"
    mermaid = "mermaid"


def explain(
    facts: Annotated[Path, typer.Argument(metavar="FACTS.json", help="The applicant: subject, facts, about, as_of.")],
    policy: Annotated[str, typer.Option(metavar="PATH|NAME", help="The pack that decides.")] = "weilidai",
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day of the decision.")
    ] = None,
    lang: Annotated[Language | None, typer.Option(help="The language; the terminal's without it.")] = None,
    audience: Annotated[Audience, typer.Option(help="An applicant is told less than an auditor.")] = Audience.auditor,
    detail: Annotated[Detail, typer.Option(help="Fired rules; and the proof; and why not, and what to change.")] = (
        Detail.full
    ),
    goal: Annotated[str | None, typer.Option(help='What to prove instead of the outcome: `met("a1", _)`.')] = None,
    wish: Annotated[str | None, typer.Option(help="The outcome to reach; the next better one without it.")] = None,
    depth: Annotated[int | None, typer.Option(min=1, help="Levels below the root of a proof, at most.")] = None,
    size: Annotated[int | None, typer.Option(min=1, help="Nodes of a proof, at most.")] = None,
    verify: Annotated[bool, typer.Option(help="Let the second engine derive the decision again.")] = True,
    form: Annotated[Form, typer.Option("--format", help="How it is printed.")] = Form.text,
    svg: Annotated[Path | None, typer.Option(help="Draw it into a file, too.")] = None,
) -> None:
    """Says what is decided about an applicant, proves it, and says what would have to change."""
    language = lang or language_of_terminal()
    loaded = load_pack(policy)
    asked = read_applicant_file(facts, as_of.date() if as_of else None)
    try:
        explanation = loaded.explain(
            asked.subject,
            asked.facts,
            asked.about,
            as_of=asked.as_of,
            detail=detail.value,
            audience=audience.value,
            goal=goal,
            wish=wish,
            depth=depth,
            size=size,
            verify=SECOND_ENGINE if verify else None,
        )
    except FactError as error:
        raise ApplicantFileError(asked.place, str(error)) from None
    _print(explanation, form, language, svg)


def _print(explanation: Explanation, form: Form, language: Language, svg: Path | None) -> None:
    """Through the contract, as a caller of the service is shown it."""
    from zhunru.wire.explanations import read_explanation

    from ..wire.explanations import explanation_message

    told, said = read_explanation(explanation_message(explanation)), language.value
    match form:
        case Form.text:
            sys.stdout.write(told.render(said, file=sys.stdout))
        case Form.json:
            give(json.dumps(told.to_json(), ensure_ascii=False, indent=2) + "\n")
        case Form.mermaid:
            give(told.to_mermaid(said))
    if svg is not None:
        svg.write_text(told.to_svg(said), encoding="utf-8")
        if form is Form.text:
            say(f"\n{svg}")
