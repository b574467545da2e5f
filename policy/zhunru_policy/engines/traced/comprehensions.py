"""Comprehensions in the making, and what aggregates come to in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...ir import code
from ...ir.code import Code, constant, name
from ...ir.core import Fold
from ...language.syntax import NUMBER_LEAST, NUMBER_MOST

#: Python allows some twenty nested loops; a rule with more goes on in another comprehension.
MOST_LOOPS = 15


@dataclass(slots=True)
class Each:
    """`for target in rows` of a comprehension, with the tests behind it. `binds`: the locals in the target."""

    target: Code
    rows: Code
    binds: tuple[str, ...]
    tests: list[Code]


def result_of(fold: Fold, group: Code) -> Code:
    """What an aggregate comes to over the members of a group, not bounded to 64 bits."""
    if fold.op == "count":
        return code.call("len", group)
    member = name("member")
    return code.call(fold.op, code.list_of(code.item(member, constant(2)), [code.Clause(member, group)]))


def fits(value: Code) -> Code:
    return code.some([code.between(constant(NUMBER_LEAST), value, constant(NUMBER_MOST)), code.call("fault")])


def comprehension(result: Code, clauses: Sequence[Each]) -> Code:
    """One comprehension of as many loops as fit; those before them in one of their own."""
    first, *rest = clauses
    if not first.tests and not first.binds:
        if not rest:
            return code.sequence([result])
        clauses = rest
    split = len(clauses) - MOST_LOOPS
    if split <= 0:
        return code.list_of(result, [code.Clause(each.target, each.rows, each.tests) for each in clauses])
    bound = code.row([name(local) for each in clauses[:split] for local in each.binds])
    earlier = Each(bound, comprehension(bound, clauses[:split]), (), [])
    return comprehension(result, [Each(name("_"), code.constants((0,)), (), []), earlier, *clauses[split:]])
