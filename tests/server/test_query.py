"""`zhunru query`: what is shown to people and to programs, of one applicant and of many."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zhunru_policy import Policy

DAY = "2026-11-24"
ONE: dict[str, Any] = {"age": 30, "wealth_average_fen": 123_456, "friend": ["b2", "b1"]}


def write(path: Path, **item: Any) -> Path:
    path.write_text(json.dumps(item), encoding="utf-8")
    return path


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return write(tmp_path / "a1.json", facts=ONE, about={"b1": {"age": 40}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of three applicants the second can't be read; the third stands first by its file's name."""
    place = tmp_path / "applicants"
    place.mkdir()
    write(place / "b.json", subject="乙", facts={"age": 20})
    write(place / "c.json", subject="丙", facts={"age": 20.5})
    write(place / "a.json", subject="甲", facts={"age": 30, "friend": ["x", ""]})
    return place


def table(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


def test_a_table_has_a_column_for_each_variable_with_its_unit(zhunru: Callable, one: Path) -> None:
    ran = zhunru(
        "query", "applicant(A), age(A, N), wealth_average_fen(A, Fen), friend(A, F), !age(F, _)", "--facts", one
    )
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == table(
        "A    N (years)   Fen (1/100 yuan)   F",
        "──────────────────────────────────────",
        "a1          30             123456   b2",
        "1 row",
    )


def test_a_folder_has_its_subjects_in_the_first_column_and_its_errors_at_the_end(
    zhunru: Callable, folder: Path
) -> None:
    ran = zhunru("query", "age(_, N), N < 31", "--facts", folder)
    assert ran.code == 1
    assert ran.out == table(
        "subject   N (years)", "───────────────────", "甲               30", "乙               20", "2 rows"
    )
    said = "takes no 20.5; numbers are whole, no floating point stands in a decision"
    assert ran.err == f"error: {folder}/c.json: `facts.age`: {said}\n"


def test_lines_are_shown_in_their_order(zhunru: Callable, tmp_path: Path) -> None:
    lines = [{"subject": name, "facts": {"age": age}} for name, age in (("z", 9), ("a", 200), ("m", 8))]
    path = tmp_path / "all.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    ran = zhunru("query", "age(_, N)", "--facts", path)
    assert [line.split() for line in ran.out.splitlines()[2:]] == [["z", "9"], ["m", "8"], ["2", "rows"]]
    assert (ran.code, ran.err) == (1, f"error: {path}:2: `age`: 200 is outside 0..150\n")


def test_no_rows_are_said_to_be_none(zhunru: Callable, one: Path) -> None:
    ran = zhunru("query", "age(A, N), N > 99", "--facts", one)
    assert (ran.code, ran.out) == (0, table("A   N (years)", "─────────────", "no rows"))


@pytest.mark.parametrize(("text", "said"), [("age(_, 30)", "yes"), ("age(_, 31)", "no")])
def test_a_query_without_variables_is_answered_by_yes_or_no(zhunru: Callable, one: Path, text: str, said: str) -> None:
    assert zhunru("query", text, "--facts", one).out == table("holds", "─────", said)


def test_without_an_applicant_the_policy_alone_is_asked(zhunru: Callable) -> None:
    ran = zhunru("query", "current_period(P), comes_after(Step, Before), N = count : { applicant(_) }", "--as-of", DAY)
    assert ran.out.splitlines()[0].split() == ["P", "Step", "Before", "N"]
    assert ran.out.splitlines()[2].split()[0::3] == ["202611", "0"]


def test_values_that_do_not_show_as_they_are_stand_in_quotes(zhunru: Callable, tmp_path: Path) -> None:
    odd = ["", " x", 'q"', '"q', "a\nb", "\x1b[31mred", "汉", "\u202e", "tab\t"]
    path = write(tmp_path / "a.json", facts={"friend": odd})
    shown = zhunru("query", "friend(_, F)", "--facts", path).out.splitlines()[2:-1]
    assert sorted(shown) == sorted(
        ['""', '" x"', 'q"', r'"\"q"', r'"a\nb"', r'"\u001b[31mred"', "汉", r'"\u202e"', r'"tab\t"']
    )


def test_another_pack_and_another_day_may_be_named(zhunru: Callable, tmp_path: Path, weilidai: Policy) -> None:
    assert weilidai.folder is not None
    pack = Path(shutil.copytree(weilidai.folder, tmp_path / "pack"))
    (pack / "99_more.dl").write_text(".decl doubled(a: symbol, n: number)\ndoubled(A, N * 2) :- age(A, N).\n")
    path = write(tmp_path / "a.json", facts={"age": 30}, as_of="2025-01-01")
    query = ("query", "doubled(_, N), current_period(P)", "--facts", path, "--policy", pack, "--format", "csv")
    assert zhunru(*query).out == "N,P\n60,202501\n"
    assert zhunru(*query, "--as-of", DAY).out == "N,P\n60,202611\n"


# ── on a terminal ────────────────────────────────────────────────────────────────────────────────


def on_terminal(columns: int, *arguments: str) -> list[str]:
    """What a terminal of that width gets, without colours."""
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    command = [sys.executable, "-m", "zhunru_server.cli", *arguments]
    with subprocess.Popen(command, stdout=slave, env=environment) as process:
        os.close(slave)
        shown = b""
        while part := _read(master):
            shown += part
    os.close(master)
    assert process.returncode == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n").splitlines()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # so Linux says that nobody writes any more
        return b""


def test_where_no_terminal_reads_no_value_is_folded(zhunru: Callable, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", facts={"friend": ["x" * 500]})
    assert zhunru("query", "friend(_, F)", "--facts", path).out.splitlines()[2:] == ["x" * 500, "1 row"]


@pytest.mark.parametrize("columns", [20, 200])
def test_a_narrow_terminal_folds_values_and_loses_nothing(tmp_path: Path, columns: int) -> None:
    long = "".join(chr(ord("a") + at % 26) for at in range(100))
    path = write(tmp_path / "a.json", facts={"friend": [long]})
    lines = on_terminal(columns, "query", "friend(A, F)", "--facts", str(path))
    assert max(map(len, lines)) <= columns
    assert "".join(line[4:].strip() for line in lines[2:-1]) == long


# ── for programs ─────────────────────────────────────────────────────────────────────────────────


def test_csv_has_raw_values_and_plain_names(zhunru: Callable, one: Path, folder: Path) -> None:
    ran = zhunru("query", "wealth_average_fen(A, F)", "--facts", one, "--format", "csv")
    assert (ran.code, ran.out) == (0, "A,F\na1,123456\n")
    ran = zhunru("query", "friend(_, F)", "--facts", folder, "--format", "csv")
    assert (ran.code, ran.out) == (1, "subject,F\n甲,\n甲,x\n")
    ran = zhunru("query", "age(_, 20)", "--facts", folder, "--format", "csv")
    assert ran.out == "subject,holds\n甲,no\n乙,yes\n"


def test_json_has_an_object_for_each_applicant_who_could_be_asked_about(zhunru: Callable, folder: Path) -> None:
    ran = zhunru("query", "friend(subject, rows)", "--facts", folder, "--format", "json")
    rows = [{"subject": "甲", "rows": ""}, {"subject": "甲", "rows": "x"}]
    assert json.loads(ran.out) == [{"subject": "甲", "rows": rows}, {"subject": "乙", "rows": []}]
    ran = zhunru("query", "age(_, 20)", "--facts", folder, "--format", "json")
    assert ran.out == table("[", '{"subject": "甲", "holds": false},', '{"subject": "乙", "holds": true}', "]")
    ran = zhunru("query", "student(_, 1)", "--format", "json")
    assert json.loads(ran.out) == [{"subject": None, "holds": False}]


def test_csv_quotes_what_it_must(zhunru: Callable, tmp_path: Path) -> None:
    odd = ['a"b', "a,b", "a\r\nb", ""]
    path = write(tmp_path / "a.json", facts={"friend": odd})
    ran = zhunru("query", "friend(_, F)", "--facts", path, "--format", "csv")
    assert list(csv.reader(io.StringIO(ran.out, newline=""))) == [["F"], *([value] for value in sorted(odd))]


def test_ten_thousand_rows_are_all_shown(zhunru: Callable, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", facts={"friend": [f"f{n:04}" for n in range(10_000)]})
    lines = zhunru("query", "friend(_, F)", "--facts", path).out.splitlines()
    assert lines[2:] == [*(f"f{n:04}" for n in range(10_000)), "10,000 rows"]


# ── what fails ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_bad_query_is_told_with_all_its_errors_and_nothing_is_shown(zhunru: Callable, one: Path, form: str) -> None:
    ran = zhunru("query", "agee(A, N),\nage(A)", "--facts", one, "--format", form)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == table(
        "query:1:1: error: relation `agee` is not declared; did you mean `age`?",
        "query:2:1: error: relation `age` has 2 attributes, but 1 argument here; write `age(a, years)`",
    )


def test_a_warning_is_told_and_the_query_answered(zhunru: Callable, one: Path) -> None:
    ran = zhunru("query", "age(A, _N), _N > 20", "--facts", one, "--format", "csv")
    assert (ran.code, ran.out) == (0, "A\na1\nb1\n")
    assert ran.err.startswith("query:1:8: warning: variable `_N` ")


def test_a_query_that_fails_for_one_applicant_answers_for_the_others(zhunru: Callable, folder: Path) -> None:
    ran = zhunru("query", "age(_, N), X = 100 / (N - 20)", "--facts", folder, "--format", "csv")
    assert (ran.code, ran.out) == (1, "subject,N,X\n甲,30,10\n")
    assert ran.err.splitlines()[0] == f"error: {folder}/b.json: query:1:1: rule failed: division by zero"


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_an_applicant_who_can_not_be_read_is_one_line(zhunru: Callable, tmp_path: Path, form: str) -> None:
    ran = zhunru("query", "age(A, N)", "--facts", tmp_path / "no.json", "--format", form)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"error: {tmp_path}/no.json: can't be read: no such file or directory\n"


def test_a_folder_without_applicants_and_an_unknown_pack_are_one_line(zhunru: Callable, tmp_path: Path) -> None:
    ran = zhunru("query", "age(A, N)", "--facts", tmp_path)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    ran = zhunru("query", "age(A, N)", "--policy", "weilidei")
    assert (ran.code, ran.err.count("\n")) == (1, 1)


@pytest.mark.parametrize("arguments", [("--format", "xml"), ("--as-of", "today"), ("--engine", "x")])
def test_an_option_that_is_none_is_a_wrong_command(zhunru: Callable, arguments: tuple[str, ...]) -> None:
    assert zhunru("query", "age(A, N)", *arguments).code == 2
