"""What a stranger wrote hides nothing and turns nothing, wherever an explanation is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.dom import minidom

import pytest

from tests.explained import as_told
from zhunru_policy import Policy
from zhunru_server.commands.screen import seen as seen_on_screen

MARKS = [
    *map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x61C, 0x1B, 0x07, 0x0, 0x85, 0x9B])
]


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: f"{ord(mark):04x}")
def test_marks_are_shown_escaped(weilidai: Policy, mark: str) -> None:
    facts = {"region": f"C{mark}N", "age": 30, "friend": [f"b{mark}1"]}
    explained = as_told(weilidai.explain("a1", facts, as_of=date(2026, 11, 24), detail="full"))
    for text in (explained.render("zh", colour=False), explained.to_svg("en"), explained.to_mermaid("zh")):
        assert mark not in text
    assert f"\\u{ord(mark):04x}" in explained.render("zh", colour=False)
    assert json.dumps(mark)[1:-1] in json.dumps(explained.to_json())
    minidom.parseString(explained.to_svg("zh"))
    assert seen_on_screen(f"x{mark}y") == f"x\\u{ord(mark):04x}y"


@pytest.mark.parametrize("mark", [mark for mark in MARKS if mark not in "\x00"], ids=lambda mark: f"{ord(mark):04x}")
def test_a_table_and_an_error_show_marks_escaped(tmp_path: Path, zhunru: Callable, mark: str) -> None:
    applicant = {"subject": f"a{mark}1", "as_of": "2026-11-24", "facts": {"region": f"C{mark}N"}}
    (tmp_path / "a.json").write_text(json.dumps(applicant), encoding="utf-8")
    table = zhunru("query", "region(A, N)", "--facts", tmp_path / "a.json")
    rows = zhunru("query", "region(A, N)", "--facts", tmp_path / "a.json", "--format", "json")
    assert (table.code, mark in table.out) == (0, False)
    assert json.loads(rows.out)[0]["rows"] == [{"A": f"a{mark}1", "N": f"C{mark}N"}]

    (tmp_path / "p.dl").write_text(f'.decl p(a: symbol)\n.output p\np("x") :- q{mark}("y").\n', encoding="utf-8")
    refused = zhunru("policy", "check", tmp_path / "p.dl")
    assert (refused.code, mark in refused.out + refused.err) == (1, False)
