"""An applicant is told neither of rules against fraud nor of other people's data, in whatever would have to change."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED, generate
from zhunru_policy import Policy
from zhunru_policy.explain import Book
from zhunru_policy.explain.disclosure.recourse import for_applicant
from zhunru_policy.explain.recourse.search import Recourse, recourse

AS_OF = date(2026, 11, 24)
GENERAL = ("账户未通过安全核验", "the account did not pass the security checks")


@pytest.fixture(scope="module")
def book(weilidai: Policy) -> Book:
    return Book(weilidai)


def ask(book: Book, facts: dict[str, Any], wish: str | None = None) -> tuple[Recourse, Recourse]:
    whole = recourse(book.policy, "a1", facts, as_of=AS_OF, wish=wish)
    return whole, for_applicant(whole, book, "a1")


def forbidden_words(book: Book) -> re.Pattern[str]:
    """Of undisclosed rules and others' data: ids, inputs' names, their labels in both languages."""
    inputs = book.policy.vocabulary.inputs
    names = {*book.undisclosed.words, *(name for name, spec in inputs.items() if spec.of_others)}
    known = " ".join(spec.label_zh + spec.label_en for name, spec in inputs.items() if name not in names)
    labels = {label for name in names & inputs.keys() for label in (inputs[name].label_zh, inputs[name].label_en)}
    patterns = [rf"['\"]{name}['\"]" for name in sorted(names)]
    patterns += [re.escape(label) for label in sorted(labels) if label not in known]
    return re.compile("|".join(patterns))


def test_nothing_is_told_that_an_applicant_may_not_know(weilidai: Policy, book: Book) -> None:
    words = forbidden_words(book)
    hidden = 0
    for seed in range(240):
        subject, facts, about, as_of = generate(seed)
        whole = recourse(weilidai, subject, facts, about, as_of=as_of, wish=(None, "INVITED")[seed % 2])
        told = for_applicant(whole, book, subject)
        assert not words.findall(repr(told)), seed
        hidden += words.search(repr([answer.changes for answer in whole.counterfactuals])) is not None
        for answer in told.counterfactuals:
            assert answer.facts.keys() <= {change.fact for change in answer.changes}, seed
    assert hidden >= 3


def test_the_general_reason_stands_for_all_that_is_not_disclosed(book: Book) -> None:
    facts = QUALIFIED | {"phone_changes_180d": 5, "plugin_detected": 1, "channel": "agent"}
    whole, told = ask(book, facts)
    assert [change.fact for change in whole.counterfactuals[0].changes] == [
        "channel", "phone_changes_180d", "plugin_detected",
    ]  # fmt: skip
    (answer,) = told.counterfactuals
    channel, general = answer.changes
    assert (channel.fact, channel.after) == ("channel", "in_app")
    assert (general.text_zh, general.text_en) == GENERAL
    assert (general.fact, general.key, general.column, general.before, general.after) == ("", (), "", None, None)
    assert (general.steps, general.facts, answer.steps) == (0, 0, 1)
    assert answer.facts == {"channel": "in_app"}


def test_answers_that_look_alike_are_told_once(book: Book) -> None:
    whole, told = ask(book, QUALIFIED | {"accounts_on_device": 9})
    assert len(whole.counterfactuals) == len(told.counterfactuals) == 1
    assert [change.text_en for change in told.counterfactuals[0].changes] == [GENERAL[1]]


def test_what_blocks(book: Book) -> None:
    _, told = ask(book, QUALIFIED | {"financial_blacklist": 1, "platform_violation": 1, "student": 1})
    assert [(b.fact, b.value) for b in told.blockers] == [("student", 1), ("", None)]
    assert told.blockers[1].text_zh == GENERAL[0]


def test_other_people_s_data_is_not_named(book: Book) -> None:
    facts = {name: value for name, value in QUALIFIED.items() if name != "friend_average_score"}
    whole, told = ask(book, facts)
    assert [b.fact for b in whole.blockers] == ["friend_average_score"]
    assert [(b.fact, b.text("zh"), b.text("en")) for b in told.blockers] == [("", "他人的信息", "other people's data")]


def test_an_applicant_s_own_changes_are_told_in_full(book: Book) -> None:
    whole, told = ask(book, QUALIFIED | {"payment_score": 530})
    assert told.counterfactuals[0].changes == whole.counterfactuals[0].changes
    assert told.counterfactuals[0].facts == {"payment_score": 550}
