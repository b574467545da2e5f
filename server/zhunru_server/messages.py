"""Between the contract's messages and the policy's plain data. What a message can't mean is refused by its path.

This runs in every call: a map is read by iterating over its keys and a column by slicing it, which measured fastest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from zhunru.v1 import policy_pb2 as pb
from zhunru_policy import Decision
from zhunru_policy.explain import Explanation, FiredRule

from .errors import InvalidField, RequestError, TooLarge
from .limits import Limits

Facts = dict[str, object]


def read_applicant(applicant: pb.Applicant, limits: Limits) -> tuple[Facts, dict[str, Facts]]:
    """The facts, and the facts about other subjects. Raises `RequestError`, its path starting at the applicant."""
    facts = _read_facts(applicant.facts, "facts", limits)
    others = applicant.about
    if not others:
        return facts, {}
    if len(others) > limits.subjects:
        raise TooLarge("about", f"{len(others)} subjects; at most {limits.subjects} are taken")
    return facts, {subject: _read_facts(others[subject], f"about.{subject}", limits) for subject in others}


def _read_facts(facts: pb.Facts, path: str, limits: Limits) -> Facts:
    numbers, symbols, relations = facts.numbers, facts.symbols, facts.relations
    given: Facts = {name: numbers[name] for name in numbers}
    for name in symbols:
        given[name] = symbols[name]
    for name in relations:
        try:
            given[name] = _read_rows(relations[name], limits.relation_rows)
        except RequestError as error:
            raise error.under(f"{path}.{name}") from None
    if len(given) != len(numbers) + len(symbols) + len(relations):
        name = next(name for name in given if (name in numbers) + (name in symbols) + (name in relations) > 1)
        raise InvalidField(f"{path}.{name}", "given as a number, a symbol or a relation at once; give it one way")
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


def decision_message(decision: Decision) -> pb.Decision:
    offer = decision.offer
    return pb.Decision(
        outcome=decision.outcome,
        restrictions=decision.restrictions,
        met=decision.met,
        unmet=decision.unmet,
        unknown=decision.unknown,
        triggers=decision.triggers,
        invitation_score=decision.invitation_score,
        scorecard=decision.scorecard,
        score=decision.score,
        missing=decision.missing,
        qualifies=decision.qualifies,
        offer=None
        if offer is None
        else pb.Offer(
            tier=offer.tier,
            limit_yuan=offer.limit_yuan,
            daily_rate_ppm=offer.daily_rate_ppm,
            annual_rate_ppm=offer.annual_rate_ppm,
            trial=offer.trial,
            review_from_months=offer.review_months[0],
            review_to_months=offer.review_months[1],
        ),
        next_step=decision.next_step,
        sequence_broken=decision.sequence_broken,
        advice=decision.advice,
        rules_fired=decision.rules_fired,
        policy_version=decision.policy_version,
    )


def explanation_message(explanation: Explanation) -> pb.ExplainResponse:
    return pb.ExplainResponse(
        decision=decision_message(explanation.decision), rules=[_rule_message(rule) for rule in explanation.rules]
    )


def _rule_message(rule: FiredRule) -> pb.FiredRule:
    return pb.FiredRule(
        id=rule.id,
        kind=rule.kind,
        weight=rule.weight,
        section=rule.section,
        reason_zh=rule.reason_zh,
        reason_en=rule.reason_en,
        file=rule.file,
        line=rule.line,
        facts=[
            pb.UsedFact(subject=fact.subject, name=fact.name, values=[_value(value) for value in fact.values])
            for fact in rule.facts
        ],
        values={variable: _value(value) for variable, value in rule.values.items()},
    )


def _value(value: int | str) -> pb.Value:
    return pb.Value(number=value) if isinstance(value, int) else pb.Value(symbol=value)


def product_message(row: Sequence[Any]) -> pb.Product:
    """From the columns of a comparison that describe the product, in the order of `Product`'s fields."""
    names = (field.name for field in pb.Product.DESCRIPTOR.fields)
    return pb.Product(**dict(zip(names, row, strict=True)))
