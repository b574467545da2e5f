"""The demo's applicants: their names and stories from `people.yaml`, their facts from `applicants/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ..commands.applicant_files import read_applicant_file

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody to ask about. `name` and `story` are by language, `zh` and `en`."""

    subject: str
    name: Mapping[str, str]
    story: Mapping[str, str]
    facts: Mapping[str, Any]
    about: Mapping[str, Mapping[str, Any]]


def read_applicants() -> tuple[date, tuple[Applicant, ...]]:
    """The date to decide on, and the applicants."""
    people = yaml.safe_load((_HERE / "people.yaml").read_text(encoding="utf-8"))
    files = {each["subject"]: read_applicant_file(_HERE / "applicants" / f"{each['subject']}.json") for each in people}
    (as_of,) = {file.as_of for file in files.values()}
    return as_of, tuple(
        Applicant(subject, each["name"], each["story"], files[subject].facts, files[subject].about)
        for each in people
        for subject in [each["subject"]]
    )
