"""A rule as clauses of pyDatalog's.

What pyDatalog lacks is lowered in `Clause`, in this one place: arithmetic and aggregates become primitives, functions
of ours whose last term is the result; heads and comparisons see plain terms alone. Alternatives, several heads and
expressions in atoms are lowered for every engine, in `language.lowering`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from pyDatalog import Logic, pyEngine

from ...ir.core import (
    Absent,
    Assign,
    Compare,
    Const,
    Expr,
    Fold,
    Match,
    Relation,
    Step,
    Value,
    Var,
    expression_variables,
)
from ...language.arithmetic import fold_values
from .. import reference
from .layers import Selection, selection
from .work import Work

_COMPARISON = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

Primitive = Callable[[pyEngine.Literal, pyEngine.Subgoal], None]


@contextmanager
def own_state() -> Iterator[None]:
    """pyDatalog's state is per thread: what we put there goes and what the thread held comes back, also on an error."""
    held = getattr(Logic.tl, "logic", None)
    counter = getattr(pyEngine.Fresh_var.tl, "counter", 0)
    pyEngine.Fresh_var.tl.counter = 0
    try:
        yield
    finally:
        pyEngine.Fresh_var.tl.counter = counter
        if held is not None:
            Logic.tl.logic = held
        elif hasattr(Logic.tl, "logic"):
            del Logic.tl.logic


class Knowledge:
    """A Logic, and our names in it. `work`: what its queries are counted on."""

    def __init__(self, relations: Mapping[str, Relation]) -> None:
        Logic()
        self._logic = Logic.tl.logic
        self._relations = relations
        self._predicates: dict[Selection, pyEngine.Pred] = {}
        self._numbers = count()
        self.work = Work(0)

    def take_up(self) -> None:
        """Makes it the thread's Logic."""
        Logic.tl.logic = self._logic

    def rows(self, predicate: pyEngine.Pred, start: Sequence[pyEngine.Term], free: int) -> list[tuple[Any, ...]]:
        """The rows of a predicate that begin with the constants of `start`; the `free` terms after them are asked for.

        There must be one: of a query without a variable pyDatalog looks for the first proof alone, and would pass over
        an operation that fails in another.
        """
        assert free > 0
        found = pyEngine.Literal(predicate, [*start, *(pyEngine.Var(f"Q{number}") for number in range(free))]).ask()
        assert found is not True, "a variable of a head was not bound"
        self.work.spend(len(found))
        return found

    def predicate(self, selection: Selection) -> pyEngine.Pred:
        """The predicate of a selection: one for all would have pyDatalog look at each row of a subject in each lookup.

        It is declared also without rows: pyDatalog fails on a negated predicate that it does not know.
        """
        if selection not in self._predicates:
            # pyDatalog reads meaning into `.`, `]`, `!` and `~` in a predicate's name, so none of ours are in it.
            arity = self._relations[selection.relation].arity - len(selection.places)
            self._predicates[selection] = self.declare("relation", arity)
        return self._predicates[selection]

    def declare(self, purpose: str, arity: int) -> pyEngine.Pred:
        """A new predicate, known to this Logic alone."""
        return pyEngine.insert(_predicate(self.new_name(purpose), arity))

    def new_name(self, purpose: str) -> str:
        return f"{purpose} {next(self._numbers)}"


class ShortJoin:
    """`rows`: a bound on the rows that are joined without being counted, before the join with the number `long`."""

    def __init__(self, long: int | None) -> None:
        self.long = long
        self.rows = 0


