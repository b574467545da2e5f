"""An explanation for a reader: an auditor is told all, an applicant what `disclosure` leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from types import MappingProxyType

from ...engines.traced.tracing import Fact
from ...ir.core import Value
from ...pack.decision import Decision
from ...pack.rulebook import HIDDEN
from ..explanation import FiredRule, UsedFact
from ..goals import Absence, Goal
from ..prepared import Book
from ..proof.model import AbsenceNode, Attempt, DerivedNode, GivenNode, Group, Node, Premise, Relation, WithheldNode

#: Goals that stand for what is withheld: rules that are not disclosed, and facts about others.
UNDISCLOSED: Fact = ("undisclosed", ())
OF_OTHERS: Fact = ("of_others", ())
_OTHERS_ZH, _OTHERS_EN = "他人的信息，仅告知数量", "other people's data, of which only the number is told"


class Applicant:
    """What an applicant is told. `subject`: the applicant."""

    def __init__(self, book: Book, subject: str) -> None:
        self._book = book
        self._undisclosed = book.undisclosed
        self._subject = subject
        self._veils: dict[Goal, Goal] = {}

    # ── the decision and its reasons ─────────────────────────────────────────────────────────────

    def decision(self, decision: Decision) -> Decision:
        """Without the ids of undisclosed rules, and without the names of inputs that they alone read."""
        changed = {
            field.name: tuple(word for word in value if word not in self._undisclosed.words)
            for field in fields(decision)
            if isinstance(value := getattr(decision, field.name), tuple)
        }
        scorecard = {word: points for word, points in decision.scorecard.items() if word not in self._undisclosed.words}
        return replace(decision, **changed, scorecard=MappingProxyType(scorecard))

    def may_know(self, word: str) -> bool:
        """Whether a rule's id or an input's name is disclosed."""
        return word not in self._undisclosed.words

    def values(self, values: Mapping[str, Value], private: frozenset[str]) -> Mapping[str, Value]:
        if private.isdisjoint(values):
            return values
        return {name: value for name, value in values.items() if name not in private}

    def rule(self, rule: FiredRule) -> FiredRule:
        """A rule whose values are masked already, with facts about others as numbers of them."""
        others: dict[str, int] = {}
        kept = []
        for fact in rule.facts:
            if self._is_of_others(fact.subject, fact.name):
                others[fact.name] = others.get(fact.name, 0) + 1
            else:
                kept.append(fact)
        return replace(rule, facts=tuple(kept), others=MappingProxyType(others))

    def _is_of_others(self, subject: str, name: str) -> bool:
        relation = self._book.relations[name]
        return subject != self._subject or bool(relation.private)

    # ── proofs ───────────────────────────────────────────────────────────────────────────────────

    def hides(self, goal: Goal) -> bool:
        """Whether a goal tells of an undisclosed rule."""
        relation, values = (goal.relation, goal.pattern) if isinstance(goal, Absence) else goal
        return relation in self._undisclosed.relations or any(value in self._undisclosed.words for value in values)

    def veil(self, goal: Goal) -> Goal:
        """The goal, or what stands for it."""
        found = self._veils.get(goal)
        if found is None:
            found = self._veils[goal] = self._veil(goal)
        return found

    def _veil(self, goal: Goal) -> Goal:
        if self.hides(goal):
            return UNDISCLOSED
        relation, values = (goal.relation, goal.pattern) if isinstance(goal, Absence) else goal
        if relation in self._book.subject_inputs and values[0] not in (self._subject, None):
            return OF_OTHERS
        return goal

    def prune(self, node: Node) -> Node:
        """The node without what is withheld; what remains still has its values."""
        match node:
            case DerivedNode(premises=premises):
                return node._replace(premises=self._premises(premises))
            case AbsenceNode(attempts=attempts, besides=besides, instead=instead):
                told = [each for each in attempts if not self._is_withheld(each)]
                shown = tuple(each._replace(premises=self._premises(each.premises)) for each in told)
                return node._replace(
                    attempts=shown,
                    besides=tuple(fact for fact in besides if not self.hides(fact)),
                    instead=tuple(fact for fact in instead if self.veil(fact) == fact),
                    withheld=len(told) < len(attempts) or any(map(self.hides, besides)),
                )
        return node

    def _is_withheld(self, attempt: Attempt) -> bool:
        return attempt.clause.id in self._undisclosed.ids or attempt.clause in self._book.undisclosed_clauses

    def _premises(self, premises: Iterable[Premise]) -> tuple[Premise, ...]:
        return tuple([self._premise(premise) for premise in premises])

    def _premise(self, premise: Premise) -> Premise:
        goals = tuple(dict.fromkeys(map(self.veil, premise.goals)))
        if not premise.only and not premise.groups:
            return premise if goals == premise.goals else premise._replace(goals=goals)
        only = tuple(dict.fromkeys(map(self.veil, premise.only)))
        return premise._replace(goals=goals, only=only, groups=tuple(map(self._group, premise.groups)))

    def _group(self, group: Group) -> Group:
        """A group with other people in it is counted, no more."""
        facts = [fact for member in group.members for fact in member.facts]
        only = tuple(dict.fromkeys(map(self.veil, group.only)))
        if group.private or any(self.veil(fact) != fact or self._book.relations[fact[0]].private for fact in facts):
            return group._replace(members=(), rest=group.counted, rest_sum=None, only=only)
        return group._replace(only=only)

    def mask(self, node: Node) -> Node:
        """The pruned node with other people's data hidden; like attempts are told once."""
        match node:
            case GivenNode(goal=goal):
                return node._replace(goal=self.masked(goal))
            case DerivedNode(goal=goal):
                return node._replace(
                    goal=self.masked(goal),
                    variables=self.values(node.variables, node.clause.private),
                    premises=tuple(map(self._masked_premise, node.premises)),
                )
            case AbsenceNode(goal=goal):
                told = [
                    each._replace(
                        variables=self.values(each.variables, each.clause.private),
                        premises=tuple(map(self._masked_premise, each.premises)),
                    )
                    for each in node.attempts
                ]
                attempts = told if len(told) < 2 else [each for at, each in enumerate(told) if each not in told[:at]]
                return node._replace(
                    goal=self.masked(goal),
                    attempts=tuple(attempts),
                    rest=node.rest + len(told) - len(attempts),
                    besides=tuple(dict.fromkeys(map(self.masked, node.besides))),
                    instead=tuple(dict.fromkeys(map(self.masked, node.instead))),
                )
        return node

    def _masked_premise(self, premise: Premise) -> Premise:
        hide_left, hide_right = premise.literal.private
        goals = tuple(dict.fromkeys(map(self.masked, premise.goals)))
        if not (hide_left or hide_right or premise.only or premise.groups):
            return premise if goals == premise.goals else premise._replace(goals=goals)
        return premise._replace(
            goals=goals,
            only=tuple(dict.fromkeys(map(self.masked, premise.only))),
            left=HIDDEN if hide_left and premise.left is not None else premise.left,
            right=HIDDEN if hide_right and premise.right is not None else premise.right,
            distance=None if hide_left or hide_right else premise.distance,
            groups=tuple(
                group._replace(
                    result=None if group.private else group.result,
                    only=tuple(dict.fromkeys(map(self.masked, group.only))),
                )
                for group in premise.groups
            ),
        )

    def masked(self, goal):
        if goal in (UNDISCLOSED, OF_OTHERS):
            return goal
        relation = self._book.relations[goal.relation if isinstance(goal, Absence) else goal[0]]
        if not relation.private:
            return goal
        if isinstance(goal, Absence):
            return goal._replace(pattern=_masked(goal.pattern, relation))
        return goal[0], _masked(goal[1], relation)

    def cited(self, facts: Iterable[UsedFact]) -> tuple[UsedFact, ...]:
        return tuple(f for f in facts if self.may_know(f.name) and not self._is_of_others(f.subject, f.name))

    def withheld_node(self, goal: Fact) -> WithheldNode:
        if goal == OF_OTHERS:
            return WithheldNode(goal, _OTHERS_ZH, _OTHERS_EN)
        return WithheldNode(goal, *self._book.rulebook.general)


def _masked(values: tuple, relation: Relation) -> tuple:
    return tuple(HIDDEN if at in relation.private and value is not None else value for at, value in enumerate(values))
