"""The function's way in: a request's facts become locals, each checked as `pack.facts` checks it, for usual types.

Whatever is unusual (a list that is a set, a subclass, a value out of range) raises `Unusual`, and `pack.facts` takes it
or refuses it by name. So this code never has to say what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from ...ir import code, python
from ...ir.code import Code, constant, name
from ...ir.definitions import Total
from ...pack.vocabulary import ColumnSpec, InputSpec
from .statements import Statements
from .tuples import TuplePlan
from .world import is_listed

#: What the code calls by these names: sets of types. The checks tell them apart where it matters.
RUNTIME: Mapping[str, object] = {
    "USUAL": frozenset((int, bool, str, list, tuple)),
    "PLAIN": frozenset((int, bool, str)),
    "WHOLE": frozenset((int, bool)),
    "TEXT": frozenset((str,)),
    "DICT": frozenset((dict,)),
}
#: Ranges up to this size are checked for several inputs at once.
MOST_IN_SET = 128
_REFUSED: list[python.Node] = [python.raised(name("Unusual"))]


class Door:
    """`totals`: those over the tuples of an input of the applicant's, which the loop that checks them fills."""

    def __init__(self, statements: Statements, totals: Mapping[str, Sequence[Total]]) -> None:
        self._statements = statements
        self._values = statements.values
        self._inputs = statements.values.inputs
        self._totals = totals
        self._names = statements.values.names
        self.runtime: dict[str, object] = {**RUNTIME, "ABSENT": dict.fromkeys(self._inputs)}

    def nodes(self) -> Iterator[python.Node]:
        """Statements that bind a local for each input, after what the rules read of others is known."""
        body = [*self._taken(), *self._together()]
        checked = {spec.name for group in self._alike().values() for spec in group}
        for spec in self._inputs.values():
            if spec.name not in checked:
                body += self._own(spec)
        body += self._others()
        yield python.Try(body, ("TypeError", "ValueError"), [python.raised(code.call("Unusual"))])
        yield from self._choices()

    def _taken(self) -> Iterator[python.Node]:
        yield python.If(code.compare("is not", code.call("type", name("facts")), name("dict")), _REFUSED)
        known = self._names.new("known")
        yield python.assign(known, code.method(name("ABSENT"), "copy"), "quicker than {**ABSENT, **facts}")
        yield python.do(code.method(name(known), "update", name("facts")))
        subject = name("subject")
        refused = [
            code.compare("is not", code.call("type", subject), name("str")),
            code.negated(subject),
            _not_utf8(subject),
            code.compare("!=", code.call("len", name(known)), constant(len(self._inputs))),
            code.negated(_superset(name("USUAL"), _types_of(code.method(name("facts"), "values")))),
        ]
        yield python.If(code.some(refused), _REFUSED)
        own = [name(self._values.own[spec]) for spec in self._inputs]
        yield python.assign(code.sequence(own), code.method(name(known), "values"))

    def _alike(self) -> dict[str, list[InputSpec]]:
        """Inputs of one small range each, by the name of the set that holds the range."""
        small = sorted(
            (spec.columns[0].most, spec.columns[0].least, spec.name)
            for spec in self._inputs.values()
            if _is_range(spec) and spec.columns[0].most - spec.columns[0].least < MOST_IN_SET
        )
        groups = [list(group) for _, group in groupby(small, lambda each: each[:2])]
        return {
            f"RANGE_{at}": [self._inputs[each[2]] for each in group]
            for at, group in enumerate(groups)
            if len(group) > 2
        }

    def _together(self) -> Iterator[python.Node]:
        for text, group in self._alike().items():
            column = group[0].columns[0]
            self.runtime[text] = frozenset((None, *range(column.least, column.most + 1)))
            own = code.row([name(self._values.own[spec.name]) for spec in group])
            yield python.If(code.negated(_superset(name(text), own)), _REFUSED)

    def _own(self, spec: InputSpec) -> Iterator[python.Node]:
        local = self._values.own[spec.name]
        totals = self._totals.get(spec.name, ())
        yield from (python.assign(total.local.name, constant(total.start)) for total in totals)
        there = code.compare("is not", name(local), code.NONE)
        yield python.If(there, list(self._checks(spec, local, totals)))
        if is_listed(spec):
            yield python.assign(self._values.lists[spec.name], code.some([name(local), code.row([])]))

    def _choices(self) -> Iterator[python.Node]:
        """Whether the applicant's lists hold the values that rules ask for."""
        for (text, value), local in self._values.choices.items():
            holds = code.compare("in", constant(value), name(self._values.lists[text]))  # type: ignore[arg-type]
            yield python.assign(local, holds)

    # ── one value or list ────────────────────────────────────────────────────────────────────────

    def _checks(
        self, spec: InputSpec, local: str, totals: Sequence[Total] = (), owner: str = "subject"
    ) -> Iterator[python.Node]:
        """For a value of the subject that `owner` holds. A number's type was looked at."""
        if not is_listed(spec):
            yield python.If(code.some(self._refuses(spec.columns[0], name(local), owner)), _REFUSED)
            return
        kind = "list" if spec.many else "tuple"
        yield python.If(code.compare("is not", code.call("type", name(local)), name(kind)), _REFUSED)
        if not spec.many:
            yield python.assign(local, code.sequence([name(local)]))
        if len(spec.columns) != 1:
            yield from self._tuple_checks(spec, local, totals, owner)
        elif spec.columns[0].kind == "number":
            value = self._names.new("value")
            wrong = code.compare("is not", code.call("type", name(value)), name("int"))
            refused = code.some([wrong, *self._refuses(spec.columns[0], name(value), owner)])
            yield python.For(name(value), name(local), [python.If(refused, _REFUSED)])
            yield from _once(local)
        else:
            yield from self._text_checks(spec.columns[0], local, owner)

    def _text_checks(self, column: ColumnSpec, local: str, owner: str) -> Iterator[python.Node]:
        refused = [code.negated(_superset(name("TEXT"), _types_of(name(local))))]
        if column.allowed is not None:
            refused.append(code.negated(_superset(code.set_of(code.ordered(column.allowed)), name(local))))
        if column.other_subject:
            refused.append(code.compare("in", name(owner), name(local)))
        yield python.If(code.some(refused), _REFUSED)
        if column.allowed is None:
            joined = code.method(code.method(constant(""), "join", name(local)), "encode")
            yield python.Do(python.do(joined).node, "refuses surrogates")
        yield from _once(local)

    def _tuple_checks(self, spec: InputSpec, local: str, totals: Sequence[Total], owner: str) -> Iterator[python.Node]:
        """Numbers are told from floats by what is done with them: a sum with a float is a float, and no list has a
        place 1.0. Totals that take a number from every tuple anyway serve for that.
        """
        places = [self._names.new(f"{spec.name} {column.name}") for column in spec.columns]
        plan = TuplePlan(self._statements, spec, places, totals)
        yield from self._unique(spec, local)
        yield from plan.before
        refused = [test for column, place in zip(spec.columns, places, strict=True)
                   for test in self._refuses(column, name(place), owner)]  # fmt: skip
        loop: list[python.Node] = [python.If(code.some(refused), _REFUSED)] if refused else []
        yield python.For(code.row([name(place) for place in places]), name(local), [*loop, *plan.within])
        if plan.summed:
            total = code.call("type", code.added(plan.summed))
            yield python.If(code.compare("is not", total, name("int")), _REFUSED)
        yield from plan.after

    def _unique(self, spec: InputSpec, local: str) -> Iterator[python.Node]:
        """A tuple that is repeated counts once; two different ones for one key are refused by the general way.

        Keys are cut out, not unpacked: a mapping or a set would unpack like a tuple, in an order that means nothing. A
        repetition may be equal and still no whole number, so types are looked at before it is dropped.
        """
        row, value = self._names.new("row"), self._names.new("value")
        places = list(spec.unique or range(len(spec.columns)))
        if places == list(range(len(places))):
            key = code.slice_of(name(row), 0, len(places))
        else:
            key = code.row([code.slice_of(name(row), place, place + 1) for place in places])
        keys = code.set_from(key, [code.Clause(name(row), name(local))])
        repeated = code.compare("!=", code.call("len", keys), code.call("len", name(local)))
        values = [code.Clause(name(row), name(local)), code.Clause(name(value), name(row))]
        types = code.each(code.call("type", name(value)), values)
        yield python.If(
            repeated,
            [
                python.If(code.negated(_superset(name("PLAIN"), types)), _REFUSED),
                python.assign(local, code.call("list", code.call("unique", name(local)))),
                python.If(repeated, _REFUSED),
            ],
        )

    def _refuses(self, column: ColumnSpec, value: Code, owner: str) -> list[Code]:
        """Tests of which one is true for a value that needs a closer look."""
        tests: list[Code] = []
        if column.kind == "number":
            tests.append(code.negated(code.between(constant(column.least), value, constant(column.most))))
            if column.is_period:
                month = code.binary("%", value, constant(100))
                tests.append(code.negated(code.between(constant(1), month, constant(12))))
        elif column.allowed is None:
            tests += [code.compare("is not", code.call("type", value), name("str")), _not_utf8(value)]
        if column.allowed is not None:
            tests.append(code.compare("not in", value, code.set_of(code.ordered(column.allowed))))
        if column.other_subject:
            tests.append(code.compare("=", value, name(owner)))
        return tests

    # ── other subjects ───────────────────────────────────────────────────────────────────────────

    def _others(self) -> Iterator[python.Node]:
        """Dicts of other subjects' facts, the applicant's own among them, for the inputs that rules read so."""
        read = {text: self._inputs[text] for text in sorted(self._values.others)}
        for text, spec in read.items():
            own = name(self._values.lists[text] if is_listed(spec) else self._values.own[text])
            absent = code.compare("is", name(self._values.own[text]), code.NONE)
            both = code.choice(absent, code.mapping([], []), code.mapping([name("subject")], [own]))
            yield python.assign(self._values.others[text], both)
        about = name("about")
        odd = [
            code.compare("is not", code.call("type", about), name("dict")),
            code.compare("in", name("subject"), about),
            code.compare("in", constant(""), about),
            code.negated(_superset(name("TEXT"), _types_of(about))),
            code.negated(_superset(name("DICT"), _types_of(code.method(about, "values")))),
        ]
        joined = code.method(code.method(constant(""), "join", about), "encode")
        body = [python.If(code.some(odd), _REFUSED), python.Do(python.do(joined).node, "refuses surrogates")]
        yield python.If(about, [*body, *self._each_other(read)])

    def _each_other(self, read: Mapping[str, InputSpec]) -> Iterator[python.Node]:
        other, given, key, value = (self._names.new(text) for text in ("other", "given", "name", "value"))
        branch: list[python.Node] = self._unread(key, value, other)
        for text, spec in reversed(list(read.items())):
            stored = python.assign(code.item(name(self._values.others[text]), name(other)), name(value))
            checks = [*self._typed(spec, value), *self._checks(spec, value, owner=other)]
            branch = [python.If(code.compare("=", name(key), constant(text)), [*checks, stored], branch)]
        loop = python.For(code.row([name(key), name(value)]), code.method(name(given), "items"), branch)
        yield python.For(code.row([name(other), name(given)]), code.method(name("about"), "items"), [loop])

    def _unread(self, key: str, value: str, other: str) -> list[python.Node]:
        """Of an input that no rule reads of others: most are one whole number in a range."""
        least, most, check = (self._names.new(text) for text in ("least", "most", "check"))
        self.runtime["RANGES"] = {
            spec.name: (spec.columns[0].least, spec.columns[0].most)
            for spec in self._inputs.values()
            if _is_range(spec)
        }
        ranges = code.method(name("RANGES"), "get", name(key), code.constants((1, 0)))
        whole = code.compare("is not", code.call("type", name(value)), name("int"))
        outside = code.negated(code.between(name(least), name(value), name(most)))
        checks: list[python.Node] = [
            python.assign(check, code.method(name("CHECKS"), "get", name(key))),
            python.If(code.compare("is", name(check), code.NONE), _REFUSED),
            python.do(code.call(name(check), name(value), name(other))),
        ]
        return [
            python.assign(code.row([name(least), name(most)]), ranges),
            python.If(code.some([whole, outside]), checks),
        ]

    def _typed(self, spec: InputSpec, value: str) -> Iterator[python.Node]:
        """A number alone: its type is looked at, since the other tests take a float for one."""
        if not is_listed(spec) and spec.columns[0].kind == "number":
            yield python.If(code.compare("not in", code.call("type", name(value)), name("WHOLE")), _REFUSED)

    def check_functions(self) -> Iterator[python.Node]:
        """`CHECKS`: for each input, a function that lets a value of another subject pass or raises."""
        made: dict[str, str] = {}
        for spec in self._inputs.values():
            value = self._names.new("value")
            made[spec.name] = self._names.new(f"check {spec.name}")
            body = [*self._typed(spec, value), *self._checks(spec, value)]
            yield python.Function(made[spec.name], (value, "subject"), body)
        keys, functions = [constant(text) for text in made], [name(text) for text in made.values()]
        yield python.assign("CHECKS", code.mapping(keys, functions))


def _is_range(spec: InputSpec) -> bool:
    if is_listed(spec):
        return False
    column = spec.columns[0]
    return column.kind == "number" and column.allowed is None and not column.is_period


def _types_of(values: Code) -> Code:
    return code.call("map", name("type"), values)


def _superset(values: Code, of: Code) -> Code:
    return code.method(values, "issuperset", of)


def _not_utf8(value: Code) -> Code:
    """False for a text; one with surrogates raises."""
    return code.negated(code.some([code.method(value, "isascii"), code.method(value, "encode")]))


def _once(local: str) -> Iterator[python.Node]:
    lengths = code.call("len", code.call("set", name(local))), code.call("len", name(local))
    once = python.assign(local, code.call("list", code.call("unique", name(local))))
    yield python.If(code.compare("!=", *lengths), [once])
