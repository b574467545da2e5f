"""What README.md tells a newcomer to type works, and what it quotes stands there."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from zhunru_policy import Policy
from zhunru_server.demo.process import running_server

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "127.0.0.1:50051"
PARAMETER = 'parameter("least_payment_score", 0, 550).\n'


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture
def pack(tmp_path: Path, weilidai: Policy) -> Path:
    """A copy of the pack, to change."""
    assert weilidai.folder is not None
    return Path(shutil.copytree(weilidai.folder, tmp_path / "weilidai"))


def test_every_word_for_make_is_in_the_makefile() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    words = re.findall(r"\bmake ([a-z]+)", "\n".join([*COMMANDS, *re.findall(r"`([^`]*)`", README)]))
    assert {"demo", "test"} <= set(words) <= set(targets)


@pytest.mark.parametrize(("word", "number"), [("zhunru explain", 0), ("zhunru query", 1)], ids=["explain", "query"])
def test_what_a_command_is_said_to_print_it_prints(
    zhunru: Callable, word: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (command,) = [line for line in COMMANDS if word in line]
    arguments = [str(ROOT / each) if each.startswith("server/") else each for each in shlex.split(command)[1:]]
    monkeypatch.chdir(tmp_path)
    ran = zhunru(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(blocks("text")[number])
    assert [path.name for path in tmp_path.iterdir()] == re.findall(r"--svg (\S+)", command)


@pytest.mark.parametrize("command", [line for line in COMMANDS if "zhunru policy" in line])
def test_a_command_on_rules_runs(zhunru: Callable, command: str) -> None:
    assert zhunru(*shlex.split(command)[1:]).code == 0


def test_the_program_runs_against_the_server_that_is_started_as_said(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = blocks("python")
    assert f".venv/bin/zhunru serve --listen {ADDRESS}" in COMMANDS
    with running_server() as address:
        exec(compile(program.replace(ADDRESS, address), "README.md", "exec"), {})
    said = capsys.readouterr().out.splitlines()
    assert said[0] == re.findall(r"print\(.*\)  # (.*)", program)[0]
    assert [line for line in said if line.startswith("RES-AGE 年龄 21 周岁")]


def test_the_rule_that_is_read_stands_in_the_pack(weilidai: Policy) -> None:
    rule = blocks("prolog")[0]
    quoted = [line for line in rule.splitlines() if line]
    assert set(quoted) <= set(weilidai.sources["01_account.dl"].splitlines())
    for number, line in enumerate(line.strip() for line in quoted[-5:]):
        assert f"\n{number + 3}. `{line}`" in README


def test_a_dated_parameter_leaves_the_cases_as_they_are(zhunru: Callable, pack: Path) -> None:
    replace_parameter(pack, blocks("prolog")[1])
    assert zhunru("policy", "check", pack).code == 0
    assert zhunru("policy", "test", pack).code == 0


def test_an_overwritten_parameter_fails_the_cases_that_it_changes(zhunru: Callable, pack: Path) -> None:
    replace_parameter(pack, PARAMETER.replace("550", "560"))
    ran = zhunru("policy", "test", pack)
    assert ran.code == 1
    assert "FAILED" in ran.out
    assert "    expected  " in ran.out


def replace_parameter(pack: Path, text: str) -> None:
    file = pack / "00_parameters.dl"
    before = file.read_text(encoding="utf-8")
    assert PARAMETER in before
    file.write_text(before.replace(PARAMETER, text), encoding="utf-8")
