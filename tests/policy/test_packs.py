"""What a pack must keep: each text of `packs/bad`, added to the small pack that is in order, gets the messages it
states.

And a pack of other names decides and explains without a line of Python about it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhunru_policy import AnswerError, Policy, PolicyError, load_pack
from zhunru_policy.cases.files import read_cases
from zhunru_policy.language import syntax
from zhunru_policy.language.parser import parse
from zhunru_policy.language.printer import print_symbol
from zhunru_policy.loader import ADDED_FILE, build_policy, pack_folder
from zhunru_policy.pack.additions import additions
from zhunru_policy.pack.domains import Domains

HERE = Path(__file__).parent / "packs"
EXPECT = "// expect: "
BASE = (HERE / "base" / "00_base.dl").read_text(encoding="utf-8")
AS_OF = date(2026, 11, 24)


@pytest.mark.parametrize("file", sorted(HERE.glob("bad/*.dl")), ids=lambda file: file.stem)
def test_a_bad_pack_gets_the_messages_that_it_states(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    expected = [line.removeprefix(EXPECT) for line in text.splitlines() if line.startswith(EXPECT)]

    with pytest.raises(PolicyError) as refused:
        build_policy("bad", {"00_base.dl": BASE, "bad.dl": text})

    assert [str(found).removeprefix("bad.dl:") for found in refused.value.diagnostics] == expected


def test_the_pack_that_the_bad_ones_are_added_to_is_in_order() -> None:
    assert load_pack(HERE / "base").decide("a", {"age": 20}, as_of=AS_OF).outcome == "IN"


MATCHABLE = {
    "a value of a parameter to come": 'outcome(A, "X") :- age(A, _), parameter("least_age", _, 99).',
    "a start of a parameter to come": 'outcome(A, "X") :- age(A, _), parameter("least_age", 202701, _).',
    "a beginning before all periods": """
        @[least = 200001] @[most = 999912] @[form = yyyymm]
        .type month <: number
        @[role = parameter]
        .decl price(name: symbol, start: month, value: number)
        price("tea", 0, 3).
        outcome(A, "X") :- age(A, Price), price("tea", _, Price).
    """,
    "any symbol": 'outcome(A, "X") :- nickname(A, "Tom").',
    "both ends": 'outcome(A, "X") :- age(A, 150), age(A, Years), Years >= 150, Years != 0.',
    "a subject by name": 'outcome("Tom", "X") :- applicant("Tom"), !given("Tom", "age").',
    "what is worked out": """
        .decl total(n: number)
        total(N + 1) :- age(_, N).
        outcome(A, "X") :- age(A, 3), total(151).
    """,
    "what comes round a circle": """
        .decl hop(n: number)
        hop(1).
        hop(N) :- hop(M), N = M + 1, N < 9.
        outcome(A, "X") :- age(A, _), hop(7).
    """,
}


@pytest.mark.parametrize("rules", MATCHABLE.values(), ids=MATCHABLE)
def test_constants_that_may_match_are_taken(rules: str) -> None:
    build_policy("good", {"00_base.dl": BASE, "more.dl": rules})


@pytest.mark.parametrize("engine", [None, "general", "pydatalog", "reference"])
@pytest.mark.parametrize(
    ("facts", "outcome", "fired", "missing"),
    [
        ({"cups": 3}, "GARDEN", ("TEA-THIRST",), ()),
        ({"cups": 1}, "INSIDE", (), ()),
        ({}, "UNKNOWN", (), ("cups",)),
        ({"cups": 5, "animal": ["cat", "dragon"]}, "DOOR", ("TEA-DRAGON", "TEA-THIRST"), ()),
    ],
)
def test_a_pack_of_other_names_decides(
    facts: dict, outcome: str, fired: tuple, missing: tuple, engine: str | None
) -> None:
    decision = load_pack(HERE / "tearoom").decide("g", facts, as_of=AS_OF, engine=engine)

    assert (decision.outcome, decision.rules_fired, decision.missing) == (outcome, fired, missing)


def test_a_pack_of_other_names_explains() -> None:
    explained = load_pack(HERE / "tearoom").explain("g", {"cups": 5, "animal": ["dragon"]}, as_of=AS_OF)

    assert [(rule.id, rule.reason_zh, rule.reason_en, rule.section) for rule in explained.rules] == [
        ("TEA-DRAGON", "不得携带 dragon", "no dragon in the garden", "2"),
        ("TEA-THIRST", "喝了 5 杯茶", "5 cups of tea were drunk", "1"),
    ]


TWO_ROWS = """
.decl table(least: number, outcome: symbol)
table(0, "IN").
table(18,
      "OUT").
table(30, "OLD").
.decl found(a: symbol, outcome: symbol)
found(A, Outcome) :- age(A, Years), table(Least, Outcome), Years >= Least.
outcome(A, Outcome) :- found(A, Outcome)."""
OPEN_OR_TWICE = {
    "no value": ('outcome(A, "IN") :- age(A, 20).', "the rules gave no value for `outcome`; it needs one"),
    "two clauses": (
        'outcome(A, "IN") :- applicant(A).\noutcome(A, "OUT") :- age(A, 18).',
        "the rules gave 2 values (IN, OUT) for `outcome`; it needs one; `IN` by open.dl:28, `OUT` by open.dl:29",
    ),
    "two rows of a table": (
        TWO_ROWS,
        "the rules gave 2 values (IN, OUT) for `outcome`; it needs one; `IN` by open.dl:30, `OUT` by open.dl:31",
    ),
    "what the request gives": (
        'outcome(A, Name) :- applicant(A), nickname(A, Name).\noutcome(A, "IN") :- applicant(A).',
        "the rules gave 2 values (IN, Tom) for `outcome`; it needs one; `IN` by open.dl:29, `Tom` by open.dl:28",
    ),
    "two numbers": (
        """outcome(A, "IN") :- applicant(A).
