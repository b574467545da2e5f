"""A request's facts, from Python values to rows. What the policy can't take is refused by name, never guessed at."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NoReturn, TypeGuard

from ..errors import FactError
from ..ir.core import Row, Value
from .vocabulary import APPLICANT, GIVEN, ColumnSpec, InputSpec

LONGEST_SHOWN = 60
Facts = Mapping[str, object]
About = Mapping[str, Facts]


def period_of(as_of: date) -> int:
    """year·100 + month. Raises `FactError` for what is no date, a moment too: its month depends on a time zone."""
    if not isinstance(as_of, date) or isinstance(as_of, datetime):
        raise FactError("as_of", f"takes a date, not a {type(as_of).__name__}")
    return as_of.year * 100 + as_of.month


def is_period(number: int) -> bool:
    """Whether it is year·100 + month, as `period_of` gives it."""
    return 1 <= number // 100 <= 9999 and 1 <= number % 100 <= 12


def subject_rows(
    inputs: Mapping[str, InputSpec], subject: str, facts: Facts, about: About | None
) -> dict[str, list[Row]]:
    """The rows of one request, `given` and `applicant` with them.

    `facts` maps an input's name to a value, or to a list of values or tuples where the input takes many; an empty list
    is given, an absent key is not known. `about` maps other subjects to facts of theirs. Raises `FactError`.
    """
    check_subject("subject", subject)
    rows: dict[str, list[Row]] = {APPLICANT: [(subject,)], GIVEN: []}
    _add_facts(rows, inputs, subject, facts, "")
    if about:
        if not isinstance(about, Mapping):
            raise FactError("about", f"must map subjects to facts, not be a {_kind(about)}")
        for other, others_facts in about.items():
            check_subject("about", other)
            if other == subject:
                raise FactError(f"about.{other}", "the subject itself; put its facts beside the others in `facts`")
            _add_facts(rows, inputs, other, others_facts, f"{other}.")
    return rows


def query_rows(inputs: Mapping[str, InputSpec], given: Mapping[str, Iterable[object]]) -> dict[str, list[Row]]:
    """The rows of inputs without a subject. Raises `FactError`."""
    rows: dict[str, list[Row]] = {}
    for name, tuples in given.items():
        spec = inputs.get(name)
        if spec is None or spec.has_subject:
            _unknown("", name, [name for name, spec in inputs.items() if not spec.has_subject])
        rows[name] = [_row(spec, f"{name}[{at}]", (), value) for at, value in enumerate(_list(name, tuples))]
    return rows


def check_subject(path: str, subject: object) -> None:
    if not isinstance(subject, str) or not subject:
        raise FactError(path, f"a subject is named by a non-empty text, not by {_shown(subject)}")
    _check_text(path, subject)


def _add_facts(
    rows: dict[str, list[Row]], inputs: Mapping[str, InputSpec], subject: str, facts: Facts, prefix: str
) -> None:
    if not isinstance(facts, Mapping):
        raise FactError(prefix.rstrip(".") or "facts", f"must map names to values, not be a {_kind(facts)}")
    given = rows[GIVEN]
    for name, value in facts.items():
        spec = inputs.get(name) if isinstance(name, str) else None
        if spec is None or not spec.has_subject:
            _unknown(prefix, name, [name for name, spec in inputs.items() if spec.has_subject])
        given.append((subject, spec.name))
        if spec.many:
            found = _many(spec, f"{prefix}{name}", subject, value)
        else:
            found = [_plain_row(spec, (subject,), value) or _row(spec, f"{prefix}{name}", (subject,), value)]
        if spec.name in rows:
            rows[spec.name] += found
        else:
            rows[spec.name] = found


def _plain_row(spec: InputSpec, start: Row, value: object) -> Row | None:
    """What `_row` gives for values that stand as they are, as most do; None for all others, which may be refused."""
    columns = spec.columns
    if len(columns) == 1:
        return (*start, value) if _is_plain(value, columns[0], start) else None
    if not isinstance(value, (list, tuple)) or len(value) != len(columns):
        return None
    parts: Row = tuple(value)
    for column, part in zip(columns, parts, strict=True):
        if not _is_plain(part, column, start):
            return None
    return start + parts


def _is_plain(value: object, column: ColumnSpec, start: Row) -> TypeGuard[Value]:
    """Whether a value is of the very type that rows have, and fits the column."""
    if type(value) is int:
        fits = column.kind == "number" and column.least <= value <= column.most
        if column.is_period and not 1 <= value % 100 <= 12:
            return False
    elif type(value) is str:
        # Other texts may be no valid Unicode.
        fits = column.kind == "symbol" and value.isascii() and not (column.other_subject and value in start)
    else:
        return False
    return fits and (column.allowed is None or value in column.allowed)


def _many(spec: InputSpec, path: str, subject: str, values: object) -> list[Row]:
    """Rows without repetition, in the order given."""
    start = (subject,)
    rows = dict.fromkeys(
        [
            _plain_row(spec, start, value) or _row(spec, f"{path}[{at}]", start, value)
            for at, value in enumerate(_list(path, values))
        ]
    )
    if spec.unique:
        keys: dict[Row, Row] = {}
        for row in rows:
            key = tuple(row[place + 1] for place in spec.unique)
            if keys.setdefault(key, row) is not row:
                named = ", ".join(f"{spec.columns[place].name} {row[place + 1]}" for place in spec.unique)
                raise FactError(path, f"two tuples for {named}; add them up before you send them")
    return list(rows)


def _list(path: str, values: object) -> Iterable[object]:
    if isinstance(values, (list, tuple, set, frozenset)):
        return values
    takes = "takes a list (an empty one says there are none)"
    if values is None:
        _wrong(path, takes, values)
    raise FactError(path, f"{takes}, not a {_kind(values)}")


def _row(spec: InputSpec, path: str, start: Row, value: object) -> Row:
    columns = spec.columns
    if len(columns) == 1:
        return (*start, _value(columns[0], path, value, start))
    if not isinstance(value, (list, tuple)) or len(value) != len(columns):
        shape = ", ".join(column.name for column in columns)
        raise FactError(path, f"takes a tuple ({shape}), not {_shown(value)}")
    named = zip(columns, value, strict=True)
    return (*start, *(_value(column, f"{path}.{column.name}", part, start) for column, part in named))


def _value(column: ColumnSpec, path: str, value: object, start: Row) -> Value:
    if column.kind == "number":
        checked: Value = _whole_number(column, path, value)
    elif isinstance(value, str):
        _check_text(path, value)
        # Not `str(value)`: an enumeration's member is then its name, `Region.CN`.
        checked = str.__str__(value)
    else:
        _wrong(path, "takes a text", value)
    if column.allowed is not None and checked not in column.allowed:
        known = ", ".join(str(choice) for choice in sorted(column.allowed, key=str))
        raise FactError(path, f"{_shown(value)} is none of {known}")
    if column.other_subject and start and checked == start[0]:
        raise FactError(path, f"names the subject `{checked}` itself; leave it out")
    return checked


def _whole_number(column: ColumnSpec, path: str, value: object) -> int:
    if not isinstance(value, int):
        _wrong(path, "takes a whole number", value)
    number = int(value)
    if not column.least <= number <= column.most:
        raise FactError(path, f"{_shown(number)} is outside {column.least}..{column.most}")
    if column.is_period and not 1 <= number % 100 <= 12:
        raise FactError(path, f"{number} is no period; give year·100 + month, month 01 to 12")
    return number


def _check_text(path: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FactError(path, "is no valid Unicode text") from None


def _wrong(path: str, takes: str, value: object) -> NoReturn:
    if value is None:
        raise FactError(path, f"{takes}, not None; leave the fact out where it is not known")
    if isinstance(value, float):
        raise FactError(path, f"{takes}, not the float {value!r}; no floating point stands in a decision")
    if isinstance(value, (list, tuple, set, frozenset, Mapping)):
        raise FactError(path, f"{takes}, one alone, not a {_kind(value)}")
    raise FactError(path, f"{takes}, not {_shown(value)}")


def _unknown(prefix: str, name: object, known: Iterable[str]) -> NoReturn:
    named = name if isinstance(name, str) and len(name) <= LONGEST_SHOWN else None
    close = difflib.get_close_matches(named, known, 1) if named else []
    hint = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(sorted(known)) or 'none'}"
    raise FactError(f"{prefix}{_shown(name) if named is None else named}", f"is no fact of this policy; {hint}")


def _kind(value: object) -> str:
    return type(value).__name__


def _shown(value: object) -> str:
    """A value in a message, cut short: it is a stranger's. Python refuses to print very long numbers and deep lists."""
    if isinstance(value, int) and not -(10**30) < value < 10**30:
        return f"a number of {value.bit_length()} bits"
    try:
        text = repr(value)
    except Exception:
        return f"a value that can't be printed ({_kind(value)})"
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}…"
