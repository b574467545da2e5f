"""Why the outcome is no better: the rules and missing facts that it rests on, the weightiest first, then the nearest.

The outcome's own derivations are followed to the rules in them: a rule that fired, one whose absence counts, a required
fact that is missing. Where the pack says that another part of the answer stands for what an outcome's applicant wishes
(role `wish`), it is followed why that part does not hold. Nothing here knows an outcome or a rule by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...engines.traced.tracing import Fact, Firing, pattern
from ...ir.core import Absent, Compare, Const, Match, Step, Value, Var, expression_variables
from ...language.syntax import ComparisonOp
from ...pack.rulebook import Texts
from ...pack.vocabulary import MISSING
from ..explanation import PrincipalReason
from ..goals import Absence, Goal
from ..proof.clauses import ClauseView
from .against import AgainstBuilder
from .distance import distance
from .searching import Way

#: An applicant is told no more of them.
MOST_FOR_APPLICANT = 4

_OPPOSITE: Mapping[ComparisonOp, ComparisonOp] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


class Principal:
    def __init__(self, builder: AgainstBuilder) -> None:
        self._builder = builder
        self._book, self._trace = builder.book, builder.trace
        self._subject = builder.subject

    def reasons(self, outcome: str) -> tuple[PrincipalReason, ...]:
        """None for the best outcome, and for one that the pack does not rank."""
        parts, ranks = self._book.policy.parts, self._book.rulebook.outcome_ranks
        instead = self._book.rulebook.wishes
        if ranks and ranks.get(outcome) in (None, max(ranks.values())):  # type: ignore[type-var]
            return ()
        wished = Absence(parts[instead[outcome]], (self._subject,)) if outcome in instead else None
        walk = _Walk(self, self._builder)
        if wished is not None and not self._trace.matching(wished.relation, wished.pattern):
            found = walk.against(wished)
        else:
            found = walk.fact((parts["outcome"], (self._subject, outcome)))
        told = {reason.id or reason.fact or reason.kind: reason for reason in found}
        rank = self._book.rulebook.rank
        return tuple(
            sorted(told.values(), key=lambda r: (rank(r.weight), r.distance is None, r.distance or 0, r.id, r.fact))
        )

    def fired(self, firing: Firing) -> PrincipalReason:
        view = self._book.views[firing[0]]
        if self._is_undisclosed(view.clause.id):
            return self._general(view.clause.id)
        values = self._told({name: firing[1][at] for name, at in view.written}, view)
        texts = self._book.rulebook.reason(view.clause.id, values, view.measures)
        return self._reason(view.clause.id, texts, self._margin(view, firing))

    def not_fired(self, rule_id: str, ways: list[tuple[ClauseView, Way]]) -> PrincipalReason | None:
        """None where the pack has no words against the rule: it would not have helped."""
        view, way = min(ways, key=lambda each: len(each[1].failing) + len(each[1].open))
        values = {name: way.values[name] for name, _ in view.written if name in way.values}
        texts = self._book.rulebook.reason_against(rule_id, self._told(values, view), view.measures)
        if texts is None:
            return None
        if self._is_undisclosed(rule_id):
            return self._general(rule_id)
        if not self._book.rulebook.asks_for(rule_id) <= values.keys():
            texts = self._unknown(way)
        failing = self._builder.attempt(view, way).failing
        away = [premise.distance for premise in failing]
        if self._builder.reader is not None and any(any(premise.literal.private) for premise in failing):
            away = [None]
        known = [each for each in away if each is not None]
        return self._reason(rule_id, texts, max(known) if known and len(known) == len(away) else None)

    def _told(self, values: dict[str, Value], view: ClauseView) -> Mapping[str, Value]:
        reader = self._builder.reader
        return values if reader is None else reader.values(values, view.clause.private)

    def _is_undisclosed(self, word: str) -> bool:
        return self._builder.reader is not None and not self._builder.reader.may_know(word)

    def _general(self, rule_id: str = "") -> PrincipalReason:
        """What stands for every undisclosed rule, and for missing facts that these alone read."""
        weight = self._book.rulebook.registry[rule_id].weight if rule_id else "high"
        return PrincipalReason("", "undisclosed", weight, "", *self._book.rulebook.general, None)

    def missing(self, name: str) -> PrincipalReason:
        if self._is_undisclosed(name):
            return self._general()
        spec = self._book.policy.vocabulary.inputs[name]
        texts = f"缺少必需信息：{spec.label_zh}", f"a required fact is missing: {spec.label_en}"
        return PrincipalReason("", "missing", "high", spec.source, *texts, None, name)

    def not_given(self, name: str) -> PrincipalReason:
        """An input that no rule of the pack stands for, and that would have helped."""
        spec = self._book.policy.vocabulary.inputs[name]
        texts = f"无此记录：{spec.label_zh}", f"no such record: {spec.label_en}"
        return PrincipalReason("", "fact", "", spec.source, *texts, None, name)

    def _reason(self, rule_id: str, texts: Texts, away: int | None) -> PrincipalReason:
        registered = self._book.rulebook.registry[rule_id]
        return PrincipalReason(rule_id, registered.kind, registered.weight, registered.section, *texts, away)

    def _unknown(self, way: Way) -> Texts:
        """What the inputs are called that were not given, where the pack's words speak of their values."""
        names = [step.relation for step, _ in way.failing if isinstance(step, Match)]
        relations = [self._book.relations[name] for name in names]
        zh, en = zip(*((each.label_zh or each.name, each.label_en or each.name) for each in relations), strict=True)
        return f"未知，无法判断：{'、'.join(zh)}", f"not known: {', '.join(en)}"

    def _margin(self, view: ClauseView, firing: Firing) -> int | None:
        """By how much the nearest fact would have to change for the clause to fail."""
        values = dict(zip(view.traced.variables, firing[1], strict=True))
        found: list[int] = []
        for step in view.traced.body:
            if isinstance(step, Compare):
                denied = Compare(_OPPOSITE[step.op], step.left, step.right, step.span)
                away = distance(denied, values, self._book.fixed_variables[view.traced.rule.index])
                found += [] if away is None else [away]
            elif isinstance(step, Match) and step.relation in self._book.subject_inputs:
                found += [1 for term in step.terms if isinstance(term, Const) and isinstance(term.value, int)]
        return min(found, default=None)


