"""The function's way in: a request's facts become locals, each checked as `facts` checks it, for the usual Python
types.

Whatever is unusual (a missing list, a subclass, a value out of range, a text beyond ASCII) raises here, and the call
goes to `facts`, which takes it or refuses it by name. So this code never has to say what is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from ..pack.vocabulary import ColumnSpec, InputSpec
from .given import choice_flag, has_flags, rows_name
from .loops import MOST_PLACES, listed, partitions
from .tree import Block, Line, Node, write

#: Types that a fact's value can have on the fast way; the checks below tell them apart where it matters.
USUAL_TYPES = frozenset({int, bool, str, list, tuple})
RAISE = "raise Unusual"
#: Ranges up to this size are checked for several inputs at once. All are hashable by then, or the call goes the
#: general way.
MOST_IN_SET = 128


Loops = Mapping[str, tuple[list[Node], list[Node]]]


def nodes(inputs: Mapping[str, InputSpec], others: Collection[str], loops: Loops) -> Iterator[Node]:
    """Statements that bind a local for each input; `others`: inputs of which other subjects' facts are read.

    `loops`: totals over an input's tuples, filled by the loop that checks them.
    """
    given = [spec for spec in inputs.values() if spec.has_subject]
    yield from (Line("known = ABSENT.copy()  # quicker than {**ABSENT, **facts}"), Line("known.update(facts)"))
    yield Block(
        "if type(subject) is not str or not subject or not (subject.isascii() or subject.encode())"
        f" or len(known) != {len(given)} or not USUAL.issuperset(map(type, facts.values()))",
        [Line(RAISE)],
    )
    yield Line(f"[{', '.join(spec.name for spec in given)}] = known.values()")
    together = _alike(inputs)
    for name, names in together.items():
        yield Block(f"if not {name}.issuperset(({', '.join(names)}))", [Line(RAISE)])
    checked = {name for names in together.values() for name in names}
    for spec in given:
        if spec.name not in checked:
            starts, body = loops.get(spec.name, ([], []))
            yield from starts
            yield Block(f"if {spec.name} is not None", list(_checks(spec, spec.name, body)))
            if spec.many:
                yield Line(f"{rows_name(spec)} = {spec.name} or ()")
                yield from _choice_flags(spec)
    yield from _others(inputs, others)


def _choice_flags(spec: InputSpec) -> Iterator[Node]:
    if len(spec.columns) == 1 and has_flags(spec.columns[0]):
        for choice in sorted(spec.columns[0].allowed or (), key=str):
            yield Line(f"{choice_flag(spec, choice)} = {choice!r} in {rows_name(spec)}")


def ranges(inputs: Mapping[str, InputSpec]) -> dict[str, tuple[int, int]]:
    """The inputs that are one number in a range, and nothing more."""
    return {
        name: (spec.columns[0].least, spec.columns[0].most)
        for name, spec in inputs.items()
        if spec.has_subject and not spec.many and len(spec.columns) == 1 and _is_range(spec.columns[0])
    }


def _alike(inputs: Mapping[str, InputSpec]) -> dict[str, list[str]]:
    """Inputs of one small range each, by the name of the set that holds the range."""
    small = sorted((most, least, name) for name, (least, most) in ranges(inputs).items() if most - least < MOST_IN_SET)
    groups = {key: [name for *_, name in group] for key, group in groupby(small, lambda each: each[:2])}
    return {_range_name(least, most): names for (most, least), names in groups.items() if len(names) > 2}


def range_sets(inputs: Mapping[str, InputSpec]) -> dict[str, frozenset[int | None]]:
    """What an input of a small range can be, not given among it."""
    return {
        _range_name(least, most): frozenset((None, *range(least, most + 1)))
        for least, most in ranges(inputs).values()
        if most - least < MOST_IN_SET
    }


def _range_name(least: int, most: int) -> str:
    return f"FROM_{least}_TO_{most}".replace("-", "MINUS_")


def check_functions(inputs: Mapping[str, InputSpec]) -> Iterator[str]:
    """Source of `CHECKS`: for each input, a function that lets a value of another subject pass or raises."""
    for spec in inputs.values():
        if spec.has_subject:
            yield f"def check_{spec.name}(value_given, subject):"
            yield from write([*_whole(spec), *_checks(spec, "value_given")])
            yield ""
    named = (f'"{spec.name}": check_{spec.name}' for spec in inputs.values() if spec.has_subject)
    yield f"CHECKS = {{{', '.join(named)}}}"


def _whole(spec: InputSpec) -> Iterator[Node]:
    """A number alone: its type is looked at, since the other tests take a float for one."""
    if not spec.many and all(column.kind == "number" for column in spec.columns):
        yield Block("if type(value_given) is not int and type(value_given) is not bool", [Line(RAISE)])


def _is_range(column: ColumnSpec) -> bool:
    return column.kind == "number" and column.allowed is None and not column.is_period


def _checks(spec: InputSpec, local: str, totals: Sequence[Node] = ()) -> Iterator[Node]:
    if not spec.many:
        if len(spec.columns) != 1:
            yield Line(RAISE)
            return
        yield Block(f"if {_refuses(spec.columns[0], local)}", [Line(RAISE)])
        return
    yield Block(f"if type({local}) is not list", [Line(RAISE)])
    if len(spec.columns) == 1:
        yield from _list_checks(spec, local)
    else:
        yield from _tuple_checks(spec, local, totals)


def _list_checks(spec: InputSpec, local: str) -> Iterator[Node]:
    (column,) = spec.columns
    if column.kind == "number":
        refused = f"type(value) is not int or {_refuses(column, 'value')}"
        yield Block(f"for value in {local}", [Block(f"if {refused}", [Line(RAISE)])])
    else:
        tests = [f"not TEXT.issuperset(map(type, {local}))"]
        if column.allowed is not None:
            tests.append(f"not {_literal(column.allowed)}.issuperset({local})")
        if column.other_subject:
            tests.append(f"subject in {local}")
        yield Block(f"if {' or '.join(tests)}", [Line(RAISE)])
        yield Line(f"''.join({local}).encode()  # refuses surrogates")
    yield Block(f"if len(set({local})) != len({local})", [Line(f"{local} = list(dict.fromkeys({local}))")])


def _tuple_checks(spec: InputSpec, local: str, totals: Sequence[Node]) -> Iterator[Node]:
    """Numbers are told from floats by what is done with them: a sum with a float is a float, and no list has a place
    1.0. Totals that take a number from every tuple anyway serve for that.
    """
    named = {f"{spec.name}_{column.name}": column for column in spec.columns}
    numbers = [name for name, column in named.items() if column.kind == "number"]
    small = {name: named[name].most for name in numbers if named[name].least >= 0 and named[name].most < MOST_PLACES}
    lists, left = listed(totals, small)
    sums = {kept.value: f"sum({kept.name})" for kept in lists}
    choices = {name: set(map(str, column.allowed or ())) for name, column in named.items() if column.kind == "symbol"}
    sums |= {value: " + ".join(parts) for value, parts in partitions(left, choices).items()}
    summed = [name for name in numbers if name not in sums and name not in {kept.column for kept in lists}]
    yield from _unique(spec, local)
    loop: list[Node] = [
        Block(f"if {' or '.join(_refuses(column, name) for name, column in named.items())}", [Line(RAISE)])
    ]
    yield from (kept.before for kept in lists)
    if summed:
        yield Line("total = 0")
        loop.append(Line(f"total += {' + '.join(summed)}"))
    yield Block(f"for {', '.join(named)} in {local}", [*loop, *(kept.within for kept in lists), *left])
    checks = [*(sums[name] for name in numbers if name in sums), *(["total"] if summed else [])]
    if checks:
        yield Block(f"if type({' + '.join(checks)}) is not int", [Line(RAISE)])
    yield from (line for kept in lists for line in kept.after)


def _unique(spec: InputSpec, local: str) -> Iterator[Node]:
    """A tuple that is repeated counts once; two different ones for one key are refused by the general way.

    Keys are cut out, not unpacked: a mapping or a set would unpack like a tuple, in an order that means nothing. A
    repetition may be equal and still no whole number, so types are looked at before it is dropped.
    """
    places = spec.unique or range(len(spec.columns))
    if list(places) == list(range(len(places))):
        key = f"row[:{len(places)}]"
    else:
        key = f"({', '.join(f'row[{place}:{place + 1}]' for place in places)})"
    repeated = f"if len({{{key} for row in {local}}}) != len({local})"
    once = [
        Block(f"if not USUAL.issuperset(type(value) for row in {local} for value in row)", [Line(RAISE)]),
        Line(f"{local} = list(dict.fromkeys({local}))"),
        Block(repeated, [Line(RAISE)]),
    ]
    yield Block(repeated, once)


def _refuses(column: ColumnSpec, local: str) -> str:
    """A test that is true for a value that needs a closer look. A text compared with a number raises TypeError."""
    if column.kind == "number":
        tests = [f"not {column.least} <= {local} <= {column.most}"]
        if column.is_period:
            tests.append(f"not 1 <= {local} % 100 <= 12")
    elif column.allowed is None:
        tests = [
            f"type({local}) is not str or not ({local}.isascii() or {local}.encode())"
        ]  # encode refuses surrogates
    else:
        tests = []
    if column.allowed is not None:
        tests.append(f"{local} not in {_literal(column.allowed)}")
    if column.other_subject:
        tests.append(f"{local} == subject")
    return " or ".join(tests)


def _literal(values: Collection[object]) -> str:
    return "{" + ", ".join(sorted(map(repr, values))) + "}"


def _others(inputs: Mapping[str, InputSpec], others: Collection[str]) -> Iterator[Node]:
    """Dicts of other subjects' facts, the applicant's own among them."""
    specs = [inputs[name] for name in sorted(others)]
    for spec in specs:
        own = spec.name if not spec.many else rows_name(spec)
        yield Line(f"{spec.name}_of = {{}} if {spec.name} is None else {{subject: {own}}}")
    kind = "if"
    branches: list[Node] = []
    for spec in specs:
        store = Line(f"{spec.name}_of[other] = value_given")
        branches.append(Block(f'{kind} name == "{spec.name}"', [*_other_checks(spec), store]))
        kind = "elif"
    unread = [
        Line("least, most = RANGES.get(name, NOTHING)"),
        Block(
            "if type(value_given) is not int or not least <= value_given <= most",
            [Line("CHECKS[name](value_given, other)")],
        ),
    ]
    branches += [Block("else", unread)] if branches else unread
    odd = (
        "if type(about) is not dict or subject in about or '' in about"
        " or not TEXT.issuperset(map(type, about)) or not DICT.issuperset(map(type, about.values()))"
    )
    yield Block(
        "if about",
        [
            Block(odd, [Line(RAISE)]),
            Line("''.join(about).encode()  # refuses surrogates"),
            Block(
                "for other, given in about.items()",
                [Block("for name, value_given in given.items()", branches)],
            ),
        ],
    )


def _other_checks(spec: InputSpec) -> Iterator[Node]:
    if any(column.other_subject for column in spec.columns):
        yield Line(RAISE)
        return
    yield from _whole(spec)
    yield from _checks(spec, "value_given")