class Clause:
    """One clause as it grows: its literals in the order of a plan, and the variables that are bound so far."""

    def __init__(self, knowledge: Knowledge, short_joins: Iterator[ShortJoin], bound: Sequence[str]) -> None:
        self._knowledge = knowledge
        self._short_joins = short_joins
        self.short_join = next(short_joins)
        self._joins = count()
        self._bound = dict.fromkeys(bound)
        self._body: list[pyEngine.Literal] = []

    def close(self, name: str, head: Sequence[pyEngine.Term]) -> pyEngine.Clause:
        return pyEngine.Clause(pyEngine.Literal(_predicate(name, len(head)), list(head)), self._body)

    def add_steps(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._add_step(step)

    def _add_step(self, step: Step) -> None:
        match step:
            case Match():
                self._add_match(step)
            case Absent():
                # Right, since the relation's rows are facts here; over clauses pyDatalog's negation was seen to err.
                predicate = self._knowledge.predicate(selection(step))
                self._add(_predicate("~" + predicate.name, predicate.arity), self._open_terms(step))
            case Compare(op=op, left=left, right=right):
                self._add(_predicate(_COMPARISON[op], 2), [self.value(left), self.value(right)])
            case Assign(variable=variable, value=value):
                self._bind(variable, self.value(value))
            case Fold():
                self._bind(step.variable, self._fold(step))

    def _add(self, predicate: pyEngine.Pred, terms: Sequence[pyEngine.Term]) -> None:
        self._body.append(pyEngine.Literal(predicate, list(terms)))

    def _bind(self, variable: Var, value: pyEngine.Term) -> None:
        """Gives the variable a value, or compares the two where it has one."""
        self._add(_predicate("==", 2), [pyEngine.Var(variable.name), value])
        self._bound[variable.name] = None

    def _add_match(self, step: Match) -> None:
        before = len(self._bound)
        arguments = self._open_terms(step)
        self._bound.update(dict.fromkeys(term.id[1] for term in arguments))
        self._add(self._knowledge.predicate(selection(step)), arguments)
        if len(self._bound) > before:
            join = next(self._joins)
            if self.short_join.long is not None and join >= self.short_join.long:
                self._count_rows()

    def _count_rows(self) -> None:
        """Counts the rows joined so far: a join of many relations may be long beyond hope within one query."""

        def primitive(literal: pyEngine.Literal, subgoal: pyEngine.Subgoal) -> None:
            self._knowledge.work.spend(1)
            subgoal.fact(True)

        # All variables are terms, since pyDatalog calls a primitive once for each different row of terms.
        self._add(self._primitive(len(self._bound), primitive), [pyEngine.Var(variable) for variable in self._bound])

    def _primitive(self, arity: int, primitive: Primitive) -> pyEngine.Pred:
        """A predicate computed by a function of ours."""
        predicate = self._knowledge.declare("primitive", arity)
        predicate.prim = primitive
        return predicate

    def _open_terms(self, atom: Match | Absent) -> list[pyEngine.Var]:
        """The terms that are no constants: those are the selection's."""
        return [
            pyEngine.Var(term.name if isinstance(term, Var) else self._knowledge.new_name("anything"))
            for term in atom.terms
            if not isinstance(term, Const)
        ]

    def value(self, expression: Expr) -> pyEngine.Term:
        """A plain term with the expression's value, which a primitive before it computes where there is work to do."""
        if isinstance(expression, Var):
            return pyEngine.Var(expression.name)
        if isinstance(expression, Const):
            return constant(expression.value)
        names = tuple(dict.fromkeys(expression_variables(expression)))

        def compute(arguments: Sequence[pyEngine.Term]) -> Value:
            return reference.evaluate(expression, {name: term.id for name, term in zip(names, arguments, strict=True)})

        return self._function(names, compute)

    def _function(
        self, names: Sequence[str], compute: Callable[[Sequence[pyEngine.Term]], Value | None]
    ) -> pyEngine.Term:
        """A new variable bound to a function of bound variables; where that has no value, the clause does not hold."""

        def primitive(literal: pyEngine.Literal, subgoal: pyEngine.Subgoal) -> None:
            self._knowledge.work.spend(1)
            arguments = literal.terms[:-1]
            result = compute(arguments)
            if result is not None:
                subgoal.fact(pyEngine.Literal(literal.pred, [*arguments, constant(result)]))

        # An exception passes through pyDatalog; in an `Operation` of its own it would become a constant.
        predicate = self._primitive(len(names) + 1, primitive)
        result = pyEngine.Var(self._knowledge.new_name("result"))
        self._add(predicate, [*(pyEngine.Var(variable) for variable in names), result])
        return result

    def _fold(self, step: Fold) -> pyEngine.Term:
        """An aggregate asks a query of its own for each group: pyDatalog's own give an empty group no value."""
        outer = sorted(step.outer)
        clause = Clause(self._knowledge, self._short_joins, outer)
        clause.add_steps(step.body)
        target = clause.value(step.target) if step.target else pyEngine.Const(0)
        head = [*(pyEngine.Var(variable) for variable in outer), target, *(pyEngine.Var(v.name) for v in step.over)]
        closed = clause.close(self._knowledge.new_name("group"), head)
        pyEngine.assert_(closed)  # noqa: PT009  no assertion

        def compute(values: Sequence[pyEngine.Term]) -> Value | None:
            self._knowledge.work.spend(clause.short_join.rows)
            rows = self._knowledge.rows(closed.head.pred, values, 1 + len(step.over))
            return fold_values(step.op, [row[len(values)] for row in rows])

        return self._function(outer, compute)


def _predicate(name: str, arity: int) -> pyEngine.Pred:
    """The thread's Logic's predicate of this name. Made by a literal, which completes it, of any terms."""
    predicate = pyEngine.Literal(name, [pyEngine.Const(0)] * arity).pred
    assert isinstance(predicate, pyEngine.Pred)
    return predicate


def constant(value: Value) -> pyEngine.Term:
    """INVARIANT: numbers and symbols alone. pyDatalog rounds floats, and takes `True` and `1` for one constant."""
    if type(value) is not int and type(value) is not str:
        raise TypeError(f"`{value!r}` is neither a number nor a symbol; the facts' door lets none in")
    return pyEngine.Const(value)
