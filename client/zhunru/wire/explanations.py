"""From the contract's explanations to the SDK's plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..explanation import Explanation
from ..model.explanations import (
    Blocker,
    Change,
    Counterfactual,
    FiredRule,
    PrincipalReason,
    Recourse,
    Verdict,
)
from ..model.proofs import (
    Absent,
    Attempt,
    Clause,
    Derived,
    Given,
    Group,
    Member,
    Node,
    Premise,
    Proof,
    Quantity,
    UsedFact,
    Withheld,
)
from ..v1 import explanation_pb2 as pb
from ..v1 import policy_pb2
from .messages import read_decision

_VERDICTS: Mapping[int, Verdict | None] = {
    policy_pb2.VERDICT_UNSPECIFIED: None,
    policy_pb2.VERDICT_SAME: "same",
    policy_pb2.VERDICT_BOUND: "bound",
}


def read_explanation(message: policy_pb2.ExplainResponse) -> Explanation:
    return Explanation(
        decision=read_decision(message.decision),
        rules=tuple(map(_rule, message.rules)),
        principal=tuple(map(_principal, message.principal)),
        proof=read_proof(message.proof) if message.HasField("proof") else None,
        why_not={each.id: read_proof(each.proof) for each in message.why_not},
        recourse=_recourse(message.recourse) if message.HasField("recourse") else None,
        verified=message.verified if message.HasField("verified") else None,
        withheld=message.withheld,
        truncated=message.truncated,
        verdict=_VERDICTS.get(message.verdict, "other"),
        judged_rows=message.judged_rows,
    )


def _rule(message: pb.FiredRule) -> FiredRule:
    return FiredRule(
        id=message.id,
        kind=message.kind,
        weight=message.weight,
        section=message.section,
        reason_zh=message.reason_zh,
        reason_en=message.reason_en,
        file=message.file,
        line=message.line,
        facts=tuple(map(_fact, message.facts)),
        values={name: _value(message.values[name]) for name in sorted(message.values)},
        others=dict(sorted(message.others.items())),
    )


def _principal(message: pb.PrincipalReason) -> PrincipalReason:
    return PrincipalReason(
        id=message.id,
        kind=message.kind,
        weight=message.weight,
        section=message.section,
        reason_zh=message.reason_zh,
        reason_en=message.reason_en,
        distance=message.distance if message.HasField("distance") else None,
        fact=message.fact,
    )


def _fact(message: pb.UsedFact) -> UsedFact:
    return UsedFact(message.subject, message.name, tuple(map(_value, message.values)))


def _value(message: pb.Value) -> int | str:
    return message.symbol if message.WhichOneof("kind") == "symbol" else message.number


# ── proofs ───────────────────────────────────────────────────────────────────────────────────────


def read_proof(message: pb.Proof) -> Proof:
    return Proof(
        root=message.root,
        nodes={node.id: _node(node) for node in message.nodes},
        truncated=message.truncated,
        cited=tuple(map(_fact, message.cited)),
    )


def _node(message: pb.Node) -> Node:
    match message.WhichOneof("kind"):
        case "given":
            given = message.given
            source = given.source, given.label_zh, given.label_en, given.file, given.line, given.fixed
            return Given(message.id, _quantities(given.values), *source)
        case "derived":
            derived = message.derived
            return Derived(
                message.id,
                _quantities(derived.values),
                _clause(derived.clause),
                _variables(derived.variables),
                derived.height,
                tuple(map(_premise, derived.premises)),
            )
        case "absent":
            return _absent(message.id, message.absent)
        case _:  # What a later service tells in a way not known here is told as withheld rather than lost.
            return Withheld(message.id, message.withheld.reason_zh, message.withheld.reason_en)


def _absent(node_id: str, message: pb.Absent) -> Absent:
    return Absent(
        id=node_id,
        values=tuple(map(_quantity, message.values)),
        label_zh=message.label_zh,
        label_en=message.label_en,
        besides=tuple(message.besides),
        instead=tuple(message.instead),
        attempts=tuple(
            Attempt(_clause(each.clause), _variables(each.variables), tuple(map(_premise, each.premises)))
            for each in message.attempts
        ),
        rest=message.rest,
        withheld=message.withheld,
    )


def _clause(message: pb.Clause) -> Clause:
    return Clause(message.id, message.section, message.file, message.line, message.text, tuple(message.head))


def _premise(message: pb.Premise) -> Premise:
    return Premise(
        text=message.text,
        kind=message.kind,
        holds=message.holds,
        nodes=tuple(message.nodes),
        only=tuple(message.only),
        left=_quantity(message.left),
        op=message.op,
        right=_quantity(message.right),
        distance=_quantity(message.distance),
        groups=tuple(map(_group, message.groups)),
        fault=message.fault,
    )


def _group(message: pb.Group) -> Group:
    return Group(
        text=message.text,
        op=message.op,
        result=_quantity(message.result),
        counted=message.counted,
        members=tuple(Member(tuple(each.facts), _quantity(each.target)) for each in message.members),
        rest=message.rest,
        rest_sum=_quantity(message.rest_sum),
        only=tuple(message.only),
        hidden=message.hidden,
    )


def _quantity(message: pb.Quantity) -> Quantity | None:
    """None where no value is set, as in a field that is absent."""
    match message.WhichOneof("kind"):
        case "number":
            return Quantity(message.number, message.shown or str(message.number), message.unit_zh, message.unit_en)
        case "symbol":
            return Quantity(message.symbol, message.symbol)
    return None


def _quantities(messages: Iterable[pb.Quantity]) -> tuple[Quantity, ...]:
    return tuple(found for message in messages if (found := _quantity(message)) is not None)


def _variables(messages: Iterable[pb.Variable]) -> dict[str, Quantity]:
    return {each.name: quantity for each in messages if (quantity := _quantity(each.value)) is not None}


# ── what would have to change ────────────────────────────────────────────────────────────────────


def _recourse(message: pb.Recourse) -> Recourse:
    return Recourse(
        wish=tuple(message.wish),
        counterfactuals=tuple(
            Counterfactual(tuple(map(_change, each.changes)), each.outcome, each.steps)
            for each in message.counterfactuals
        ),
        blockers=tuple(
            Blocker(each.fact, _quantity(each.value), each.text_zh, each.text_en) for each in message.blockers
        ),
        complete=message.complete,
    )


def _change(message: pb.Change) -> Change:
    return Change(
        fact=message.fact,
        key=tuple(map(_value, message.key)),
        column=message.column,
        before=_quantity(message.before),
        after=_quantity(message.after),
        steps=message.steps,
        text_zh=message.text_zh,
        text_en=message.text_en,
        total=message.total,
        facts=message.facts,
    )
