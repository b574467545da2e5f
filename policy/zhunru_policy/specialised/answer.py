"""The function's way out: each part of the answer from its relation's form, and the decision from the parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

from ..ir.core import Term, Var
from ..pack.decision import Decision
from .conditions import FALSE, TRUE, conjunction, disjunction
from .forms import SUBJECT, Form, Guarded, Rows, Unsupported, unify
from .symbols import Symbol
from .tree import Block, Line, Node

_IDS = {"restrictions", "met", "unmet", "unknown", "triggers", "missing", "advice", "rules_fired"}
_NUMBERS = {"score", "invitation_score"}
_FLAGS = {"qualifies", "sequence_broken"}
#: Mostly empty, so it pays to ask first whether any test holds.
_OFTEN_EMPTY = {"restrictions", "unmet", "unknown", "missing"}


def nodes(
    parts: Mapping[str, str], forms: Mapping[str, Form], arities: Mapping[str, int], shared: Callable[[str], str]
) -> Iterator[Node]:
    """Statements that bind a local for each part, then return the decision. `shared`: the local of a test, where it
    has one.
    """
    ids: dict[str, Ids] = {}
    for part, relation in parts.items():
        yield from _part(part, _rows(forms[relation], arities[relation]), shared, ids)
    values = {**{part: f"answer_{part}" for part in parts}, "policy_version": "VERSION"}
    defaults = {"scorecard": "MappingProxyType({})", "offer": "None", "next_step": "None"}
    defaults |= dict.fromkeys(_IDS, "()") | dict.fromkeys(_NUMBERS, "0") | dict.fromkeys(_FLAGS, "False")
    ordered = (values.get(field.name, defaults.get(field.name)) for field in fields(Decision))
    yield Line(f"return Decision({', '.join(map(str, ordered))})")


Answer = list[tuple[tuple[Symbol, ...], str]]
#: Ids as Python text, each with its test, in the order of an answer.
Ids = list[tuple[str, str]]


def _rows(form: Form, arity: int) -> Answer:
    """The rows about the applicant, without their subject, each with its test."""
    if isinstance(form, Rows):
        raise Unsupported("an output that is a set")
    assert isinstance(form, Guarded)
    terms: list[Term] = [Var(f"c{place}") for place in range(arity)]
    found: Answer = []
    for symbols, test in form.rows:
        agreed = unify(terms[:1], symbols[:1], {"c0": SUBJECT})
        if agreed is not None:
            found.append((symbols[1:], conjunction([test, *agreed[0]])))
    return found


def _part(part: str, rows: Answer, shared: Callable[[str], str], ids: dict[str, Ids]) -> Iterator[Node]:
    name = f"answer_{part}"
    if part in _IDS:
        yield from _ids(part, rows, shared, ids)
    elif part in _FLAGS:
        yield Line(f"{name} = {_any(rows)}")
    elif part == "scorecard":
        yield from _scorecard(name, rows)
    else:
        yield from _single(part, name, rows)


def _any(rows: Answer) -> str:
    test = disjunction(test for _, test in rows)
    return test if test in (TRUE, FALSE) else f"bool({test})"


def _ids(part: str, rows: Answer, shared: Callable[[str], str], earlier: dict[str, Ids]) -> Iterator[Node]:
    """`earlier`: the parts bound before; a run of ids with the tests of one of these is that one's local."""
    name = f"answer_{part}"
    if any(not symbols[0].is_constant for symbols, _ in rows):
        raise Unsupported("an id that is computed")
    ordered = [
        (symbols[0].text, test) for symbols, test in sorted(rows, key=lambda row: str(row[0][0].value)) if test != FALSE
    ]
    if len({text for text, _ in ordered}) != len(ordered):
        raise Unsupported("an id given twice")
    pieces = list(_pieces(ordered, earlier)) or ["()"]
    found = f"tuple({pieces[0]})" if len(pieces) == 1 else f"({', '.join(f'*{piece}' for piece in pieces)})"
    if part in _OFTEN_EMPTY and len(ordered) > 3:
        found = f"{found} if {shared(disjunction(test for _, test in ordered))} else ()"
    yield Line(f"{name} = {found}")
    earlier[name] = ordered


def _pieces(ordered: Ids, earlier: Mapping[str, Ids]) -> Iterator[str]:
    """Iterables that together give the ids whose tests hold."""
    rest: Ids = []
    at = 0
    while at < len(ordered):
        same = (name for name, ids in earlier.items() if len(ids) > 1 and ordered[at : at + len(ids)] == ids)
        name = next(same, None)
        if name is None:
            rest.append(ordered[at])
            at += 1
        else:
            if rest:
                yield _compressed(rest)
                rest = []
            yield name
            at += len(earlier[name])
    if rest:
        yield _compressed(rest)


def _compressed(ids: Ids) -> str:
    if len(ids) == 1:
        ((text, test),) = ids
        return f"({text},)" if test == TRUE else f"(({text},) if {test} else ())"
    return f"compress(({', '.join(text for text, _ in ids)}), ({', '.join(test for _, test in ids)}))"


def _scorecard(name: str, rows: Answer) -> Iterator[Node]:
    """One row an id; two that hold at once are left to the general way, which says so."""
    ordered = sorted(rows, key=lambda row: row[0][0].text)
    ids = {symbols[0].text for symbols, test in rows if test == TRUE and symbols[0].is_constant}
    if len(ids) == len(rows):
        points = ", ".join(f"{symbols[0].text}: {symbols[1].text}" for symbols, _ in ordered)
        yield Line(f"{name} = MappingProxyType({{{points}}})")
        return
    yield Line(f"{name} = {{}}")
    seen: set[str] = set()
    for (rule_id, points), test in ordered:
        store: list[Node] = [Line(f"{name}[{rule_id.text}] = {points.text}")]
        if rule_id.text in seen or not rule_id.is_constant:
            store.insert(0, Block(f"if {rule_id.text} in {name}", [Line("raise Conflict")]))
        seen.add(rule_id.text)
        yield Block(f"if {test}", store) if test != TRUE else store[-1]
    yield Line(f"{name} = MappingProxyType({name})")


def _single(part: str, name: str, rows: Answer) -> Iterator[Node]:
    """At most one row, for `outcome` exactly one; otherwise the general way says what is wrong."""
    empty = "0" if part in _NUMBERS else "None"
    if len(rows) <= 1:
        for symbols, test in rows:
            empty = _value(part, symbols) if test == TRUE else f"{_value(part, symbols)} if {test} else {empty}"
        yield Line(f"{name} = {empty}")
    else:
        yield Line(f"{name} = None")
        for place, (symbols, test) in enumerate(rows):
            own = [Line(f"{name} = {_value(part, symbols)}")]
            conflict = [Block(f"if {name} is not None", [Line("raise Conflict")])] if place else []
            yield Block(f"if {test}", [*conflict, *own])
        if empty != "None":
            yield Block(f"if {name} is None", [Line(f"{name} = {empty}")])
    if part == "outcome":
        yield Block(f"if {name} is None", [Line("raise Conflict")])


def _value(part: str, symbols: tuple[Symbol, ...]) -> str:
    if part == "offer":
        tier, limit, daily, annual, trial, review_from, review_to = (symbol.text for symbol in symbols)
        return f"Offer({tier}, {limit}, {daily}, {annual}, {trial} == 1, ({review_from}, {review_to}))"
    return symbols[0].text
