"""Packs that nobody wrote: every engine gives the same decision, or the same error."""

from __future__ import annotations

from .deciding import Coverage, compare

PACKS = 300
#: One pack in so many is decided by pyDatalog too, which is slow.
SHARE_OF_PYDATALOG = 6
#: The least share of all decisions that must end so; else they say little.
LEAST_SHARES = {"Decision": 0.4, "FactError": 0.02, "AnswerError": 0.02, "RuleArithmeticError": 0.01}
#: Most packs are valid; what the loader can't be pleased with by leaving clauses out is put aside.
MOST_REFUSED = 0.1
#: The most packs that the default engine may leave to the general one as a whole.
MOST_UNSUPPORTED = 0.15


def test_engines_agree_on_random_packs() -> None:
    coverage = Coverage()
    for number in range(PACKS):
        engines = ("specialised", "general", "reference")
        compare(number, coverage, engines if number % SHARE_OF_PYDATALOG else (*engines, "pydatalog"))
    assert coverage.refused.total() <= MOST_REFUSED * PACKS, coverage.refused
    assert coverage.too_long < PACKS / 10
    decisions = coverage.decisions.total()
    for answer, least in LEAST_SHARES.items():
        assert coverage.decisions[answer] >= least * decisions, coverage.report()
    # Facts that a policy takes are never unusual; those it refuses are left to the general engine, which says why.
    assert coverage.falls["unusual facts"] <= coverage.decisions["FactError"], coverage.report()
    assert coverage.unsupported.total() <= MOST_UNSUPPORTED * PACKS, coverage.unsupported
