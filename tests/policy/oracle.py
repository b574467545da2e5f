"""The domain written down a second time, in plain Python: the judge of the rules, and the yardstick of their speed.

It was read from the domain's description alone, never from the rules, and it takes facts as valid. Nothing is cached:
it is what a careful engineer would put into production by hand. Money is in fen, rates in ppm of principal a day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

Facts = Mapping[str, Any]
Payment = tuple[int, str, int, int]

# Everything without which nobody is approved (1).
REQUIRED = frozenset(
    {
        "age",
        "region",
        "student",
        "real_name_verified",
        "bank_card_bound",
        "account_violation_count",
        "account_age_days",
        "payment_score",
        "overdue_count",
        "payments",
        "friend_count",
        "group_activity_percentile",
        "friend_average_score",
        "friend_weilidai_share",
        "wealth_average_fen",
        "wealth_days",
        "abnormal_logins_90d",
        "device_bound_days",
        "remote_login_anomaly",
        "phone_changes_180d",
        "platform_violation",
        "financial_blacklist",
        "accounts_on_device",
        "plugin_detected",
        "location_spoofed",
        "channel",
        "has_active_line",
    }
)

# What each row names: one of them missing makes it unknown, whatever the others say (10).
NEEDS = {
    "ELG-ACTIVITY": ("payments",),
    "ELG-IDENTITY": ("real_name_verified", "bank_card_bound"),
    "ELG-REPAYMENT": ("overdue_count",),
    "ELG-SCORE": ("payment_score",),
    "ELG-STATUS": ("account_violation_count",),
    "ELG-TENURE": ("account_age_days",),
    "INV-SCENE": ("payments",),
    "INV-SOCIAL": ("friend_average_score", "friend_weilidai_share"),
    "INV-STABLE": ("abnormal_logins_90d", "device_bound_days"),
    "SC-ASSETS": ("wealth_average_fen", "wealth_days"),
    "SC-SOCIAL": ("friend_count", "group_activity_percentile", "friend_average_score"),
    "SC-STABILITY": ("payments",),
}
HIGH = {"ELG-IDENTITY", "ELG-STATUS", "ELG-SCORE", "ELG-REPAYMENT"}
STEPS = ("read_contract", "face_recognition", "bank_card", "limit_quote", "agreement", "payment_password")

# Tier: least yuan, most yuan, ppm a day, review cycle in months (5).
TIERS = {
    "NEW": (500, 10_000, 500, (3, 6)),
    "ACTIVE": (10_000, 50_000, 300, (1, 3)),
    "VIP": (50_000, 300_000, 200, (0, 0)),
}
# Product: most yuan, least and most ppm a day (7).
PRODUCTS = {"weilidai": (300_000, 200, 500), "jiebei": (500_000, 150, 600), "jintiao": (200_000, 300, 900)}


class Payments(NamedTuple):
    """Six months of payments: counts by channel, and the fen of each month over all channels."""

    online: int
    scanned: int
    other: int
    fen: list[int]


def decide(
    subject: str, facts: Facts, about: Mapping[str, Facts] | None = None, *, as_of: date, open_application: int = 0
) -> dict[str, Any]:
    """Decide on one applicant; 自主申请 is open where `open_application` is 1.

    Lists of ids are appended to in code-point order, so that none has to be sorted.
    """
    most_on_one_device = max(map(len, accounts_of_devices(subject, facts, about or {})), default=0)
    facts = with_graph_forms(subject, facts, about or {})
    missing = REQUIRED.difference(facts)
    unknown = [id_ for id_, names in NEEDS.items() if not missing.isdisjoint(names)] if missing else []
    payments = payment_figures(facts.get("payments", ()))
    restrictions = restrictions_fired(facts, most_on_one_device)
    met, unmet = criteria(facts, payments, unknown)
    triggers, invitation_score = invitation(facts, payments, unknown)
    scorecard = score_parts(facts, payments, unknown)
    score = sum(scorecard.values())
    whitelisted = as_of.year * 100 + as_of.month in facts.get("whitelisted", ())
    qualifies = not restrictions and not missing and len(met) == 6 and invitation_score >= 60 and score >= 50
    applies = open_application == 1 and facts.get("applied") == 1 and qualifies
    invited = whitelisted or "INV-WEALTH" in triggers or applies
    next_step, sequence_broken = opening(facts.get("completed_step", ()))
    has_line = facts.get("has_active_line") == 1
    outcome = outcome_of(restrictions, missing, has_line, unmet, invited, next_step)
    trial = "INV-WEALTH" in triggers and not whitelisted and not has_line
    advice = advice_given(facts, restrictions, outcome)
    fired = [*advice, *met, *triggers, *(("OPN-SEQUENCE",) if sequence_broken else ()), *restrictions]
    fired += [id_ for id_, points in scorecard.items() if points > 0]
    return {
        "outcome": outcome,
        "restrictions": tuple(restrictions),
        "met": tuple(met),
        "unmet": tuple(unmet),
        "unknown": tuple(unknown),
        "triggers": tuple(triggers),
        "invitation_score": invitation_score,
        "scorecard": scorecard,
        "score": score,
        "missing": tuple(sorted(missing)),
        "qualifies": qualifies,
        "offer": offer_for(facts, score, trial) if outcome in ("INVITED", "ACTIVE") else None,
        "next_step": next_step if outcome == "INVITED" else None,
        "sequence_broken": sequence_broken,
        "advice": tuple(advice),
        "rules_fired": tuple(fired),
    }


def with_graph_forms(subject: str, facts: Facts, about: Mapping[str, Facts]) -> Facts:
    """Put the scalars in place of a graph of friends or devices, where none of its scalars is given (1)."""
    friends = facts.get("friend")
    if "friend_count" in facts or "friend_average_score" in facts or "friend_weilidai_share" in facts:
        friends = None
    devices = None if "accounts_on_device" in facts else facts.get("device")
    if friends is None and devices is None:
        return facts
    known = dict(facts)
    if friends is not None:
        known.update(friend_scalars(set(friends), about))
    if devices is not None:
        accounts = accounts_of_devices(subject, facts, about)
        if all(accounts):
            known["accounts_on_device"] = max(map(len, accounts), default=0)
    return known


def accounts_of_devices(subject: str, facts: Facts, about: Mapping[str, Facts]) -> list[set[str]]:
    """The accounts known of each device given; a device may bear the applicant's name, its accounts stand there."""
    described = [facts if device == subject else about.get(device, {}) for device in facts.get("device", ())]
    return [set(device.get("device_account", ())) for device in described]


