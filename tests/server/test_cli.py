"""`zhunru policy check`, `format` and `export`, and what the command says when it can't."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zhunru_policy import Policy

TIDY = '.decl p(a: symbol)\n.output p\np("x").\n'


def test_the_pack_is_checked_and_its_absences_are_listed(zhunru: Callable, weilidai: Policy) -> None:
    ran = zhunru("policy", "check", "weilidai")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1].startswith(f"weilidai: no errors; {len(weilidai.registry)} rules, sha256:")
    listed = [line for line in ran.out.splitlines() if line.startswith("  ")]
    assert len(listed) == len(weilidai.absences)
    assert any("nobody is invited by silence" in line for line in listed)


def test_a_packs_errors_name_files_that_can_be_opened(zhunru: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.dl").write_text(".decl p(a: symbol)\np(X) :- q(X).\n")
    ran = zhunru("policy", "check", tmp_path)
    assert ran.code == 1
    assert f"{tmp_path / 'a.dl'}:2:9: error: " in ran.err


def test_every_error_of_a_file_is_told_at_once(zhunru: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.dl").write_text(".decl p(a: symbol)\np(X) :- q(X).\np(X) :- r(X).\n")
    ran = zhunru("policy", "check", tmp_path / "a.dl")
    assert ran.code == 1
    assert ["a.dl:2:9: error: " in ran.err, "a.dl:3:9: error: " in ran.err] == [True, True]


def test_a_program_that_is_no_pack_is_checked_as_a_program(zhunru: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.dl").write_text(TIDY)
    ran = zhunru("policy", "check", tmp_path / "a.dl")
    assert ran.code == 0
    assert ran.out.endswith("a.dl: no errors\n")


@pytest.mark.parametrize("command", ["check", "export", "test"])
def test_an_unknown_pack_is_one_line(zhunru: Callable, command: str) -> None:
    ran = zhunru("policy", command, "weilidei")
    assert ran.code == 1
    assert ran.err.startswith("weilidei:1:1: error: is no pack; ")
    assert len(ran.err.splitlines()) == 1


def test_format_brings_files_into_their_layout_once(zhunru: Callable, tmp_path: Path) -> None:
    untidy = tmp_path / "a.dl"
    untidy.write_text('.decl p(a:symbol)   // kept\n.output p\np( "x" ).')
    checked = zhunru("policy", "format", "--check", tmp_path)
    assert (checked.code, checked.out) == (1, f"{untidy}: would change\n")
    assert untidy.read_text().endswith('p( "x" ).')

    assert zhunru("policy", "format", tmp_path) == (0, f"{untidy}: formatted\n", "")
    assert "// kept" in untidy.read_text()
    assert 'p("x").' in untidy.read_text()
    assert zhunru("policy", "format", "--check", untidy) == (0, "", "")
    assert zhunru("policy", "format", untidy) == (0, "", "")


def test_a_file_that_can_not_be_formatted_is_left_as_it_is(zhunru: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.dl").write_text("p(X :- .")
    (tmp_path / "b.dl").write_text("\n\n" + TIDY)
    ran = zhunru("policy", "format", tmp_path)
    assert ran.code == 1
    assert "a.dl:1:" in ran.err
    assert (tmp_path / "a.dl").read_text() == "p(X :- ."
    assert (tmp_path / "b.dl").read_text() == TIDY


def test_the_packs_rules_stand_in_their_layout(zhunru: Callable, weilidai: Policy) -> None:
    assert zhunru("policy", "format", "--check", weilidai.folder) == (0, "", "")


def test_export_prints_the_policys_text(zhunru: Callable, weilidai: Policy) -> None:
    ran = zhunru("policy", "export", "weilidai")
    assert (ran.code, ran.out, ran.err) == (0, weilidai.export(), "")


def test_an_exported_pack_is_a_program_that_passes_the_check(zhunru: Callable, tmp_path: Path) -> None:
    exported = tmp_path / "weilidai.dl"
    exported.write_text(zhunru("policy", "export", "weilidai").out, encoding="utf-8")
    assert zhunru("policy", "check", exported).code == 0


def test_an_unknown_command_is_a_wrong_command(zhunru: Callable) -> None:
    ran = zhunru("policy", "chekc")
    assert ran.code == 2
    assert "chekc" in ran.err


def test_an_address_that_can_not_be_had_is_one_line() -> None:
    # In a process of its own: serving sets up the log and the signals of the whole process.
    command = [sys.executable, "-m", "zhunru_server.cli", "serve", "--listen", "nowhere.invalid:1"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("error: can't listen on `nowhere.invalid:1`")
