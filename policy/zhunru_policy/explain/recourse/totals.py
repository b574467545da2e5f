"""Sums that change as one: relations that the pack declares as the sum of a column of tuples over some of their keys.

Twelve more payments in six months are twelve more whichever month they fall in, so the sum is what is open. It stands
for the column where nothing else reads it: then any change of single tuples that gives the same sums is worth the
same, and the one that changes the fewest tuples is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from ...ir.aggregates import Unroller
from ...ir.core import (
    Absent,
    Assign,
    Compare,
    Const,
    CoreProgram,
    Fold,
    Match,
    Row,
    Rule,
    Step,
    Var,
    expression_variables,
    steps_within,
)
from ...ir.forms import Guarded, table
from ...ir.formulas import Formula, compared, either
from ...ir.python import Names
from ...ir.terms import Known, Term
from ...pack.units import Measure, Measures
from ...pack.vocabulary import ColumnSpec, InputSpec, Vocabulary
from .open_facts import Member, OpenFact, OpenRow, OpenWorld, certain
from .steps import changes, distance, moved, room
from .tuples import only_added, possible_tuples
from .words import Texts, key_words


@dataclass(frozen=True, slots=True)
class Total:
    """A relation whose one rule sums a column. `place`: of the column, the subject left out; `at`: of the sum in a row
    of the relation. `measures`: of a row's columns.
    """

    relation: str
    labels: Texts
    measures: tuple[Measure, ...]
    spec: InputSpec
    place: int
    at: int
    rule: Rule
    fold: Fold
    match: Match


def totals(core: CoreProgram, vocabulary: Vocabulary) -> tuple[Total, ...]:
    """The sums that alone read their column."""
    rules: dict[str, list[Rule]] = {}
    for rule in core.rules:
        rules.setdefault(rule.relation, []).append(rule)
    found: list[Total] = []
    measures = Measures(vocabulary)
    for relation, own in rules.items():
        if len(own) == 1 and not core.facts.get(relation):
            total = _total(own[0], vocabulary, measures)
            if total and only_added(core, total.spec) and not any(_reads(rule, total) for rule in core.rules):
                found.append(total)
    return tuple(found)


def _total(rule: Rule, vocabulary: Vocabulary, measures: Measures) -> Total | None:
    folds = [step for step in rule.body if isinstance(step, Fold)]
    if len(folds) != 1 or folds[0].op != "sum" or not isinstance(folds[0].target, Var):
        return None
    fold, target = folds[0], folds[0].target
    sources = [step for step in fold.body if isinstance(step, Match) and _tuples(step.relation, vocabulary.inputs)]
    result = _result(rule, fold)
    places = [at for at, term in enumerate(rule.head) if term == result]
    uses = _uses(rule)
    if (
        len(sources) != 1
        or len(places) != 1
        or uses[result.name] != 2  # where it comes from, and the head
        or uses[target.name] != 2  # the column and the aggregate
        or target not in sources[0].terms[1:]
        or not all(isinstance(term, (Var, Const)) for term in rule.head)
        or not fold.outer <= {term.name for term in rule.head if isinstance(term, Var)}
        or len(list(_atoms(rule.body, sources[0].relation))) != 1
    ):
        return None
    spec, place = vocabulary.inputs[sources[0].relation], sources[0].terms.index(target) - 1
    if place in spec.unique or not all(isinstance(sources[0].terms[at + 1], (Var, Const)) for at in spec.unique):
        return None
    zh, _, en = vocabulary.declared[rule.relation].notes.doc.strip().partition(" · ")
    labels = zh or spec.label_zh, en or spec.label_en
    shown = measures.of_columns(rule.relation)
    return Total(rule.relation, labels, shown, spec, place, places[0], rule, fold, sources[0])


def _result(rule: Rule, fold: Fold) -> Var:
    """The variable that an aggregate's value comes to: its own, or the one that it is given to and nothing else."""
    given = [
        step.variable if isinstance(step, Assign) else step.left
        for step in rule.body
        if (isinstance(step, Assign) and step.value == fold.variable)
        or (isinstance(step, Compare) and step.op == "=" and step.right == fold.variable)
    ]
    alone = len(given) == 1 and _uses(rule)[fold.variable.name] == 2
    return given[0] if alone and isinstance(given[0], Var) else fold.variable


def _tuples(relation: str, inputs: Mapping[str, InputSpec]) -> bool:
    return relation in inputs and inputs[relation].many and bool(inputs[relation].unique)


def _uses(rule: Rule) -> Counter[str]:
    """How often each variable stands in a rule."""
    found = Counter(name for term in rule.head for name in expression_variables(term))
    for step in steps_within(rule.body):
        match step:
            case Match(terms=terms) | Absent(terms=terms):
                found.update(term.name for term in terms if isinstance(term, Var))
            case Compare(left=left, right=right):
                found.update([*expression_variables(left), *expression_variables(right)])
            case Assign(variable=variable, value=value):
                found.update([variable.name, *expression_variables(value)])
            case Fold(variable=variable, target=target):
                found.update([variable.name, *expression_variables(target)])
    return found


