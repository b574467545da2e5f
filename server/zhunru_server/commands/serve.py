"""`zhunru serve`: the gRPC service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .screen import complain


def serve(
    listen: Annotated[str, typer.Option(help="host:port (port 0: any free one), or unix:/path.")] = "127.0.0.1:50051",
    policy: Annotated[str, typer.Option(help="The pack to serve: a name, or a folder of rules.")] = "weilidai",
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the port; one a core.")] = 1,
    cache: Annotated[
        Path | None, typer.Option(help="Where it is kept that a policy passed its cases; ~/.cache/zhunru without it.")
    ] = None,
    without_cases: Annotated[
        bool, typer.Option("--without-cases", help="Serve a policy although it has no cases to judge it by.")
    ] = False,
) -> None:
    """Serves a policy over gRPC until SIGTERM or Ctrl-C; calls in flight are answered first.

    A policy serves only if both engines decide all of its cases as they say. That is tried once, at the first start.
    """
    try:
        from ..process.serve import serve as run
    except ModuleNotFoundError as error:
        complain(f"`{error.name}` is not installed; serving needs `pip install 'zhunru-service[server]'`")
        raise typer.Exit(1) from None
    raise typer.Exit(run(listen, policy, workers, cache=cache, without_cases=without_cases))
