"""The rooms: who may import whom, what stands at the top, and what a wheel carries."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
ROOMS = {"policy": "zhunru_policy", "server": "zhunru_server", "client": "zhunru"}
TOP = {
    *(".ci", ".gitattributes", ".gitignore", "CHANGELOG.md", "Containerfile", "Makefile", "README.md"),
    *("client", "constraints.txt", "policy", "protos", "pyproject.toml", "server", "tests"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"]
    paths = ":".join(str(folder / room) for room in ROOMS)
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": paths, "PATH": ""}, capture_output=True, text=True, check=False
    )


def test_the_import_rules_hold() -> None:
    ran = lint_imports(ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("policy/zhunru_policy/pack/facts.py", "import grpc"),
        ("policy/zhunru_policy/policy.py", "import time"),
        ("policy/zhunru_policy/loader.py", "import pyDatalog"),
        ("policy/zhunru_policy/language/parser.py", "import zhunru_policy.engines.general"),
        ("policy/zhunru_policy/engines/general/evaluation.py", "import zhunru_policy.pack.vocabulary"),
        ("client/zhunru/client.py", "import zhunru_policy"),
        ("server/zhunru_server/services/policy.py", "from zhunru import Client"),
    ],
)
def test_a_breach_of_the_import_rules_is_caught(tmp_path: Path, module: str, line: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room, package in ROOMS.items():
        shutil.copytree(ROOT / room / package, tmp_path / room / package, ignore=shutil.ignore_patterns("__pycache__"))
    broken = tmp_path / module
    broken.write_text(broken.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    ran = lint_imports(tmp_path)
    assert ran.returncode == 1
    assert "BROKEN" in ran.stdout


def test_nothing_else_stands_at_the_top() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split("/")[0] for line in listed.splitlines()} <= TOP


def test_a_wheel_carries_three_packages_with_their_data(tmp_path: Path) -> None:
    wheel = next(iter(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])))
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(ROOMS.values())
    for room, package in ROOMS.items():
        for data in ("*.dl", "*.lark", "*.yaml", "*.md", "py.typed"):
            carried = {str(path.relative_to(ROOT / room)) for path in (ROOT / room / package).rglob(data)}
            assert carried <= set(names)


def test_every_version_is_pinned_without_an_address() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", line)] == []
