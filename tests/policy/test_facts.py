"""What a request's facts may look like: every bad input is refused by name, every good one means what it says."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED
from zhunru_policy import Decision, FactError, Policy

DAY = date(2026, 11, 24)
MANY = 1_000_000_000
MUCH_FEN = 1_000_000_000_000
HUGE = 10**5000


def nested(depth: int) -> list[Any]:
    """A list in a list in a list …"""
    innermost: list[Any] = []
    for _ in range(depth):
        innermost = [innermost]
    return innermost


class Unprintable:
    """A value whose every description fails."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


class Region(str, Enum):  # noqa: UP042  (its `str()` is its name, which a StrEnum's is not)
    CN = "CN"


class Channel(StrEnum):
    IN_APP = "in_app"


class Age(IntEnum):
    THIRTY = 30


class Hopeful(int):
    """A number that compares as its sender likes."""

    def __le__(self, other: object) -> bool:
        return True

    def __ge__(self, other: object) -> bool:
        return True


# Every number of the domain's section 1: what is least and most.
RANGES: dict[str, tuple[int, int]] = {
    "age": (0, 150),
    "student": (0, 1),
    "real_name_verified": (0, 1),
    "bank_card_bound": (0, 1),
    "account_violation_count": (0, MANY),
    "account_age_days": (0, MANY),
    "payment_score": (0, 1000),
    "overdue_count": (0, MANY),
    "friend_count": (0, MANY),
    "group_activity_percentile": (1, 100),
    "friend_average_score": (0, 1000),
    "friend_weilidai_share": (0, 100),
    "weilidai_user": (0, 1),
    "wealth_average_fen": (0, MUCH_FEN),
    "wealth_days": (0, MANY),
    "abnormal_logins_90d": (0, MANY),
    "device_bound_days": (0, MANY),
    "remote_login_anomaly": (0, 1),
    "phone_changes_180d": (0, MANY),
    "platform_violation": (0, 1),
    "financial_blacklist": (0, 1),
    "accounts_on_device": (0, MANY),
    "plugin_detected": (0, 1),
    "location_spoofed": (0, 1),
    "has_active_line": (0, 1),
    "high_net_worth": (0, 1),
    "uses_wealth_product": (0, 1),
    "holds_insurance": (0, 1),
    "red_packet_balanced": (0, 1),
    "official_account_active": (0, 1),
    "customer_days": (0, MANY),
    "model_score": (0, 1000),
    "monthly_income_fen": (0, MUCH_FEN),
    "monthly_repayment_fen": (0, MUCH_FEN),
    "last_security_check_days": (0, MANY),
}
MONTH = {"months_ago": 1, "channel": "online", "times": 2, "fen": 300}

