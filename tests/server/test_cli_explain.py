"""`zhunru explain FACTS.json`: what it prints, draws and refuses."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED

SHORT: dict[str, Any] = QUALIFIED | {"payment_score": 530}


@pytest.fixture
def a1(tmp_path: Path) -> Path:
    file = tmp_path / "a1.json"
    file.write_text(json.dumps({"as_of": "2026-11-24", "facts": SHORT}))
    return file


def test_everything_is_told_as_text(zhunru: Callable, a1: Path) -> None:
    ran = zhunru("explain", a1, "--lang", "zh")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("INELIGIBLE\n第二引擎复核一致\n")
    for seen in (
        "\n主要原因\n  ✗ 微信支付分 530 分，未达到 550 分的要求  [ELG-SCORE]\n",
        "\n需要改变什么\n",
        "530 → 550",
        "\n成立的规则\n",
        '\n推理过程\n  ✓ outcome("a1", "INELIGIBLE")',
        "\n未成立的原因 ELG-SCORE\n",
    ):
        assert seen in ran.out
    assert "\x1b" not in ran.out


def test_the_terminal_says_the_language(zhunru: Callable, a1: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang, seen in (("zh_CN.UTF-8", "主要原因"), ("en_GB.UTF-8", "principal reasons")):
        monkeypatch.setenv("LC_ALL", lang)
        ran = zhunru("explain", a1, "--detail", "proof", "--no-verify")
        assert (ran.code, seen in ran.out) == (0, True)
        assert "第二引擎" not in ran.out


def test_an_applicant_is_told_less(zhunru: Callable, tmp_path: Path) -> None:
    file = tmp_path / "a1.json"
    file.write_text(json.dumps({"as_of": "2026-11-24", "facts": QUALIFIED | {"plugin_detected": 1}}))
    auditor = zhunru("explain", file, "--lang", "en")
    applicant = zhunru("explain", file, "--lang", "en", "--audience", "applicant")
    assert "RES-CHEAT-TOOL" in auditor.out
    assert (applicant.code, "RES-CHEAT-TOOL" in applicant.out, "plugin" in applicant.out) == (0, False, False)


def test_programs_get_json(zhunru: Callable, a1: Path) -> None:
    told = json.loads(zhunru("explain", a1, "--format", "json").out)
    assert (told["schema"], told["verified"]) == ("zhunru.explanation/1", True)
    assert told["recourse"]["counterfactuals"][0]["changes"][0]["after"]["value"] == 550


def test_a_chart_for_mermaid(zhunru: Callable, a1: Path) -> None:
    assert zhunru("explain", a1, "--format", "mermaid").out.startswith("flowchart TD\n")


def test_a_picture(zhunru: Callable, a1: Path, tmp_path: Path) -> None:
    picture = tmp_path / "out.svg"
    ran = zhunru("explain", a1, "--svg", picture, "--lang", "zh")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, str(picture))
    assert "微信支付分 530 分" in "".join(ET.parse(picture).getroot().itertext())


def test_a_part_is_asked_for_by_its_id(zhunru: Callable, a1: Path) -> None:
    ran = zhunru("explain", a1, "--detail", "proof", "--goal", '!met("a1", "ELG-SCORE")', "--lang", "en")
    assert (ran.code, '∅ !met("a1", "ELG-SCORE")' in ran.out) == (0, True)
    cut = zhunru("explain", a1, "--detail", "proof", "--size", 3, "--lang", "en")
    assert "cut short: ask for the rest by id" in cut.out


def test_a_wish_can_be_said(zhunru: Callable, a1: Path) -> None:
    ran = zhunru("explain", a1, "--wish", "NOT_INVITED", "--lang", "en")
    assert "wished: NOT_INVITED" in ran.out
    assert "→ NOT_INVITED" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--goal", "mat("], 1, "error: goal: "),
        (["--wish", "RICH"], 1, "error: wish: `RICH` can't be wished for; outcomes are "),
        (["--policy", "weilidei"], 1, "weilidei:1:1: error: is no pack; "),
        (["--depth", "0"], 2, "Usage: "),
        (["--lang", "fr"], 2, "Usage: "),
    ],
)
def test_what_can_not_be_asked(zhunru: Callable, a1: Path, arguments: list[str], code: int, message: str) -> None:
    ran = zhunru("explain", a1, *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(message)
    assert code == 2 or len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"facts": {"age": 30.5}}', "facts.age`: takes no 30.5; numbers are whole"),
        ('{"facts": {"agee": 30}}', "agee"),
        ('{"facts": {"age": -1}}', "age"),
        ("{", "is no JSON"),
        ("[]", "holds no object, but a list"),
    ],
)
def test_bad_files_are_one_line(zhunru: Callable, tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "a1.json"
    file.write_text(text)
    ran = zhunru("explain", file)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"error: {file}")
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
