"""A proof as a Mermaid flowchart: a node a box, an arrow from what is proved to what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.proofs import Absent, Derived, Given, Language, Node, Proof, Withheld, named_by

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
    numbers = {node_id: f"n{number}" for number, node_id in enumerate(proof.nodes)}
    for node_id, node in proof.nodes.items():
        kind, text = _told(node, language)
        yield f'  {numbers[node_id]}["{_escaped(text)}"]:::{kind}'
    for node_id, node in proof.nodes.items():
        for other in dict.fromkeys(named_by(node)):
            if other in numbers and other != node_id:
                arrow = "-.->" if isinstance(proof.nodes[other], Absent) else "-->"
                yield f"  {numbers[node_id]} {arrow} {numbers[other]}"
    for name, style in _CLASSES.items():
        yield f"  classDef {name} {style}"


def _told(node: Node, language: Language) -> tuple[str, str]:
    match node:
        case Derived(clause=clause):
            name = f"{clause.id}<br/>" if clause.id else ""
            return "derived", f"{name}{node.id}<br/>{clause.file}:{clause.line}"
        case Given(label_zh=zh, label_en=en):
            label = (en or zh) if language == "en" else (zh or en)
            return "given", f"{label}<br/>{node.id}" if label else node.id
        case Absent():
            return "absent", node.id
        case Withheld(reason_zh=zh, reason_en=en):
            return "withheld", (en or zh) if language == "en" else (zh or en)


def _escaped(text: str) -> str:
    """Mermaid reads entities in quotes; `<br/>` alone stays as it is."""
    parts = text.split("<br/>")
    return "<br/>".join("".join(_ENTITIES.get(character, character) for character in part) for part in parts)
