"""Statements in nested blocks, and in functions beside them where blocks would nest too deep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...ir import code, python
from ...ir.code import Code, name
from ...ir.core import Const, Expr, Operation, Term, Var
from ...ir.plan import Place
from ...ir.python import Names
from ...language.syntax import NUMBER_LEAST, NUMBER_MOST


class Index(NamedTuple):
    """A relation's rows by their values at `places`: of each row the value at `value`, the whole row where it is None.

    INVARIANT: `value` is the one place that is left where one alone is, so that a relation has one index a key.
    """

    relation: str
    places: tuple[int, ...]
    value: int | None


class Scope:
    """The names of one function: of relations' rows, of what a recursion finds, and of indexes.

    `rows`: all rows of a relation; `new`: those that are new in this round; `found`: what this round finds; `groups`:
    all rows, by groups; `indexes`: rows by the values at some places.
    """

    def __init__(self) -> None:
        self.names = Names()
        self.rows: dict[str, str] = {}
        self.new: dict[str, str] = {}
        self.found: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.indexes: dict[Index, str] = {}

    def of(self, kind: dict[str, str], relation: str, hint: str = "") -> str:
        if relation not in kind:
            kind[relation] = self.names.new(f"{hint}{relation}")
        return kind[relation]

    def rows_of(self, relation: str) -> Code:
        return name(self.of(self.rows, relation, "rows "))

    def index(self, index: Index) -> Code:
        if index not in self.indexes:
            self.indexes[index] = self.names.new(f"{index.relation} by {' '.join(map(str, index.places))}")
        return name(self.indexes[index])


@dataclass(slots=True)
class _Function:
    """`totals`: the aggregates' totals that are set in it."""

    node: python.Function
    totals: set[str] = field(default_factory=set)


class Writer:
    """`known`: the variables that are bound where the next statement stands, with their names; `loops`, `depth`: the
    loops and blocks around it.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.known: dict[str, str] = {}
        self.depth = self.loops = 0
        self._main = self._function = _Function(python.Function("", ()))
        self._here: list[python.Node] = self._main.node.body
        self._functions: list[_Function] = []
        self._left: list[tuple[_Function, list[python.Node], dict[str, str], int, int]] = []
        self._shared: set[str] = set()

    @property
    def nodes(self) -> list[python.Node]:
        """The functions, and the statements that call them. A total that one sets for another is the caller's."""
        start: list[python.Node] = [python.assign(total, code.NONE) for total in sorted(self._shared)]
        for function in self._functions:
            names = ["work", *sorted(function.totals & self._shared)]
            function.node.body.insert(0, python.nonlocal_names(names))
            start.append(function.node)
        return [*start, *self._main.node.body]

    def write(self, *nodes: python.Node) -> None:
        self._here.extend(nodes)

    def open(self, block: python.If | python.For) -> None:
        """Begins a block. Who began it ends it, by `place` and `leave`."""
        self._here.append(block)
        self._here = block.body
        self.depth += 1
        self.loops += isinstance(block, python.For)

    def place(self) -> tuple[list[python.Node], dict[str, str], int, int]:
        return self._here, dict(self.known), self.depth, self.loops

    def leave(self, place: tuple[list[python.Node], dict[str, str], int, int]) -> None:
        self._here, self.known, self.depth, self.loops = place

    def fresh(self, hint: str) -> str:
        return self.scope.names.new(hint)

    # ── functions ──

    def begin(self, hint: str, variables: Iterable[str]) -> Code:
        """Begins a new function, which reads no variables but these, and says how it is called."""
        kept = {variable: self.known[variable] for variable in variables}
        function = _Function(python.Function(self.fresh(hint), tuple(kept.values())))
        self._left.append((self._function, self._here, self.known, self.depth, self.loops))
        self._functions.append(function)
        self._function, self._here = function, function.node.body
        self.known, self.depth, self.loops = kept, 1, 0
        return code.call(function.node.name, *map(name, kept.values()))

    def end(self) -> None:
        self._function, self._here, self.known, self.depth, self.loops = self._left.pop()

    def sets_total(self, total: str, *, shared: bool = False) -> None:
        """Notes that statements here set a total; `shared`: which began in another function."""
        self._function.totals.add(total)
        if shared:
            self._shared.add(total)

    # ── values ──

    def bind(self, variable: Var) -> str:
        self.known[variable.name] = self.fresh(variable.name)
        return self.known[variable.name]

    def row(self, values: Iterable[Expr]) -> Code:
        return code.row([self.value(value) for value in values])

    def key(self, places: Sequence[Place]) -> Code:
        """One value as it is, more as a tuple."""
        written = [self.value(term) for _, term in places]
        return written[0] if len(written) == 1 else code.row(written)

    def value(self, expression: Expr | Term) -> Code:
        if isinstance(expression, Var):
            return name(self.known[expression.name])
        if isinstance(expression, Const):
            return code.constant(expression.value)
        assert isinstance(expression, Operation)
        values = [self.value(argument) for argument in expression.arguments]
        match expression.op:
            case "/":
                return code.call("divide", *values)
            case "%":
                return code.call("remainder", *values)
            case "max" | "min":
                return code.call(expression.op, *values)
            case "neg":
                result = code.minus(values[0])
            case op:
                result = code.binary(op, *values)
        place = self.fresh("number")
        fits = code.between(code.constant(NUMBER_LEAST), code.bound(place, result), code.constant(NUMBER_MOST))
        return code.choice(fits, name(place), code.call("overflow"))
