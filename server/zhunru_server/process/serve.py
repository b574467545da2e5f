"""`serve`: from the name of a pack to a running service, and to its end."""

from __future__ import annotations

import signal
from pathlib import Path

import structlog

from zhunru_policy import load_pack

from ..activation.gate import activate
from ..limits import Limits
from ..telemetry import log as logs
from .running import STOP_SIGNALS, RunningService, run_until_signal
from .workers import supervise

log = structlog.get_logger("zhunru")


def serve(
    listen: str,
    policy: str,
    workers: int = 1,
    *,
    limits: Limits | None = None,
    grace_seconds: float = 10.0,
    cache: Path | None = None,
    without_cases: bool = False,
) -> int:
    """Serve the pack `policy` (a name, or a folder) on `listen` until SIGTERM or SIGINT; returns the exit code.

    `listen`: `host:port`, port 0 for any free one; with one worker also `unix:/path`. `workers`: processes, at least 1,
    best one a core. Once calls are answered, the log on stderr has an event `serving` with the address. At the end,
    health says NOT_SERVING, no new calls are taken, and those in flight are answered, for `grace_seconds` at most.

    A pack is judged by its cases before it serves, once; `cache` is where `activation` writes down that it passed.
    `without_cases`: a pack that has none may serve.

    Call it from the main thread. Raises `PolicyError`, `ActivationError` and `UnjudgedError` for a pack that
    must not serve, `ListenError` for the address.
    """
    logs.configure()
    limits = limits or Limits()
    loaded = load_pack(policy)
    activate(loaded, cache, without_cases=without_cases)
    if workers > 1:
        return supervise(loaded, listen, workers, limits, grace_seconds)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    service = RunningService(loaded, listen, limits)
    log.info("serving", address=service.address, workers=1, policy=loaded.name, policy_version=loaded.version)
    run_until_signal(service, grace_seconds)
    return 0