def friend_scalars(friends: set[str], about: Mapping[str, Facts]) -> dict[str, int]:
    """Count, average score and share of users; an average or a share that one friend leaves open is missing."""
    count = len(friends)
    if count == 0:
        return {"friend_count": 0, "friend_average_score": 0, "friend_weilidai_share": 0}
    scalars = {"friend_count": count}
    known = [about.get(friend, {}) for friend in friends]
    scores = [friend["payment_score"] for friend in known if "payment_score" in friend]
    if len(scores) == count:
        scalars["friend_average_score"] = sum(scores) // count
    users = [friend["weilidai_user"] for friend in known if "weilidai_user" in friend]
    if len(users) == count:
        scalars["friend_weilidai_share"] = 100 * sum(users) // count
    return scalars


def payment_figures(payments: Iterable[Payment]) -> Payments:
    """Add up counts and months; an exact repetition counts once, an absent tuple is 0 (1)."""
    online = scanned = other = 0
    fen = [0] * 6
    for months_ago, channel, times, amount in set(payments):
        fen[months_ago - 1] += amount
        if channel == "online":
            online += times
        elif channel == "offline_scan":
            scanned += times
        else:
            other += times
    return Payments(online, scanned, other, fen)


def criteria(facts: Facts, payments: Payments, unknown: Collection[str]) -> tuple[list[str], list[str]]:
    """Who may have a line at all (一): the criteria met and unmet."""
    get = facts.get
    online, scanned, other, _ = payments
    met: list[str] = []
    unmet: list[str] = []
    for id_, holds in (
        ("ELG-ACTIVITY", online + scanned + other >= 60 and online > 0 and scanned + other > 0),
        ("ELG-IDENTITY", get("real_name_verified") == 1 and get("bank_card_bound") == 1),
        ("ELG-REPAYMENT", get("overdue_count") == 0),
        ("ELG-SCORE", get("payment_score", 0) >= 550),
        ("ELG-STATUS", get("account_violation_count") == 0),
        ("ELG-TENURE", get("account_age_days", 0) >= 180),
    ):
        if id_ not in unknown:
            (met if holds else unmet).append(id_)
    return met, unmet


