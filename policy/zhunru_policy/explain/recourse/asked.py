"""A request as it was read and derived once, for whoever asks what would have to change in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from ...ir.core import Row
from ...pack.decision import Decision
from ...pack.facts import About, Facts
from ...pack.policy import DecidingPolicy
from ...pack.vocabulary import GIVEN


class Asked(NamedTuple):
    """`rows`: the input rows; `known`: every relation's rows; both are those of the facts."""

    subject: str
    facts: Facts
    about: About | None
    as_of: date
    rows: Mapping[str, Collection[Row]]
    known: Mapping[str, Collection[Row]]
    decision: Decision


def asked_of(policy: DecidingPolicy, subject: str, facts: Facts, about: About | None, as_of: date) -> Asked:
    """Raises like `decide`."""
    rows = policy.request_rows(subject, facts, about, as_of=as_of)
    known = policy.derive(rows)
    return Asked(subject, facts, about, as_of, rows, known, policy.answer(subject, known))


def with_scalars(policy: DecidingPolicy, asked: Asked) -> Asked:
    """The same with every input that a relation stands for (`known_by`) given as the value it comes to."""
    found: dict[str, Row] = {}
    for name, spec in policy.vocabulary.inputs.items():
        if spec.known_by and name not in asked.facts:
            rows = [row for row in asked.known[spec.known_by] if row[0] == asked.subject and len(row) == 2]
            if len(rows) == 1:
                found[name] = rows[0]
    if not found:
        return asked
    rows = {**asked.rows, **{name: [row] for name, row in found.items()}}
    rows[GIVEN] = [*asked.rows[GIVEN], *((asked.subject, name) for name in found)]
    facts = {**asked.facts, **{name: row[1] for name, row in found.items()}}
    return asked._replace(facts=facts, rows=rows, known=policy.derive(rows))
