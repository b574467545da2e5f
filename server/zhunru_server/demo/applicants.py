"""The demo's applicants, from `applicants.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import yaml


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
    text = files("zhunru_server.demo").joinpath("applicants.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    return data["as_of"], tuple(_applicant(entry, data["regular"]) for entry in data["applicants"])


def _applicant(entry: Mapping[str, Any], regular: Mapping[str, Any]) -> Applicant:
    facts = {name: value for name, value in {**regular, **entry["changes"]}.items() if value is not None}
    return Applicant(entry["subject"], entry["name"], entry["story"], facts, entry.get("about", {}))
