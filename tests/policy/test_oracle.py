"""The oracle against examples worked out by hand from the domain's description: who judges the judge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED, generate
from tests.policy.oracle import STEPS, compare_products, decide

NOVEMBER = date(2026, 11, 24)
ALL_ELG = ("ELG-ACTIVITY", "ELG-IDENTITY", "ELG-REPAYMENT", "ELG-SCORE", "ELG-STATUS", "ELG-TENURE")
INVITED = {"whitelisted": [202611]}
GONE = object()


def monthly(*fen: int) -> list[tuple[int, str, int, int]]:
    """Twenty payments online and ten by scan each month, of the fen given for months 1 to 6."""
    return [entry for month, amount in enumerate(fen, 1) for entry in
            ((month, "online", 20, amount), (month, "offline_scan", 10, 0))]  # fmt: skip


def counted(online: int, scanned: int, other: int) -> list[tuple[int, str, int, int]]:
    """Counts in one month, no money."""
    return [(1, "online", online, 0), (1, "offline_scan", scanned, 0), (1, "offline_other", other, 0)]


def graph(scores: Sequence[int | None], users: Sequence[int | None]) -> dict[str, dict[str, Any]]:
    """Friends b0, b1, … with a score and a flag each, where they are known."""
    about: dict[str, dict[str, Any]] = {}
    for place, (score, user) in enumerate(zip(scores, users, strict=True)):
        about[f"b{place}"] = {
            name: value for name, value in (("payment_score", score), ("weilidai_user", user)) if value is not None
        }
    return about


NO_FRIEND_SCALARS = {"friend_count": GONE, "friend_average_score": GONE, "friend_weilidai_share": GONE}

# Title, what differs from QUALIFIED, what the answer must hold.
EXAMPLES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "a qualified applicant who was not selected can't apply",
        {},
        {
            "outcome": "NOT_INVITED",
            "met": ALL_ELG,
            "unmet": (),
            "unknown": (),
            "missing": (),
            "restrictions": (),
            "triggers": ("INV-SCENE", "INV-SOCIAL", "INV-STABLE"),
            "invitation_score": 100,
            "score": 67,
            "scorecard": {"SC-ASSETS": 20, "SC-ENGAGEMENT": 0, "SC-SOCIAL": 25, "SC-STABILITY": 22},
            "qualifies": True,
            "offer": None,
            "next_step": None,
            "sequence_broken": False,
            "advice": ("ADV-PROFILE",),
            "rules_fired": (
                "ADV-PROFILE",
                *ALL_ELG,
                "INV-SCENE",
                "INV-SOCIAL",
                "INV-STABLE",
                "SC-ASSETS",
                "SC-SOCIAL",
                "SC-STABILITY",
            ),
        },
    ),
    (
        "invited this month: 500 + 9,500 × 0.67 = 6,865 yuan, rounded down to 6,800",
        INVITED,
        {
            "outcome": "INVITED",
            "next_step": "read_contract",
            "advice": ("ADV-PASSWORD",),
            "offer": {
                "tier": "NEW",
                "limit_yuan": 6_800,
                "daily_rate_ppm": 500,
                "annual_rate_ppm": 180_000,
                "trial": False,
                "review_months": (3, 6),
            },
        },
    ),
    ("invited last month only", {"whitelisted": [202610, 202612, 202511]}, {"outcome": "NOT_INVITED"}),
    ("21 is too young", INVITED | {"age": 21}, {"outcome": "RESTRICTED", "restrictions": ("RES-AGE",), "offer": None}),
    ("22 is not", INVITED | {"age": 22}, {"outcome": "INVITED"}),
    ("60 is not too old", INVITED | {"age": 60}, {"outcome": "INVITED"}),
    ("61 is", INVITED | {"age": 61}, {"outcome": "RESTRICTED", "qualifies": False}),
    (
        "every restriction is reported, and an open line is frozen",
        {
            "age": 70,
            "student": 1,
            "region": "HK",
            "remote_login_anomaly": 1,
            "phone_changes_180d": 3,
            "platform_violation": 1,
            "financial_blacklist": 1,
            "accounts_on_device": 4,
            "plugin_detected": 1,
            "channel": "agent",
            "has_active_line": 1,
        },
        {
            "outcome": "FROZEN",
            "restrictions": (
                "RES-AGE",
                "RES-BLACKLIST",
                "RES-CHANNEL",
                "RES-CHEAT-TOOL",
                "RES-DEVICE",
                "RES-PHONE-CHANGES",
                "RES-REGION",
                "RES-REMOTE-LOGIN",
                "RES-STUDENT",
                "RES-VIOLATION",
            ),
            "advice": ("ADV-CHANNEL",),
            "met": ALL_ELG,
            "qualifies": False,
            "offer": None,
        },
    ),
    (
        "one of the two cheating flags suffices, and a missing line is no open line",
        {"plugin_detected": GONE, "location_spoofed": 1, "has_active_line": GONE},
        {
            "outcome": "RESTRICTED",
            "restrictions": ("RES-CHEAT-TOOL",),
            "missing": ("has_active_line", "plugin_detected"),
        },
    ),
    (
        "a missing fact is never an advantage, and what is known of its row does not decide it",
        INVITED
        | {
            "device_bound_days": GONE,
            "abnormal_logins_90d": 5,
            "real_name_verified": GONE,
            "bank_card_bound": 0,
            "wealth_average_fen": 0,
            "wealth_days": GONE,
        },
        {
            "outcome": "INDETERMINATE",
            "missing": ("device_bound_days", "real_name_verified", "wealth_days"),
            "unknown": ("ELG-IDENTITY", "INV-STABLE", "SC-ASSETS"),
            "unmet": (),
            "invitation_score": 70,
            "scorecard": {"SC-ASSETS": 0, "SC-ENGAGEMENT": 0, "SC-SOCIAL": 25, "SC-STABILITY": 22},
            "qualifies": False,
            "offer": None,
            "next_step": None,
            "advice": (),
        },
    ),
    (
        "without payments three rows are unknown; given as empty they are unmet",
        {"payments": GONE},
        {
            "outcome": "INDETERMINATE",
            "unknown": ("ELG-ACTIVITY", "INV-SCENE", "SC-STABILITY"),
            "missing": ("payments",),
        },
    ),
    (
        "payments given as empty",
        {"payments": []},
        {"outcome": "DEFERRED", "unknown": (), "unmet": ("ELG-ACTIVITY",), "invitation_score": 60, "score": 45},
    ),
    (
        "an open line is kept whatever the criteria say, and is given its offer",
        {"has_active_line": 1, "payment_score": 549, "high_net_worth": 1},
        {
            "outcome": "ACTIVE",
            "unmet": ("ELG-SCORE",),
            "next_step": None,
            "qualifies": False,
            "offer": {
                "tier": "NEW",
                "limit_yuan": 6_800,
                "daily_rate_ppm": 500,
                "annual_rate_ppm": 180_000,
                "trial": False,
                "review_months": (3, 6),
            },
        },
    ),
    ("549 points are too few", INVITED | {"payment_score": 549}, {"outcome": "INELIGIBLE", "unmet": ("ELG-SCORE",)}),
    (
        "a high criterion goes before a medium one",
        INVITED | {"overdue_count": 1, "account_age_days": 179},
        {"outcome": "INELIGIBLE", "unmet": ("ELG-REPAYMENT", "ELG-TENURE")},
    ),
    ("179 days are too new", INVITED | {"account_age_days": 179}, {"outcome": "DEFERRED", "unmet": ("ELG-TENURE",)}),
    (
        "59 payments are too few",
        {"payments": counted(41, 18, 0)},
        {"unmet": ("ELG-ACTIVITY",), "invitation_score": 100},
    ),
    (
        "60 are enough, and 18 scans are 30 % of them",
        {"payments": counted(42, 18, 0)},
        {"unmet": (), "triggers": ("INV-SCENE", "INV-SOCIAL", "INV-STABLE")},
    ),
    (
        "17 scans of 60 are not, but other payments offline still cover both scenes",
        {"payments": counted(42, 17, 1)},
        {"unmet": (), "triggers": ("INV-SOCIAL", "INV-STABLE"), "invitation_score": 60},
    ),
    ("no payment online covers one scene only", {"payments": counted(0, 60, 9)}, {"unmet": ("ELG-ACTIVITY",)}),
    (
        "20 % off the average is steady: 1,200 and 800 yuan around 1,000",
        {"payments": monthly(120_000, 80_000, 100_000, 100_000, 100_000, 100_000)},
        {"scorecard": {"SC-ASSETS": 20, "SC-ENGAGEMENT": 0, "SC-SOCIAL": 25, "SC-STABILITY": 15}},
    ),
    (
        "a fen more is not",
        {"payments": monthly(120_001, 80_000, 100_000, 100_000, 100_000, 100_000)},
        {"scorecard": {"SC-ASSETS": 20, "SC-ENGAGEMENT": 0, "SC-SOCIAL": 25, "SC-STABILITY": 0}},
    ),
    (
        "a month without a payment is a month of 0",
        {"payments": [(1, "online", 99, 500_000), (2, "offline_scan", 99, 500_000)]},
        {"scorecard": {"SC-ASSETS": 20, "SC-ENGAGEMENT": 0, "SC-SOCIAL": 25, "SC-STABILITY": 0}},
    ),
    (
        "an exact repetition counts once",
        {"payments": [*counted(42, 17, 0), (1, "online", 42, 0), (1, "offline_scan", 17, 0)]},
        {"unmet": ("ELG-ACTIVITY",)},
    ),
    (
        "wealth alone gives a trial at the new customer's highest limit, whatever model and tier say",
        {
            "high_net_worth": 1,
            "model_score": 1,
            "customer_days": 400,
            "uses_wealth_product": 1,
            "holds_insurance": 1,
            "red_packet_balanced": 1,
            "official_account_active": 1,
            "wealth_days": 365,
        },
        {
            "outcome": "INVITED",
            "score": 92,
            "invitation_score": 100,
            "triggers": ("INV-SCENE", "INV-SOCIAL", "INV-STABLE", "INV-WEALTH"),
            "offer": {
                "tier": "NEW",
                "limit_yuan": 10_000,
                "daily_rate_ppm": 450,
                "annual_rate_ppm": 162_000,
                "trial": True,
                "review_months": (3, 6),
            },
        },
    ),
    (
        "80 points and 180 days make a VIP; 250,000 × 0.82 + 50,000; 180 ppm would be below the least rate",
        INVITED | {"customer_days": 180, "wealth_days": 365, "uses_wealth_product": 1, "holds_insurance": 1},
        {
            "score": 82,
            "offer": {
                "tier": "VIP",
                "limit_yuan": 255_000,
                "daily_rate_ppm": 200,
                "annual_rate_ppm": 72_000,
                "trial": False,
                "review_months": (0, 0),
            },
        },
    ),
    (
        "179 days are one too few; the model's 0.333 counts before the scorecard: 10,000 + 13,320, down to 23,300",
        INVITED
        | {
            "customer_days": 179,
            "wealth_days": 365,
            "uses_wealth_product": 1,
            "holds_insurance": 1,
            "red_packet_balanced": 1,
            "official_account_active": 1,
            "model_score": 333,
        },
        {
            "score": 92,
            "offer": {
                "tier": "ACTIVE",
                "limit_yuan": 23_300,
                "daily_rate_ppm": 270,
                "annual_rate_ppm": 97_200,
                "trial": False,
                "review_months": (1, 3),
            },
        },
    ),
    (
        "the next step is the first not done",
        INVITED | {"completed_step": ["face_recognition", "read_contract"]},
        {"next_step": "bank_card", "sequence_broken": False},
    ),
    (
        "a step done too early is reported whatever the outcome",
        {"completed_step": ["agreement", "read_contract"], "age": 18},
        {
            "outcome": "RESTRICTED",
            "sequence_broken": True,
            "next_step": None,
            "rules_fired": (
                *ALL_ELG,
                "INV-SCENE",
                "INV-SOCIAL",
                "INV-STABLE",
                "OPN-SEQUENCE",
                "RES-AGE",
                "SC-ASSETS",
                "SC-SOCIAL",
                "SC-STABILITY",
            ),
        },
    ),
    (
        "with every step done, listed in any order, the line is open",
        INVITED | {"completed_step": list(reversed(STEPS))},
        {"outcome": "ACTIVE", "next_step": None, "sequence_broken": False, "advice": ()},
    ),
    (
        "advice on debt and security changes nothing",
        INVITED | {"monthly_income_fen": 3, "monthly_repayment_fen": 2, "last_security_check_days": 91},
        {"outcome": "INVITED", "advice": ("ADV-DEBT", "ADV-PASSWORD", "ADV-SECURITY-CHECK")},
    ),
    (
        "half of the income is not too much, nor is anything of an unknown income",
        INVITED | {"monthly_income_fen": 4, "monthly_repayment_fen": 2, "last_security_check_days": 90},
        {"advice": ("ADV-PASSWORD",)},
    ),
]

# Title, what differs from QUALIFIED, the other subjects, what the answer must hold.
GRAPHS: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]], dict[str, Any]]] = [
    (
        "seven friends, two of them users: 28 %, and 4,199 / 7 = 599 rounded toward zero",
        NO_FRIEND_SCALARS | {"friend": [f"b{n}" for n in range(7)]},
        graph([600] * 6 + [599], [1, 1, 0, 0, 0, 0, 0]),
        {"missing": (), "triggers": ("INV-SCENE", "INV-STABLE"), "score": 42},
    ),
    (
        "one point more",
        NO_FRIEND_SCALARS | {"friend": [f"b{n}" for n in range(7)]},
        graph([600] * 7, [1, 1, 0, 0, 0, 0, 0]),
        {"triggers": ("INV-SCENE", "INV-SOCIAL", "INV-STABLE")},
    ),
    (
        "a friend without a score leaves the average open, one that nothing is known of the share too",
        NO_FRIEND_SCALARS | {"friend": ["b0", "b1"]},
        graph([600, None], [1, 1]),
        {"missing": ("friend_average_score",), "unknown": ("INV-SOCIAL", "SC-SOCIAL"), "outcome": "INDETERMINATE"},
    ),
    (
        "no friends: 0 and 0, known",
        NO_FRIEND_SCALARS | {"friend": []},
        {},
        {"missing": (), "unknown": (), "triggers": ("INV-SCENE", "INV-STABLE")},
    ),
    (
        "with one of the scalars given the graph is not used",
        NO_FRIEND_SCALARS | {"friend_count": 300, "friend": ["b0"]},
        graph([700], [1]),
        {"missing": ("friend_average_score", "friend_weilidai_share"), "unknown": ("INV-SOCIAL", "SC-SOCIAL")},
    ),
    (
        "four different accounts on one device, shared with another",
        {"accounts_on_device": GONE, "device": ["d1", "d2"]},
        {"d1": {"device_account": ["a1", "x1", "x1"]}, "d2": {"device_account": ["a1", "x1", "x2", "x3"]}},
        {"restrictions": ("RES-DEVICE",)},
    ),
    (
        "a device without an account leaves the number open, not what another is known to have",
        {"accounts_on_device": GONE, "device": ["d1", "d2"]},
        {"d2": {"device_account": ["a1", "x1", "x2", "x3"]}},
        {"restrictions": ("RES-DEVICE",), "missing": ("accounts_on_device",), "outcome": "RESTRICTED"},
    ),
    (
        "three accounts on the known device of two: nothing fires, and the number is missing",
        {"accounts_on_device": GONE, "device": ["d1", "d2"]},
        {"d2": {"device_account": ["a1", "x1", "x2", "x1"]}},
        {"restrictions": (), "missing": ("accounts_on_device",), "outcome": "INDETERMINATE"},
    ),
    (
        "a device over the limit counts beside a number that is not",
        {"accounts_on_device": 3, "device": ["d1", "d2"]},
        {"d1": {"device_account": ["a1", "x1", "x2", "x3"]}},
        {"restrictions": ("RES-DEVICE",), "missing": (), "outcome": "RESTRICTED"},
    ),
    (
        "so does a number over the limit beside a device that is not",
        {"accounts_on_device": 4, "device": ["d1"]},
        {"d1": {"device_account": ["a1"]}},
        {"restrictions": ("RES-DEVICE",), "missing": (), "outcome": "RESTRICTED"},
    ),
    (
        "a device may bear the applicant's name",
        {"accounts_on_device": GONE, "device": ["a1"], "device_account": ["a1", "x1", "x2", "x3"]},
        {},
        {"missing": (), "restrictions": ("RES-DEVICE",)},
    ),
    ("no devices: no accounts", {"accounts_on_device": GONE, "device": []}, {}, {"missing": (), "restrictions": ()}),
]


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The qualified applicant with changes; GONE takes a fact away."""
    return {name: value for name, value in (QUALIFIED | changes).items() if value is not GONE}


