"""Values as people are shown them: divided and grouped as their type says, exact, without floating point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..ir.core import Assign, Compare, Expr, Fold, Match, Rule, Step, Term, Value, Var, steps_within
from .vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Measure:
    """How a number is shown. `divide`: how many of it make one unit; a number without unit or divisor is a code."""

    divide: int = 1
    unit_zh: str = ""
    unit_en: str = ""

    @property
    def is_plain(self) -> bool:
        return self.divide == 1 and not self.unit_zh and not self.unit_en

    def show(self, value: Value) -> str:
        """500000 fen are `5,000`, 500050 are `5,000.50`; codes, periods and symbols stand as they are."""
        if not isinstance(value, int) or self.is_plain:
            return str(value)
        whole, part = divmod(abs(value), self.divide)
        sign = "-" if value < 0 else ""
        digits = len(str(self.divide)) - 1
        if not part:
            return f"{sign}{whole:,}"
        return f"{sign}{whole:,}.{part:0{digits}d}" if self.divide == 10**digits else f"{value:,}/{self.divide}"


PLAIN = Measure()


class Measures:
    """The measure of each column of a relation, and of each variable of a rule."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._columns = {
            name: tuple(_measure(vocabulary.column_words(attribute)) for attribute in declared.attributes)
            for name, declared in vocabulary.declared.items()
        }

    def of_columns(self, relation: str) -> tuple[Measure, ...]:
        return self._columns[relation]

    def of_variables(self, rules: Sequence[Rule]) -> Mapping[str, Measure]:
        """Of the alternatives of one clause: from the columns that a variable stands in, else from what it is compared
        with, or the head's column. A parameter is a bare number in the text, and is measured as the fact that it
        bounds.
        """
        found: dict[str, Measure] = {}
        for rule in rules:
            for step in steps_within(rule.body):
                if isinstance(step, Match):
                    self._from_columns(step.relation, step.terms, found)
        alike = [pair for rule in rules for pair in _measured_alike(rule.body)]
        for _ in alike:
            for left, right in alike:
                for known, other in ((left, right), (right, left)):
                    if known in found:
                        found.setdefault(other, found[known])
        for rule in rules:
            self._from_columns(rule.relation, rule.head, found)
        return found

    def _from_columns(self, relation: str, terms: tuple[Term | Expr, ...], found: dict[str, Measure]) -> None:
        for term, measure in zip(terms, self._columns[relation], strict=True):
            if isinstance(term, Var) and not measure.is_plain:
                found.setdefault(term.name, measure)


def _measured_alike(steps: tuple[Step, ...]) -> Iterator[tuple[str, str]]:
    """Variables that are compared, and so measure the same; also a fold's and its target."""
    for step in steps_within(steps):
        match step:
            case Compare(left=Var(name=left), right=Var(name=right)):
                yield left, right
            case Assign(variable=Var(name=left), value=Var(name=right)):
                yield left, right
            case Fold(op=op, variable=Var(name=left), target=Var(name=right)) if op != "count":
                yield left, right


def _measure(words: Mapping[str, Value]) -> Measure:
    divide = words.get("divide", 1)
    return Measure(
        divide if isinstance(divide, int) else 1, str(words.get("unit_zh", "")), str(words.get("unit_en", ""))
    )
