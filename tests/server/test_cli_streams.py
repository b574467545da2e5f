"""The command where its streams are closed, full or of another encoding, and where packages are not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r} and name != "google.protobuf_":
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
from zhunru_server.cli import main
main(sys.argv[1:])
"""
SERVER = ("grpc", "google", "structlog", "opentelemetry", "z3", "black")
APPLICANT = Path(__file__).parents[2] / "server" / "zhunru_server" / "demo" / "applicants" / "liu-yang.json"


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = line.replace("zhunru", f"{sys.executable} -m zhunru_server.cli", 1)
    return subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "line",
    [
        "zhunru policy check weilidai >&-",
        "zhunru policy check weilidai 2>&-",
        "zhunru policy export weilidai >&-",
        "zhunru policy export weilidai | head -c 1",
        "zhunru policy compile weilidai | head -c 1",
        "zhunru policy check nowhere 2>&-",
        "zhunru --help >&-",
    ],
)
def test_a_stream_that_nobody_reads_is_no_fault(line: str) -> None:
    ran = shell(line)
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


def test_a_full_disk_is_told() -> None:
    ran = shell("zhunru policy export weilidai > /dev/full")
    assert ran.returncode == 1
    assert ran.stderr == "error: no space left on device\n"
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_what_an_encoding_has_no_letter_for_is_escaped(encoding: str) -> None:
    for line in (
        "zhunru policy check weilidai",
        f"zhunru explain {APPLICANT} --lang zh",
        "zhunru policy export weilidai",
    ):
        ran = shell(line, PYTHONIOENCODING=encoding, LC_ALL="C", PYTHONUTF8="0")
        assert (ran.returncode, ran.stderr) == (0, ""), line


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_what_programs_read_is_utf_8_whatever_the_terminal_has(tmp_path: Path, encoding: str) -> None:
    facts = tmp_path / "a.json"
    facts.write_text(
        json.dumps({"subject": "é刘😀", "as_of": "2026-11-24", "facts": {"age": 30, "region": "é刘😀"}}),
        encoding="utf-8",
    )
    program = tmp_path / "p.dl"
    program.write_text('.decl p(a: symbol)\n.output p\np("é刘😀").\n', encoding="utf-8")
    for line in (
        "zhunru policy export weilidai",
        "zhunru policy compile weilidai --as-of 2026-11-24",
        f"zhunru explain {facts} --format json",
        f"zhunru explain {facts} --format mermaid --lang zh",
        f"zhunru query 'region(A, N)' --facts {facts} --format json",
        f"zhunru query 'region(A, N)' --facts {facts} --format csv",
        f"zhunru policy run {program} -D -",
    ):
        there = shell(line, PYTHONIOENCODING=encoding, LC_ALL="C", PYTHONUTF8="0")
        assert (there.returncode, there.stdout) == (0, shell(line, PYTHONUTF8="1").stdout), line
        assert "刘" in there.stdout or "weilidai" in line, line


@pytest.mark.parametrize(
    "arguments",
    [
        ("policy", "check", "weilidai"),
        ("policy", "export", "weilidai"),
        ("policy", "compile", "weilidai"),
        ("policy", "test", str(Path(__file__).parents[1] / "cases" / "small")),
        ("query", "age(A, N)", "--facts", str(APPLICANT)),
        ("--help",),
    ],
)
def test_words_about_rules_need_no_server(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", WITHOUT.format(absent=SERVER), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(("arguments", "extra"), [(("explain", str(APPLICANT)), "server"), (("serve",), "server")])
def test_a_word_that_needs_more_says_what_to_install(arguments: tuple[str, ...], extra: str) -> None:
    command = [sys.executable, "-c", WITHOUT.format(absent=SERVER), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert f"pip install 'zhunru-service[{extra}]'" in ran.stderr
