"""Rows of a relation in Soufflé's files: a line a row, tabs between values, nothing quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from zhunru_policy import Diagnostic, PolicyError, ZhunruError
from zhunru_policy.language.syntax import NUMBER_LEAST, NUMBER_MOST, Span

from .screen import give

Row = tuple[int | str, ...]
#: Each column's name, and what it holds.
Columns = tuple[tuple[str, Literal["number", "symbol"]], ...]

#: What ends a value or a row in a facts file.
_BREAKS = frozenset("\t\n\r")
# Python's own int() takes more than Soufflé: `1_000`, ` 7 `, other scripts' digits.
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}", re.ASCII)


class _BadLine(Exception):
    """What is wrong with a line."""


def read_rows(path: Path, columns: Columns) -> list[Row]:
    """The rows of a facts file, repeated ones once, in the order of the file.

    Raises `PolicyError` for a file that is missing or not UTF-8, and with every line that is no row, at its place.
    """
    rows: dict[Row, None] = {}
    errors: list[Diagnostic] = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            rows[_row(line, columns)] = None
        except _BadLine as error:
            errors.append(_at(path, number, str(error)))
    if errors:
        raise PolicyError(errors)
    return list(rows)


class RowError(ZhunruError):
    """A row that a facts file can't hold."""


def write_rows(path: Path, rows: Iterable[Row], relation: str) -> None:
    """Writes rows in order: numbers by size, symbols by code point; a nullary relation that holds is `()`.

    Raises `RowError` as `ensure_lines` does, before anything is written.
    """
    rows = list(rows)
    ensure_lines(rows, relation)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in _sorted_lines(rows))


def ensure_lines(rows: Iterable[Row], relation: str) -> None:
    """Raises `RowError` for a symbol that would not be read back as it is."""
    for row in rows:
        for value in row:
            if isinstance(value, str) and not _BREAKS.isdisjoint(value):
                raise RowError(f"`{relation}` has {value!r:.60}, and a facts file can hold no tab or line break")


def print_rows(name: str, rows: Iterable[Row]) -> None:
    """Prints rows under the relation's name, in Soufflé's frame. Raises `RowError` as `ensure_lines` does."""
    rows = list(rows)
    ensure_lines(rows, name)
    lines = ("-" * 15, name, "=" * 15, *_sorted_lines(rows), "=" * 15)
    give("".join(f"{line}\n" for line in lines))


def _sorted_lines(rows: Iterable[Row]) -> Iterator[str]:
    for row in sorted(rows):  # a column holds one kind, so rows of one relation compare
        yield "\t".join(map(str, row)) if row else "()"


def _lines(path: Path) -> Iterator[str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        missing = _at(path, 1, "there is no such facts file", "make it; an empty one gives no rows")
        raise PolicyError([missing]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        if error.object.startswith(b"\x1f\x8b"):
            raise PolicyError([_at(path, 1, "the facts are gzip'd", "unpack the file")]) from None
        raise PolicyError([_at(path, line, "the line is no UTF-8 text", "save the file as UTF-8")]) from None
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return (line.removesuffix("\r") for line in lines)


def _row(line: str, columns: Columns) -> Row:
    if not columns:
        if line not in ("()", ""):
            raise _BadLine(f"`{line[:60]}` is no row of a relation without columns, which is `()`")
        return ()
    fields = line.split("\t")
    if len(fields) != len(columns):
        raise _BadLine(f"the relation has {len(columns)} columns, but the line has {len(fields)}")
    return tuple(_value(field, name, kind) for field, (name, kind) in zip(fields, columns, strict=True))


def _value(field: str, name: str, kind: str) -> int | str:
    if kind == "symbol":
        return field
    if not _NUMBER.fullmatch(field):
        raise _BadLine(f"`{field[:60]}` is no number for `{name}`")
    value = int(field)
    if not NUMBER_LEAST <= value <= NUMBER_MOST:
        raise _BadLine(f"`{field}` for `{name}` does not fit into 64 bits")
    return value


def _at(path: Path, line: int, message: str, suggestion: str = "") -> Diagnostic:
    return Diagnostic(Span(str(path), line, 1, line, 1), message, suggestion)
