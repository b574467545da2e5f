"""One of several worker processes; `workers` starts it and says what passes between the two."""

from __future__ import annotations

import os
import signal
import sys
import threading

import structlog

from zhunru_policy import load_pack

from ..telemetry import log as logs
from .running import STOP_SIGNALS, RunningService, run_until_signal
from .workers import Setting

log = structlog.get_logger("zhunru")


def main() -> int:
    logs.configure()
    setting = Setting.from_json(sys.stdin.readline())
    policy = load_pack(setting.pack)
    if policy.version != setting.version:
        log.error("the pack's text changed while the service started", policy=policy.name, version=policy.version)
        return 1
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    service = RunningService(policy, setting.listen, setting.limits, shared_port=True)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    print("ready", flush=True)  # noqa: T201 — the parent reads it
    run_until_signal(service, setting.grace_seconds)
    return 0


def _end_with_parent() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
