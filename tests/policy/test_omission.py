"""Nothing is gained by leaving something out: each fact and each item of a list is taken away from seeded applicants.

Restrictions know no absence. Approvals, limits and rates know those that the domain declares, listed in `DECLARED`.
An absence that is declared too and yet never helps, that of `customer_days`, needs no exception and has none.
ZHUNRU_APPLICANTS says how many applicants for five of them (3,000), ZHUNRU_SEED the first (0).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from tests.policy.applicants import FRIEND_SCALARS, QUALIFIED, Applicant, generate
from tests.policy.oracle import STEPS
from tests.policy.test_oracle import NOVEMBER, counted, graph
from zhunru_policy import Decision, Policy

FIRST = int(os.environ.get("ZHUNRU_SEED", "0"))
SEEDS = range(FIRST, FIRST + max(1, int(os.environ.get("ZHUNRU_APPLICANTS", "3000")) // 5))
ITEMS_OF_A_LIST = 4
OTHERS = 6
APPROVED = ("INVITED", "ACTIVE")
PACKS = ("weilidai", "open_weilidai")

Facts = Mapping[str, Any]
About = Mapping[str, Facts]


class Removal(NamedTuple):
    """What was taken away, a whole fact or an item of a list, and what is left."""

    name: str
    item: bool
    facts: dict[str, Any]
    about: dict[str, Any]


class Absence(NamedTuple):
    """An absence that may help: what it may give, of whom it holds, and an applicant whom it does help."""

    gains: tuple[str, ...]
    holds: Callable[[Facts], bool]
    changes: dict[str, Any]
    about: About = MappingProxyType({})
    pack: str = "weilidai"


def without(facts: Facts, rng: Random) -> Iterator[tuple[str, bool, dict[str, Any]]]:
    """Each fact taken away by itself, then some items of each list, every repetition of an item with it."""
    for name, value in facts.items():
        yield name, False, {other: facts[other] for other in facts if other != name}
        if isinstance(value, list):
            items = sorted(set(value))
            for item in rng.sample(items, min(ITEMS_OF_A_LIST, len(items))):
                yield name, True, {**facts, name: [each for each in value if each != item]}


def removals(applicant: Applicant, rng: Random) -> Iterator[Removal]:
    """Everything that can be taken away: of the applicant's facts, and of those of other subjects."""
    _, facts, about, _ = applicant
    for name, item, left in without(facts, rng):
        yield Removal(name, item, left, about)
    for other in rng.sample(sorted(about), min(OTHERS, len(about))):
        for name, item, left in without(about[other], rng):
            yield Removal(name, item, facts, {**about, other: left})


def gains(before: Decision, after: Decision) -> Iterator[str]:
    """What a decision gives that the one before it did not; a line that counted as open is offered anew."""
    if after.outcome in APPROVED and after.outcome != before.outcome:
        yield "approval"
    if after.qualifies and not before.qualifies:
        yield "qualification"
    if before.offer and after.offer:
        if after.offer.limit_yuan > before.offer.limit_yuan:
            yield "limit"
        if after.offer.daily_rate_ppm < before.offer.daily_rate_ppm:
            yield "rate"


def always(_facts: Facts) -> bool:
    return True


def given(*names: str) -> Callable[[Facts], bool]:
    """Holds of applicants of whom all the names are given."""
    return lambda facts: all(name in facts for name in names)


ANY = ("approval", "qualification", "limit", "rate")
INVITED = {"whitelisted": [202611]}
FOUR = {"device_account": ["w1", "w2", "w3", "w4"]}
FRIENDS = {"friend": ["b0", "b1"]}
NO_NUMBERS = dict.fromkeys(FRIEND_SCALARS)