@pytest.mark.parametrize(
    ("changes", "about", "expected"),
    [pytest.param(changes, {}, expected, id=title) for title, changes, expected in EXAMPLES]
    + [pytest.param(changes, about, expected, id=title) for title, changes, about, expected in GRAPHS],
)
def test_example(changes: dict[str, Any], about: dict[str, dict[str, Any]], expected: dict[str, Any]) -> None:
    decision = decide("a1", changed(changes), about, as_of=NOVEMBER)
    assert {name: decision[name] for name in expected} == expected


def test_the_month_of_the_decision_is_the_one_that_counts() -> None:
    facts = changed({"whitelisted": [202612, 202701]})
    days = (date(2026, 11, 30), date(2026, 12, 1), date(2027, 1, 31), date(2027, 2, 1))
    outcomes = [decide("a1", facts, as_of=day)["outcome"] for day in days]
    assert outcomes == ["NOT_INVITED", "INVITED", "INVITED", "NOT_INVITED"]


@pytest.mark.parametrize(
    ("changes", "is_open", "outcome", "trial"),
    [
        ({"applied": 1}, 0, "NOT_INVITED", None),
        ({"applied": 1}, 1, "INVITED", False),
        ({"applied": 0}, 1, "NOT_INVITED", None),
        ({}, 1, "NOT_INVITED", None),
        # 67 points less 20 do not qualify.
        ({"applied": 1, "wealth_average_fen": 0}, 1, "NOT_INVITED", None),
        ({"applied": 1, "account_age_days": 0}, 1, "DEFERRED", None),
        ({"applied": 1, "age": GONE}, 1, "INDETERMINATE", None),
        ({"applied": 1, "student": 1}, 1, "RESTRICTED", None),
        ({"applied": 1, "completed_step": [*STEPS]}, 1, "ACTIVE", False),
        ({"applied": 1, "high_net_worth": 1}, 1, "INVITED", True),
    ],
)
def test_who_applies_is_invited_where_it_is_open(
    changes: dict[str, Any], is_open: int, outcome: str, trial: bool | None
) -> None:
    decision = decide("a1", changed(changes), as_of=NOVEMBER, open_application=is_open)
    assert decision["outcome"] == outcome
    assert (decision["offer"] and decision["offer"]["trial"]) == trial


