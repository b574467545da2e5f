"""What all rooms' tests share."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import settings

from zhunru_policy import Policy, load_pack
from zhunru_server.cli import main

# No test asserts a time, so no example has a deadline.
settings.register_profile("test", deadline=None)
settings.load_profile("test")


@pytest.fixture(scope="session")
def weilidai() -> Policy:
    return load_pack("weilidai")


class Ran(NamedTuple):
    """What a command line came to."""

    code: object
    out: str
    err: str


@pytest.fixture
def zhunru(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """The `zhunru` command, run in this process."""

    def run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as exited:
            main([str(argument) for argument in arguments])
        code = exited.value.code
        said = capsys.readouterr()
        return Ran(0 if code is None else code, said.out, said.err)

    return run
