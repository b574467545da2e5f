"""Canonical text of the tree: what a trace, an export or a message shows of a rule. One line for each node, with no
more parentheses than the grammar needs (a negated comparison keeps them, for the reader).

`format_text` lays a whole file out anew and keeps its comments; it moves tokens, so that spellings stay the writer's.
"""

from __future__ import annotations

import re

from . import syntax
from .formatter import format_text
from .tree_builder import ESCAPES

__all__ = [
    "format_text",
    "print_annotation",
    "print_body",
    "print_expression",
    "print_item",
    "print_literal",
    "print_program",
    "print_symbol",
]

_SUM, _PRODUCT, _FACTOR = 1, 2, 3
_LEVELS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT}
_ESCAPED = {ord(character): f"\\{letter}" for letter, character in ESCAPES.items() if character != "'"}
_WORD = re.compile(r"[?a-zA-Z]|[_?a-zA-Z][_?a-zA-Z0-9]+")


def print_item(item: syntax.Item) -> str:
    """A declaration, directive, fact or rule on one line, without what stands before it."""
    match item:
        case syntax.TypeDecl(name=name, base=base):
            return f".type {name} <: {base}"
        case syntax.RelationDecl(name=name, attributes=attributes):
            return f".decl {name}({', '.join(f'{attribute.name}: {attribute.type}' for attribute in attributes)})"
        case syntax.Directive(kind=kind, relation=relation):
            return f".{kind} {relation}"
        case syntax.Clause(heads=heads, body=body):
            head = ", ".join(print_literal(head.atom) for head in heads)
            return f"{head}." if body is None else f"{head} :- {print_body(body)}."


def print_body(body: syntax.Body) -> str:
    """A body as it stands behind `:-` or between braces."""
    if isinstance(body, syntax.Disjunction):
        return "; ".join(_grouped(part, syntax.Disjunction) for part in body.parts)
    if isinstance(body, syntax.Conjunction):
        return ", ".join(_grouped(part, syntax.Disjunction, syntax.Conjunction) for part in body.parts)
    return print_literal(body)


def print_literal(body: syntax.Body) -> str:
    """A body as it stands between commas: in parentheses where it is a conjunction or a disjunction."""
    match body:
        case syntax.Atom(relation=relation, arguments=arguments):
            return f"{relation}({', '.join(map(print_expression, arguments))})"
        case syntax.Comparison(op=op, left=left, right=right):
            return f"{print_expression(left)} {op} {print_expression(right)}"
        case syntax.Negation(body=negated):
            return "!" + _grouped(negated, syntax.Disjunction, syntax.Conjunction, syntax.Comparison)
        case _:
            return f"({print_body(body)})"


def _grouped(body: syntax.Body, *kinds: type) -> str:
    return f"({print_body(body)})" if isinstance(body, kinds) else print_body(body)


def print_expression(expression: syntax.Expression) -> str:
    """A variable, constant, operation or aggregate."""
    return _expression(expression, _SUM)


def _expression(node: syntax.Expression, level: int) -> str:
    match node:
        case syntax.Variable(name=name):
            return name
        case syntax.Wildcard():
            return "_"
        case syntax.Constant(value=value):
            return print_symbol(value) if isinstance(value, str) else str(value)
        case syntax.Aggregate(op=op, target=target, body=body):
            of = "" if target is None else f" {print_expression(target)}"
            return f"{op}{of} : {{ {print_body(body)} }}"
        case syntax.Arithmetic(op="max" | "min" as op, arguments=arguments):
            return f"{op}({', '.join(map(print_expression, arguments))})"
        case syntax.Arithmetic(op="neg", arguments=(operand,)):
            inner = _expression(operand, _FACTOR)
            signed = inner.startswith("-") or isinstance(operand, syntax.Constant)
            return f"-({inner})" if signed else f"-{inner}"
        case syntax.Arithmetic(op=op, arguments=(left, right)):
            own = _LEVELS[op]
            text = f"{_expression(left, own)} {op} {_expression(right, own + 1)}"
            return f"({text})" if own < level else text
        case _:
            raise AssertionError(f"not an expression: {node!r}")


def print_symbol(text: str) -> str:
    """A symbol in quotes, with escapes where the language needs them."""
    return f'"{text.translate(_ESCAPED)}"'


def print_annotation(note: syntax.Annotation) -> str:
    plain = isinstance(note.value, int) or _WORD.fullmatch(note.value)
    return f"@[{note.key} = {note.value if plain else print_symbol(str(note.value))}]"


def print_program(program: syntax.Program) -> str:
    """The whole program in canonical layout, doc comments and annotations included."""
    return format_text("\n".join(_item_with_notes(item).lstrip() for item in program.items), "program")


def _item_with_notes(item: syntax.Item) -> str:
    if isinstance(item, syntax.RelationDecl):
        attributes = ",\n".join(_notes(each.notes) + f"{each.name}: {each.type}" for each in item.attributes)
        return f"{_notes(item.notes)}.decl {item.name}({attributes}\n)"
    if isinstance(item, syntax.Clause):
        heads = ",\n".join(_notes(head.notes) + print_literal(head.atom) for head in item.heads)
        return f"{heads}." if item.body is None else f"{heads} :- {print_body(item.body)}."
    return _notes(item.notes) + print_item(item)


def _notes(notes: syntax.Notes) -> str:
    """Each doc line and annotation on a line of its own, also in the midst of an attribute list."""
    docs = "".join(f"\n///{'' if line.startswith('/') else ' '}{line}" for line in notes.doc.split("\n") if notes.doc)
    return "".join([docs and docs + "\n", *(print_annotation(note) + "\n" for note in notes.annotations)])
