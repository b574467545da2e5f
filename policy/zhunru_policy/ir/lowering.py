"""From a checked program to the core program: the one place where a construct of the language is taken apart.

- each alternative of a body under each head becomes a rule (`normal.alternatives`);
- an expression in an atom becomes a fresh variable and an equality;
- an aggregate becomes a `Fold` that binds a fresh variable;
- variables that only an aggregate has are renamed where two aggregates use one name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from ..language import syntax
from ..language.arithmetic import constant_value
from ..language.checks.stratify import strata
from ..language.normal import alternatives
from .core import (
    Absent,
    Anything,
    Column,
    Compare,
    Const,
    CoreProgram,
    Expr,
    Fold,
    Match,
    Operation,
    Relation,
    Row,
    Rule,
    Step,
    Stratum,
    Term,
    Var,
    expression_variables,
    step_variables,
)

Kind = Literal["number", "symbol"]


def lower(program: syntax.Program) -> CoreProgram:
    """The core program of a program that the checker has accepted."""
    kinds = type_kinds(program)
    facts: dict[str, set[Row]] = {}
    rules: list[Rule] = []
    for clause in program.clauses:
        for number, head in enumerate(clause.heads):
            row = _fact_row(clause, head.atom)
            if row is not None:
                facts.setdefault(head.atom.relation, set()).add(row)
                continue
            for way, body in enumerate([()] if clause.body is None else alternatives(clause.body)):
                rule = _ClauseLowering().rule(len(rules), head.atom, body, clause.span)
                rules.append(replace(rule, place=(number, way)))
    return CoreProgram(
        MappingProxyType(_relations(program, kinds)),
        MappingProxyType({name: frozenset(rows) for name, rows in facts.items()}),
        tuple(_strata(program, rules)),
    )


def type_kinds(program: syntax.Program) -> dict[str, Kind]:
    """Each type's primitive at the root of its chain."""
    kinds: dict[str, Kind] = {"number": "number", "symbol": "symbol"}
    bases = {declared.name: declared.base for declared in program.types}

    def kind(name: str) -> Kind:
        chain = []
        while name not in kinds:
            chain.append(name)
            name = bases[name]
        for link in chain:
            kinds[link] = kinds[name]
        return kinds[name]

    for name in bases:
        kind(name)
    return kinds


def _relations(program: syntax.Program, kinds: dict[str, Kind]) -> dict[str, Relation]:
    directed = {kind: {d.relation for d in program.directives if d.kind == kind} for kind in ("input", "output")}
    return {
        declared.name: Relation(
            declared.name,
            tuple(Column(attribute.name, attribute.type, kinds[attribute.type]) for attribute in declared.attributes),
            declared.name in directed["input"],
            declared.name in directed["output"],
        )
        for declared in program.relations
    }


def _strata(program: syntax.Program, rules: Sequence[Rule]) -> Iterable[Stratum]:
    by_relation: dict[str, list[Rule]] = {}
    for rule in rules:
        by_relation.setdefault(rule.relation, []).append(rule)
    for component in strata(program):
        own = sorted((rule for name in component for rule in by_relation.get(name, ())), key=lambda rule: rule.index)
        if own:
            reads = {step.relation for rule in own for step in rule.body if isinstance(step, Match)}
            yield Stratum(component, tuple(own), not component.isdisjoint(reads))


def _fact_row(clause: syntax.Clause, atom: syntax.Atom) -> Row | None:
    """The tuple that a fact states; None for a rule, and for a fact whose arithmetic fails (then it is a failing
    rule).
    """
    if clause.body is not None:
        return None
    values = [constant_value(argument) for argument in atom.arguments]
    return None if None in values else tuple(value for value in values if value is not None)


