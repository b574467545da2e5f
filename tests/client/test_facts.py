"""Facts on their way out: what is refused before anything is sent, and that the rest arrives as it was meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhunru import InvalidRequest
from zhunru.facts import applicant_message
from zhunru.v1 import policy_pb2 as pb
from zhunru_server.limits import Limits
from zhunru_server.wire.requests import Applicant, Reader


def arrived(message: pb.Applicant) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    return Reader(Limits()).applicant(Applicant.FromString(message.SerializeToString()))


BAD: list[tuple[Any, str, str]] = [
    ({"age": 1.0}, "facts.age", "the float 1.0"),
    ({"age": None}, "facts.age", "leave the fact out"),
    ({"age": b"30"}, "facts.age", "is a bytes"),
    ({"age": {}}, "facts.age", "is a dict"),
    ({"age": 2**63}, "facts.age", "beyond 64 bits"),
    ({"age": -(2**63) - 1}, "facts.age", "beyond 64 bits"),
    ({"region": "\ud800"}, "facts.region", "no valid Unicode"),
    ({1: 1}, "facts", "non-empty text as a name, not 1"),
    ({"": 1}, "facts", "non-empty text as a name"),
    ([], "facts", "must map names to values, not be a list"),
    ({"friend": ["b1", None]}, "facts.friend[1]", "leave the fact out"),
    ({"friend": ["b1", 2]}, "facts.friend[1]", "give all one kind"),
    ({"friend": [1, "b2"]}, "facts.friend[1]", "give all one kind"),
    ({"friend": [[["b1"]]]}, "facts.friend[0][0]", "is a list"),
    ({"payments": [(1, "online"), (2, 3)]}, "facts.payments[1][1]", "give all one kind"),
    ({"payments": [(1, "online"), (2, 0.5)]}, "facts.payments[1][1]", "give all one kind|the float"),
    ({"payments": [(1, "online"), (2,)]}, "facts.payments[1]", "as long as the first"),
    ({"payments": [(1, "online"), 2]}, "facts.payments[1]", "as long as the first"),
    ({"payments": [2, (1, "online")]}, "facts.payments[0]", "as long as the first"),
    ({"payments": [()]}, "facts.payments[0]", "as long as the first"),
    ({"payments": ["ok", "\udfff"]}, "facts.payments[1]", "no valid Unicode"),
]


@pytest.mark.parametrize(("facts", "field", "words"), BAD)
def test_what_no_policy_could_take_is_not_sent(facts: Any, field: str, words: str) -> None:
    for about in (False, True):
        with pytest.raises(InvalidRequest) as raised:
            applicant_message("a", {} if about else facts, {"b": facts} if about else None)
        [violation] = raised.value.violations
        assert violation.field == (field.replace("facts", "about.b", 1) if about else field)
        assert any(part in violation.description for part in words.split("|"))


@pytest.mark.parametrize("subject", ["", None, 1, b"a", "\ud800"])
def test_a_subject_is_a_text(subject: Any) -> None:
    with pytest.raises(InvalidRequest) as raised:
        applicant_message(subject, {}, None)
    assert [violation.field for violation in raised.value.violations] == ["subject"]


NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.booleans()
SYMBOLS = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
ROWS = st.lists(st.sampled_from([NUMBERS, SYMBOLS]), min_size=2, max_size=4).flatmap(
    lambda kinds: st.lists(st.tuples(*kinds), min_size=1, max_size=5)
)
FACTS = st.dictionaries(NAMES, NUMBERS | SYMBOLS | st.lists(NUMBERS) | st.lists(SYMBOLS) | ROWS, max_size=6)


@given(NAMES, FACTS, st.dictionaries(NAMES, FACTS, max_size=3))
def test_facts_arrive_as_they_were_given(subject: str, facts: dict[str, Any], about: dict[str, Any]) -> None:
    message = applicant_message(subject, facts, about)
    assert message.subject == subject
    assert arrived(message) == (facts, about)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"whitelisted": (202611, 202612)}, {"whitelisted": [202611, 202612]}),
        ({"friend": {"b1"}}, {"friend": ["b1"]}),
        ({"payments": [[1, "online", 2, 3]]}, {"payments": [(1, "online", 2, 3)]}),
        ({"student": True, "flags": [False]}, {"student": 1, "flags": [0]}),
    ],
)
def test_other_shapes_mean_the_same(given: Any, meant: Any) -> None:
    assert arrived(applicant_message("a", given, None)) == (meant, {})


def test_what_is_given_without_anything_in_it_is_still_given() -> None:
    message = applicant_message("a", {"friend": []}, {"b": {}, "c": {"friend": []}})
    assert arrived(message) == ({"friend": []}, {"b": {}, "c": {"friend": []}})
