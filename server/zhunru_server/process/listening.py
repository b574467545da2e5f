"""Addresses to listen on: `host:port` (port 0: any free one; IPv6 as `[::1]:port`), or `unix:/path`."""

from __future__ import annotations

import socket

import grpc.aio


class ListenError(OSError):
    """An address can't be listened on; the message is for people."""

    def __init__(self, listen: str, reason: str) -> None:
        super().__init__(f"can't listen on `{listen}`: {reason}")


def bind(server: grpc.aio.Server, listen: str) -> str:
    """Have `server` listen, and say on which address. Raises `ListenError`."""
    try:
        port = server.add_insecure_port(listen)
    except RuntimeError:
        raise ListenError(listen, "it is taken, or no address of this machine; name another") from None
    return listen if listen.startswith("unix:") else f"{listen.rpartition(':')[0]}:{port}"


def hold_port(listen: str) -> tuple[socket.socket, str]:
    """Bind `host:port` for several processes to share, and say the address. Raises `ListenError`.

    The socket never listens, so it gets no connections; it keeps the port ours while processes come and go.
    """
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise ListenError(listen, "several workers share a port; name `host:port`")
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        _check_free(socket.socket(family, kind, protocol), target)
        held = socket.socket(family, kind, protocol)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(target)
    except OSError as error:
        raise ListenError(listen, f"{(error.strerror or str(error)).lower()}; name another") from None
    return held, f"{host}:{held.getsockname()[1]}"


def _check_free(probe: socket.socket, target: tuple[object, ...]) -> None:
    """A socket that shares its port binds beside another service of ours, and neither would know. This one doesn't."""
    with probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(target)
