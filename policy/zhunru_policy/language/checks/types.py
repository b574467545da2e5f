"""Types: a symbol is no number, and fen are not yuan.

As in Soufflé, a variable has the narrowest of the types that its places in body atoms give it; the two sides of a
comparison share one type; arithmetic takes any numbers and gives one without a unit, which fits every number type, as
a constant does. A negated atom asks for the right kind only. A head takes what is of its attribute's type or narrower.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..syntax import (
    Aggregate,
    Arithmetic,
    Atom,
    Attribute,
    Comparison,
    Constant,
    Expression,
    Negation,
    Span,
    Variable,
    Wildcard,
)
from .declared import NUMBER, SYMBOL, Declared
from .findings import Findings, place
from .scopes import Scope, is_opaque

MOST_SHOWN = 24
"""Characters of a string that a message repeats."""

_EXTREMES = {f"{what} of `{op}`": op for op in ("max", "min") for what in ("an operand", "the target")}
"""The reasons for a number where Soufflé would take symbols too."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What gave a value its type: the place, and why (`n` of `p`, say)."""

    type: str
    span: Span
    why: str


@dataclass(slots=True, eq=False)
class Group:
    """Values that share one type; without evidence nothing is known of it. `wrong`: reported already."""

    evidence: Evidence | None = None
    wrong: bool = False
    into: Group | None = None

    def top(self) -> Group:
        group = self
        while group.into is not None:
            if group.into.into is not None:
                group.into = group.into.into
            group = group.into
        return group


def check_types(scope: Scope, heads: Sequence[Atom], declared: Declared, findings: Findings) -> None:
    """`scope` is a whole alternative, bound; `heads` are those whose arguments it reads."""
    typing = _Typing(scope, declared, findings)
    read = [(each, literal) for each in scope.everywhere() for literal in each.literals]
    for each, literal in read:
        if not isinstance(literal, Comparison):
            typing.take_atom(each, literal)
    for each, literal in read:
        if isinstance(literal, Comparison):
            typing.take_comparison(each, literal)
    for head in heads:
        typing.check_head(scope, head)


