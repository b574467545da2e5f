"""The `zhunru` command, run in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from zhunru_server.cli import main


class Ran(NamedTuple):
    """What a command line came to."""

    code: object
    out: str
    err: str


@pytest.fixture
def zhunru(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as exited:
            main([str(argument) for argument in arguments])
        code = exited.value.code
        return Ran(0 if code is None else code, *capsys.readouterr())

    return run
