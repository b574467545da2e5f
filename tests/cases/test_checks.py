"""What cases expect must be what their pack can answer; else they would pass, or fail, whatever the rules say."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhunru_policy import PolicyError, load_pack
from zhunru_policy.cases.checks import cases_of

SMALL = Path(__file__).parent / "small"

# Each `expect`, the column of what is wrong in it, and what is said of it.
NEVER_MEANT = [
    ("{outcom: LEND}", 12, "a decision has no `outcom`"),
    ("{scorecard: {}}", 12, "no output of `small` gives `scorecard`; take it out, or declare the output"),
    ("{offer: ~}", 12, "no output of `small` gives `offer`"),
    ("{outcome: LENT}", 12, "`LENT` is never answered here; did you mean `LEND`?"),
    ("{outcome: LЕND}", 12, "did you mean `LEND`? `LЕND` has `Е` (U+0415)"),
    ("{outcome: ~}", 12, "`~` is no text"),
    ("{outcome: LEND, met: [GROWM]}", 27, "`GROWM` is never answered here; did you mean `GROWN`?"),
    ("{met: GROWN}", 12, "`'GROWN'` is no list of ids; write `[]` for none"),
    ("{met: ~}", 12, "`~` is no list of ids"),
    ("{missing: [agee]}", 12, "`agee` is never answered here; did you mean `age`?"),
    ("{score: 62.0}", 12, "`62.0` is no whole number"),
    ("{score: true}", 12, "`true` is no whole number"),
    ("{qualifies: 1}", 12, "`1` is neither true nor false"),
    ("{scorecard: {SC-BOOKS: 5, SC-BOKS: ~}}", 37, "`SC-BOKS` is never answered here; did you mean `SC-BOOKS`?"),
    ("{scorecard: {SC-BOOKS: 5.0}}", 24, "`5.0` is no whole number"),
    ("{scorecard: [SC-BOOKS]}", 12, "`['SC-BOOKS']` is no mapping of ids to points"),
    ("{offer: {}}", 12, "`{}` says nothing of the offer"),
    ("{offer: {tier: OLD}}", 20, "`OLD` is never answered here; it can be `NEW`"),
    ("{offer: {limit_yuan: '5'}}", 20, "`'5'` is no whole number"),
    ("{offer: {trial: 1}}", 20, "`1` is neither true nor false"),
    ("{offer: {review_months: [202611]}}", 20, "`[202611]` is no two periods"),
    ("{next_step: sign}", 12, "`sign` is never answered here; it can be `read`"),
]
MORE_PARTS = """
.decl score(a: symbol, n: number)
score(A, N) :- age(A, N).
.decl qualifies(a: symbol)
qualifies(A) :- met(A, "GROWN").
.decl scorecard(a: symbol, id: symbol, n: number)
scorecard(A, "SC-BOOKS", 5) :- age(A, _).
.decl offer(a: symbol, tier: symbol, limit_yuan: number, daily_rate_ppm: number, annual_rate_ppm: number,
    trial: number, review_from: number, review_to: number)
offer(A, "NEW", N, N, N, 1, N, N) :- age(A, N).
.decl next_step(a: symbol, step: symbol)
next_step(A, "read") :- met(A, "GROWN").
.output score, qualifies, scorecard, offer, next_step
"""


@pytest.mark.parametrize(("expect", "column", "said"), NEVER_MEANT)
def test_a_case_expects_what_its_pack_can_answer(tmp_path: Path, expect: str, column: int, said: str) -> None:
    pack = tmp_path / "small"
    (pack / "cases").mkdir(parents=True)
    rules = (SMALL / "rules.dl").read_text(encoding="utf-8")
    text = rules if "no output" in said else rules + MORE_PARTS
    (pack / "rules.dl").write_text(text, encoding="utf-8")
    (pack / "cases" / "a.yaml").write_text(f"- title: t\n  as_of: 2026-11-24\n  expect: {expect}\n", encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        cases_of(load_pack(pack))
    (found,) = refused.value.diagnostics
    assert said in str(found)
    assert (found.span.line, found.span.column) == (3, column)


@pytest.mark.parametrize(
    "expect",
    [
        "{scorecard: {}, score: 0, offer: ~, next_step: ~, qualifies: false, met: [], missing: [age, town]}",
        "{scorecard: {SC-BOOKS: 5}, score: 30, offer: {tier: NEW, trial: true, review_months: [30, 30]}}",
        "{scorecard: {SC-BOOKS: ~}, next_step: read, outcome: REFUSE, met: [LOCAL, GROWN]}",
    ],
)
def test_what_a_pack_can_answer_may_be_expected(tmp_path: Path, expect: str) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "rules.dl").write_text((SMALL / "rules.dl").read_text(encoding="utf-8") + MORE_PARTS, encoding="utf-8")
    (tmp_path / "cases" / "a.yaml").write_text(f"- {{title: t, as_of: 2026-11-24, expect: {expect}}}\n")
    assert len(cases_of(load_pack(tmp_path))) == 1
