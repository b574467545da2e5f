"""`zhunru policy run`: a program, files of facts, files of rows, as Soufflé has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

PATHS = """
.decl edge(a: symbol, b: symbol)
.input edge
.decl path(a: symbol, b: symbol)
.output path
path(A, B) :- edge(A, B).
path(A, C) :- path(A, B), edge(B, C).
"""

TOTALS = """
.type fen <: number
.decl paid(who: symbol, fen: fen)
.input paid
.decl total(who: symbol, fen: fen)
.output total
total(W, T) :- paid(W, _), T = sum F : { paid(W, F) }.
.decl anybody()
.output anybody
anybody() :- paid(_, _).
.decl nobody()
.output nobody
nobody() :- !anybody().
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "paths.dl").write_text(PATHS)
    (tmp_path / "totals.dl").write_text(TOTALS)
    return tmp_path


@pytest.mark.parametrize("engine", ["general", "pydatalog"])
def test_rows_are_read_from_facts_and_written_sorted(zhunru: Callable, folder: Path, engine: str) -> None:
    (folder / "edge.facts").write_text("b\tc\na\tb\nc\ta\na\tb\n")
    ran = zhunru("policy", "run", folder / "paths.dl", "-F", folder, "-D", folder / "new" / "out", "--engine", engine)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    rows = (folder / "new" / "out" / "path.csv").read_text()
    assert rows == "".join(f"{a}\t{b}\n" for a in "abc" for b in "abc")


def test_numbers_are_sorted_by_size_and_nullary_relations_are_written_as_souffle_does(
    zhunru: Callable, folder: Path
) -> None:
    (folder / "paid.facts").write_text("王\t9\n王\t100\n李\t-5\r\n")
    assert zhunru("policy", "run", folder / "totals.dl", "-F", folder, "-D", folder).code == 0
    assert (folder / "total.csv").read_text() == "李\t-5\n王\t109\n"
    assert (folder / "anybody.csv").read_text() == "()\n"
    assert (folder / "nobody.csv").read_text() == ""


def test_a_dash_prints_the_outputs(zhunru: Callable, folder: Path) -> None:
    (folder / "edge.facts").write_text("a\tb\n")
    ran = zhunru("policy", "run", folder / "paths.dl", "-F", folder, "-D", "-")
    assert ran.out == "---------------\npath\n===============\na\tb\n===============\n"


def test_an_empty_facts_file_gives_no_rows(zhunru: Callable, folder: Path) -> None:
    (folder / "edge.facts").touch()
    assert zhunru("policy", "run", folder / "paths.dl", "-F", folder, "-D", folder).code == 0
    assert (folder / "path.csv").read_text() == ""


def test_a_program_may_have_a_nullary_input(zhunru: Callable, tmp_path: Path) -> None:
    (tmp_path / "on.dl").write_text(".decl on() .input on .decl lit() .output lit lit() :- on().")
    (tmp_path / "on.facts").write_text("()\n")
    assert zhunru("policy", "run", tmp_path / "on.dl", "-F", tmp_path, "-D", tmp_path).code == 0
    assert (tmp_path / "lit.csv").read_text() == "()\n"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (None, "paid.facts:1:1: error: there is no such facts file; make it; an empty one gives no rows"),
        (b"a\t1\nb\n", "paid.facts:2:1: error: the relation has 2 columns, but the line has 1"),
        (b"a\t1\t2\n", "paid.facts:1:1: error: the relation has 2 columns, but the line has 3"),
        (b"a\tone\n", "paid.facts:1:1: error: `one` is no number for `fen`"),
        (b"a\t1_000\n", "paid.facts:1:1: error: `1_000` is no number for `fen`"),
        (b"a\t 7\n", "paid.facts:1:1: error: ` 7` is no number for `fen`"),
        (b"a\t9223372036854775808\n", "`9223372036854775808` for `fen` does not fit into 64 bits"),
        (b"a\t1\n\n", "paid.facts:2:1: error: the relation has 2 columns, but the line has 1"),
        (b"\x1f\x8b\x08\x00", "paid.facts:1:1: error: the facts are gzip'd; unpack the file"),
        (b"a\t1\n\xff\t2\n", "paid.facts:2:1: error: the line is no UTF-8 text; save the file as UTF-8"),
    ],
)
def test_a_bad_facts_file_is_refused_at_its_line(
    zhunru: Callable, folder: Path, facts: bytes | None, said: str
) -> None:
    if facts is not None:
        (folder / "paid.facts").write_bytes(facts)
    ran = zhunru("policy", "run", folder / "totals.dl", "-F", folder, "-D", folder)
    assert ran.code == 1
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not list(folder.glob("*.csv"))


def test_every_bad_line_is_told(zhunru: Callable, folder: Path) -> None:
    (folder / "paid.facts").write_text("a\tx\nb\t2\nc\ty\n")
    ran = zhunru("policy", "run", folder / "totals.dl", "-F", folder, "-D", folder)
    assert [line.split(":")[1] for line in ran.err.splitlines()] == ["1", "3"]


def test_a_bad_program_is_refused_and_a_warning_is_none(zhunru: Callable, tmp_path: Path) -> None:
    (tmp_path / "bad.dl").write_text(".decl p(a: symbol)\np(X) :- q(X).\n")
    ran = zhunru("policy", "run", tmp_path / "bad.dl", "-D", tmp_path)
    assert ran.code == 1
    assert "bad.dl:2:9: error: " in ran.err

    (tmp_path / "idle.dl").write_text(".decl q(a: symbol)\n.decl p(a: symbol)\n.output p\np(X) :- q(X).\n")
    ran = zhunru("policy", "run", tmp_path / "idle.dl", "-D", tmp_path)
    assert ran.code == 0
    assert ": warning: " in ran.err


def test_a_rule_that_fails_is_named_without_a_traceback(zhunru: Callable, tmp_path: Path) -> None:
    (tmp_path / "zero.dl").write_text(".decl n(x: number)\n.output n\nn(1 / X) :- X = 0.\n")
    ran = zhunru("policy", "run", tmp_path / "zero.dl", "-D", tmp_path)
    assert ran.code == 1
    assert "zero.dl:3:" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_missing_program_is_one_line(zhunru: Callable, tmp_path: Path) -> None:
    ran = zhunru("policy", "run", tmp_path / "none.dl")
    assert ran.code == 1
    assert "none.dl" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("output", ["-", "."])
@pytest.mark.parametrize("symbol", [r"a\tb", r"a\nb", r"a\r"])
def test_a_row_that_no_line_can_hold_is_refused(tmp_path: Path, zhunru: Callable, symbol: str, output: str) -> None:
    program = tmp_path / "p.dl"
    program.write_text(f'.decl p(a: symbol)\n.output p\np("{symbol}").\n')
    ran = zhunru("policy", "run", program, "-D", "-" if output == "-" else tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"error: `p` has '{symbol}', and a facts file can hold no tab or line break\n"
    assert not (tmp_path / "p.csv").exists()


def test_a_byte_order_mark_is_no_part_of_a_fact(tmp_path: Path, zhunru: Callable) -> None:
    program = tmp_path / "p.dl"
    program.write_text(".decl p(a: symbol)\n.input p\n.output p\n")
    (tmp_path / "p.facts").write_text("x\n", encoding="utf-8-sig")
    assert zhunru("policy", "run", program, "-F", tmp_path, "-D", tmp_path).code == 0
    assert (tmp_path / "p.csv").read_bytes() == b"x\n"
