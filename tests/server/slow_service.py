"""Serves like `zhunru serve`, but slowly: says `deciding` and then waits for a line, for subjects called `slow`.

Run by the tests of how a service ends: `python slow_service.py WORKERS`.
"""

from __future__ import annotations

import sys

from tests.server.stand_in import stand_in
from zhunru_policy import Decision
from zhunru_server.process import serve as serve_module


def decide(subject: str, facts: dict[str, object]) -> Decision:
    if subject == "slow":
        print("deciding", flush=True)  # noqa: T201
        sys.stdin.readline()
    return Decision("INVITED")


serve_module.load_pack = lambda name: stand_in(decide)
serve_module.activate = lambda policy, cache, **_: None
sys.exit(serve_module.serve("127.0.0.1:0", "any", grace_seconds=float(sys.argv[1])))
