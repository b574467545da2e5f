"""Steps compiled to tell, for given values of some variables, every way through them and where each way ends.

A *probe* takes the steps in the order of `searching.order_of`; a way ends at the first step that fails, or behind the
last. It is what a proof of an absence runs on; `searching` finds every literal that fails, more slowly, for reasons
against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, cast

from ...engines.traced.source import SourceOfRules, TracedFold, traced_folds, tuple_text, variables_of
from ...engines.traced.tracing import Group, Trace, Tracer
from ...ir.core import Absent, Compare, Expr, Fold, Match, Operation, Step, Value, Var
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
        source = _ProbeSource(tracer.constants, tracer.fixed)
        lines = source.probe(self.steps, bound)
        self.variables = tuple(source.bound)
        self.known = tuple(source.counts)
        self.scopes = tuple(source.scopes)
        start = [f"{local} = relations[{name!r}]" for name, local in source.relations.items()]
        start += [f"{local} = index({name!r}, {places})" for (name, places), local in source.indexes.items()]
        text = "\n    ".join(["def probe(relations, index, values, out, step):", *start, *lines, "return"])
        names: dict[str, object] = {
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
        exec(compile(text, "<probe>", "exec"), names)
        self._run = cast("Callable[..., None]", names["probe"])

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


class _ProbeSource(SourceOfRules):
    """Statements instead of comprehensions, since a way that ends must be told."""

    def probe(self, steps: Sequence[Step], bound: Sequence[str]) -> list[str]:
        self.bound: list[str] = []
        self.counts: list[int] = []
        self.scopes: list[TracedFold] = []
        self._lines: list[str] = []
        self._is_looping = True  # each probe is one of many
        self._depth = 0
        self._groups_known: list[str] = []
        for at, name in enumerate(bound):
            self._know(name, f"values[{at}]")
        for stage, step in enumerate(steps):
            self.counts.append(len(self.bound))
            self._stage(stage, step)
        self.counts.append(len(self.bound))
        self._write(self._found(len(steps), "''"))
        return self._lines

    def _know(self, name: str, text: str) -> None:
        self._known[name] = text
        self.bound.append(name)

    def _now(self) -> str:
        return tuple_text([self._known[name] for name in self.bound])

    def _groups_now(self) -> str:
        return tuple_text(self._groups_known)

    def _write(self, line: str) -> None:
        self._lines.append("    " * self._depth + line)

    def _end(self, stage: int, test: str, fault: str = "''") -> None:
        self._write(f"if {test}:")
        self._end_here(stage, fault)

    def _end_here(self, stage: int, fault: str) -> None:
        self._write(f"    {self._found(stage, fault)}")
        self._write(f"    {'continue' if self._depth else 'return'}")

    def _found(self, stage: int, fault: str) -> str:
        return f"out.append(new(End, ({stage}, {self._now()}, {self._groups_now()}, {fault})))"

    def _stage(self, stage: int, step: Step) -> None:
        match step:
            case Match():
                self._probe_match(stage, step)
            case Absent():
                self._end(stage, self._some_row(step))
            case Compare():
                self._probe_comparison(stage, step)
            case Fold():
                self._probe_fold(stage, step)
            case _:
                raise AssertionError(f"not a step of a probe: {step}")

    def _probe_match(self, stage: int, step: Match) -> None:
        fixed = tuple(place for place, term in enumerate(step.terms) if self._is_known(term))
        new = {
            term.name: place for place, term in enumerate(step.terms) if isinstance(term, Var) and place not in fixed
        }
        if not new:
            self._end(stage, f"not {self._some_row(step)}")
            return
        row = self._only_row(step, fixed)
        free = sum(isinstance(term, Var) for place, term in enumerate(step.terms) if place not in fixed)
        if row is not None and len(new) == free:
            for name, place in new.items():
                self._know(name, row[place])
            return
        rows = self.relation(step.relation)
        if fixed:
            rows = f"{self._index(step.relation, fixed)}.get({self._key(step.terms, fixed)}, ())"
        twice = [
            f"row[{new[term.name]}] == row[{place}]"
            for place, term in enumerate(step.terms)
            if isinstance(term, Var) and new.get(term.name, place) != place
        ]
        found = self._new()
        targets = [self._new() for _ in new]
        picked = tuple_text([f"row[{place}]" for place in new.values()])
        test = f" if {' and '.join(twice)}" if twice else ""
        self._write(f"{found} = {{{picked} for row in step({rows}){test}}}")
        self._end(stage, f"not {found}")
        self._write(f"for {tuple_text(targets)} in {found}:")
        self._depth += 1
        for name, target in zip(new, targets, strict=True):
            self._know(name, target)

    def _some_row(self, step: Match | Absent) -> str:
        return f"({super()._some_row(step)})"

    def _probe_comparison(self, stage: int, step: Compare) -> None:
        bound = binding(step, self._known)
        text = (
            self._plain(bound[1]) if bound else f"{self._plain(step.left)} {_SIGNS[step.op]} {self._plain(step.right)}"
        )
        place = self._new()
        if "(" in text:
            self._write("try:")
            self._write(f"    {place} = {text}")
            self._write("except ArithmeticFault as error:")
            self._end_here(stage, "str(error)")
        else:
            self._write(f"{place} = {text}")
        if bound:
            self._know(bound[0], place)
        else:
            self._end(stage, f"not {place}")

    def _probe_fold(self, stage: int, step: Fold) -> None:
        scope = TracedFold(step, variables_of(step.body, step.outer), traced_folds(step.body))
        outside = dict(self._known)
        members = self._members(scope)
        self._known = outside
        group, result = self._new(), self._new()
        self._write(f"{group} = {members}")
        self.scopes.append(scope)
        self._groups_known.append(group)
        if step.op in ("min", "max"):
            self._end(stage, f"not {group}")
        values = f"[member[2] for member in {group}]"
        self._write(f"{result} = {f'len({group})' if step.op == 'count' else f'{step.op}({values})'}")
        if step.op == "sum":
            self._end(stage, f"not {NUMBER_LEAST} <= {result} <= {NUMBER_MOST}", repr(OVERFLOW))
        if step.variable.name in self._known:
            self._end(stage, f"{self._known[step.variable.name]} != {result}")
        else:
            self._know(step.variable.name, result)

    def _plain(self, expression: Expr) -> str:
        """An expression that raises where an operation has no result."""
        if not isinstance(expression, Operation):
            return self._term(expression)
        values = [self._plain(argument) for argument in expression.arguments]
        match expression.op:
            case "/" | "%":
                return f"{'divide' if expression.op == '/' else 'remainder'}({', '.join(values)})"
            case "max" | "min":
                return f"{expression.op}({', '.join(values)})"
            case "neg":
                return f"checked(-{values[0]})"
            case op:
                return f"checked({values[0]} {op} {values[1]})"


_SIGNS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
