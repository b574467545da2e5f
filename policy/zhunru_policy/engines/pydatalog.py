"""The independent judge: pyDatalog 0.22.4, asked one layer of rules at a time. No other module imports pyDatalog.

pyDatalog answers a query over rules that are not recursive, and ends. Layers and fixpoints are therefore ours: the
rows that a layer reads are asserted as facts, its rules become clauses of one predicate `answer`, which is asked once;
the rules of a recursion are asked again, over the rows found so far, until nothing new is found.

What pyDatalog lacks is lowered in `_Clause`, in this one place: arithmetic and aggregates become primitives, functions
of ours whose last term is the result; heads and comparisons see plain terms alone. Alternatives, several heads and
expressions in atoms are lowered for every engine, in `language.lowering`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from pyDatalog import Logic, pyEngine

from ..errors import WorkLimitError
from ..language.arithmetic import ArithmeticFault, fold_values
from ..language.core import (
    Absent,
    Assign,
    Compare,
    Const,
    CoreProgram,
    Expr,
    Fold,
    Match,
    Row,
    Rows,
    Step,
    Term,
    Value,
    Var,
    expression_variables,
)
from . import WORK_LIMIT, Derivation, reference
from .pydatalog_layers import Layer, PlannedRule, layers, needed

#: What one of pyDatalog's steps costs in the rows that a bound on work counts. It takes 15 to 40 µs and keeps up to
#: 2 kB until its query ends: the default bound is some eight seconds and 400 MB.
STEP_COST = 250
#: Joins of at most so many rows are not counted row by row, but as if all of them passed.
SMALL_JOIN = 100

_ANSWER = "answer"
_COMPARISON = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def prepare(program: CoreProgram) -> Derivation:
    planned = layers(program)

    def derive(inputs: Rows, *, work: int = WORK_LIMIT) -> dict[str, set[Row]]:
        rows = {name: set(program.facts.get(name, ())) for name in program.relations}
        for name, given in inputs.items():
            rows[name].update(given)
        bound = _Work(work)
        try:
            with _own_state():
                for layer in planned:
                    _fill(layer, program, rows, bound)
        except ArithmeticFault:
            # Some operation failed. Whether that fails a rule, and which is named, is for the exact reading to say.
            return reference.prepare(program)(inputs, work=work)
        return rows

    return derive


def _fill(layer: Layer, program: CoreProgram, rows: dict[str, set[Row]], work: _Work) -> None:
    """Adds what the layer derives; INVARIANT: no clause of a query calls itself, so that each query ends."""
    grows = True
    while grows:
        query = _Query({name: needed(rows[name], patterns) for name, patterns in layer.reads.items()}, program, work)
        grows = False
        for relation, found in query.ask(layer.rules).items():
            grows |= layer.recursive and not found <= rows[relation]
            rows[relation] |= found


@contextmanager
def _own_state() -> Iterator[None]:
    """pyDatalog's state is per thread: what we put there goes and what the thread held comes back, also on an error."""
    held = getattr(Logic.tl, "logic", None)
    counter = getattr(pyEngine.Fresh_var.tl, "counter", 0)
    try:
        yield
    finally:
        pyEngine.Fresh_var.tl.counter = counter
        if held is not None:
            Logic.tl.logic = held
        elif hasattr(Logic.tl, "logic"):
            del Logic.tl.logic


