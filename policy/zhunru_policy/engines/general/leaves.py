"""What the loops of a rule or an aggregate end in: a row is added, or a total is set.

A leaf is written for `one` assignment at a time, or for `many`, the rows of the innermost loop at once; most of the
time of a large join is spent there, so it should run in C.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ...ir import code, python
from ...ir.code import Code, name
from ...ir.core import Const, Expr, Fold, Rule, Var, expression_variables
from ...ir.plan import Aggregate, PlanStep, Scan, variables_of
from .writing import Writer


class Loop(NamedTuple):
    """`for target in rows`, under tests; `binds`: the variables that it binds."""

    target: Code
    rows: Code
    tests: list[Code]
    binds: frozenset[str]

    def list_of(self, value: Code) -> Code:
        """A list and no generator: it is faster, and its rows are counted before."""
        return code.list_of(value, [code.Clause(self.target, self.rows, self.tests)])


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
        rows = writer.scope.rows_of(self.rule.relation)
        if self.group is not None:
            value = writer.value(self.rule.head[self.group])
            writer.write(python.do(code.method(self._group(writer), "add", value)))
        elif self.recursive:
            row = writer.fresh("row")
            added = python.do(code.method(self._found(writer), "add", name(row)))
            writer.write(python.assign(row, writer.row(self.rule.head)))
            writer.write(python.If(code.compare("not in", name(row), rows), [added]))
        else:
            writer.write(python.do(code.method(rows, "add", writer.row(self.rule.head))))

    def many(self, writer: Writer, loop: Loop) -> bool:
        if self.group is None:
            target = self._found(writer) if self.recursive else writer.scope.rows_of(self.rule.relation)
            writer.write(python.do(code.method(target, "update", loop.list_of(writer.row(self.rule.head)))))
            return True
        changes = [place for place, value in enumerate(self.rule.head) if not loop.binds.isdisjoint(_names(value))]
        if changes != [self.group]:
            return False
        value = writer.value(self.rule.head[self.group])
        values = loop.rows if code.same(value, loop.target) and not loop.tests else loop.list_of(value)
        update = python.do(code.method(self._group(writer), "update", values))
        writer.write(python.If(loop.rows, [update]))  # no group without a row
        return True

    def _found(self, writer: Writer) -> Code:
        return name(writer.scope.of(writer.scope.found, self.rule.relation, "found "))

    def _group(self, writer: Writer) -> Code:
        rest = [writer.value(value) for place, value in enumerate(self.rule.head) if place != self.group]
        return code.item(self._found(writer), rest[0] if len(rest) == 1 else code.row(rest))


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
            writer.write(python.add_to(self.total, value))
        else:
            best = code.call(self.fold.op, name(self.total), value)
            nothing = code.compare("is", name(self.total), code.NONE)
            writer.write(python.assign(self.total, code.choice(nothing, value, best)))

    def many(self, writer: Writer, loop: Loop) -> bool:
        if not self.adds:
            return False
        if self.fold.op == "count" and not loop.tests:
            writer.write(python.add_to(self.total, code.call("len", loop.rows)))
        else:
            writer.write(python.add_to(self.total, code.call("sum", loop.list_of(self._value(writer)))))
        return True

    def _value(self, writer: Writer) -> Code:
        return writer.value(self.fold.target) if self.fold.target else code.constant(1)


def _names(value: Expr) -> list[str]:
    return list(expression_variables(value))


def last_binding(steps: Sequence[PlanStep]) -> int:
    """The last step that binds a variable or runs over rows, behind which tests alone stand; -1 where none does."""
    binds = [at for at, step in enumerate(steps) if isinstance(step, Aggregate) or variables_of([step])]
    scans = [at for at, step in enumerate(steps) if isinstance(step, Scan)]
    return max([*binds, *scans], default=-1)


def group_place(rule: Rule, steps: Sequence[PlanStep]) -> int | None:
    """The place of the head that the innermost loop alone changes: its values are found a set at a time."""
    last = last_binding(steps)
    step = steps[last] if last >= 0 else None
    if not isinstance(step, Scan) or step.delta or len(rule.head) < 2:
        return None
    before = frozenset(variables_of(steps[:last]))
    new = [place for place, value in enumerate(rule.head) if not before.issuperset(_names(value))]
    plain = all(isinstance(value, Var | Const) for value in rule.head)
    return new[0] if plain and len(new) == 1 else None
