"""Queries: what they answer, against the derived relations and among the engines, and what a bad one is told."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy.applicants import QUALIFIED, Applicant, generate
from tests.policy.random_queries import Conjunction
from zhunru_policy import EvaluationError, FactError, Policy, PolicyError, load_pack
from zhunru_policy.errors import WorkLimitError
from zhunru_policy.ir.core import Row
from zhunru_policy.loader import ADDED_FILE, build_policy
from zhunru_policy.query import MOST_LITERALS, Query

DAY = date(2026, 11, 24)
SEEDS = range(20)
ENGINES = ("general", "reference", "pydatalog")


@cache
def pack() -> Policy:
    return load_pack("weilidai")


@cache
def failing() -> Policy:
    """The pack with rules that fail at age 0."""
    return build_policy(
        "failing", {**{file: text for file, text in pack().sources.items() if file != ADDED_FILE}, "more.dl": FAILING}
    )


@cache
def derived(seed: int) -> dict[str, set[Row]]:
    """Every relation of a seeded applicant."""
    subject, facts, about, as_of = generate(seed)
    return {**pack().derive(pack().request_rows(subject, facts, about, as_of=as_of))}


def asked(text: str, **facts: Any) -> list[Row]:
    return Query(pack(), text).ask("a1", {**QUALIFIED, **facts}, as_of=DAY)


def of(applicant: Applicant, query: Query, engine: str) -> list[Row]:
    subject, facts, about, as_of = applicant
    return query.ask(subject, facts, about, as_of=as_of, engine=engine)


# ── what a query answers ─────────────────────────────────────────────────────────────────────────


ANSWERS: dict[str, list[Row]] = {
    "age(A, N)": [("a1", 30)],
    "age(_, N), Twice = N * 2, Twice >= 60.": [(30, 60)],
    "Twice = N * 2, age(_, N) // the order of the text is the order of the columns": [(60, 30)],
    "age(A, _N), !student(A, 1)": [("a1",)],
    "Sum = sum F : { paid_in_month(A, _M, F) }, applicant(A)": [(2_700_000, "a1")],
    "applicant(A), N = count : { met(A, _) }": [("a1", 6)],
    "applicant(Who); age(Who, 31)": [("a1",)],
    'served_region(C), S = "x", T = S': [("CN", "x", "x")],
    'in_force("least_payment_score", Least), payment_score(_, Has), Over = Has - Least': [(550, 640, 90)],
    'given(_, Name), Name = "age"': [("age",)],
    'served_region(C), C >= "CN", C < "CNA", !("B" > C), "cn" > C': [("CN",)],
    "applicant(A), N = count : { met(A, _), !student(_, 1) }": [("a1", 6)],
    "applicant(_)": [()],
    'age("a1", 30), /* yes */ 1 < 2': [()],
    "age(_, 31)": [],
    "age(_, 31),\n\tmet(_, Id)": [],
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("text", ANSWERS)
def test_a_query_answers_with_its_variables(text: str, engine: str) -> None:
    assert Query(pack(), text).ask("a1", QUALIFIED, as_of=DAY, engine=engine) == ANSWERS[text]


def test_rows_are_sorted_numbers_by_size() -> None:
    query = Query(pack(), "X = N - 25, calendar_month(M), N = M * 10")
    assert query.ask_of_nobody(as_of=DAY) == [(10 * month - 25, 10 * month, month) for month in range(1, 7)]


def test_columns_say_what_they_hold_and_in_which_unit() -> None:
    text = 'known_friend_share(A, P), monthly_average(A, Fen), Fen > Least, Least = 5, N = P + 1, Code = "x"'
    told = [(c.name, c.kind, c.measure.unit_en, c.measure.divide) for c in Query(pack(), text).columns]
    assert told == [
        ("A", "symbol", "", 1),
        ("P", "number", "%", 1),
        ("Fen", "number", "yuan", 100),
        ("Least", "number", "yuan", 100),
        ("N", "number", "", 1),
        ("Code", "symbol", "", 1),
    ]


def test_nobody_has_no_facts_but_the_policys_own() -> None:
    query = Query(pack(), 'in_force("least_payment_score", Least), N = count : { applicant(_) }')
    assert query.ask_of_nobody(as_of=DAY) == [(550, 0)]
    assert query.ask_of_nobody(as_of=date(1999, 1, 1), engine="pydatalog") == [(550, 0)]


def test_a_query_knows_the_day_and_other_subjects() -> None:
    query = Query(pack(), "current_period(P), age(Other, N), !applicant(Other)")
    assert query.ask("a1", QUALIFIED, {"b1": {"age": 40}}, as_of=date(2027, 2, 1)) == [(202702, "b1", 40)]


def test_a_query_may_be_asked_again_of_others() -> None:
    query = Query(pack(), "age(A, N)")
    assert [query.ask(name, {"age": n}, as_of=DAY) for name, n in (("x", 1), ("y", 2))] == [[("x", 1)], [("y", 2)]]


def test_facts_are_refused_as_for_a_decision() -> None:
    with pytest.raises(FactError, match="`age`: 200 is outside"):
        asked("met(A, I)", age=200)


# ── against the derived relations ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(pack().vocabulary.declared))
def test_a_query_of_one_relation_gives_what_is_derived(name: str) -> None:
    columns = ", ".join(f"V{at}" for at, _ in enumerate(pack().vocabulary.declared[name].attributes))
    query = Query(pack(), f"{name}({columns})")
    for seed in SEEDS:
        assert of(generate(seed), query, "general") == sorted(derived(seed)[name]), seed  # type: ignore[type-var]


def test_the_applicants_hold_something_in_most_relations() -> None:
    held = {name for seed in SEEDS for name, rows in derived(seed).items() if rows}
    assert len(held) >= 0.9 * len(pack().vocabulary.declared)


def conjunction_of(number: int) -> Conjunction:
    return Conjunction(number, pack().core.relations.values(), derived(number % len(SEEDS)))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_random_conjunctions_mean_the_same_joined_by_hand_and_on_every_engine(number: int) -> None:
    seed = number % len(SEEDS)
    conjunction = conjunction_of(number)
    query = Query(pack(), ", ".join(conjunction.literals))
    for engine in ENGINES:
        try:
            found = of(generate(seed), query, engine)
        except WorkLimitError:
            assert engine == "pydatalog"  # which needs more time for a large answer, and says so
            continue
        assert found == conjunction.expected, (engine, seed, conjunction.literals)


def test_random_conjunctions_often_hold_and_use_every_kind_of_literal() -> None:
    made = [conjunction_of(number) for number in range(100)]
    assert sum(1 for conjunction in made if conjunction.expected) > len(made) / 2
    literals = [literal for conjunction in made for literal in conjunction.literals]
    assert all(any(part in literal for literal in literals) for part in ("!", ">=", "* 3", "(", '"'))


# ── what fails ───────────────────────────────────────────────────────────────────────────────────


NO_COLUMN = "write `_` for it, or `_{}`, or ask twice"
# Each text with what it is told: place, what is wrong, what to do.
BAD: dict[str, list[tuple[str, str, str]]] = {
    "": [("1:1", "the query is empty", "write what must hold, such as `age(A, N)`")],
    " // nothing\n/* at all\n */ .": [("3:5", "the query is empty", "write what must hold, such as `age(A, N)`")],
    "agee(A, N), met(A)": [
        ("1:1", "relation `agee` is not declared", "did you mean `age`?"),
        ("1:13", "relation `met` has 2 attributes, but 1 argument here", "write `met(a, id)`"),
    ],
    "xyz(A)": [("1:1", "relation `xyz` is not declared", "name a relation of the policy")],
    "query(X)": [("1:1", "relation `query` is not declared", "name a relation of the policy")],
    "age(A, N),\n  N > Least": [
        ("2:7", "variable `Least` is not bound", "add an atom to the body with `Least` as an argument")
    ],
    "!age(A, 7)": [("1:6", "variable `A` is not bound", "add an atom to the body with `A` as an argument")],
    "applicant(_), F > sum F : { paid(_, F) }": [
        ("1:15", "variable `F` has a value only inside the aggregate at 1:19",
         "bind it outside too, by an atom that gives its values"),
    ],
    "met(A, X); unmet(_, Y)": [
        ("1:5", "variable `A` does not stand in every alternative of the query", NO_COLUMN.format("A")),
        ("1:8", "variable `X` does not stand in every alternative of the query", NO_COLUMN.format("X")),
        ("1:21", "variable `Y` does not stand in every alternative of the query", NO_COLUMN.format("Y")),
    ],
    'age(A, N), N = "x"': [
        ("1:12", 'can\'t compare `N` (`years`: `years` of `age` at 1:8) with `"x"` (a symbol)',
         "a number and a symbol never meet; look for arguments in the wrong order"),
    ],
    "age(A, N), account_age_days(A, N)": [
        ("1:32", "`N` is `days` here (`n` of `account_age_days`), but `years` at 1:8 (`years` of `age`)",
         "convert one of them by arithmetic, whose result fits every number type"),
    ],
    "age(A, X); met(A, X)": [
        ("1:8", "`X` is `symbol` (`id` of `met` at 1:19), but `X` in another alternative of the query is `number`",
         "a number and a symbol never meet; look for arguments in the wrong order"),
    ],
    "xyz(A, I), N = count : { met(A, I) }": [
        ("1:1", "relation `xyz` is not declared", "name a relation of the policy")
    ],
    "age(A, N), X = _": [
        ("1:16", "`_` has no value in a comparison", "name a variable that an atom of the body binds")
    ],
    "age(A, N": [("1:4", "`(` is not closed", "write `)` before `.`")],
    "age(A, N),": [("1:10", "nothing stands between `,` and `.`", "remove the `,`")],
    "age(A, N) and met(A, I)": [("1:11", "`and` is not an operator", "write `,`")],
    "age(A, N). met(A, I).": [("1:12", "a query ends with its first `.`", "write `,` between what must hold")],
    "age(A, N) :- met(A, _)": [("1:11", "unexpected `:-`", "expected `,`, `;` or `.`")],
    "age(A, 30.5)": [
        ("1:8", "floats are not part of the policy language: `30.5`", "write a whole number of a smaller unit")
    ],
    "age(A, N),\nmet(A, 'x'), N >": [
        ("2:8", "string in single quotes", 'strings stand in double quotes: `"x"`'),
        ("2:17", "unexpected `.`", "expected a value"),
    ],
    ", ".join(f"age(A{n}, _)" for n in range(MOST_LITERALS + 1)): [
        ("1:1", "the query, or an alternative of it, has more than 100 literals", "ask in parts")
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:30])
def test_a_bad_query_is_told_all_that_is_wrong_with_it(text: str) -> None:
    with pytest.raises(PolicyError) as refused:
        Query(pack(), text)
    told = [(found.span, found.message, found.suggestion) for found in refused.value.diagnostics]
    assert [(str(span), *words) for span, *words in told] == [(f"query:{at}", *words) for at, *words in BAD[text]]


PIECES = (
    *("age", "met", "query", "0", "(", ")", "{", "}", ",", ";", ".", ":-", ":", "!", "=", "<", "+", "/", "-", '"', "'"),
    *(" ", "\n", "\t", "\r", "//", "/*", "*/", "///", "@[a = 1]", ".decl p(a: symbol)", ".input age", "age(A, N)"),
    *(
        "A",
        "N",
        "_",
        "_N",
        "7",
        "1.5",
        '"x"',
        "sum",
        "count : { met(A, _) }",
        "，",
        "“",
        "\0",
        "\ud800",
        "\u202e",
        "汉",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(max_examples=300)
def test_any_text_is_a_query_or_is_refused_at_places_within_it(text: str) -> None:
    try:
        query = Query(pack(), text)
    except PolicyError as refused:
        lines = text.split("\n")
        for found in refused.diagnostics:
            assert found.span.file == "query"
            assert 1 <= found.span.line <= len(lines)
            assert 1 <= found.span.column <= len(lines[found.span.line - 1]) + 1
    else:
        assert all(len(row) == len(query.columns) for row in query.ask("a1", QUALIFIED, as_of=DAY))


def test_a_query_may_be_as_long_as_the_bound() -> None:
    text = ", ".join(f"age(_, N{n})" for n in range(MOST_LITERALS))
    for engine in ("general", "reference"):
        assert Query(pack(), text).ask("a1", QUALIFIED, as_of=DAY, engine=engine) == [(30,) * MOST_LITERALS]


def test_a_warning_refuses_nothing() -> None:
    query = Query(pack(), "age(A, _N), _N > 20")
    assert [str(found) for found in query.warnings] == [
        "query:1:8: warning: variable `_N` is named as standing once, but stands 2 times; drop the `_` it starts with"
    ]
    assert query.ask("a1", QUALIFIED, as_of=DAY) == [("a1",)]


FAILING = """
.decl share(a: symbol, n: number)
share(A, 100 / N) :- age(A, N).
met(A, "ELG-SCORE") :- payment_score(A, Score), in_force("least_payment_score", Least), age(A, N), Score / N > Least.
"""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age(A, N), X = 1 / N", "query:1:1: rule failed: division by zero"),
        ("age(A, N),\nN - 9223372036854775807 - 2 < 0", "query:1:1: rule failed: number beyond 64 bits"),
        ("share(_, N)", "more.dl:3:1: rule failed: division by zero"),
        ('met(_, "ELG-SCORE")', "more.dl:4:1: rule of `ELG-SCORE` failed: division by zero"),
    ],
)
def test_a_rule_that_fails_in_the_query_or_below_it_fails_the_query(text: str, said: str, engine: str) -> None:
    policy = failing()
    with pytest.raises(EvaluationError, match=re.escape(said)):
        Query(policy, text).ask("a1", {**QUALIFIED, "age": 0}, as_of=DAY, engine=engine)


def test_a_rule_that_the_query_does_not_read_can_not_fail_it() -> None:
    assert Query(failing(), "age(_, N)").ask("a1", {**QUALIFIED, "age": 0}, as_of=DAY) == [(0,)]


def test_a_query_that_multiplies_what_has_nothing_in_common_is_given_up() -> None:
    query = Query(pack(), ", ".join(f"rule(R{n}, _, _, _)" for n in range(4)))
    with patch("zhunru_policy.query.MOST_WORK", 10_000), pytest.raises(WorkLimitError):
        query.ask_of_nobody(as_of=DAY)
