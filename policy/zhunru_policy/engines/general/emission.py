"""Python source for the steps of one rule: nested loops and tests, in the order of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...ir.core import Absent, Anything, Assign, Compare, Fold, Match, Step, Term, Var, step_variables
from ...ir.order import plan
from .leaves import Leaf, Loop, Total, last_binding
from .writing import Writer, identifier

#: CPython allows 20 nested loops and 100 indents in one function; deeper rules go on in a function of their own.
MOST_LOOPS = 16
MOST_INDENT = 60


class Index(NamedTuple):
    """A relation's rows by their values at `places`: of each row the value at `value`, the whole row where it is None.

    INVARIANT: `value` is the one place that is left where one alone is, so that a relation has one index a key.
    """

    relation: str
    places: tuple[int, ...]
    value: int | None

    @property
    def name(self) -> str:
        return f"{identifier('I', self.relation)}_{'_'.join(map(str, self.places))}"

    @property
    def arguments(self) -> str:
        return f"{self.places}, {self.value}"


class Emitter(Writer):
    """The lines of one rule, and the indexes that they use."""

    def __init__(self) -> None:
        super().__init__()
        self.indexes: set[Index] = set()

    def steps(self, steps: Sequence[Step], leaf: Leaf, delta: Match | None = None) -> None:
        """The steps nested, and the leaf where all of them hold. `delta`: the match that runs over new rows alone.

        A loop and not a recursion over the steps: a rule may have thousands.
        """
        kept = self.known, self.indent, self.loops
        self.known = dict(self.known)
        uses = _last_uses(steps, leaf.wanted)
        last = last_binding(steps, frozenset(self.known), delta)
        functions = 0
        for at, step in enumerate(steps):
            if self.loops >= MOST_LOOPS or self.indent >= MOST_INDENT:
                self._go_on([name for name in self.known if uses.get(name, -1) >= at], leaf)
                functions += 1
            if at == last and isinstance(step, Match):
                self._last_match(step, steps[at + 1 :], leaf, step is delta)
                break
            self._step(step, step is delta)
        else:
            leaf.one(self)
        for _ in range(functions):
            self.end()
        self.known, self.indent, self.loops = kept

    def _go_on(self, variables: Sequence[str], leaf: Leaf) -> None:
        call = self.call("go_on", variables)
        self.write(call)
        self.begin(call, variables)
        if leaf.total:
            self.sets_total(leaf.total, shared=True)

    def _step(self, step: Step, is_delta: bool) -> None:
        match step:
            case Match():
                if is_delta or self._binds(step):
                    self._open_loop(self._loop(step, is_delta))
                else:
                    self.open(f"if {self._test(step)}:")
            case Absent() | Compare():
                self.open(f"if {self._test(step)}:")
            case Assign(variable=variable, value=value):
                written = self.value(value)
                self.write(f"{self.bind(variable)} = {written}")
            case Fold():
                self._fold(step)

    def _last_match(self, step: Match, rest: Sequence[Step], leaf: Leaf, is_delta: bool) -> None:
        """The innermost loop and the tests in it, which run as one comprehension where the leaf can."""
        loop = self._loop(step, is_delta)
        loop = loop._replace(tests=[*loop.tests, *map(self._test, rest)])
        if not leaf.many(self, loop):
            self._open_loop(loop)
            leaf.one(self)

    # ── atoms and comparisons ────────────────────────────────────────────────────────────────────

    def _binds(self, step: Match) -> bool:
        return any(isinstance(term, Var) and term.name not in self.known for term in step.terms)

    def _open_loop(self, loop: Loop) -> None:
        self.open(f"for {loop.targets} in {loop.rows}:")
        if loop.tests:
            self.open(f"if {' and '.join(loop.tests)}:")

    def _loop(self, step: Match, is_delta: bool) -> Loop:
        """The loop over the rows that agree with what is known, which are counted before it."""
        fixed = [] if is_delta else [place for place, term in enumerate(step.terms) if self.knows(term)]
        rows = identifier("D" if is_delta else "R", step.relation)
        if fixed:
            found = f"{self._index(step, fixed)}.get({self.key(step.terms[place] for place in fixed)}, ())"
            rows = self.fresh("rows_")
            self.write(f"{rows} = {found}")
        self.write(f"work -= len({rows})")
        self.write("if work < 0:")
        self.write("    raise past_work_limit()")
        before = set(self.known)
        places = [place for place in range(len(step.terms)) if place not in fixed]
        targets, tests = self._targets(step.terms, places)
        if not fixed or len(places) > 1:
            row = [targets.get(place, "_") for place in range(len(step.terms))]
            written = f"({row[0]},)" if len(row) == 1 else ", ".join(row) or "_"
        else:
            written = targets[places[0]]
        return Loop(written, rows, tests, frozenset(self.known.keys() - before))

    def _targets(self, terms: Sequence[Term], places: Sequence[int]) -> tuple[dict[int, str], list[str]]:
        """Loop targets by place, and the tests that they need: a known value in a new row, one variable twice."""
        targets: dict[int, str] = {}
        tests: list[str] = []
        for place in places:
            term = terms[place]
            if isinstance(term, Anything):
                targets[place] = "_"
            elif isinstance(term, Var) and term.name not in self.known:
                targets[place] = self.bind(term)
            else:
                targets[place] = self.fresh("same_")
                tests.append(f"{targets[place]} == {self.value(term)}")
        return targets, tests

    def _test(self, step: Step) -> str:
        match step:
            case Match():
                return self._some_row(step, [place for place, term in enumerate(step.terms) if self.knows(term)])
            case Absent():
                fixed = [place for place, term in enumerate(step.terms) if not isinstance(term, Anything)]
                return f"not {self._some_row(step, fixed)}"
            case Compare(op=op, left=left, right=right):
                return f"{self.value(left)} {'==' if op == '=' else op} {self.value(right)}"
            case Assign() | Fold():
                raise AssertionError(f"not a test: {step}")

    def _some_row(self, step: Match | Absent, fixed: Sequence[int]) -> str:
        """A test whether a row agrees with the terms at the fixed places."""
        if len(fixed) == len(step.terms):
            values = "".join(f"{self.value(term)}, " for term in step.terms)
            return f"(({values.strip()}) in {identifier('R', step.relation)})"
        if not fixed:
            return f"({identifier('R', step.relation)})"
        return f"({self.key(step.terms[place] for place in fixed)} in {self._index(step, fixed)})"

    def _index(self, step: Match | Absent, places: Sequence[int]) -> str:
        left = [place for place in range(len(step.terms)) if place not in places]
        index = Index(step.relation, tuple(places), left[0] if len(left) == 1 else None)
        self.indexes.add(index)
        return index.name

    # ── aggregates ───────────────────────────────────────────────────────────────────────────────

    def _fold(self, step: Fold) -> None:
        total = self.fresh("total_")
        if self.loops + len(step.body) > MOST_LOOPS:
            outer = [name for name in self.known if name in step.outer]
            call = self.call("fold", outer)
            self.begin(call, outer)
            self._fold_loops(step, total)
            self.write(f"return {total}")
            self.end()
            self.write(f"{total} = {call}")
        else:
            self._fold_loops(step, total)
        if step.op == "sum":
            total = f"checked({total})"
        if step.variable.name in self.known:
            self.open(f"if {total} == {self.value(step.variable)}:")
            return
        self.write(f"{self.bind(step.variable)} = {total}")
        if step.op not in ("count", "sum"):
            self.open(f"if {self.value(step.variable)} is not None:")

    def _fold_loops(self, step: Fold, total: str) -> None:
        """Each assignment of the body's variables comes up once: its matches bind whole rows, and the rest is a
        function of them.
        """
        self.sets_total(total)
        self.write(f"{total} = {'0' if step.op in ('count', 'sum') else 'None'}")
        self.steps(plan(step.body, step.outer), Total(step, total))


def _last_uses(steps: Sequence[Step], wanted: frozenset[str]) -> dict[str, int]:
    uses = {name: at for at, step in enumerate(steps) for name in step_variables(step)}
    return {**uses, **dict.fromkeys(wanted, len(steps))}
