"""The pack as tests of its rules need it: also with self-application open, which it is in no month yet."""

from __future__ import annotations

import pytest

from zhunru_policy import Policy
from zhunru_policy.loader import ADDED_FILE, build_policy

#: From this month on, so that seeded applicants are decided before and after.
OPEN_FROM = 202611


@pytest.fixture(scope="session")
def open_weilidai(weilidai: Policy) -> Policy:
    """The pack with one more fact: 自主申请 is open from `OPEN_FROM` on."""
    own = {file: text for file, text in weilidai.sources.items() if file != ADDED_FILE}
    return build_policy("open", {**own, "open.dl": f'parameter("open_application", {OPEN_FROM}, 1).\n'})
