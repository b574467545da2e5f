"""Inputs at call time: the applicant's value or list in a local, other subjects' in a dict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..ir.core import Anything, Term, Value, Var
from ..pack.vocabulary import ColumnSpec, InputSpec
from .conditions import TRUE, conjunction, disjunction
from .forms import SUBJECT, Form, Guarded, Names, Rows, Unsupported, Way, any_row, known, under, unify
from .symbols import ANY, Env, Interval, Symbol, constant
from .tree import Block, Line, Node


@dataclass(slots=True)
class Given:
    """An input: the applicant's value or list in a local of its name, other subjects' in a dict `<name>_of`.

    `others`: names of inputs whose dict is used; the function's door fills those alone.
    """

    spec: InputSpec
    names: Names
    others: set[str]

    @property
    def is_tuples(self) -> bool:
        return self.spec.many and len(self.spec.columns) > 1

    def matches(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        subject, *values = terms
        owner = known(subject, env)
        if owner is None:
            yield from self._of_anybody(subject, values, env)
        elif owner is SUBJECT or owner.text == SUBJECT.text:
            yield from self._of_applicant(values, env)
        else:
            yield from self._of_other(owner, values, env)

    def some(self, terms: Sequence[Term], env: Env) -> str:
        owner = known(terms[0], env)
        if owner is not None and owner.text == SUBJECT.text and all(isinstance(term, Anything) for term in terms[1:]):
            return rows_name(self.spec) if self.spec.many else f"{self.spec.name} is not None"
        if not self.spec.many and owner is not None and owner.text == SUBJECT.text:
            return disjunction(
                conjunction(o.removeprefix("if ") for o in way.openings) for way in self.matches(terms, env)
            )
        return any_row(self, terms, env)

    def _listed_test(self, value: Symbol, rows: str) -> str:
        (column,) = self.spec.columns
        if (
            value.is_constant
            and rows == rows_name(self.spec)
            and has_flags(column)
            and value.value in (column.allowed or ())
        ):
            return choice_flag(self.spec, value.value or "")
        return f"{value.text} in {rows}"

    def _of_applicant(self, values: Sequence[Term], env: Env) -> Iterator[Way]:
        if self.spec.many:
            yield from self._listed(rows_name(self.spec), values, env)
            return
        (column,) = self.spec.columns
        agreed = unify(values, [Symbol(self.spec.name, _interval(column))], env)
        if agreed is not None:
            yield Way(under([f"{self.spec.name} is not None", *agreed[0]]), agreed[1])

    def _of_other(self, owner: Symbol, values: Sequence[Term], env: Env) -> Iterator[Way]:
        self.others.add(self.spec.name)
        if self.spec.many:
            yield from self._listed(f"{self.spec.name}_of.get({owner.text}, ())", values, env)
            return
        (column,) = self.spec.columns
        symbol = Symbol(self.names.new(f"{self.spec.name}_{column.name}"), _interval(column), None, True)
        agreed = unify(values, [symbol], env)
        if agreed is not None:
            got = f"({symbol.text} := {self.spec.name}_of.get({owner.text})) is not None"
            yield Way(under([got, *agreed[0]]), agreed[1])

    def _of_anybody(self, subject: Term, values: Sequence[Term], env: Env) -> Iterator[Way]:
        self.others.add(self.spec.name)
        owner = Symbol(self.names.new("other"), ANY, None, True)
        env = {**env, subject.name: owner} if isinstance(subject, Var) else env
        if self.spec.many:
            rows = self.names.new("rows")
            for way in self._listed(rows, values, env):
                yield Way((f"for {owner.text}, {rows} in {self.spec.name}_of.items()", *way.openings), way.env, None)
            return
        (column,) = self.spec.columns
        symbol = Symbol(self.names.new(column.name), _interval(column), None, True)
        agreed = unify(values, [symbol], env)
        if agreed is not None:
            loop = f"for {owner.text}, {symbol.text} in {self.spec.name}_of.items()"
            yield Way((loop, *under(agreed[0])), agreed[1], None)

    def _listed(self, rows: str, values: Sequence[Term], env: Env) -> Iterator[Way]:
        """Over a list of values (one column) or of tuples."""
        columns = self.spec.columns
        if len(columns) == 1:
            yield from self._listed_values(rows, values[0], env)
            return
        taken = {symbol.text for symbol in env.values()}
        wishes = [f"{self.spec.name}_{column.name}" for column in columns]
        fresh = wishes if taken.isdisjoint(wishes) else [self.names.new(wish + "_again") for wish in wishes]
        symbols = [Symbol(name, _interval(column), None, True) for name, column in zip(fresh, columns, strict=True)]
        agreed = unify(values, symbols, env)
        if agreed is not None:
            yield Way((f"for {', '.join(fresh)} in {rows}", *under(agreed[0])), agreed[1], _cardinality(self.spec))

    def _listed_values(self, rows: str, value: Term, env: Env) -> Iterator[Way]:
        (column,) = self.spec.columns
        own = known(value, env)
        if own is not None:
            yield Way((f"if {self._listed_test(own, rows)}",), env)
        elif column.allowed is not None and isinstance(value, Var):
            for choice in sorted(column.allowed, key=repr):
                symbol = constant(choice)
                yield Way((f"if {self._listed_test(symbol, rows)}",), {**env, value.name: symbol})
        else:
            symbol = Symbol(self.names.new(f"{self.spec.name}_{column.name}"), _interval(column), None, True)
            env = {**env, value.name: symbol} if isinstance(value, Var) else env
            yield Way((f"for {symbol.text} in {rows}",), env, None)


def has_flags(column: ColumnSpec) -> bool:
    return column.allowed is not None and all(str(choice).isidentifier() for choice in column.allowed)


def choice_flag(spec: InputSpec, choice: Value) -> str:
    """The local that says whether the applicant's list holds one of the values allowed in it."""
    return f"{spec.name}_has_{choice}"


