"""The world of one applicant: inputs as values, lists and other subjects' facts that a request brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...ir.core import Anything, Term, Var
from ...ir.forms import Env, Numbers, Way, known, some_way, unify
from ...ir.formulas import FALSE, TRUE, Filled, Formula, Given, Has, Loop, Member, Owners, compared, either, every
from ...ir.terms import ANY, SUBJECT, Column, Input, Known, Span
from ...ir.terms import Term as ValueTerm
from ...pack.vocabulary import ColumnSpec, InputSpec

Path = tuple[Formula | Loop, ...]


def is_listed(spec: InputSpec) -> bool:
    """Whether the function keeps an input as a list: of values, or of tuples, one alone perhaps."""
    return spec.many or len(spec.columns) != 1


@dataclass(frozen=True)
class InputForm:
    """An input: of the applicant, or of anybody."""

    spec: InputSpec
    numbers: Numbers
    count = None
    repeats = False
    has_owner = True

    @property
    def is_looped(self) -> bool:
        return len(self.spec.columns) > 1

    def ways(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        subject, *values = terms
        owner = known(subject, env)
        if owner is not None:
            yield from self._of(None if owner == SUBJECT else owner, values, env)
            return
        loop, (own, value) = self.numbers.over(Owners(self.spec.name), (ANY, self._span(0)))
        bound = {**env, subject.name: own} if isinstance(subject, Var) else env
        if is_listed(self.spec):
            ways = self._listed(own, values, bound)
        else:
            agreed = unify(values, [value], bound)
            ways = iter(()) if agreed is None else iter((Way(tuple(agreed[0]), agreed[1]),))
        yield from (Way((loop, *way.path), way.env) for way in ways)

    def some(self, terms: Sequence[Term], env: Env) -> Formula:
        if known(terms[0], env) == SUBJECT and all(isinstance(term, Anything) for term in terms[1:]):
            return Filled(Given(self.spec.name)) if is_listed(self.spec) else Has(Input(self.spec.name))
        return some_way(self.ways(terms, env))

    def loop(self) -> Iterator[tuple[tuple[ValueTerm, ...], Path]]:
        loop, (own, value) = self.numbers.over(Owners(self.spec.name), (ANY, self._span(0)))
        if not is_listed(self.spec):
            yield (own, value), (loop,)
            return
        inner, columns = self._over(own)
        yield (own, *columns), (loop, inner)

    def _of(self, owner: ValueTerm | None, values: Sequence[Term], env: Env) -> Iterator[Way]:
        if is_listed(self.spec):
            yield from self._listed(owner, values, env)
            return
        value = Input(self.spec.name, owner, self._span(0))
        agreed = unify(values, [value], env)
        if agreed is not None:
            yield Way((Has(value), *agreed[0]), agreed[1])

    def _listed(self, owner: ValueTerm | None, values: Sequence[Term], env: Env) -> Iterator[Way]:
        columns = self.spec.columns
        own = known(values[0], env) if len(columns) == 1 else None
        source = Given(self.spec.name, owner)
        if own is not None:
            yield Way((Member((own,), source),), env)
        elif len(columns) == 1 and columns[0].allowed is not None and isinstance(values[0], Var):
            for choice in sorted(columns[0].allowed, key=repr):
                yield Way((Member((Known(choice),), source),), {**env, values[0].name: Known(choice)})
        else:
            loop, places = self._over(owner)
            agreed = unify(values, places, env)
            if agreed is not None:
                yield Way((loop, *agreed[0]), agreed[1])

    def _over(self, owner: ValueTerm | None) -> tuple[Loop, list[Column]]:
        spans = [self._span(place) for place in range(len(self.spec.columns))]
        return self.numbers.over(Given(self.spec.name, owner), spans, _cardinality(self.spec))

    def _span(self, place: int) -> Span:
        if is_listed(self.spec) and place >= len(self.spec.columns):
            return ANY
        return (self.spec.columns[place].least, self.spec.columns[place].most)


def _cardinality(spec: InputSpec) -> int | None:
    """How many tuples a list can hold: the number of its unique keys, where their domains are finite and small."""
    if not spec.many:
        return 1
    if not spec.unique:
        return None
    count = 1
    for place in spec.unique:
        size = _choices(spec.columns[place])
        if size is None or size > 1_000:
            return None
        count *= size
    return count


def _choices(column: ColumnSpec) -> int | None:
    if column.allowed is not None:
        return len(column.allowed)
    return column.most - column.least + 1 if column.kind == "number" else None


@dataclass(frozen=True)
class GivenForm:
    """The loader's relation of what is given for whom."""

    inputs: Mapping[str, InputSpec]
    numbers: Numbers
    count = None
    repeats = False
    has_owner = True
    is_looped = False

    def ways(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        owner, own = known(terms[0], env), known(terms[1], env)
        for name in self.inputs:
            agrees = TRUE if own is None else compared("=", Known(name), own)
            if agrees == FALSE:
                continue
            bound = {**env, terms[1].name: Known(name)} if own is None and isinstance(terms[1], Var) else env
            conditions = () if agrees == TRUE else (agrees,)
            if owner is not None:
                yield Way((Has(Input(name, None if owner == SUBJECT else owner)), *conditions), bound)
                continue
            loop, columns = self.numbers.over(Owners(name), (ANY, ANY))
            bound = {**bound, terms[0].name: columns[0]} if isinstance(terms[0], Var) else bound
            yield Way((loop, *conditions), bound)

    def some(self, terms: Sequence[Term], env: Env) -> Formula:
        if known(terms[0], env) is not None:
            return either(every(way.path) for way in self.ways(terms, env))  # type: ignore[arg-type]
        return some_way(self.ways(terms, env))

    def loop(self) -> Iterator[tuple[tuple[ValueTerm, ...], Path]]:
        for name in self.inputs:
            loop, columns = self.numbers.over(Owners(name), (ANY, ANY))
            yield (columns[0], Known(name)), (loop,)
