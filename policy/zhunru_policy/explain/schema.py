"""An explanation as JSON: plain dicts, lists, texts, whole numbers and booleans, with keys that stay.

    {"schema": "zhunru.explanation/1",
     "decision":  {…},                    every attribute of `Decision`
     "audience":  "auditor" | "applicant",
     "rules":     [{"id", "kind", "weight", "section", "reason_zh", "reason_en", "file", "line",
                    "facts": [FACT], "values": {variable: value}, "others": {name: how many}}],
     "principal": [{"id", "kind", "weight", "section", "reason_zh", "reason_en", "distance": n | null, "fact"}],
     "proof":     PROOF | null,
     "why_not":   {rule id: PROOF},
     "recourse":  {…} | null,             every attribute of `Recourse`
     "verified":  true | null,
     "withheld":  true | false,
     "truncated": true | false}

    FACT    {"subject", "name", "values": [value]}
    PROOF   {"root": ID, "truncated": true | false, "cited": [FACT], "nodes": {ID: NODE}}
    ID      a goal in the rule language, `met("a1", "ELG-SCORE")`; `!p("a1", _)` for an absence. Ask for it by `goal`.
    NODE    {"kind": "given", "values": [QUANTITY], "source": "request" | "about" | "loader" | "pack",
             "label_zh", "label_en", "file", "line"}
          | {"kind": "derived", "values": [QUANTITY], "clause": CLAUSE, "variables": {name: QUANTITY}, "height": n,
             "premises": [PREMISE]}
          | {"kind": "absent", "besides": [ID], "instead": [ID], "attempts": [ATTEMPT], "rest": n, "withheld": bool}
          | {"kind": "withheld", "reason_zh", "reason_en"}
    CLAUSE  {"id", "section", "file", "line", "text"}
    ATTEMPT {"clause": CLAUSE, "variables": {name: QUANTITY}, "premises": [PREMISE]}
    PREMISE {"text", "kind": "fact" | "absence" | "constraint" | "aggregate", "holds": bool, "nodes": [ID],
             "only": [ID], "left": QUANTITY | null, "op", "right": QUANTITY | null, "distance": QUANTITY | null,
             "groups": [GROUP], "fault"}
    GROUP   {"text", "op", "result": QUANTITY | null, "counted": n,
             "members": [{"facts": [ID], "target": QUANTITY | null}], "rest": n,
             "rest_sum": QUANTITY | null, "only": [ID]}
    QUANTITY {"value": raw, "shown": as people are shown it, "unit_zh", "unit_en"}

What these mean stands with the classes in `proof` and `explanation`. A new key may come; a key never changes its
meaning under one number of the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from ..language.core import Value
from .explanation import Explanation, UsedFact
from .goals import Goal, goal_id
from .proof import (
    AbsenceNode,
    Attempt,
    Clause,
    DerivedNode,
    GivenNode,
    Group,
    Node,
    Premise,
    Proof,
    Relation,
    WithheldNode,
)
from .showing import PLAIN, Measure

SCHEMA = "zhunru.explanation/1"

Json = dict[str, Any]


def to_json(explanation: Explanation) -> Json:
    return {
        "schema": SCHEMA,
        "decision": plain(explanation.decision),
        "audience": explanation.audience,
        "rules": [{**plain(rule), "facts": [_fact(fact) for fact in rule.facts]} for rule in explanation.rules],
        "principal": [plain(reason) for reason in explanation.principal],
        "proof": None if explanation.proof is None else proof_json(explanation.proof),
        "why_not": {rule_id: proof_json(proof) for rule_id, proof in explanation.why_not.items()},
        "recourse": plain(explanation.recourse),
        "verified": explanation.verified,
        "withheld": explanation.withheld,
        "truncated": explanation.truncated,
    }


def plain(value: object) -> Any:
    """Frozen data as dicts and lists, by attribute."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    return value


def proof_json(proof: Proof) -> Json:
    return {
        "root": proof.id,
        "truncated": proof.truncated,
        "cited": [_fact(fact) for fact in proof.cited],
        "nodes": {goal_id(goal): node_json(node) for goal, node in proof.nodes.items()},
    }


def node_json(node: Node) -> Json:
    match node:
        case GivenNode(goal=goal, relation=relation, source=source, file=file, line=line):
            return {
                "kind": "given",
                "values": _row(goal[1], relation),
                "source": source,
                "label_zh": relation.label_zh,
                "label_en": relation.label_en,
                "file": file,
                "line": line,
            }
        case DerivedNode():
            return {
                "kind": "derived",
                "values": _row(node.goal[1], node.relation),
                "clause": _clause(node.clause),
                "variables": _variables(node.variables, node.measures),
                "height": node.height,
                "premises": [_premise(premise) for premise in node.premises],
            }
        case AbsenceNode():
            return {
                "kind": "absent",
                "besides": _ids(node.besides),
                "instead": _ids(node.instead),
                "attempts": [_attempt(attempt) for attempt in node.attempts],
                "rest": node.rest,
                "withheld": node.withheld,
            }
        case WithheldNode(reason_zh=zh, reason_en=en):
            return {"kind": "withheld", "reason_zh": zh, "reason_en": en}


def _attempt(attempt: Attempt) -> Json:
    return {
        "clause": _clause(attempt.clause),
        "variables": _variables(attempt.variables, attempt.measures),
        "premises": [_premise(premise) for premise in attempt.premises],
    }


def _premise(premise: Premise) -> Json:
    literal = premise.literal
    return {
        "text": literal.text,
        "kind": literal.kind,
        "holds": premise.holds,
        "nodes": _ids(premise.goals),
        "only": _ids(premise.only),
        "left": _quantity(premise.left, literal.measure),
        "op": literal.op,
        "right": _quantity(premise.right, literal.measure),
        "distance": _quantity(premise.distance, literal.measure),
        "groups": [_group(group) for group in premise.groups],
        "fault": premise.fault,
    }


def _group(group: Group) -> Json:
    return {
        "text": group.text,
        "op": group.op,
        "result": _quantity(group.result, group.measure),
        "counted": group.counted,
        "members": [
            {"facts": _ids(member.facts), "target": _quantity(member.target, group.measure)} for member in group.members
        ],
        "rest": group.rest,
        "rest_sum": _quantity(group.rest_sum, group.measure),
        "only": _ids(group.only),
    }


def _clause(clause: Clause) -> Json:
    return {
        "id": clause.id,
        "section": clause.section,
        "file": clause.file,
        "line": clause.line,
        "text": clause.text,
    }


def _fact(fact: UsedFact) -> Json:
    return {"subject": fact.subject, "name": fact.name, "values": list(fact.values)}


def _ids(goals: tuple[Goal, ...]) -> list[str]:
    return [goal_id(goal) for goal in goals]


def _row(row: tuple[Value, ...], relation: Relation) -> list[Json | None]:
    return [_quantity(value, measure) for value, measure in zip(row, relation.measures, strict=True)]


def _variables(variables: Mapping[str, Value], measures: Mapping[str, Measure]) -> dict[str, Json | None]:
    return {name: _quantity(value, measures.get(name, PLAIN)) for name, value in variables.items()}


def _quantity(value: Value | None, measure: Measure) -> Json | None:
    if value is None:
        return None
    if isinstance(value, str):
        return {"value": value, "shown": value, "unit_zh": "", "unit_en": ""}
    return {
        "value": value,
        "shown": measure.show(value),
        "unit_zh": measure.unit_zh,
        "unit_en": measure.unit_en,
    }
