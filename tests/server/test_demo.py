"""`make demo`: what it shows, and that nothing is left running behind it."""

from __future__ import annotations

import socket
import subprocess
import sys
from itertools import pairwise

import pytest
from rich.cells import cell_len

from zhunru_server.demo.process import ServerError, running_server
from zhunru_server.demo.wrapping import breaks

HELD_OPEN = """
import time
from zhunru_server.demo.process import running_server
with running_server() as address:
    print(address, flush=True)
    time.sleep(600)
"""


def is_answering(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.parametrize(
    ("language", "seen"),
    [
        (
            "zh",
            [
                "王芳",
                "受邀",
                "262,500 元",
                "测试额度",
                "未受邀",
                "不符合",
                "缺少必需信息：逾期还款记录",
                "年龄 21 周岁",
            ],
        ),
        (
            "en",
            [
                "Wang Fang",
                "INVITED",
                "262,500 yuan",
                "trial",
                "NOT_INVITED",
                "INELIGIBLE",
                "age 21",
                "WeChat Pay score 549",
            ],
        ),
    ],
)
def test_the_demo_shows_six_applicants_and_a_trace(language: str, seen: list[str]) -> None:
    command = [sys.executable, "-m", "zhunru_server.demo", "--lang", language]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [word for word in seen if word not in ran.stdout] == []
    assert "ELG-SCORE" in ran.stdout
    assert "01_account.dl:" in ran.stdout
    assert "{" not in ran.stdout
    assert max(cell_len(line) for line in ran.stdout.splitlines()) <= 100


def test_the_server_ends_with_its_context() -> None:
    with running_server() as address:
        assert is_answering(address)
    assert not is_answering(address)


def test_the_server_ends_with_a_demo_that_is_terminated() -> None:
    with subprocess.Popen([sys.executable, "-c", HELD_OPEN], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        address = holder.stdout.readline().strip()
        assert is_answering(address)
        holder.terminate()
        assert holder.wait(60) == 143
    assert not is_answering(address)


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(ServerError, match="is no pack"), running_server("nowhere"):
        pass


@pytest.mark.parametrize(
    ("line", "width", "parts"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two", 5, ["one", "two"]),
        ("incomprehensible", 6, ["incomp", "rehens", "ible"]),
        ("年龄 21 周岁", 6, ["年龄", "21 周", "岁"]),
        ("暂不支持,仅限", 8, ["暂不支", "持,仅限"]),
        ("暂不支持，仅限", 8, ["暂不支", "持，仅限"]),
        ("占比 30%以上", 7, ["占比", "30%以上"]),
    ],
)
def test_lines_are_broken_between_characters_but_never_before_a_comma(line: str, width: int, parts: list[str]) -> None:
    offsets = [0, *breaks(line, width), len(line)]
    broken = [line[start:end].rstrip() for start, end in pairwise(offsets)]
    assert broken == parts
    assert max(map(cell_len, broken)) <= width
