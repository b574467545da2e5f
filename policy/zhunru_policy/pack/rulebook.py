"""What a policy says of its rules: texts for and against, what is not disclosed, and the general reason instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ..ir.core import Row, Value
from .checks import LANGUAGES, PLACEHOLDER
from .policy import PolicyData
from .units import PLAIN, Measure

#: Stands in a text for a value that the reader may not see.
HIDDEN = "—"

_WEIGHTS = ("high", "medium", "low")

Texts = tuple[str, str]


class Rulebook:
    """Texts are pairs: Chinese, English."""

    def __init__(self, policy: PolicyData) -> None:
        vocabulary = policy.vocabulary
        self.registry = policy.registry
        self._for = _texts(vocabulary.facts_with_role("reason"))
        self._against = _texts(vocabulary.facts_with_role("reason_against"))
        self.outcome_ranks = {str(row[0]): row[1] for row in vocabulary.facts_with_role("outcome_rank")}
        self.wishes = {str(row[0]): str(row[1]) for row in vocabulary.facts_with_role("wish")}
        self.with_words_against = frozenset(self._against)
        self.undisclosed = frozenset(str(row[0]) for row in vocabulary.facts_with_role("undisclosed"))
        general = {str(row[0]): str(row[1]) for row in vocabulary.facts_with_role("general_reason")}
        self.general: Texts = (general.get("zh", "未披露"), general.get("en", "not disclosed"))

    def rank(self, weight: str) -> int:
        """Where a weight stands among others; words that the domain does not have come last."""
        return _WEIGHTS.index(weight) if weight in _WEIGHTS else len(_WEIGHTS)

    def reason(self, rule_id: str, values: Mapping[str, Value], measures: Mapping[str, Measure]) -> Texts:
        """Why a rule fired. A variable without a value is hidden from the reader."""
        zh, en = self._for[rule_id]
        return fill(zh, values, measures), fill(en, values, measures)

    def reason_against(
        self, rule_id: str, values: Mapping[str, Value], measures: Mapping[str, Measure]
    ) -> Texts | None:
        """Why a rule did not fire; None where the pack has no words for it."""
        texts = self._against.get(rule_id)
        return texts and (fill(texts[0], values, measures), fill(texts[1], values, measures))

    def asks_for(self, rule_id: str) -> frozenset[str]:
        """The variables that the reason against speaks of."""
        return frozenset(name for text in self._against.get(rule_id, ()) for name in PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, Value], measures: Mapping[str, Measure]) -> str:
    """The text with its placeholders filled in; values are shown once, so a value with braces stands as it is."""
    parts = _split(text).copy()
    for at in range(1, len(parts), 2):
        name = parts[at]
        parts[at] = measures.get(name, PLAIN).show(values[name]) if name in values else HIDDEN
    return "".join(parts)


@lru_cache(4096)
def _split(text: str) -> list[str]:
    """Pieces of the text, and the names of placeholders between them, in turn."""
    return PLACEHOLDER.split(text)


def _texts(rows: Iterator[Row]) -> dict[str, Texts]:
    texts: dict[str, dict[str, str]] = {}
    for rule_id, language, text in rows:
        texts.setdefault(str(rule_id), {})[str(language)] = str(text)
    return {rule_id: (own[LANGUAGES[0]], own[LANGUAGES[1]]) for rule_id, own in texts.items()}
