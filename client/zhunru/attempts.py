"""How long one logical call may take, and when it is tried again: the same for both clients."""

from __future__ import annotations

import math
import random
import time

from .errors import Unavailable, ZhunruError

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0


class Attempts:
    """One call's tries. All of them together end within `timeout` seconds; at most `retries` follow the first."""

    def __init__(self, timeout: float, retries: int) -> None:
        self._ends = time.monotonic() + checked_timeout(timeout)
        self._left = retries
        self._pause = FIRST_PAUSE_SECONDS

    def remaining(self) -> float:
        """Seconds until the call must have ended."""
        return max(0.0, self._ends - time.monotonic())

    def pause_after(self, failure: ZhunruError) -> float:
        """Seconds to wait before the next try; raises `failure` where there is to be none.

        Only `Unavailable` is tried again: all else was answered, or may still be at work. Waits are random, up to a
        bound that doubles, so that many callers don't come back at once.
        """
        if not isinstance(failure, Unavailable) or self._left <= 0:
            raise failure from None
        pause = random.uniform(0, self._pause)
        if pause >= self.remaining():
            raise failure from None
        self._left -= 1
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        return pause


def checked_timeout(timeout: float) -> float:
    """Raises `ValueError` for what is no finite time."""
    if not (math.isfinite(timeout) and timeout > 0):
        raise ValueError(f"`timeout` is a finite number of seconds above 0, not {timeout!r}")
    return timeout


def checked_retries(retries: int) -> int:
    """Raises `ValueError` for less than none."""
    if retries < 0:
        raise ValueError(f"`retries` is 0 or more, not {retries!r}")
    return retries