# By name, and whether an item of the list is taken away. None in `changes` takes a fact of `QUALIFIED` away.
DECLARED: dict[tuple[str, bool], Absence] = {
    # "no model_score": the scorecard stands in for it.
    ("model_score", False): Absence(("limit",), always, INVITED | {"model_score": 0}),
    # "no whitelisting": the trial's limit is the tier's highest.
    ("whitelisted", False): Absence(("limit",), given("high_net_worth"), INVITED | {"high_net_worth": 1}),
    ("whitelisted", True): Absence(("limit",), given("high_net_worth"), INVITED | {"high_net_worth": 1}),
    # "no completed step": it is the next one, and the line is not open yet.
    ("completed_step", False): Absence(("approval",), always, INVITED | {"completed_step": [*STEPS]}),
    ("completed_step", True): Absence(("approval",), always, INVITED | {"completed_step": [*STEPS]}),
    # "Graph forms: where any of the scalar names is given, the graph is not used": without it the graph counts.
    **{
        (name, False): Absence(
            ANY,
            given("friend"),
            INVITED | NO_NUMBERS | FRIENDS | {name: QUALIFIED[name]},
            graph([700, 700], [1, 1]),
        )
        for name in FRIEND_SCALARS
    },
    ("accounts_on_device", False): Absence(
        ANY, given("device"), INVITED | {"accounts_on_device": 4, "device": ["d1"]}, {"d1": {"device_account": ["w1"]}}
    ),
    # Where the number is given, devices are not required; what restricts is gone with the device that showed it.
    ("device", False): Absence(ANY, given("accounts_on_device"), INVITED | {"device": ["d1"]}, {"d1": FOUR}),
    ("device_account", False): Absence(ANY, given("accounts_on_device"), INVITED | {"device": ["d1"]}, {"d1": FOUR}),
    # A list says all there are: a month's payments not in it are 0, and friends, devices, accounts are those in it.
    ("payments", True): Absence(
        ANY,
        always,
        {"payments": counted(60, 30, 11), "abnormal_logins_90d": 1, "holds_insurance": 1},
    ),
    ("friend", True): Absence(ANY, always, INVITED | NO_NUMBERS | FRIENDS, graph([700, None], [1, 1])),
    ("device", True): Absence(ANY, always, INVITED | {"device": ["d1"]}, {"d1": FOUR}),
    ("device_account", True): Absence(ANY, always, INVITED | {"device": ["d1"]}, {"d1": FOUR}),
    # "Trial wins over tier": who is of high net worth and applies has the trial's terms, others those earned.
    ("high_net_worth", False): Absence(
        ("limit", "rate"),
        given("applied"),
        {"high_net_worth": 1, "applied": 1, "customer_days": 90, "model_score": 500},
        pack="open_weilidai",
    ),
}


def allowed(pack: str, removal: Removal, facts: Facts) -> tuple[str, ...]:
    """The gains that the domain allows where this is left out of these facts."""
    absence = DECLARED.get((removal.name, removal.item))
    return absence.gains if absence and absence.pack in ("weilidai", pack) and absence.holds(facts) else ()


@pytest.mark.parametrize("pack", PACKS)
def test_leaving_something_out_gains_nothing(pack: str, request: pytest.FixtureRequest) -> None:
    policy: Policy = request.getfixturevalue(pack)
    found: list[str] = []
    for seed in SEEDS:
        applicant = generate(seed)
        subject, _, _, as_of = applicant
        before = policy.decide(*applicant[:3], as_of=as_of)
        for removal in removals(applicant, Random(seed)):
            after = policy.decide(subject, removal.facts, removal.about, as_of=as_of)
            fine = allowed(pack, removal, applicant.facts)
            wrong = [gain for gain in gains(before, after) if gain not in fine]
            wrong += sorted(set(after.restrictions) - set(before.restrictions))
            found += [f"seed {seed}, without {removal.name}, item {removal.item}: {wrong}"] if wrong else []
    assert not found, found[:10]


def test_a_restriction_stands_whatever_else_is_said(weilidai: Policy) -> None:
    """Any part of the facts restricts no more than all of them."""
    for seed in SEEDS:
        rng = Random(seed)
        subject, facts, about, as_of = generate(seed)
        part = {name: value for name, value in facts.items() if rng.random() < 0.5}
        others = {other: each for other, each in about.items() if rng.random() < 0.5}
        fired = weilidai.decide(subject, part, others, as_of=as_of).restrictions
        assert set(fired) <= set(weilidai.decide(subject, facts, about, as_of=as_of).restrictions), seed


@pytest.mark.parametrize(("key", "absence"), DECLARED.items(), ids=[f"{n} {i}" for n, i in DECLARED])
def test_every_exception_is_needed(key: tuple[str, bool], absence: Absence, request: pytest.FixtureRequest) -> None:
    policy: Policy = request.getfixturevalue(absence.pack)
    facts = {name: value for name, value in (QUALIFIED | absence.changes).items() if value is not None}
    applicant = Applicant("a1", facts, {other: dict(each) for other, each in absence.about.items()}, NOVEMBER)
    before = policy.decide(*applicant[:3], as_of=NOVEMBER)
    gained = {
        gain
        for removal in removals(applicant, Random(0))
        if (removal.name, removal.item) == key
        for gain in gains(before, policy.decide("a1", removal.facts, removal.about, as_of=NOVEMBER))
    }
    assert absence.holds(facts)
    assert gained & set(absence.gains)
