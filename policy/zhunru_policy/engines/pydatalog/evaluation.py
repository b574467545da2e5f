"""The independent judge: pyDatalog 0.22.4, asked one layer of rules at a time. It and `clauses` import it.

pyDatalog answers a query over rules that are not recursive, and ends. Layers and fixpoints are therefore ours: the
rows that a layer reads are asserted as facts, its rules become clauses of one predicate `answer`, which is asked once;
the rules of a recursion are asked again, over the rows that the last round found, until nothing new is found.

What no input reaches but the steady ones is derived once for many calls, and the clauses are made once: a call asserts
its own facts and retracts them in the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from threading import Lock
from typing import NamedTuple

from pyDatalog import pyEngine

from ...ir.core import CoreProgram, Relation, Row, Rows
from ...language.arithmetic import ArithmeticFault
from .. import WORK_LIMIT, Derivation, reference
from .clauses import Clause, Knowledge, ShortJoin, constant, own_state
from .layers import Layer, PlannedRule, Selection, layers, newest, settled
from .work import Lookup, Work

#: Judges at rest, each with a Logic of some 1 MB, and settled rows: as many as threads, or steady rows in use at once.
MOST_KEPT = 8
#: A judge who was told so many facts is not kept, since to retract them takes as long as to make another.
MOST_RETRACTED = 5_000

_ANSWER = "answer"

Steady = tuple[tuple[str, frozenset[Row]], ...]


def prepare(program: CoreProgram, steady: Collection[str] = ()) -> Derivation:
    """`steady`: inputs whose rows are the same in many calls. What follows from them alone is derived once."""
    first, rest = settled(program, steady)
    relations = {**program.relations, **{newest(name): spec for name, spec in program.relations.items()}}
    facts = {name: program.facts.get(name, frozenset()) for name in relations}
    settling = Base(relations, layers(first), facts)
    bench = _Bench(relations, layers(rest))

    def derive(inputs: Rows, *, work: int = WORK_LIMIT) -> dict[str, set[Row]]:
        given = {name: frozenset(rows) for name, rows in inputs.items()}
        key = tuple((name, given.pop(name, frozenset())) for name in sorted(steady))
        bound = Work(work)
        try:
            with own_state():
                base = bench.base(key, bound) or bench.settle(key, Judge(settling).derive(dict(key), bound), bound)
                judge = bench.take(base) or Judge(base)
                rows = judge.derive(given, bound)
                bench.give(judge)
        except ArithmeticFault:
            # Some operation failed. Whether that fails a rule, and which is named, is for the exact reading to say.
            return reference.prepare(program)(inputs, work=work)
        return {name: rows[name] for name in program.relations}

    return derive


class Base(NamedTuple):
    """What is the same in many calls: the relations, the layers that are asked, and the first rows."""

    relations: Mapping[str, Relation]
    layers: Sequence[Layer]
    rows: Mapping[str, Collection[Row]]


class _Bench:
    """The judges at rest, and the settled rows by what they were settled from. Safe to share between threads."""

    def __init__(self, relations: Mapping[str, Relation], layers: Sequence[Layer]) -> None:
        self._same = (relations, layers)
        self._lock = Lock()
        self._settled: dict[Steady, tuple[Base, int]] = {}
        self._judges: list[Judge] = []

    def base(self, key: Steady, work: Work) -> Base | None:
        """What was settled before. It costs what it cost then: a bound on work means the same in each call."""
        with self._lock:
            base, steps = self._settled.get(key, (None, 0))
        work.spend(steps)
        return base

    def settle(self, key: Steady, rows: Mapping[str, set[Row]], work: Work) -> Base:
        base = Base(*self._same, rows)
        with self._lock:
            while len(self._settled) >= MOST_KEPT:
                del self._settled[next(iter(self._settled))]
            self._settled[key] = base, work.spent
        return base

    def take(self, base: Base) -> Judge | None:
        with self._lock:
            for judge in self._judges:
                if judge.base is base:
                    self._judges.remove(judge)
                    return judge
        return None

    def give(self, judge: Judge) -> None:
        if judge.retracts():
            with self._lock:
                self._judges = [judge, *self._judges[: MOST_KEPT - 1]]


class Judge:
    """A Logic that knows clauses and the first rows, and during a call the rows of that call.

    INVARIANT: one call at a time has it, and a call that failed leaves it to nobody: what it holds is not known then.
    """

    def __init__(self, base: Base) -> None:
        self.base = base
        self._knowledge = Knowledge(base.relations)
        self._first = Lookup(base.rows)
        self._first_told: set[Selection] = set()
        self._clauses: dict[tuple[object, ...], _Clauses] = {}
        self._start({}, Work(0))

    def _start(self, rows: dict[str, set[Row]], work: Work) -> None:
        self._knowledge.work = self._work = work
        self._rows = rows
        self._lookup = Lookup(rows)
        self._told: dict[Selection, list[pyEngine.Clause]] = {}

    def derive(self, inputs: Rows, work: Work) -> dict[str, set[Row]]:
        """Every relation's rows. The facts of the call stay until `retracts`."""
        self._knowledge.take_up()
        rows = {name: set(known) for name, known in self.base.rows.items()}
        for name, given in inputs.items():
            rows[name].update(given)
        self._start(rows, work)
        for layer in self.base.layers:
            self._fill(layer)
        return rows

    def retracts(self) -> bool:
        """Retracts the facts of a call, if they are not too many; says whether it did."""
        if sum(map(len, self._told.values())) > MOST_RETRACTED:
            return False
        for facts in self._told.values():
            for fact in facts:
                pyEngine.retract(fact)
        self._start({}, Work(0))
        return True

    def _fill(self, layer: Layer) -> None:
        """Adds what the layer derives; INVARIANT: no clause of a query calls itself, so that each query ends."""
        for relation, found in self._ask(layer.rules).items():
            self._rows[relation] |= found  # which nothing has read yet
        rows = {rule.relation: self._rows[rule.relation] for rule in layer.again}
        while any(rows.values()):
            for relation, new in rows.items():
                self._rows[newest(relation)] = set(new)
                self._lookup.forget(newest(relation))
            found_now = self._ask(layer.again)
            self._retract_newest(rows)
            rows = {relation: self._add(relation, found) for relation, found in found_now.items()}

    def _add(self, relation: str, found: set[Row]) -> set[Row]:
        """Adds rows that were found; says which are new."""
        new = found - self._rows[relation]
        self._rows[relation] |= new
        self._lookup.add(relation, new)
        self._tell_new(relation, new)
        return new

    def _retract_newest(self, relations: Iterable[str]) -> None:
        names = set(map(newest, relations))
        for selection in [selection for selection in self._told if selection.relation in names]:
            facts = self._told.pop(selection)
            self._work.held -= len(facts)
            for fact in facts:
                pyEngine.retract(fact)

    def _ask(self, rules: Sequence[PlannedRule]) -> dict[str, set[Row]]:
        """What the rules derive, by relation. Those with heads of one width are clauses of one predicate."""
        found: dict[str, set[Row]] = {rule.relation: set() for rule in rules}
        asked: dict[int, list[_Clauses]] = {}
        for rule in filter(self._may_hold, rules):
            asked.setdefault(len(rule.head), []).append(self._clauses_of(rule))
        held = self._work.held
        for width, clauses in asked.items():
            self._work.spend(sum(made.short_joins[0].rows for made in clauses))
            for made in clauses:
                pyEngine.assert_(made.clause)  # noqa: PT009  no assertion
            for relation, *values in self._knowledge.rows(clauses[0].clause.head.pred, [], 1 + width):
                found[relation].add(tuple(values))
            self._work.held = held
            for made in clauses:
                pyEngine.retract(made.clause)
        return found

    def _may_hold(self, rule: PlannedRule) -> bool:
        """Whether each atom has rows that agree with its constants; most rules of a pack end here."""
        return all(map(self._lookup.selected, rule.matches))

    def _clauses_of(self, rule: PlannedRule) -> _Clauses:
        """The rule's clauses, which count what they join from where that may be much; what they read is told."""
        foreseen = [self._lookup.foreseen(joins) for joins in rule.chains]
        long = tuple(join for _, join in foreseen)
        key = (rule.number, long)
        if key not in self._clauses:
            self._clauses[key] = self._make_clauses(rule, long)
        made = self._clauses[key]
        for short, (most, _) in zip(made.short_joins, foreseen, strict=True):
            short.rows = most
        for read in rule.reads:
            self._tell(read)
        return made

    def _make_clauses(self, rule: PlannedRule, long: Sequence[int | None]) -> _Clauses:
        short_joins = [ShortJoin(at) for at in long]
        clause = Clause(self._knowledge, iter(short_joins), ())
        clause.add_steps(rule.steps)
        head = [pyEngine.Const(rule.relation), *(clause.value(value) for value in rule.head)]
        return _Clauses(clause.close(_ANSWER, head), short_joins)

    def _tell(self, selection: Selection) -> None:
        """Tells rows when they are first read in a call, and those of the base when they are first read at all."""
        if selection in self._told:
            return
        first, now = self._first.selected(selection), self._lookup.selected(selection)
        self._work.spend(1 + len(now))
        if selection not in self._first_told:
            self._first_told.add(selection)
            self._tell_rows(selection, first)
        self._told[selection] = self._tell_rows(selection, set(now).difference(first)) if len(now) > len(first) else []

    def _tell_new(self, relation: str, rows: Collection[Row]) -> None:
        new = Lookup({relation: rows})
        for selection, facts in self._told.items():
            if selection.relation == relation:
                selected = new.selected(selection)
                self._work.spend(len(selected))
                facts += self._tell_rows(selection, selected)

    def _tell_rows(self, selection: Selection, rows: Iterable[Row]) -> list[pyEngine.Clause]:
        predicate = self._knowledge.predicate(selection)
        facts: list[pyEngine.Clause] = []
        for row in rows:
            terms = [constant(value) for place, value in enumerate(row) if place not in selection.places]
            fact = pyEngine.Clause(pyEngine.Literal(predicate, terms), [])
            pyEngine.assert_(fact)  # noqa: PT009  no assertion
            facts.append(fact)
        return facts


class _Clauses(NamedTuple):
    """The clause of a rule. Those of its groups are in the Logic for good, since nothing but a primitive asks them."""

    clause: pyEngine.Clause
    short_joins: Sequence[ShortJoin]
