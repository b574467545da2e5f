"""Looks for programs and packs on which the engines differ, for as long as it is told.

`python -m tests.policy.engines.fuzz`: some programs and some packs in turn.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.policy.random_packs.test_packs_agree import check

from .agreement import Coverage, compare
from .random_programs import Case, cases

PROGRAMS_A_SEED = 500
PACKS_A_SEED = 400


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, help="one seed, as a run printed it")
    asked = parser.parse_args()
    end = time.monotonic() + asked.minutes * 60
    total = Coverage()
    packs: Counter[str] = Counter()
    while asked.seed is not None or time.monotonic() < end:
        number = secrets.randbelow(10**9) if asked.seed is None else asked.seed
        print(f"seed {number}: {total.programs} programs, {packs['packs']} packs agreed so far", flush=True)  # noqa: T201
        run(number, total)
        for pack in range(number, number + PACKS_A_SEED):
            check(pack, packs)
        if asked.seed is not None:
            break
    print(total.report())  # noqa: T201
    print(packs.most_common())  # noqa: T201
    return 0


def run(number: int, coverage: Coverage) -> None:
    """`PROGRAMS_A_SEED` programs; raises AssertionError with the smallest one on which the engines differ."""

    @seed(number)
    @settings(
        max_examples=PROGRAMS_A_SEED,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(cases())
    def engines_agree(case: Case) -> None:
        compare(case, coverage)

    engines_agree()


if __name__ == "__main__":
    sys.exit(main())
