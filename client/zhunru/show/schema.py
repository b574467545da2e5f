"""An explanation as JSON: plain dicts, lists, texts, whole numbers and booleans, with keys that stay.

    {"schema": "zhunru.explanation/1",
     "decision":  {…},                    every attribute of `Decision`
     "rules":     [{"id", "kind", "weight", "section", "reason_zh", "reason_en", "file", "line",
                    "facts": [FACT], "values": {variable: value}, "others": {predicate: how many}}],
     "principal": [{"id", "kind", "weight", "section", "reason_zh", "reason_en", "distance": n | null, "fact"}],
     "proof":     PROOF | null,
     "why_not":   {rule id: PROOF},
     "recourse":  RECOURSE | null,
     "verified":  true | false | null,
     "withheld":  true | false,
     "truncated": true | false,
     "verdict":   "same" | "bound" | "other" | null,
     "judged_rows": n}

    FACT     {"subject", "name", "values": [value]}
    PROOF    {"root": ID, "nodes": {ID: NODE}, "truncated": true | false, "cited": [FACT]}
    ID       a node in the rule language, `met("a1", "ELG-SCORE")`; `!p("a1", _)` for an absence. Explain it by `goal`.
    NODE     {"kind": "given", "values": [QUANTITY], "source": "request" | "about" | "loader" | "pack",
              "label_zh", "label_en", "file", "line", "fixed": true | false}
           | {"kind": "derived", "values": [QUANTITY], "clause": CLAUSE, "variables": {name: QUANTITY}, "height": n,
              "premises": [PREMISE]}
           | {"kind": "absent", "values": [QUANTITY | null], "label_zh", "label_en", "besides": [ID], "instead": [ID],
              "attempts": [ATTEMPT], "rest": n, "withheld": true | false}
           | {"kind": "withheld", "reason_zh", "reason_en"}
    CLAUSE   {"id", "section", "file", "line", "text", "head": [variable or ""]}
    ATTEMPT  {"clause": CLAUSE, "variables": {name: QUANTITY}, "premises": [PREMISE]}
    PREMISE  {"text", "kind": "fact" | "absence" | "constraint" | "aggregate" | "withheld", "holds": true | false,
              "nodes": [ID], "only": [ID], "left": QUANTITY | null, "op", "right": QUANTITY | null,
              "distance": QUANTITY | null, "groups": [GROUP], "fault"}
    GROUP    {"text", "op", "result": QUANTITY | null, "counted": n, "members": [MEMBER], "rest": n,
              "rest_sum": QUANTITY | null, "only": [ID], "hidden": true | false}
    MEMBER   {"facts": [ID], "target": QUANTITY | null}
    QUANTITY {"value": raw, "shown": as people are shown it, "unit_zh", "unit_en"}
    RECOURSE {"wish": [outcome], "counterfactuals": [{"changes": [CHANGE], "outcome", "steps": n}],
              "blockers": [{"fact", "value": QUANTITY | null, "text_zh", "text_en"}], "complete": true | false}
    CHANGE   {"fact", "key": [value], "column", "before": QUANTITY | null, "after": QUANTITY | null, "steps": n,
              "text_zh", "text_en", "total", "facts": n}

What these mean stands with the classes in `zhunru.explanations` and `zhunru.proofs`. A new key may come; a key never
changes its meaning under one number of the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from ..model.explanations import Explanation
from ..model.proofs import Absent, Derived, Given, Withheld

SCHEMA = "zhunru.explanation/1"

_KINDS = {Given: "given", Derived: "derived", Absent: "absent", Withheld: "withheld"}


def to_json(explanation: Explanation) -> dict[str, Any]:
    return {"schema": SCHEMA, **_plain(explanation)}


def _plain(value: object) -> Any:
    """Frozen data as dicts and lists, by attribute; a node has its kind, and its id is the key it stands under."""
    if kind := _KINDS.get(type(value)):
        return {"kind": kind, **{name: _plain(each) for name, each in _attributes(value) if name != "id"}}
    if is_dataclass(value):
        return {name: _plain(each) for name, each in _attributes(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def _attributes(value: Any) -> list[tuple[str, object]]:
    return [(field.name, getattr(value, field.name)) for field in fields(value)]
