"""Aggregates and the groups they ran over."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from functools import cached_property

from ...engines.traced.source import TracedFold
from ...engines.traced.tracing import Fact
from ...engines.traced.tracing import Group as Members
from ...engines.traced.tracing import Member as TracedMember
from ...ir import code
from ...ir.code import Code, constant, name
from ...ir.core import Match
from ...language.arithmetic import ArithmeticFault, fold_values
from ...language.syntax import AggregateOp
from ..goals import Goal
from .clauses import VALUES, ClauseView, Row, fact_code, made_function, row_code
from .model import MOST_SHOWN, Group, Member


class FoldView:
    """A fold, and how the facts that a member matched are read from the values around it and the member's own.

    `matches`: relations, each with how its row is read from the values.
    """

    def __init__(self, scope: TracedFold, matches: tuple[tuple[str, Code], ...], inner: tuple[FoldView, ...]) -> None:
        self.scope = scope
        self.matches = matches
        self.inner = inner

    @cached_property
    def facts(self) -> Callable[[Row, Members], list[Fact]]:
        """The facts that members matched, from the values around them."""
        facts = [fact_code(relation, values) for relation, values in self.matches]
        for at, fold in enumerate(self.inner):
            facts += inner_facts(fold, code.item(name("inner"), constant(at)), at)
        member = code.row([name("own"), name("groups"), name("_")])
        values = code.binary("+", name("outer"), name("own"))
        each = [
            code.Clause(member, name("members")),
            code.Clause(name("v"), code.row([values])),
            code.Clause(name("fact"), code.row(facts)),
        ]
        return made_function(("outer", "members"), code.list_of(name("fact"), each), {"inner": self.inner})

    def only(self, wanted: Container[str]) -> FoldView:
        """The same, of some relations alone."""
        matches = tuple(match for match in self.matches if match[0] in wanted)
        return FoldView(self.scope, matches, tuple(inner.only(wanted) for inner in self.inner))

    @property
    def is_silent(self) -> bool:
        return not self.matches and all(inner.is_silent for inner in self.inner)


def inner_facts(fold: FoldView, own: Code, at: int) -> list[Code]:
    """The facts of a fold that is called `own`, over the group at a place of the `groups`; none of a silent one."""
    group = code.item(name("groups"), constant(at))
    return [] if fold.is_silent else [code.star(code.method(own, "facts", VALUES, group))]


def fold_view(scope: TracedFold, outer: Sequence[str]) -> FoldView:
    """`outer`: the variables whose values are handed to `facts`, in their order."""
    variables = (*outer, *scope.variables)
    matches = tuple(
        (step.relation, row_code(step.terms, variables)) for step in scope.fold.body if isinstance(step, Match)
    )
    return FoldView(scope, matches, tuple(fold_view(inner, variables) for inner in scope.folds))


def _result(op: AggregateOp, values: Sequence[int]) -> int | None:
    try:
        return fold_values(op, values)
    except ArithmeticFault:
        return None


def group_of(
    view: ClauseView,
    fold: FoldView,
    outer: Row,
    members: Members,
    only: Iterable[Goal],
    leave_out: Callable[[Iterable[Fact]], None],
) -> Group:
    """`leave_out` is told the facts of members that are not shown."""
    step = fold.scope.fold
    ordered: list[TracedMember] = sorted(members)
    shown = tuple(
        Member(tuple(fold.facts(outer, [member])), member[2] if step.target is not None else None)
        for member in ordered[:MOST_SHOWN]
    )
    rest = ordered[MOST_SHOWN:]
    if rest:
        leave_out(fold.facts(outer, rest))
    return Group(
        view.fold_texts[step.span],
        step.op,
        view.measure(step.target if step.target is not None else step.variable),
        step.variable.name in view.clause.private,
        _result(step.op, [member[2] for member in ordered]),
        len(ordered),
        shown,
        len(rest),
        sum(member[2] for member in rest) if rest and step.op == "sum" else None,
        tuple(dict.fromkeys(only)),
    )
