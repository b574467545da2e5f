"""A running service in this process, from listening to a clean end."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import grpc.aio
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from zhunru_policy import Policy

from ..limits import Limits
from ..services.handlers import SERVICE_NAME, add_policy_service
from ..services.policy import PolicyService
from .listening import bind

# A process blocks these before it starts any thread, and its main thread then waits for them.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# Calls that may take long are answered in threads, so that quick ones need not wait for them.
THREADS = 8
# For threads to end in, once their calls are cut off.
ENDING_SECONDS = 2.0
SETTLE_SECONDS = 0.1

Answered = TypeVar("Answered")

log = structlog.get_logger("zhunru")


def server_options(limits: Limits, *, shared_port: bool) -> tuple[tuple[str, int], ...]:
    return (
        ("grpc.max_receive_message_length", limits.message_bytes),
        ("grpc.max_send_message_length", limits.message_bytes),
        # By default, two services that know nothing of each other share a port.
        ("grpc.so_reuseport", int(shared_port)),
    )


class RunningService:
    """A gRPC server that answers for one policy. `address`: the bound one, also where any free port was asked for."""

    def __init__(self, policy: Policy, listen: str, limits: Limits | None = None, *, shared_port: bool = False) -> None:
        """Answers calls when it returns. `shared_port`: with other processes. Raises `ListenError`."""
        limits = limits or Limits()
        self._ending = threading.Event()
        self._calls = ThreadPoolExecutor(max_workers=THREADS)
        policy_service = PolicyService(policy, limits)
        policy_service.prepare()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="calls", daemon=True)
        self._thread.start()
        try:
            options = server_options(limits, shared_port=shared_port)
            self.address = self._do(self._start(policy_service, listen, options))
        except BaseException:
            self._end_loop()
            raise

    async def _start(self, service: PolicyService, listen: str, options: Sequence[tuple[str, int]]) -> str:
        """The address."""
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]
        self._server = grpc.aio.server(options=options)
        add_policy_service(self._server, service, self._ending, self._calls)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((SERVICE_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        address = bind(self._server, listen)
        await self._server.start()
        for name in ("", SERVICE_NAME):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        return address

    def _do(self, doing: Coroutine[Any, Any, Answered]) -> Answered:
        """On the loop, from outside of it."""
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def stop(self, grace_seconds: float, settle_seconds: float = SETTLE_SECONDS) -> bool:
        """Say NOT_SERVING, take no new calls, answer those in flight; after `grace_seconds` the rest is cut off.

        When gRPC stops, it drops calls that have arrived but that nobody has taken. So there is a moment in which
        those are still answered, then one in which new ones are told that the service is ending: each `settle_seconds`.

        Returns whether every call ended. A thread that still decides can't be stopped from here.
        """
        self._do(self._health.enter_graceful_shutdown())
        time.sleep(settle_seconds)
        self._ending.set()
        time.sleep(settle_seconds)
        self._do(self._server.stop(grace_seconds))
        ended = threading.Thread(target=self._calls.shutdown, daemon=True)
        ended.start()
        ended.join(ENDING_SECONDS)
        self._end_loop()
        return not ended.is_alive()


def run_until_signal(service: RunningService, grace_seconds: float) -> None:
    """Wait for SIGTERM or SIGINT, which must be blocked by now, and stop cleanly.

    Where a call is still at work long after it was cut off, the process ends here and now, with exit code 1: Python
    would wait for the call's thread, for ever if need be.
    """
    received = signal.sigwait(STOP_SIGNALS)
    log.info("stopping", signal=signal.Signals(received).name, grace_seconds=grace_seconds)
    if not service.stop(grace_seconds):
        log.error("calls that are still at work are abandoned")
        os._exit(1)
    log.info("stopped")
