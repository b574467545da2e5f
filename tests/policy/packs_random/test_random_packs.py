"""Packs that nobody wrote: every engine gives the same decision, or the same error."""

from __future__ import annotations

from .deciding import Coverage, compare

PACKS = 300
#: One pack in so many is decided by pyDatalog too, which is slow.
SHARE_OF_PYDATALOG = 6
#: The least share of all decisions that must end so; else they say little.
LEAST_SHARES = {"Decision": 0.4, "FactError": 0.02, "AnswerError": 0.02, "RuleArithmeticError": 0.01}
#: The most packs that the default engine may leave to the general one as a whole.
MOST_UNSUPPORTED = 0.15


def test_engines_agree_on_random_packs() -> None:
    coverage = Coverage()
    for number in range(PACKS):
        engines = ("specialised", "general", "reference")
        compare(number, coverage, engines if number % SHARE_OF_PYDATALOG else (*engines, "pydatalog"))
    assert not coverage.refused, coverage.refused
    assert coverage.too_long < PACKS / 10
    decisions = coverage.decisions.total()
    for answer, least in LEAST_SHARES.items():
        assert coverage.decisions[answer] >= least * decisions, coverage.report()
    assert coverage.unsupported.total() <= MOST_UNSUPPORTED * PACKS, coverage.unsupported
