"""Packs worked by hand, at the ends of what the default engine knows before a request comes."""

from __future__ import annotations

from datetime import date

import pytest

from zhunru_policy.errors import RuleArithmeticError
from zhunru_policy.loader import build_policy

AS_OF = date(2025, 1, 1)
ENGINES = ("specialised", "general", "reference", "pydatalog")
PACK = """.decl outcome(a: symbol, b: symbol)
.output outcome
outcome(A, "yes") :- applicant(A).
.decl table(k: symbol, n: number)
table("a", 9223372036854775807).
table("b", 1).
@[many = yes]
.decl change(a: symbol, @[least = -9] @[most = 9] n: number)
.input change
.decl score(a: symbol, n: number)
.output score
"""
BOTH = """.decl both(k: symbol, n: number)
both(K, N) :- table(K, N).
both("c", N) :- applicant(A), change(A, N).
score(A, T) :- applicant(A), T = sum N : { both(_K, N) }.
"""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rules", "change", "score"),
    [
        (BOTH, [-1], 2**63 - 1),
        (BOTH, [-3, 2], 2**63 - 1),
        (BOTH, [1], None),
        (BOTH, [], None),
        ("score(A, T) :- applicant(A), T = sum N : { table(_K, N) }.", [], None),
        ("score(A, T) :- applicant(A), T = sum 9223372036854775807 : { table(_K, _N) }.", [], None),
        (".decl next(n: number)\nnext(N + 1) :- table(_, N).\nscore(A, N) :- applicant(A), next(N).", [], None),
    ],
)
def test_a_sum_beyond_64_bits_is_said_at_its_end(engine: str, rules: str, change: list[int], score: int | None) -> None:
    policy = build_policy("ends", {"ends.dl": PACK + rules})
    policy.left_to_general()
    if score is None:
        with pytest.raises(RuleArithmeticError, match="number beyond 64 bits"):
            policy.decide("x", {"change": change}, as_of=AS_OF, engine=engine)
    else:
        assert policy.decide("x", {"change": change}, as_of=AS_OF, engine=engine).score == score


@pytest.mark.parametrize("engine", ENGINES)
def test_points_stand_in_the_order_of_their_ids(engine: str) -> None:
    ids = ("\t", " ", "'", '"', "a", "Ａ", "\\")
    texts = ('"\\t"', '" "', '"\'"', '"\\""', '"a"', '"Ａ"', '"\\\\"')
    facts = "".join(f"points({text}, 1).\n" for text in texts)
    rules = ".decl points(k: symbol, n: number)\n.decl scorecard(a: symbol, k: symbol, n: number)\n.output scorecard\n"
    rules += f"{facts}scorecard(A, K, N) :- applicant(A), points(K, N)."
    policy = build_policy("ends", {"ends.dl": PACK.rpartition(".decl")[0] + rules})
    assert list(policy.decide("x", {}, as_of=AS_OF, engine=engine).scorecard) == sorted(ids)
