"""The rules against the oracle, attribute by attribute, on seeded applicants; a difference names the seed.

ZHUNRU_APPLICANTS says how many (3,000), ZHUNRU_SEED the first (0), ZHUNRU_SECOND_OPINIONS how many of them
the other engines decide too (60).
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import fields
from datetime import date
from itertools import product
from random import Random
from typing import Any

import pytest

from tests.policy.applicants import EDGES, Applicant, generate, in_other_forms, shuffled
from tests.policy.conftest import OPEN_FROM
from tests.policy.distribution import distribution
from tests.policy.oracle import NEEDS, PRODUCTS, REQUIRED, STEPS, compare_products, decide
from zhunru_policy import Decision, Offer, Policy

FIRST = int(os.environ.get("ZHUNRU_SEED", "0"))
COUNT = int(os.environ.get("ZHUNRU_APPLICANTS", "3000"))
SECOND_OPINIONS = int(os.environ.get("ZHUNRU_SECOND_OPINIONS", "60"))
AT_ONCE = 500
NEVER = 999913
SOME_DAY = date(2026, 11, 24)


def parts(decision: Decision) -> dict[str, Any]:
    """A decision in the oracle's form, without the version."""
    told = {field.name: getattr(decision, field.name) for field in fields(decision) if field.name != "policy_version"}
    told["scorecard"] = dict(decision.scorecard)
    offer = decision.offer
    told["offer"] = offer and {field.name: getattr(offer, field.name) for field in fields(Offer)}
    return told


def differences(
    policy: Policy, seed: int, applicant: Applicant, engine: str | None = None, *, open_from: int = NEVER
) -> list[str]:
    """What the policy says otherwise than the oracle, also in type: a 1 for a True is a difference."""
    subject, facts, about, as_of = applicant
    is_open = int(as_of.year * 100 + as_of.month >= open_from)
    expected = decide(subject, facts, about, as_of=as_of, open_application=is_open)
    actual = parts(policy.decide(subject, facts, about, as_of=as_of, engine=engine))
    wrong = [
        f"  {part}: policy {actual.get(part)!r}, oracle {expected.get(part)!r}"
        for part in sorted(expected.keys() | actual.keys())
        if repr(in_order(actual.get(part))) != repr(in_order(expected.get(part)))
    ]
    return [f"seed {seed}, {as_of}:", *wrong, f"  facts {facts!r}", f"  about {about!r}"] if wrong else []


def in_order(value: Any) -> Any:
    """A mapping as its sorted items, since the order of a mapping says nothing; anything else as it is."""
    return sorted(value.items()) if isinstance(value, dict) else value


def report(found: list[list[str]]) -> None:
    """Fail with the first five applicants that differ."""
    if found:
        shown = "\n".join("\n".join(lines) for lines in found[:5])
        pytest.fail(f"{len(found)} applicants differ, the first of them:\n{shown}", pytrace=False)


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, AT_ONCE))
def test_the_rules_decide_like_the_oracle(weilidai: Policy, first: int) -> None:
    seeds = range(first, min(first + AT_ONCE, FIRST + COUNT))
    report([found for seed in seeds if (found := differences(weilidai, seed, generate(seed)))])