# Title, facts that differ, the fact that the error names, words of its message.
REFUSED: list[tuple[str, dict[Any, Any], str, tuple[str, ...]]] = [
    # Names.
    ("a misspelt name", {"payment_scor": 612}, "payment_scor", ("did you mean `payment_score`?",)),
    ("a misspelt list", {"complete_step": []}, "complete_step", ("did you mean `completed_step`?",)),
    ("a name like no other", {"zodiac": 3}, "zodiac", ("no fact", "payment_score")),
    ("no name at all", {"": 1}, "", ("no fact",)),
    ("a name in capitals", {"AGE": 30}, "AGE", ("no fact",)),
    ("what the rules derive", {"met": ["ELG-SCORE"]}, "met", ("no fact",)),
    ("what the loader adds", {"applicant": "a1"}, "applicant", ("no fact",)),
    ("the period", {"current_period": 202611}, "current_period", ("no fact",)),
    ("what is given", {"given": ["age"]}, "given", ("no fact",)),
    ("what is missing", {"missing": ["age"]}, "missing", ("no fact",)),
    ("an input without a subject", {"comparison": [(1, 1)]}, "comparison", ("no fact",)),
    ("a number for a name", {5: 1}, "5", ("no fact",)),
    ("None for a name", {None: 1}, "None", ("no fact",)),
    ("a tuple for a name", {("age",): 30}, "('age',)", ("no fact",)),
    ("a number too long to print for a name", {HUGE: 1}, "a number of 16610 bits", ("no fact",)),
    ("an unprintable name", {Unprintable(): 1}, "a value that can't be printed (Unprintable)", ("no fact",)),
    # One number.
    ("a float", {"payment_score": 612.0}, "payment_score", ("whole number", "float 612.0")),
    ("not a number", {"payment_score": math.nan}, "payment_score", ("whole number", "nan")),
    ("infinity", {"payment_score": math.inf}, "payment_score", ("whole number", "inf")),
    ("a decimal", {"payment_score": Decimal(612)}, "payment_score", ("whole number",)),
    ("a fraction", {"payment_score": Fraction(612)}, "payment_score", ("whole number",)),
    ("a complex number", {"payment_score": 612j}, "payment_score", ("whole number",)),
    ("digits in a text", {"payment_score": "612"}, "payment_score", ("whole number", "'612'")),
    ("bytes for a number", {"payment_score": b"612"}, "payment_score", ("whole number",)),
    ("None for a number", {"payment_score": None}, "payment_score", ("None", "leave the fact out")),
    ("two values of one fact", {"payment_score": [612, 640]}, "payment_score", ("one alone", "list")),
    ("one value in a list", {"payment_score": [612]}, "payment_score", ("one alone", "list")),
    ("one value in a tuple", {"payment_score": (612,)}, "payment_score", ("one alone", "tuple")),
    ("one value in a set", {"payment_score": {612}}, "payment_score", ("one alone", "set")),
    ("a mapping for a number", {"payment_score": {"value": 612}}, "payment_score", ("one alone", "dict")),
    ("an endless list for a number", {"age": nested(100_000)}, "age", ("one alone", "list")),
    ("a number too long to print", {"age": HUGE}, "age", ("bits", "outside 0..150")),
    ("its opposite", {"age": -HUGE}, "age", ("bits", "outside 0..150")),
    ("a number that compares as it likes", {"age": Hopeful(500)}, "age", ("500", "outside 0..150")),
    ("a flag of 2", {"student": 2}, "student", ("outside 0..1",)),
    ("an unprintable value", {"age": Unprintable()}, "age", ("whole number", "Unprintable")),
    # One text.
    ("a number for a text", {"region": 86}, "region", ("text", "86")),
    ("a flag for a text", {"region": True}, "region", ("text", "True")),
    ("None for a text", {"region": None}, "region", ("None", "leave the fact out")),
    ("bytes for a text", {"region": b"CN"}, "region", ("text",)),
    ("a list for a text", {"channel": ["in_app"]}, "channel", ("text", "list")),
    ("half a character", {"region": "\ud800"}, "region", ("Unicode",)),
    ("a long number for a text", {"region": HUGE}, "region", ("text", "bits")),
    # Lists.
    ("None for a list", {"payments": None}, "payments", ("list", "leave the fact out")),
    ("a number for a list", {"whitelisted": 202611}, "whitelisted", ("list",)),
    ("a text for a list", {"completed_step": "read_contract"}, "completed_step", ("list",)),
    ("bytes for a list", {"friend": b"b1"}, "friend", ("list",)),
    ("a mapping for a list", {"completed_step": {"read_contract": True}}, "completed_step", ("list", "dict")),
    ("a generator", {"completed_step": (s for s in ["read_contract"])}, "completed_step", ("list", "generator")),
    ("an iterator", {"friend": iter(["b1"])}, "friend", ("list",)),
    ("a range", {"whitelisted": range(202611, 202612)}, "whitelisted", ("list", "range")),
    ("a queue", {"friend": deque(["b1"])}, "friend", ("list", "deque")),
    ("a list in a list", {"friend": [["b1"]]}, "friend[0]", ("text", "list")),
    ("None in a list", {"friend": ["b1", None]}, "friend[1]", ("None", "leave")),
    ("a number in a list of texts", {"friend": ["b1", 2]}, "friend[1]", ("text", "2")),
    ("a text in a list of numbers", {"whitelisted": ["202611"]}, "whitelisted[0]", ("whole number",)),
    ("a float in a list", {"whitelisted": [202611.0]}, "whitelisted[0]", ("whole number", "float")),
    ("month 13", {"whitelisted": [202612, 202613]}, "whitelisted[1]", ("202613", "month 01 to 12")),
    ("month 0", {"whitelisted": [202600]}, "whitelisted[0]", ("202600", "month 01 to 12")),
    ("a period before 2000", {"whitelisted": [199912]}, "whitelisted[0]", ("outside 200001..999912",)),
    ("a period after 9999", {"whitelisted": [1_000_001]}, "whitelisted[0]", ("outside 200001..999912",)),
    ("a step outside the six", {"completed_step": ["sign_up"]}, "completed_step[0]", ("sign_up", "read_contract")),
    ("a step in capitals", {"completed_step": ["READ_CONTRACT"]}, "completed_step[0]", ("read_contract",)),
    ("oneself as a friend", {"friend": ["b1", "a1"]}, "friend[1]", ("`a1`", "leave it out")),
    ("an endless list in a list", {"friend": [nested(100_000)]}, "friend[0]", ("text", "list")),
    # Payments.
    ("too short a tuple", {"payments": [(1, "online", 12)]}, "payments[0]", ("months_ago, channel, times, fen",)),
    ("too long a tuple", {"payments": [(1, "online", 12, 0, 0)]}, "payments[0]", ("months_ago, channel, times, fen",)),
    ("an empty tuple", {"payments": [()]}, "payments[0]", ("months_ago, channel, times, fen",)),
    ("a tuple that is not in a list", {"payments": (1, "online", 12, 0)}, "payments[0]", ("months_ago, channel",)),
    ("keys for a tuple", {"payments": [{1: 0, "online": 0, 80: 0, 300: 0}]}, "payments[0]", ("takes a tuple",)),
    ("a view of keys for a tuple", {"payments": [{1: 0, "online": 0, 80: 0, 300: 0}.keys()]}, "payments[0]",
     ("takes a tuple",)),
    ("a float's repetition", {"payments": [(1, "online", 1, 1), (1.0, "online", 1, 1)]}, "payments[1].months_ago",
     ("whole number", "float 1.0")),
    ("a mapping for a tuple", {"payments": [MONTH]}, "payments[0]", ("months_ago, channel, times, fen",)),
    ("a set for a tuple", {"payments": [{1, "online", 12, 0}]}, "payments[0]", ("months_ago, channel, times, fen",)),
    ("a text for a tuple", {"payments": ["1on0"]}, "payments[0]", ("months_ago, channel, times, fen",)),
    ("None for a tuple", {"payments": [None]}, "payments[0]", ("months_ago, channel, times, fen",)),
    ("an endless list for a tuple", {"payments": [nested(100_000)]}, "payments[0]", ("takes a tuple",)),
    ("a long number for a tuple", {"payments": [(HUGE,)]}, "payments[0]", ("takes a tuple",)),
    ("month 0 of payments", {"payments": [(0, "online", 1, 1)]}, "payments[0].months_ago", ("0 is outside 1..6",)),
    ("month 7 of payments", {"payments": [(7, "online", 1, 1)]}, "payments[0].months_ago", ("7 is outside 1..6",)),
    ("another channel", {"payments": [(1, "offline", 1, 1)]}, "payments[0].channel", ("offline", "offline_scan")),
    ("a channel's number", {"payments": [(1, 1, 1, 1)]}, "payments[0].channel", ("text",)),
    ("fewer than no payments", {"payments": [(1, "online", -1, 1)]}, "payments[0].times", ("-1 is outside",)),
    ("too many payments", {"payments": [(1, "online", MANY + 1, 1)]}, "payments[0].times", ("outside 0..1000000000",)),
    ("less than no money", {"payments": [(1, "online", 1, -1)]}, "payments[0].fen", ("-1 is outside",)),
    ("too much money", {"payments": [(1, "online", 1, MUCH_FEN + 1)]}, "payments[0].fen", ("outside",)),
    ("half a fen", {"payments": [(1, "online", 1, 0.5)]}, "payments[0].fen", ("whole number", "0.5")),
    ("None for fen", {"payments": [(1, "online", 1, None)]}, "payments[0].fen", ("None", "leave")),
    ("two counts for one month and channel", {"payments": [(1, "online", 2, 3), (1, "online", 3, 3)]}, "payments",
     ("two tuples", "months_ago 1", "channel online", "add them up")),
    ("two amounts for one month and channel", {"payments": [(1, "online", 2, 3), (1, "online", 2, 4)]}, "payments",
     ("two tuples", "months_ago 1", "channel online", "add them up")),
]  # fmt: skip