class _ClauseLowering:
    """The names in use in one clause."""

    def __init__(self) -> None:
        self._fresh = 0
        self._taken: Counter[str] = Counter()

    def rule(self, index: int, head: syntax.Atom, body: Sequence[syntax.Body], span: syntax.Span) -> Rule:
        own = set(_direct_variables(body)) | set(_expression_names(head.arguments))
        self._taken.update(own)
        names = {name: Var(name) for name in own}
        steps: list[Step] = []
        values = tuple(self._expression(argument, names, steps) for argument in head.arguments)
        for literal in body:
            self._literal(literal, names, steps)
        return Rule(index, head.relation, values, tuple(steps), span)

    def _new(self) -> Var:
        self._fresh += 1
        return Var(str(self._fresh))  # no name of the language begins with a digit

    def _literal(self, literal: syntax.Body, names: dict[str, Var], steps: list[Step]) -> None:
        match literal:
            case syntax.Atom(relation=relation, arguments=arguments, span=span):
                terms = tuple(self._term(argument, names, steps) for argument in arguments)
                steps.append(Match(relation, terms, span))
            case syntax.Negation(body=syntax.Atom(relation=relation, arguments=arguments), span=span):
                terms = tuple(self._term(argument, names, steps) for argument in arguments)
                steps.append(Absent(relation, terms, span))
            case syntax.Comparison(op=op, left=left, right=right, span=span):
                sides = self._expression(left, names, steps), self._expression(right, names, steps)
                steps.append(Compare(op, *sides, span))
            case _:
                raise AssertionError(f"not a literal: {literal}")

    def _term(self, argument: syntax.Expression, names: dict[str, Var], steps: list[Step]) -> Term:
        if isinstance(argument, syntax.Wildcard):
            return Anything()
        value = self._expression(argument, names, steps)
        if isinstance(value, Operation):
            place = self._new()
            steps.append(Compare("=", place, value, argument.span))
            return place
        return value

    def _expression(self, node: syntax.Expression, names: dict[str, Var], steps: list[Step]) -> Expr:
        match node:
            case syntax.Variable(name=name):
                return names[name]
            case syntax.Constant(value=value):
                return Const(value)
            case syntax.Arithmetic(op=op, arguments=arguments):
                return Operation(op, tuple(self._expression(argument, names, steps) for argument in arguments))
            case syntax.Aggregate():
                fold = self._fold(node, names)
                steps.append(fold)
                return fold.variable
            case _:
                raise AssertionError(f"not a value: {node}")

    def _fold(self, node: syntax.Aggregate, outer: dict[str, Var]) -> Fold:
        (body,) = alternatives(node.body)
        names = dict(outer)
        over: list[Var] = []
        own = dict.fromkeys(_expression_names([node.target] if node.target else []))
        for name in own | dict.fromkeys(_direct_variables(body)):
            if name in own or name not in outer:  # the names of a target hide those outside, as in Soufflé
                self._taken[name] += 1
                names[name] = Var(name if self._taken[name] == 1 else f"{name}'{self._taken[name]}")
                over.append(names[name])
        steps: list[Step] = []
        target = self._expression(node.target, names, steps) if node.target else None
        for literal in body:
            self._literal(literal, names, steps)
        counted = tuple(self._count_wildcards(step, over) for step in steps)
        reads = frozenset(expression_variables(target)).union(*(step_variables(step) for step in counted))
        outside = {var.name for var in outer.values()}
        return Fold(self._new(), node.op, target, counted, tuple(over), reads & outside, node.span)

    def _count_wildcards(self, step: Step, over: list[Var]) -> Step:
        """`_` in an aggregate's one atom is a variable like any other: assignments that differ in it are two."""
        if not isinstance(step, Match) or Anything() not in step.terms:
            return step
        terms: list[Term] = []
        for term in step.terms:
            if isinstance(term, Anything):
                term = self._new()
                over.append(term)
            terms.append(term)
        return Match(step.relation, tuple(terms), step.span)


def _expression_names(expressions: Iterable[syntax.Expression]) -> Iterable[str]:
    for expression in expressions:
        for part in syntax.expression_parts(expression):
            if isinstance(part, syntax.Variable):
                yield part.name


def _direct_variables(body: Iterable[syntax.Body]) -> Iterable[str]:
    """The variables of a body that stand outside its aggregates."""
    for literal in body:
        for leaf in syntax.body_leaves(literal):
            yield from _expression_names(syntax.leaf_expressions(leaf))
