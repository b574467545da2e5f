"""`zhunru policy export`: a pack as a program that stock Soufflé runs, and applicants as its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from zhunru_policy import FactError, Policy, ZhunruError, load_pack
from zhunru_policy.ir.core import Row
from zhunru_policy.pack.vocabulary import PERIOD

from .applicant_files import ApplicantFile, ApplicantFileError, read_applicants
from .rows import ensure_lines, write_rows
from .screen import give, say

PROGRAM = "program.dl"


class ExportError(ZhunruError):
    """Applicants that can't be asked about in one run."""


def export(
    target: Annotated[str, typer.Argument(metavar="PATH|NAME", help="A folder of rules, or the name of a pack.")],
    facts: Annotated[
        list[Path] | None,
        typer.Option(help="Applicants as JSON: a file, a folder of them, or a `.jsonl` file. Say it again for more."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The folder for the program and its `.facts` files.")
    ] = None,
) -> None:
    """Prints a pack as one program that stock Soufflé runs, or writes it with the facts of applicants."""
    policy = load_pack(target)
    if output is None:
        if facts:
            raise ExportError("facts are written to a folder; name one by `-o`")
        give(policy.export())
        return
    rows = Gathered(policy)
    for applicant in (one for path in facts or () for one in read_applicants(path)):
        if isinstance(applicant, ApplicantFileError):
            raise applicant
        rows.add(applicant)
    for name, own in rows.found.items():
        ensure_lines(own, name)
    output.mkdir(parents=True, exist_ok=True)
    (output / PROGRAM).write_text(policy.export(), encoding="utf-8", newline="")
    for name in policy.core.inputs:
        write_rows(output / f"{name}.facts", rows.found.get(name, ()), name)
    say(f"{output}: {PROGRAM} and {len(policy.core.inputs)} facts files, of {rows.applicants} applicants")


class Gathered:
    """The input rows of applicants who are asked about in one run. `found`: by relation."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.applicants = 0
        self.found: dict[str, set[Row]] = {}
        #: What is known of each subject, and by whose file; nothing of one who is named alone.
        self._subjects: dict[str, tuple[frozenset[tuple[str, Row]], str]] = {}
        self._period: tuple[Sequence[Row], str] | None = None

    def add(self, applicant: ApplicantFile) -> None:
        """Raises `ExportError`, and `ApplicantFileError` for a fact that the policy can't take."""
        try:
            rows = self._policy.request_rows(applicant.subject, applicant.facts, applicant.about, as_of=applicant.as_of)
        except FactError as error:
            raise ApplicantFileError(applicant.place, str(error)) from None
        first = self._period = self._period or (rows[PERIOD], applicant.place)
        if first[0] != rows[PERIOD]:
            raise ExportError(f"{applicant.place}: another month than in {first[1]}; export one month a run")
        for subject, known in _by_subject(rows):
            self._know(subject, known, applicant.place)
        self.applicants += 1
        for name, own in rows.items():
            self.found.setdefault(name, set()).update(own)

    def _know(self, subject: str, known: frozenset[tuple[str, Row]], place: str) -> None:
        """One program has one set of facts, so of nobody whom they name may two applicants say different things."""
        before, where = self._subjects.setdefault(subject, (known, place))
        if before != known:
            raise ExportError(
                f"{place}: `{subject}` has other facts than in {where}; give other subjects ids of their own"
            )


def _by_subject(rows: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, frozenset[tuple[str, Row]]]]:
    """What is said of each; nothing of any other symbol, which may be an id that another applicant tells of."""
    found: dict[str, set[tuple[str, Row]]] = {}
    for name, own in rows.items():
        for row in own if name != PERIOD else ():
            found.setdefault(str(row[0]), set()).add((name, row))
            for value in row[1:]:
                if isinstance(value, str):
                    found.setdefault(value, set())
    for subject, known in found.items():
        yield subject, frozenset(known)
