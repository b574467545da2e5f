"""A proof as plain immutable data: nodes by goal, each a fact that holds or the absence of facts, on premises.

A node stands once, however often others rest on it, so a proof is as large as what it speaks of. Values are raw, in the
unit that the policy states; what people are shown of them (text, measures, labels) is the pack's and shared by all
proofs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from ...engines.traced.tracing import Fact
from ...ir.core import Value
from ...pack.units import Measure
from ...pack.vocabulary import PERIOD
from ..goals import Absence, Goal, goal_id

Source = Literal["request", "about", "loader", "pack"]
PremiseKind = Literal["fact", "absence", "constraint", "aggregate", "withheld"]

#: Members of an aggregate's group and attempts of an absence that a proof shows; the rest is counted.
MOST_SHOWN = 50


class UsedFact(NamedTuple):
    """A given fact that a rule rests on: `name`(`subject`, *`values`). A subject: the applicant, a friend, a device."""

    subject: str
    name: str
    values: tuple[Value, ...]


class Clause(NamedTuple):
    """A clause of the pack. `id` and `section` are empty where no registered rule stands in its head.

    `head`: the variable in each column of its head, empty for anything else. `private`: its variables that can hold
    another person's data.
    """

    id: str
    section: str
    file: str
    line: int
    text: str
    head: tuple[str, ...] = ()
    private: frozenset[str] = frozenset()


class Relation(NamedTuple):
    """A relation: how its columns are measured, and what an input is called. `private`: columns that can hold another
    person's data."""

    name: str
    measures: tuple[Measure, ...]
    label_zh: str
    label_en: str
    private: frozenset[int] = frozenset()


class Sentence(NamedTuple):
    """A literal of a clause as it was written. `measure`, `op`: of a comparison's sides, and its sign.

    `private`: whether its left and its right side can hold another person's data.
    """

    text: str
    kind: PremiseKind
    op: str
    measure: Measure
    private: tuple[bool, bool] = (False, False)


class Member(NamedTuple):
    """One assignment that an aggregate ran over: the facts it matched, and what it adds (None for a count)."""

    facts: tuple[Fact, ...]
    target: int | None


class Group(NamedTuple):
    """An aggregate and what it ran over: `counted` members, sorted, of which the first are shown.

    `result`: None for min and max over nothing; `private`: it can hold another person's data. `rest`: how many members
    are not shown; `rest_sum`: what these add to a sum. `only`: what shows that nothing else belongs to the group (for
    min and max: nothing that would change the result).
    """

    text: str
    op: Literal["count", "sum", "min", "max"]
    measure: Measure
    private: bool
    result: int | None
    counted: int
    members: tuple[Member, ...]
    rest: int
    rest_sum: int | None
    only: tuple[Goal, ...]


class Premise(NamedTuple):
    """A literal under the values of its clause.

    `goals`: what it rests on: the fact matched, the absence of a negated one, or, where a negated one fails, facts that
    hold. `left`, `right`: a comparison's sides; None where a side has no value. `distance`: of a literal that fails, by
    how much, in whole units of the fact. `only`: absences, which show that the fact matched is the only one that could
    be. `fault`: why a side has no value (division by zero, beyond 64 bits).
    """

    literal: Sentence
    holds: bool
    goals: tuple[Goal, ...] = ()
    left: Value | None = None
    right: Value | None = None
    groups: tuple[Group, ...] = ()
    only: tuple[Goal, ...] = ()
    distance: int | None = None
    fault: str = ""

    @property
    def rests_on(self) -> Iterator[Goal]:
        """Every goal that the premise names."""
        yield from self.goals
        yield from self.only
        for group in self.groups:
            for member in group.members:
                yield from member.facts
            yield from group.only


class GivenNode(NamedTuple):
    """A fact that nothing derives. `file`, `line`: where the pack states it."""

    goal: Fact
    relation: Relation
    source: Source
    file: str
    line: int

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same for every applicant."""
        return self.source == "pack" or (self.source == "loader" and self.relation.name == PERIOD)


class DerivedNode(NamedTuple):
    """A fact, proved by a clause. `height`: the least number of clauses above what is given, in any proof of it."""

    goal: Fact
    relation: Relation
    clause: Clause
    variables: Mapping[str, Value]
    measures: Mapping[str, Measure]
    height: int
    premises: tuple[Premise, ...]


class Attempt(NamedTuple):
    """A clause that could have given what is absent, under values for which it fails. `premises`: the facts that gave
    these values, then the literals that fail. In a proof that is the first that fails, in reasons against all of them.
    """

    clause: Clause
    variables: Mapping[str, Value]
    measures: Mapping[str, Measure]
    premises: tuple[Premise, ...]

    @property
    def failing(self) -> tuple[Premise, ...]:
        return tuple(premise for premise in self.premises if not premise.holds)


class AbsenceNode(NamedTuple):
    """Facts that do not hold, since every clause that could have given one fails.

    `besides`: facts of this form that do hold; none for a plain absence. `instead`: what the request gives of an input
    about the same subject. `attempts`: the first are shown, `rest` is how many are not, at the least in a truncated
    proof. `withheld`: there are clauses that the reader is not told.
    """

    goal: Absence
    relation: Relation
    besides: tuple[Fact, ...]
    instead: tuple[Fact, ...]
    attempts: tuple[Attempt, ...]
    rest: int
    withheld: bool = False


class WithheldNode(NamedTuple):
    """What the reader may not see, and what is said in its place."""

    goal: Fact
    reason_zh: str
    reason_en: str


Node = GivenNode | DerivedNode | AbsenceNode | WithheldNode


class Proof(NamedTuple):
    """The nodes that prove `root`, those nearest to it first.

    `truncated`: a limit was reached, so goals are named that have no node (ask for a proof of such a goal to see it),
    or not every way was followed in which a fact could have held.
    `cited`: the request's facts that the nodes rest on, sorted; one without values was given as an empty list, perhaps.
    """

    root: Goal
    nodes: Mapping[Goal, Node]
    truncated: bool
    cited: tuple[UsedFact, ...]

    @property
    def id(self) -> str:
        return goal_id(self.root)


def goals_of(node: Node) -> list[Goal]:
    """What a node rests on, in the order in which it names it."""
    found: list[Goal] = []
    if isinstance(node, DerivedNode):
        _add_goals(found, node.premises)
    elif isinstance(node, AbsenceNode):
        found += node.besides
        found += node.instead
        for attempt in node.attempts:
            _add_goals(found, attempt.premises)
    return found


def _add_goals(found: list[Goal], premises: Iterable[Premise]) -> None:
    for premise in premises:
        found += premise.rests_on if premise.groups or premise.only else premise.goals
