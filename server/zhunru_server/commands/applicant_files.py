"""Applicants in JSON files: one a file, or in a `.jsonl` file one a line.

    {"subject": "a1", "as_of": "2026-11-24", "facts": {"age": 30, "friends": ["b1"]}, "about": {"b1": {"friends": []}}}

Without `subject` an applicant has its file's name, less the ending; a line must say it. Rows of a relation are a list
of values, or of lists of values. What the names and the values mean is for the policy to judge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from zhunru_policy import ZhunruError

from ..clock import today_in_shanghai

LARGEST_APPLICANT = 8 * 2**20
"""Bytes of a file or of a line; a request to the service may hold as much."""
DEEPEST_NESTING = 20
"""Lists and objects within one another; an applicant needs five."""
LONGEST_NUMBER = 40
"""Digits; more are no fact of any policy, and Python is slow to read very many."""
LONGEST_SHOWN = 60

_KEYS = ("subject", "as_of", "facts", "about")
_TOO_DEEP = f"lists and objects are nested deeper than {DEEPEST_NESTING}"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ApplicantFileError(ZhunruError):
    """A file, or a line of one, that is no applicant. `place`: `a1.json`, `a1.json:3:7` or `many.jsonl:5`."""

    def __init__(self, place: str, message: str) -> None:
        self.place = place
        self.message = message
        super().__init__(f"{place}: {message}")


@dataclass(frozen=True, slots=True)
class ApplicantFile:
    """One applicant, as `Policy.decide` takes it. `place`: the file, with the line where a line is an applicant."""

    subject: str
    facts: Mapping[str, object]
    about: Mapping[str, Mapping[str, object]]
    as_of: date
    place: str


def read_applicant_file(path: Path, as_of: date | None = None) -> ApplicantFile:
    """The one applicant of a file.

    `as_of` goes before the day that the file names; without either it is today in Asia/Shanghai. Raises
    `ApplicantFileError`.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_APPLICANT + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    return _Reading(str(path), None).applicant(content, path.stem, as_of)


def holds_many(path: Path) -> bool:
    """Whether a path stands for applicants: a folder, or a `.jsonl` file."""
    return path.is_dir() or path.suffix == ".jsonl"


def read_applicants(path: Path, as_of: date | None = None) -> Iterator[ApplicantFile | ApplicantFileError]:
    """The applicants of a `.jsonl` file by line, of a folder's `.json` files by name, or of one file.

    What can't be read is given as its error, so that it hides no other applicant. Raises `ApplicantFileError` for a
    folder without `.json` files.
    """
    if path.is_dir():
        files = sorted(path.glob("*.json"))
        if not files:
            raise ApplicantFileError(str(path), "the folder has no `.json` file; put one there for each applicant")
        for file in files:
            yield _read_or_error(file, as_of)
    elif path.suffix == ".jsonl":
        yield from _read_lines(path, as_of)
    else:
        yield _read_or_error(path, as_of)


def _read_or_error(path: Path, as_of: date | None) -> ApplicantFile | ApplicantFileError:
    try:
        return read_applicant_file(path, as_of)
    except ApplicantFileError as error:
        return error


def _read_lines(path: Path, as_of: date | None) -> Iterator[ApplicantFile | ApplicantFileError]:
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(_bounded_lines(stream), start=1):
                if line.isspace() and len(line) <= LARGEST_APPLICANT:
                    continue
                try:
                    yield _Reading(str(path), number).applicant(line, None, as_of)
                except ApplicantFileError as error:
                    yield error
    except OSError as error:
        yield _unreadable(path, error)


