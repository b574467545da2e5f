"""A proof as an outline of short lines, in Chinese or English: what the text tree and the picture are made from.

Every node stands where it is first needed; later it is named and not told again, so an outline is as long as its proof.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..model.proofs import (
    Absent,
    Attempt,
    Derived,
    Given,
    Group,
    Language,
    Node,
    Premise,
    Proof,
    Quantity,
    Withheld,
    named_by,
)

Tone = Literal["holds", "given", "absent", "fails", "note"]

#: Levels that an outline goes down; beyond, a node is named and not told.
MOST_LEVELS = 150

WORDS: Mapping[str, tuple[str, str]] = {
    "request": ("申请人提供", "given"),
    "about": ("他人信息", "given about another"),
    "loader": ("系统记录", "added by the loader"),
    "pack": ("规则文本", "the pack's own"),
    "absent": ("不成立", "does not hold"),
    "only": ("除此之外均不成立", "no other holds"),
    "not_given": ("未提供", "not given"),
    "see": ("见上文", "see above"),
    "cut": ("此处省略", "not shown here"),
    "over": ("共 {} 项", "over {}"),
    "more": ("另有 {} 项", "and {} more"),
    "more_sum": ("另有 {} 项，合计 {}", "and {} more, together {}"),
    "away": ("相差 {}", "off by {}"),
    "unknown": ("未知", "not known"),
    "hidden": ("未披露", "not disclosed"),
    "checks": ("另有未披露的检查", "and checks that are not disclosed"),
    "nothing": ("无可适用的规则", "no clause could give it"),
    "fails": ("不满足", "fails"),
}


@dataclass(slots=True)
class Item:
    """A line: what is said, the fact in the rule language or nothing, and where it comes from."""

    text: str
    detail: str = ""
    place: str = ""
    tone: Tone = "note"
    children: list[Item] = field(default_factory=list)


class Outline:
    def __init__(self, proof: Proof, language: Language) -> None:
        self._nodes: Mapping[str, Node] = proof.nodes
        self._language: Language = language
        self._colon = ": " if language == "en" else "："
        self._told: set[str] = set()
        self._fixed: dict[str, list[str] | None] = {}
        self.root = self._goal(proof.root, 0)

    def _word(self, name: str, *values: object) -> str:
        return WORDS[name][self._language == "en"].format(*values)

    def _quantity(self, value: Quantity | None) -> str:
        return self._word("unknown") if value is None else value.text(self._language)

    # ── nodes ────────────────────────────────────────────────────────────────────────────────────

    def _goal(self, node_id: str, level: int) -> Item:
        node = self._nodes.get(node_id)
        if node is None or level > MOST_LEVELS:
            return Item(node_id, place=self._word("cut"))
        if node_id in self._told and not isinstance(node, (Given, Withheld)):
            return Item(_name(node), place=self._word("see"), tone=_tone(node))
        self._told.add(node_id)
        match node:
            case Given():
                return self._given(node)
            case Derived():
                return self._derived(node, level)
            case Absent():
                return self._absent(node, level)
            case Withheld(reason_zh=zh, reason_en=en):
                return Item((en or zh) if self._language == "en" else (zh or en), place=self._word("hidden"))

    def _label(self, node: Given | Absent) -> str:
        zh, en = node.label_zh, node.label_en
        return (en or zh) if self._language == "en" else (zh or en)

    def _given(self, node: Given) -> Item:
        place = f"{node.file}:{node.line}" if node.file else self._word(node.source) if node.source in WORDS else ""
        label = self._label(node)
        if not label:
            return Item(node.id, place=place, tone="given")
        shown = ", ".join(self._quantity(value) for value in node.values[1:])
        return Item(f"{label}{self._colon}{shown}", node.id, place, "given")

    def _derived(self, node: Derived, level: int) -> Item:
        stated = self._stated(node.id)
        if stated is not None:
            return Item(_name(node), place=", ".join(dict.fromkeys(stated)), tone="holds")
        variables = self._variables(node.variables, node.clause.head)
        item = Item(_name(node), variables, _place(node), "holds")
        for premise in node.premises:
            item.children += self._premise(premise, level + 1)
        return item

    def _stated(self, node_id: str) -> list[str] | None:
        """Where the policy states all that a fact rests on, since what is the same for everybody is told in one line;
        None where it rests on the request.
        """
        if node_id not in self._fixed:
            node = self._nodes.get(node_id)
            places: list[str] | None = None
            if isinstance(node, Given):
                places = [f"{node.file}:{node.line}"] * bool(node.file) if node.fixed else None
            elif isinstance(node, Derived):
                self._fixed[node_id] = None  # while a recursive rule is looked at
                below = [self._stated(each) for each in named_by(node)]
                if None not in below:
                    places = [place for each in below for place in each or ()]
            self._fixed[node_id] = places
        return self._fixed[node_id]

    def _variables(self, variables: Mapping[str, Quantity], shown: Collection[str]) -> str:
        """The values of those variables that the line does not show already."""
        return ", ".join(f"{name} = {self._quantity(each)}" for name, each in variables.items() if name not in shown)

    def _absent(self, node: Absent, level: int) -> Item:
        item = Item(node.id, place=self._word("only" if node.besides else "absent"), tone="absent")
        label = self._label(node)
        if not node.attempts and not node.besides and label:
            wanted = ", ".join(self._quantity(value) for value in node.values[1:] if value is not None)
            item.text, item.detail = f"{label}{self._colon}{wanted}" if wanted else label, node.id
            item.place = self._word("absent" if node.instead else "not_given")
        item.children += [self._goal(each, level + 1) for each in (*node.besides, *node.instead)]
        item.children += [self._attempt(attempt, node, level + 1) for attempt in node.attempts]
        if node.rest:
            item.children.append(Item(self._word("more", node.rest)))
        if node.withheld:
            item.children.append(Item(self._word("checks"), tone="absent"))
        return item

    def _attempt(self, attempt: Attempt, node: Absent, level: int) -> Item:
        """A rule's clause is named by its id; one line that says why it fails stands in the clause's own line."""
        clause = attempt.clause
        asked = [name for name, value in zip(clause.head, node.values, strict=False) if value is not None]
        item = Item(clause.id or clause.text, self._variables(attempt.variables, asked), _place(attempt), "fails")
        if clause.id:
            failing = ", ".join(premise.text for premise in attempt.failing)
            item.text += f"  {self._word('fails')}{self._colon}{failing}"
        for premise in attempt.premises:
            item.children += self._premise(premise, level + 1)
        if len(item.children) == 1 and not clause.id:
            (only,) = item.children
            if not only.children and only.place != self._word("cut"):
                item.detail, item.children = f"← {only.text}", []
        return item

    # ── premises ─────────────────────────────────────────────────────────────────────────────────

    def _premise(self, premise: Premise, level: int) -> Iterator[Item]:
        """The literal's own line where it says more than the nodes that it names, then these."""
        below = [self._goal(each, level) for each in premise.nodes if not self._says_who(each)]
        if premise.op or premise.groups or not premise.nodes:
            yield self._literal(premise, below, level)
        else:
            yield from below
        yield from self._unless_told(premise.only, level)

    def _says_who(self, node_id: str) -> bool:
        """Whether a node says no more than who is asked about: the service's own fact, in every policy."""
        node = self._nodes.get(node_id)
        return isinstance(node, Given) and node.source == "loader" and node_id.startswith("applicant(")

    def _literal(self, premise: Premise, below: list[Item], level: int) -> Item:
        item = Item(premise.text, tone="holds" if premise.holds else "fails", children=below)
        if premise.op:
            item.detail = f"{self._quantity(premise.left)} {premise.op} {self._quantity(premise.right)}"
        if premise.fault:
            item.detail = premise.fault
        if premise.distance is not None:
            item.place = self._word("away", self._quantity(premise.distance))
        for group in premise.groups:
            item.children.append(self._group(group, level + 1))
        return item

    def _group(self, group: Group, level: int) -> Item:
        result = self._word("hidden") if group.hidden else self._quantity(group.result)
        item = Item(group.text, f"= {result}", self._word("over", group.counted), "note")
        for member in group.members:
            given = [fact for fact in member.facts if self._stated(fact) is None]
            facts = [self._goal(fact, level + 1) for fact in given or member.facts]
            if member.target is not None and facts:
                facts[0].place = f"{facts[0].place}  {self._quantity(member.target)}".strip()
            item.children += facts
        if group.rest and group.rest_sum is not None:
            item.children.append(Item(self._word("more_sum", group.rest, self._quantity(group.rest_sum))))
        elif group.rest:
            item.children.append(Item(self._word("more", group.rest)))
        item.children += self._unless_told(group.only, level + 1)
        return item

    def _unless_told(self, ids: Iterable[str], level: int) -> list[Item]:
        """That nothing else belongs is told once."""
        return [self._goal(each, level) for each in ids if each not in self._told]


def _name(node: Node) -> str:
    return f"{node.clause.id}  {node.id}" if isinstance(node, Derived) and node.clause.id else node.id


def _tone(node: Node) -> Tone:
    return "absent" if isinstance(node, Absent) else "holds"


def _place(told: Derived | Attempt) -> str:
    return f"{told.clause.file}:{told.clause.line}"
