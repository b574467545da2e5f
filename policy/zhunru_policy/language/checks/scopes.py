"""The scopes of a clause: where each of its variables lives.

A body's alternative is a scope, and each aggregate has one of its own inside. A variable of an aggregate is the one
outside where that has a value there; the variables of a target are always the aggregate's own, as in Soufflé:

    q(X, N) :- p(X), N = count : { r(X, Y) }.        X comes from outside, Y is local
    q(X, N) :- p(X), N = sum X : { r(X, _) }.        the X of the aggregate is another one
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..normal import Literal, alternatives, count_alternatives
from ..syntax import Aggregate, Atom, Comparison, Constant, Expression, Negation, Variable, Wildcard, expression_parts


@dataclass(slots=True)
class Equation:
    """One side of an equality: `name` has a value once `names` and the aggregates `inner` have."""

    name: str
    names: frozenset[str]
    inner: tuple[Scope, ...]


@dataclass(slots=True, eq=False)
class Scope:
    """One alternative of a body under its heads, or an aggregate's body under its target.

    `values`: what is read beside the literals: the heads' arguments, or the target.
    `variables`: the occurrences in this very scope.
    `misplaced`: each `_` that stands where a value is needed, and in what.
    `open`: each `_` that is an argument of an atom, with the atom and its index.
    `given`, `bound`: after `grounding.bind`, the names taken from outside, and all that have a value here.
    """

    literals: tuple[Literal, ...]
    values: tuple[Expression, ...]
    aggregate: Aggregate | None = None
    parent: Scope | None = None
    variables: list[Variable] = field(default_factory=list)
    binders: set[str] = field(default_factory=set)
    equations: list[Equation] = field(default_factory=list)
    inner: list[Scope] = field(default_factory=list)
    misplaced: list[tuple[Wildcard, str]] = field(default_factory=list)
    open: list[tuple[Wildcard, Atom, int]] = field(default_factory=list)
    given: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()

    @property
    def atoms(self) -> Iterator[Atom]:
        for literal in self.literals:
            if isinstance(literal, Atom):
                yield literal
            elif isinstance(literal, Negation) and isinstance(literal.body, Atom):
                yield literal.body

    @property
    def own(self) -> frozenset[str]:
        """The names of the target, which hide those outside."""
        if self.aggregate is None or self.aggregate.target is None:
            return frozenset()
        return frozenset(part.name for part in expression_parts(self.aggregate.target) if isinstance(part, Variable))

    def free(self) -> frozenset[str]:
        """The names that may come from outside."""
        names = {variable.name for variable in self.variables}
        return frozenset(names.union(*(scope.free() for scope in self.inner))) - self.own

    def home(self, name: str) -> Scope:
        """The scope that the name belongs to, seen from this one."""
        scope = self
        while name in scope.given and scope.parent is not None:
            scope = scope.parent
        return scope

    def everywhere(self) -> Iterator[Scope]:
        """This scope and all inside it."""
        yield self
        for scope in self.inner:
            yield from scope.everywhere()


def read_scope(literals: Sequence[Literal], values: Iterable[Expression], where: str = "a head") -> Scope:
    """The scope of one alternative, before anything is known of what binds what. `where` the values stand."""
    return _read(Scope(tuple(literals), tuple(values)), where)


def is_opaque(aggregate: Aggregate) -> bool:
    """Whether its body has alternatives, which no aggregate may have: then nothing in it is looked at."""
    return count_alternatives(aggregate.body) > 1


def _read(scope: Scope, values_are: str) -> Scope:
    for value in scope.values:
        _read_value(scope, value, values_are)
    for literal in scope.literals:
        if isinstance(literal, Comparison):
            _read_comparison(scope, literal)
        elif isinstance(literal, Atom):
            scope.binders.update(part.name for part in literal.arguments if isinstance(part, Variable))
            _read_atom(scope, literal)
        elif isinstance(literal.body, Atom):
            _read_atom(scope, literal.body)
    return scope


def _read_atom(scope: Scope, atom: Atom) -> None:
    for index, argument in enumerate(atom.arguments):
        if isinstance(argument, Wildcard):
            scope.open.append((argument, atom, index))
        else:
            _read_value(scope, argument, "arithmetic")


def _read_comparison(scope: Scope, literal: Comparison) -> None:
    left = _read_value(scope, literal.left, "a comparison")
    right = _read_value(scope, literal.right, "a comparison")
    if literal.op != "=":
        return
    for side, (names, inner) in ((literal.left, right), (literal.right, left)):
        if isinstance(side, Variable):
            scope.equations.append(Equation(side.name, names, inner))


def _read_value(scope: Scope, value: Expression, where: str) -> tuple[frozenset[str], tuple[Scope, ...]]:
    """Takes in an expression; gives its names and its aggregates' scopes, which must have values before it has one."""
    if isinstance(value, Variable):
        scope.variables.append(value)
        return frozenset((value.name,)), ()
    if isinstance(value, Constant):
        return frozenset(), ()
    names: set[str] = set()
    inner: list[Scope] = []
    for part in expression_parts(value):
        if isinstance(part, Variable):
            scope.variables.append(part)
            names.add(part.name)
        elif isinstance(part, Wildcard):
            scope.misplaced.append((part, where))
        elif isinstance(part, Aggregate):
            inner.append(_read_aggregate(scope, part))
    return frozenset(names), tuple(inner)


def _read_aggregate(parent: Scope, aggregate: Aggregate) -> Scope:
    opaque = is_opaque(aggregate)
    literals = () if opaque else alternatives(aggregate.body)[0]
    target = () if opaque or aggregate.target is None else (aggregate.target,)
    scope = _read(Scope(literals, target, aggregate, parent), "an aggregate's target")
    parent.inner.append(scope)
    return scope
