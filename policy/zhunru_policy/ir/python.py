"""The one writer of Python, and the one place that runs what is written.

Code is made as trees: an expression is made by `code`, a statement by this module. Trees are printed once, for
Python's compiler and for people, and what is printed is read by nobody else.

INVARIANT: a text of a pack or a request reaches the source as a constant, or escaped in a comment. Names come from
`Names` or are the writer's own; those of `Names` end in `_` and a number, and no other name does.
"""

from __future__ import annotations

import ast
import linecache
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from .code import OPERATORS, Code, constant, name, stored

_PAD = "    "
_FILES = count(1)


class NestingError(Exception):
    """Code that nests deeper than Python's compiler allows."""


class Names:
    """Names that nothing else has: ASCII, from a hint that may hold anything, and a number."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def new(self, hint: str) -> str:
        base = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in hint[:48]).strip("_")
        base = base if base[:1].isalpha() else f"n{base}"
        self._counts[base] += 1
        return f"{base}_{self._counts[base]}"


# ── statements ───────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Do:
    """A statement without a block. `note`: a comment behind it."""

    node: ast.stmt
    note: str = ""


@dataclass(slots=True)
class Note:
    """A comment on lines of its own."""

    text: str


@dataclass(slots=True)
class If:
    test: Code
    body: list[Node] = field(default_factory=list)
    otherwise: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class For:
    target: Code
    rows: Code
    body: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class While:
    test: Code
    body: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Function:
    name: str
    parameters: Sequence[str]
    body: list[Node] = field(default_factory=list)
    doc: str = ""


@dataclass(slots=True)
class Try:
    """`body`, and `handler` where it raises one of the exceptions named."""

    body: list[Node]
    exceptions: Sequence[str]
    handler: list[Node]


Node = Do | Note | If | For | While | Function | Try


def assign(target: str | Code, value: Code, note: str = "") -> Do:
    place = name(target) if isinstance(target, str) else target
    return Do(ast.Assign([stored(place)], value), note)


def add_to(target: str, value: Code, op: str = "+") -> Do:
    return Do(ast.AugAssign(ast.Name(target, ast.Store()), OPERATORS[op](), value))


def add_at(place: Code, value: Code) -> Do:
    assert isinstance(place, ast.Subscript)
    return Do(ast.AugAssign(ast.Subscript(place.value, place.slice, ast.Store()), ast.Add(), value))


def do(value: Code) -> Do:
    return Do(ast.Expr(value))


def give(value: Code) -> Do:
    return Do(ast.Return(value))


def raised(value: Code) -> Do:
    return Do(ast.Raise(value, None))


def nonlocal_names(names: Sequence[str]) -> Do:
    return Do(ast.Nonlocal(list(names)))


BREAK = Do(ast.Break())


# ── printing and running ─────────────────────────────────────────────────────────────────────────


def lines(nodes: Iterable[Node], indent: int = 0) -> Iterator[str]:
    """The lines of Python source."""
    pad = _PAD * indent
    for node in nodes:
        match node:
            case Do():
                note = f"  # {_escaped(node.note)}" if node.note else ""
                yield f"{pad}{_text(node.node)}{note}"
            case Note():
                yield f"{pad}# {_escaped(node.text)}"
            case If():
                yield from _branches(node, indent)
            case For():
                yield f"{pad}for {_target(node.target)} in {_text(node.rows)}:"
                yield from _block(node.body, indent)
            case While():
                yield f"{pad}while {_text(node.test)}:"
                yield from _block(node.body, indent)
            case Try():
                yield f"{pad}try:"
                yield from _block(node.body, indent)
                yield f"{pad}except ({', '.join(node.exceptions)}):"
                yield from _block(node.handler, indent)
            case Function():
                yield f"{pad}def {node.name}({', '.join(node.parameters)}):"
                doc = [do(constant(_escaped(node.doc)))] if node.doc else []
                yield from _block([*doc, *node.body], indent)


def _branches(node: If, indent: int) -> Iterator[str]:
    word = "if"
    rest: list[Node] = [node]
    while len(rest) == 1 and isinstance(branch := rest[0], If):
        yield f"{_PAD * indent}{word} {_text(branch.test)}:"
        yield from _block(branch.body, indent)
        word, rest = "elif", branch.otherwise
    if rest:
        yield f"{_PAD * indent}else:"
        yield from _block(rest, indent)


def _block(body: Sequence[Node], indent: int) -> Iterator[str]:
    yield from lines(body, indent + 1)
    if all(isinstance(node, Note) for node in body):
        yield f"{_PAD * (indent + 1)}pass"


def _text(node: ast.AST) -> str:
    try:
        return ast.unparse(ast.fix_missing_locations(node) if isinstance(node, ast.stmt) else node)
    except RecursionError as error:
        raise NestingError("an expression nests too deep") from error


def _target(target: Code) -> str:
    text = _text(stored(target))
    return text[1:-1] if isinstance(target, ast.Tuple) and len(target.elts) > 1 and text.startswith("(") else text


def _escaped(text: str) -> str:
    """On one line, and with nothing in it that is not seen."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def run(nodes: Iterable[Node], known: Mapping[str, object]) -> dict[str, object]:
    """The names that the statements bind, where `known` are bound before. Raises `NestingError`.

    The source stands in `linecache`, so that a traceback shows its lines.
    """
    written = [f"{line}\n" for line in lines(nodes)]
    file = f"<written {next(_FILES)}>"
    bindings = dict(known)
    try:
        code = compile("".join(written), file, "exec")
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise NestingError(f"the code nests too deep for Python: {error}") from error
    linecache.cache[file] = (sum(map(len, written)), None, written, file)
    exec(code, bindings)
    return bindings
