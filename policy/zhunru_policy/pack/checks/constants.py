"""Constants that can never match: no fact, no head and no declaration lets the column hold them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping

from ...diagnostics import Diagnostic
from ...ir.core import Value
from ...language import syntax
from ...language.normal import Literal, alternatives
from ..domains import NOTHING, Domain, Domains, shown
from ..vocabulary import Vocabulary
from .parameters import START

_ORDERS: Mapping[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def check_constants(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    check = _Check(vocabulary)
    found: dict[Diagnostic, None] = {}
    for clause in vocabulary.program.clauses:
        for head in clause.heads:
            found.update(dict.fromkeys(check.head(head.atom)))
        if clause.body is not None:
            found.update(dict.fromkeys(check.body(clause.body, {})))
    yield from found


class _Check:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._declared = vocabulary.declared
        self._domains = Domains(vocabulary)

    def head(self, atom: syntax.Atom) -> Iterator[Diagnostic]:
        declared = self._declared[atom.relation]
        is_parameter = declared.notes.values.get("role") == "parameter"
        for argument, attribute in zip(atom.arguments, declared.attributes, strict=True):
            if is_parameter and attribute.name == START:  # 0 is no period, but the beginning
                continue
            yield from self._place(argument, self._domains.said(attribute), atom.relation, attribute.name)

    def body(self, body: syntax.Body, outer: Mapping[str, Domain]) -> Iterator[Diagnostic]:
        for literals in alternatives(body):
            yield from self._literals(literals, self._domains.of_variables(literals, outer))

    def _literals(self, literals: Iterable[Literal], variables: Mapping[str, Domain]) -> Iterator[Diagnostic]:
        for literal in literals:
            leaf = literal.body if isinstance(literal, syntax.Negation) else literal
            if isinstance(leaf, syntax.Atom):
                yield from self._atom(leaf)
            elif isinstance(leaf, syntax.Comparison):
                yield from _comparison(leaf, variables)
                for side in syntax.leaf_expressions(leaf):
                    for part in syntax.expression_parts(side):
                        if isinstance(part, syntax.Aggregate):
                            yield from self.body(part.body, variables)

    def _atom(self, atom: syntax.Atom) -> Iterator[Diagnostic]:
        columns = zip(self._declared[atom.relation].attributes, self._domains.of(atom.relation), strict=True)
        for argument, (attribute, domain) in zip(atom.arguments, columns, strict=True):
            yield from self._place(argument, domain, atom.relation, attribute.name)

    @staticmethod
    def _place(argument: syntax.Expression, domain: Domain, relation: str, column: str) -> Iterator[Diagnostic]:
        if isinstance(argument, syntax.Constant) and domain != NOTHING and argument.value not in domain:
            message = f"{shown(argument.value)} is no value of `{column}` in `{relation}`"
            yield Diagnostic(argument.span, message, domain.hint(argument.value))


def _comparison(leaf: syntax.Comparison, variables: Mapping[str, Domain]) -> Iterator[Diagnostic]:
    for op, one, other in ((leaf.op, leaf.left, leaf.right), (_TURNED[leaf.op], leaf.right, leaf.left)):
        if not isinstance(one, syntax.Variable) or not isinstance(other, syntax.Constant):
            continue
        domain = variables.get(one.name, NOTHING)
        if domain == NOTHING or _may_hold(op, domain, other.value):
            continue
        value = shown(other.value)
        message = f"`{one.name} {op} {value[1:]} never holds" if op in _ORDERS else f"`{one.name}` can't be {value}"
        yield Diagnostic(other.span, message, domain.hint(other.value))


def _may_hold(op: str, domain: Domain, value: Value) -> bool:
    if op not in _ORDERS:
        return value in domain
    if domain.values is not None:
        return any(_ORDERS[op](own, value) for own in domain.values)
    return isinstance(value, str) or any(_ORDERS[op](end, value) for end in (domain.least, domain.most))
