"""Several processes on one port: the parent holds the port, starts the workers, forwards the end, replaces the dead.

The parent answers no calls and has no gRPC running, whose threads do not survive a fork; each worker is a new process
(`python -m zhunru_server.process.worker`) that shares the port by SO_REUSEPORT, so the kernel spreads connections.

    parent ── stdin: the setting as a line of JSON; its end tells that the parent is gone ──► worker
    parent ◄─ stdout: one line once calls are answered ──────────────────────────────────── worker
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

import structlog

from zhunru_policy import Policy

from ..limits import Limits
from .listening import hold_port
from .running import STOP_SIGNALS

WORKER = (sys.executable, "-m", "zhunru_server.process.worker")
# Where workers die faster than this, something is wrong that another start won't mend.
MOST_DEATHS = 5
DEATHS_WITHIN_SECONDS = 60.0
# Beyond the grace for calls: the time a worker has to end by itself.
ENDING_SECONDS = 5.0

log = structlog.get_logger("zhunru")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a worker needs to know. `pack`: the folder to load. `version`: what it must be, or nobody decides."""

    listen: str
    pack: str
    version: str
    limits: Limits
    grace_seconds: float

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Setting:
        fields = json.loads(text)
        return cls(**{**fields, "limits": Limits(**fields["limits"])})


@dataclass(frozen=True, slots=True)
class Ready:
    worker: subprocess.Popen[str]


@dataclass(frozen=True, slots=True)
class Ended:
    worker: subprocess.Popen[str]
    code: int


@dataclass(frozen=True, slots=True)
class Stop:
    signal: signal.Signals


class Supervisor:
    """Keeps `count` workers running until a stop signal."""

    def __init__(self, setting: Setting, count: int, policy_name: str, command: Sequence[str] = WORKER) -> None:
        """`command` starts a worker, which says and takes what the module's picture shows."""
        self._command = command
        self._setting = setting
        self._count = count
        self._policy_name = policy_name
        self._events: SimpleQueue[Ready | Ended | Stop] = SimpleQueue()
        self._workers: set[subprocess.Popen[str]] = set()
        self._ready: set[subprocess.Popen[str]] = set()
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)

    def run(self) -> int:
        """Returns the exit code: 0 after a stop signal, 1 where workers can't be kept running."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        threading.Thread(target=self._await_signal, daemon=True).start()
        for _ in range(self._count):
            self._start()
        announced = False
        while True:
            match self._events.get():
                case Ready(worker):
                    self._ready.add(worker)
                    log.info("a worker is ready", worker=worker.pid)
                    if not announced and len(self._ready) == self._count:
                        announced = True
                        self._announce()
                case Ended(worker, code):
                    if not self._replace(worker, code):
                        self._end_all()
                        return 1
                case Stop(received):
                    log.info("stopping", signal=received.name, grace_seconds=self._setting.grace_seconds)
                    self._end_all()
                    log.info("stopped")
                    return 0

    def _announce(self) -> None:
        setting = self._setting
        log.info(
            "serving",
            address=setting.listen,
            workers=self._count,
            policy=self._policy_name,
            policy_version=setting.version,
        )

    def _await_signal(self) -> None:
        self._events.put(Stop(signal.Signals(signal.sigwait(STOP_SIGNALS))))

    def _start(self) -> None:
        worker = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._workers.add(worker)
        threading.Thread(target=self._watch, args=(worker,), daemon=True).start()

    def _watch(self, worker: subprocess.Popen[str]) -> None:
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            worker.stdin.write(self._setting.to_json() + "\n")
            worker.stdin.flush()
            if worker.stdout.readline():
                self._events.put(Ready(worker))
        except BrokenPipeError:
            pass
        self._events.put(Ended(worker, worker.wait()))

    def _replace(self, worker: subprocess.Popen[str], code: int) -> bool:
        """Start another worker for a dead one, unless that is hopeless."""
        self._workers.discard(worker)
        if worker not in self._ready:
            log.error("a worker did not start; its own message stands above", exit_code=code)
            return False
        self._ready.discard(worker)
        now = time.monotonic()
        self._deaths.append(now)
        if len(self._deaths) == MOST_DEATHS and now - self._deaths[0] < DEATHS_WITHIN_SECONDS:
            log.error("workers keep dying; ending the service", exit_code=code, deaths=MOST_DEATHS)
            return False
        log.error("a worker died; starting another", worker=worker.pid, exit_code=code)
        self._start()
        return True

    def _end_all(self) -> None:
        for worker in self._workers:
            worker.terminate()
        ends = time.monotonic() + self._setting.grace_seconds + ENDING_SECONDS
        for worker in self._workers:
            try:
                worker.wait(max(0.0, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.error("a worker did not end in time; killing it", worker=worker.pid)
                worker.kill()
                worker.wait()


def supervise(policy: Policy, listen: str, count: int, limits: Limits, grace_seconds: float) -> int:
    """Serve with `count` workers until SIGTERM or SIGINT; returns the exit code. Raises `ListenError`.

    Workers load a copy of the pack's folder, so that a worker started later decides by the same text as the first.
    """
    assert policy.folder is not None, "`load_pack` gave it"
    held, address = hold_port(listen)
    with held, TemporaryDirectory(prefix="zhunru-") as kept:
        folder = shutil.copytree(policy.folder, Path(kept) / policy.name)
        setting = Setting(address, str(folder), policy.version, limits, grace_seconds)
        return Supervisor(setting, count, policy.name).run()