# Title, what is said about others, the fact that the error names, words of its message.
REFUSED_ABOUT: list[tuple[str, Any, str, tuple[str, ...]]] = [
    ("oneself", {"a1": {"age": 30}}, "about.a1", ("itself", "`facts`")),
    ("oneself without a fact", {"a1": {}}, "about.a1", ("itself", "`facts`")),
    ("a friend's misspelt fact", {"b1": {"payment_scor": 1}}, "b1.payment_scor", ("did you mean `payment_score`?",)),
    ("a friend's score out of range", {"b1": {"payment_score": 1001}}, "b1.payment_score", ("outside 0..1000",)),
    ("a friend's unknown score", {"b1": {"payment_score": None}}, "b1.payment_score", ("None", "leave the fact out")),
    ("a friend's two scores", {"b1": {"payment_score": [1, 2]}}, "b1.payment_score", ("one alone",)),
    ("a friend of oneself", {"b1": {"friend": ["b1"]}}, "b1.friend[0]", ("`b1`", "leave it out")),
    ("accounts that are no list", {"d1": {"device_account": "x"}}, "d1.device_account", ("list",)),
    ("an account that is no text", {"d1": {"device_account": ["x", 7]}}, "d1.device_account[1]", ("text",)),
    ("no facts of a friend", {"b1": None}, "b1", ("map names to values",)),
    ("a list of facts of a friend", {"b1": [("age", 1)]}, "b1", ("map names to values",)),
    ("a number for a friend", {5: {}}, "about", ("text", "5")),
    ("a friend without a name", {"": {}}, "about", ("non-empty",)),
    ("a list of friends", [("b1", {})], "about", ("map subjects to facts",)),
    ("a text about others", "b1", "about", ("map subjects to facts",)),
]
REFUSED_SUBJECTS: list[tuple[str, Any]] = [
    ("no name", ""),
    ("a number", 5),
    ("None", None),
    ("half a character", "\ud800"),
    ("a long number", HUGE),
]