.decl score(a: symbol, n: number)
.output score
score(A, 1) :- applicant(A).
score(A, N + 1) :- age(A, N).""",
        "the rules gave 2 values for `score`; it takes at most one; `1` by open.dl:31, `19` by open.dl:32",
    ),
}


@pytest.mark.parametrize(("rules", "message"), OPEN_OR_TWICE.values(), ids=OPEN_OR_TWICE)
def test_rules_that_leave_the_outcome_open_or_give_two_are_an_error(rules: str, message: str) -> None:
    head, _, tail = BASE.partition('outcome(A, "IN")')
    text = f"{head}{rules}\n.output {tail.partition('.output ')[2]}"
    policy = build_policy("open", {"open.dl": text})

    for engine in (None, "general", "pydatalog", "reference"):
        with pytest.raises(AnswerError) as raised:
            policy.decide("a", {"age": 18, "nickname": "Tom"}, as_of=AS_OF, engine=engine)
        assert str(raised.value) == message
    with pytest.raises(AnswerError) as raised:
        policy.explain("a", {"age": 18, "nickname": "Tom"}, as_of=AS_OF)
    assert str(raised.value) == message


@pytest.mark.parametrize("pack", ["no_such_pack", "tests", ""])
def test_what_is_no_pack_is_refused(pack: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"is no pack"):
        load_pack(pack or tmp_path)


UNSEEN = r"a character that can't be seen|hidden direction mark|NUL character"


def test_whatever_is_derived_lies_in_the_domain_of_its_column(weilidai: Policy) -> None:
    domains = Domains(weilidai.vocabulary)
    for case in read_cases(pack_folder("weilidai") / "cases")[::7]:
        if case.expect is not None:
            rows = weilidai.request_rows("a", case.facts, case.about, as_of=case.as_of)
            for name, derived in weilidai.derive(rows).items():
                outside = [
                    row for row in derived for each, of in zip(row, domains.of(name), strict=True) if each not in of
                ]
                assert not outside, name


STRAYS = {
    "more.DL": "error",
    "more.yaml": "error",
    "more.yml": "error",
    "cases.yaml": "error",
    "old.dl/empty": "error",
    "rules/more.dl": "error",
    "Cases/a.yaml": "error",
    "notes.txt": "warning",
    "pictures/a.png": "warning",
    ".git/config": None,
    "README.md": None,
}


@pytest.mark.parametrize(("stray", "severity"), STRAYS.items())
def test_no_file_of_a_pack_is_skipped_in_silence(stray: str, severity: str | None, tmp_path: Path) -> None:
    for name, text in (("rules.dl", BASE), ("cases/a.yaml", ""), (stray, "")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    if severity == "error":
        with pytest.raises(PolicyError, match=r"is not read: rules stand in the pack's own `.dl` files") as refused:
            load_pack(tmp_path)
        found = refused.value.diagnostics
    else:
        found = load_pack(tmp_path).warnings[:-1]
    assert [(each.span.file, each.severity) for each in found] == (
        [(str(tmp_path / stray.split("/")[0]), severity)] if severity else []
    )


HOSTILE = ('a"b', "a\\b", 'x", "age"). needs("', 'y").', "/* open", "// gone", "微粒贷·é", 'end\\"', "", " ")


@pytest.mark.parametrize("rule_id", HOSTILE)
def test_an_id_stays_a_word_whatever_stands_in_it(rule_id: str) -> None:
    text = BASE.replace('"B-AGE"', print_symbol(rule_id))
    policy = build_policy("hostile", {"00_base.dl": text})

    exported = parse(policy.sources[ADDED_FILE], ADDED_FILE)
    needed = [clause for clause in exported.clauses if clause.heads[0].atom.relation == "needs"]
    assert [tuple(term.value for term in clause.heads[0].atom.arguments) for clause in needed] == [(rule_id, "age")]  # type: ignore[union-attr]
    assert policy.decide("a", {"age": 20}, as_of=AS_OF).met == (rule_id,)
    assert exported.items == additions(parse(text, "00_base.dl"))[0].items


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_what_the_loader_adds_is_read_from_its_export_as_it_was_made(rule_id: str) -> None:
    made, text = additions(parse(BASE.replace('"B-AGE"', print_symbol(rule_id)), "00_base.dl"))

    assert parse(text, ADDED_FILE) == made
    assert [item.span.line for item in made.items] == [item.span.line for item in parse(text, ADDED_FILE).items]
    assert _literal_places(made) == _literal_places(parse(text, ADDED_FILE))


def _literal_places(program: syntax.Program) -> list[syntax.Span]:
    return [leaf.span for clause in program.clauses for leaf in syntax.body_leaves(clause.body)]


@pytest.mark.parametrize(
    "unseen", ["\n", "\r", "\t", "\v", "\x85", "\u2028", "\u202e", "\u2066", "\u200b", "\0", "\x7f"]
)
def test_names_with_characters_that_nobody_sees_are_refused(unseen: str) -> None:
    for name, sources in (
        (f"p{unseen}", {"00_base.dl": BASE}),
        ("p", {f"a{unseen}.dl": BASE}),
        ("p", {"00_base.dl": BASE.replace('"B-AGE"', print_symbol(f"B{unseen}AGE"))}),
    ):
        with pytest.raises(PolicyError, match=UNSEEN) as refused:
            build_policy(name, sources)
        assert unseen not in "".join(found.message for found in refused.value.diagnostics)
