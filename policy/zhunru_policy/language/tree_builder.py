"""From the grammar's reductions to the tree of `syntax`: one method for each rule of `grammar.lark`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lark import Token

from ..diagnostics import Diagnostic
from . import syntax
from .syntax import NUMBER_MOST, Span

ESCAPES = {'"': '"', "'": "'", "\\": "\\", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(r"\\(.)")
DEEPEST_NESTING = 64
"""Levels of brackets and of operators in one clause: what stands behind the parser walks them by recursion."""
_LONGEST_NUMBER = 64
"""Digits: no number of 64 bits has more, in any base; a longer one is refused before Python is asked to convert it."""

_NO_NOTES = syntax.Notes()
_Children = list[Any]


class TreeBuilder:
    """The reductions of one file. Items collect in `items`; what can only be told here goes to `report`."""

    def __init__(self) -> None:
        self.begin("", lambda diagnostic: None)

    def begin(self, file: str, report: Callable[[Diagnostic], None]) -> None:
        self.file = file
        self.report = report
        self.items: list[syntax.Item] = []
        self._unsigned: list[syntax.Constant] = []
        self._levels = 0

    def span(self, first: Token | Span, last: Token | Span) -> Span:
        return Span(self.file, first.line, first.column, last.end_line, last.end_column)  # type: ignore[arg-type]

    def _error(self, place: Token | Span, message: str, suggestion: str) -> None:
        self.report(Diagnostic(self.span(place, place), message, suggestion))

    # ── lists ──

    def start(self, _: _Children) -> None:
        """The items are in `items` already."""

    def empty_list(self, _: _Children) -> _Children:
        return []

    def first_of_list(self, children: _Children) -> _Children:
        return children

    def next_of_list(self, children: _Children) -> _Children:
        children[0].append(children[1])
        return children[0]

    def rest_of_list(self, children: _Children) -> _Children:
        children[0].append(children[2])
        return children[0]

    def whole_list(self, children: _Children) -> Any:
        return children[0]

    direction = word = comparator = extreme = whole_list

    # ── items ──

    def type_decl(self, children: _Children) -> None:
        notes, keyword, name, _, base = children
        span = self.span(keyword, base)
        self.items.append(
            syntax.TypeDecl(str(name), str(base), notes, span, self.span(name, name), self.span(base, base))
        )

    def relation_decl(self, children: _Children) -> None:
        notes, keyword, names, _, attributes, close = children
        span = self.span(keyword, close)
        self.items.extend(
            syntax.RelationDecl(str(name), tuple(attributes), notes, span, self.span(name, name)) for name in names
        )

    def attribute(self, children: _Children) -> syntax.Attribute:
        notes, name, _, kind = children
        return syntax.Attribute(str(name), str(kind), notes, self.span(name, kind), self.span(kind, kind))

    def directive(self, children: _Children) -> None:
        notes, keyword, names = children[:3]
        kind = "input" if keyword.type == "INPUT" else "output"
        self.items.extend(
            syntax.Directive(kind, str(name), notes, self.span(keyword, name), self.span(name, name)) for name in names
        )

    def fact(self, children: _Children) -> None:
        heads, dot = children
        if len(heads) > 1:
            self._error(heads[1].atom.span, "several heads without a body", "end each fact with `.`")
        self._clause(heads, None, dot)

    def rule(self, children: _Children) -> None:
        heads, _, body, dot = children
        self._clause(heads, body, dot)

    def _clause(self, heads: list[syntax.Head], body: syntax.Body | None, dot: Token) -> None:
        for constant in self._unsigned:
            self._too_large(constant.span, str(constant.value))
        self._unsigned.clear()
        clause = syntax.Clause(tuple(heads), body, self.span(heads[0].atom.span, dot))
        if self._levels > DEEPEST_NESTING and _depth(clause) > DEEPEST_NESTING:
            self._error(
                clause.span, f"operators are nested deeper than {DEEPEST_NESTING}", "give parts rules of their own"
            )
        self._levels = 0
        self.items.append(clause)

    def head(self, children: _Children) -> syntax.Head:
        return syntax.Head(children[1], children[0])

    # ── notes ──

    def no_notes(self, _: _Children) -> syntax.Notes:
        return _NO_NOTES

    def notes(self, children: _Children) -> syntax.Notes:
        docs = [note for note in children[0] if isinstance(note, str)]
        return syntax.Notes("\n".join(docs), tuple(note for note in children[0] if not isinstance(note, str)))

    def doc(self, children: _Children) -> str:
        return children[0][3:].removeprefix(" ").rstrip()

    def annotation(self, children: _Children) -> syntax.Annotation:
        at, _, key, _, value, close = children
        return syntax.Annotation(str(key), value, self.span(at, close))

    def annotation_number(self, children: _Children) -> int:
        value = self._number(children[-1])
        value = -value if len(children) == 2 else value
        if value > NUMBER_MOST:
            self._too_large(children[-1], children[-1])
        return value

    def annotation_string(self, children: _Children) -> str:
        return self._text(children[0])

    def annotation_word(self, children: _Children) -> str:
        return str(children[0])

    # ── bodies ──

    def disjunction(self, children: _Children) -> syntax.Body:
        return self._joined(syntax.Disjunction, children[0])

    def conjunction(self, children: _Children) -> syntax.Body:
        return self._joined(syntax.Conjunction, children[0])

    def _joined(self, kind: type[syntax.Conjunction | syntax.Disjunction], parts: list[syntax.Body]) -> syntax.Body:
        if len(parts) == 1:
            return parts[0]
        self._levels += 1
        return kind(tuple(parts), self.span(parts[0].span, parts[-1].span))

    def parenthesised(self, children: _Children) -> Any:
        return children[1]

    def negation(self, children: _Children) -> syntax.Negation:
        bang, body = children
        self._levels += 1
        return syntax.Negation(body, self.span(bang, body.span))

    def comparison(self, children: _Children) -> syntax.Comparison:
        left, op, right = children
        return syntax.Comparison(str(op), left, right, self.span(left.span, right.span))  # type: ignore[arg-type]

    def atom(self, children: _Children) -> syntax.Atom:
        name, _, arguments, close = children
        return syntax.Atom(str(name), tuple(arguments), self.span(name, close), self.span(name, name))

    # ── expressions ──

    def binary(self, children: _Children) -> syntax.Arithmetic:
        left, op, right = children
        self._levels += 1
        return syntax.Arithmetic(str(op), (left, right), self.span(left.span, right.span))  # type: ignore[arg-type]

    def negative(self, children: _Children) -> syntax.Expression:
        """`- 5` is the constant -5, as in Soufflé, but `- -5` is a negation."""
        minus, operand = children
        self._levels += 1
        span = self.span(minus, operand.span)
        if isinstance(operand, syntax.Constant) and isinstance(operand.value, int) and operand.value >= 0:
            if self._unsigned and self._unsigned[-1] is operand:
                self._unsigned.pop()
            return syntax.Constant(-operand.value, span)
        return syntax.Arithmetic("neg", (operand,), span)

    def variable(self, children: _Children) -> syntax.Variable:
        token = children[0]
        return syntax.Variable(str(token), self.span(token, token))

    def wildcard(self, children: _Children) -> syntax.Wildcard:
        return syntax.Wildcard(self.span(children[0], children[0]))

    def number(self, children: _Children) -> syntax.Constant:
        token = children[0]
        constant = syntax.Constant(self._number(token), self.span(token, token))
        if constant.value == NUMBER_MOST + 1:
            self._unsigned.append(constant)
        return constant

    def string(self, children: _Children) -> syntax.Constant:
        token = children[0]
        return syntax.Constant(self._text(token), self.span(token, token))

    def function(self, children: _Children) -> syntax.Arithmetic:
        name, _, first, _, rest, close = children
        self._levels += 1
        return syntax.Arithmetic(str(name), (first, *rest), self.span(name, close))  # type: ignore[arg-type]

    def group(self, children: _Children) -> tuple[syntax.Body, Token | Span]:
        """The body and the place where it ends."""
        return (children[0], children[0].span) if len(children) == 1 else (children[1], children[2])

    def count(self, children: _Children) -> syntax.Aggregate:
        keyword, _, (body, end) = children
        self._levels += 1
        return syntax.Aggregate("count", None, body, self.span(keyword, end))

    def aggregate(self, children: _Children) -> syntax.Aggregate:
        keyword, target, _, (body, end) = children
        self._levels += 1
        return syntax.Aggregate(str(keyword), target, body, self.span(keyword, end))  # type: ignore[arg-type]

    # ── literals ──

    def _number(self, token: Token) -> int:
        """The value, 0 … 2**63; the last only stands behind a minus, which its user checks."""
        base, digits = {"0x": (16, token[2:]), "0b": (2, token[2:])}.get(token[:2], (10, token[:]))
        digits = digits.lstrip("0") or "0"
        if len(digits) <= _LONGEST_NUMBER:
            value = int(digits, base)
            if value <= NUMBER_MOST + 1:
                return value
        self._too_large(token, token)
        return 0

    def _too_large(self, place: Token | Span, text: str) -> None:
        shown = text if len(text) <= 24 else f"{text[:12]}…"
        self._error(
            place, f"number `{shown}` is beyond 64 bits", "numbers are -9223372036854775808..9223372036854775807"
        )

    def _text(self, token: Token) -> str:
        text = token[1:-1]
        return _ESCAPE.sub(lambda match: self._escaped(match, token), text) if "\\" in text else text

    def _escaped(self, match: re.Match[str], token: Token) -> str:
        character = match[1]
        if character not in ESCAPES:
            line, column = token.line or 1, (token.column or 1) + 1 + match.start()
            span = Span(self.file, line, column, line, column + 2)
            known = " ".join(f"`\\{letter}`" for letter in ESCAPES)
            self.report(Diagnostic(span, f"unknown escape `\\{character}` in a string", f"the escapes are {known}"))
        return ESCAPES.get(character, character)


def _depth(clause: syntax.Clause) -> int:
    """The most operators, aggregates and lists of literals that stand one inside the other."""
    deepest = 0
    stack: list[tuple[Any, int]] = [(part, 0) for part in (*(head.atom for head in clause.heads), clause.body)]
    while stack:
        node, level = stack.pop()
        level += not isinstance(node, syntax.Atom | syntax.Comparison)
        parts = _parts(node)
        deepest = max(deepest, level if parts else 0)
        stack.extend((part, level) for part in parts)
    return deepest


def _parts(node: syntax.Body | syntax.Expression | None) -> tuple[Any, ...]:
    match node:
        case syntax.Conjunction(parts=parts) | syntax.Disjunction(parts=parts):
            return parts
        case syntax.Atom(arguments=arguments) | syntax.Arithmetic(arguments=arguments):
            return arguments
        case syntax.Comparison(left=left, right=right):
            return left, right
        case syntax.Negation(body=body):
            return (body,)
        case syntax.Aggregate(target=target, body=body):
            return target, body
        case _:
            return ()