def score_parts(facts: Facts, payments: Payments, unknown: Collection[str]) -> dict[str, int]:
    """The scorecard (二), 0..100 points in four parts; an unknown part is worth nothing."""
    get = facts.get
    return {
        "SC-ASSETS": 0 if "SC-ASSETS" in unknown else asset_points(facts["wealth_average_fen"], facts["wealth_days"]),
        "SC-ENGAGEMENT": 5 * get("uses_wealth_product", 0)
        + 5 * get("holds_insurance", 0)
        + 5 * get("red_packet_balanced", 0)
        + 5 * get("official_account_active", 0),
        "SC-SOCIAL": 0 if "SC-SOCIAL" in unknown else social_points(facts),
        "SC-STABILITY": 0 if "SC-STABILITY" in unknown else stability_points(payments.fen),
    }


def stability_points(fen: list[int]) -> int:
    """Every month within 20 % of the average, then by the average; the months furthest from it decide."""
    total = sum(fen)
    furthest = max(6 * max(fen) - total, total - 6 * min(fen))
    if total == 0 or 100 * furthest > 20 * total:
        return 0
    if total >= 6 * 800_000:
        return 30
    if total >= 6 * 300_000:
        return 22
    return 15 if total >= 6 * 100_000 else 8


def social_points(facts: Facts) -> int:
    """Many friends and active groups, then by the friends' average score."""
    if facts["friend_count"] < 200 or facts["group_activity_percentile"] > 30:
        return 0
    average = facts["friend_average_score"]
    if average >= 650:
        return 25
    return 20 if average >= 600 else 12


def asset_points(average_fen: int, days: int) -> int:
    """At least 5,000 yuan, then by how long they have stayed."""
    if average_fen < 500_000:
        return 0
    if days >= 365:
        return 25
    if days >= 180:
        return 20
    return 15 if days >= 90 else 10


def invitation(facts: Facts, payments: Payments, unknown: Collection[str]) -> tuple[list[str], int]:
    """The triggers met (三), and the sum of their weights."""
    get = facts.get
    online, scanned, other, _ = payments
    triggers: list[str] = []
    weight = 0
    # N > 0 follows from an online count above 0.
    if "INV-SCENE" not in unknown and online > 0 and 100 * scanned >= 30 * (online + scanned + other):
        triggers.append("INV-SCENE")
        weight += 40
    if "INV-SOCIAL" not in unknown and facts["friend_average_score"] >= 600 and facts["friend_weilidai_share"] >= 15:
        triggers.append("INV-SOCIAL")
        weight += 30
    if "INV-STABLE" not in unknown and facts["abnormal_logins_90d"] == 0 and facts["device_bound_days"] >= 90:
        triggers.append("INV-STABLE")
        weight += 30
    if get("high_net_worth") == 1:
        triggers.append("INV-WEALTH")
    return triggers, weight


