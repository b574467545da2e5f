"""Proofs of small programs, worked out by hand, and what must hold of any proof of a decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from tests.explained import as_told, lines_of
from tests.policy.applicants import QUALIFIED, generate
from tests.policy.explain.checking import Judge, Program
from zhunru_policy import Policy, QuestionError
from zhunru_policy.explain.goals import Absence, goal_id, read_goal
from zhunru_policy.explain.proof.model import AbsenceNode, DerivedNode, GivenNode, Proof
from zhunru_policy.ir.core import Row

SOME_DAY = date(2026, 11, 24)
INVITED: dict[str, Any] = QUALIFIED | {"whitelisted": [202611]}

DECLARED = """@[subject = no]
.decl edge(x: symbol, y: symbol) .input edge
@[subject = no] .decl score(x: symbol, n: number) .input score
@[subject = no] .decl gone(x: symbol) .input gone
"""
PATHS = """
.decl path(x: symbol, y: symbol)
path(X, Y) :- edge(X, Y).
path(X, Z) :- path(X, Y), path(Y, Z).
"""
PRESENT = """
.decl present(x: symbol)
present(X) :- score(X, _), !gone(X).
"""

# Title, rules, rows, the goal, and the tree; a line's mark says what it is.
TREES: tuple[tuple[str, str, Mapping[str, list[Row]], str, str], ...] = (
    (
        "of two ways the shorter one, though a cycle leads on for ever",
        PATHS,
        {"edge": [("a", "b"), ("b", "a"), ("b", "c"), ("c", "d")]},
        'path("a", "c")',
        """
✓ path("a", "c")  Y = b  [program.dl:8]
├─ ✓ path("a", "b")  [program.dl:7]
│  └─ · edge("a", "b")  [given]
└─ ✓ path("b", "c")  [program.dl:7]
   └─ · edge("b", "c")  [given]""",
    ),
    (
        "what is absent although it could rest on itself ends as well",
        PATHS,
        {"edge": [("a", "b"), ("b", "a")]},
        'path("a", "c")',
        """
∅ !path("a", "c")  [does not hold]
├─ ✗ path(X, Y) :- edge(X, Y).  ← !edge("a", "c")  [program.dl:7]
├─ ✗ path(X, Z) :- path(X, Y), path(Y, Z).  Y = a  [program.dl:8]
│  ├─ ✓ path("a", "a")  Y = b  [program.dl:8]
│  │  ├─ ✓ path("a", "b")  [program.dl:7]
│  │  │  └─ · edge("a", "b")  [given]
│  │  └─ ✓ path("b", "a")  [program.dl:7]
│  │     └─ · edge("b", "a")  [given]
│  └─ ∅ !path("a", "c")  [see above]
└─ ✗ path(X, Z) :- path(X, Y), path(Y, Z).  Y = b  [program.dl:8]
   ├─ ✓ path("a", "b")  [see above]
   └─ ∅ !path("b", "c")  [does not hold]
      ├─ ✗ path(X, Y) :- edge(X, Y).  ← !edge("b", "c")  [program.dl:7]
      ├─ ✗ path(X, Z) :- path(X, Y), path(Y, Z).  Y = a  [program.dl:8]
      │  ├─ ✓ path("b", "a")  [see above]
      │  └─ ∅ !path("a", "c")  [see above]
      └─ ✗ path(X, Z) :- path(X, Y), path(Y, Z).  Y = b  [program.dl:8]
         ├─ ✓ path("b", "b")  Y = a  [program.dl:8]
         │  ├─ ✓ path("b", "a")  [see above]
         │  └─ ✓ path("a", "b")  [see above]
         └─ ∅ !path("b", "c")  [see above]""",
    ),
    (
        "a count names what it left out, since a fact less would make it more",
        PRESENT + ".decl people(n: number)\npeople(N) :- N = count : { present(_Who) }.",
        {"score": [("a", 1), ("b", 2)], "gone": [("b",)]},
        "people(1)",
        """
