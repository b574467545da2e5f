"""Seeded applicants whose fields sit on and around the domain's bounds.

A seed names one applicant for good: whatever differs can be looked at again. `QUALIFIED` is the one that tests change.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from tests.policy.oracle import STEPS
from tests.policy.payments import payments, repeated

MANY = 1_000_000_000
MUCH_FEN = 1_000_000_000_000
FLAG = (0, 1)
FRIEND_SCALARS = ("friend_count", "friend_average_score", "friend_weilidai_share")

# Every value on, just below and just above a bound of the domain, and the ends of the range.
EDGES: dict[str, tuple[int | str, ...]] = {
    "age": (0, 17, 21, 22, 23, 59, 60, 61, 62, 150),
    "region": ("CN", "HK", "TW", "cn", "CN ", "中国"),
    "student": FLAG,
    "real_name_verified": FLAG,
    "bank_card_bound": FLAG,
    "account_violation_count": (0, 1, 2, MANY),
    "account_age_days": (0, 179, 180, 181, MANY),
    "payment_score": (0, 549, 550, 551, 1000),
    "overdue_count": (0, 1, 2, MANY),
    "friend_count": (0, 1, 199, 200, 201, MANY),
    "group_activity_percentile": (1, 29, 30, 31, 100),
    "friend_average_score": (0, 599, 600, 601, 649, 650, 651, 1000),
    "friend_weilidai_share": (0, 14, 15, 16, 100),
    "wealth_average_fen": (0, 499_999, 500_000, 500_001, MUCH_FEN),
    "wealth_days": (0, 89, 90, 91, 179, 180, 181, 364, 365, 366, MANY),
    "abnormal_logins_90d": (0, 1, 2, MANY),
    "device_bound_days": (0, 89, 90, 91, MANY),
    "remote_login_anomaly": FLAG,
    "phone_changes_180d": (0, 1, 2, 3, 4, MANY),
    "platform_violation": FLAG,
    "financial_blacklist": FLAG,
    "accounts_on_device": (0, 1, 2, 3, 4, 5, MANY),
    "plugin_detected": FLAG,
    "location_spoofed": FLAG,
    "channel": ("in_app", "agent", "IN_APP", "in_app ", "中介"),
    "has_active_line": FLAG,
}
OPTIONAL_EDGES: dict[str, tuple[int, ...]] = {
    "high_net_worth": FLAG,
    "uses_wealth_product": FLAG,
    "holds_insurance": FLAG,
    "red_packet_balanced": FLAG,
    "official_account_active": FLAG,
    "customer_days": (0, 89, 90, 91, 179, 180, 181, MANY),
    "model_score": (0, 1, 2, 499, 500, 501, 996, 999, 1000),
    "last_security_check_days": (0, 89, 90, 91, MANY),
}
# The part of EDGES with which nothing is refused, so that what lies behind a refusal is reached as well.
PASSING: dict[str, tuple[int | str, ...]] = {
    "age": (22, 23, 40, 59, 60),
    "region": ("CN",),
    "student": (0,),
    "real_name_verified": (1,),
    "bank_card_bound": (1,),
    "account_violation_count": (0,),
    "account_age_days": (180, 181, 2000),
    "payment_score": (550, 551, 700),
    "overdue_count": (0,),
    "friend_count": (199, 200, 201, 400, 400),
    "group_activity_percentile": (1, 29, 30, 31),
    "friend_average_score": (599, 600, 601, 649, 650, 651),
    "friend_weilidai_share": (14, 15, 16, 40),
    "wealth_average_fen": (499_999, 500_000, 500_001, 2_000_000),
    "wealth_days": (89, 90, 91, 179, 180, 181, 364, 365, 366, 900),
    "abnormal_logins_90d": (0, 0, 0, 1),
    "device_bound_days": (89, 90, 91, 500),
    "remote_login_anomaly": (0,),
    "phone_changes_180d": (0, 1, 2),
    "platform_violation": (0,),
    "financial_blacklist": (0,),
    "accounts_on_device": (0, 1, 2, 3),
    "plugin_detected": (0,),
    "location_spoofed": (0,),
    "channel": ("in_app",),
    "has_active_line": (0, 0, 0, 1),
}
# Invited in no month, qualified in each: 22 + 25 + 20 points, all three triggers.
QUALIFIED: dict[str, Any] = {
    "age": 30,
    "region": "CN",
    "student": 0,
    "real_name_verified": 1,
    "bank_card_bound": 1,
    "account_violation_count": 0,
    "account_age_days": 800,
    "payment_score": 640,
    "overdue_count": 0,
    "payments": [
        (month, channel, 5, 150_000) for month in range(1, 7) for channel in ("online", "offline_scan", "offline_other")
    ],
    "friend_count": 250,
    "group_activity_percentile": 20,
    "friend_average_score": 650,
    "friend_weilidai_share": 20,
    "wealth_average_fen": 600_000,
    "wealth_days": 200,
    "abnormal_logins_90d": 0,
    "device_bound_days": 100,
    "remote_login_anomaly": 0,
    "phone_changes_180d": 0,
    "platform_violation": 0,
    "financial_blacklist": 0,
    "accounts_on_device": 1,
    "plugin_detected": 0,
    "location_spoofed": 0,
    "channel": "in_app",
    "has_active_line": 0,
}


class Applicant(NamedTuple):
    """The arguments of one decision."""

    subject: str
    facts: dict[str, Any]
    about: dict[str, dict[str, Any]]
    as_of: date


def generate(seed: int) -> Applicant:
    """Make the applicant of a seed: one in four at random, the others near to being qualified."""
    rng = Random(seed)
    as_of = some_date(rng)
    period = as_of.year * 100 + as_of.month
    facts = random_facts(rng) if rng.random() < 0.25 else near_facts(rng)
    about: dict[str, dict[str, Any]] = {}
    add_optional(rng, facts, period)
    if rng.random() < 0.3:
        friends_as_graph(rng, facts, about)
    if rng.random() < 0.25:
        devices_as_graph(rng, facts, about)
    if rng.random() < 0.1:
        add_strangers_facts(rng, facts, about, period)
    if rng.random() < 0.1:
        for some_facts in (facts, *about.values()):
            as_bools(rng, some_facts)
    subject = rng.choice(("a1", "a1", "a1", "申请人", "x y", '"q"', "in_app"))
    if "device" in facts and rng.random() < 0.1:
        facts["device"] = [*facts["device"], subject]
    if rng.random() < 0.5:
        facts["applied"] = rng.choice((0, 1, 1, True))
    return shuffled(Applicant(subject, facts, about, as_of), rng)


def shuffled(applicant: Applicant, rng: Random, *, repeat: bool = False) -> Applicant:
    """The same applicant with facts, lists and subjects in another order; `repeat` also repeats some items."""

    def in_any_order(facts: dict[str, Any]) -> dict[str, Any]:
        mixed: dict[str, Any] = {}
        for name in rng.sample(sorted(facts), len(facts)):
            value = facts[name]
            if isinstance(value, (list, tuple, set, frozenset)):
                value = sorted(value)
                value = repeated(rng, value) if repeat else rng.sample(value, len(value))
            mixed[name] = value
        return mixed

    about = {
        other: in_any_order(applicant.about[other])
        for other in rng.sample(sorted(applicant.about), len(applicant.about))
    }
    return applicant._replace(facts=in_any_order(applicant.facts), about=about)


def in_other_forms(applicant: Applicant, rng: Random) -> Applicant:
    """Lists as tuples or sets, which mean the same."""
    facts = {
        name: rng.choice((list, tuple, set, frozenset))(value) if isinstance(value, list) else value
        for name, value in applicant.facts.items()
    }
    return applicant._replace(facts=facts)


def some_date(rng: Random) -> date:
    """A first, last or other day of a few months: around the turn of a year, a leap day, both ends of time.

    Few, because a policy may be prepared for each month anew.
    """
    first = rng.choice((date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2028, 2, 1)))
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    last = following - timedelta(days=1)
    any_day = first + timedelta(days=rng.randint(1, 27))
    return rng.choice((date(2000, 1, 1), date.max)) if rng.random() < 0.02 else rng.choice((first, last, any_day))


def edge(rng: Random, name: str) -> int | str:
    """A value on or around a bound, now and then any value of the range."""
    values = EDGES[name]
    largest = values[-1]
    if rng.random() < 0.15 and isinstance(largest, int) and largest > 1:
        return rng.randint(1 if name == "group_activity_percentile" else 0, min(largest, 1000))
    return rng.choice(values)


def random_facts(rng: Random) -> dict[str, Any]:
    """Every field on its own; one applicant in three lacks a whole group of them."""
    facts: dict[str, Any] = {name: edge(rng, name) for name in EDGES if rng.random() > 0.02}
    if rng.random() > 0.05:
        facts["payments"] = payments(rng)
    if rng.random() < 0.5:
        facts.update((name, rng.choice(PASSING[name])) for name in RESTRICTING if name in facts)
    if rng.random() < 0.33:
        for name in rng.choice(GROUPS):
            facts.pop(name, None)
    return facts


RESTRICTING = (
    "age", "region", "student", "remote_login_anomaly", "phone_changes_180d", "platform_violation",
    "financial_blacklist", "accounts_on_device", "plugin_detected", "location_spoofed", "channel",
)  # fmt: skip
GROUPS = (
    RESTRICTING,
    FRIEND_SCALARS,
    ("payments",),
    ("real_name_verified", "bank_card_bound", "payment_score", "overdue_count", "account_violation_count"),
    ("friend_count", "group_activity_percentile", "wealth_average_fen", "wealth_days"),
    ("abnormal_logins_90d", "device_bound_days"),
    ("plugin_detected", "location_spoofed", "accounts_on_device"),
    ("has_active_line",),
    tuple(EDGES),
)


def near_facts(rng: Random) -> dict[str, Any]:
    """A qualified applicant with nothing, one or two fields changed or taken away."""
    facts: dict[str, Any] = {name: rng.choice(values) for name, values in PASSING.items()}
    facts["payments"] = payments(rng, good=rng.random() < 0.8)
    if rng.random() < 0.3:
        facts |= scored_facts(rng)
    for name in rng.sample([*PASSING, "payments"], rng.choice((0, 0, 0, 1, 1, 2))):
        if rng.random() < 0.2:
            del facts[name]
        elif name != "payments":
            facts[name] = edge(rng, name)
    return facts


ENGAGEMENT = ("uses_wealth_product", "holds_insurance", "red_packet_balanced", "official_account_active")
# Average fen a month, friends' average score, days of wealth, engagements, that together make a score on or beside a
# bound: 49, 50, 59, 60, 79, 80, 85, 90, 95, 100. By chance these would be rare.
SCORES = (
    (300_000, 599, 90, 0),
    (50_000, 599, 365, 1),
    (300_000, 599, 365, 0),
    (800_000, 600, 0, 0),
    (300_000, 599, 365, 4),
    (800_000, 650, 365, 0),
    (800_000, 650, 365, 1),
    (800_000, 650, 365, 2),
    (800_000, 650, 365, 3),
    (800_000, 650, 365, 4),
)


def scored_facts(rng: Random) -> dict[str, Any]:
    """What the scorecard asks for, to make a score on or beside a bound."""
    average, score, days, engagements = rng.choice(SCORES)
    chosen = rng.sample(ENGAGEMENT, engagements)
    return {
        "payments": payments(rng, good=True, average=average),
        "friend_count": 300,
        "group_activity_percentile": 12,
        "friend_average_score": score,
        "friend_weilidai_share": 15,
        "wealth_average_fen": 500_000,
        "wealth_days": days,
        "customer_days": rng.choice((89, 90, 179, 180, 181)),
        **{name: int(name in chosen) for name in ENGAGEMENT},
    }


def add_optional(rng: Random, facts: dict[str, Any], period: int) -> None:
    """Add what may be absent: flags, numbers, invitations, steps, income and repayments."""
    often = rng.choice((0.1, 0.5, 0.9))
    for name, values in OPTIONAL_EDGES.items():
        if name not in facts and rng.random() < often:
            facts[name] = rng.randint(0, values[-1]) if rng.random() < 0.15 else rng.choice(values)
    if rng.random() < 0.7:
        facts["whitelisted"] = some_periods(rng, period)
    if rng.random() < 0.5:
        facts["completed_step"] = some_steps(rng)
    add_debt(rng, facts)


def some_periods(rng: Random, period: int) -> list[int]:
    """Periods of which this month is often one, and its neighbours the others."""
    year, month = divmod(period, 100)
    last = period - 1 if month > 1 else (year - 1) * 100 + 12
    following = period + 1 if month < 12 else (year + 1) * 100 + 1
    others = [last, following, period - 100, period + 100, 200001, 999912]
    periods = [each for each in rng.sample(others, rng.choice((0, 0, 1, 1, 2, 6))) if 200001 <= each <= 999912]
    return periods + [period] * rng.choice((0, 1, 1, 1))


def some_steps(rng: Random) -> list[str]:
    """No, some or all of the steps: often a beginning of the list, else any of them."""
    kind = rng.random()
    if kind < 0.2:
        return list(STEPS)
    if kind < 0.6:
        return list(STEPS[: rng.randint(0, 6)])
    return rng.sample(STEPS, rng.randint(0, 5))


def add_debt(rng: Random, facts: dict[str, Any]) -> None:
    """Income and repayments whose ratio lies on 50 %, a fen off, or anywhere; one of them may be absent."""
    income = rng.choice((0, 1, 2, 3, 800_000, 800_001, MUCH_FEN, rng.randint(0, 5_000_000)))
    repayment = max(0, income // 2 + rng.choice((-1, 0, 0, 1, 1, 40_000)))
    if rng.random() < 0.4:
        facts["monthly_income_fen"] = income
    if rng.random() < 0.4:
        facts["monthly_repayment_fen"] = repayment


def friends_as_graph(rng: Random, facts: dict[str, Any], about: dict[str, dict[str, Any]]) -> None:
    """Give friends in place of the scalars, sometimes beside some of them; a friend may lack a fact or all."""
    kept = rng.sample(FRIEND_SCALARS, rng.choice((0, 0, 0, 0, 0, 1, 1, 2, 3)))
    for name in FRIEND_SCALARS:
        if name not in kept:
            facts.pop(name, None)
    count = rng.choice((0, 1, 2, 3, 6, 7, 13, 20, 199, 200, 201) if rng.random() < 0.5 else (1, 5, 20))
    friends = [f"{rng.choice(('b', 'b', '友'))}{n}" for n in range(1, count + 1)]
    facts["friend"] = friends
    users = min(count, max(0, -(-15 * count // 100) + rng.choice((-1, 0, 0, 1))))
    scores = scores_around(rng, count)
    for place, friend in enumerate(rng.sample(friends, count)):
        about[friend] = {"payment_score": scores[place], "weilidai_user": int(place < users)}
    for _ in range(rng.choice((0, 0, 0, 0, 0, 1, 2)) if friends else 0):
        lacking = rng.choice(friends)
        if rng.random() < 0.3:
            about.pop(lacking, None)
        elif lacking in about:
            about[lacking].pop(rng.choice(("payment_score", "weilidai_user")), None)
    if rng.random() < 0.2:
        about.setdefault("stranger", {}).update(payment_score=1000, weilidai_user=1, age=10, student=1)


def scores_around(rng: Random, count: int) -> list[int]:
    """Scores whose average is a bound exactly, or a single point in the sum away from it."""
    average = rng.choice((600, 600, 650, 650, rng.randint(0, 1000)))
    scores = [average] * count
    for place in range(0, count - 1, 2):
        spread = rng.randint(0, min(average, 1000 - average))
        scores[place] += spread
        scores[place + 1] -= spread
    if scores and rng.random() < 0.6:
        scores[-1] = min(1000, max(0, scores[-1] + rng.choice((-1, 1))))
    return scores


def devices_as_graph(rng: Random, facts: dict[str, Any], about: dict[str, dict[str, Any]]) -> None:
    """Give devices in place of the scalar, or beside it; they may share accounts, and one or more may have none."""
    if rng.random() < 0.7:
        facts.pop("accounts_on_device", None)
    devices = rng.sample(("d1", "d2", "d3", "b1"), rng.choice((0, 1, 1, 1, 2, 3)))
    facts["device"] = devices
    pool = ["a1", "x1", "x2", "x3", "x4", "x5"]
    for device in devices:
        accounts = rng.sample(pool, rng.choice((1, 2, 3, 3, 3, 4, 5)))
        about.setdefault(device, {})["device_account"] = repeated(rng, accounts)
    unknown = rng.randint(1, len(devices)) if devices and rng.random() < 0.25 else 0
    for lacking in rng.sample(devices, unknown):
        if rng.random() < 0.5:
            del about[lacking]["device_account"]
        else:
            about[lacking]["device_account"] = []
    if rng.random() < 0.2:
        about["elsewhere"] = {"device_account": list(pool)}


def add_strangers_facts(rng: Random, facts: dict[str, Any], about: dict[str, dict[str, Any]], period: int) -> None:
    """Give others everything that an applicant can have, and the applicant what only others have: both mean nothing."""
    for other in rng.sample([*about, "stranger"], 1 + rng.randint(0, min(3, len(about)))):
        others_facts = random_facts(rng)
        add_optional(rng, others_facts, period)
        others_facts.pop("payment_score", None)
        about[other] = others_facts | {"friend": ["somebody"], "device": ["some device"]} | about.get(other, {})
    facts["weilidai_user"] = rng.randint(0, 1)
    facts["device_account"] = ["x1", "x2", "x3", "x4"][rng.randint(0, 1) :]


def as_bools(rng: Random, facts: dict[str, Any]) -> None:
    """Give some flags as True and False, which count as 1 and 0."""
    for name, value in facts.items():
        if FLAG in (EDGES.get(name), OPTIONAL_EDGES.get(name)) and rng.random() < 0.5:
            facts[name] = bool(value)
