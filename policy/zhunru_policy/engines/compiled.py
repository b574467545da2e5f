"""The default engine: a program becomes Python source, compiled once, in which every stratum is a set of loops.

A recursive stratum is evaluated semi-naively: in each round a rule runs once for each of its matches in the recursion,
that match over the rows that were new in the round before. Indexes grow with their relations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from ..errors import WorkLimitError
from ..language.arithmetic import OVERFLOW, ArithmeticFault, checked, divide, remainder
from ..language.core import Absent, CoreProgram, Match, Row, Rows, Rule, Stratum, steps_within
from ..language.planning import plan
from . import PAST_WORK_LIMIT, WORK_LIMIT, Derivation, reference
from .emission import Emitter, Leaf, Places, identifier, index_name

RULES_IN_A_FUNCTION = 100


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


def _key(places: Places) -> Callable[[Row], object]:
    if len(places) == 1:
        (only,) = places
        return lambda row: row[only]
    return lambda row: tuple(row[place] for place in places)


def _index(rows: set[Row], places: Places) -> dict[object, list[Row]]:
    found: dict[object, list[Row]] = {}
    _grow(found, rows, places)
    return found


def _grow(index: dict[object, list[Row]], rows: set[Row], places: Places) -> None:
    key = _key(places)
    for row in rows:
        index.setdefault(key(row), []).append(row)


#: What the source of a stratum calls.
RUNTIME: Mapping[str, object] = {
    "checked": checked,
    "divide": divide,
    "remainder": remainder,
    "overflow": _overflow,
    "past_work_limit": _past_work_limit,
    "index": _index,
    "grow": _grow,
}


# ── one stratum ──────────────────────────────────────────────────────────────────────────────────


def stratum_source(stratum: Stratum) -> Iterator[str]:
    start = [(rule, None) for rule in stratum.rules if not _recursions(rule, stratum)]
    rounds = [(rule, match) for rule in stratum.rules for match in _recursions(rule, stratum)]
    emitted = [(rule, *_rule_source(rule, delta, stratum.recursive)) for rule, delta in start + rounds]
    own = sorted(stratum.relations) if stratum.recursive else []
    used = sorted(set[tuple[str, Places]]().union(*(indexes for _, _, indexes in emitted)))
    yield from (_index_line(relation, places) for relation, places in used if relation not in own)
    yield from (f"    {identifier('N', name)} = {identifier('R', name)}" for name in own)
    for _, lines, _ in emitted[: len(start)]:
        yield from lines
    if own:
        grown = [(relation, places) for relation, places in used if relation in own]
        yield from _rounds_source(own, grown, [line for _, lines, _ in emitted[len(start) :] for line in lines])


def _rounds_source(own: Sequence[str], grown: Sequence[tuple[str, Places]], rules: Sequence[str]) -> Iterator[str]:
    yield from (_index_line(relation, places) for relation, places in grown)
    yield from (f"    {identifier('D', name)} = {identifier('R', name)}.copy()" for name in own)
    yield f"    while {' or '.join(identifier('D', name) for name in own)}:"
    yield from (f"        {identifier('N', name)} = set()" for name in own)
    yield from ("    " + line for line in rules)
    for name in own:
        yield f"        {identifier('N', name)} -= {identifier('R', name)}"
        yield f"        {identifier('R', name)} |= {identifier('N', name)}"
        yield f"        {identifier('D', name)} = {identifier('N', name)}"
    for relation, places in grown:
        yield f"        grow({index_name(relation, places)}, {identifier('D', relation)}, {places})"


def _index_line(relation: str, places: Places) -> str:
    return f"    {index_name(relation, places)} = index({identifier('R', relation)}, {places})"


def _recursions(rule: Rule, stratum: Stratum) -> list[Match]:
    return [step for step in rule.body if isinstance(step, Match) and step.relation in stratum.relations]


def _rule_source(rule: Rule, delta: Match | None, recursive: bool) -> tuple[list[str], set[tuple[str, Places]]]:
    """The loops of one rule, and the indexes they use."""
    emitter = Emitter()
    leaf = Leaf(rule.head, identifier("N" if recursive else "R", rule.relation), identifier("R", rule.relation))
    emitter.rule(plan(rule.body, first=delta), leaf, delta)
    return [f"    # {rule.span}", *emitter.functions, *emitter.lines], emitter.indexes