def _bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is too long, as much as shows that."""
    while line := stream.readline(LARGEST_APPLICANT + 1):
        yield line
        while len(line) > LARGEST_APPLICANT and not line.endswith(b"\n"):
            line = stream.readline(LARGEST_APPLICANT + 1)


def _unreadable(path: Path, error: OSError) -> ApplicantFileError:
    return ApplicantFileError(str(path), f"can't be read: {(error.strerror or str(error)).lower()}")


# ── one applicant ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands for what JSON allows and an applicant does not."""

    why: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file, or the line of it, on its way to an applicant."""

    file: str
    line: int | None

    @property
    def place(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def applicant(self, content: bytes, name: str | None, as_of: date | None) -> ApplicantFile:
        """`name`: the subject where the content says none."""
        item = self._json(content)
        for path, why in _refused(item, "", 0):
            raise self._error(path, why)
        if not isinstance(item, dict):
            raise self._error("", f'holds no object, but {_kind(item)}; write {{"subject": …, "facts": {{…}}}}')
        for key in item:
            if key not in _KEYS:
                raise self._error(_shown(key), f"is no part of an applicant; known are {', '.join(_KEYS)}")
        if "facts" not in item:
            raise self._error("facts", "is not there; give the facts, or `{}` for none")
        about = self._object(item, "about")
        for other in about:
            self._object(about, other, "about.")
        return ApplicantFile(
            self._subject(item, name), self._object(item, "facts"), about, self._as_of(item, as_of), self.place
        )

    def _json(self, content: bytes) -> object:
        if len(content) > LARGEST_APPLICANT:
            raise self._error("", f"is too large; the bound is {LARGEST_APPLICANT // 2**20} MiB")
        try:
            text = content.decode("utf-8-sig")
            return json.loads(
                text, object_pairs_hook=_unique, parse_int=_number, parse_float=_float, parse_constant=_float
            )
        except UnicodeDecodeError as error:
            good = content[: error.start].decode(errors="replace")
            message = f"byte `0x{content[error.start]:02x}` is not UTF-8; save the file as UTF-8"
            raise self._error_at(good.count("\n") + 1, len(good) - good.rfind("\n"), message) from None
        except json.JSONDecodeError as error:
            what = error.msg[:1].lower() + error.msg[1:]
            raise self._error_at(error.lineno, error.colno, f"is no JSON: {what}") from None
        except RecursionError:
            raise self._error("", _TOO_DEEP) from None

    def _subject(self, item: dict[str, Any], name: str | None) -> str:
        subject = item.get("subject", name)
        if subject is None and "subject" not in item:
            raise self._error("subject", "is not there; a line must name its applicant")
        if not isinstance(subject, str) or not subject:
            raise self._error("subject", f"takes a text that is not empty, not {_kind(subject)}")
        return subject

    def _object(self, item: Mapping[str, object], key: str, within: str = "") -> dict[str, Any]:
        value = item.get(key, {})
        if not isinstance(value, dict):
            raise self._error(f"{within}{_shown(key)}", f"takes an object of names and values, not {_kind(value)}")
        return value

    def _as_of(self, item: dict[str, Any], as_of: date | None) -> date:
        if "as_of" not in item:
            return as_of or today_in_shanghai()
        said = item["as_of"]
        try:
            own = date.fromisoformat(said if _DATE.fullmatch(said) else "")
        except (TypeError, ValueError):
            shown = f"`{_shown(said)}`" if isinstance(said, str) else _kind(said)
            raise self._error("as_of", f"takes a day such as 2026-11-24, not {shown}") from None
        return as_of or own

    def _error(self, path: str, why: str) -> ApplicantFileError:
        return ApplicantFileError(self.place, f"`{path}`: {why}" if path else why)

    def _error_at(self, line: int, column: int, why: str) -> ApplicantFileError:
        return ApplicantFileError(f"{self.file}:{self.line or line}:{column}", why)


# ── JSON without its surprises ───────────────────────────────────────────────────────────────────


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a name that stands twice, JSON would quietly take the last."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = _Refused("stands twice") if key in found else value
    return found


def _number(text: str) -> int | _Refused:
    return int(text) if len(text) <= LONGEST_NUMBER else _Refused(f"a number of {len(text)} digits is no fact")


def _float(text: str) -> _Refused:
    return _Refused(f"takes no {_shown(text)}; numbers are whole, no floating point stands in a decision")


def _refused(value: object, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """The path of each refused value, and why."""
    if isinstance(value, _Refused):
        yield path, value.why
    elif isinstance(value, (dict, list)) and depth == DEEPEST_NESTING:
        yield "", _TOO_DEEP
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _refused(inner, f"{path}.{_shown(key)}" if path else _shown(key), depth + 1)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _refused(inner, f"{path}[{at}]", depth + 1)


def _kind(value: object) -> str:
    names = {str: "a text", bool: "true or false", int: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else "an empty text" if value == "" else names[type(value)]


def _shown(text: str) -> str:
    """A stranger's words in a message: cut short, and on one line."""
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
    return shown if shown.isprintable() else ascii(shown)[1:-1]
