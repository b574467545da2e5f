"""Explanations between the contract's messages and the policy's plain data."""

from __future__ import annotations

from collections.abc import Sequence

from zhunru.v1 import explanation_pb2 as pb
from zhunru.v1 import policy_pb2
from zhunru_policy.explain import Explanation, FiredRule, PrincipalReason, UsedFact
from zhunru_policy.explain.goals import Goal, goal_id
from zhunru_policy.explain.proof.model import (
    AbsenceNode,
    Attempt,
    Clause,
    DerivedNode,
    GivenNode,
    Group,
    Node,
    Premise,
    Proof,
    WithheldNode,
)
from zhunru_policy.explain.recourse.counterfactual import Blocker, Change, Recourse
from zhunru_policy.ir.core import Value
from zhunru_policy.pack.units import PLAIN, Measure

from .messages import fill_decision


def explanation_message(explanation: Explanation, language: str = "") -> policy_pb2.ExplainResponse:
    """`language`: `zh` or `en`, or empty for both; texts in the other are left out."""
    return _Writer(language).explanation(explanation)


def proof_message(proof: Proof, language: str = "") -> pb.Proof:
    return _Writer(language).proof(proof)


class _Writer:
    """Writes messages; ids and quantities that stand many times in one explanation are made once."""

    def __init__(self, language: str) -> None:
        self._zh = language != "en"
        self._en = language != "zh"
        self._ids: dict[Goal, str] = {}

    def explanation(self, told: Explanation) -> policy_pb2.ExplainResponse:
        message = policy_pb2.ExplainResponse(
            rules=map(self._rule, told.rules),
            principal=map(self._principal, told.principal),
            proof=None if told.proof is None else self.proof(told.proof),
            why_not=[
                pb.WhyNot(id=rule_id, proof=self.proof(told.why_not[rule_id])) for rule_id in sorted(told.why_not)
            ],
            withheld=told.withheld,
            truncated=told.truncated,
        )
        fill_decision(message.decision, told.decision)
        if told.verdict is not None:
            message.verified = told.verdict.same
            message.verdict = policy_pb2.VERDICT_SAME if told.verdict.same else policy_pb2.VERDICT_BOUND
            message.judged_rows = told.verdict.rows
        if told.recourse is not None:
            message.recourse.CopyFrom(self._recourse(told.recourse))
        return message

    def _texts(self, name: str, zh: str, en: str) -> dict[str, str]:
        """The fields of a text in the languages asked for."""
        return {f"{name}_zh": zh if self._zh else "", f"{name}_en": en if self._en else ""}

    def _rule(self, rule: FiredRule) -> pb.FiredRule:
        return pb.FiredRule(
            id=rule.id,
            kind=rule.kind,
            weight=rule.weight,
            section=rule.section,
            **self._texts("reason", rule.reason_zh, rule.reason_en),
            file=rule.file,
            line=rule.line,
            facts=map(_fact, rule.facts),
            values={variable: _value(value) for variable, value in rule.values.items()},
            others=rule.others,
        )

    def _principal(self, reason: PrincipalReason) -> pb.PrincipalReason:
        return pb.PrincipalReason(
            id=reason.id,
            kind=reason.kind,
            weight=reason.weight,
            section=reason.section,
            **self._texts("reason", reason.reason_zh, reason.reason_en),
            distance=reason.distance,
            fact=reason.fact,
        )

    # ── proofs ───────────────────────────────────────────────────────────────────────────────────

    def proof(self, proof: Proof) -> pb.Proof:
        return pb.Proof(
            root=self._id(proof.root),
            nodes=[self._node(goal, node) for goal, node in proof.nodes.items()],
            truncated=proof.truncated,
            cited=map(_fact, proof.cited),
        )

    def _id(self, goal: Goal) -> str:
        found = self._ids.get(goal)
        if found is None:
            found = self._ids[goal] = goal_id(goal)
        return found

    def _id_list(self, goals: Sequence[Goal]) -> list[str]:
        return [self._id(goal) for goal in goals]

    def _node(self, goal: Goal, node: Node) -> pb.Node:
        node_id = self._id(goal)
        match node:
            case GivenNode():
                return pb.Node(id=node_id, given=self._given(node))
            case DerivedNode():
                return pb.Node(id=node_id, derived=self._derived(node))
            case AbsenceNode():
                return pb.Node(id=node_id, absent=self._absent(node))
            case WithheldNode(reason_zh=zh, reason_en=en):
                return pb.Node(id=node_id, withheld=pb.Withheld(**self._texts("reason", zh, en)))

    def _given(self, node: GivenNode) -> pb.Given:
        return pb.Given(
            values=self._row(node.goal[1], node.relation.measures),
            source=node.source,
            **self._texts("label", node.relation.label_zh, node.relation.label_en),
            file=node.file,
            line=node.line,
            fixed=node.is_fixed,
        )

    def _derived(self, node: DerivedNode) -> pb.Derived:
        return pb.Derived(
            values=self._row(node.goal[1], node.relation.measures),
            clause=_clause(node.clause),
            variables=self._variables(node),
            height=node.height,
            premises=map(self._premise, node.premises),
        )

    def _absent(self, node: AbsenceNode) -> pb.Absent:
        return pb.Absent(
            values=self._row(node.goal.pattern, node.relation.measures),
            **self._texts("label", node.relation.label_zh, node.relation.label_en),
            besides=self._id_list(node.besides),
            instead=self._id_list(node.instead),
            attempts=[
                pb.Attempt(
                    clause=_clause(each.clause),
                    variables=self._variables(each),
                    premises=map(self._premise, each.premises),
                )
                for each in node.attempts
            ],
            rest=node.rest,
            withheld=node.withheld,
        )

    def _variables(self, told: DerivedNode | Attempt) -> list[pb.Variable]:
        return [
            pb.Variable(name=name, value=self._quantity(value, told.measures.get(name, PLAIN)))
            for name, value in told.variables.items()
        ]

    def _premise(self, premise: Premise) -> pb.Premise:
        literal = premise.literal
        message = pb.Premise(text=literal.text, kind=literal.kind, holds=premise.holds)
        if premise.goals:
            message.nodes.extend(self._id_list(premise.goals))
        if premise.only:
            message.only.extend(self._id_list(premise.only))
        if literal.op:
            message.op = literal.op
            self._set(message.left, premise.left, literal.measure)
            self._set(message.right, premise.right, literal.measure)
        if not premise.holds:
            self._set(message.distance, premise.distance, literal.measure)
            message.fault = premise.fault
        if premise.groups:
            message.groups.extend(map(self._group, premise.groups))
        return message

    def _group(self, group: Group) -> pb.Group:
        measure = group.measure
        message = pb.Group(
            text=group.text,
            op=group.op,
            counted=group.counted,
            members=[
                pb.Member(facts=self._id_list(each.facts), target=self._quantity_or_none(each.target, measure))
                for each in group.members
            ],
            rest=group.rest,
            only=self._id_list(group.only),
            hidden=group.private and group.result is None,
        )
        self._set(message.result, group.result, measure)
        self._set(message.rest_sum, group.rest_sum, measure)
        return message

    # ── what would have to change ────────────────────────────────────────────────────────────────

    def _recourse(self, recourse: Recourse) -> pb.Recourse:
        return pb.Recourse(
            wish=recourse.wish,
            counterfactuals=[
                pb.Counterfactual(changes=map(self._change, each.changes), outcome=each.outcome, steps=each.steps)
                for each in recourse.counterfactuals
            ],
            blockers=map(self._blocker, recourse.blockers),
            complete=recourse.complete,
        )

    def _change(self, change: Change) -> pb.Change:
        return pb.Change(
            fact=change.fact,
            key=map(_value, change.key),
            column=change.column,
            before=self._quantity_or_none(change.before, change.measure),
            after=self._quantity_or_none(change.after, change.measure),
            steps=change.steps,
            **self._texts("text", change.text_zh, change.text_en),
            total=change.total,
            facts=change.facts,
        )

    def _blocker(self, blocker: Blocker) -> pb.Blocker:
        return pb.Blocker(
            fact=blocker.fact,
            value=self._quantity_or_none(blocker.value, blocker.measure),
            **self._texts("text", blocker.text_zh, blocker.text_en),
        )

    # ── values ───────────────────────────────────────────────────────────────────────────────────

    def _quantity(self, value: Value | None, measure: Measure) -> pb.Quantity:
        """Nothing is set where there is no value."""
        message = pb.Quantity()
        self._set(message, value, measure)
        return message

    def _quantity_or_none(self, value: Value | None, measure: Measure) -> pb.Quantity | None:
        return None if value is None else self._quantity(value, measure)

    def _set(self, message: pb.Quantity, value: Value | None, measure: Measure) -> None:
        """Into a message that stands in its place; with no value, the place stays empty."""
        if isinstance(value, str):
            message.symbol = value
        elif value is not None:
            message.number = value
            message.shown = measure.show(value)
            if self._zh and measure.unit_zh:
                message.unit_zh = measure.unit_zh
            if self._en and measure.unit_en:
                message.unit_en = measure.unit_en

    def _row(self, row: Sequence[Value | None], measures: Sequence[Measure]) -> list[pb.Quantity]:
        return [self._quantity(value, measure) for value, measure in zip(row, measures, strict=True)]


def _clause(clause: Clause) -> pb.Clause:
    return pb.Clause(
        id=clause.id, section=clause.section, file=clause.file, line=clause.line, text=clause.text, head=clause.head
    )


def _fact(fact: UsedFact) -> pb.UsedFact:
    return pb.UsedFact(subject=fact.subject, name=fact.name, values=map(_value, fact.values))


def _value(value: Value) -> pb.Value:
    return pb.Value(number=value) if isinstance(value, int) else pb.Value(symbol=value)
