"""The rules that fired: which clause, under which values, on which facts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..engines.traced.tracing import Fact, Firing, Trace
from ..ir.core import Value
from .disclosure.audience import Applicant
from .explanation import FiredRule, UsedFact
from .prepared import Book
from .proof.heights import Heights


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
        self._facts: list[Fact] = []
        self._bits: dict[Fact, int] = {}
        self._masks: dict[Fact, int] = {}
        self._sorted: dict[int, tuple[UsedFact, ...]] = {}

    def fired(self, rule_id: str) -> FiredRule | None:
        """None for an id that the answer lists and that no clause of a registered rule gave."""
        found = self.firing_of(rule_id) if rule_id in self._book.rulebook.registry else None
        if found is None:
            return None
        fact, firing = found
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
            self.used(fact),
            MappingProxyType(values),
        )
        return rule if self._reader is None else self._reader.rule(rule)

    def firing_of(self, rule_id: str) -> tuple[Fact, Firing] | None:
        """The fact of the rule on which the answer's part `rules_fired` rests, and how it was derived; None where an id
        was computed, say, and rests on no clause of that rule.
        """
        relation = self._book.policy.parts["rules_fired"]
        pending: list[Fact] = [(relation, (self._subject, rule_id))]
        for fact in pending:
            if self._trace.is_stated(fact):
                continue
            firing = self._heights.best(fact)
            index, values, groups = firing
            if self._book.views[index].clause.id == rule_id:
                return fact, firing
            pending += self._heights.ways.of_rule[index].derived(values, groups)
        return None

    def used(self, fact: Fact) -> tuple[UsedFact, ...]:
        """The request's facts behind a derived fact, through every relation between, sorted."""
        mask = self._mask(fact)
        if mask not in self._sorted:
            told: list[UsedFact] = []
            left = mask
            while left:
                name, row = self._facts[(left & -left).bit_length() - 1]
                told.append(UsedFact(str(row[0]), name, row[1:]))
                left &= left - 1
            self._sorted[mask] = tuple(sorted(told))
        return self._sorted[mask]

    def _mask(self, fact: Fact) -> int:
        """The same as a number, with a bit for each given fact met so far."""
        below: dict[Fact, tuple[int, list[Fact]]] = {}
        pending = [fact]
        while pending:
            at = pending[-1]
            if at not in below:
                below[at] = self._tell_below(at)
            given, derived = below[at]
            missing = [other for other in derived if other not in self._masks]
            if missing:
                pending += missing
                continue
            for other in derived:
                given |= self._masks[other]
            self._masks[pending.pop()] = given
        return self._masks[fact]

    def _tell_below(self, fact: Fact) -> tuple[int, list[Fact]]:
        """What a fact's proof matches: the given facts as bits, and those that are derived in turn."""
        if self._trace.is_stated(fact):
            return self._bit_of(fact), []
        index, values, groups = self._heights.best(fact)
        given, _, derived = self._heights.ways.of_rule[index]
        mask = 0
        for other in given(values, groups):
            mask |= self._bit_of(other)
        return mask, derived(values, groups)

    def _bit_of(self, fact: Fact) -> int:
        bit = self._bits.get(fact)
        if bit is None:
            if fact[0] in self._book.subject_inputs:
                bit = 1 << len(self._facts)
                self._facts.append(fact)
            else:
                bit = 0
            self._bits[fact] = bit
        return bit
