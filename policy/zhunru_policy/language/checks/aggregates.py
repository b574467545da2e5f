"""The bodies of aggregates: one alternative each."""

from __future__ import annotations

from ..syntax import Aggregate, Body, Conjunction, Disjunction, Negation
from .findings import Findings
from .scopes import Scope, is_opaque


def check_aggregates(scope: Scope, findings: Findings) -> None:
    """`scope` is a whole alternative; refuses `;` in an aggregate, also one that a `!` before a body makes."""
    for each in scope.everywhere():
        if each.aggregate is not None and is_opaque(each.aggregate):
            choice = _choice(each.aggregate)
            how = "`;`" if isinstance(choice, Disjunction) else "`!` before several literals, in effect a `;`,"
            message = f"{how} in an aggregate is not part of the policy language"
            findings.error(choice.span, message, "give the body a relation of its own, with a clause for each case")


def _choice(aggregate: Aggregate) -> Body:
    """The first part of the body that makes it several."""
    stack: list[tuple[Body, bool, Body]] = [(aggregate.body, False, aggregate.body)]
    while stack:
        node, negated, told = stack.pop()
        if isinstance(node, Negation):
            stack.append((node.body, not negated, node))
        elif isinstance(node, (Conjunction, Disjunction)):
            if isinstance(node, Disjunction) != negated:
                return told if negated else node
            stack.extend((part, negated, told) for part in reversed(node.parts))
    raise AssertionError("the body has one alternative")
