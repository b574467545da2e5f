"""What would have to change, as plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ...ir.core import Row
from ...pack.units import Measure


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one fact, or of a sum that the rules make of several.

    `fact`: the input's name; empty where the reader is not told it, and nothing else is then told but the texts. `key`
    tells a row of a relation from the others, `(1, "online")`, or one sum from the others, `("online",)`. `column`:
    what changes. `before` None: it was not given, or was not in the list. `steps`: the distance in the fact's own
    steps. `measure`: of both values. `total`: the relation that the sum is in, empty for a fact. `facts`: how many
    facts of a request change; a sum's may be several.
    """

    fact: str
    key: Row
    column: str
    before: int | str | None
    after: int | str | None
    steps: int
    measure: Measure
    text_zh: str
    text_en: str
    total: str = ""
    facts: int = 1

    def text(self, language: Literal["zh", "en"]) -> str:
        return self.text_zh if language == "zh" else self.text_en


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Changes, all of them together, after which the wish holds; none where it holds already.

    `facts`: the facts after them, for an applicant those alone that they change. `outcome`: what is then decided.
    """

    changes: tuple[Change, ...]
    facts: Mapping[str, object]
    outcome: str

    @property
    def steps(self) -> int:
        return sum(change.steps for change in self.changes)

    @property
    def size(self) -> tuple[int, int]:
        """What the answers are ordered by: how many facts change, then by how many steps."""
        return sum(change.facts for change in self.changes), self.steps


@dataclass(frozen=True, slots=True)
class Blocker:
    """A fact that no change within the applicant's power gets around.

    `fact`: empty where the reader is not told it. `value` None: it is not given, is a list, or is not told.
    """

    fact: str
    value: int | str | None
    measure: Measure
    text_zh: str
    text_en: str

    def text(self, language: Literal["zh", "en"]) -> str:
        return self.text_zh if language == "zh" else self.text_en


@dataclass(frozen=True, slots=True)
class Recourse:
    """What was wished, and the answers: fewest facts first, then fewest steps; none where something blocks.

    `wish`: the outcomes wished for, the lowest first, or the part of the answer (`qualifies`) that stands for them;
    empty where the outcome can't be better. `blockers`: the facts that keep the wish out of reach; with a part that
    stands for outcomes, those that keep these out of reach. `complete` False: time ran out before all was found; what
    is there is still the least.
    """

    wish: tuple[str, ...]
    counterfactuals: tuple[Counterfactual, ...]
    blockers: tuple[Blocker, ...] = ()
    complete: bool = True
