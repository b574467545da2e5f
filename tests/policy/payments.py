"""Seeded payments of six months, tuned to lie on the bounds: counts, shares, monthly averages, volatility."""

from __future__ import annotations

from random import Random
from typing import TypeVar

from tests.policy.oracle import Payment

T = TypeVar("T")

CHANNELS = ("online", "offline_scan", "offline_other")
MOST_TIMES = 1_000_000_000
MOST_FEN = 1_000_000_000_000
AVERAGES = (100_000, 300_000, 800_000)


def payments(rng: Random, *, good: bool = False, average: int | None = None) -> list[Payment]:
    """Payments in any order; `good` ones are many, over all channels, and steady more often than not.

    With an `average` of fen a month every month has just that.
    """
    if not good and rng.random() < 0.15:
        return extreme(rng)
    times = split_counts(rng, channel_counts(rng, good=good))
    fen = split_fen(rng, monthly_fen(rng, good=good) if average is None else [average] * 6)
    tuples = [
        (month, channel, times[month, channel], fen[month, channel]) for month in range(1, 7) for channel in CHANNELS
    ]
    # A missing tuple is 0, so a tuple of zeros may be given or not.
    kept = [entry for entry in tuples if entry[2] or entry[3] or rng.random() < 0.3]
    return repeated(rng, kept) if rng.random() < 0.2 else rng.sample(kept, len(kept))


def extreme(rng: Random) -> list[Payment]:
    """Nothing at all, one month only, a single fen, or the most of everything."""
    month = rng.randint(1, 6)
    everything = [(m, channel, MOST_TIMES, MOST_FEN) for m in range(1, 7) for channel in CHANNELS]
    steady_fen = [(m, "online", 20, 1) for m in range(1, 7)]
    return rng.choice(
        (
            [],
            [(month, rng.choice(CHANNELS), 0, 0)],
            [(month, rng.choice(CHANNELS), 80, 5_000_000)],
            everything,
            everything[:-1],
            steady_fen,
            [*steady_fen, (month, "offline_scan", 60, 1)],
        )
    )


def channel_counts(rng: Random, *, good: bool) -> dict[str, int]:
    """Counts by channel: a total on or around 60, scans on or around 30 % of it, or a channel left out."""
    total = rng.choice((60, 61, 70, 100, 333, 1000) if good else (0, 1, 59, 60, 61, 90, 500))
    scanned = min(total, max(0, 30 * total // 100 + rng.choice((-1, 0, 0, 1, 20))))
    if rng.random() < 0.1:
        # A single payment offline.
        scanned = min(total, rng.randint(0, 1))
        online = total - 1
    else:
        online = rng.choice((1, total - scanned - 1, total - scanned, rng.randint(0, total)))
    online = min(max(0, online), total - scanned)
    if rng.random() < (0.05 if good else 0.3):
        online = 0
    if rng.random() < (0.05 if good else 0.2):
        online, scanned = total, 0
    return {"online": online, "offline_scan": scanned, "offline_other": total - online - scanned}


def monthly_fen(rng: Random, *, good: bool) -> list[int]:
    """Six monthly totals: steady at a bound, or 20 % off it in one or two months, to the fen."""
    average = rng.choice((*AVERAGES, 50_000, 2_000_000, 5 * rng.randint(1, 300_000)))
    months = [average] * 6
    high, low = rng.sample(range(6), 2)
    if rng.random() < (0.5 if good else 0.8):
        fifth = average // 5
        months[high] += fifth
        months[low] -= fifth
        if rng.random() < 0.3:
            # Only one month stands out: 120 % or 80 % of the average, the five others share the rest.
            months = [average] * 6
            sign = rng.choice((-1, 1))
            months = [month - sign * average // 25 for month in months]
            months[high] = average + sign * fifth
    if rng.random() < 0.6:
        months[rng.choice((high, low, rng.randrange(6)))] += rng.choice((-1, 1))
    if rng.random() < (0.02 if good else 0.15):
        months[high] = 0
    return months


def split_counts(rng: Random, counts: dict[str, int]) -> dict[tuple[int, str], int]:
    """Spread each channel's count over the six months."""
    times = {(month, channel): 0 for month in range(1, 7) for channel in CHANNELS}
    for channel, count in counts.items():
        rest = count
        for month in rng.sample(range(1, 7), 5):
            part = rng.randint(0, rest)
            times[month, channel] = part
            rest -= part
        times[rng.randint(1, 6), channel] += rest
    return times


def split_fen(rng: Random, months: list[int]) -> dict[tuple[int, str], int]:
    """Spread each month's fen over the three channels."""
    fen: dict[tuple[int, str], int] = {}
    for month, total in enumerate(months, start=1):
        first, second, third = rng.sample(CHANNELS, 3)
        fen[month, first] = rng.choice((0, total, rng.randint(0, total)))
        fen[month, second] = rng.randint(0, total - fen[month, first])
        fen[month, third] = total - fen[month, first] - fen[month, second]
    return fen


def repeated(rng: Random, items: list[T]) -> list[T]:
    """The same items in any order, some of them more than once."""
    again = rng.choices(items, k=rng.randint(0, 3)) if items else []
    return rng.sample([*items, *again], len(items) + len(again))
