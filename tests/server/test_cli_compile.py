"""`zhunru policy compile`: the Python that decides, fit to be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zhunru_server.cli import main


def compiled(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["policy", "compile", *arguments])
    assert not ended.value.code
    return capsys.readouterr().out


def test_each_line_names_its_rule_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    text = compiled(capsys, "weilidai", "--as-of", "2026-11-24")

    assert "for the periods from 0 on" in text
    assert "met_ELG_SCORE_1 = payment_score_1 is not None and payment_score_1 >= 550  # ELG-SCORE 01_account.dl:" in text
    compile(text, "weilidai.py", "exec")


def test_parameters_are_those_of_the_day(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    base = Path(__file__).parents[1] / "policy" / "packs" / "base" / "00_base.dl"
    text = base.read_text(encoding="utf-8")
    text = text.replace(
        'parameter("least_age", 0, 18).', 'parameter("least_age", 0, 18).\nparameter("least_age", 202701, 21).'
    )
    text = text.replace(
        'parameter("least_age", _, Least), Years >= Least.',
        'current_period(Now), Start = max S : { parameter("least_age", S, _V), S <= Now },'
        ' parameter("least_age", Start, Least), Years >= Least.',
    )
    (tmp_path / "pack.dl").write_text(text, encoding="utf-8")

    assert "age_1 >= 18" in compiled(capsys, str(tmp_path), "--as-of", "2026-12-31")
    assert "age_1 >= 21" in compiled(capsys, str(tmp_path), "--as-of", "2027-01-01")


def test_a_pack_that_the_general_engine_decides_is_said_to_be(zhunru: Callable, tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "policy" / "packs" / "base" / "00_base.dl").read_text(encoding="utf-8")
    many = ", ".join(f"N != {number}" for number in range(70))
    rule = f".decl odd(a: symbol)\nodd(A) :- age(A, N), {many}.\n@[answer = qualifies]\n.output odd\n"
    (tmp_path / "pack.dl").write_text(text + rule, encoding="utf-8")

    ran = zhunru("policy", "compile", tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert "is decided by the general engine: `odd` has a rule of more than 64 literals; split the rule in two" in ran.err
    assert "`odd` has a rule of more than 64 literals" in zhunru("policy", "check", tmp_path).out
