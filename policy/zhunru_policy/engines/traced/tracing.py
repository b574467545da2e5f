"""Everything that holds for one request, with every way in which it was derived.

What rests on the pack's own facts and the period alone is derived once a period; a request derives the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import cast

from ...errors import WorkLimitError
from ...ir import code, python
from ...ir.code import name as local
from ...ir.core import Const, CoreProgram, Row, Rows, Stratum, Term, Value, Var
from ...ir.dependencies import closed
from ...language.arithmetic import ArithmeticFault, divide, remainder
from ...pack.vocabulary import PERIOD
from .. import general
from .source import Places, RuleWriter, TracedRule, locals_of, traced

Fact = tuple[str, Row]
Pattern = tuple[Value | None, ...]
#: A rule's index, the values of its variables in the order of `TracedRule.variables`, and the groups of its folds.
Firing = tuple[int, tuple[Value, ...], tuple["Group", ...]]
#: Values of a fold's variables, groups of the folds within, and the target.
Member = tuple[tuple[Value, ...], tuple["Group", ...], int]
Group = Sequence[Member]
Derived = dict[Row, list[Firing]]
#: Rows of relations by their values at some places.
Indexes = dict[tuple[str, Places], dict[object, list[Row]]]

#: Ways of deriving rows that one request may have, and rows looked at for them within loops over others; a request
#: with more is decided all the same, but not explained.
MOST_FIRINGS = 3_000_000
#: Periods of which the tables are kept.
MOST_PERIODS = 32


class Tables:
    """What the pack's own facts and the period decide, for all requests: rows with firings, and indexes on them."""

    def __init__(self, period: int, relations: Mapping[str, Derived]) -> None:
        self.period = period
        self.relations = relations
        self.indexes: Indexes = {}


class Tracer:
    """A program made ready to trace requests. Safe to share between threads.

    `fixed`: the relations that no request changes, and of these `constants`: those that no period changes either.
    `derived`: those of which the pack states no fact; a request may.
    """

    def __init__(self, program: CoreProgram) -> None:
        self.program = program
        self.rules: Mapping[int, TracedRule] = {rule.index: traced(rule) for rule in program.rules}
        self.by_relation: dict[str, list[TracedRule]] = {}
        for index in sorted(self.rules):
            rule = self.rules[index]
            self.by_relation.setdefault(rule.rule.relation, []).append(rule)
        self.derived = frozenset(self.by_relation.keys() - program.facts.keys())
        self.fixed = closed(program, {PERIOD} & program.relations.keys())
        constant = closed(program)
        self._fixed_strata = [stratum for stratum in program.strata if stratum.relations <= self.fixed]
        self._derive_fixed = general.prepare(CoreProgram(program.relations, program.facts, tuple(self._fixed_strata)))
        rows = self._derive_fixed({})
        self.constants = {name: self._start(name, rows[name]) for name in constant}
        self._pass([stratum for stratum in self._fixed_strata if stratum.relations <= constant], {}).run(self.constants)
        self._fixed_strata = [stratum for stratum in self._fixed_strata if not stratum.relations <= constant]
        self._by_period = self._pass(self._fixed_strata, self.constants)
        strata = [stratum for stratum in program.strata if not stratum.relations <= self.fixed]
        self.recursive = frozenset(name for each in program.strata if each.recursive for name in each.relations)
        self._recursive = self.recursive - self.fixed
        self._given = tuple(program.relations.keys() - self.fixed)
        self._by_request = self._pass(strata, self.constants)
        self.tables = lru_cache(MOST_PERIODS)(self._tables)

    def _tables(self, period: int) -> Tables:
        rows = self._derive_fixed({PERIOD: [(period,)]} if PERIOD in self.program.relations else {})
        relations = dict(self.constants)
        for name in self.fixed - self.constants.keys():
            recursive = any(stratum.recursive and name in stratum.relations for stratum in self._fixed_strata)
            relations[name] = self._start(name, rows[name] if recursive or name == PERIOD else ())
        tables = Tables(period, relations)
        self._by_period.run(relations, tables)
        return tables

    def trace(self, tables: Tables, inputs: Rows, derive: Callable[[Rows], Rows]) -> Trace:
        """What holds for a request. `derive` is asked where rules are recursive, and where one may have failed."""
        derived = derive(inputs) if self._recursive else {}
        relations = dict(tables.relations)
        for name in self._given:
            relations[name] = self._start(name, tuple(derived.get(name, ())) if name in self._recursive else ())
        given: dict[str, frozenset[Row]] = {}
        for name, rows in inputs.items():
            if name in self.by_relation:  # given, and derived as well
                given[name] = frozenset(rows)
                relations[name].update((row, []) for row in given[name])
            elif name not in self.fixed:
                relations[name].update(dict.fromkeys(rows, _NONE))
        indexes: Indexes = {}
        if self._by_request.run(relations, tables, indexes):
            derive(inputs)
        return Trace(self, tables, relations, given, indexes)

    def _start(self, name: str, rows: Collection[Row]) -> Derived:
        stated = self.program.facts.get(name, ())
        return {row: [] for row in (*stated, *rows)} if stated or rows else {}

    def _pass(self, strata: Iterable[Stratum], constants: Mapping[str, Derived]) -> _Pass:
        writer = RuleWriter(constants, self.fixed)
        body = [node for stratum in strata for rule in stratum.rules for node in writer.rule(self.rules[rule.index])]
        return _Pass(writer, body)