def restrictions_fired(facts: Facts, most_on_one_device: int) -> list[str]:
    """What freezes or refuses (六, 八): each fires on what is known and is silent otherwise."""
    get = facts.get
    fires = {
        "RES-AGE": not 22 <= get("age", 22) <= 60,
        "RES-BLACKLIST": get("financial_blacklist") == 1,
        "RES-CHANNEL": get("channel", "in_app") != "in_app",
        "RES-CHEAT-TOOL": get("plugin_detected") == 1 or get("location_spoofed") == 1,
        "RES-DEVICE": get("accounts_on_device", 0) > 3 or most_on_one_device > 3,
        "RES-PHONE-CHANGES": get("phone_changes_180d", 0) >= 3,
        "RES-REGION": get("region", "CN") != "CN",
        "RES-REMOTE-LOGIN": get("remote_login_anomaly") == 1,
        "RES-STUDENT": get("student") == 1,
        "RES-VIOLATION": get("platform_violation") == 1,
    }
    return [restriction for restriction, fired in fires.items() if fired]


def opening(completed: Collection[str]) -> tuple[str | None, bool]:
    """The first step not completed (四), and whether a later one is completed already."""
    done = 0
    while done < 6 and STEPS[done] in completed:
        done += 1
    return (STEPS[done] if done < 6 else None), len(set(completed)) > done


def outcome_of(
    restrictions: list[str],
    missing: Collection[str],
    has_line: bool,
    unmet: list[str],
    invited: bool,
    next_step: str | None,
) -> str:
    """The first line of section 10 that applies."""
    if restrictions:
        return "FROZEN" if has_line else "RESTRICTED"
    if missing:
        return "INDETERMINATE"
    if has_line:
        return "ACTIVE"
    if unmet:
        return "DEFERRED" if HIGH.isdisjoint(unmet) else "INELIGIBLE"
    if not invited:
        return "NOT_INVITED"
    return "ACTIVE" if next_step is None else "INVITED"


def offer_for(facts: Facts, score: int, trial: bool) -> dict[str, Any]:
    """Tier, limit and price of the line (五); a trial is a new customer's line at its highest limit."""
    days = facts.get("customer_days", 0)
    tier = "NEW"
    if not trial and score >= 80 and days >= 180:
        tier = "VIP"
    elif not trial and score >= 60 and days >= 90:
        tier = "ACTIVE"
    least, most, rate, review_months = TIERS[tier]
    model_score = facts.get("model_score")
    thousandths = score * 10 if model_score is None else model_score
    limit = most if trial else (1000 * least + (most - least) * thousandths) // 100_000 * 100
    if score >= 90:
        rate = max(rate * 90 // 100, 200)
    return {
        "tier": tier,
        "limit_yuan": max(limit, least),
        "daily_rate_ppm": rate,
        "annual_rate_ppm": rate * 360,
        "trial": trial,
        "review_months": review_months,
    }


def advice_given(facts: Facts, restrictions: list[str], outcome: str) -> list[str]:
    """Hints that change nothing (三, 八)."""
    get = facts.get
    advice: list[str] = []
    if "RES-CHANNEL" in restrictions:
        advice.append("ADV-CHANNEL")
    repayment, income = get("monthly_repayment_fen"), get("monthly_income_fen")
    if repayment is not None and income is not None and 100 * repayment > 50 * income:
        advice.append("ADV-DEBT")
    if outcome == "INVITED":
        advice.append("ADV-PASSWORD")
    elif outcome == "NOT_INVITED":
        advice.append("ADV-PROFILE")
    if get("last_security_check_days", 0) > 90:
        advice.append("ADV-SECURITY-CHECK")
    return advice


def compare_products(amount_yuan: int, days: int) -> list[tuple[str, int, int]]:
    """The products that lend that much (七), each with its least and most interest in fen, cheapest first."""
    principal_days = amount_yuan * 100 * days
    rows = [
        (id_, (principal_days * low + 500_000) // 1_000_000, (principal_days * high + 500_000) // 1_000_000)
        for id_, (most, low, high) in PRODUCTS.items()
        if amount_yuan <= most
    ]
    return sorted(rows, key=lambda row: (row[1], row[2], row[0]))
