"""An explanation as plain text for a terminal: the decision, its reasons, and proofs as trees."""

from __future__ import annotations

from collections.abc import Iterator

from .explanation import Explanation
from .outline import Item, Language, Outline
from .proof import Proof

_TITLES = {
    "principal": ("主要原因", "principal reasons"),
    "rules": ("成立的规则", "rules that fired"),
    "proof": ("推理过程", "proof"),
    "why_not": ("未成立的原因", "why not"),
    "general": ("部分规则未披露", "some rules are not disclosed"),
    "cut": ("已截断：可按编号查看其余部分", "cut short: ask for the rest by id"),
}


def render(explanation: Explanation, language: Language) -> str:
    """Lines of text without colour; a trailing line break."""
    return "\n".join(_lines(explanation, language)) + "\n"


def _lines(explanation: Explanation, language: Language) -> Iterator[str]:
    def title(name: str, end: str = "") -> str:
        words = _TITLES[name][language == "en"]
        return f"{words}{end}{':' if language == 'en' else '：'}"

    yield explanation.decision.outcome
    if explanation.principal:
        yield title("principal")
        for reason in explanation.principal:
            text = reason.reason_en if language == "en" else reason.reason_zh
            yield f"  {reason.id or reason.fact or '·'}  {text}"
    if explanation.rules:
        yield title("rules")
        for rule in explanation.rules:
            text = rule.reason_en if language == "en" else rule.reason_zh
            yield f"  {rule.id}  {text}  ({rule.section}, {rule.file}:{rule.line})"
    if explanation.withheld:
        yield f"  {_TITLES['general'][language == 'en']}"
    if explanation.proof is not None:
        yield title("proof")
        yield from render_proof(explanation.proof, language)
    for rule_id, proof in explanation.why_not.items():
        yield title("why_not", f" {rule_id}")
        yield from render_proof(proof, language)
    if explanation.truncated:
        yield _TITLES["cut"][language == "en"]


def render_proof(proof: Proof, language: Language) -> Iterator[str]:
    """A tree; what a line says, then its detail and its place in brackets."""
    stack: list[tuple[Item, str, str]] = [(Outline(proof, language).root, "", "")]
    while stack:
        item, lead, below = stack.pop()
        yield lead + line_of(item)
        for at in range(len(item.children) - 1, -1, -1):
            last = at == len(item.children) - 1
            stack.append((item.children[at], below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))


def line_of(item: Item) -> str:
    mark = {"holds": "✓ ", "given": "· ", "absent": "∅ ", "fails": "✗ ", "note": ""}[item.tone]
    detail = f"  {item.detail}" if item.detail else ""
    place = f"  [{item.place}]" if item.place else ""
    return f"{mark}{item.text}{detail}{place}"
