"""A proof as a Mermaid flowchart: a node a box, an arrow from what is proved to what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from .goals import goal_id
from .outline import Language
from .proof import AbsenceNode, DerivedNode, GivenNode, Node, Proof, WithheldNode, goals_of

_CLASSES = {
    "derived": "fill:#e8f5e9,stroke:#2e7d32",
    "given": "fill:#e3f2fd,stroke:#1565c0",
    "absent": "fill:#fff3e0,stroke:#ef6c00",
    "withheld": "fill:#eeeeee,stroke:#757575",
}
_ENTITIES = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\n": " ", "\r": " "}


def to_mermaid(proof: Proof, language: Language) -> str:
    """Large proofs make large charts; limit their depth or size where one is to be looked at."""
    return "\n".join(_lines(proof, language)) + "\n"


def _lines(proof: Proof, language: Language) -> Iterator[str]:
    yield "flowchart TD"
    numbers = {goal: f"n{number}" for number, goal in enumerate(proof.nodes)}
    for goal, node in proof.nodes.items():
        kind, text = _told(node, language)
        yield f'  {numbers[goal]}["{_escaped(text)}"]:::{kind}'
    for goal, node in proof.nodes.items():
        for other in dict.fromkeys(goals_of(node)):
            if other in numbers and other != goal:
                arrow = "-.->" if isinstance(proof.nodes[other], AbsenceNode) else "-->"
                yield f"  {numbers[goal]} {arrow} {numbers[other]}"
    for name, style in _CLASSES.items():
        yield f"  classDef {name} {style}"


def _told(node: Node, language: Language) -> tuple[str, str]:
    match node:
        case DerivedNode(goal=goal, clause=clause):
            name = f"{clause.id}<br/>" if clause.id else ""
            return "derived", f"{name}{goal_id(goal)}<br/>{clause.file}:{clause.line}"
        case GivenNode(goal=goal, relation=relation):
            label = relation.label_en if language == "en" else relation.label_zh
            return "given", f"{label}<br/>{goal_id(goal)}" if label else goal_id(goal)
        case AbsenceNode(goal=goal):
            return "absent", goal_id(goal)
        case WithheldNode(reason_zh=zh, reason_en=en):
            return "withheld", en if language == "en" else zh


def _escaped(text: str) -> str:
    """Mermaid reads entities in quotes; `<br/>` alone stays as it is."""
    parts = text.split("<br/>")
    return "<br/>".join("".join(_ENTITIES.get(character, character) for character in part) for part in parts)