✓ people(1)  [program.dl:9]
└─ ✓ N = count : { present(_Who) }  1 = 1
   └─ count : { present(_Who) }  = 1  [over 1]
      ├─ ✓ present("a")  [program.dl:7]
      │  ├─ · score("a", 1)  [given]
      │  └─ ∅ !gone("a")  [does not hold]
      └─ ∅ !present(_)  [no other holds]
         ├─ ✓ present("a")  [see above]
         └─ ✗ present(X) :- score(X, _), !gone(X).  X = b  [program.dl:7]
            ├─ · score("b", 2)  [given]
            └─ · gone("b")  [given]""",
    ),
    (
        "a greatest value needs no more than that there is no greater one",
        PRESENT
        + ".decl best(n: number)\nbest(N) :- N = max S : { present(X), score(X, S) }.\n"
        + ".decl second(n: number)\nsecond(N) :- best(B), N = max S : { present(X), score(X, S), S < B }.",
        {"score": [("a", 1), ("b", 2), ("c", 9)], "gone": [("c",)]},
        "second(1)",
        """
✓ second(1)  B = 2  [program.dl:11]
├─ ✓ best(2)  [program.dl:9]
│  └─ ✓ N = max S : { present(X), score(X, S) }  2 = 2
│     └─ max S : { present(X), score(X, S) }  = 2  [over 2]
│        ├─ ✓ present("a")  [program.dl:7  1]
│        │  ├─ · score("a", 1)  [given]
│        │  └─ ∅ !gone("a")  [does not hold]
│        ├─ · score("a", 1)  [given]
│        ├─ ✓ present("b")  [program.dl:7  2]
│        │  ├─ · score("b", 2)  [given]
│        │  └─ ∅ !gone("b")  [does not hold]
│        ├─ · score("b", 2)  [given]
│        └─ ∅ !present(_)  [no other holds]
│           ├─ ✓ present("a")  [see above]
│           ├─ ✓ present("b")  [see above]
│           └─ ✗ present(X) :- score(X, _), !gone(X).  X = c  [program.dl:7]
│              ├─ · score("c", 9)  [given]
│              └─ · gone("c")  [given]
└─ ✓ N = max S : { present(X), score(X, S), S < B }  1 = 1
   └─ max S : { present(X), score(X, S), S < B }  = 1  [over 1]
      ├─ ✓ present("a")  [see above  1]
      └─ · score("a", 1)  [given]""",
    ),
    (
        "what an aggregate's own negation leaves out is named as well",
        ".decl people(n: number)\npeople(N) :- N = count : { score(X, _S), !gone(X) }.",
        {"score": [("a", 1), ("b", 2)], "gone": [("b",)]},
        "people(1)",
        """
✓ people(1)  [program.dl:6]
└─ ✓ N = count : { score(X, _S), !gone(X) }  1 = 1
   └─ count : { score(X, _S), !gone(X) }  = 1  [over 1]
      ├─ · score("a", 1)  [given]
      └─ · gone("b")  [given]""",
    ),
    (
        "a clause that can't be of that form is not tried",
        ".decl same(x: symbol, y: symbol)\nsame(X, X) :- score(X, _).\nsame(X, Y) :- edge(X, Y), gone(X).",
        {"edge": [("a", "b")]},
        'same("a", "b")',
        """
∅ !same("a", "b")  [does not hold]
└─ ✗ same(X, Y) :- edge(X, Y), gone(X).  ← !gone("a")  [program.dl:7]""",
    ),
    (
        "the least assignment is told where heights are equal",
        ".decl known(x: symbol)\nknown(X) :- edge(X, Y), score(Y, N), N > 0.",
        {"edge": [("a", "z"), ("a", "c"), ("a", "b")], "score": [("z", 1), ("c", 3), ("b", 0)]},
        'known("a")',
        """