@pytest.mark.parametrize("engine", [None, "general", "reference", "pydatalog"])
def test_they_agree_where_self_application_is_open(open_weilidai: Policy, engine: str | None) -> None:
    seeds = range(FIRST, FIRST + (SECOND_OPINIONS if engine else max(1, COUNT // 3)))
    report(
        [
            found
            for seed in seeds
            if (found := differences(open_weilidai, seed, generate(seed), engine, open_from=OPEN_FROM))
        ]
    )


@pytest.mark.parametrize("engine", ["general", "reference", "pydatalog"])
def test_the_other_engines_decide_like_the_oracle(weilidai: Policy, engine: str) -> None:
    seeds = range(FIRST, FIRST + SECOND_OPINIONS)
    report([found for seed in seeds if (found := differences(weilidai, seed, generate(seed), engine))])


def test_order_repetition_and_form_mean_nothing(weilidai: Policy) -> None:
    found: list[list[str]] = []
    for seed in range(FIRST, FIRST + min(COUNT, 400)):
        rng = Random(seed)
        applicant = generate(seed)
        expected = weilidai.decide(*applicant[:3], as_of=applicant.as_of)
        others = (shuffled(applicant, rng, repeat=True), in_other_forms(shuffled(applicant, rng), rng))
        found += [
            [f"seed {seed} repeated, in another order or form: {other}"]
            for other in others
            if weilidai.decide(*other[:3], as_of=other.as_of) != expected
        ]
    report(found)


# Amounts on and around the highest limits and the ends of the range; days around those where half a fen is rounded.
AMOUNTS = sorted(
    {1, 2, 3, 7, 333, 9_999_999, 10_000_000} | {most + off for most, _, _ in PRODUCTS.values() for off in (-1, 0, 1)}
)
DAYS = (1, 2, 3, 5, 10, 20, 25, 30, 33, 50, 99, 100, 250, 365, 3649, 3650)


def test_products_compare_like_the_oracle(weilidai: Policy) -> None:
    pairs = list(product(AMOUNTS, DAYS))
    pairs += [(amount, days) for amount in range(1, 60) for days in (1, 5, 17)]
    rows = weilidai.query({"comparison": pairs}, as_of=SOME_DAY)["product_comparison"]
    compared: dict[tuple[Any, Any], list[tuple[Any, ...]]] = {pair: [] for pair in pairs}
    for amount, days, rank, id_, _zh, _en, least, most, *_strength in rows:
        compared[amount, days].append((rank, id_, least, most))
    for (amount, days), ranked in compared.items():
        expected = [(rank, *row) for rank, row in enumerate(compare_products(amount, days), 1)]
        assert sorted(ranked) == expected, (amount, days)


SCORED = {"SC-ASSETS": (0, 10, 15, 20, 25), "SC-ENGAGEMENT": (0, 5, 10, 15, 20), "SC-SOCIAL": (0, 12, 20, 25),
          "SC-STABILITY": (0, 8, 15, 22, 30)}  # fmt: skip
OFFERS = ("ACTIVE 270", "ACTIVE 300", "NEW 450", "NEW 500", "NEW trial 450", "NEW trial 500", "VIP 200")
FIRED = (
    "ADV-CHANNEL ADV-DEBT ADV-PASSWORD ADV-PROFILE ADV-SECURITY-CHECK ELG-ACTIVITY ELG-IDENTITY ELG-REPAYMENT ELG-SCORE"
    " ELG-STATUS ELG-TENURE INV-SCENE INV-SOCIAL INV-STABLE INV-WEALTH OPN-SEQUENCE RES-AGE RES-BLACKLIST RES-CHANNEL"
    " RES-CHEAT-TOOL RES-DEVICE RES-PHONE-CHANGES RES-REGION RES-REMOTE-LOGIN RES-STUDENT RES-VIOLATION SC-ASSETS"
    " SC-ENGAGEMENT SC-SOCIAL SC-STABILITY"
)
OUTCOMES = "ACTIVE DEFERRED FROZEN INDETERMINATE INELIGIBLE INVITED NOT_INVITED RESTRICTED"


def test_the_applicants_reach_every_branch() -> None:
    counts: Counter[str] = distribution(range(3000))
    rare: set[str] = set()
    for least, tags in (
        (90, [f"outcome {outcome}" for outcome in OUTCOMES.split()]),
        (60, [f"rules_fired {id_}" for id_ in FIRED.split()]),
        (60, [f"unmet {id_}" for id_ in NEEDS if id_.startswith("ELG")]),
        (40, [f"unknown {id_}" for id_ in NEEDS]),
        (30, [f"missing {name}" for name in REQUIRED | EDGES.keys()]),
        (10, [f"next {step}" for step in STEPS]),
        (20, [f"points {id_} {points}" for id_, choices in SCORED.items() for points in choices]),
        (5, [f"offer {offer}" for offer in OFFERS]),
    ):
        rare |= {f"{tag}: {counts[tag]} of {least}" for tag in tags if counts[tag] < least}
        # Silent as well as firing: nothing is true of everybody.
        rare |= {f"{tag}: always" for tag in tags if counts[tag] > 2900}
    assert not rare
