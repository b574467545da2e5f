"""A policy whose answers a test chooses, and a service on a free port for any policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

from zhunru_policy import Decision, Policy
from zhunru_server.limits import Limits
from zhunru_server.process.running import RunningService
from zhunru_server.services.handlers import MOST_AT_ONCE_BYTES

GRACE_SECONDS = 5.0
#: Facts that make a request so large that it is answered in a thread.
LARGE: dict[str, Any] = {"padding": "x" * MOST_AT_ONCE_BYTES}


def stand_in(decide: Callable[[str, dict[str, Any]], Decision]) -> Policy:
    """A policy that answers `decide(subject, facts)`."""

    def answer(subject: str, facts: dict[str, Any], about: object = None, *, as_of: object) -> Decision:
        return decide(subject, facts)

    return cast(
        Policy,
        SimpleNamespace(
            name="stand-in",
            version="sha256:0",
            decide=answer,
            specialised=lambda period: None,
            falls={},
            vocabulary=SimpleNamespace(inputs={}),
        ),
    )


@contextmanager
def served(policy: Policy, limits: Limits | None = None) -> Iterator[str]:
    """The address of a service in this process."""
    service = RunningService(policy, "127.0.0.1:0", limits)
    try:
        yield service.address
    finally:
        service.stop(GRACE_SECONDS, settle_seconds=0)
