"""What would have to change: the least of all changes, within the applicant's power, and it does what it promises."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy.applicants import generate
from zhunru_policy import load_pack
from zhunru_policy.errors import QuestionError
from zhunru_policy.explain.recourse.search import Change, Recourse, recourse

AS_OF = date(2026, 11, 24)
LADDER = load_pack(Path(__file__).parent / "packs" / "ladder")
WEILIDAI = load_pack("weilidai")
RANKS = {"LOW": 0, "MIDDLE": 1, "HIGH": 2}

facts_of_ladder = st.fixed_dictionaries(
    {
        "up": st.integers(0, 4),
        "down": st.integers(0, 4),
        "both": st.integers(0, 8),
        "fixed": st.integers(0, 2),
        "door": st.sampled_from(["front", "back"]),
        "use": st.dictionaries(st.sampled_from("xy"), st.integers(0, 3), max_size=2).map(lambda use: list(use.items())),
    },
    optional={"flag": st.integers(0, 1)},
)


def reachable(facts: dict) -> Iterator[tuple[int, int, dict]]:
    """Every state that changes within the applicant's power lead to: facts changed, steps, and the facts then."""
    use = dict(facts["use"])
    flags = [facts["flag"], 1] if "flag" in facts else [None, 0, 1]
    doors = [facts["door"], "front"]
    choices = (
        range(facts["up"], 5),
        range(facts["down"] + 1),
        [n for n in range(9) if (n - facts["both"]) % 2 == 0],
        dict.fromkeys(flags),
        dict.fromkeys(doors),
        range(use.get("x", 0), 4),
        range(use.get("y", 0), 4),
    )
    for up, down, both, flag, door, x, y in product(*choices):
        distances = [
            up - facts["up"],
            facts["down"] - down,
            abs(both - facts["both"]) // 2,
            0 if flag == facts.get("flag") else flag,
            int(door != facts["door"]),
            x - use.get("x", 0),
            y - use.get("y", 0),
        ]
        changed = sum(distance != 0 for distance in distances) + (flag == 0 and "flag" not in facts)
        kept = [(kind, n) for kind, n in (("x", x), ("y", y)) if n or kind in use]
        then = {**facts, "up": up, "down": down, "both": both, "door": door, "use": kept}
        yield changed, sum(distances), then if flag is None else {**then, "flag": flag}


def least(facts: dict) -> tuple[int, int] | None:
    """The least change to a wished state, found by trying all."""
    now = LADDER.decide("a", facts, as_of=AS_OF)

    def is_wished(then: dict) -> bool:
        decision = LADDER.decide("a", then, as_of=AS_OF)
        return decision.qualifies if now.outcome == "HIGH" else RANKS[decision.outcome] > RANKS[now.outcome]

    return min(((changed, steps) for changed, steps, then in reachable(facts) if is_wished(then)), default=None)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(facts_of_ladder)
def test_no_change_is_smaller(facts: dict) -> None:
    found = recourse(LADDER, "a", facts, as_of=AS_OF).counterfactuals

    sizes = [(len(answer.changes), answer.steps) for answer in found]
    assert (sizes[0] if sizes else None) == least(facts)
    assert sizes == sorted(sizes)


def test_what_blocks_is_named() -> None:
    facts = {"up": 4, "down": 0, "both": 8, "fixed": 2, "door": "front", "use": [("x", 3)], "flag": 1}
    found = recourse(LADDER, "a", facts, as_of=AS_OF)
    assert (found.counterfactuals, [(b.fact, b.value) for b in found.blockers]) == ((), [("fixed", 2)])


def test_a_wish_that_holds_needs_no_change() -> None:
    facts = {"up": 4, "down": 0, "both": 4, "fixed": 0, "door": "front", "use": [("x", 3)], "flag": 1}
    (answer,) = recourse(LADDER, "a", facts, as_of=AS_OF).counterfactuals
    assert answer.changes == ()


def test_an_outcome_that_is_not_known_can_t_be_wished_for() -> None:
    with pytest.raises(QuestionError, match=r"`RICH` can't be wished for; outcomes are LOW, MIDDLE, HIGH"):
        recourse(LADDER, "a", {"up": 0}, as_of=AS_OF, wish="RICH")


def ask(seed: int) -> tuple[Recourse, dict, object]:
    subject, facts, about, as_of = generate(seed)
    return (
        recourse(WEILIDAI, subject, facts, about, as_of=as_of),
        facts,
        WEILIDAI.decide(subject, facts, about, as_of=as_of),
    )


@pytest.mark.parametrize("seed", range(60))
def test_changes_keep_to_what_an_applicant_can_do(seed: int) -> None:
    found, _, _ = ask(seed)
    inputs = WEILIDAI.vocabulary.inputs
    for answer in found.counterfactuals:
        for change in answer.changes:
            column = next(c for c in inputs[change.fact].columns if c.name == change.column)
            assert column.change != "none"
            if isinstance(change.after, int) and isinstance(change.before, int):
                distance = change.after - change.before
                assert distance % column.step == 0
                assert {"up": distance > 0, "down": distance < 0, "either": distance != 0}[column.change]
                assert change.steps == abs(distance) // column.step


@pytest.mark.parametrize("seed", range(60))
def test_each_change_of_an_answer_is_needed(seed: int) -> None:
    """Leaving out one of the changes leaves the wish unfulfilled: else the answer would not be the least."""
    subject, facts, about, as_of = generate(seed)
    found, _, _ = ask(seed)
    for answer in found.counterfactuals:
        for left_out in answer.changes:
            undone = undo(dict(answer.facts), left_out, facts)
            decision = WEILIDAI.decide(subject, undone, about, as_of=as_of)
            assert not any(decision.outcome == wish or getattr(decision, wish, False) is True for wish in found.wish)


def undo(facts: dict, change: Change, before: dict) -> dict:
    """The facts with one change taken back. `before`: the facts before all changes."""
    spec = WEILIDAI.vocabulary.inputs[change.fact]
    if not spec.many:
        return {name: value for name, value in facts.items() if name != change.fact} | (
            {} if change.before is None else {change.fact: change.before}
        )
    if len(spec.columns) == 1:
        return {**facts, change.fact: [value for value in facts[change.fact] if value != change.after]}
    place = [column.name for column in spec.columns].index(change.column)
    given = {tuple(row[at] for at in spec.unique): row[place] for row in before[change.fact]}
    rows = [list(row) for row in facts[change.fact]]
    for row in rows:
        key = tuple(row[at] for at in spec.unique)
        if set(change.key) <= set(key):
            row[place] = given.get(key, 0)
    return {**facts, change.fact: [tuple(row) for row in rows]}
