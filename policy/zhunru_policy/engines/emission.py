"""Python source for the steps of one rule: nested loops and tests, in the order of a plan.

Names in the source: `v_X` a variable, `R_p` the rows of relation p, `D_p` the rows that are new in this round of a
recursion, `I_p_02` the rows of p by the values at places 0 and 2 (the value itself for one place, a tuple for more).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ..language.core import (
    Absent,
    Anything,
    Assign,
    Compare,
    Const,
    Expr,
    Fold,
    Match,
    Operation,
    Step,
    Term,
    Var,
)
from ..language.planning import plan
from ..language.syntax import NUMBER_LEAST, NUMBER_MOST

#: CPython allows 20 nested loops in one function; deeper rules go on in a function of their own.
MOST_LOOPS = 16
MOST_INDENT = 60

Places = tuple[int, ...]

_LETTERS = str.maketrans({"?": "ʔ", "'": "ʹ"})


def identifier(prefix: str, name: str) -> str:
    """A Python name for a name of the rule language, which also allows `?`; lowering adds names with `'`.

    Both become letters that no name of the language has, so that two names never become one.
    """
    return f"{prefix}_{name}".translate(_LETTERS)


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a rule's rows go: the set `new`, but those that are in the set `held` already may stay out."""

    head: tuple[Expr, ...]
    new: str
    held: str


