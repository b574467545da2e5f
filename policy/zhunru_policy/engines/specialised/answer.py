"""The function's way out: each part of the answer from its relation's form, and the decision from the parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from ...ir import code, python
from ...ir.code import Code, constant, name
from ...ir.core import Var
from ...ir.definitions import Collect, Row
from ...ir.forms import Form, Guarded, unify
from ...ir.formulas import FALSE, TRUE, Any, Formula, either, every
from ...ir.residual import Residual
from ...ir.terms import SUBJECT, Known, Term
from ...pack.answers import SHAPES
from ...pack.decision import Decision
from .statements import Statements

_EMPTY: Mapping[str, Code] = {"ids": code.row([]), "number": constant(0), "flag": code.FALSE}
_TWICE = python.raised(code.call("MayFail", constant("a part of the answer without a value, or with two")))
#: Mostly empty, so it pays to ask first whether any condition holds.
_OFTEN_EMPTY = 3

Answer = list[tuple[tuple[Term, ...], Formula]]
#: Ids, each with its condition, in the order of an answer.
Ids = list[tuple[Term, Formula]]


class AnswerWriter:
    """`parts`: each part of the answer with the relation that gives it."""

    def __init__(self, statements: Statements, residual: Residual, parts: Mapping[str, str]) -> None:
        self._statements = statements
        self._values = statements.values
        self._names = statements.values.names
        self._residual = residual
        self._parts = parts
        #: Parts that are lists of ids, by their locals.
        self._earlier: dict[str, Ids] = {}

    def nodes(self) -> Iterator[python.Node]:
        """Statements that bind a local for each part, then return the decision."""
        locals_of: dict[str, Code] = {"policy_version": name("VERSION")}
        for part, relation in self._parts.items():
            local = self._names.new(f"answer {part}")
            yield from self._part(part, local, self._residual.forms[relation])
            locals_of[part] = name(local)
        ordered = [locals_of.get(field.name) or self._absent(field.name) for field in fields(Decision)]
        yield python.give(code.call("Decision", *ordered))

    def _absent(self, part: str) -> Code:
        kind = SHAPES[part].form
        return code.call("MappingProxyType", code.mapping([], [])) if kind == "points" else _EMPTY.get(kind, code.NONE)

    def _part(self, part: str, local: str, form: Form) -> Iterator[python.Node]:
        kind = SHAPES[part].form
        rows = self._own_rows(form) if isinstance(form, Guarded) else None
        single = kind not in ("ids", "flag", "points")
        if rows is None or (kind == "ids" and not _are_constant(rows)) or (single and form.repeats):
            yield from self._gathered(part, kind, local, form)
        elif kind == "ids":
            yield from self._ids(local, rows)
        elif kind == "flag":
            test = self._values.test(either(when for _, when in rows))
            yield python.assign(local, code.call("bool", test))
        elif kind == "points":
            yield from self._points(local, rows)
        else:
            yield from self._single(kind, local, rows)

    def _own_rows(self, form: Guarded) -> Answer:
        """The rows about the applicant, without their subject."""
        found: Answer = []
        for values, when in form.rows:
            agreed = unify([Var("subject")], values[:1], {"subject": SUBJECT})
            if agreed is not None:
                found.append((values[1:], every([when, *agreed[0]])))
        return found

    # ── ids ──────────────────────────────────────────────────────────────────────────────────────

    def _ids(self, local: str, rows: Answer) -> Iterator[python.Node]:
        by_id: dict[Term, list[Formula]] = {}
        for values, when in rows:
            by_id.setdefault(values[0], []).append(when)
        pairs = [(value, either(conditions)) for value, conditions in by_id.items()]
        ordered = sorted((pair for pair in pairs if pair[1] != FALSE), key=lambda pair: str(pair[0].value))  # type: ignore[union-attr]
        pieces = list(self._pieces(ordered))
        if len(pieces) == 1:
            found = pieces[0] if isinstance(pieces[0], type(_EMPTY["ids"])) else code.call("tuple", pieces[0])
        else:
            found = code.row([code.star(piece) for piece in pieces])
        if len(ordered) > _OFTEN_EMPTY and not any(when == TRUE for _, when in ordered):
            found = code.choice(self._shared(either(when for _, when in ordered)), found, _EMPTY["ids"])
        yield python.assign(local, found)
        self._earlier[local] = ordered

    def _shared(self, formula: Formula) -> Code:
        """The name of a condition that some rule asked for, or the condition."""
        parts = frozenset(formula.parts) if isinstance(formula, Any) else frozenset()
        for flag, means in self._residual.means.items():
            if parts and isinstance(means, Any) and frozenset(means.parts) == parts:
                return name(flag)
        return self._values.test(formula)

    def _pieces(self, ordered: Ids) -> Iterator[Code]:
        """Iterables that together give the ids whose conditions hold; a run that is an earlier part is that part."""
        rest: Ids = []
        at = 0
        while at < len(ordered):
            same = (
                local for local, ids in self._earlier.items() if len(ids) > 1 and ordered[at : at + len(ids)] == ids
            )
            local = next(same, None)
            if local is None:
                rest.append(ordered[at])
                at += 1
                continue
            if rest:
                yield self._compressed(rest)
                rest = []
            yield name(local)
            at += len(self._earlier[local])
        if rest or not ordered:
            yield self._compressed(rest)

    def _compressed(self, ids: Ids) -> Code:
        if not ids:
            return _EMPTY["ids"]
        values = [self._values.term(value) for value, _ in ids]
        if len(ids) > 1:
            tests = [self._values.test(when) for _, when in ids]
            return code.call("compress", code.row(values), code.row(tests))
        return code.choice(self._values.test(ids[0][1]), code.row(values), _EMPTY["ids"])

    # ── other shapes ─────────────────────────────────────────────────────────────────────────────

    def _points(self, local: str, rows: Answer) -> Iterator[python.Node]:
        """One row an id; two that hold at once are left to the general way, which says so."""
        ordered = sorted(rows, key=lambda row: str(row[0][0]))
        always = all(when == TRUE and isinstance(values[0], Known) for values, when in rows)
        if always and len({values[0] for values, _ in rows}) == len(rows):
            keys, points = zip(*((self._values.term(v[0]), self._values.term(v[1])) for v, _ in ordered), strict=True)
            yield python.assign(local, code.call("MappingProxyType", code.mapping(keys, points)))
            return
        yield python.assign(local, code.mapping([], []))
        for values, when in ordered:
            key, points = (self._values.term(value) for value in values)
            test = self._values.test(when)
            store = [*self._put(local, key, points)]
            yield from store if when == TRUE else [python.If(test, store)]
        yield python.assign(local, code.call("MappingProxyType", code.call("ordered", name(local))))

    def _put(self, local: str, key: Code, points: Code) -> Iterator[python.Node]:
        other = code.compare("!=", code.method(name(local), "setdefault", key, points), points)
        yield python.If(other, [_TWICE])

    def _single(self, kind: str, local: str, rows: Answer) -> Iterator[python.Node]:
        """At most one row, for an outcome exactly one; otherwise the general way says what is wrong."""
        empty = _EMPTY.get(kind, code.NONE)
        if len(rows) <= 1:
            value = empty
            for values, when in rows:
                test = self._values.test(when)
                value = self._made(kind, values) if when == TRUE else code.choice(test, self._made(kind, values), empty)
            yield python.assign(local, value)
        else:
            yield python.assign(local, code.NONE)
            for values, when in rows:
                test = self._values.test(when)
                made = self._made(kind, values)
                again = code.compare("is not", name(local), code.NONE)
                yield python.If(test, [python.If(again, [_TWICE]), python.assign(local, made)])
            if empty is not code.NONE:
                yield python.If(code.compare("is", name(local), code.NONE), [python.assign(local, empty)])
        if kind == "one":
            yield python.If(code.compare("is", name(local), code.NONE), [_TWICE])

    def _made(self, kind: str, values: Sequence[Term]) -> Code:
        written = [self._values.term(value) for value in values]
        if kind != "offer":
            return written[0]
        tier, limit, daily, annual, trial, first, last = written
        return code.call(
            "Offer", tier, limit, daily, annual, code.compare("=", trial, constant(1)), code.row([first, last])
        )

    def _gathered(self, part: str, kind: str, local: str, form: Form) -> Iterator[python.Node]:
        """A part whose rows are known at the call alone: gathered, then read as any engine's rows are."""
        rows = self._names.new(f"rows of {part}")
        found = []
        for values, path in form.loop():
            agreed = unify([Var("subject")], values[:1], {"subject": SUBJECT})
            if agreed is not None:
                found.append(Row(values[1:], (*path, *agreed[0]), None))
        yield from self._statements.collect(Collect(rows, tuple(found)))
        yield python.assign(local, code.call("read_part", constant(part), name(rows)))


def _are_constant(rows: Answer) -> bool:
    return all(isinstance(values[0], Known) for values, _ in rows)