# Title, facts in another form, the same facts in the plain one.
SAME: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a flag as True", {"student": True}, {"student": 1}),
    ("a flag as False", {"student": False}, {"student": 0}),
    ("a count as True", {"overdue_count": True}, {"overdue_count": 1}),
    ("flags in a tuple", {"payments": [(True, "online", True, False)]}, {"payments": [(1, "online", 1, 0)]}),
    ("a number's subclass", {"age": Age.THIRTY}, {"age": 30}),
    ("a text's subclass", {"channel": Channel.IN_APP}, {"channel": "in_app"}),
    ("a text's subclass that prints otherwise", {"region": Region.CN}, {"region": "CN"}),
    ("a tuple for a list", {"completed_step": ("read_contract",)}, {"completed_step": ["read_contract"]}),
    ("a set for a list", {"whitelisted": {202611, 202612}}, {"whitelisted": [202611, 202612]}),
    ("a frozen set for a list", {"friend": frozenset({"b1"})}, {"friend": ["b1"]}),
    ("lists for tuples", {"payments": [[1, "online", 80, 5]]}, {"payments": [(1, "online", 80, 5)]}),
    ("a repeated payment", {"payments": [(1, "online", 59, 5)] * 2}, {"payments": [(1, "online", 59, 5)]}),
    ("a repetition of 1 by True", {"payments": [(1, "online", 1, 1), (True, "online", True, True)]},
     {"payments": [(1, "online", 1, 1)]}),
    ("a repeated step", {"completed_step": ["read_contract"] * 3}, {"completed_step": ["read_contract"]}),
    ("a repeated period", {"whitelisted": [202611, 202611]}, {"whitelisted": [202611]}),
    ("no whitelisting, said and not said", {"whitelisted": []}, {}),
    ("no step, said and not said", {"completed_step": []}, {}),
]  # fmt: skip


def decided(policy: Policy, facts: Any, about: Any = None, subject: Any = "a1") -> Decision:
    return policy.decide(subject, facts, about, as_of=DAY)


