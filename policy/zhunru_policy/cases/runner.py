"""Cases: what a policy must decide, as data. `files` reads them, and says how they are written."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ..errors import EvaluationError, FactError
from ..language.syntax import Span
from ..pack.decision import Decision, Offer
from ..policy import Policy
from .wire import as_on_the_wire
from .yaml_text import Place

SUBJECT = "applicant"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. Either `expect` or `error` is None."""

    title: str
    span: Span
    as_of: date
    facts: Mapping[str, object]
    about: Mapping[str, Mapping[str, object]]
    expect: Mapping[str, object] | None
    error: str | None
    place: Place = field(default=Place(Path(), None), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """What an attribute should have been and what it was; `scorecard.SC-SOCIAL` is an entry of an attribute."""

    attribute: str
    expected: object
    actual: object


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of a case; `decision` is None where deciding failed, as it should or not."""

    case: Case
    decision: Decision | None
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


# ── running ──────────────────────────────────────────────────────────────────────────────────────


def run_case(policy: Policy, case: Case, engine: str | None = None) -> CaseResult:
    """Decides the case on the engine named, or on the one that serves, and compares; as a call of the service would."""
    facts = as_on_the_wire(case.facts)
    about = {other: as_on_the_wire(known) for other, known in case.about.items()}
    try:
        decision = policy.decide(SUBJECT, facts, about, as_of=case.as_of, engine=engine)
    except (FactError, EvaluationError) as error:
        as_expected = case.error is not None and isinstance(error, FactError) and case.error in str(error)
        wanted = case.error if case.error is not None else "a decision"
        return CaseResult(case, None, () if as_expected else (Difference("error", wanted, str(error)),))
    if case.expect is None:
        return CaseResult(case, decision, (Difference("error", case.error, f"the decision {decision.outcome}"),))
    return CaseResult(case, decision, tuple(_differences(case.expect, decision)))


def decide_on_each(policy: Policy, case: Case, engines: Sequence[str]) -> dict[str, CaseResult]:
    """The case's result by engine; all must give one decision, also where the case does not look."""
    results = {name: run_case(policy, case, name) for name in engines}
    first, *others = results
    for name in others:
        if results[name].passed and results[name].decision != results[first].decision:
            unlike = Difference(f"decision as {first} gives it", results[first].decision, results[name].decision)
            results[name] = CaseResult(case, results[name].decision, (unlike,))
    return results


def never_fired(policy: Policy, decisions: Iterable[Decision]) -> tuple[str, ...]:
    """Registered ids that fired in none of the decisions; none where the answer does not say which rules fired."""
    if "rules_fired" not in policy.parts:
        return ()
    return tuple(sorted(set(policy.registry).difference(*(decision.rules_fired for decision in decisions))))


def never_silent(policy: Policy, decisions: Iterable[Decision]) -> tuple[str, ...]:
    """Registered ids that fired in every one of the decisions."""
    fired = [decision.rules_fired for decision in decisions]
    return tuple(sorted(set(policy.registry).intersection(*fired))) if fired else ()


def _differences(expect: Mapping[str, object], decision: Decision) -> Iterator[Difference]:
    for attribute, expected in expect.items():
        actual = _plain(getattr(decision, attribute))
        # An empty mapping names no entry, and so means that there are none.
        if expected and isinstance(expected, Mapping) and isinstance(actual, Mapping):
            for key, part in expected.items():
                if not _same(part, actual.get(key)):
                    yield Difference(f"{attribute}.{key}", part, actual.get(key))
        elif not _same(expected, actual):
            yield Difference(attribute, expected, actual)


def _same(expected: object, actual: object) -> bool:
    """Equal, `1` and `true` told apart; a case may list ids in any order."""
    if isinstance(expected, list) and all(isinstance(item, str) for item in expected):
        expected = sorted(expected)
    return expected == actual and isinstance(expected, bool) == isinstance(actual, bool)


def _plain(value: object) -> object:
    """A decision's attribute in the shapes that YAML has."""
    if isinstance(value, Offer):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
