"""What an applicant is told of what would have to change: neither rules against fraud nor other people's data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from ...pack.rulebook import Texts
from ...pack.units import PLAIN
from ..prepared import Book
from ..recourse.counterfactual import Blocker, Change, Counterfactual, Recourse
from .audience import Applicant

_Item = TypeVar("_Item", Change, Blocker)
_Any = TypeVar("_Any", Change, Blocker, Counterfactual)

_OF_OTHERS: Texts = ("他人的信息", "other people's data")


def for_applicant(recourse: Recourse, book: Book, subject: str) -> Recourse:
    """The same with the general reason for changes and blockers that tell of undisclosed rules, and with one phrase for
    other people's data. What then looks alike is told once.
    """
    reader = _Reader(book, Applicant(book, subject))
    return replace(
        recourse,
        counterfactuals=_once(map(reader.counterfactual, recourse.counterfactuals)),
        blockers=_told_first(map(reader.blocker, recourse.blockers)),
    )


class _Reader:
    def __init__(self, book: Book, applicant: Applicant) -> None:
        self._book, self._applicant = book, applicant

    def counterfactual(self, whole: Counterfactual) -> Counterfactual:
        changes = _told_first(map(self._change, whole.changes))
        own = {change.fact for change in changes}
        return replace(whole, changes=changes, facts={name: whole.facts[name] for name in whole.facts if name in own})

    def _change(self, whole: Change) -> Change:
        instead = self._instead(whole.fact, whole.total)
        return whole if instead is None else Change("", (), "", None, None, 0, PLAIN, *instead, facts=0)

    def blocker(self, whole: Blocker) -> Blocker:
        instead = self._instead(whole.fact)
        return whole if instead is None else Blocker("", None, PLAIN, *instead)

    def _instead(self, fact: str, total: str = "") -> Texts | None:
        """What is told instead of an input, or of a sum of it; None where it may be told."""
        if not all(map(self._may_know, filter(None, (fact, total)))):
            return self._book.rulebook.general
        return _OF_OTHERS if self._book.policy.vocabulary.inputs[fact].of_others else None

    def _may_know(self, name: str) -> bool:
        return self._applicant.may_know(name) and not self._applicant.hides((name, ()))


def _told_first(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """Each once, those that stand for what is withheld last, so that their place tells nothing."""
    return tuple(sorted(_once(items), key=lambda item: not item.fact))


def _once(items: Iterable[_Any]) -> tuple[_Any, ...]:
    kept: list[_Any] = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return tuple(kept)
