"""The default engine: a program becomes Python source, compiled once, in which every stratum is a set of loops.

A recursive stratum is evaluated semi-naively: in each round a rule runs once for each of its matches in the recursion,
that match over the rows that were new in the round before. Indexes grow with their relations. Where a rule's innermost
loop changes one place of its head alone, what a round finds is kept in groups, the values at that place by the others:
most rows of a dense recursion are found again and again, and as values of a set they cost little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from operator import itemgetter
from typing import cast

from ...errors import WorkLimitError
from ...ir import code, python
from ...ir.code import Code, name
from ...ir.core import CoreProgram, Match, Row, Rows, Rule, Stratum, Value
from ...ir.plan import PlanStep, planned
from ...language.arithmetic import OVERFLOW, ArithmeticFault, checked, divide, remainder
from .. import PAST_WORK_LIMIT, WORK_LIMIT, Derivation, reference
from .emission import Emitter
from .leaves import Addition, group_place
from .writing import Index, Scope

RULES_IN_A_FUNCTION = 100
#: A rule with more matches in its recursion runs over all rows in each round, not once for each match.
MOST_DELTAS = 16


def prepare(program: CoreProgram) -> Derivation:
    """Compiles the program; the work of a call is then that of its rows alone."""
    run = cast("Callable[[dict[str, set[Row]], int], None]", python.run(nodes(program), RUNTIME)["run"])

    def derive(inputs: Rows, *, work: int = WORK_LIMIT) -> dict[str, set[Row]]:
        rows = {relation: set(program.facts.get(relation, ())) for relation in program.relations}
        for relation, given in inputs.items():
            rows[relation].update(given)
        try:
            run(rows, work)
        except ArithmeticFault:
            # Some operation failed. Whether that fails a rule, and which is named, is for the exact reading to say.
            return reference.prepare(program)(inputs, work=work)
        return rows

    return derive


def nodes(program: CoreProgram) -> list[python.Node]:
    """The statements of a program's evaluation: strata in functions of their own, some to each.

    One function for all would take Python's compiler more than linear time in the number of strata.
    """
    parts = [_part(f"part_{at}", part) for at, part in enumerate(_parts(program.strata))]
    calls = [python.assign("work", code.call(part.name, name("rows"), name("work"))) for part in parts]
    return [*parts, python.Function("run", ("rows", "work"), [*calls, python.give(name("work"))])]


def _parts(strata: Sequence[Stratum]) -> Iterator[list[Stratum]]:
    part: list[Stratum] = []
    for stratum in strata:
        for piece in _pieces(stratum):
            part.append(piece)
            if sum(len(own.rules) for own in part) >= RULES_IN_A_FUNCTION:
                yield part
                part = []
    if part:
        yield part


def _pieces(stratum: Stratum) -> Iterator[Stratum]:
    """A stratum without recursion is as good as its rules in portions: none reads what another gives."""
    if stratum.recursive:
        yield stratum
        return
    for start in range(0, len(stratum.rules), RULES_IN_A_FUNCTION):
        yield replace(stratum, rules=stratum.rules[start : start + RULES_IN_A_FUNCTION])


def _part(title: str, strata: Sequence[Stratum]) -> python.Function:
    scope = Scope()
    body = [node for stratum in strata for node in _stratum(stratum, scope)]
    relations = sorted(scope.rows.items())
    start = [python.assign(own, code.item(name("rows"), code.constant(relation))) for relation, own in relations]
    return python.Function(title, ("rows", "work"), [*start, *body, python.give(name("work"))])


def _overflow() -> int:
    raise ArithmeticFault(OVERFLOW)


def _past_work_limit() -> WorkLimitError:
    return WorkLimitError(PAST_WORK_LIMIT)


def _index(rows: Collection[Row], places: tuple[int, ...], value: int | None) -> dict[object, list[object]]:
    """Rows by their values at the places; of each row the value at the place `value`, where one is named."""
    found: dict[object, list[object]] = defaultdict(list)
    if rows:
        _grow(found, rows, places, value)
    return found


def _grow(index: dict[object, list[object]], rows: Collection[Row], places: tuple[int, ...], value: int | None) -> None:
    if len(places) == 1 and value is not None:  # the most usual, without a call for each row
        (place,) = places
        for row in rows:
            index[row[place]].append(row[value])
        return
    key = itemgetter(*places)
    for row in rows:
        index[key(row)].append(row if value is None else row[value])


_Groups = dict[object, set[Value]]


def _groups() -> _Groups:
    return defaultdict(set)


def _new_rows(found: _Groups, known: _Groups, rows: set[Row], place: int) -> list[Row]:
    """The rows that are found and not in `rows`, to which they are added.

    Of each row a group has the value at the place, by the rest of the row: one value as it is, more as a tuple. `known`
    holds all rows so, once any were found; `found` is used up.
    """
    if found and not known:
        for row in rows:
            rest = row[:place] + row[place + 1 :]
            known[rest[0] if len(rest) == 1 else rest].add(row[place])
    new: list[Row] = []
    for key, values in found.items():
        before = known.setdefault(key, values)
        if before is not values:
            values -= before
            before |= values
        rest = key if isinstance(key, tuple) else (key,)
        new.extend(zip(*map(repeat, rest[:place]), values, *map(repeat, rest[place:]), strict=False))
    rows.update(new)
    return new


#: What the source of a stratum calls.
RUNTIME: Mapping[str, object] = {
    "checked": checked,
    "divide": divide,
    "remainder": remainder,
    "overflow": _overflow,
    "past_work_limit": _past_work_limit,
    "index": _index,
    "grow": _grow,
    "groups": _groups,
    "new_rows": _new_rows,
}


# ── one stratum ──────────────────────────────────────────────────────────────────────────────────


def _stratum(stratum: Stratum, scope: Scope) -> Iterator[python.Node]:
    """Statements of a function that has `work`."""
    scope.indexes = {}  # what a stratum derives is not in the indexes of those before it
    start = [rule for rule in stratum.rules if not _recursions(rule, stratum)]
    rounds = [(rule, planned(rule.body, first=delta)) for rule in stratum.rules for delta in _deltas(rule, stratum)]
    groups = _group_places(rounds)
    emitted = [node for rule in start for node in _rule(rule, planned(rule.body), Addition(rule, False), scope)]
    repeated = [
        node
        for rule, steps in rounds
        for node in _rule(rule, steps, Addition(rule, True, groups.get(rule.relation)), scope)
    ]
    own = sorted(stratum.relations) if stratum.recursive else []
    used = sorted(scope.indexes.items())
    yield from (_index_node(index, local, scope) for index, local in used if index.relation not in own)
    yield from emitted
    if own:
        yield from _rounds(own, groups, [(i, local) for i, local in used if i.relation in own], repeated, scope)


def _rounds(
    own: Sequence[str],
    groups: Mapping[str, int],
    grown: Sequence[tuple[Index, str]],
    rules: Sequence[python.Node],
    scope: Scope,
) -> Iterator[python.Node]:
    yield from (_index_node(index, local, scope) for index, local in grown)
    news = {relation: scope.of(scope.new, relation, "new ") for relation in own}
    for relation, new in news.items():
        yield python.assign(new, code.method(scope.rows_of(relation), "copy"))
        if relation in groups:
            yield python.assign(scope.of(scope.groups, relation, "groups "), code.call("groups"))
    body: list[python.Node] = []
    for relation in own:
        kind = "groups" if relation in groups else "set"
        body.append(python.assign(scope.of(scope.found, relation, "found "), code.call(kind)))
    body += rules
    for relation, new in news.items():
        rows, found = scope.rows_of(relation), name(scope.found[relation])
        if relation in groups:
            known = name(scope.groups[relation])
            body.append(python.assign(new, code.call("new_rows", found, known, rows, code.constant(groups[relation]))))
        else:
            body.append(python.assign(new, code.binary("-", found, rows)))
            body.append(python.do(code.method(rows, "update", name(new))))
    body += [
        python.do(code.call("grow", name(local), name(news[index.relation]), *_arguments(index)))
        for index, local in grown
    ]
    yield python.While(code.some([name(new) for new in news.values()]), body)


def _index_node(index: Index, local: str, scope: Scope) -> python.Node:
    return python.assign(local, code.call("index", scope.rows_of(index.relation), *_arguments(index)))


def _arguments(index: Index) -> tuple[Code, Code]:
    return code.constants(index.places), code.constant(index.value)


def _recursions(rule: Rule, stratum: Stratum) -> list[Match]:
    return [step for step in rule.body if isinstance(step, Match) and step.relation in stratum.relations]


def _deltas(rule: Rule, stratum: Stratum) -> Sequence[Match | None]:
    """The matches that run over new rows, in turn; None for a run over all rows."""
    found = _recursions(rule, stratum)
    return found if len(found) <= MOST_DELTAS else [None]


def _group_places(rounds: Sequence[tuple[Rule, tuple[PlanStep, ...]]]) -> dict[str, int]:
    """The relations of which groups are found, and the place of the values."""
    places: dict[str, int] = {}
    for rule, steps in rounds:
        place = None if rule.relation in places else group_place(rule, steps)
        if place is not None:
            places[rule.relation] = place
    return places


def _rule(rule: Rule, steps: tuple[PlanStep, ...], leaf: Addition, scope: Scope) -> list[python.Node]:
    """The loops of one rule."""
    emitter = Emitter(scope)
    scope.rows_of(rule.relation)
    emitter.steps(steps, leaf)
    return [python.Note(str(rule.span)), *emitter.nodes]
