"""What both clients tell gRPC of their channel."""

from __future__ import annotations

OPTIONS: tuple[tuple[str, int], ...] = (
    # The SDK retries by itself, with its own deadline; a service config from DNS could set others.
    ("grpc.enable_retries", 0),
    ("grpc.service_config_disable_resolution", 1),
    # A service that restarts is found again within the deadline of a call.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.max_receive_message_length", 64 * 2**20),
)
CLOSED = "the client is closed; make another one, or keep the calls within its `with`"
