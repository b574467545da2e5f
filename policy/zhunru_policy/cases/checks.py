"""Cases beside their policy: each expects what the pack can answer, so that none passes by asserting nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..diagnostics import Diagnostic
from ..errors import PolicyError
from ..pack.answers import SHAPES
from ..pack.domains import Domain, Domains, shown
from ..policy import Policy
from .files import read_cases
from .runner import Case

#: What is wrong with a value: the keys that lead to it, the message, and what to do.
_Problem = tuple[tuple[object, ...], str, str]


def cases_of(policy: Policy) -> tuple[Case, ...]:
    """The cases of a policy that was loaded from a folder. Raises `PolicyError` with every one that can't be meant."""
    assert policy.folder is not None, "a policy with cases is loaded from a folder"
    cases = read_cases(policy.folder / "cases")
    if errors := list(check_cases(policy, cases)):
        raise PolicyError(errors)
    return cases


def check_cases(policy: Policy, cases: Sequence[Case]) -> Iterator[Diagnostic]:
    """What cases expect that the policy never answers: a part, a form, or a value."""
    domains = Domains(policy.vocabulary)
    for case in cases:
        for part, expected in (case.expect or {}).items():
            relation = policy.parts.get(part)
            if relation is None:
                message = f"no output of `{policy.name}` gives `{part}`"
                problems: Iterator[_Problem] = iter([((), message, "take it out, or declare the output")])
            else:
                problems = _FORMS[SHAPES[part].form](expected, domains.of(relation)[1:])
            for keys, message, suggestion in problems:
                yield Diagnostic(case.place.span("expect", part, *keys), message, suggestion)


def _ids(expected: object, columns: Sequence[Domain]) -> Iterator[_Problem]:
    if isinstance(expected, list):
        for each in expected:
            yield from _value(each, str, columns[0])
    else:
        yield (), f"{_told(expected)} is no list of ids", "write `[]` for none"


def _one(expected: object, columns: Sequence[Domain]) -> Iterator[_Problem]:
    return _value(expected, str, columns[0])


def _maybe(expected: object, columns: Sequence[Domain]) -> Iterator[_Problem]:
    return iter(()) if expected is None else _value(expected, str, columns[0])


def _number(expected: object, columns: Sequence[Domain]) -> Iterator[_Problem]:
    # A number that no rule gives is 0.
    return iter(()) if expected == 0 and type(expected) is int else _value(expected, int, columns[0])


def _flag(expected: object, columns: Sequence[Domain]) -> Iterator[_Problem]:
    if not isinstance(expected, bool):
        yield (), f"{_told(expected)} is neither true nor false", "write `true` or `false`"


def _points(expected: object, columns: Sequence[Domain]) -> Iterator[_Problem]:
    if not isinstance(expected, dict):
        yield (), f"{_told(expected)} is no mapping of ids to points", "write `{}` for none"
        return
    for rule_id, points in expected.items():
        problems = [*_value(rule_id, str, columns[0]), *(_value(points, int, columns[1]) if points is not None else ())]
        yield from ((((rule_id, *keys), *told) for keys, *told in problems))  # type: ignore[misc]


def _offer(expected: object, columns: Sequence[Domain]) -> Iterator[_Problem]:
    if expected is None:
        return
    if not isinstance(expected, dict) or not expected:
        yield (), f"{_told(expected)} says nothing of the offer", "name an entry, or write `~` for none"
        return
    for name, value in expected.items():
        if name == "tier":
            found = _value(value, str, columns[0])
        elif name == "trial":
            found = _flag(value, columns)
        elif name == "review_months":
            pair = isinstance(value, list) and [type(month) for month in value] == [int, int]
            found = iter(() if pair else [((), f"{_told(value)} is no two periods", "write `[202611, 202701]`")])
        else:
            found = _value(value, int, Domain(None))
        yield from ((((name, *keys), *told) for keys, *told in found))  # type: ignore[misc]


def _value(value: object, kind: type, domain: Domain) -> Iterator[_Problem]:
    if type(value) is not kind or not isinstance(value, (int, str)):
        yield (), f"{_told(value)} is no {'whole number' if kind is int else 'text'}", "mend it"
    elif value not in domain:
        yield (), f"{shown(value)} is never answered here", domain.hint(value)


def _told(value: object) -> str:
    if value is None or isinstance(value, bool):
        return f"`{'~' if value is None else str(value).lower()}`"
    return f"`{value!r:.60}`"


_FORMS: Mapping[str, Callable[[object, Sequence[Domain]], Iterator[_Problem]]] = {
    "ids": _ids, "one": _one, "maybe": _maybe, "number": _number, "flag": _flag, "points": _points, "offer": _offer
}  # fmt: skip