def input_locals(spec: InputSpec) -> Iterator[str]:
    """Every local that an input gets by its name."""
    yield from (spec.name, rows_name(spec), f"{spec.name}_of", f"check_{spec.name}")
    for column in spec.columns:
        yield f"{spec.name}_{column.name}"
        if len(spec.columns) == 1 and has_flags(column):
            yield from (choice_flag(spec, choice) for choice in column.allowed or ())


def rows_name(spec: InputSpec) -> str:
    """The local that holds an input's list, empty where it was not given."""
    return f"{spec.name}_rows"


def _interval(column: ColumnSpec) -> Interval:
    return (column.least, column.most)


def _cardinality(spec: InputSpec) -> int | None:
    """How many tuples a list can hold: the number of its unique keys, where their domains are finite and small."""
    if not spec.unique:
        return None
    count = 1
    for place in spec.unique:
        column = spec.columns[place]
        size = len(column.allowed) if column.allowed is not None else column.most - column.least + 1
        if (column.kind == "symbol" and column.allowed is None) or size > 1_000:
            return None
        count *= size
    return count


@dataclass(slots=True)
class GivenNames:
    """The loader's `given(subject, name)`."""

    inputs: dict[str, InputSpec]
    others: set[str]

    def matches(self, terms: Sequence[Term], env: Env) -> Iterator[Way]:
        subject, name = terms
        owner = known(subject, env)
        if owner is None:
            raise Unsupported("`given` of a subject that is not bound")
        own = known(name, env)
        for candidate, spec in self.inputs.items():
            if own is not None and own.is_constant and own.value != candidate:
                continue
            tests = [self._test(owner, spec)]
            if own is not None and not own.is_constant:
                tests.append(f"{own.text} == {candidate!r}")
            yield Way(
                under(tests), {**env, name.name: constant(candidate)} if isinstance(name, Var) and own is None else env
            )

    def some(self, terms: Sequence[Term], env: Env) -> str:
        return disjunction(conjunction(o.removeprefix("if ") for o in way.openings) for way in self.matches(terms, env))

    def _test(self, owner: Symbol, spec: InputSpec) -> str:
        if owner.text == SUBJECT.text:
            return f"{spec.name} is not None"
        self.others.add(spec.name)
        return f"{owner.text} in {spec.name}_of"


def as_set(form: Form, name: str) -> Iterator[Node]:
    """Statements that bind a set of the form's rows."""
    match form:
        case Guarded(rows=rows):
            yield Line(f"{name} = set()")
            for symbols, test in rows:
                add = Line(f"{name}.add(({''.join(f'{symbol.text}, ' for symbol in symbols).strip()}))")
                yield add if test == TRUE else Block(f"if {test}", [add])
        case Rows(name=own):
            yield Line(f"{name} = {own}")
        case Given(spec=spec, others=others):
            others.add(spec.name)
            values = f"for owner, value in {spec.name}_of.items()"
            if spec.many:
                values = f"for owner, values in {spec.name}_of.items() for value in values"
            row = "(owner, *value)" if len(spec.columns) > 1 else "(owner, value)"
            yield Line(f"{name} = {{{row} {values}}}")
        case _:
            raise Unsupported(f"a set of `{name}`")
