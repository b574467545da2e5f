"""The function's way in: a request's facts become locals, each checked as `facts` checks it, for the usual Python types.

Whatever is unusual (a missing list, a subclass, a value out of range, a text beyond ASCII) raises here, and the call goes to
`facts`, which takes it or refuses it by name. So this code never has to say what is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..vocabulary import ColumnSpec, InputSpec
from .forms import choice_flag, has_flags, rows_name
from .tree import Block, Line, Node

#: Types that a fact's value can have on the fast way; the checks below tell them apart where it matters.
USUAL_TYPES = frozenset({int, bool, str, list, tuple})
RAISE = "raise Unusual"


Loops = Mapping[str, tuple[list[Node], list[Node]]]


def nodes(inputs: Mapping[str, InputSpec], others: Collection[str], loops: Loops) -> Iterator[Node]:
    """Statements that bind a local for each input; `others`: inputs of which other subjects' facts are read.

    `loops`: totals over an input's tuples, filled by the loop that checks them.
    """
    yield Block(
        "if type(subject) is not str or not subject or not (subject.isascii() or subject.encode()) or not KNOWN.issuperset(facts)"
        " or not USUAL.issuperset(map(type, facts.values()))",
        [Line(RAISE)],
    )
    yield Line("get = facts.get")
    for spec in inputs.values():
        if spec.has_subject:
            starts, body = loops.get(spec.name, ([], []))
            yield from starts
            yield Line(f'{spec.name} = get("{spec.name}")')
            yield Block(f"if {spec.name} is not None", list(_checks(spec, spec.name, body)))
            if spec.many:
                yield Line(f"{rows_name(spec)} = {spec.name} or ()")
                yield from _choice_flags(spec)
    yield from _others(inputs, others)


def _choice_flags(spec: InputSpec) -> Iterator[Node]:
    if len(spec.columns) == 1 and has_flags(spec.columns[0]):
        for choice in sorted(spec.columns[0].allowed or (), key=str):
            yield Line(f"{choice_flag(spec, choice)} = {choice!r} in {rows_name(spec)}")


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
    whole = "type(value) is not int or " if column.kind == "number" else ""
    yield Block(f"for value in {local}", [Block(f"if {whole}{_refuses(column, 'value')}", [Line(RAISE)])])
    yield Block(f"if len(set({local})) != len({local})", [Line(f"{local} = list(dict.fromkeys({local}))")])


def _tuple_checks(spec: InputSpec, local: str, totals: Sequence[Node]) -> Iterator[Node]:
    """Numbers are told from floats by their sums: an int and a float add up to a float."""
    names = [f"{spec.name}_{column.name}" for column in spec.columns]
    numbers = [name for name, column in zip(names, spec.columns, strict=True) if column.kind == "number"]
    tests = [_refuses(column, name) for name, column in zip(names, spec.columns, strict=True)]
    yield from _unique(spec, names, local)
    loop: list[Node] = [Block(f"if {' or '.join(tests)}", [Line(RAISE)])]
    if numbers:
        yield Line("total = 0")
        loop.append(Line(f"total += {' + '.join(numbers)}"))
    yield Block(f"for {', '.join(names)} in {local}", [*loop, *totals])
    if numbers:
        yield Block("if type(total) is not int", [Line(RAISE)])


def _unique(spec: InputSpec, names: Sequence[str], local: str) -> Iterator[Node]:
    """A tuple that is repeated counts once; two different ones for one key are refused by the general way."""
    places = spec.unique or range(len(names))
    key = "".join(f"{names[place]}, " for place in places).strip()
    targets = ", ".join(name if place in places else "_" for place, name in enumerate(names))
    repeated = f"if len({{({key}) for {targets} in {local}}}) != len({local})"
    yield Block(repeated, [Line(f"{local} = list(dict.fromkeys(map(tuple, {local})))"), Block(repeated, [Line(RAISE)])])


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
    """Dicts of other subjects' facts, the applicant's own among them; facts that no rule reads go to the general way."""
    specs = [inputs[name] for name in sorted(others)]
    for spec in specs:
        own = spec.name if not spec.many else rows_name(spec)
        yield Line(f"{spec.name}_of = {{}} if {spec.name} is None else {{subject: {own}}}")
    known = _literal([spec.name for spec in specs]) if specs else "()"
    body: list[Node] = [
        Block(
            "if type(other) is not str or not other or not (other.isascii() or other.encode()) or other == subject or type(given) is not dict"
            " or not USUAL.issuperset(map(type, given.values()))",
            [Line(RAISE)],
        ),
        Block(f"if not {known}.issuperset(given)", [Line(f"check_unread(given, {known}, other)")]),
    ]
    for spec in specs:
        body.append(Line(f'value_given = given.get("{spec.name}")'))
        body.append(
            Block(
                "if value_given is not None",
                [*_other_checks(spec), Line(f"{spec.name}_of[other] = value_given")],
            )
        )
    yield Block("if about", [Block("for other, given in about.items()", body)])


def _other_checks(spec: InputSpec) -> Iterator[Node]:
    from dataclasses import replace

    columns = tuple(replace(column, other_subject=False) for column in spec.columns)
    if any(column.other_subject for column in spec.columns):
        yield Line(RAISE)
        return
    yield from _checks(replace(spec, columns=columns), "value_given")
