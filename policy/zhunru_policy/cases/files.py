"""Files of cases, beside a pack's rules in `cases/*.yaml`: a YAML list of mappings of

    title     a sentence, said once in the pack
    as_of     the decision's date
    base      optional: the name of an applicant in `applicants.yaml` beside it, whose facts this case changes
    facts     optional: the applicant's facts; null takes one of the base's away
    about     optional: facts of other subjects, as `Policy.decide` takes them; null takes one of the base's away
    expect    attributes of the decision; of `scorecard` and `offer` only the entries that are named, and `{}` says that
              the scorecard has none
    error     instead of `expect`: words that the FactError must contain

`applicants.yaml` maps names to facts, or to `facts` and `about`. A row of a relation is a list: `[1, online, 12, 345]`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ..diagnostics import Diagnostic
from ..errors import PolicyError
from ..language.syntax import Span
from ..pack.decision import Decision, Offer
from .runner import Case
from .yaml_text import Place, load

APPLICANTS_FILE = "applicants.yaml"

_KEYS = ("title", "base", "as_of", "facts", "about", "expect", "error")
_ATTRIBUTES = tuple(field.name for field in dataclasses.fields(Decision) if field.name != "policy_version")
_OFFER_ATTRIBUTES = tuple(field.name for field in dataclasses.fields(Offer))

#: What is wrong: the keys that lead there, the message, and what to do.
_Problem = tuple[tuple[object, ...], str, str]


@dataclass(frozen=True, slots=True)
class _Applicant:
    facts: Mapping[str, Any]
    about: Mapping[str, Any]


_NOBODY = _Applicant({}, {})


def read_cases(folder: Path) -> tuple[Case, ...]:
    """Every case of a folder, by file name and place in the file.

    Raises `PolicyError` with every case that is not written as it must be, at its file, line and column.
    """
    errors = list(_strays(folder))
    applicants = _applicants(folder / APPLICANTS_FILE)
    cases: list[Case] = []
    titles: dict[str, Span] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == APPLICANTS_FILE:
            continue
        for item, place in _items(path):
            problem = _problem(item, applicants, titles)
            if problem is None:
                case = _case(item, place, applicants)
                titles[case.title] = case.span
                cases.append(case)
            else:
                keys, message, suggestion = problem
                errors.append(Diagnostic(place.span(*keys), message, suggestion))
    if errors:
        raise PolicyError(errors)
    return tuple(cases)


def _strays(folder: Path) -> Iterator[Diagnostic]:
    """What stands beside the case files and would not be read."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        read = path.is_file() and path.name.isprintable() and (path.suffix == ".yaml" or path.name == "README.md")
        if not read and not path.name.startswith("."):
            what = "folder" if path.is_dir() else "file"
            yield Diagnostic(
                Place(path, None).span(),
                f"the {what} is not read: cases stand in `.yaml` files",
                "rename it, or take it out",
            )


def _case(item: Mapping[str, Any], place: Place, applicants: Mapping[str, _Applicant]) -> Case:
    base = applicants[item["base"]] if "base" in item else _NOBODY
    return Case(
        title=item["title"],
        span=place.span(),
        as_of=item["as_of"],
        facts=_merged(base.facts, item.get("facts") or {}),
        about=_merged(base.about, item.get("about") or {}),
        expect=item.get("expect"),
        error=item.get("error"),
        place=place,
    )


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def _problem(item: Any, applicants: Mapping[str, _Applicant], titles: Mapping[str, Span]) -> _Problem | None:
    """The first thing that is wrong with a case as written; None where nothing is."""
    if not isinstance(item, dict):
        return (), "a case is a mapping", "write `- title: a sentence`"
    unknown = next((key for key in item if key not in _KEYS), None)
    if unknown is not None:
        return (unknown,), f"a case has no `{unknown}`", f"known are {', '.join(_KEYS)}"
    title = item.get("title")
    if not isinstance(title, str) or not title.strip():
        return ("title",), "a case without a title", "say in a sentence what must hold"
    if title in titles:
        return ("title",), f"the title `{title}` stands at {titles[title]} too", "say what differs"
    if type(item.get("as_of")) is not date:
        return ("as_of",), f"`{title}` has no date in `as_of`", "write `as_of: 2026-11-24`"
    base = item.get("base")
    if "base" in item and not (isinstance(base, str) and base in applicants):
        known = ", ".join(applicants) or "none"
        return ("base",), f"`{base}` is no applicant of {APPLICANTS_FILE}", f"known are {known}"
    return _problem_of_facts(title, item, applicants.get(str(base), _NOBODY)) or _problem_of_answer(title, item)


