"""The specialised function gives what the general engine gives: on the pack, on every shape of rule, and on odd
facts.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy.applicants import generate
from zhunru_policy import FactError, Policy, ZhunruError, load_pack
from zhunru_policy.loader import build_policy
from zhunru_policy.engines.specialised import source

HERE = Path(__file__).parent
AS_OF = date(2026, 11, 24)
WORKSHOP = load_pack(HERE / "packs" / "workshop")
WEILIDAI = load_pack("weilidai")


def answer(
    policy: Policy, engine: str | None, subject: str, facts: dict, about: dict | None, as_of: date = AS_OF
) -> object:
    """The decision, or the error's type and text."""
    try:
        return policy.decide(subject, facts, about, as_of=as_of, engine=engine)
    except ZhunruError as error:
        return type(error).__name__, str(error)


# ── every shape of rule ──────────────────────────────────────────────────────────────────────────

small = st.integers(-3, 12) | st.sampled_from([99, 100, 101, 10**9, -(10**9)])
colours = st.sampled_from(["red", "blue", "绿", "grey"])
uses = st.dictionaries(st.tuples(st.integers(1, 4), st.sampled_from(["cut", "drill"])), small, max_size=8).map(
    lambda amounts: [(day, kind, n) for (day, kind), n in amounts.items()]
)


def part(others: list[str]) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(
        {},
        optional={
            "size": small,
            "weight": small,
            "spare": small,
            "colour": colours,
            "painted": st.lists(st.sampled_from(["red", "blue", "绿"]), max_size=3),
            "tag": st.lists(colours, max_size=3),
            "code": st.lists(small, max_size=3),
            "use": uses,
            "joined": st.lists(st.sampled_from(others), max_size=4),
        },
    )


parts = st.fixed_dictionaries({name: part([other for other in "abcd" if other != name]) for name in "abcd"})


@settings(max_examples=300, deadline=None, derandomize=True)
@given(parts, st.sampled_from([AS_OF, date(2027, 1, 1)]))
def test_every_shape_of_rule_gives_what_the_general_engine_gives(facts: dict, as_of: date) -> None:
    about = {name: own for name, own in facts.items() if name != "a"}

    results = [answer(WORKSHOP, engine, "a", facts["a"], about, as_of) for engine in (None, "general", "reference")]

    assert results[0] == results[1] == results[2]


def test_the_workshop_can_be_specialised() -> None:
    assert WORKSHOP.specialised(202611) is not None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"size": 3, "weight": 2, "use": [], "spare": 0}, "division by zero"),
        ({"size": 10**9, "weight": 10**9, "use": [], "spare": 1}, "number beyond 64 bits"),
    ],
)
def test_a_failing_rule_is_an_error_that_names_it(facts: dict, expected: str) -> None:
    kind, text = answer(WORKSHOP, None, "a", facts, None)  # type: ignore[misc]
    assert kind == "RuleArithmeticError"
    assert text.startswith("workshop.dl:")
    assert expected in text


def test_two_numbers_where_there_is_place_for_one_are_kept_apart() -> None:
    """`level` holds twice for a red part: no row may hide another."""
    fallen = WORKSHOP.falls.total()
    decision = WORKSHOP.decide("a", {"size": 3, "weight": 1, "use": [], "colour": "red"}, as_of=AS_OF)
    assert decision.invitation_score == 4
    assert WORKSHOP.falls.total() == fallen


# ── the pack ─────────────────────────────────────────────────────────────────────────────────────


def test_usual_facts_never_leave_the_specialised_way() -> None:
    for seed in range(800):
        subject, facts, about, as_of = generate(seed)
        function = WEILIDAI.specialised(as_of.year * 100 + as_of.month)
        assert function is not None
        decision = function(subject, facts, about, as_of.year * 100 + as_of.month)
        assert decision == WEILIDAI.decide(subject, facts, about, as_of=as_of, engine="general")


def test_periods_with_the_same_parameters_share_a_function_that_names_them() -> None:
    assert WEILIDAI.specialised(202611) is WEILIDAI.specialised(999912)
    assert WORKSHOP.specialised(202612) is not WORKSHOP.specialised(202701)
    assert WORKSHOP.span_of(202612) == (0, 202700)
    text = source(WEILIDAI, WEILIDAI.span_of(202611))
    assert "payment_score_1 >= 550" in text
    assert "01_account.dl:" in text


# ── odd facts ────────────────────────────────────────────────────────────────────────────────────


class Flag(IntEnum):
    NO = 0
    YES = 1


class Text(str):
    __slots__ = ()


