"""An export with applicants' facts is one run of a program, which gives for each applicant what the policy decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.policy.applicants import generate
from zhunru_policy import Policy

DAY = "2026-11-24"


def applicant_file(folder: Path, number: int) -> tuple[str, dict[str, Any]]:
    """A generated applicant whose friends and devices have ids of their own."""
    _, facts, about, _ = generate(number)
    text = json.dumps({"facts": facts, "about": about or {}})
    for other in sorted(about or {}, key=len, reverse=True):
        text = text.replace(json.dumps(other), json.dumps(f"{other} of {number}"))
    for name in ("friend", "device"):
        whole = json.loads(text)
        whole["facts"][name] = [
            one if one.endswith(f" of {number}") else f"{one} of {number}" for one in whole["facts"].get(name, ())
        ]
        if name not in facts:
            del whole["facts"][name]
        text = json.dumps(whole)
    whole = {"subject": f"applicant {number}", "as_of": DAY, **json.loads(text)}
    (folder / f"{number}.json").write_text(json.dumps(whole), encoding="utf-8")
    return whole["subject"], whole


def test_many_applicants_are_decided_in_one_run(tmp_path: Path, zhunru: Callable, weilidai: Policy) -> None:
    files, out = tmp_path / "applicants", tmp_path / "out"
    files.mkdir()
    asked = dict(applicant_file(files, number) for number in range(25))

    ran = zhunru("policy", "export", "weilidai", "--facts", files, "-o", out)
    assert (ran.code, ran.err) == (0, "")
    assert "of 25 applicants" in ran.out
    assert zhunru("policy", "run", out / "program.dl", "-F", out, "-D", out).code == 0

    rows = {
        part: [line.split("\t") for line in (out / f"{relation}.csv").read_text(encoding="utf-8").splitlines()]
        for part, relation in weilidai.parts.items()
    }
    for subject, whole in asked.items():
        about = {other: {k: _tuples(v) for k, v in known.items()} for other, known in whole["about"].items()}
        facts = {name: _tuples(value) for name, value in whole["facts"].items()}
        decision = weilidai.decide(subject, facts, about, as_of=date.fromisoformat(DAY))
        own = {part: sorted(row[1:] for row in found if row[0] == subject) for part, found in rows.items()}
        assert own["outcome"] == [[decision.outcome]]
        assert own["restrictions"] == [[rule] for rule in decision.restrictions]
        assert own["missing"] == [[name] for name in decision.missing]
        assert own["scorecard"] == [[part, str(points)] for part, points in decision.scorecard.items()]
        assert own["qualifies"] == ([[]] if decision.qualifies else [])


def _tuples(value: Any) -> Any:
    return [tuple(row) if isinstance(row, list) else row for row in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"subject": "a2", "as_of": "2026-12-01", "facts": {}}, "another month than in"),
        ({"subject": "a1", "as_of": DAY, "facts": {"age": 31}}, "`a1` has other facts than in"),
        (
            {"subject": "a2", "as_of": DAY, "facts": {}, "about": {"b": {"payment_score": 2}}},
            "`b` has other facts than in",
        ),
        ({"subject": "a2", "as_of": DAY, "facts": {"friend": ["b"]}}, "`b` has other facts than in"),
        ({"subject": "a2", "as_of": DAY, "facts": {"friend": ["a1"]}}, "`a1` has other facts than in"),
        ({"subject": "b", "as_of": DAY, "facts": {"payment_score": 1}}, "`b` has other facts than in"),
        ({"subject": "a2", "as_of": DAY, "facts": {"age": 151}}, "`age`: 151 is outside 0..150"),
        (
            {"subject": "a2", "as_of": DAY, "facts": {"region": "C\tN"}},
            "`region` has 'C\\tN', and a facts file can hold no tab",
        ),
        ({"subject": "a2", "as_of": DAY, "facts": {"region": "C\nN"}}, "can hold no tab or line break"),
    ],
)
def test_applicants_that_are_no_one_run_are_refused(
    tmp_path: Path, zhunru: Callable, second: dict[str, Any], expected: str
) -> None:
    first = {"subject": "a1", "as_of": DAY, "facts": {"age": 30}, "about": {"b": {"payment_score": 1}}}
    for name, applicant in (("1", first), ("2", second)):
        (tmp_path / f"{name}.json").write_text(json.dumps(applicant), encoding="utf-8")
    ran = zhunru("policy", "export", "weilidai", "--facts", tmp_path, "-o", tmp_path / "out")
    assert ran.code == 1
    assert expected in ran.err
    assert not (tmp_path / "out").exists()


def test_facts_need_a_folder(tmp_path: Path, zhunru: Callable) -> None:
    ran = zhunru("policy", "export", "weilidai", "--facts", tmp_path)
    assert (ran.code, ran.err) == (1, "error: facts are written to a folder; name one by `-o`\n")