def _reads(rule: Rule, total: Total) -> bool:
    """Whether another rule depends on the column's values."""
    if rule is total.rule:
        return False
    uses: Counter[str] | None = None
    for step in _atoms(rule.body, total.spec.name):
        term = step.terms[total.place + 1]
        if isinstance(term, Const):
            return True
        if isinstance(term, Var):
            uses = uses or _uses(rule)
            keys = [step.terms[at + 1] for at in total.spec.unique]
            # An aggregate counts different assignments: the keys must tell them apart without the column.
            if uses[term.name] != 1 or not all(isinstance(key, (Var, Const)) for key in keys):
                return True
    return False


def _atoms(steps: Iterable[Step], relation: str) -> Iterator[Match | Absent]:
    for step in steps_within(steps):
        if isinstance(step, (Match, Absent)) and step.relation == relation:
            yield step


def open_totals(
    world: OpenWorld, found: Iterable[Total], known: Mapping[str, Collection[Row]], touched: AbstractSet[str]
) -> dict[str, list[OpenRow]]:
    """The rows of each total, its sums open; their columns are closed in the world. `known`: what was derived;
    `touched`: what open facts change, which a total must not depend on in other ways.
    """
    opened: dict[str, list[OpenRow]] = {}
    for total in found:
        column = total.spec.columns[total.place]
        reads = {step.relation for step in steps_within(total.rule.body) if isinstance(step, (Match, Absent))}
        if world.against or not world.opens(column) or reads & touched != {total.spec.name}:
            continue
        sums = _members(world, total, known)
        if sums is not None:
            world.closed.add((total.spec.name, total.place))
            opened[total.relation] = [_open_sum(world, total, column, row, own) for row, own in sums]
    return opened


def _members(
    world: OpenWorld, total: Total, known: Mapping[str, Collection[Row]]
) -> list[tuple[Row, list[Member]]] | None:
    """Each sum with the tuples in it; None where a tuple is in several."""
    own = [row for row in world.rows.get(total.spec.name, ()) if row[0] == world.subject]
    possible = dict(possible_tuples(total.spec, own))
    forms = {name: table(found) for name, found in known.items() if name in _names(total.fold)}
    forms[total.spec.name] = Guarded(tuple(certain((world.subject, *row)) for row in possible.values()))
    program, column = Unroller(dict(forms), Names()), total.spec.columns[total.place]
    found: list[tuple[Row, list[Member]]] = []
    seen: set[Row] = set()
    for row in sorted(known[total.relation], key=repr):
        head = {t.name: Known(value) for t, value in zip(total.rule.head, row, strict=True) if isinstance(t, Var)}
        members = []
        for env in program.ways(total.fold.body, {name: head[name] for name in total.fold.outer}):
            key = tuple(_value(total.match.terms[at + 1], env) for at in total.spec.unique)
            if key in seen:
                return None
            seen.add(key)
            value = int(possible[key][total.place])
            members.append(Member(key, value, *room(column, value, column.change)))
        found.append((row, members))
    return found


def _names(fold: Fold) -> set[str]:
    return {step.relation for step in steps_within(fold.body) if isinstance(step, (Match, Absent))}


def _value(term: Any, env: Mapping[str, Any]) -> Any:
    return term.value if isinstance(term, Const) else env[term.name].value


def _open_sum(world: OpenWorld, total: Total, column: ColumnSpec, row: Row, members: Sequence[Member]) -> OpenRow:
    before = int(row[total.at])
    up, down = sum(member.up for member in members), sum(member.down for member in members)
    if up == down == 0:
        return certain(row)
    steps = world.steps(total.relation, -down, up)
    after = moved(before, column.step, steps)
    told = [at for at in range(1, len(row)) if at != total.at]
    key = tuple(row[at] for at in told)
    world.open.append(
        OpenFact(
            total.spec,
            key,
            column,
            before,
            after,
            (compared("!=", steps, Known(0)), *_further(steps, members)),
            distance(steps),
            changes(column),
            total.labels,
            key_words(key, [total.measures[at] for at in told]),
            total.relation,
            tuple(members),
        )
    )
    values, always = certain(row)
    return (*values[: total.at], after, *values[total.at + 1 :]), always


def _further(steps: Term, members: Sequence[Member]) -> Iterator[Formula]:
    """For each fact after the first: whether the facts before it, those with most room, can't take all steps."""
    ups = sorted((member.up for member in members if member.up), reverse=True)
    downs = sorted((member.down for member in members if member.down), reverse=True)
    for at in range(1, len(members)):
        beyond = [compared(">", steps, Known(sum(ups[:at])))] if at < len(ups) else []
        beyond += [compared("<", steps, Known(-sum(downs[:at])))] if at < len(downs) else []
        if beyond:
            yield either(beyond)
