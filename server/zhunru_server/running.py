"""A running service in this process, from listening to a clean end."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from zhunru_policy import Policy

from .handlers import SERVICE_NAME, add_policy_service
from .limits import Limits
from .listening import bind
from .service import PolicyService

# A process blocks these before it starts any thread, and its main thread then waits for them.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# Deciding holds Python's one lock, so threads bring no speed; they keep quick calls from waiting for slow ones.
THREADS = 8
# For threads to end in, once their calls are cut off.
ENDING_SECONDS = 2.0
SETTLE_SECONDS = 0.1

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
        self._health = health.HealthServicer(
            experimental_non_blocking=True, experimental_thread_pool=ThreadPoolExecutor(max_workers=1)
        )
        self._ending = threading.Event()
        self._calls = ThreadPoolExecutor(max_workers=THREADS)
        self._server = grpc.server(
            self._calls,
            options=server_options(limits, shared_port=shared_port),
        )
        policy_service = PolicyService(policy, limits)
        policy_service.prepare()
        add_policy_service(self._server, policy_service, self._ending)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((SERVICE_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        self.address = bind(self._server, listen)
        self._server.start()
        for name in ("", SERVICE_NAME):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    def stop(self, grace_seconds: float, settle_seconds: float = SETTLE_SECONDS) -> bool:
        """Say NOT_SERVING, take no new calls, answer those in flight; after `grace_seconds` the rest is cut off.

        When gRPC stops, it drops calls that have arrived but that no thread has taken. So there is a moment in which
        those are still answered, then one in which new ones are told that the service is ending: each `settle_seconds`.

        Returns whether every call ended. A thread that still decides can't be stopped from here.
        """
        self._health.enter_graceful_shutdown()
        time.sleep(settle_seconds)
        self._ending.set()
        time.sleep(settle_seconds)
        self._server.stop(grace_seconds).wait()
        ended = threading.Thread(target=self._calls.shutdown, daemon=True)
        ended.start()
        ended.join(ENDING_SECONDS)
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
