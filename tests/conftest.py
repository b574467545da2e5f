"""What all rooms' tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

from zhunru_policy import Policy, load_pack

# No test asserts a time, so no example has a deadline; `make fuzz` looks for an hour's worth of new ones.
settings.register_profile("test", deadline=None)
settings.register_profile("fuzz", deadline=None, max_examples=1_000_000)
settings.load_profile("test")


@pytest.fixture(scope="session")
def weilidai() -> Policy:
    return load_pack("weilidai")