class _Walk:
    """One walk from an outcome to the reasons behind it; nothing is told twice."""

    def __init__(self, principal: Principal, builder: AgainstBuilder) -> None:
        self._principal = principal
        self._builder = builder
        self._book, self._trace = builder.book, builder.trace
        self._seen: set[Goal] = set()

    def fact(self, fact: Fact) -> Iterator[PrincipalReason]:
        """What a fact that counts against the applicant rests on, in every way in which it was derived."""
        if not self._is_new(fact):
            return
        if fact[0] == MISSING:
            yield self._principal.missing(str(fact[1][1]))
            return
        for firing in self._trace.firings(fact):
            view = self._book.views[firing[0]]
            if view.clause.id:
                yield self._principal.fired(self._builder.heights.best(fact))
                return
            for line in view.lines:
                if isinstance(line.main, Match):
                    yield from self.fact((line.main.relation, line.get(firing[1])))
                elif isinstance(line.main, Absent):
                    yield from self.against(Absence(line.main.relation, line.get(firing[1])))

    def against(self, goal: Absence, *, more: bool = False) -> Iterator[PrincipalReason]:
        """Why something does not hold that would have helped. `more`: what holds of it already is not enough."""
        if not self._is_new(goal):
            return
        by_id: dict[str, list[tuple[ClauseView, Way]]] = {}
        for view, ways in self._builder.failing(goal):
            if view.clause.id:
                by_id.setdefault(view.clause.id, []).extend((view, way) for way in ways)
                continue
            for way in ways:
                # What the pack's own numbers rule out, no fact would have helped to.
                if any(self._is_settled(view, step) for step, _ in way.failing):
                    continue
                for step, _ in way.failing:
                    yield from self._failing(view, step, way, more)
        for rule_id, failed in by_id.items():
            if failed and not self._holds(failed[0][0], goal):
                reason = self._principal.not_fired(rule_id, failed)
                if reason is not None:
                    yield reason

    def _failing(self, view: ClauseView, step: Step, way: Way, more: bool) -> Iterator[PrincipalReason]:
        match step:
            case Match(relation=relation) if relation in self._book.subject_inputs:
                yield self._principal.not_given(relation)
            case Match(relation=relation, terms=terms):
                yield from self.against(Absence(relation, pattern(terms, way.values)), more=more)
            case Absent() if more:
                pass  # what would be counted instead is worth less than what is
            case Absent(relation=relation, terms=terms):
                for row in sorted(self._trace.matching(relation, pattern(terms, way.values))):
                    yield from self.fact((relation, row))
            case _:
                for premise in self._builder.attempt(view, way._replace(failing=((step, ""),), open=())).premises:
                    for goal in premise.goals:
                        if not isinstance(goal, Absence):
                            yield from self.lacking(goal)

    def lacking(self, fact: Fact) -> Iterator[PrincipalReason]:
        """What a number that falls short could have had besides: rules that did not fire."""
        if not self._is_new(fact) or self._trace.is_stated(fact):
            return
        firing = self._builder.heights.best(fact)
        view = self._book.views[firing[0]]
        if view.clause.id:
            return
        values = dict(zip(view.traced.variables, firing[1], strict=True))
        for scope in view.traced.folds:
            for step in scope.fold.body:
                if isinstance(step, Match):
                    yield from self.against(Absence(step.relation, pattern(step.terms, values)), more=True)
        for line in view.lines:
            if isinstance(line.main, Absent):
                yield from self.against(Absence(line.main.relation, line.get(firing[1])), more=True)
        for below in self._builder.heights.ways.below(firing):
            yield from self.lacking(below)

    def _is_settled(self, view: ClauseView, step: Step) -> bool:
        """Whether a literal rests on nothing but what the pack says in this period."""
        fixed = self._book.fixed_variables[view.traced.rule.index]
        match step:
            case Compare(left=left, right=right):
                return fixed.issuperset((*expression_variables(left), *expression_variables(right)))
            case Match(relation=relation, terms=terms) if relation in self._book.tracer.fixed:
                return fixed.issuperset(term.name for term in terms if isinstance(term, Var))
            case _:
                return False

    def _holds(self, view: ClauseView, goal: Absence) -> bool:
        """Whether the rule fired after all, by another clause."""
        head = view.traced.rule.head
        form = tuple(
            term.value if isinstance(term, Const) else value for term, value in zip(head, goal.pattern, strict=True)
        )
        return bool(self._trace.matching(goal.relation, form))

    def _is_new(self, goal: Goal) -> bool:
        relation = goal.relation if isinstance(goal, Absence) else goal[0]
        if goal in self._seen or not self._book.is_changeable(relation):
            return False
        self._seen.add(goal)
        return True
