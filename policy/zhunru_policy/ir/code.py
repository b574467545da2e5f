"""Python's expressions as nodes of `ast`, made by functions, so that no text is ever put together.

The functions take the comparisons and operations of the rule language by its own signs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Code = ast.expr
OPERATORS: Mapping[str, type[ast.operator]] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "//": ast.FloorDiv, "%": ast.Mod, "|": ast.BitOr,
}  # fmt: skip
COMPARISONS: Mapping[str, type[ast.cmpop]] = {
    "=": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
    "is": ast.Is, "is not": ast.IsNot, "in": ast.In, "not in": ast.NotIn,
}  # fmt: skip


def name(text: str) -> Code:
    return ast.Name(text, ast.Load())


def constant(value: str | int | None) -> Code:
    return ast.Constant(value)


NONE, TRUE, FALSE = constant(None), constant(True), constant(False)


def constants(values: Iterable[str | int | None]) -> Code:
    """A tuple of constants."""
    return row([constant(value) for value in values])


def row(values: Sequence[Code]) -> Code:
    return ast.Tuple(list(values), ast.Load())


def set_of(values: Sequence[Code]) -> Code:
    return ast.Set(list(values)) if values else call("set")


def compare(op: str, left: Code, right: Code) -> Code:
    """`op`: of the rule language, or `is`, `is not`, `in`, `not in`."""
    return ast.Compare(left, [COMPARISONS[op]()], [right])


def between(least: Code, value: Code, most: Code) -> Code:
    return ast.Compare(least, [ast.LtE(), ast.LtE()], [value, most])


def binary(op: str, left: Code, right: Code) -> Code:
    return ast.BinOp(left, OPERATORS[op](), right)


def minus(value: Code) -> Code:
    return ast.UnaryOp(ast.USub(), value)


def negated(test: Code) -> Code:
    return ast.UnaryOp(ast.Not(), test)


def every(tests: Sequence[Code]) -> Code:
    return _together(ast.And(), tests, TRUE)


def some(tests: Sequence[Code]) -> Code:
    return _together(ast.Or(), tests, FALSE)


def _together(op: ast.boolop, tests: Sequence[Code], empty: Code) -> Code:
    return ast.BoolOp(op, list(tests)) if len(tests) > 1 else tests[0] if tests else empty


def choice(test: Code, then: Code, otherwise: Code) -> Code:
    return ast.IfExp(test, then, otherwise)


def call(function: str | Code, *arguments: Code) -> Code:
    return ast.Call(name(function) if isinstance(function, str) else function, list(arguments), [])


def method(owner: Code, attribute: str, *arguments: Code) -> Code:
    return ast.Call(ast.Attribute(owner, attribute, ast.Load()), list(arguments), [])


def item(owner: Code, key: Code) -> Code:
    return ast.Subscript(owner, key, ast.Load())


def slice_of(owner: Code, start: int, end: int) -> Code:
    return ast.Subscript(owner, ast.Slice(constant(start) if start else None, constant(end)), ast.Load())


def sequence(values: Sequence[Code]) -> Code:
    """`[…]`: a list, or what a list is taken apart to."""
    return ast.List(list(values), ast.Load())


def added(values: Sequence[Code]) -> Code:
    total, *rest = values
    for value in rest:
        total = binary("+", total, value)
    return total


def bound(target: str, value: Code) -> Code:
    """`(target := value)`."""
    return ast.NamedExpr(ast.Name(target, ast.Store()), value)


def star(value: Code) -> Code:
    return ast.Starred(value, ast.Load())


def function(parameters: Sequence[str], value: Code) -> Code:
    """`lambda parameters: value`."""
    arguments = ast.arguments([], [ast.arg(parameter) for parameter in parameters], None, [], [], None, [])
    return ast.Lambda(arguments, value)


@dataclass(frozen=True, slots=True)
class Clause:
    """`for targets in rows if tests`, of a comprehension."""

    target: Code
    rows: Code
    tests: Sequence[Code] = ()

    @property
    def node(self) -> ast.comprehension:
        return ast.comprehension(stored(self.target), self.rows, list(self.tests), 0)


def list_of(value: Code, clauses: Sequence[Clause]) -> Code:
    return ast.ListComp(value, [clause.node for clause in clauses])


def set_from(value: Code, clauses: Sequence[Clause]) -> Code:
    return ast.SetComp(value, [clause.node for clause in clauses])


def each(value: Code, clauses: Sequence[Clause]) -> Code:
    """A generator."""
    return ast.GeneratorExp(value, [clause.node for clause in clauses])


def stored(target: Code) -> Code:
    """A name, or a row of names, as the target of an assignment or a loop."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Store())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Store())
    if isinstance(target, (ast.Tuple, ast.List)):
        return type(target)([stored(element) for element in target.elts], ast.Store())
    return target


def same(left: Code, right: Code) -> bool:
    return left is right or ast.dump(left) == ast.dump(right)


def mapping(keys: Sequence[Code], values: Sequence[Code]) -> Code:
    return ast.Dict(list(keys), list(values))