class _Work:
    """What is left of the bound on work. Every fact asserted, row joined, primitive called and answer counts a step."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def spend(self, steps: int) -> None:
        self._left -= steps * STEP_COST
        if self._left < 0:
            raise WorkLimitError("the bound on work was reached; the rules may never end on these facts")


class _Query:
    """A fresh Logic with facts and clauses: nothing of an earlier one is in it. `rows`: what its clauses may read."""

    def __init__(self, rows: Mapping[str, Sequence[Row]], program: CoreProgram, work: _Work) -> None:
        Logic()
        self.work = work
        self._rows = rows
        self._relations = program.relations
        self._predicates: dict[str, str] = {}
        self._sizes: dict[tuple[str, tuple[int, ...]], Counter[Row]] = {}
        self._numbers = count()

    def ask(self, rules: Sequence[PlannedRule]) -> dict[str, set[Row]]:
        """What the rules derive, by relation. All are clauses of one predicate, padded to one width."""
        found: dict[str, set[Row]] = {rule.relation: set() for rule in rules}
        rules = [rule for rule in rules if self._may_hold(rule)]
        if not rules:
            return found
        numbers = {relation: number for number, relation in enumerate(found)}
        width = max(len(rule.head) for rule in rules)
        for rule in rules:
            clause = _Clause(self, ())
            clause.add_steps(rule.steps)
            size = pyEngine.Const(len(rule.head))
            values = [*(clause.value(value) for value in rule.head), *[pyEngine.Const(0)] * (width - len(rule.head))]
            uncounted = clause.close(_ANSWER, [pyEngine.Const(numbers[rule.relation]), size, *values])
            self.work.spend(uncounted)
        relations = list(found)
        for number, size, *values in self.rows(_ANSWER, [], 2 + width):
            found[relations[number]].add(tuple(values[:size]))
        return found

    def _may_hold(self, rule: PlannedRule) -> bool:
        """Whether each atom has rows that agree with its constants; most rules of a pack end here."""
        return all(self.size(step.relation, step.terms) for step in rule.steps if isinstance(step, Match))

    def rows(self, name: str, start: Sequence[pyEngine.Term], free: int) -> list[tuple[Any, ...]]:
        """The rows of a predicate that begin with the constants of `start`; the `free` terms after them are asked for.

        There must be one: of a query without a variable pyDatalog looks for the first proof alone, and would pass over
        an operation that fails in another.
        """
        assert free > 0
        found = pyEngine.Literal(name, [*start, *(pyEngine.Var(f"Q{number}") for number in range(free))]).ask()
        assert found is not True, "a variable of a head was not bound"
        self.work.spend(len(found))
        return found

    def predicate(self, relation: str) -> str:
        """The relation's predicate; its rows are told when it is first asked for.

        It is declared also without rows: pyDatalog fails on a negated predicate that it does not know.
        """
        if relation not in self._predicates:
            # pyDatalog reads meaning into `.`, `]`, `!` and `~` in a predicate's name, so none of ours are in it.
            name = self._predicates[relation] = self.new_name("relation")
            rows = self._rows[relation]
            self.work.spend(1 + len(rows))
            pyEngine.insert(pyEngine.Pred(name, self._relations[relation].arity))
            for row in rows:
                _tell(name, [_constant(value) for value in row], [])
        return self._predicates[relation]

    def size(self, relation: str, terms: Sequence[Term]) -> int:
        """How many rows agree with the constants among the terms."""
        places = tuple(place for place, term in enumerate(terms) if isinstance(term, Const))
        if (relation, places) not in self._sizes:
            keys = (tuple(row[place] for place in places) for row in self._rows[relation])
            self._sizes[relation, places] = Counter(keys)
        return self._sizes[relation, places][tuple(term.value for term in terms if isinstance(term, Const))]

    def new_name(self, purpose: str) -> str:
        return f"{purpose} {next(self._numbers)}"

    def add_primitive(self, arity: int, primitive: Callable[[pyEngine.Literal, pyEngine.Subgoal], None]) -> str:
        """A predicate computed by a function of ours, known to this Logic alone."""
        name = self.new_name("primitive")
        pyEngine.insert(pyEngine.Pred(name, arity)).prim = primitive
        return name


class _Clause:
    """One clause as it grows: its literals in the order of a plan, and the variables that are bound so far."""

    def __init__(self, query: _Query, bound: Sequence[str]) -> None:
        self._query = query
        self._bound = dict.fromkeys(bound)
        self._body: list[pyEngine.Literal] = []
        self._most_rows = 1

    def close(self, name: str, head: Sequence[pyEngine.Term]) -> int:
        """Adds the clause; gives a bound on the rows that it joins without counting them."""
        _tell(name, list(head), self._body)
        return min(self._most_rows, SMALL_JOIN)

    def add_steps(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._add_step(step)

    def _add_step(self, step: Step) -> None:
        match step:
            case Match(relation=relation, terms=terms):
                self._add_match(relation, terms)
            case Absent(relation=relation, terms=terms):
                # Right, since the relation's rows are facts here; over clauses pyDatalog's negation was seen to err.
                self._add("~" + self._query.predicate(relation), [self._term(term) for term in terms])
            case Compare(op=op, left=left, right=right):
                self._add(_COMPARISON[op], [self.value(left), self.value(right)])
            case Assign(variable=variable, value=value):
                self._bind(variable, self.value(value))
            case Fold():
                self._bind(step.variable, self._fold(step))

    def _add(self, name: str, terms: Sequence[pyEngine.Term]) -> None:
        self._body.append(pyEngine.Literal(name, list(terms)))

    def _bind(self, variable: Var, value: pyEngine.Term) -> None:
        """Gives the variable a value, or compares the two where it has one."""
        self._add("==", [pyEngine.Var(variable.name), value])
        self._bound[variable.name] = None

    def _add_match(self, relation: str, terms: Sequence[Term]) -> None:
        before = len(self._bound)
        arguments = [self._term(term) for term in terms]
        self._bound.update(dict.fromkeys(term.id[1] for term in arguments if isinstance(term, pyEngine.Var)))
        self._add(self._query.predicate(relation), arguments)
        if len(self._bound) > before:
            self._most_rows *= self._query.size(relation, terms)
            if self._most_rows > SMALL_JOIN:
                self._count_rows()

    def _count_rows(self) -> None:
        """Counts the rows joined so far: a join of many relations may be long beyond hope within one query."""

        def primitive(literal: pyEngine.Literal, subgoal: pyEngine.Subgoal) -> None:
            self._query.work.spend(1)
            subgoal.fact(True)

        # All variables are terms, since pyDatalog calls a primitive once for each different row of terms.
        name = self._query.add_primitive(len(self._bound), primitive)
        self._add(name, [pyEngine.Var(variable) for variable in self._bound])

    def _term(self, term: Term) -> pyEngine.Term:
        if isinstance(term, (Var, Const)):
            return self.value(term)
        return pyEngine.Var(self._query.new_name("anything"))

    def value(self, expression: Expr) -> pyEngine.Term:
        """A plain term with the expression's value, which a primitive before it computes where there is work to do."""
        if isinstance(expression, Var):
            return pyEngine.Var(expression.name)
        if isinstance(expression, Const):
            return _constant(expression.value)
        names = tuple(dict.fromkeys(expression_variables(expression)))

        def compute(arguments: Sequence[pyEngine.Term]) -> Value:
            return reference.evaluate(expression, {name: term.id for name, term in zip(names, arguments, strict=True)})

        return self._function(names, compute)

    def _function(
        self, names: Sequence[str], compute: Callable[[Sequence[pyEngine.Term]], Value | None]
    ) -> pyEngine.Term:
        """A new variable bound to a function of bound variables; where that has no value, the clause does not hold."""

        def primitive(literal: pyEngine.Literal, subgoal: pyEngine.Subgoal) -> None:
            self._query.work.spend(1)
            arguments = literal.terms[:-1]
            result = compute(arguments)
            if result is not None:
                subgoal.fact(pyEngine.Literal(literal.pred, [*arguments, _constant(result)]))

        # An exception passes through pyDatalog; in an `Operation` of its own it would become a constant.
        name = self._query.add_primitive(len(names) + 1, primitive)
        result = pyEngine.Var(self._query.new_name("result"))
        self._add(name, [*(pyEngine.Var(variable) for variable in names), result])
        return result

    def _fold(self, step: Fold) -> pyEngine.Term:
        """An aggregate asks a query of its own for each group: pyDatalog's own give an empty group no value."""
        outer = sorted(step.outer)
        clause = _Clause(self._query, outer)
        clause.add_steps(step.body)
        target = clause.value(step.target) if step.target else pyEngine.Const(0)
        name = self._query.new_name("group")
        uncounted = clause.close(
            name, [*(pyEngine.Var(variable) for variable in outer), target, *(pyEngine.Var(v.name) for v in step.over)]
        )

        def compute(group: Sequence[pyEngine.Term]) -> Value | None:
            self._query.work.spend(uncounted)
            rows = self._query.rows(name, group, 1 + len(step.over))
            return fold_values(step.op, [row[len(group)] for row in rows])

        return self._function(outer, compute)


def _tell(name: str, terms: list[pyEngine.Term], body: list[pyEngine.Literal]) -> None:
    """Adds a clause, or a fact where the body is empty, to the thread's Logic."""
    pyEngine.assert_(pyEngine.Clause(pyEngine.Literal(name, terms), body))  # noqa: PT009  no assertion


def _constant(value: Value) -> pyEngine.Term:
    """INVARIANT: numbers and symbols alone. pyDatalog rounds floats, and takes `True` and `1` for one constant."""
    if type(value) is not int and type(value) is not str:
        raise TypeError(f"`{value!r}` is neither a number nor a symbol; the facts' door lets none in")
    return pyEngine.Const(value)
