"""Random conjunctions over given rows, and what they mean: the rows joined, one literal after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from zhunru_policy.ir.core import Anything, Column, Const, Relation, Row, Term, Value, Var
from zhunru_policy.language.printer import print_symbol

MOST_JOINED = 20_000
Assignment = dict[str, Value]


class Conjunction:
    """A random query, and its answer by joining derived rows, which is all that a conjunction means."""

    def __init__(self, seed: int, relations: Iterable[Relation], rows: Mapping[str, set[Row]]) -> None:
        self._random = Random(seed)
        self._rows = rows
        self._columns = {relation.name: relation.columns for relation in relations}
        self.literals: list[str] = []
        self.answers: list[Assignment] = [{}]
        self._bound: dict[str, Column] = {}
        for _ in range(self._random.randint(1, 4)):
            self._add_atom()
        for _ in range(self._random.randint(0, 2)):
            self._random.choice((self._add_comparison, self._add_negation, self._add_arithmetic))()

    @property
    def expected(self) -> list[Row]:
        return sorted({tuple(answer[name] for name in self._bound) for answer in self.answers})  # type: ignore[type-var]

    def _add_atom(self) -> None:
        names = [name for name, rows in self._rows.items() if rows and len(rows) * len(self.answers) < MOST_JOINED]
        name = self._random.choice(sorted(names))
        columns = self._columns[name]
        terms = [self._term(column, sorted({row[at] for row in self._rows[name]})) for at, column in enumerate(columns)]  # type: ignore[type-var]
        self._add(
            f"{name}({', '.join(map(shown, terms))})",
            (unified(a, terms, r) for a in self.answers for r in self._rows[name]),
        )

    def _term(self, column: Column, values: Sequence[Value]) -> Term:
        draw = self._random.random()
        known = [name for name, its in self._bound.items() if its.type == column.type]
        if draw < 0.3 and known:
            return Var(self._random.choice(known))
        if draw < 0.8:
            new = f"V{len(self._bound)}"
            self._bound[new] = column
            return Var(new)
        return Anything() if draw < 0.9 else Const(self._random.choice(values))

    def _add(self, literal: str, answers: Iterable[Assignment | None]) -> None:
        self.literals.append(literal)
        self.answers = [answer for answer in answers if answer is not None]

    def _of_kind(self, kind: str) -> list[str]:
        return [name for name, column in self._bound.items() if column.kind == kind]

    def _add_comparison(self) -> None:
        if numbers := self._of_kind("number"):
            name, least = self._random.choice(numbers), self._random.randint(-1, 300)
            self._add(f"{name} >= {least}", [a for a in self.answers if a[name] >= least])  # type: ignore[operator]

    def _add_arithmetic(self) -> None:
        if numbers := self._of_kind("number"):
            name, new = self._random.choice(numbers), f"V{len(self._bound)}"
            self._add(f"{new} = {name} * 3 - 1", [{**a, new: a[name] * 3 - 1} for a in self.answers])  # type: ignore[operator]
            self._bound[new] = Column(new, "", "number")

    def _add_negation(self) -> None:
        name = self._random.choice(sorted(self._columns))
        known = [self._of_kind(column.kind) for column in self._columns[name]]
        terms = [Var(self._random.choice(own)) if own and self._random.random() < 0.7 else Anything() for own in known]
        left = [a for a in self.answers if all(unified(a, terms, row) is None for row in self._rows[name])]
        self._add(f"!{name}({', '.join(map(shown, terms))})", left)


def shown(term: Term) -> str:
    match term:
        case Var(name=name):
            return name
        case Const(value=value):
            return print_symbol(value) if isinstance(value, str) else str(value)
    return "_"


def unified(answer: Assignment, terms: Sequence[Term], row: Row) -> Assignment | None:
    """The answer with the row's values, if they agree."""
    found = {**answer}
    for term, value in zip(terms, row, strict=True):
        if isinstance(term, Const) and term.value != value:
            return None
        if isinstance(term, Var) and found.setdefault(term.name, value) != value:
            return None
    return found
