"""Proofs as plain frozen data: nodes by id, each a fact that holds, or that none of a form does, on premises.

A node's id is the fact in the language of the rules, `met("a1", "ELG-SCORE")`; `!overdue("a1", _)` is that no such fact
holds, and `_` stands for any value. A node stands once, however often others rest on it. Whatever names an id names one
of the proof's nodes, unless the proof is truncated; `Client.explain` proves any id by `goal`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class UsedFact:
    """A given fact that a rule used: `name`(`subject`, *`values`)."""

    subject: str
    name: str
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value, in the unit that the policy states (fen, not yuan), and how people are shown it (in yuan, grouped)."""

    value: int | str
    shown: str
    unit_zh: str = ""
    unit_en: str = ""

    def text(self, language: Language) -> str:
        """With its unit: `1,500 元`, `24%`."""
        unit = self.unit_en if language == "en" else self.unit_zh
        return f"{self.shown}{'' if unit == '%' else ' '}{unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the policy: where it stands, and itself on one line.

    `id`, `section`: of the rule in its head; empty without. `head`: the variable in each of its columns, or nothing.
    """

    id: str
    section: str
    file: str
    line: int
    text: str
    head: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group: the facts matched, by id, and what it adds (None for a count)."""

    facts: tuple[str, ...]
    target: Quantity | None


@dataclass(frozen=True, slots=True)
class Group:
    """An aggregate and what it ran over: `counted` members, sorted, of which at most 50 are shown, and `rest` are not.

    `op`: `count`, `sum`, `min` or `max`. `result`: None over nothing, and where it is `hidden`. `rest_sum`: what the
    rest adds to a sum. `only`: what shows that nothing else belongs here, by id.
    """

    text: str
    op: str
    result: Quantity | None
    counted: int
    members: tuple[Member, ...]
    rest: int
    rest_sum: Quantity | None
    only: tuple[str, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Premise:
    """A literal of a clause, under the values of its variables.

    `kind`: `fact`, `absence`, `constraint`, `aggregate` or `withheld`. `nodes`: what it rests on, by id. `only`: what
    shows that the fact matched is the only one. `left`, `op`, `right`: of a comparison. `distance`: by how much a
    literal fails that does. `fault`: why a side has no value.
    """

    text: str
    kind: str
    holds: bool
    nodes: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    left: Quantity | None = None
    op: str = ""
    right: Quantity | None = None
    distance: Quantity | None = None
    groups: tuple[Group, ...] = ()
    fault: str = ""

    @property
    def rests_on(self) -> Iterator[str]:
        """Every id that the premise names."""
        yield from self.nodes
        yield from self.only
        for group in self.groups:
            for member in group.members:
                yield from member.facts
            yield from group.only


@dataclass(frozen=True, slots=True)
class Given:
    """A fact that nothing derives.

    `source`: `request` (of the applicant), `about` (of another), `loader` (the service's own) or `pack` (the policy's
    text; then `file` and `line` say where). `fixed`: it is the same for every applicant.
    """

    id: str
    values: tuple[Quantity, ...]
    source: str
    label_zh: str
    label_en: str
    file: str
    line: int
    fixed: bool


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact that a clause proves. `height`: the least number of clauses above what is given, in any proof of it."""

    id: str
    values: tuple[Quantity, ...]
    clause: Clause
    variables: Mapping[str, Quantity]
    height: int
    premises: tuple[Premise, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A clause that could have given a fact, and the literals that fail; `variables`: those that have a value."""

    clause: Clause
    variables: Mapping[str, Quantity]
    premises: tuple[Premise, ...]

    @property
    def failing(self) -> tuple[Premise, ...]:
        return tuple(premise for premise in self.premises if not premise.holds)


@dataclass(frozen=True, slots=True)
class Absent:
    """No fact of a form holds, since every clause that could give one fails.

    `values`: the form, None for any value. `besides`: facts of the form that do hold. `instead`: what was given of this
    predicate, by id. `attempts`: at most 50; `rest` more are not shown. `withheld`: there are clauses that the reader
    is not told.
    """

    id: str
    values: tuple[Quantity | None, ...]
    label_zh: str
    label_en: str
    besides: tuple[str, ...]
    instead: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    rest: int
    withheld: bool


@dataclass(frozen=True, slots=True)
class Withheld:
    """What the reader is not told, and what is said in its place."""

    id: str
    reason_zh: str
    reason_en: str


Node = Given | Derived | Absent | Withheld


@dataclass(frozen=True, slots=True)
class Proof:
    """The nodes that prove `root`, those nearest to it first.

    `truncated`: a limit was reached, so ids are named that have no node here. `cited`: the given facts that the nodes
    rest on, sorted; one without values was given as an empty list, perhaps.
    """

    root: str
    nodes: Mapping[str, Node]
    truncated: bool
    cited: tuple[UsedFact, ...]


def named_by(node: Node) -> Iterator[str]:
    """The ids of what a node rests on, in the order in which it names them."""
    match node:
        case Derived(premises=premises):
            for premise in premises:
                yield from premise.rests_on
        case Absent(besides=besides, instead=instead, attempts=attempts):
            yield from besides
            yield from instead
            for attempt in attempts:
                for premise in attempt.premises:
                    yield from premise.rests_on