✓ known("a")  N = 3, Y = c  [program.dl:6]
├─ · edge("a", "c")  [given]
├─ · score("c", 3)  [given]
└─ ✓ N > 0  3 > 0""",
    ),
)


@pytest.mark.parametrize(("title", "rules", "rows", "goal", "tree"), TREES, ids=[row[0] for row in TREES])
def test_trees(title: str, rules: str, rows: Mapping[str, list[Row]], goal: str, tree: str) -> None:
    program = Program(DECLARED + rules, {"edge": [], "score": [], "gone": [], **rows})
    asked = read_goal(goal, program.core)
    proof = program.prove((asked.relation, asked.pattern) if asked.pattern in program.rows[asked.relation] else asked)  # type: ignore[arg-type]
    Judge(program.core, program.rows).judge(proof)
    assert "\n".join(["", *lines_of(proof, "en")]) == tree


def test_a_long_way_is_no_deeper_than_it_must_be() -> None:
    steps = [(f"n{at:04}", f"n{at + 1:04}") for at in range(64)]
    program = Program(DECLARED + PATHS, {"edge": steps, "score": [], "gone": []})
    proof = program.prove(("path", ("n0000", "n0064")))
    root = proof.nodes[proof.root]
    assert isinstance(root, DerivedNode)
    assert root.height == 7  # 64 steps, halved six times
    assert sum(isinstance(node, GivenNode) for node in proof.nodes.values()) == 64


def test_a_large_group_is_counted_and_its_first_members_are_shown() -> None:
    rules = ".decl total(n: number)\ntotal(N) :- N = sum S : { score(_X, S) }."
    scores = [(f"p{at:03}", at) for at in range(120)]
    program = Program(".decl score(x: symbol, n: number) .input score\n" + rules, {"score": scores})
    proof = program.prove(("total", (sum(range(120)),)))
    root = proof.nodes[proof.root]
    assert isinstance(root, DerivedNode)
    (group,) = root.premises[0].groups
    assert (group.counted, len(group.members), group.rest) == (120, 50, 70)
    assert group.rest_sum == sum(range(50, 120))
    assert [member.target for member in group.members] == list(range(50))
    assert len(proof.nodes) == 1 + 50
    assert len(proof.cited) == 120  # those that are not shown count as well
    assert any("and 70 more, together 5915" in line for line in lines_of(proof, "en"))


# ── a decision's proof ───────────────────────────────────────────────────────────────────────────


def proof_of(policy: Policy, facts: dict[str, Any], **options: Any) -> Proof:
    explanation = policy.explain("a1", facts, as_of=SOME_DAY, detail="proof", **options)
    assert explanation.proof is not None
    return explanation.proof


def test_every_node_is_right(weilidai: Policy) -> None:
    for seed in range(40):
        subject, facts, about, as_of = generate(seed)
        rows = weilidai.derive(weilidai.request_rows(subject, facts, about, as_of=as_of), "reference")
        explanation = weilidai.explain(subject, facts, about, as_of=as_of, detail="full")
        judge = Judge(weilidai.core, rows)
        for proof in (explanation.proof, *explanation.why_not.values()):
            assert proof is not None
            judge.judge(proof)


def test_the_same_request_always_gives_the_same_explanation(weilidai: Policy) -> None:
    for seed in range(25):
        subject, facts, about, as_of = generate(seed)
        told = []
        for given in (facts, dict(reversed(facts.items()))):
            plain = as_told(weilidai.explain(subject, given, about, as_of=as_of, detail="full")).to_json()
            plain.pop("recourse")  # it is looked for within a time
            told.append(json.dumps(plain, sort_keys=False))
        assert told[0] == told[1], seed


def test_sources_are_told(weilidai: Policy) -> None:
    nodes = proof_of(weilidai, INVITED).nodes
    sources = {node.relation.name: node.source for node in nodes.values() if isinstance(node, GivenNode)}
    assert sources["age"] == "request"
    assert sources["applicant"] == sources["given"] == sources["current_period"] == "loader"
    assert sources["parameter"] == "pack"
    stated = nodes["parameter", ("least_age", 0, 22)]
    assert isinstance(stated, GivenNode)
    line = weilidai.sources[stated.file].splitlines()[stated.line - 1]
    assert line.startswith('parameter("least_age", 0, 22).')


def test_facts_about_others_have_that_source(weilidai: Policy) -> None:
    graph: dict[str, Any] = {name: value for name, value in INVITED.items() if not name.startswith("friend")}
    about = {"b1": {"payment_score": 700, "weilidai_user": 1}}
    explanation = weilidai.explain("a1", graph | {"friend": ["b1"]}, about, as_of=SOME_DAY, detail="proof")
    assert explanation.proof is not None
    node = explanation.proof.nodes["payment_score", ("b1", 700)]
    assert isinstance(node, GivenNode)
    assert node.source == "about"


def test_a_sub_tree_is_fetched_by_its_id(weilidai: Policy) -> None:
    whole = proof_of(weilidai, INVITED)
    for goal, node in whole.nodes.items():
        if isinstance(node, (DerivedNode, AbsenceNode)):
            part = proof_of(weilidai, INVITED, goal=goal_id(goal), depth=0)
            if isinstance(node, DerivedNode):
                assert part.nodes[goal] == node
            assert part.root == goal
            assert len(part.nodes) == 1


def test_limits_cut_a_proof_and_say_so(weilidai: Policy) -> None:
    whole = proof_of(weilidai, INVITED)
    assert not whole.truncated
    shallow = proof_of(weilidai, INVITED, depth=1)
    assert shallow.truncated
    assert set(shallow.nodes) < set(whole.nodes)
    small = proof_of(weilidai, INVITED, size=10)
    assert small.truncated
    assert list(small.nodes) == list(whole.nodes)[:10]
    assert not proof_of(weilidai, INVITED, size=len(whole.nodes)).truncated
    cut = weilidai.explain("a1", INVITED, as_of=SOME_DAY, detail="proof", depth=1)
    assert cut.truncated
    assert "not shown here" in as_told(cut).render("en")


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        ("met(", "is no fact"),
        ("", "is no fact"),
        ('met("a1", "ELG-SCORE") :- applicant("a1")', "names no relation"),
        ('nothing("a1")', "names no relation"),
        ('met("a1")', "`met` has 2 columns, not 1"),
        ("met(A, Id)", "numbers, symbols and `_` alone"),
        ("met(1 / 0, _)", "numbers, symbols and `_` alone"),
        ("met(5, _)", "`a` of `met` is a symbol"),
        ('paid_in_month("a1", "x", _)', "`months_ago` of `paid_in_month` is a number"),
        ('line("a1", <99999999999999999999, _)', "is no fact"),
        ("line(<5, 1, _)", "`a` of `line` is no number, so it has no limit"),
        ("line(" + "-" * 5000 + "1, 1, _)", "is no fact"),
        ("(" * 100_000, "is no fact"),
    ],
)
def test_what_is_no_goal_is_refused(weilidai: Policy, goal: str, message: str) -> None:
    with pytest.raises(QuestionError, match="goal") as raised:
        weilidai.explain("a1", INVITED, as_of=SOME_DAY, goal=goal)
    assert message in raised.value.message


def test_goals_are_read_as_they_are_written(weilidai: Policy) -> None:
    for text in (
        'met("a1", "ELG-SCORE")',
        '!restricted("a1", _)',
        '!line("a1", <8, _)',
        '!line("say \\"<9,\\"", >-3, _)',
    ):
        goal = read_goal(text, weilidai.core)
        assert goal_id(goal) == (text if text.startswith("!") else f"!{text}")
        assert isinstance(goal, Absence)
