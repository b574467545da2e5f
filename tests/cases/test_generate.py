"""Applicants that are made from declarations: the same by one source of chance, and on both sides of every bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from zhunru_policy import EvaluationError, FactError, Policy, load_pack
from zhunru_policy.cases.compared import compared
from zhunru_policy.cases.files import read_cases
from zhunru_policy.cases.generate import SOME_DAY, Applicant, Generator

RULES = """
@[role = registry] .decl rule(id: symbol, kind: symbol, weight: symbol, section: symbol)
@[role = reason] .decl reason(id: symbol, language: symbol, text: symbol)
@[role = parameter] .decl parameter(name: symbol, @[form = yyyymm] start: number, value: number)
parameter("least", 0, 30). parameter("least", 202705, 40). parameter("most", 0, 7).
.decl in_force(name: symbol, value: number)
in_force(Name, V) :- current_period(P), parameter(Name, S, V), S = max T : { parameter(Name, T, _V), T <= P }.
.decl place(name: symbol) place("here"). place("there").
.decl colour(name: symbol) colour("red"). colour("blue").

@[required = yes] .decl age(a: symbol, @[least = 0] @[most = 150] years: number) .input age
@[required = yes] .decl town(a: symbol, name: symbol) .input town
.decl liked(a: symbol, @[values_of = colour] name: symbol) .input liked
@[many = yes] @[unique = month]
.decl paid(a: symbol, @[least = 1] @[most = 12] month: number, @[least = 0] @[most = 1000000] fen: number) .input paid
@[many = yes] .decl friend(a: symbol, @[other_subject = yes] b: symbol) .input friend
@[many = yes] .decl listed(a: symbol, @[least = 200001] @[most = 999912] @[form = yyyymm] period: number)
.input listed

.decl total(a: symbol, fen: number)
@[absence = "no payment is a total of nothing"]
total(A, T) :- applicant(A), T = sum F : { paid(A, _M, F) }.
@[role = rule] .decl met(a: symbol, id: symbol)
rule("R", "criterion", "high", "1"). reason("R", "zh", "好"). reason("R", "en", "good").
met(A, "R") :- applicant(A), age(A, N), in_force("least", Min), N * 2 >= Min * 4, town(A, T), place(T), total(A, F),
    F > 100 * 60, liked(A, "red"), listed(A, P), current_period(P), friend(A, B), age(B, O), O < 5.
.decl outcome(a: symbol, outcome: symbol) .output outcome
outcome(A, "YES") :- met(A, "R").
@[absence = "the least that there is"]
outcome(A, "NO") :- applicant(A), !met(A, "R").
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    folder = tmp_path_factory.mktemp("pack") / "made"
    folder.mkdir()
    (folder / "rules.dl").write_text(RULES, encoding="utf-8")
    return load_pack(folder)


def made(generator: Generator, count: int) -> Iterator[Applicant]:
    return (generator.applicant(Random(seed).randrange) for seed in range(count))


def test_what_rules_compare_with_is_found_behind_tables_sums_and_arithmetic(pack: Policy) -> None:
    met = compared(pack, [202611, 202706])
    assert {120, 160, 5} <= met["age", 1]  # `Min * 4` in both periods, and a friend's
    assert 7 not in met["age", 1]  # of a parameter that no rule reads
    assert met["town", 1] == {"here", "there"}
    assert met["paid", 2] == {6000}
    assert met["liked", 1] == {"red"}


def test_one_source_of_chance_makes_one_applicant(pack: Policy) -> None:
    assert list(made(Generator(pack), 50)) == list(made(Generator(pack), 50))
    assert len({str(each) for each in made(Generator(pack), 50)}) > 45


def test_both_sides_of_everything_are_reached(pack: Policy) -> None:
    seen: dict[str, Counter[object]] = {}
    for applicant in made(Generator(pack), 1500):
        seen.setdefault("as_of", Counter()).update([str(applicant.as_of)])
        for facts in (applicant.facts, *applicant.about.values()):
            for name, value in facts.items():
                rows = value if isinstance(value, (list, tuple, frozenset)) else [value]
                parts = [part for row in rows for part in (row if isinstance(row, (list, tuple)) else [row])]
                seen.setdefault(name, Counter()).update(part for part in parts if not isinstance(part, (list, dict)))
    assert {str(SOME_DAY), "2027-05-01", "2027-04-30"} == set(seen["as_of"])
    assert {0, 1, 4, 5, 6, 119, 120, 121, 149, 150} <= set(seen["age"])
    assert {5999, 6000, 6001, 0, 1_000_000} <= set(seen["paid"])
    assert {"here", "there", "here "} <= set(seen["town"])
    assert {"red", "blue"} <= set(seen["liked"])
    assert {202611, 202612, 202610} <= set(seen["listed"])
    assert {"b1", "b2"} <= set(seen["friend"])


def test_most_can_be_decided_and_some_are_to_be_refused(pack: Policy) -> None:
    said: Counter[str] = Counter()
    for applicant in made(Generator(pack), 1500):
        try:
            said[pack.decide(*applicant[:3], as_of=applicant.as_of).outcome] += 1
        except (FactError, EvaluationError) as error:
            said[type(error).__name__] += 1
    assert said["FactError"] < 150
    assert min(said["NO"], said["FactError"]) > 10


def test_with_cases_every_outcome_and_every_rule_is_reached(weilidai: Policy) -> None:
    cases = read_cases(Path(weilidai.folder or "") / "cases")
    fired: set[str] = set()
    outcomes: set[str] = set()
    for applicant in made(Generator(weilidai, cases), 2500):
        try:
            decision = weilidai.decide(*applicant[:3], as_of=applicant.as_of)
        except FactError:
            continue
        fired.update(decision.rules_fired)
        outcomes.add(decision.outcome)
    assert len(outcomes) == 8
    assert fired == set(weilidai.registry)