def refused(decide: Callable[[], Decision], fact: str, words: tuple[str, ...]) -> None:
    """The error names the fact, in its message too, and says what to do in a lower-case sentence of modest length."""
    with pytest.raises(FactError) as raised:
        decide()
    error = raised.value
    assert error.fact == fact
    assert str(error) == f"`{fact}`: {error.message}"
    assert [word for word in words if word not in error.message] == []
    assert error.message[0] == error.message[0].lower()
    assert len(str(error)) < 1500


@pytest.mark.parametrize(
    ("facts", "fact", "words"), [pytest.param(facts, fact, words, id=title) for title, facts, fact, words in REFUSED]
)
def test_a_bad_fact_is_refused_by_name(
    weilidai: Policy, facts: dict[Any, Any], fact: str, words: tuple[str, ...]
) -> None:
    refused(lambda: decided(weilidai, QUALIFIED | facts), fact, words)


@pytest.mark.parametrize(
    ("about", "fact", "words"),
    [pytest.param(about, fact, words, id=title) for title, about, fact, words in REFUSED_ABOUT],
)
def test_a_bad_fact_about_another_is_refused_by_name(
    weilidai: Policy, about: Any, fact: str, words: tuple[str, ...]
) -> None:
    refused(lambda: decided(weilidai, QUALIFIED, about), fact, words)


@pytest.mark.parametrize("subject", [pytest.param(subject, id=title) for title, subject in REFUSED_SUBJECTS])
def test_a_subject_is_a_name(weilidai: Policy, subject: Any) -> None:
    refused(lambda: decided(weilidai, QUALIFIED, subject=subject), "subject", ("text",))


@pytest.mark.parametrize("facts", [None, [("age", 30)], "age", 5])
def test_facts_are_a_mapping(weilidai: Policy, facts: Any) -> None:
    refused(lambda: decided(weilidai, facts), "facts", ("map names to values",))


@pytest.mark.parametrize(("name", "least", "most"), [(name, *ends) for name, ends in RANGES.items()])
def test_a_number_is_taken_up_to_both_ends_of_its_range(weilidai: Policy, name: str, least: int, most: int) -> None:
    for value in (least, most):
        decided(weilidai, QUALIFIED | {name: value})
    for value in (least - 1, most + 1, 2**63, -(2**63) - 1):
        refused(lambda value=value: decided(weilidai, QUALIFIED | {name: value}), name, (f"outside {least}..{most}",))


def test_the_largest_payments_are_taken(weilidai: Policy) -> None:
    channels = ("online", "offline_scan", "offline_other")
    everything = [(month, channel, MANY, MUCH_FEN) for month in range(1, 7) for channel in channels]
    assert decided(weilidai, QUALIFIED | {"payments": everything}).scorecard["SC-STABILITY"] == 30


@pytest.mark.parametrize(("other", "plain"), [pytest.param(other, plain, id=title) for title, other, plain in SAME])
def test_another_form_of_a_fact_means_the_same(weilidai: Policy, other: dict[str, Any], plain: dict[str, Any]) -> None:
    assert decided(weilidai, QUALIFIED | other) == decided(weilidai, QUALIFIED | plain)


def test_any_mapping_is_taken_and_none_is_changed(weilidai: Policy) -> None:
    facts = QUALIFIED | {"friend": ["b2", "b1"], "device": ["d1"]}
    about = {"b1": {"payment_score": 640}, "d1": {"device_account": ["y", "x"]}}
    expected = decided(weilidai, dict(facts), dict(about))
    frozen = {other: MappingProxyType(others) for other, others in about.items()}
    assert decided(weilidai, MappingProxyType(facts), MappingProxyType(frozen)) == expected
    assert decided(weilidai, OrderedDict(reversed(facts.items())), about) == expected
    assert facts["friend"] == ["b2", "b1"]
    assert about["d1"] == {"device_account": ["y", "x"]}


