"""Rules that would nest deeper than Python allows, or unroll to too much, are left to the general engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from zhunru_policy.loader import build_policy
from zhunru_policy.engines.specialised import Unsupported, specialise

AS_OF = date(2026, 11, 24)
WORKSHOP = {
    file.name: file.read_text(encoding="utf-8") for file in (Path(__file__).parent / "packs/workshop").iterdir()
}
FACTS = {"size": 600, "weight": 3, "tag": ["a"], "code": [900], "use": [(1, "cut", 7)]}
RULE = """
rule("LONG", "note", "high", "9").
reason("LONG", "zh", "长"). reason("LONG", "en", "long").
fired(A, "LONG") :- applicant(A), size(A, S), {}.
"""


def each(literal: str, size: int) -> str:
    return ", ".join(literal.format(i) for i in range(size))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (each("S > -{}", 600), "more than 64 literals"),
        (each("size(A, S)", 600), "more than 64 literals"),
        (each('0 <= count : {{ tag(A, "{}") }}', 200), "more than 64 literals"),
        ("0 <= count : { tag(A, T), " + each('T != "{}"', 600) + " }", "more than 64 literals"),
        (each("day(D{0}), S > D{0}", 6), "more than 4096 rows"),
        (
            f"{each('day(D{0})', 12)}, {' + '.join(f'D{i}' for i in range(12))} > 48",
            "unrolls to more than 50000 steps",
        ),
    ],
)
def test_left_to_the_general_engine(body: str, why: str) -> None:
    rules = next(name for name, text in WORKSHOP.items() if ".decl fired(" in text)
    policy = build_policy("workshop", {**WORKSHOP, rules: WORKSHOP[rules] + RULE.format(body)})

    with pytest.raises(Unsupported, match=why):
        specialise(policy, policy.span_of(202611))
    if why != "unrolls to more than 50000 steps":  # its rows are too many for any engine
        assert "LONG" in policy.decide("a", FACTS, as_of=AS_OF).rules_fired


def test_many_loops_in_one_rule_are_one_condition() -> None:
    rules = next(name for name, text in WORKSHOP.items() if ".decl fired(" in text)
    body = each("use(A, D{0}, _, X{0}), X{0} > D{0}", 30)
    policy = build_policy("workshop", {**WORKSHOP, rules: WORKSHOP[rules] + RULE.format(body)})

    assert "LONG" in policy.decide("a", FACTS, as_of=AS_OF).rules_fired
    assert policy.falls == {}
