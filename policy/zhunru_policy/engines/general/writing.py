"""Lines of Python in nested blocks, and in functions beside them where blocks would nest too deep.

Names in the source: `v_X` a variable, `R_p` the rows of relation p, `D_p` the rows that are new in this round of a
recursion, `I_p_02` the rows of p by the values at places 0 and 2 (the value itself for one place, a tuple for more).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...ir.core import Const, Expr, Operation, Term, Var
from ...language.syntax import NUMBER_LEAST, NUMBER_MOST

_LETTERS = str.maketrans({"?": "ʔ", "'": "ʹ"})


def identifier(prefix: str, name: str) -> str:
    """A Python name for a name of the rule language, which also allows `?`; lowering adds names with `'`.

    Both become letters that no name of the language has, so that two names never become one.
    """
    return f"{prefix}_{name}".translate(_LETTERS)


@dataclass(slots=True)
class _Function:
    """`totals`: the aggregates' totals that are set in it."""

    head: str = ""
    lines: list[str] = field(default_factory=list)
    totals: set[str] = field(default_factory=set)


class Writer:
    """`known`: the variables that are bound where the next line stands; `loops`: the loops around it."""

    def __init__(self) -> None:
        self.known: dict[str, None] = {}
        self.indent = 1
        self.loops = 0
        self._main = self._here = _Function()
        self._functions: list[_Function] = []
        self._left: list[tuple[_Function, dict[str, None], int, int]] = []
        self._shared: set[str] = set()
        self._fresh = 0

    @property
    def source(self) -> list[str]:
        """The functions, and the lines that call them. A total that one function sets for another is the caller's."""
        start = [f"    {' = '.join(sorted(self._shared))} = None"] if self._shared else []
        for function in self._functions:
            names = ", ".join(["work", *sorted(function.totals & self._shared)])
            start += [f"    def {function.head}:", f"        nonlocal {names}", *function.lines]
        return [*start, *self._main.lines]

    def write(self, line: str) -> None:
        self._here.lines.append("    " * self.indent + line)

    def open(self, line: str) -> None:
        """Begins a block. Who began it ends it, by the indent it had."""
        self.write(line)
        self.indent += 1
        self.loops += line.startswith("for ")

    def fresh(self, prefix: str) -> str:
        self._fresh += 1
        return f"{prefix}{self._fresh}"

    # ── functions ──

    def call(self, purpose: str, variables: Iterable[str]) -> str:
        """The call of a new function, which `begin` begins; it reads no variables but these."""
        return f"{self.fresh(purpose + '_')}({', '.join(identifier('v', variable) for variable in variables)})"

    def begin(self, call: str, variables: Iterable[str]) -> None:
        self._left.append((self._here, self.known, self.indent, self.loops))
        self._here, self.known, self.indent, self.loops = _Function(call), dict.fromkeys(variables), 2, 0
        self._functions.append(self._here)

    def end(self) -> None:
        self._here, self.known, self.indent, self.loops = self._left.pop()

    def sets_total(self, total: str, *, shared: bool = False) -> None:
        """Notes that lines here set a total; `shared`: which began in another function."""
        self._here.totals.add(total)
        if shared:
            self._shared.add(total)

    # ── values ──

    def bind(self, variable: Var) -> str:
        self.known[variable.name] = None
        return identifier("v", variable.name)

    def knows(self, term: Term) -> bool:
        return isinstance(term, Const) or (isinstance(term, Var) and term.name in self.known)

    def row(self, values: Sequence[Expr]) -> str:
        return f"({''.join(f'{self.value(value)}, ' for value in values).strip()})"

    def key(self, values: Iterable[Expr | Term]) -> str:
        """One value as it is, more as a tuple."""
        written = list(map(self.value, values))
        return written[0] if len(written) == 1 else f"({', '.join(written)})"

    def value(self, expression: Expr | Term) -> str:
        if isinstance(expression, Var):
            return identifier("v", expression.name)
        if isinstance(expression, Const):
            return repr(expression.value) if expression.value != NUMBER_LEAST else f"({NUMBER_LEAST})"
        assert isinstance(expression, Operation)
        values = [self.value(argument) for argument in expression.arguments]
        match expression.op:
            case "+" | "-" | "*":
                result = f"{values[0]} {expression.op} {values[1]}"
            case "neg":
                result = f"-{values[0]}"
            case "/":
                return f"divide({values[0]}, {values[1]})"
            case "%":
                return f"remainder({values[0]}, {values[1]})"
            case "max" | "min":
                return f"{expression.op}({', '.join(values)})"
        place = self.fresh("n_")
        return f"({place} if {NUMBER_LEAST} <= ({place} := {result}) <= {NUMBER_MOST} else overflow())"
