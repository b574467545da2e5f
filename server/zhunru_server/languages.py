"""The languages that people are told reasons in."""

from __future__ import annotations

import os
from enum import StrEnum


class Language(StrEnum):
    """The languages that reasons are given in."""

    zh = "zh"
    en = "en"


def language_of_terminal() -> Language:
    """Chinese where the environment says so, as gettext reads it; else English."""
    said = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return Language.zh if said.startswith("zh") else Language.en