class _Typing:
    """The types of one alternative's values."""

    def __init__(self, scope: Scope, declared: Declared, findings: Findings) -> None:
        self._declared = declared
        self._types = declared.types
        self._findings = findings
        self._scopes = {id(each.aggregate): each for each in scope.everywhere()}
        self._variables: dict[tuple[int, str], Group] = {}
        self._aggregates: dict[int, Group] = {}

    def take_atom(self, scope: Scope, literal: Atom | Negation) -> None:
        atom = literal if isinstance(literal, Atom) else literal.body
        assert isinstance(atom, Atom)
        for argument, attribute in self._pairs(atom):
            wanted = attribute.type if atom is literal else self._types.root(attribute.type)
            self._narrow(self._value(scope, argument), wanted, argument, f"`{attribute.name}` of `{atom.relation}`")

    def take_comparison(self, scope: Scope, literal: Comparison) -> None:
        left, right = self._value(scope, literal.left).top(), self._value(scope, literal.right).top()
        if left is right:
            return
        one, other = left.evidence, right.evidence
        if one is not None and other is not None and self._clash(one.type, other.type):
            if not left.wrong and not right.wrong:
                sides = [_side(literal.left, one), _side(literal.right, other)]
                message = f"can't compare {sides[0]} with {sides[1]}"
                self._findings.error(literal.span, message, self._advice(one.type, other.type))
            left.wrong = True
        if other is None or (one is not None and self._types.below(one.type, other.type)):
            right.evidence = one
        right.wrong |= left.wrong
        left.into = right

    def check_head(self, scope: Scope, head: Atom) -> None:
        for argument, attribute in self._pairs(head):
            group = self._value(scope, argument).top()
            found = group.evidence
            if found is not None and not group.wrong and not self._fits(found.type, attribute.type):
                self._report_head(found, attribute, argument, head)

    def _clash(self, one: str, other: str) -> bool:
        return not self._types.below(one, other) and not self._types.below(other, one)

    def _fits(self, given: str, wanted: str) -> bool:
        """Whether a head takes it: what is of the type, and what has no unit."""
        return self._types.below(given, wanted) or given == self._types.root(wanted)

    def _pairs(self, atom: Atom) -> Iterator[tuple[Expression, Attribute]]:
        """The arguments beside their attributes; none where the atom itself is wrong, or the type is not known."""
        relation = self._declared.relations.get(atom.relation)
        if relation is not None and len(relation.attributes) == len(atom.arguments):
            for argument, attribute in zip(atom.arguments, relation.attributes, strict=True):
                if attribute.type in self._types and not isinstance(argument, Wildcard):
                    yield argument, attribute

    def _value(self, scope: Scope, value: Expression) -> Group:
        match value:
            case Variable(name=name):
                return self._variables.setdefault((id(scope.home(name)), name), Group())
            case Constant(value=constant):
                return Group(Evidence(SYMBOL if isinstance(constant, str) else NUMBER, value.span, _shown(value)))
            case Arithmetic(op=op, arguments=arguments):
                sign = "-" if op == "neg" else op
                operands = [self._value(scope, argument) for argument in arguments]
                for group, argument in zip(operands, arguments, strict=True):
                    self._narrow(group, NUMBER, argument, f"an operand of `{sign}`")
                wrong = op in ("max", "min") and any(group.top().wrong for group in operands)
                return Group(Evidence(NUMBER, value.span, f"a result of `{sign}`"), wrong)
            case Aggregate():
                if id(value) not in self._aggregates:
                    self._aggregates[id(value)] = self._aggregate(value)
                return self._aggregates[id(value)]
            case Wildcard():
                return Group()

    def _aggregate(self, aggregate: Aggregate) -> Group:
        if aggregate.target is None:
            return Group(Evidence(NUMBER, aggregate.span, "a `count`"))
        if is_opaque(aggregate):
            return Group()
        group = self._value(self._scopes[id(aggregate)], aggregate.target)
        self._narrow(group, NUMBER, aggregate.target, f"the target of `{aggregate.op}`")
        return group

    def _narrow(self, group: Group, wanted: str, value: Expression, why: str) -> None:
        """The value also has to be `wanted`."""
        group = group.top()
        found = group.evidence
        if found is None or (found.type != wanted and self._types.below(wanted, found.type)):
            group.evidence = Evidence(wanted, value.span, why)
        elif not group.wrong and not self._types.below(found.type, wanted):
            group.wrong = True
            self._report(found, wanted, value, why)

    def _report(self, found: Evidence, wanted: str, value: Expression, why: str) -> None:
        extreme = next((_EXTREMES[each] for each in (why, found.why) if each in _EXTREMES), "")
        if extreme and self._types.root(found.type) != self._types.root(wanted):
            span = value.span if why in _EXTREMES else found.span
            message = f"`{extreme}` of symbols is not part of the policy language: {_shown(value)} is a symbol"
            self._findings.error(span, message, "compare symbols: `A` is the greater one of two where `A >= B`")
            return
        if found.span == value.span:
            message = f"{_shown(value)} is {_named(found.type)}, but {why} is {_named(wanted)}"
        else:
            there = f"at {place(found.span, value.span)} ({found.why})"
            message = f"{_shown(value)} is {_named(wanted)} here ({why}), but {_named(found.type)} {there}"
        self._findings.error(value.span, message, self._advice(found.type, wanted))

    def _report_head(self, found: Evidence, attribute: Attribute, value: Expression, head: Atom) -> None:
        origin = f" ({found.why} at {place(found.span, value.span)})" if found.span != value.span else ""
        wanted = attribute.type
        message = f"{_shown(value)} is {_named(found.type)}{origin}, but `{attribute.name}` of `{head.relation}` is "
        advice = self._advice(found.type, wanted)
        if self._types.below(wanted, found.type):
            advice = f"declare `{attribute.name}` as `{found.type}`, or bind {_shown(value)} from a `{wanted}`"
        self._findings.error(value.span, message + _named(wanted), advice)

    def _advice(self, one: str, other: str) -> str:
        if self._types.root(one) != self._types.root(other):
            return "a number and a symbol never meet; look for arguments in the wrong order"
        if self._types.root(one) == NUMBER:
            return "convert one of them by arithmetic, whose result fits every number type"
        return "give both one type"


def _named(type_name: str) -> str:
    return {NUMBER: "a number", SYMBOL: "a symbol"}.get(type_name, f"`{type_name}`")


def _side(value: Expression, found: Evidence) -> str:
    origin = f": {found.why} at {place(found.span, value.span)}" if found.span != value.span else ""
    return f"{_shown(value)} ({_named(found.type)}{origin})"


def _shown(value: Expression) -> str:
    match value:
        case Variable(name=name):
            return f"`{name}`"
        case Constant(value=int() as number):
            return f"`{number}`"
        case Constant(value=str() as text):
            return f"`{json.dumps(text, ensure_ascii=False)}`" if len(text) <= MOST_SHOWN else "this string"
        case Aggregate(op=op):
            return f"this `{op}`"
        case _:
            return "this value"