class Emitter:
    """Lines of source, and the indexes that they use."""

    def __init__(self) -> None:
        self.leaf: Leaf | None = None
        self.lines: list[str] = []
        self._functions: list[list[str]] = []
        self._totals: list[str] = []
        self.indexes: set[tuple[str, Places]] = set()
        self._indent = 1
        self._loops = 0
        self._fresh = 0
        self.known: dict[str, None] = {}

    def rule(self, steps: Sequence[Step], leaf: Leaf, delta: Match | None) -> None:
        """The loops of a rule, and at their end the row that it gives."""

        def add() -> None:
            if leaf.new == leaf.held:
                self.write(f"{leaf.held}.add({self.row(leaf.head)})")
                return
            self.write(f"row = {self.row(leaf.head)}")
            with self.block(f"if row not in {leaf.held}:"):
                self.write(f"{leaf.new}.add(row)")

        self.leaf = leaf
        self.steps(steps, add, delta)

    @property
    def functions(self) -> list[str]:
        """The functions that the lines call. One may add to a total of another, so all totals are `run`'s own."""
        if not self._functions:
            return []
        shared = f"        nonlocal {', '.join(['work', *self._totals])}"
        start = [f"    {' = '.join(self._totals)} = None"] if self._totals else []
        return [*start, *(line for head, *rest in self._functions for line in (head, shared, *rest))]

    def row(self, values: Sequence[Expr]) -> str:
        return f"({''.join(f'{self.value(value)}, ' for value in values).strip()})"

    def write(self, line: str) -> None:
        self.lines.append("    " * self._indent + line)

    @contextmanager
    def block(self, line: str):
        self.write(line)
        loops = line.startswith("for ")
        self._indent += 1
        self._loops += loops
        yield
        self._indent -= 1
        self._loops -= loops

    def fresh(self, prefix: str) -> str:
        self._fresh += 1
        return f"{prefix}{self._fresh}"

    # ── steps ────────────────────────────────────────────────────────────────────────────────────

    def steps(self, steps: Sequence[Step], then: Callable[[], None], delta: Match | None = None) -> None:
        """The steps nested, and `then` where all of them hold."""
        if not steps:
            then()
            return
        if self._loops >= MOST_LOOPS or self._indent >= MOST_INDENT:
            self._continue_in_function(steps, then, delta)
            return
        before = dict(self.known)
        step, rest = steps[0], steps[1:]

        def go_on() -> None:
            self.steps(rest, then, delta)

        match step:
            case Match():
                self._match(step, go_on, step is delta, not rest)
            case Absent():
                self._absent(step, go_on)
            case Compare(op=op, left=left, right=right):
                sign = "==" if op == "=" else op
                with self.block(f"if {self.value(left)} {sign} {self.value(right)}:"):
                    go_on()
            case Assign(variable=variable, value=value):
                self.write(f"{self.bind(variable)} = {self.value(value)}")
                go_on()
            case Fold():
                self._fold(step, go_on)
        self.known = before

    def _continue_in_function(self, steps: Sequence[Step], then: Callable[[], None], delta: Match | None) -> None:
        with self._function("go_on") as call:
            self.steps(steps, then, delta)
        self.write(call)

    @contextmanager
    def _function(self, purpose: str):
        """Writes the block as a function that stands before the one being written; yields the call of it."""
        call = f"{self.fresh(purpose + '_')}({', '.join(identifier('v', variable) for variable in self.known)})"
        kept = self.lines, self._indent, self._loops
        self.lines, self._indent, self._loops = [], 1, 0
        with self.block(f"def {call}:"):
            yield call
        self._functions.append(self.lines)
        self.lines, self._indent, self._loops = kept

    def _match(self, step: Match, go_on: Callable[[], None], is_delta: bool, is_last: bool) -> None:
        fixed = [] if is_delta else [place for place, term in enumerate(step.terms) if self._is_known(term)]
        free = [place for place in range(len(step.terms)) if place not in fixed]
        if all(isinstance(step.terms[place], Anything) for place in free) and not is_delta:
            with self.block(f"if {self._some_row(step, fixed)}:"):
                go_on()
            return
        rows = identifier("D" if is_delta else "R", step.relation)
        if fixed:
            bucket = self.fresh("rows_")
            self.write(f"{bucket} = {self._index(step.relation, fixed)}.get({self._key(step.terms, fixed)}, ())")
            rows = bucket
        self.write(f"work -= len({rows})")
        with self.block("if work < 0:"):
            self.write("raise past_work_limit()")
        targets, tests = self._unpack(step.terms, fixed)
        if is_last and self.leaf:
            # The innermost loop of a rule runs as one comprehension: most of the time of a large join is spent here.
            test = f" if {' and '.join(tests)}" if tests else ""
            self.write(f"{self.leaf.new}.update([{self.row(self.leaf.head)} for {targets} in {rows}{test}])")
            return
        with self.block(f"for {targets} in {rows}:"):
            if tests:
                with self.block(f"if {' and '.join(tests)}:"):
                    go_on()
            else:
                go_on()

    def _unpack(self, terms: Sequence[Term], fixed: Sequence[int]) -> tuple[str, list[str]]:
        """Loop targets for a row, and the tests that they need: a known value in a new row, one variable twice."""
        targets: list[str] = []
        tests: list[str] = []
        for place, term in enumerate(terms):
            if place in fixed or isinstance(term, Anything):
                targets.append("_")
            elif isinstance(term, Var) and term.name not in self.known:
                targets.append(self.bind(term))
            else:
                targets.append(self.fresh("same_"))
                tests.append(f"{targets[-1]} == {self.value(term)}")
        return (f"({targets[0]},)" if len(targets) == 1 else ", ".join(targets) or "_"), tests

    def _absent(self, step: Absent, go_on: Callable[[], None]) -> None:
        fixed = [place for place, term in enumerate(step.terms) if not isinstance(term, Anything)]
        with self.block(f"if not {self._some_row(step, fixed)}:"):
            go_on()

    def _some_row(self, step: Match | Absent, fixed: Sequence[int]) -> str:
        """A test whether a row agrees with the terms at the fixed places."""
        if len(fixed) == len(step.terms):
            values = "".join(f"{self.value(term)}, " for term in step.terms if not isinstance(term, Anything))
            return f"(({values.strip()}) in {identifier('R', step.relation)})"
        if not fixed:
            return f"({identifier('R', step.relation)})"
        return f"({self._key(step.terms, fixed)} in {self._index(step.relation, fixed)})"

    def _index(self, relation: str, places: Sequence[int]) -> str:
        self.indexes.add((relation, tuple(places)))
        return index_name(relation, places)

    def _key(self, terms: Sequence[Term], places: Sequence[int]) -> str:
        values = [self.value(term) for place in places if not isinstance(term := terms[place], Anything)]
        return values[0] if len(values) == 1 else f"({', '.join(values)})"

    def _fold(self, step: Fold, go_on: Callable[[], None]) -> None:
        total = self.fresh("total_")
        self._totals.append(total)
        known = dict(self.known)
        if self._loops + len(step.body) > MOST_LOOPS:
            with self._function("fold") as call:
                self._fold_loops(step, total)
                self.write(f"return {total}")
            self.write(f"{total} = {call}")
        else:
            self._fold_loops(step, total)
        self.known = known
        if step.op == "sum":
            total = f"checked({total})"
        if step.variable.name in known:
            with self.block(f"if {total} == {self.value(step.variable)}:"):
                go_on()
            return
        self.write(f"{self.bind(step.variable)} = {total}")
        if step.op in ("count", "sum"):
            go_on()
        else:
            with self.block(f"if {self.value(step.variable)} is not None:"):
                go_on()

    def _fold_loops(self, step: Fold, total: str) -> None:
        """Each assignment of the body's variables comes up once: its matches bind whole rows, and the rest is a
        function of them.
        """

        def add() -> None:
            value = self.value(step.target) if step.target else "1"
            if step.op in ("count", "sum"):
                self.write(f"{total} += {value}")
            else:
                self.write(f"{total} = {value} if {total} is None else {step.op}({total}, {value})")

        self.write(f"{total} = {'0' if step.op in ('count', 'sum') else 'None'}")
        leaf, self.leaf = self.leaf, None
        self.steps(plan(step.body, step.outer), add)
        self.leaf = leaf

    # ── values ───────────────────────────────────────────────────────────────────────────────────

    def bind(self, variable: Var) -> str:
        self.known[variable.name] = None
        return identifier("v", variable.name)

    def _is_known(self, term: Term) -> bool:
        return isinstance(term, Const) or (isinstance(term, Var) and term.name in self.known)

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


def index_name(relation: str, places: Sequence[int]) -> str:
    return f"{identifier('I', relation)}_{'_'.join(map(str, places))}"
