"""What the loops of a rule or an aggregate end in: a row is added, or a total is set.

A leaf is written for `one` assignment at a time, or for `many`, the rows of the innermost loop at once; most of the
time of a large join is spent there, so it should run in C.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ...ir.core import Const, Expr, Fold, Match, Rule, Step, Var, expression_variables, step_variables
from .writing import Writer, identifier


class Loop(NamedTuple):
    """`for targets in rows`, under tests; `binds`: the variables that it binds."""

    targets: str
    rows: str
    tests: list[str]
    binds: frozenset[str]

    def list_of(self, value: str) -> str:
        """A list and no generator: it is faster, and its rows are counted before."""
        tests = f" if {' and '.join(self.tests)}" if self.tests else ""
        return f"[{value} for {self.targets} in {self.rows}{tests}]"


class Leaf(Protocol):
    @property
    def wanted(self) -> frozenset[str]:
        """The variables that it reads."""
        ...

    @property
    def total(self) -> str:
        """The total that it sets, if it sets one."""
        ...

    def one(self, writer: Writer) -> None: ...

    def many(self, writer: Writer, loop: Loop) -> bool:
        """Writes the leaf for all rows of the innermost loop at once; False where it must be written for one."""
        ...


@dataclass(frozen=True, slots=True)
class Addition:
    """A rule's row goes to its relation, or, in a recursion, to what is found in this round.

    `group`: the place of the head at which what is found in a round is kept in groups, None where it is kept as rows.
    """

    rule: Rule
    recursive: bool
    group: int | None = None
    total = ""

    @property
    def wanted(self) -> frozenset[str]:
        return frozenset(name for value in self.rule.head for name in expression_variables(value))

    def one(self, writer: Writer) -> None:
        if self.group is not None:
            writer.write(f"{self._group(writer)}.add({writer.value(self.rule.head[self.group])})")
        elif self.recursive:
            writer.write(f"row = {writer.row(self.rule.head)}")
            writer.write(f"if row not in {self._name('R')}:")
            writer.write(f"    {self._name('N')}.add(row)")
        else:
            writer.write(f"{self._name('R')}.add({writer.row(self.rule.head)})")

    def many(self, writer: Writer, loop: Loop) -> bool:
        if self.group is None:
            rows = loop.list_of(writer.row(self.rule.head))
            writer.write(f"{self._name('N' if self.recursive else 'R')}.update({rows})")
            return True
        changes = [place for place, value in enumerate(self.rule.head) if not loop.binds.isdisjoint(_names(value))]
        if changes != [self.group]:
            return False
        value = writer.value(self.rule.head[self.group])
        values = loop.rows if value == loop.targets and not loop.tests else loop.list_of(value)
        writer.write(f"if {loop.rows}:")  # no group without a row
        writer.write(f"    {self._group(writer)}.update({values})")
        return True

    def _name(self, prefix: str) -> str:
        return identifier(prefix, self.rule.relation)

    def _group(self, writer: Writer) -> str:
        key = writer.key(value for place, value in enumerate(self.rule.head) if place != self.group)
        return f"{self._name('N')}[{key}]"


@dataclass(frozen=True, slots=True)
class Total:
    """An aggregate's total grows by a value."""

    fold: Fold
    total: str

    @property
    def wanted(self) -> frozenset[str]:
        return frozenset(expression_variables(self.fold.target))

    @property
    def adds(self) -> bool:
        return self.fold.op in ("count", "sum")

    def one(self, writer: Writer) -> None:
        value = self._value(writer)
        if self.adds:
            writer.write(f"{self.total} += {value}")
        else:
            least = f"{self.fold.op}({self.total}, {value})"
            writer.write(f"{self.total} = {value} if {self.total} is None else {least}")

    def many(self, writer: Writer, loop: Loop) -> bool:
        if not self.adds:
            return False
        if self.fold.op == "count" and not loop.tests:
            writer.write(f"{self.total} += len({loop.rows})")
        else:
            writer.write(f"{self.total} += sum({loop.list_of(self._value(writer))})")
        return True

    def _value(self, writer: Writer) -> str:
        return writer.value(self.fold.target) if self.fold.target else "1"


def _names(value: Expr) -> list[str]:
    return list(expression_variables(value))


def last_binding(steps: Sequence[Step], known: frozenset[str], delta: Match | None) -> int:
    """The last step that binds a variable or runs over rows, behind which tests alone stand; -1 where none does."""
    bound = set(known)
    last = -1
    for at, step in enumerate(steps):
        variables = step_variables(step)
        if step is delta or isinstance(step, Fold) or not variables <= bound:
            last = at
        bound |= variables
    return last


def group_place(rule: Rule, steps: Sequence[Step], delta: Match | None) -> int | None:
    """The place of the head that the innermost loop alone changes: its values are found a set at a time."""
    last = last_binding(steps, frozenset(), delta)
    step = steps[last] if last >= 0 else None
    if not isinstance(step, Match) or step is delta or len(rule.head) < 2:
        return None
    before = frozenset[str]().union(*(step_variables(other) for other in steps[:last]))
    new = [place for place, value in enumerate(rule.head) if not before.issuperset(_names(value))]
    plain = all(isinstance(value, Var | Const) for value in rule.head)
    return new[0] if plain and len(new) == 1 else None
