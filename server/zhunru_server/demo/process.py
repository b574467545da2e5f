"""A server of the demo's own, in a process that never outlives it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STOP_SECONDS = 15


class ServerError(Exception):
    """The server did not start; the message is what it said."""


@contextmanager
def running_server(policy: str = "weilidai") -> Iterator[str]:
    """Starts `zhunru serve` on a free port of this machine and gives its address; stops it, however it ends."""
    # Ended by a signal, Python would skip the `finally` below and leave the server behind.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    command = [sys.executable, "-m", "zhunru_server.cli", "serve", "--listen", "127.0.0.1:0", "--policy", policy]
    try:
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
            try:
                yield _address(process)
            finally:
                _end(process)
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line)
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("event") == "serving":
            return entry["address"]
    raise ServerError("".join(said).strip() or "the server ended without a word")