def _problem_of_facts(title: str, item: Mapping[str, Any], base: _Applicant) -> _Problem | None:
    for key, stated in (("facts", base.facts), ("about", base.about)):
        changes = item.get(key, {}) or {}
        if not isinstance(changes, dict):
            return (key,), f"`{key}` of `{title}` is no mapping", "write `name: value` lines under it"
        for name, value in changes.items():
            if value is None and name not in stated:
                message = f"`{name}` of `{title}` takes away what its base does not have"
                return (key, name), message, "mend the name, or take it out"
            if key == "about" and value is not None and not isinstance(value, dict):
                return (key, name), f"`{name}` of `{title}` is no mapping", "write `name: value` lines under it"
            if key == "about" and (empty := _without_value(value)):
                message = f"`{empty}` of `{name}` in `{title}` has no value"
                return (key, name, empty), message, "give one, or take it out"
    return None


def _without_value(facts: object) -> str | None:
    """The name of a fact without a value."""
    named = facts.items() if isinstance(facts, dict) else ()
    return next((str(name) for name, value in named if value is None), None)


def _problem_of_answer(title: str, item: Mapping[str, object]) -> _Problem | None:
    expect, error = item.get("expect"), item.get("error")
    if (expect is None) == (error is None):
        said = "nothing" if expect is None else "two things"
        return (), f"`{title}` says {said} of the answer", "give `expect` or `error`"
    if error is not None:
        said = isinstance(error, str) and error
        return None if said else (("error",), f"`error` of `{title}` is no text", "quote words of the error")
    if not isinstance(expect, dict) or not expect:
        return ("expect",), f"`expect` of `{title}` is no mapping", "write `outcome: …` under it"
    unknown = next((key for key in expect if key not in _ATTRIBUTES), None)
    if unknown is not None:
        return ("expect", unknown), f"a decision has no `{unknown}`", f"known are {', '.join(_ATTRIBUTES)}"
    offer = expect.get("offer") or {}
    unknown = next((key for key in offer if key not in _OFFER_ATTRIBUTES), None) if isinstance(offer, dict) else None
    if unknown is not None:
        known = ", ".join(_OFFER_ATTRIBUTES)
        return ("expect", "offer", unknown), f"an offer has no `{unknown}`", f"known are {known}"
    return None


def _applicants(path: Path) -> dict[str, _Applicant]:
    if not path.exists():
        return {}
    named, place = load(path)
    if not isinstance(named, dict) or not all(isinstance(facts, dict) for facts in named.values()):
        raise _refused(place.span(), "the file is no mapping of names to facts", "write `name:` lines")
    return {str(name): _applicant(name, entry, place) for name, entry in named.items()}


def _applicant(name: object, entry: Mapping[str, Any], place: Place) -> _Applicant:
    parted = set(entry) <= {"facts", "about"}
    facts, about = (entry.get("facts", {}), entry.get("about", {})) if parted else (entry, {})
    known = {("facts",) if parted else (): facts, ("about",): about}
    if isinstance(about, dict):
        known |= {("about", other): of_other for other, of_other in about.items()}
    for keys, mapping in known.items():
        if not isinstance(mapping, dict):
            message = f"`{'.'.join(map(str, keys))}` of `{name}` is no mapping"
            raise _refused(place.span(name, *keys), message, "write `name: value` lines under it")
        if empty := _without_value(mapping):
            message = f"`{empty}` of `{name}` has no value"
            raise _refused(place.span(name, *keys, empty), message, "give one, or take it out")
    return _Applicant(facts, about)


def _items(path: Path) -> Iterator[tuple[Any, Place]]:
    """The items of a list, each with its place."""
    items, place = load(path)
    if not isinstance(items, list) or not isinstance(place.node, yaml.SequenceNode):
        raise _refused(place.span(), "the file is no list of cases", "start each case with `- title:`")
    for item, node in zip(items, place.node.value, strict=True):
        yield item, Place(path, node)


def _refused(span: Span, message: str, suggestion: str) -> PolicyError:
    return PolicyError([Diagnostic(span, message, suggestion)])
