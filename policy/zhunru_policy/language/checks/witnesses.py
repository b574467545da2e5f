"""What to write instead of a witness: a variable that is read outside the aggregate which alone binds it."""

from __future__ import annotations

from dataclasses import replace

from ..printer import print_expression, print_literal
from ..syntax import Aggregate, Atom, Comparison, Constant, Expression, Variable, Wildcard
from .scopes import Scope

_MOST_SHOWN = 100
"""Characters of what a message proposes to write."""


def instead_of_witness(scope: Scope, inside: Scope, name: str) -> str:
    """`inside` is the aggregate in `scope` in which the name has its value, or which holds the one where it has it."""
    home = next(each for each in inside.everywhere() if name in each.bound)
    assert home.aggregate is not None
    op = home.aggregate.op
    if op in ("count", "sum"):
        return "bind it outside too, by an atom that gives its values"
    if name in home.own:
        return f"give the value of this `{op}` a name of its own by `=`, and read that"
    written = _written(scope, home, name) if home is inside else None
    if written and len(written) <= _MOST_SHOWN:
        return f"witnesses are not part of the policy language; write `{written}`"
    return (
        f"witnesses are not part of the policy language; name the value of this `{op}` by `=`, "
        f"and read `{name}` from an atom that has this value"
    )


def _written(scope: Scope, inner: Scope, name: str) -> str | None:
    """`N = max H : { student(_, H) }, student(S, N)`: the aggregate without the witness, and an atom with its value;
    None where it is no such simple one.
    """
    aggregate, atom = inner.aggregate, inner.literals[0]
    assert aggregate is not None
    value, target = _value(scope, aggregate), aggregate.target
    if value is None or len(inner.literals) > 1 or not isinstance(atom, Atom):
        return None
    names = [part.name for part in atom.arguments if isinstance(part, Variable)]
    plain = all(isinstance(part, Variable | Wildcard | Constant) for part in atom.arguments)
    once = len(names) == len({*names}) and name in names
    if not plain or not once or not isinstance(target, Variable) or target.name not in names:
        return None
    read = {variable.name for variable in scope.variables}

    def within(part: Expression) -> Expression:
        hidden = isinstance(part, Variable) and part.name in read - inner.given - {target.name}
        return Wildcard(part.span) if hidden else part

    def beside(part: Expression) -> Expression:
        if part == target:
            return value
        return Wildcard(part.span) if isinstance(part, Variable) and part.name not in read else part

    shown = replace(aggregate, body=replace(atom, arguments=tuple(map(within, atom.arguments))))
    outside = replace(atom, arguments=tuple(map(beside, atom.arguments)))
    return f"{print_expression(value)} = {print_expression(shown)}, {print_literal(outside)}"


def _value(scope: Scope, aggregate: Aggregate) -> Variable | None:
    """The variable that an equality gives the aggregate's value to."""
    for literal in scope.literals:
        if isinstance(literal, Comparison) and literal.op == "=":
            for side, other in ((literal.left, literal.right), (literal.right, literal.left)):
                if isinstance(side, Variable) and other is aggregate:
                    return side
    return None
