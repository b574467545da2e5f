"""A running service in this process, from listening to a clean end."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor

import grpc
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


class RunningService:
    """A gRPC server that answers for one policy. `address`: the bound one, also where any free port was asked for."""

    def __init__(self, policy: Policy, listen: str, limits: Limits | None = None, *, shared_port: bool = False) -> None:
        """Answers calls when it returns. `shared_port`: with other processes. Raises `ListenError`."""
        limits = limits or Limits()
        self._health = health.HealthServicer(
            experimental_non_blocking=True, experimental_thread_pool=ThreadPoolExecutor(max_workers=1)
        )
        self._server = grpc.server(
            ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="call"),
            options=(
                ("grpc.max_receive_message_length", limits.message_bytes),
                ("grpc.max_send_message_length", limits.message_bytes),
                # By default, two services that know nothing of each other share a port.
                ("grpc.so_reuseport", int(shared_port)),
            ),
        )
        add_policy_service(self._server, PolicyService(policy, limits))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((SERVICE_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        self.address = bind(self._server, listen)
        self._server.start()
        for name in ("", SERVICE_NAME):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    def stop(self, grace_seconds: float) -> None:
        """Say NOT_SERVING, take no new calls, answer those in flight; after `grace_seconds` the rest is cut off."""
        self._health.enter_graceful_shutdown()
        self._server.stop(grace_seconds).wait()