def test_every_list_of_ids_is_sorted_and_says_everything_once() -> None:
    for seed in range(500):
        subject, facts, about, as_of = generate(seed)
        decision = decide(subject, facts, about, as_of=as_of)
        for part in ("restrictions", "met", "unmet", "unknown", "triggers", "missing", "advice", "rules_fired"):
            assert list(decision[part]) == sorted(set(decision[part])), (seed, part)
        assert sorted([*decision["met"], *decision["unmet"], *filter(ALL_ELG.__contains__, decision["unknown"])]) == [
            *ALL_ELG
        ]
        assert list(decision["scorecard"]) == ["SC-ASSETS", "SC-ENGAGEMENT", "SC-SOCIAL", "SC-STABILITY"]


@pytest.mark.parametrize(
    ("amount_yuan", "days", "expected"),
    [
        # 1,000,000 fen × 30 days: 30 fen for each ppm.
        (10_000, 30, [("jiebei", 4_500, 18_000), ("weilidai", 6_000, 15_000), ("jintiao", 9_000, 27_000)]),
        # 100 fen: 0.015, 0.02 and 0.03 fen a day at least, so nothing; 0.06, 0.05, 0.09 at most, nothing too.
        (1, 1, [("jiebei", 0, 0), ("jintiao", 0, 0), ("weilidai", 0, 0)]),
        # 10 days: 0.15 … 0.6 → 1, 0.3 … 0.9 → 1, 0.2 … 0.5 → 1 (half up).
        (1, 10, [("jiebei", 0, 1), ("jintiao", 0, 1), ("weilidai", 0, 1)]),
        (200_001, 1, [("jiebei", 3_000, 12_000), ("weilidai", 4_000, 10_000)]),
        (300_001, 1, [("jiebei", 4_500, 18_000)]),
        (500_001, 3650, []),
    ],
)
def test_comparison_of_products(amount_yuan: int, days: int, expected: list[tuple[str, int, int]]) -> None:
    assert compare_products(amount_yuan, days) == expected
