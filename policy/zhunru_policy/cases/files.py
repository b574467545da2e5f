"""Files of cases, beside a pack's rules in `cases/*.yaml`: a YAML list of mappings of

    title     a sentence, said once in the pack
    as_of     the decision's date
    base      optional: the name of an applicant in `applicants.yaml` beside it, whose facts this case changes
    facts     optional: the applicant's facts; null takes one of the base's away
    about     optional: facts of other subjects, as `Policy.decide` takes them; null takes one of the base's away
    expect    attributes of the decision; of `scorecard` and `offer` only the entries that are named
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

from ..errors import Diagnostic, PolicyError
from ..language.syntax import Span
from ..pack.decision import Decision, Offer
from .runner import Case
from .yaml_text import line_of, load, refused

APPLICANTS_FILE = "applicants.yaml"

_KEYS = ("title", "base", "as_of", "facts", "about", "expect", "error")
_ATTRIBUTES = tuple(field.name for field in dataclasses.fields(Decision) if field.name != "policy_version")
_OFFER_ATTRIBUTES = tuple(field.name for field in dataclasses.fields(Offer))


def read_cases(folder: Path) -> tuple[Case, ...]:
    """Every case of a folder, by file name and place in the file.

    Raises `PolicyError` with every case that is not written as it must be, at its file and line.
    """
    errors: list[Diagnostic] = []
    applicants = _applicants(folder / APPLICANTS_FILE)
    cases: list[Case] = []
    titles: dict[str, Span] = {}
    errors += _strays(folder)
    for path in sorted(folder.glob("*.yaml")):
        if path.name == APPLICANTS_FILE:
            continue
        for item, span in _items(path):
            problem = _problem(item, applicants, titles)
            if problem is None:
                case = _case(item, span, applicants)
                titles[case.title] = span
                cases.append(case)
            else:
                errors.append(Diagnostic(span, *problem))
    if errors:
        raise PolicyError(errors)
    return tuple(cases)


def _strays(folder: Path) -> Iterator[Diagnostic]:
    """What stands beside the case files and would not be read."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix != ".yaml" and path.name != "README.md" and not path.name.startswith("."):
            what = "folder" if path.is_dir() else "file"
            yield Diagnostic(
                line_of(path, 1), f"the {what} is not read: cases stand in `.yaml` files", "rename it, or take it out"
            )


def _case(item: Mapping[str, Any], span: Span, applicants: Mapping[str, _Applicant]) -> Case:
    base = applicants[str(item["base"])] if "base" in item else _Applicant({}, {})
    return Case(
        title=item["title"],
        span=span,
        as_of=item["as_of"],
        facts=_merged(base.facts, item.get("facts") or {}),
        about=_merged(base.about, item.get("about") or {}),
        expect=item.get("expect"),
        error=item.get("error"),
    )


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def _problem(item: Any, applicants: Mapping[str, _Applicant], titles: Mapping[str, Span]) -> tuple[str, str] | None:
    """What is wrong with a case as written, and what to do; None where nothing is."""
    if not isinstance(item, dict):
        return "a case is a mapping", "write `- title: a sentence`"
    unknown = [key for key in item if key not in _KEYS]
    if unknown:
        return f"a case has no `{unknown[0]}`", f"known are {', '.join(_KEYS)}"
    title = item.get("title")
    if not isinstance(title, str) or not title.strip():
        return "a case without a title", "say in a sentence what must hold"
    if title in titles:
        return f"the title `{title}` stands at {titles[title]} too", "say what differs"
    if type(item.get("as_of")) is not date:
        return f"`{title}` has no date in `as_of`", "write `as_of: 2026-11-24`"
    if "base" in item and item["base"] not in applicants:
        return f"`{item['base']}` is no applicant of {APPLICANTS_FILE}", f"known are {', '.join(applicants) or 'none'}"
    return _problem_of_facts(title, item, applicants) or _problem_of_answer(title, item)


def _problem_of_facts(
    title: str, item: Mapping[str, Any], applicants: Mapping[str, _Applicant]
) -> tuple[str, str] | None:
    base = applicants[item["base"]] if "base" in item else _Applicant({}, {})
    for key, stated in (("facts", base.facts), ("about", base.about)):
        changes = item.get(key, {}) or {}
        if not isinstance(changes, dict):
            return f"`{key}` of `{title}` is no mapping", "write `name: value` lines under it"
        for name, value in changes.items():
            if value is None and name not in stated:
                return f"`{name}` of `{title}` takes away what its base does not have", "mend the name, or take it out"
            if key == "about" and (empty := _without_value(value)):
                return f"`{empty}` of `{name}` in `{title}` has no value", "give one, or take it out"
    return None


def _without_value(facts: object) -> str | None:
    """The name of a fact without a value."""
    return (
        next((str(name) for name, value in facts.items() if value is None), None) if isinstance(facts, dict) else None
    )


def _problem_of_answer(title: str, item: Mapping[str, object]) -> tuple[str, str] | None:
    expect, error = item.get("expect"), item.get("error")
    if (expect is None) == (error is None):
        said = "nothing" if expect is None else "two things"
        return f"`{title}` says {said} of the answer", "give `expect` or `error`"
    if isinstance(error, str) and error:
        return None
    if error is not None:
        return f"`error` of `{title}` is no text", "quote words of the error"
    if not isinstance(expect, dict) or not expect:
        return f"`expect` of `{title}` is no mapping", "write `outcome: …` under it"
    unknown = [key for key in expect if key not in _ATTRIBUTES]
    if unknown:
        return f"a decision has no `{unknown[0]}`", f"known are {', '.join(_ATTRIBUTES)}"
    if type(fraction := next((value for value in _leaves(expect) if isinstance(value, float)), None)) is float:
        return f"`{title}` expects the fraction {fraction}", "write a whole number; no answer has others"
    offer = expect.get("offer") or {}
    unknown = [key for key in offer if key not in _OFFER_ATTRIBUTES] if isinstance(offer, dict) else [offer]
    return (f"an offer has no `{unknown[0]}`", f"known are {', '.join(_OFFER_ATTRIBUTES)}") if unknown else None


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield value


@dataclass(frozen=True, slots=True)
class _Applicant:
    facts: Mapping[str, Any]
    about: Mapping[str, Any]


def _applicants(path: Path) -> dict[str, _Applicant]:
    if not path.exists():
        return {}
    named = load(path)[0]
    if not isinstance(named, dict) or not all(isinstance(facts, dict) for facts in named.values()):
        raise refused(path, 1, "the file is no mapping of names to facts", "write `name:` lines")
    for name, facts in named.items():
        if empty := _without_value(facts):
            raise refused(path, 1, f"`{empty}` of `{name}` has no value", "give one, or take it out")
    return {
        str(name): _Applicant(entry.get("facts", {}), entry.get("about", {}))
        if set(entry) <= {"facts", "about"}
        else _Applicant(entry, {})
        for name, entry in named.items()
    }


def _items(path: Path) -> Iterator[tuple[Any, Span]]:
    """The items of a list, each with its place."""
    items, node = load(path)
    if not isinstance(items, list) or not isinstance(node, yaml.SequenceNode):
        raise refused(path, 1, "the file is no list of cases", "start each case with `- title:`")
    for item, place in zip(items, node.value, strict=True):
        yield item, line_of(path, place.start_mark.line + 1)
