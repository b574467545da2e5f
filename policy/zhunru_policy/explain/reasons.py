"""The rules that fired: which clause, under which values, on which facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ..language.core import Value
from .audience import Applicant
from .book import Book
from .explanation import FiredRule, UsedFact
from .heights import Heights
from .tracing import Fact, Firing, Trace


class Reasons:
    """Reads one trace. `subject`: the applicant. `reader`: the applicant too, who is not told all."""

    def __init__(
        self, book: Book, trace: Trace, subject: str, heights: Heights, reader: Applicant | None = None
    ) -> None:
        self._book = book
        self._reader = reader
        self._trace = trace
        self._subject = subject
        self._heights = heights

    def fired(self, rule_id: str) -> FiredRule:
        fact, firing = self.firing_of(rule_id)
        view = self._book.views[firing[0]]
        registered = self._book.rulebook.registry[rule_id]
        values: Mapping[str, Value] = {name: firing[1][at] for name, at in view.written}
        if self._reader is not None:
            values = self._reader.values(values, view.clause.private)
        reason_zh, reason_en = self._book.rulebook.reason(rule_id, values, view.measures)
        rule = FiredRule(
            rule_id,
            registered.kind,
            registered.weight,
            registered.section,
            reason_zh,
            reason_en,
            view.clause.file,
            view.clause.line,
            tuple(sorted(self.used(fact))),
            MappingProxyType(values),
        )
        return rule if self._reader is None else self._reader.rule(rule)

    def firing_of(self, rule_id: str) -> tuple[Fact, Firing]:
        """The fact of the rule on which the answer's part `rules_fired` rests, and how it was derived."""
        relation = self._book.policy.parts["rules_fired"]
        for fact in self._below((relation, (self._subject, rule_id))):
            if not self._trace.is_stated(fact) and fact[0] in self._book.rule_relations:
                firing = self._heights.best(fact)
                if self._book.views[firing[0]].clause.id == rule_id:
                    return fact, firing
        raise AssertionError(f"`{relation}` of `{rule_id}` rests on no rule of that id")

    def used(self, fact: Fact) -> Iterator[UsedFact]:
        """The request's facts behind a fact, through every relation between."""
        inputs = self._book.subject_inputs
        for relation, row in self._below(fact):
            if relation in inputs:
                yield UsedFact(str(row[0]), relation, row[1:])

    def _below(self, fact: Fact) -> Iterator[Fact]:
        """The fact and all that its proof matches, each once, the nearest first."""
        fixed = self._book.tracer.fixed
        pending = {fact: None}
        done: list[Fact] = list(pending)
        for each in done:
            yield each
            if each[0] not in fixed and not self._trace.is_stated(each):
                for other in self._heights.ways.below(self._heights.best(each)):
                    if other not in pending:
                        pending[other] = None
                        done.append(other)
