"""Terms and formulas as Python expressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...ir import code
from ...ir.code import Code, name
from ...ir.formulas import (
    All,
    Any,
    Collected,
    Filled,
    Formula,
    Given,
    Has,
    Holds,
    Is,
    Loop,
    Member,
    Not,
    OneOf,
    Owners,
    Some,
    Source,
    Truth,
)
from ...ir.python import Names
from ...ir.terms import Column, Input, Known, Local, Operation, Term, reach, within
from ...pack.vocabulary import InputSpec
from .world import is_listed


class Values:
    """Names of a request's facts, of what loops bind, and how values are written by them.

    `own`: the locals of the applicant's inputs. `lists`: of their lists, empty where none was given. `others`: dicts of
    inputs by their owner, for the inputs that are read so. `choices`: locals that say whether a list holds a value.
    """

    def __init__(self, inputs: Mapping[str, InputSpec], names: Names) -> None:
        self.inputs = inputs
        self.names = names
        self.own = {spec: names.new(spec) for spec in inputs}
        self.lists = {spec.name: names.new(f"{spec.name} rows") for spec in inputs.values() if is_listed(spec)}
        self.others: dict[str, str] = {}
        self.choices: dict[tuple[str, object], str] = {}
        self.columns: dict[tuple[int, int], str] = {}
        self._fetched: dict[tuple[str, Term], str] = {}

    # ── values ───────────────────────────────────────────────────────────────────────────────────

    def term(self, term: Term) -> Code:
        match term:
            case Known(value):
                return code.constant(value)
            case Local(text):
                return name(text)
            case Column(loop, place):
                return name(self.column(loop, place))
            case Input(text, None):
                return name(self.own[text])
            case Input(text, owner):
                fetched = self._fetched.get((text, owner))
                return name(fetched) if fetched else code.item(name(self.of(text)), self.term(owner))
            case Operation():
                return self._operation(term)

    def _operation(self, term: Operation) -> Code:
        values = [self.term(argument) for argument in term.arguments]
        spans = term.spans
        match term.op:
            case "max" | "min":
                return code.call(term.op, *values)
            case "/" | "%":
                if spans[0][0] >= 0 and spans[1][0] > 0:
                    return code.binary("//" if term.op == "/" else "%", *values)
                return code.call("divide" if term.op == "/" else "remainder", *values)
            case "neg":
                result = code.minus(values[0])
            case _:
                result = code.binary(term.op, *values)
        span = reach(term.op, spans)
        return result if span is not None and within(span) else code.call("checked", result)

    def row(self, values: Iterable[Term]) -> Code:
        return code.row([self.term(value) for value in values])

    def column(self, loop: int, place: int) -> str:
        key = loop, place
        if key not in self.columns:
            self.columns[key] = self.names.new("column")
        return self.columns[key]

    def of(self, text: str) -> str:
        """The dict of an input's values by their owner."""
        if text not in self.others:
            self.others[text] = self.names.new(f"{text} of")
        return self.others[text]

    # ── conditions ───────────────────────────────────────────────────────────────────────────────

    def test(self, formula: Formula) -> Code:
        match formula:
            case Truth(value):
                return code.constant(value)
            case Is(op, left, right):
                return code.compare(op, self.term(left), self.term(right))
            case Has(term):
                return self._has(term, True)
            case Holds(text):
                return name(text)
            case OneOf(term, values):
                ordered = sorted(values, key=lambda value: (isinstance(value, str), value))
                return code.compare("in", self.term(term), code.set_of([code.constant(v) for v in ordered]))
            case Member(values, source):
                return self._member(values, source)
            case Filled(source):
                return self.source(source)
            case Some(path):
                return self._some(path)
            case All(parts):
                return code.every([self.test(part) for part in _without_implied(parts)])
            case Any(parts):
                return code.some([self.test(part) for part in parts])
            case Not(Has(term)):
                return self._has(term, False)
            case Not(part):
                return code.negated(self.test(part))

    def _has(self, term: Term, there: bool) -> Code:
        if isinstance(term, Input) and term.owner is not None:
            owner = self.term(term.owner)
            if is_listed(self.inputs[term.name]):
                return code.compare("in" if there else "not in", owner, name(self.of(term.name)))
            key = term.name, term.owner
            self._fetched.setdefault(key, self.names.new(term.name))
            value = code.bound(self._fetched[key], code.method(name(self.of(term.name)), "get", owner))
        else:
            value = self.term(term)
        return code.compare("is not" if there else "is", value, code.NONE)

    def _member(self, values: Sequence[Term], source: Source) -> Code:
        if isinstance(source, Collected):
            return code.compare("in", self.row(values), name(source.name))
        (value,) = values
        if isinstance(source, Given) and source.owner is None and isinstance(value, Known):
            return name(self.choices.setdefault((source.name, value.value), self.names.new(f"{source.name} has")))
        return code.compare("in", self.term(value), self.source(source))

    def _some(self, path: Sequence[Formula | Loop]) -> Code:
        loops: list[tuple[Loop, list[Formula]]] = []
        for item in path:
            if isinstance(item, Loop):
                loops.append((item, []))
            else:
                loops[-1][1].append(item)
        rows = [self.source(loop.source) for loop, _ in loops]
        *earlier, last = [self.test(All(tuple(tests))) if tests else code.TRUE for _, tests in loops]
        clauses = [
            code.Clause(
                self.target(loop), rows[at], [] if at == len(earlier) or earlier[at] is code.TRUE else [earlier[at]]
            )
            for at, (loop, _) in enumerate(loops)
        ]
        return code.call("any", code.each(last, clauses))

    def target(self, loop: Loop) -> Code:
        """What a loop binds: `_` for places that nothing has read so far."""
        places = [name(self.columns.get((loop.number, place), "_")) for place in range(loop.width)]
        if loop.width == 1 and not isinstance(loop.source, Collected):
            return places[0]
        return code.row(places)

    def source(self, source: Source) -> Code:
        match source:
            case Given(text, None):
                return name(self.lists[text])
            case Given(text, owner):
                return code.method(name(self.of(text)), "get", self.term(owner), code.row([]))
            case Owners(text):
                return code.method(name(self.of(text)), "items")
            case Collected(text):
                return name(text)


def _without_implied(parts: Sequence[Formula]) -> Sequence[Formula]:
    """None equals no constant, so an equality says that there is a value."""
    equal = {part.left for part in parts if isinstance(part, Is) and part.op == "=" and isinstance(part.right, Known)}
    kept = [part for part in parts if not (isinstance(part, Has) and part.term in equal and not _is_fetched(part.term))]
    return kept


def _is_fetched(term: Term) -> bool:
    return isinstance(term, Input) and term.owner is not None
