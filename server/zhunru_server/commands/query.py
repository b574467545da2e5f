"""`zhunru query`: what a rule's body would find, for one applicant or for many, as a table."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from zhunru_policy import ZhunruError, load_pack
from zhunru_policy.ir.core import Row, Value
from zhunru_policy.language.printer import print_symbol
from zhunru_policy.pack.units import Measure
from zhunru_policy.query import Query

from ..clock import today_in_shanghai
from .applicant_files import ApplicantFileError, holds_many, read_applicants
from .screen import complain, console, give, say, show_diagnostics

WIDEST = 10_000
"""Characters of a line where no terminal bounds it."""


class Format(StrEnum):
    """How answers are shown."""

    table = "table"
    csv = "csv"
    json = "json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found. `subject`: None where nobody was asked about."""

    subject: str | None
    rows: list[Row]


def query(
    text: Annotated[
        str,
        typer.Argument(metavar="QUERY", help="A rule's body: `age(A, N), N < 23, !student(A, 1)`.", show_default=False),
    ],
    facts: Annotated[
        Path | None,
        typer.Option(
            help="An applicant's JSON file, a folder of them, or a .jsonl file of one a line; nobody without it.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[str, typer.Option(metavar="PATH|NAME", help="A folder of rules, or a pack's name.")] = "weilidai",
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to ask about; without it a file's, or today."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="A table for people; CSV or JSON for programs.")
    ] = Format.table,
) -> None:
    """Asks which values make a rule's body hold, over all that is given and derived.

    Each variable is a column, in the order in which they appear; `_` and `_Name` are none. A query without variables is
    answered by yes or no.
    """
    asked = Query(load_pack(policy), text)
    show_diagnostics(asked.warnings)
    errors: list[str] = []
    answers = _answers(asked, facts, as_of and as_of.date(), errors)
    if not (errors and not answers):
        _SHOW[form](asked, answers, facts is not None and holds_many(facts))
    for error in errors:
        complain(error)
    if errors:
        raise typer.Exit(1)


def _answers(asked: Query, facts: Path | None, as_of: date | None, errors: list[str]) -> list[Answer]:
    """Of each applicant in turn; who can't be answered for is told of in `errors`, and hides nobody else."""
    if facts is None:
        return [Answer(None, asked.ask_of_nobody(as_of=as_of or today_in_shanghai()))]
    answers: list[Answer] = []
    for read in read_applicants(facts, as_of):
        if isinstance(read, ApplicantFileError):
            errors.append(str(read))
            continue
        try:
            answers.append(Answer(read.subject, asked.ask(read.subject, read.facts, read.about, as_of=read.as_of)))
        except ZhunruError as error:
            errors.append(f"{read.place}: {error}")
    return answers


# ── for programs ─────────────────────────────────────────────────────────────────────────────────


def _show_csv(asked: Query, answers: Sequence[Answer], many: bool) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_subject(many, "subject"), *(_names(asked))])
    for answer in answers:
        writer.writerows([*_subject(many, answer.subject), *row] for row in _rows(asked, answer))
    give(text.getvalue())


def _show_json(asked: Query, answers: Sequence[Answer], many: bool) -> None:
    """A list of one object an applicant, each on a line."""
    names = [column.name for column in asked.columns]
    items: list[dict[str, object]] = []
    for answer in answers:
        found: object = [dict(zip(names, row, strict=True)) for row in answer.rows]
        items.append({"subject": answer.subject, **({"rows": found} if names else {"holds": bool(answer.rows)})})
    give("[" + ",".join(f"\n{json.dumps(item, ensure_ascii=False)}" for item in items) + "\n]\n")


def _names(asked: Query) -> list[str]:
    return [column.name for column in asked.columns] or ["holds"]


def _rows(asked: Query, answer: Answer) -> list[Row]:
    return answer.rows if asked.columns else [("yes" if answer.rows else "no",)]


def _subject(many: bool, subject: str | None) -> list[str]:
    return [subject or ""] if many else []


# ── for people ───────────────────────────────────────────────────────────────────────────────────


def _show_table(asked: Query, answers: Sequence[Answer], many: bool) -> None:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    if many:
        table.add_column("subject", overflow="fold")
    for name, unit, right in _heads(asked):
        table.add_column(
            Text(f"{name} ({unit})" if unit else name), justify="right" if right else "left", overflow="fold"
        )
    count = 0
    for answer in answers:
        for row in _rows(asked, answer):
            table.add_row(*map(_cell, [*_subject(many, answer.subject), *row]))
            count += 1
    screen = console()
    if not screen.is_terminal:
        screen.width = WIDEST
    with screen.capture() as captured:
        screen.print(table, soft_wrap=False)
    sys.stdout.write("\n".join(line.rstrip() for line in captured.get().split("\n")))
    if asked.columns:
        say("no rows" if not count else f"{count:,} row{'' if count == 1 else 's'}")


def _heads(asked: Query) -> Iterator[tuple[str, str, bool]]:
    """Each column's name and unit, and whether it holds numbers."""
    if not asked.columns:
        yield "holds", "", False
    for column in asked.columns:
        yield column.name, _unit(column.measure), column.kind == "number"


def _unit(measure: Measure) -> str:
    """What one of a raw number is: of 12,345 fen, a hundredth of a yuan."""
    return measure.unit_en if measure.divide == 1 else f"1/{measure.divide} {measure.unit_en}".rstrip()


def _cell(value: Value) -> Text:
    """A value that can be told from every other: a symbol that does not show as it is stands in quotes."""
    text = str(value)
    if isinstance(value, int) or (text.isprintable() and text == text.strip() and text and not text.startswith('"')):
        return Text(text)
    quoted = print_symbol(text)
    return Text("".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in quoted))


_SHOW = {Format.table: _show_table, Format.csv: _show_csv, Format.json: _show_json}