ODD: dict[str, object] = {
    "a bool": ("student", True),
    "an enumeration": ("student", Flag.YES),
    "a flag beyond": ("student", 2),
    "a flag below": ("student", -1),
    "a float for a flag": ("student", 1.0),
    "a text for a flag": ("student", "1"),
    "a list for a flag": ("student", [1]),
    "a tuple for a flag": ("student", (1,)),
    "a set for a flag": ("student", {1}),
    "no flag": ("student", None),
    "a text of its own class": ("region", Text("CN")),
    "Chinese": ("region", "中国"),
    "a tuple for a list": ("whitelisted", (202611, 202611)),
    "a set for a list": ("completed_step", {"read_contract"}),
    "lists for tuples": ("payments", [[1, "online", 12, 34500], [2, "online", 1, 1]]),
    "a repeated tuple": ("payments", [(1, "online", 12, 34500), (1, "online", 12, 34500)]),
    "a bool in a tuple": ("payments", [(True, "online", 12, 34500)]),
    "none": ("age", None),
    "a float": ("age", 30.0),
    "a float in a list": ("whitelisted", [202611.0]),
    "a float in a tuple": ("payments", [(1.0, "online", 12, 34500)]),
    "a float at the end of a tuple": ("payments", [(1, "online", 12, 34500.0)]),
    "not a number": ("payments", [(1, "online", 12, float("nan"))]),
    "two tuples for a key": ("payments", [(1, "online", 12, 34500), (1, "online", 13, 34500)]),
    "a short tuple": ("payments", [(1, "online", 12)]),
    "a surrogate": ("region", "\ud800"),
    "a surrogate in a list": ("friend", ["\ud800"]),
    "oneself": ("friend", ["a1"]),
    "month 13": ("whitelisted", [202613]),
    "beyond": ("age", 151),
    "below": ("age", -1),
    "a number beyond all": ("age", 10**400),
    "an unknown step": ("completed_step", ["jump"]),
    "an unknown fact": ("aeg", 3),
    "a number for a name": (7, 3),
    "a text for a number": ("age", "30"),
    "a number for a text": ("region", 86),
    "a list for one": ("age", [30]),
    "one for a list": ("friend", "b1"),
    "a dict for a list": ("friend", {"b1": 1}),
    "nested": ("friend", [["b1"]]),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("of_other", [False, True])
def test_odd_facts_get_what_the_general_way_gives(name: str, of_other: bool) -> None:
    key, value = ODD[name]  # type: ignore[misc]
    facts, about = ({key: value}, None) if not of_other else ({}, {"b9": {key: value}})

    assert answer(WEILIDAI, None, "a1", facts, about) == answer(WEILIDAI, "general", "a1", facts, about)


@pytest.mark.parametrize(
    ("subject", "facts", "about"),
    [
        ("", {}, None),
        (5, {}, None),
        ("\ud800", {}, None),
        ("甲", {"age": 30}, None),
        ("a1", None, None),
        ("a1", [("age", 30)], None),
        ("a1", {}, {"a1": {}}),
        ("a1", {}, {"": {}}),
        ("a1", {}, {3: {}}),
        ("a1", {}, {"b1": None}),
        ("a1", {}, {"b1": []}),
        ("a1", {}, {"\ud800": {}}),
        ("a1", {}, ["b1"]),
        ("a1", {"friend": ["b1"]}, {"b1": {}}),
        ("a1", {"device": ["a1"], "device_account": ["x"] * 5}, None),
    ],
)
def test_odd_requests_get_what_the_general_way_gives(subject: str, facts: dict, about: dict) -> None:
    assert answer(WEILIDAI, None, subject, facts, about) == answer(WEILIDAI, "general", subject, facts, about)


def test_a_fact_error_is_the_same_on_both_ways() -> None:
    with pytest.raises(FactError, match=r"`age`: 151 is outside 0\.\.150"):
        WEILIDAI.decide("a1", {"age": 151}, as_of=AS_OF)


@pytest.mark.parametrize(
    "name",
    ["type", "len", "class", "known_1", "USUAL", "decide", "subject", "answer_outcome_1", "age_rows_1", "compress"],
)
def test_an_input_may_have_any_name(name: str) -> None:
    base = (HERE.parent / "packs" / "base" / "00_base.dl").read_text(encoding="utf-8")
    text = (
        base.replace("nickname", name)
        + f"@[answer = advice]\n.output said\n.decl said(a: symbol, n: symbol)\nsaid(A, N) :- {name}(A, N).\n"
    )
    policy = build_policy("named", {"named.dl": text})
    facts = {"age": 20, name: "x"}

    assert policy.decide("a", facts, as_of=AS_OF).advice == ("x",)
    assert policy.decide("a", facts, as_of=AS_OF) == policy.decide("a", facts, as_of=AS_OF, engine="reference")