class _Pass:
    """Rules as one function, which fills relations with their rows and firings."""

    def __init__(self, writer: RuleWriter, body: Sequence[python.Node]) -> None:
        self._held = [key for key in writer.indexes if writer.is_held(key[0])]
        held = [
            python.assign(writer.indexes[key], code.item(local("held"), code.constant(number)))
            for number, key in enumerate(self._held)
        ]
        too_much = python.If(code.compare("<", local("work"), code.constant(0)), [python.raised(code.call("too_much"))])
        counting = [
            python.nonlocal_names(["work"]),
            python.add_to("work", code.call("len", local("rows")), "-"),
            too_much,
            python.give(local("rows")),
        ]
        run = python.Function(
            "run",
            ("relations", "held", "indexes", "fault", "quotient", "rest"),
            [
                python.assign("work", code.constant(MOST_FIRINGS)),
                python.Function("step", ("rows",), counting),
                *locals_of(writer),
                *held,
                *body,
            ],
        )
        known = {"index": _index, "too_much": _too_much, "keep": _keep}
        self._run = cast("Callable[..., None]", python.run([run], known)["run"])

    def run(
        self, relations: Mapping[str, Derived], tables: Tables | None = None, indexes: Indexes | None = None
    ) -> int:
        """Says how many operations had no result. `tables`: keeps indexes on what no request changes; `indexes`: those
        that the rules needed on other relations, which are complete by then."""
        made = tables.indexes if tables is not None else {}
        for name, places in self._held:
            if (name, places) not in made:
                made[name, places] = _index(relations[name], places)
        held = [made[key] for key in self._held]
        faults: list[str] = []

        def fault() -> bool:
            faults.append("")
            return False

        def results(operation: Callable[[int, int], int]) -> Callable[[int, int], Sequence[int]]:
            def result(left: int, right: int) -> Sequence[int]:
                try:
                    return (operation(left, right),)
                except ArithmeticFault:
                    faults.append("")
                    return ()

            return result

        self._run(relations, held, {} if indexes is None else indexes, fault, results(divide), results(remainder))
        return len(faults)


class Trace:
    """One request's rows and firings. `given`: the request's rows of relations that are derived as well."""

    def __init__(
        self,
        tracer: Tracer,
        tables: Tables,
        relations: Mapping[str, Derived],
        given: Mapping[str, frozenset[Row]] = MappingProxyType({}),
        indexes: Indexes | None = None,
    ) -> None:
        self.tracer = tracer
        self._given = given
        self._derived = tracer.derived.difference(given) if given else tracer.derived
        self.tables = tables
        self.relations = relations
        self._indexes: Indexes = {} if indexes is None else indexes

    def holds(self, fact: Fact) -> bool:
        return fact[1] in self.relations[fact[0]]

    def firings(self, fact: Fact) -> Sequence[Firing]:
        return self.relations[fact[0]].get(fact[1], ())

    def is_stated(self, fact: Fact) -> bool:
        """Given by the request or written in the pack, so that it needs no rule."""
        relation, row = fact
        if relation in self._derived:
            return False
        program = self.tracer.program
        if row in program.facts.get(relation, ()):
            return True
        if relation in self._given:
            return row in self._given[relation]
        return program.relations[relation].is_input and relation not in self.tracer.by_relation

    def matching(self, relation: str, pattern: Pattern) -> Sequence[Row]:
        """The rows with the pattern's values; None stands for any."""
        places = tuple([place for place, value in enumerate(pattern) if value is not None])
        if len(places) == len(pattern):
            return [pattern] if pattern in self.relations[relation] else []  # type: ignore[list-item]
        if not places:
            return list(self.relations[relation])
        key = pattern[places[0]] if len(places) == 1 else tuple([pattern[place] for place in places])
        return self.index(relation, places).get(key, ())

    def index(self, relation: str, places: Places) -> dict[object, list[Row]]:
        """The rows by their values at some places: the value itself for one place, a tuple for more."""
        key = relation, places
        indexes = self.tables.indexes if relation in self.tracer.fixed else self._indexes
        found = indexes.get(key)
        if found is None:
            found = indexes[key] = _index(self.relations[relation], places)
        return found


def pattern(terms: Sequence[Term], values: Mapping[str, Value]) -> Pattern:
    """The terms' values as far as they are known."""
    return tuple(
        term.value if isinstance(term, Const) else values.get(term.name) if isinstance(term, Var) else None
        for term in terms
    )


_NONE: list[Firing] = []


def _keep(indexes: Indexes, key: tuple[str, Places], index: dict[object, list[Row]]) -> dict[object, list[Row]]:
    indexes[key] = index
    return index


def _too_much() -> WorkLimitError:
    return WorkLimitError("these facts can be derived in too many ways to be explained; give fewer of them")


def _index(rows: Collection[Row], places: Places) -> dict[object, list[Row]]:
    found: dict[object, list[Row]] = {}
    if not rows:
        return found
    if len(rows) == 1:
        (row,) = rows
        key = row[places[0]] if len(places) == 1 else tuple([row[place] for place in places])
        return {key: [row]}
    if len(places) == 1:
        (only,) = places
        for row in rows:
            found.setdefault(row[only], []).append(row)
    else:
        for row in rows:
            found.setdefault(tuple([row[place] for place in places]), []).append(row)
    return found
