"""Between the contract's messages and the policy's plain data. What a message can't mean is refused by its path.

This runs in every call: a map is read by iterating over its keys and a column by slicing it, which measured fastest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from zhunru.v1 import policy_pb2 as pb
from zhunru_policy import Decision

from .errors import InvalidField, RequestError, TooLarge
from .limits import Limits

Facts = dict[str, object]

LISTS_OF_IDS = ("restrictions", "met", "unmet", "unknown", "triggers", "missing", "advice", "rules_fired")


def read_applicant(applicant: pb.Applicant, limits: Limits) -> tuple[Facts, dict[str, Facts]]:
    """The facts, and the facts about other subjects. Raises `RequestError`, its path starting at the applicant."""
    others = applicant.about
    if len(others) > limits.subjects:
        raise TooLarge("about", f"{len(others)} subjects; at most {limits.subjects} are taken")
    try:
        facts = _read_facts(applicant.facts, limits)
    except RequestError as error:
        raise error.under("facts") from None
    about: dict[str, Facts] = {}
    for subject in others:
        try:
            about[subject] = _read_facts(others[subject], limits)
        except RequestError as error:
            raise error.under(f"about.{subject}") from None
    return facts, about


def _read_facts(facts: pb.Facts, limits: Limits) -> Facts:
    given: Facts = {}
    if numbers := facts.numbers:
        for name in numbers:
            given[name] = numbers[name]
    if symbols := facts.symbols:
        for name in symbols:
            given[name] = symbols[name]
    if relations := facts.relations:
        for name in relations:
            try:
                given[name] = _read_rows(relations[name], limits.relation_rows)
            except RequestError as error:
                raise error.under(name) from None
    if len(given) != len(numbers) + len(symbols) + len(relations):
        name = next(name for name in given if (name in numbers) + (name in symbols) + (name in relations) > 1)
        raise InvalidField(name, "given as a number, a symbol or a relation at once; give it one way")
    return given


def _read_rows(relation: pb.Relation, most: int) -> list[object]:
    """Values where there is one column, tuples where there are several."""
    columns: list[Sequence[object]] = []
    for column in relation.columns:
        values: Sequence[object] = column.numbers[:]
        if symbols := column.symbols:
            if values:
                raise InvalidField(f"columns[{len(columns)}]", "holds numbers and symbols; give a column of each")
            values = symbols[:]
        columns.append(values)
    if not columns:
        return []
    if len(columns[0]) > most:
        raise TooLarge("columns", f"{len(columns[0])} rows; at most {most} are taken")
    if len(columns) == 1:
        return list(columns[0])
    try:
        return list(zip(*columns, strict=True))
    except ValueError:
        lengths = ", ".join(str(len(column)) for column in columns)
        raise InvalidField(
            "columns", f"of different lengths ({lengths}); give each column a value for every row"
        ) from None


def read_date(message: pb.Date) -> date:
    """The whole date that a message gives. Raises `InvalidField`."""
    try:
        return date(message.year, message.month, message.day)
    except ValueError as error:
        raise InvalidField("as_of", f"{error}; give a whole date, or none for today") from None


def fill_decision(message: pb.Decision, decision: Decision) -> None:
    """Into a message that stands in its answer: building one and copying it there takes twice as long."""
    for part in LISTS_OF_IDS:
        if ids := getattr(decision, part):
            getattr(message, part).extend(ids)
    message.outcome = decision.outcome
    message.invitation_score = decision.invitation_score
    scorecard = message.scorecard
    for part, points in decision.scorecard.items():
        scorecard[part] = points
    message.score = decision.score
    message.qualifies = decision.qualifies
    if (offer := decision.offer) is not None:
        terms = message.offer
        terms.tier = offer.tier
        terms.limit_yuan = offer.limit_yuan
        terms.daily_rate_ppm = offer.daily_rate_ppm
        terms.annual_rate_ppm = offer.annual_rate_ppm
        terms.trial = offer.trial
        terms.review_from_months, terms.review_to_months = offer.review_months
    if decision.next_step is not None:
        message.next_step = decision.next_step
    message.sequence_broken = decision.sequence_broken
    message.policy_version = decision.policy_version


def product_message(row: Sequence[Any]) -> pb.Product:
    """From the columns of a comparison that describe the product, in the order of `Product`'s fields."""
    names = (field.name for field in pb.Product.DESCRIPTOR.fields)
    return pb.Product(**dict(zip(names, row, strict=True)))
