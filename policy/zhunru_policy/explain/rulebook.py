"""What a policy says of its rules, made ready once: each id's clauses and reasons, and how its values are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..language.core import Const, Rule, Value
from ..pack_checks import LANGUAGES, PLACEHOLDER
from .showing import PLAIN, Measure, Measures

if TYPE_CHECKING:
    from ..policy import Policy


class Rulebook:
    def __init__(self, policy: Policy) -> None:
        vocabulary = policy.vocabulary
        self.registry = policy.registry
        self.inputs = frozenset(name for name, spec in vocabulary.inputs.items() if spec.has_subject)
        self.measures = Measures(vocabulary)
        self.clauses = _clauses(policy)
        self._reasons = {(row[0], row[1]): str(row[2]) for row in vocabulary.facts_with_role("reason")}
        self._shown: dict[int, Mapping[str, Measure]] = {}

    def reasons(self, rule_id: str, rule: Rule, values: Mapping[str, Value]) -> Iterator[str]:
        """Why the rule fired, in each of `LANGUAGES`, placeholders filled in."""
        measures = self.measures_of(rule)
        for language in LANGUAGES:
            yield PLACEHOLDER.sub(
                lambda found: measures.get(found[1], PLAIN).show(values[found[1]]), self._reasons[rule_id, language]
            )

    def measures_of(self, rule: Rule) -> Mapping[str, Measure]:
        if rule.index not in self._shown:
            self._shown[rule.index] = self.measures.of_variables(rule)
        return self._shown[rule.index]


def _clauses(policy: Policy) -> dict[str, list[Rule]]:
    """The rules of each registered id, in the order of the text."""
    relations = {declared.name for declared in policy.vocabulary.with_role("rule")}
    found: dict[str, list[Rule]] = {}
    for rule in sorted(policy.core.rules, key=lambda rule: rule.index):
        if rule.relation in relations:
            for term in rule.head:
                if isinstance(term, Const) and term.value in policy.registry:
                    found.setdefault(str(term.value), []).append(rule)
    return found
