"""From Python facts to the contract's. What no policy could take is refused here, by name, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from .errors import InvalidRequest
from .v1 import policy_pb2 as pb

Value = int | str
Row = Sequence[Value]
Facts = Mapping[str, Value | Sequence[Value] | Sequence[Row]]
About = Mapping[str, Facts]

_LEAST, _MOST = -(2**63), 2**63 - 1
_ROWS = (list, tuple, set, frozenset)


def applicant_message(subject: str, facts: Facts, about: About | None) -> pb.Applicant:
    """Raises `InvalidRequest`."""
    message = pb.Applicant(subject=_name("subject", subject))
    _fill_facts(message.facts, "facts", facts)
    for other, others_facts in _items("about", about or {}):
        _fill_facts(message.about[other], f"about.{other}", others_facts)
    return message


def date_message(as_of: date | None) -> pb.Date | None:
    """Raises `InvalidRequest`."""
    if as_of is None:
        return None
    if isinstance(as_of, datetime) or not isinstance(as_of, date):
        raise InvalidRequest.of("as_of", f"must be a date, without a time, not {as_of!r:.60}")
    return pb.Date(year=as_of.year, month=as_of.month, day=as_of.day)


def _items(path: str, mapping: object) -> Iterable[tuple[str, Any]]:
    if not isinstance(mapping, Mapping):
        raise InvalidRequest.of(path, f"must map names to values, not be a {_kind(mapping)}")
    for name, value in mapping.items():
        yield _name(path, name), value


def _fill_facts(message: pb.Facts, path: str, facts: object) -> None:
    for name, value in _items(path, facts):
        place = f"{path}.{name}"
        if isinstance(value, int):
            message.numbers[name] = _number(place, value)
        elif isinstance(value, str):
            message.symbols[name] = _text(place, value)
        elif isinstance(value, _ROWS):
            # Looking it up makes it, so that an empty list is given too.
            message.relations[name].columns.extend(_columns(place, list(value)))
        else:
            raise _refusal(place, value)


def _columns(path: str, rows: list[object]) -> list[pb.Column]:
    """One column for a list of values, one for each place in a list of tuples, none for an empty list."""
    if not any(isinstance(row, list | tuple) for row in rows):
        return [_column(rows, path, "")] if rows else []
    first = rows[0]
    tuples: list[Sequence[object]] = []
    for at, row in enumerate(rows):
        if (
            not isinstance(row, list | tuple)
            or not row
            or not isinstance(first, list | tuple)
            or len(row) != len(first)
        ):
            raise InvalidRequest.of(f"{path}[{at}]", f"{row!r:.60} is no tuple as long as the first, {first!r:.60}")
        tuples.append(row)
    return [_column(column, path, f"[{place}]") for place, column in enumerate(zip(*tuples, strict=True))]


def _column(values: Sequence[object], path: str, place: str) -> pb.Column:
    """The i-th value stands at `path[i]`, and there at `place`."""
    numbers, symbols = [], []
    for at, value in enumerate(values):
        if isinstance(value, int):
            numbers.append(_number(f"{path}[{at}]{place}", value))
        elif isinstance(value, str):
            symbols.append(_text(f"{path}[{at}]{place}", value))
        else:
            raise _refusal(f"{path}[{at}]{place}", value)
        if numbers and symbols:
            raise InvalidRequest.of(f"{path}[{at}]{place}", f"is a {_kind(value)}, others are not; give all one kind")
    return pb.Column(numbers=numbers, symbols=symbols)


def _number(path: str, value: int) -> int:
    if not _LEAST <= value <= _MOST:
        raise InvalidRequest.of(path, "is beyond 64 bits")
    return int(value)


def _text(path: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidRequest.of(path, "is no valid Unicode text") from None
    return str(value)


def _name(path: str, name: object) -> str:
    if not isinstance(name, str) or not name:
        raise InvalidRequest.of(path, f"takes a non-empty text as a name, not {name!r:.60}")
    return _text(path, name)


def _refusal(path: str, value: object) -> InvalidRequest:
    if value is None:
        return InvalidRequest.of(path, "is None; leave the fact out where it is not known")
    if isinstance(value, float):
        return InvalidRequest.of(path, f"is the float {value!r}; give a whole number, in the policy's unit")
    return InvalidRequest.of(
        path, f"is a {_kind(value)}; give a whole number, a text, a bool, or a list of such or of tuples"
    )


def _kind(value: object) -> str:
    return type(value).__name__
