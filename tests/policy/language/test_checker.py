"""What the checker says. Each file of `bad/` and `good/` states in its first lines every message that it must get:

// check: pack                                     checked as a pack; without it as a program
// expect: line:column: severity: message; suggestion
"""

from __future__ import annotations

from pathlib import Path

import pytest

from zhunru_policy.errors import PolicyError
from zhunru_policy.language import checker
from zhunru_policy.language.checker import check, ensure
from zhunru_policy.language.checks import names
from zhunru_policy.language.parser import parse
from zhunru_policy.programs import run_program

HERE = Path(__file__).parent
EXPECT = "// expect: "
FILES = sorted([*HERE.glob("bad/*.dl"), *HERE.glob("good/*.dl")])

DECLARATIONS = """
.decl p(a: symbol, n: number)
.decl q(a: symbol, n: number)
.input p
.output q
"""


def messages(text: str, *, strict: bool = False) -> list[str]:
    return [str(found) for found in check(parse(text, "x.dl"), strict=strict)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_text_gets_the_messages_that_it_states(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    expected = [line.removeprefix(EXPECT) for line in text.splitlines() if line.startswith(EXPECT)]

    found = check(parse(text, file.name), strict="// check: pack\n" in text)

    assert [str(diagnostic).removeprefix(f"{file.name}:") for diagnostic in found] == expected
    assert any(diagnostic.severity == "error" for diagnostic in found) == (file.parent.name == "bad")


def test_the_golden_files_are_found() -> None:
    assert len([file for file in FILES if file.parent.name == "bad"]) >= 60


def test_what_is_to_be_written_instead_of_a_witness_means_what_was_meant() -> None:
    declared = """
        .decl student(school: symbol, name: symbol, height: number)
        .decl tallest(name: symbol, height: number)
        .input student
        .output tallest
        """
    rule = "tallest(S, N) :- {}, N > 0."
    found = messages(declared + rule.format('N = max H : { student("a", S, H) }'))
    instead = found[0].split("write `")[1].rstrip("`")

    rows = [("a", "ann", 170), ("a", "bob", 180), ("a", "cem", 180), ("b", "dan", 190)]
    program = parse(declared + rule.format(instead), "x.dl")
    assert len(found) == 1
    assert check(program, strict=True) == ()
    assert run_program(program, {"student": rows}, "general")["tallest"] == {("bob", 180), ("cem", 180)}


def test_ensure_raises_with_the_errors_alone() -> None:
    program = parse(DECLARATIONS + "q(A, N) :- p(A, M).\nq(A, 1, 2) :- p(A, _).\n", "x.dl")
    with pytest.raises(PolicyError) as refused:
        ensure(program, strict=False)
    assert [diagnostic.span.line for diagnostic in refused.value.diagnostics] == [6, 7]
    assert {diagnostic.severity for diagnostic in refused.value.diagnostics} == {"error"}


def test_ensure_gives_the_warnings_of_a_good_program() -> None:
    program = parse(DECLARATIONS + "q(A, 1) :- p(A, M).\n", "x.dl")
    assert [diagnostic.severity for diagnostic in ensure(program, strict=True)] == ["warning"]


def test_a_never_firing_rule_is_an_error_in_a_pack_alone() -> None:
    text = DECLARATIONS + ".decl none(a: symbol)\nq(A, N) :- p(A, N), none(A).\n"
    assert [found.severity for found in check(parse(text, "x.dl"), strict=False)] == ["warning"]
    assert [found.severity for found in check(parse(text, "x.dl"), strict=True)] == ["error"]


def test_files_are_one_program_and_a_message_names_the_other_file() -> None:
    second = parse("q(A, N) :- p(A, N), !q(A, 1).\n.type q <: number\n", "2.dl")
    first = parse(DECLARATIONS + "p(A, N) :- q(A, N).\n", "1.dl")
    circle = (
        "relation `q` depends on its own negation; break the circle: read a relation here that does not depend on `q`"
    )
    clash = (
        "type `q` has the name of the relation at 1.dl:3:7; types and relations share one space of names; rename one"
    )
    found = [str(diagnostic) for diagnostic in check(second + first, strict=True)]
    assert found == [f"2.dl:1:22: error: {circle}", f"2.dl:2:7: error: {clash}"]

    third = parse(".decl r(a: symbol)\n.output r\nr(A) :- s(A), !r(A).\n", "3.dl")
    fourth = parse(".decl s(a: symbol)\ns(A) :- r(A).\ns(A) :- !r(A), r(A).\n", "4.dl")
    (one, other) = check(third + fourth, strict=True)
    assert "`s` reads `!r` here, `r` reads `s` at 3.dl:3:9" in other.message
    assert one.span.file == "3.dl"


def alternatives_text(choices: int) -> str:
    body = ", ".join(f'(N > {number} ; A = "x")' for number in range(choices))
    return DECLARATIONS + f"q(A, N) :- p(A, N), {body}.\n"


def test_a_rule_may_have_1024_alternatives() -> None:
    assert messages(alternatives_text(10)) == []
    assert messages(alternatives_text(11)) == [
        "x.dl:6:1: error: this rule has more than 1024 alternatives; give some of its `;` a relation of their own"
    ]


def test_a_small_text_can_not_come_to_much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "MOST_EXPANDED", 100)
    text = (
        alternatives_text(3) + 5 * "q(A, N) :- p(A, N), (N > 1 ; N < 1), (N > 2 ; N < 2).\n" + "q(A, N) :- p(A, M).\n"
    )
    assert messages(text) == [
        (
            "x.dl:10:1: error: the alternatives up to this rule come to more than 100 literals; "
            "give parts that repeat a relation of their own"
        )
    ]


def test_each_misspelt_name_is_compared_with_few_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many names declared and many misspelt: the later ones get no proposal, and take no time."""
    monkeypatch.setattr(names, "MOST_COMPARED", 500)
    declared = "".join(f".decl relation_{number}(a: symbol)\n.output relation_{number}\n" for number in range(200))
    found = messages(declared + "".join(f'relatoin_{number}("a").\n' for number in range(9)))
    assert len(found) == 9
    assert found[0].endswith("relation `relatoin_0` is not declared; did you mean `relation_0`?")
    assert found[-1].endswith("declare it: `.decl relatoin_8(…)`")


def test_long_chains_need_no_deep_stack() -> None:
    length = 3_000
    types = "".join(f".type t{number + 1} <: t{number}\n" for number in range(length)) + ".type t0 <: number\n"
    relations = "".join(f".decl r{number}(n: t{number})\n" for number in range(length))
    rules = "".join(f"r{number}(N) :- r{number + 1}(N).\n" for number in range(length - 1))
    equalities = ", ".join(f"X{number} = X{number + 1}" for number in range(length))
    last = f".decl s(n: number)\n.output s, r0\n.input r{length - 1}\ns(X0) :- {equalities}, r0(X{length}).\n"
    assert messages(types + relations + rules + last, strict=True) == []


def test_a_long_circle_is_told_in_short() -> None:
    length = 50
    relations = "".join(f".decl r{number}(n: number)\n" for number in range(length))
    rules = "".join(f"r{number}(N) :- r{number + 1}(N).\n" for number in range(length - 1))
    text = relations + rules + f".input r0\n.output r0\nr{length - 1}(1) :- !r0(1).\n"
    assert messages(text) == [
        (
            "x.dl:102:12: error: relation `r49` depends on its own negation: `r49` reads `!r0` here, "
            "`r0` reads `r1` at 51:10, `r1` reads `r2` at 52:10, `r2` reads `r3` at 53:10, `r3` reads `r4` at 54:10, "
            "`r4` reads `r5` at 55:10, and 44 more steps back to `r49`; "
            "break the circle: read a relation here that does not depend on `r49`"
        )
    ]