def test_an_empty_list_is_given_and_an_absent_one_is_not(weilidai: Policy) -> None:
    silent = {name: value for name, value in QUALIFIED.items() if name != "payments"}
    assert decided(weilidai, silent).missing == ("payments",)
    assert decided(weilidai, silent | {"payments": []}).missing == ()


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"friend": []}, ()),
        ({"friend": ["b1"]}, ("friend_average_score", "friend_weilidai_share")),
        ({"friend_count": 0}, ("friend_average_score", "friend_weilidai_share")),
        ({}, ("friend_average_score", "friend_count", "friend_weilidai_share")),
    ],
)
def test_friends_given_as_none_are_not_friends_unknown(
    weilidai: Policy, facts: dict[str, Any], missing: tuple[str, ...]
) -> None:
    silent = {name: value for name, value in QUALIFIED.items() if not name.startswith("friend")}
    assert decided(weilidai, silent | facts).missing == missing


def test_no_facts_at_all_are_a_request_too(weilidai: Policy) -> None:
    decision = decided(weilidai, {})
    assert decision.outcome == "INDETERMINATE"
    assert len(decision.missing) == 27
    assert decision.rules_fired == ()


def test_the_first_bad_fact_of_many_is_found_among_good_ones(weilidai: Policy) -> None:
    facts = QUALIFIED | {"friend": [*(f"b{n}" for n in range(500)), None]}
    refused(lambda: decided(weilidai, facts), "friend[500]", ("None",))


# Title, what a query is given, the fact that the error names, words of its message.
REFUSED_QUERIES: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
    ("no amount", {"comparison": [(0, 1)]}, "comparison[0].amount_yuan", ("outside 1..10000000",)),
    ("too large an amount", {"comparison": [(10_000_001, 1)]}, "comparison[0].amount_yuan", ("outside 1..10000000",)),
    ("no days", {"comparison": [(1, 0)]}, "comparison[0].days", ("outside 1..3650",)),
    ("too many days", {"comparison": [(1, 1), (1, 3651)]}, "comparison[1].days", ("outside 1..3650",)),
    ("a float amount", {"comparison": [(1.5, 1)]}, "comparison[0].amount_yuan", ("whole number", "1.5")),
    ("a pair that is not in a list", {"comparison": (1, 1)}, "comparison[0]", ("amount_yuan, days",)),
    ("None", {"comparison": None}, "comparison", ("list",)),
    ("a misspelt input", {"comparisons": []}, "comparisons", ("did you mean `comparison`?",)),
    ("an applicant's input", {"age": [(1,)]}, "age", ("no fact", "comparison")),
]


@pytest.mark.parametrize(
    ("given", "fact", "words"),
    [pytest.param(given, fact, words, id=title) for title, given, fact, words in REFUSED_QUERIES],
)
def test_a_bad_query_is_refused_by_name(
    weilidai: Policy, given: dict[str, Any], fact: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(FactError) as raised:
        weilidai.query(given, as_of=DAY)
    assert raised.value.fact == fact
    assert [word for word in words if word not in raised.value.message] == []


def test_rows_hold_values_of_the_built_in_types_alone(weilidai: Policy) -> None:
    """Whatever a sender's own types do, no rule sees them."""
    facts = QUALIFIED | {
        "age": Age.THIRTY,
        "student": False,
        "region": Region.CN,
        "friend": ["b1", "微信"],
        "payments": [[True, "online", 5, 1], (2, Channel.IN_APP.replace("in_app", "online"), 5, 1)],
    }
    rows = weilidai.request_rows("a1", facts, {"微信": {"payment_score": 640}}, as_of=DAY)
    assert {type(value) for some in rows.values() for row in some for value in row} == {int, str}
    assert rows["age"] == [("a1", 30)]
    assert rows["region"] == [("a1", "CN")]
    assert rows["friend"] == [("a1", "b1"), ("a1", "微信")]
    assert rows["payments"] == [("a1", 1, "online", 5, 1), ("a1", 2, "online", 5, 1)]
    assert rows["payment_score"] == [("a1", QUALIFIED["payment_score"]), ("微信", 640)]


def test_a_moment_is_no_day(weilidai: Policy) -> None:
    """Its month depends on a time zone, which the rules do not know."""
    with pytest.raises(FactError, match="`as_of`: takes a date, not a datetime"):
        weilidai.decide("a1", {}, as_of=datetime(2026, 11, 30, 20))
