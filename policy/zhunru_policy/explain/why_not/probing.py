"""Steps compiled to tell, for given values of some variables, every way through them and where each way ends.

A *probe* takes the steps in the order of `searching.order_of`; a way ends at the first step that fails, or behind the
last. It is what a proof of an absence runs on; `searching` finds every literal that fails, more slowly, for reasons
against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from ...engines.traced.comprehensions import result_of
from ...engines.traced.source import RuleWriter, TracedFold, locals_of, traced_fold
from ...engines.traced.tracing import Group, Trace, Tracer
from ...ir import code, python
from ...ir.code import Code, constant, name
from ...ir.core import Compare, Expr, Fold, Operation, Step, Value, Var, can_fail
from ...ir.plan import Exists, Scan, accessed
from ...language.arithmetic import OVERFLOW, ArithmeticFault, checked, divide, remainder
from ...language.syntax import NUMBER_LEAST, NUMBER_MOST
from ..budget import Pace
from .searching import binding, order_of

Row = tuple[Value, ...]


class End(NamedTuple):
    """Where a way ends: at the step of this number, with the values of `Probe.variables` bound by then, and groups of
    the folds passed. `fault`: why the step has no value, if it has none."""

    stage: int
    values: Row
    groups: tuple[Group, ...]
    fault: str


class Probe:
    """Steps made ready. `variables`: those bound at the start, then the others in the order in which they are bound.

    `known`: how many of them are bound before each step, and at the end. `scopes`: the folds, in order.
    """

    def __init__(self, steps: Sequence[Step], bound: Sequence[str], tracer: Tracer) -> None:
        self.steps = order_of(steps, bound, tracer.fixed)
        writer = _ProbeWriter(tracer.constants, tracer.fixed)
        body = writer.probe(self.steps, bound)
        self.variables = tuple(writer.bound)
        self.known = tuple(writer.counts)
        self.scopes = tuple(writer.scopes)
        indexes = [
            python.assign(local, code.call("index", constant(relation), code.constants(places)))
            for (relation, places), local in writer.indexes.items()
        ]
        parameters = ("relations", "index", "values", "out", "step")
        function = python.Function("probe", parameters, [*locals_of(writer), *indexes, *body])
        self._run = cast("Callable[..., None]", python.run([function], _RUNTIME)["probe"])

    def run(self, trace: Trace, values: Row, ends: list[End], pace: Pace) -> None:
        """Adds where each way ends. Raises `OutOfStepsError`, with the ends as far as it came."""
        self._run(trace.relations, trace.index, values, ends, pace.over)


def _results(operation: Callable[[int, int], int]) -> Callable[[int, int], Iterator[int]]:
    def results(left: int, right: int) -> Iterator[int]:
        try:
            yield operation(left, right)
        except ArithmeticFault:
            return

    return results


_RUNTIME: Mapping[str, object] = {
    "new": tuple.__new__,
    "End": End,
    "checked": checked,
    "divide": divide,
    "remainder": remainder,
    "ArithmeticFault": ArithmeticFault,
    "fault": lambda: False,
    "quotient": _results(divide),
    "rest": _results(remainder),
}


class _ProbeWriter(RuleWriter):
    """Statements instead of comprehensions, since a way that ends must be told."""

    def probe(self, steps: Sequence[Step], bound: Sequence[str]) -> list[python.Node]:
        self.bound: list[str] = []
        self.counts: list[int] = []
        self.scopes: list[TracedFold] = []
        self.is_looping = True  # each probe is one of many
        self._passed: list[Code] = []
        top: list[python.Node] = []
        self._here = top
        for at, variable in enumerate(bound):
            self._know(variable, code.item(name("values"), constant(at)))
        for stage, step in enumerate(steps):
            self.counts.append(len(self.bound))
            self._stage(stage, step, self._here is top)
        self.counts.append(len(self.bound))
        self._here.append(self._found(len(steps), constant("")))
        return top

    def _know(self, variable: str, value: Code) -> None:
        self.known[variable] = value
        self.bound.append(variable)

    def _found(self, stage: int, fault: Code) -> python.Node:
        values = code.row([self.known[variable] for variable in self.bound])
        end = code.call("new", name("End"), code.row([constant(stage), values, code.row(self._passed), fault]))
        return python.do(code.method(name("out"), "append", end))

    def _end_here(self, stage: int, fault: Code, is_top: bool) -> list[python.Node]:
        return [self._found(stage, fault), python.LEAVE if is_top else python.CONTINUE]

    def _end(self, stage: int, test: Code, is_top: bool, fault: str = "") -> None:
        self._here.append(python.If(test, self._end_here(stage, constant(fault), is_top)))

    def _stage(self, stage: int, step: Step, is_top: bool) -> None:
        match step:
            case Compare():
                self._comparison(stage, step, is_top)
            case Fold():
                self._fold(stage, step, is_top)
            case _:
                access = accessed(step, self.known)
                if isinstance(access, Exists):
                    found = self.some_row(access)
                    self._end(stage, found if access.negated else code.negated(found), is_top)
                elif isinstance(access, Scan):
                    self._matches(stage, access, is_top)

    def _matches(self, stage: int, step: Scan, is_top: bool) -> None:
        row = self.only_row(step)
        if row is not None and not step.same:
            for place, variable in step.binds:
                self._know(variable.name, constant(row[place]))
            return
        one, found = name("row"), self.names.new("found")
        places = {variable.name: place for place, variable in step.binds}
        twice = [
            code.compare("=", code.item(one, constant(places[term.name])), code.item(one, constant(place)))
            for place, term in step.same
            if isinstance(term, Var)
        ]
        picked = code.row([code.item(one, constant(place)) for place in places.values()])
        rows = code.call("step", self.rows(step))
        self._here.append(python.assign(found, code.set_from(picked, [code.Clause(one, rows, twice)])))
        self._end(stage, code.negated(name(found)), is_top)
        targets = [name(self.names.new(variable)) for variable in places]
        loop = python.For(code.row(targets), name(found))
        self._here.append(loop)
        self._here = loop.body
        for variable, target in zip(places, targets, strict=True):
            self._know(variable, target)

    def _comparison(self, stage: int, step: Compare, is_top: bool) -> None:
        bound = binding(step, self.known)
        value = (
            self._plain(bound[1]) if bound else code.compare(step.op, self._plain(step.left), self._plain(step.right))
        )
        place = self.names.new("value")
        assigned = python.assign(place, value)
        if can_fail(bound[1] if bound else step.left) or (not bound and can_fail(step.right)):
            ended = self._end_here(stage, code.call("str", name("error")), is_top)
            self._here.append(python.Try([assigned], ("ArithmeticFault",), ended, "error"))
        else:
            self._here.append(assigned)
        if bound:
            self._know(bound[0], name(place))
        else:
            self._end(stage, code.negated(name(place)), is_top)

    def _fold(self, stage: int, step: Fold, is_top: bool) -> None:
        scope = traced_fold(step)
        group, result = name(self.names.new("group")), name(self.names.new("result"))
        self._here.append(python.assign(group, self.members(scope)))
        self.scopes.append(scope)
        self._passed.append(group)
        if step.op in ("min", "max"):
            self._end(stage, code.negated(group), is_top)
        self._here.append(python.assign(result, result_of(step, group)))
        if step.op == "sum":
            fits = code.between(constant(NUMBER_LEAST), result, constant(NUMBER_MOST))
            self._end(stage, code.negated(fits), is_top, OVERFLOW)
        if step.variable.name in self.known:
            self._end(stage, code.compare("!=", self.known[step.variable.name], result), is_top)
        else:
            self._know(step.variable.name, result)

    def _plain(self, expression: Expr) -> Code:
        """An expression that raises where an operation has no result."""
        if not isinstance(expression, Operation):
            return self.term(expression)
        values = [self._plain(argument) for argument in expression.arguments]
        match expression.op:
            case "/" | "%":
                return code.call("divide" if expression.op == "/" else "remainder", *values)
            case "max" | "min":
                return code.call(expression.op, *values)
            case "neg":
                return code.call("checked", code.minus(values[0]))
            case op:
                return code.call("checked", code.binary(op, *values))
