"""A proof as an outline of short lines, in Chinese or English: what the text tree and the picture are made from.

Every node stands where it is first needed; later it is named and not told again, so an outline is as long as its proof.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..language.core import Value
from ..vocabulary import APPLICANT, PERIOD
from .goals import Absence, Goal, goal_id
from .proof import AbsenceNode, Attempt, DerivedNode, GivenNode, Group, Node, Premise, Proof, WithheldNode, goals_of
from .showing import PLAIN, Measure
from .tracing import Fact

Language = Literal["zh", "en"]
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
        self._nodes: Mapping[Goal, Node] = proof.nodes
        self._language: Language = language
        self._colon = ": " if language == "en" else "："
        self._told: set[Goal] = set()
        self._fixed: dict[Goal, list[str] | None] = {}
        self.root = self._goal(proof.root, 0)

    def _word(self, name: str, *values: object) -> str:
        return WORDS[name][self._language == "en"].format(*values)

    def _quantity(self, value: Value | None, measure: Measure) -> str:
        if value is None:
            return self._word("unknown")
        unit = measure.unit(self._language) if isinstance(value, int) else ""
        space = "" if unit == "%" else " "
        return f"{measure.show(value)}{space}{unit}".rstrip()

    # ── nodes ────────────────────────────────────────────────────────────────────────────────────

    def _goal(self, goal: Goal, level: int) -> Item:
        node = self._nodes.get(goal)
        if node is None or level > MOST_LEVELS:
            return Item(goal_id(goal), place=self._word("cut"))
        if goal in self._told and not isinstance(node, (GivenNode, WithheldNode)):
            return Item(self._name(node), place=self._word("see"), tone=_tone(node))
        self._told.add(goal)
        match node:
            case GivenNode():
                return self._given(node)
            case DerivedNode():
                return self._derived(node, level)
            case AbsenceNode():
                return self._absence(node, level)
            case WithheldNode(reason_zh=zh, reason_en=en):
                return Item(en if self._language == "en" else zh, place=self._word("hidden"))

    def _name(self, node: Node) -> str:
        if isinstance(node, DerivedNode) and node.clause.id:
            return f"{node.clause.id}  {goal_id(node.goal)}"
        return goal_id(node.goal)

    def _given(self, node: GivenNode) -> Item:
        place = f"{node.file}:{node.line}" if node.file else self._word(node.source)
        label = node.relation.label_en if self._language == "en" else node.relation.label_zh
        if not label:
            return Item(goal_id(node.goal), place=place, tone="given")
        values = zip(node.goal[1][1:], node.relation.measures[1:], strict=True)
        shown = ", ".join(self._quantity(value, measure) for value, measure in values)
        return Item(f"{label}{self._colon}{shown}", goal_id(node.goal), place, "given")

    def _derived(self, node: DerivedNode, level: int) -> Item:
        stated = self._stated(node.goal)
        if stated is not None:
            return Item(self._name(node), place=", ".join(dict.fromkeys(stated)), tone="holds")
        variables = self._variables(node.variables, node.measures, node.clause.head)
        item = Item(self._name(node), variables, _place(node), "holds")
        for premise in node.premises:
            item.children += self._premise(premise, level + 1)
        return item

    def _stated(self, fact: Fact) -> list[str] | None:
        """Where the pack states all that a fact rests on, since what no request changes is told in one line; None where
        it rests on the request.
        """
        if fact not in self._fixed:
            node = self._nodes.get(fact)
            places: list[str] | None = None
            if isinstance(node, GivenNode):
                is_fixed = node.source == "pack" or (node.source == "loader" and node.relation.name == PERIOD)
                places = [f"{node.file}:{node.line}"] * bool(node.file) if is_fixed else None
            elif isinstance(node, DerivedNode):
                self._fixed[fact] = None  # while a recursive rule is looked at
                below = [self._stated(goal) for goal in goals_of(node) if not isinstance(goal, Absence)]
                if None not in below and not any(isinstance(goal, Absence) for goal in goals_of(node)):
                    places = [place for each in below for place in each or ()]
            self._fixed[fact] = places
        return self._fixed[fact]

    def _variables(
        self, variables: Mapping[str, Value], measures: Mapping[str, Measure], shown: Collection[str]
    ) -> str:
        """The values of those variables that the line does not show already."""
        others = ((name, value) for name, value in variables.items() if name not in shown)
        return ", ".join(f"{name} = {self._quantity(value, measures.get(name, PLAIN))}" for name, value in others)

    def _absence(self, node: AbsenceNode, level: int) -> Item:
        word = "only" if node.besides else "absent"
        item = Item(goal_id(node.goal), place=self._word(word), tone="absent")
        if not node.attempts and not node.besides and node.relation.label_zh:
            item.text, item.detail = self._not_given(node), goal_id(node.goal)
            item.place = self._word("not_given") if not node.instead else self._word("absent")
        item.children += [self._goal(fact, level + 1) for fact in (*node.besides, *node.instead)]
        item.children += [self._attempt(attempt, node.goal, level + 1) for attempt in node.attempts]
        if node.rest:
            item.children.append(Item(self._word("more", node.rest)))
        if node.withheld:
            item.children.append(Item(self._word("checks"), tone="absent"))
        return item

    def _not_given(self, node: AbsenceNode) -> str:
        label = node.relation.label_en if self._language == "en" else node.relation.label_zh
        pairs = zip(node.goal.pattern[1:], node.relation.measures[1:], strict=True)
        wanted = [self._quantity(value, measure) for value, measure in pairs if value is not None]
        return f"{label}{self._colon}{', '.join(wanted)}" if wanted else label

    def _attempt(self, attempt: Attempt, goal: Absence, level: int) -> Item:
        """A rule's clause is named by its id; one line that says why it fails stands in the clause's own line."""
        failing = ", ".join(premise.literal.text for premise in attempt.failing)
        asked = [name for name, value in zip(attempt.clause.head, goal.pattern, strict=True) if value is not None]
        detail = self._variables(attempt.variables, attempt.measures, asked)
        item = Item(attempt.clause.id or attempt.clause.text, detail, _place(attempt), "fails")
        if attempt.clause.id:
            item.text += f"  {self._word('fails')}{self._colon}{failing}"
        for premise in attempt.premises:
            item.children += self._premise(premise, level + 1)
        if len(item.children) == 1 and not attempt.clause.id:
            (only,) = item.children
            if not only.children and only.place != self._word("cut"):
                item.detail, item.children = f"← {only.text}", []
        return item

    # ── premises ─────────────────────────────────────────────────────────────────────────────────

    def _premise(self, premise: Premise, level: int) -> Iterator[Item]:
        """The literal's own line where it says more than the nodes that it names, then these."""
        below = [self._goal(goal, level) for goal in premise.goals if isinstance(goal, Absence) or goal[0] != APPLICANT]
        if premise.literal.op or premise.groups or not premise.goals:
            yield self._literal(premise, below, level)
        else:
            yield from below
        yield from self._unless_told(premise.only, level)

    def _literal(self, premise: Premise, below: list[Item], level: int) -> Item:
        literal = premise.literal
        item = Item(literal.text, tone="holds" if premise.holds else "fails", children=below)
        if literal.op:
            left = self._quantity(premise.left, literal.measure)
            right = self._quantity(premise.right, literal.measure)
            item.detail = f"{left} {literal.op} {right}"
        if premise.fault:
            item.detail = premise.fault
        if premise.distance is not None:
            item.place = self._word("away", self._quantity(premise.distance, literal.measure))
        for group in premise.groups:
            item.children.append(self._group(group, level + 1))
        return item

    def _group(self, group: Group, level: int) -> Item:
        shown = self._quantity(group.result, group.measure)
        result = self._word("hidden") if group.private and group.result is None else shown
        item = Item(group.text, f"= {result}", self._word("over", group.counted), "note")
        for member in group.members:
            given = [fact for fact in member.facts if self._stated(fact) is None]
            facts = [self._goal(fact, level + 1) for fact in given or member.facts]
            if member.target is not None and facts:
                facts[0].place = f"{facts[0].place}  {self._quantity(member.target, group.measure)}".strip()
            item.children += facts
        if group.rest and group.rest_sum is not None:
            together = self._quantity(group.rest_sum, group.measure)
            item.children.append(Item(self._word("more_sum", group.rest, together)))
        elif group.rest:
            item.children.append(Item(self._word("more", group.rest)))
        item.children += self._unless_told(group.only, level + 1)
        return item

    def _unless_told(self, goals: Iterable[Goal], level: int) -> list[Item]:
        """That nothing else belongs is told once."""
        return [self._goal(goal, level) for goal in goals if goal not in self._told]


def _tone(node: Node) -> Tone:
    return "absent" if isinstance(node, AbsenceNode) else "holds"


def _place(told: DerivedNode | Attempt) -> str:
    return f"{told.clause.file}:{told.clause.line}"
