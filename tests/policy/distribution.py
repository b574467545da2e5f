"""How often each outcome, rule and price occurs among the seeded applicants.

`python -m tests.policy.distribution 3000` prints it for the first 3,000 seeds.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.policy.applicants import generate
from tests.policy.oracle import decide


def tags(decision: dict[str, Any]) -> Iterator[str]:
    """What one decision shows of the domain: outcome, ids, points, tier and price, next step …"""
    yield f"outcome {decision['outcome']}"
    for part in ("rules_fired", "unmet", "unknown", "missing"):
        yield from (f"{part} {id_}" for id_ in decision[part])
    yield from (f"points {id_} {points}" for id_, points in decision["scorecard"].items())
    yield f"invitation {decision['invitation_score']}"
    yield f"qualifies {decision['qualifies']}"
    yield f"next {decision['next_step']}"
    offer = decision["offer"]
    if offer:
        yield f"offer {offer['tier']} {'trial ' if offer['trial'] else ''}{offer['daily_rate_ppm']}"


def distribution(seeds: range) -> Counter[str]:
    """Count what the applicants of `seeds` show of the domain."""
    counts: Counter[str] = Counter()
    for seed in seeds:
        subject, facts, about, as_of = generate(seed)
        counts.update(tags(decide(subject, facts, about, as_of=as_of)))
    return counts


def main() -> None:
    """Print the distribution of the first COUNT seeds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    for tag, times in sorted(distribution(range(count)).items()):
        sys.stdout.write(f"{tag:45}{times:7}{100 * times / count:7.1f} %\n")


if __name__ == "__main__":
    main()
