"""Texts of a pack that would run, or change what is compared, if one reader of the rules took them for code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from zhunru_policy import PolicyError, load_pack

AS_OF = date(2025, 1, 1)
ENGINES = ("specialised", "general", "reference", "pydatalog")
PACK = """@[role = registry] .decl rule(id: symbol, kind: symbol, weight: symbol, section: symbol)
@[role = reason] .decl reason(id: symbol, language: symbol, text: symbol)
.decl outcome(a: symbol, b: symbol) .output outcome
outcome(A, "yes") :- met(A, _).
@[absence = "tried"] outcome(A, "no") :- applicant(A), !met(A, _).
@[role = rule] .decl met(a: symbol, id: symbol) .output met
.decl region(a: symbol, v: symbol) .input region
.decl city(a: symbol, v: symbol) .input city
.decl town(a: symbol, v: symbol) .input town
.decl trade(a: symbol, v: symbol) .input trade
"""
RULE = 'rule({id}, "k", "w", "s").\nreason({id}, "zh", "r").\nreason({id}, "en", "r").\nmet(A, {id}) :- {body}.\n'

#: The body, and facts under which it holds.
BODIES: dict[str, tuple[str, dict[str, object]]] = {
    "words and a comment": (
        'applicant(A), region(A, "p and q"), city(A, "r and q"), town(A, " if 0 else str(open(\'canary\', \'w\'))#")',
        {"region": "p and q", "city": "r and q", "town": " if 0 else str(open('canary', 'w'))#"},
    ),
    "no harm meant": (
        'region(A, "food and drink and tobacco"), trade(A, "wine and drink and beer")',
        {"region": "food and drink and tobacco", "trade": "wine and drink and beer"},
    ),
    "the first column": (
        'applicant(A), region("\') or open(\'canary\', \'w\') or (\'", "x"), city(A, "y")',
        {"city": "y"},
    ),
    "a wide letter": ('applicant(A), region(A, "Ａ")', {"region": "Ａ"}),
    "a ligature": ('applicant(A), region(A, "ﬁ"), city(A, V), V != "fi"', {"region": "ﬁ", "city": "ﬁ"}),
    "a line break": (
        "applicant(A), region(A, \"\\nopen('canary', 'w')\\n\")",
        {"region": "\nopen('canary', 'w')\n"},
    ),
    "a choice": (
        'applicant(A), (region(A, "a or b"); city(A, "] or ["))',
        {"city": "] or ["},
    ),
    "an aggregate": (
        'applicant(A), 1 = count : { region(A, "} or open(\'canary\', \'w\')") }',
        {"region": "} or open('canary', 'w')"},
    ),
}  # fmt: skip
IDS = ("R1", 'a"b', "a'b", "x\\", '", "b"). canary("', "{id}", "%s", "#", '"""', "lambda: 0", "Ａ", "A")


@pytest.fixture(autouse=True)
def nothing_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(tmp_path)
    yield
    assert not list(tmp_path.rglob("canary"))


def text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def met(text_of_pack: str, facts: dict[str, object], about: dict[str, dict[str, object]] | None = None) -> object:
    """The ids that every engine says are met, through a folder as packs come in."""
    folder = Path("pack")
    folder.mkdir(exist_ok=True)
    (folder / "pack.dl").write_text(text_of_pack, encoding="utf-8")
    policy = load_pack(folder)
    found = {engine: policy.decide("x", facts, about, as_of=AS_OF, engine=engine) for engine in ENGINES}
    assert len(set(map(repr, found.values()))) == 1, found
    policy.explain("x", facts, about, as_of=AS_OF, detail="full")
    return found["specialised"].met


@pytest.mark.parametrize("title", BODIES)
def test_a_text_is_compared_letter_by_letter(title: str) -> None:
    body, facts = BODIES[title]
    pack = PACK + RULE.format(id='"R1"', body=body)
    others: dict[str, dict[str, object]] = {"') or open('canary', 'w') or ('": {"region": "x"}}
    assert met(pack, facts, others) == ("R1",)
    twins = {"Ａ": "A", "ﬁ": "fi"}
    for name in facts:
        other = {**facts, name: twins.get(str(facts[name]), f"{facts[name]} ")}
        assert met(pack, other, others) == ()


def test_ids_are_data_whatever_is_in_them() -> None:
    rules = "".join(RULE.format(id=text(each), body='applicant(A), region(A, "x")') for each in IDS)
    assert met(PACK + rules, {"region": "x"}) == tuple(sorted(IDS))


@pytest.mark.parametrize(
    "name", ["rows_1", "R_edge", "decide", "facts", "subject", "__import__", "open", "str", "None"]
)
def test_relations_and_attributes_of_any_name_hide_nothing(name: str) -> None:
    """A relation, its attribute and another input's attribute have a name that code may have."""
    words = f".decl {name}(a: symbol, {name}: symbol) .input {name}\n"
    words += f".decl ranged(a: symbol, @[least = 0] @[most = 9] {name}: number) .input ranged\n"
    rule = RULE.format(id='"R1"', body=f'applicant(A), {name}(A, "x"), ranged(A, N), N * 2 > 3')
    assert met(PACK + words + rule, {name: "x", "ranged": 2}) == ("R1",)
    assert met(PACK + words + rule, {name: "x", "ranged": 1}) == ()


@pytest.mark.parametrize("name", ["a\nopen('canary', 'w')\n", 'a"""', "a'''", "#", "a\\", "{x}", "%s", "\u2028"])
@pytest.mark.parametrize("place", ["folder", "file"])
def test_a_name_on_disk_is_data_or_is_refused(name: str, place: str) -> None:
    folder = Path(name if place == "folder" else "pack")
    folder.mkdir()
    rule = RULE.format(id='"R1"', body='applicant(A), region(A, "x")')
    (folder / (f"{name}.dl" if place == "file" else "pack.dl")).write_text(PACK + rule, encoding="utf-8")
    try:
        policy = load_pack(folder.resolve())
    except PolicyError:
        assert not name.isprintable()
        return
    assert policy.decide("x", {"region": "x"}, as_of=AS_OF).met == ("R1",)
    policy.explain("x", {"region": "x"}, as_of=AS_OF, detail="full")


PROGRAMS = {
    "strings": 'p("p and q"). p(" if 0 else str(open(\'canary\', \'w\'))#"). q(X) :- p(X), X != "r and q".',
    "a first column": "p(\"') or open('canary', 'w') or ('\"). q(X) :- p(X).",
    "recursion": 'p("x"). q(X) :- p(X). q("\\"); open(\'canary\', \'w\')#") :- q("x").',
}


@pytest.mark.parametrize("title", PROGRAMS)
def test_a_program_that_is_run_is_data_too(title: str, zhunru: Callable) -> None:
    Path("program.dl").write_text(f".decl p(x: symbol)\n.decl q(x: symbol)\n.output q\n{PROGRAMS[title]}\n", "utf-8")
    ran = zhunru("policy", "run", "program.dl", "-D", "out")
    assert ran.code == 0, ran.err
    assert len((Path("out") / "q.csv").read_text("utf-8").splitlines()) == 2 - (title == "a first column")
