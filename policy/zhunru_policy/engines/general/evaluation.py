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
from ...ir.core import Absent, CoreProgram, Match, Row, Rows, Rule, Stratum, Value, steps_within
from ...ir.order import plan
from ...language.arithmetic import OVERFLOW, ArithmeticFault, checked, divide, remainder
from .. import PAST_WORK_LIMIT, WORK_LIMIT, Derivation, reference
from .emission import Emitter, Index
from .leaves import Addition, group_place
from .writing import identifier

RULES_IN_A_FUNCTION = 100
#: A rule with more matches in its recursion runs over all rows in each round, not once for each match.
MOST_DELTAS = 16


def prepare(program: CoreProgram) -> Derivation:
    """Compiles the program; the work of a call is then that of its rows alone."""
    names = dict(RUNTIME)
    exec(compile(source(program), "<compiled policy>", "exec"), names)
    run = cast("Callable[[dict[str, set[Row]], int], None]", names["run"])

    def derive(inputs: Rows, *, work: int = WORK_LIMIT) -> dict[str, set[Row]]:
        rows = {name: set(program.facts.get(name, ())) for name in program.relations}
        for name, given in inputs.items():
            rows[name].update(given)
        try:
            run(rows, work)
        except ArithmeticFault:
            # Some operation failed. Whether that fails a rule, and which is named, is for the exact reading to say.
            return reference.prepare(program)(inputs, work=work)
        return rows

    return derive


def source(program: CoreProgram) -> str:
    """The Python source of a program's evaluation: strata in functions of their own, some to each.

    One function for all would take Python's compiler more than linear time in the number of strata.
    """
    parts = [_part_source(at, part) for at, part in enumerate(_parts(program.strata))]
    calls = "".join(f"    work = part_{at}(rows, work)\n" for at in range(len(parts)))
    return "\n".join([*parts, f"def run(rows, work):\n{calls}    return work\n"])


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


def _part_source(at: int, strata: Sequence[Stratum]) -> str:
    used = {rule.relation for stratum in strata for rule in stratum.rules}
    steps = (step for stratum in strata for rule in stratum.rules for step in steps_within(rule.body))
    used |= {step.relation for step in steps if isinstance(step, (Match, Absent))}
    used |= {name for stratum in strata for name in stratum.relations}
    lines = [f"def part_{at}(rows, work):"]
    lines += [f"    {identifier('R', name)} = rows[{name!r}]" for name in sorted(used)]
    for stratum in strata:
        lines += stratum_source(stratum)
    return "\n".join([*lines, "    return work", ""])


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


def stratum_source(stratum: Stratum) -> Iterator[str]:
    """Lines of a function that has `work` and the rows of each relation that is read or derived."""
    start = [rule for rule in stratum.rules if not _recursions(rule, stratum)]
    rounds = [(rule, delta) for rule in stratum.rules for delta in _deltas(rule, stratum)]
    groups = _group_places(rounds)
    emitted = [_rule_source(rule, None, Addition(rule, False)) for rule in start]
    repeated = [_rule_source(rule, delta, Addition(rule, True, groups.get(rule.relation))) for rule, delta in rounds]
    own = sorted(stratum.relations) if stratum.recursive else []
    used = sorted({index for _, indexes in [*emitted, *repeated] for index in indexes})
    yield from (_index_line(index) for index in used if index.relation not in own)
    for lines, _ in emitted:
        yield from lines
    if own:
        grown = [index for index in used if index.relation in own]
        yield from _rounds_source(own, groups, grown, [line for lines, _ in repeated for line in lines])


def _rounds_source(
    own: Sequence[str], groups: Mapping[str, int], grown: Sequence[Index], rules: Sequence[str]
) -> Iterator[str]:
    """`D_p`: the rows of p that are new; `N_p`: what a round finds; `K_p`: all rows of p, in groups."""
    yield from map(_index_line, grown)
    for name in own:
        yield f"    {identifier('D', name)} = {identifier('R', name)}.copy()"
        if name in groups:
            yield f"    {identifier('K', name)} = groups()"
    yield f"    while {' or '.join(identifier('D', name) for name in own)}:"
    yield from (f"        {identifier('N', name)} = {'groups' if name in groups else 'set'}()" for name in own)
    yield from ("    " + line for line in rules)
    for name in own:
        rows, found, new = (identifier(letter, name) for letter in "RND")
        if name in groups:
            yield f"        {new} = new_rows({found}, {identifier('K', name)}, {rows}, {groups[name]})"
        else:
            yield f"        {new} = {found} - {rows}"
            yield f"        {rows} |= {new}"
    for index in grown:
        yield f"        grow({index.name}, {identifier('D', index.relation)}, {index.arguments})"


def _index_line(index: Index) -> str:
    return f"    {index.name} = index({identifier('R', index.relation)}, {index.arguments})"


def _recursions(rule: Rule, stratum: Stratum) -> list[Match]:
    return [step for step in rule.body if isinstance(step, Match) and step.relation in stratum.relations]


def _deltas(rule: Rule, stratum: Stratum) -> Sequence[Match | None]:
    """The matches that run over new rows, in turn; None for a run over all rows."""
    found = _recursions(rule, stratum)
    return found if len(found) <= MOST_DELTAS else [None]


def _group_places(rounds: Sequence[tuple[Rule, Match | None]]) -> dict[str, int]:
    """The relations of which groups are found, and the place of the values."""
    places: dict[str, int] = {}
    for rule, delta in rounds:
        place = None if rule.relation in places else group_place(rule, plan(rule.body, first=delta), delta)
        if place is not None:
            places[rule.relation] = place
    return places


def _rule_source(rule: Rule, delta: Match | None, leaf: Addition) -> tuple[list[str], set[Index]]:
    """The loops of one rule, and the indexes they use."""
    emitter = Emitter()
    emitter.steps(plan(rule.body, first=delta), leaf, delta)
    return [f"    # {rule.span}", *emitter.source], emitter.indexes
