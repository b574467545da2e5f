"""What explaining needs of a policy, made once; and of a period, made once a period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache

from ..engines.traced.tracing import MOST_PERIODS, Fact, Pattern, Trace, Tracer
from ..ir.core import Compare, Const, Match, Var, expression_variables
from ..pack.additions import ADDED_FILE
from ..pack.policy import DecidingPolicy
from ..pack.rulebook import Rulebook
from ..pack.units import Measures
from ..pack.vocabulary import APPLICANT, GIVEN, PERIOD
from .disclosure.privacy import Privacy, Undisclosed
from .origins import fact_places
from .proof.clauses import ClauseView, views
from .proof.heights import Heights, Ways
from .proof.model import Node, Relation, Source
from .why_not.absences import Absences


class Book:
    """A policy with everything that its explanations have in common. Safe to share between threads."""

    def __init__(self, policy: DecidingPolicy) -> None:
        self.policy = policy
        self.tracer = Tracer(policy.core)
        self.measures = Measures(policy.vocabulary)
        self.rulebook = Rulebook(policy)
        self.privacy = Privacy(policy.core, policy.vocabulary.inputs)
        self.undisclosed = Undisclosed(policy, self.rulebook.undisclosed)
        self.views: Mapping[int, ClauseView] = views(policy, self.tracer.rules, self.measures, self.privacy)
        spans = self.undisclosed.spans
        self.undisclosed_clauses = frozenset(v.clause for v in self.views.values() if v.traced.rule.span in spans)
        self.ways = Ways(self.views, self.tracer)
        self.absences = Absences(self)
        self.relations = {name: self._relation(name) for name in policy.core.relations}
        inputs = policy.vocabulary.inputs.items()
        self.subject_inputs = frozenset(
            name for name, spec in inputs if spec.has_subject and self.relations[name].measures
        )
        self.rule_relations = frozenset(declared.name for declared in policy.vocabulary.with_role("rule"))
        self.period = lru_cache(MOST_PERIODS)(self._period)

    def _period(self, period: int) -> Period:
        return Period(self, period)

    def _relation(self, name: str) -> Relation:
        spec = self.policy.vocabulary.inputs.get(name)
        labels = (spec.label_zh, spec.label_en) if spec is not None and spec.label_zh != name else ("", "")
        return Relation(name, self.measures.of_columns(name), *labels, self.privacy.columns.get(name, frozenset()))

    def form_of(self, view: ClauseView, subject: str) -> Pattern:
        """What a rule says of a subject: the constants of its head, any value elsewhere."""
        head = view.traced.rule.head
        return (subject, *(term.value if isinstance(term, Const) else None for term in head[1:]))

    @cached_property
    def clauses_of(self) -> Mapping[str, list[ClauseView]]:
        """The clauses of each registered rule, in the order of the text."""
        found: dict[str, list[ClauseView]] = {}
        for index in sorted(self.views):
            found.setdefault(self.views[index].clause.id, []).append(self.views[index])
        return found

    def is_derived(self, relation: str) -> bool:
        return relation in self.tracer.by_relation

    def is_changeable(self, relation: str) -> bool:
        """Whether a relation is derived from what a request gives."""
        return relation not in self.tracer.fixed and relation in self.tracer.by_relation

    def source_of(self, fact: Fact, subject: str) -> Source:
        """Where a fact comes from that nothing derives."""
        relation, row = fact
        if relation in (APPLICANT, PERIOD, GIVEN):
            return "loader"
        if relation in self.policy.vocabulary.inputs:
            return "about" if relation in self.subject_inputs and row[0] != subject else "request"
        return "loader" if self.places.get(fact, ("", 0))[0] == ADDED_FILE else "pack"

    @cached_property
    def places(self) -> Mapping[Fact, tuple[str, int]]:
        """Where the pack's own facts stand: file and line."""
        return fact_places(self.policy.vocabulary.program)

    @cached_property
    def fixed_variables(self) -> Mapping[int, frozenset[str]]:
        """For each rule, the variables whose values come from the pack's tables alone."""
        return {index: self._fixed_variables(view) for index, view in self.views.items()}

    def _fixed_variables(self, view: ClauseView) -> frozenset[str]:
        body = view.traced.body
        names: dict[bool, set[str]] = {True: set(), False: set()}
        for step in body:
            if isinstance(step, Match):
                names[step.relation in self.tracer.fixed].update(t.name for t in step.terms if isinstance(t, Var))
        found = names[True] - names[False]
        for step in body:
            if isinstance(step, Compare) and step.op == "=":
                for target, value in ((step.left, step.right), (step.right, step.left)):
                    is_fixed = isinstance(value, Const) or set(expression_variables(value)) <= found
                    if isinstance(target, Var) and target.name not in names[False] and is_fixed:
                        found.add(target.name)
        return frozenset(found)


class Period:
    """What all explanations of one period have in common: heights and nodes of what no request changes."""

    def __init__(self, book: Book, number: int) -> None:
        self.number = number
        self.tables = book.tracer.tables(number)
        self.heights = Heights(Trace(book.tracer, self.tables, self.tables.relations), book.ways)
        self._nodes: dict[Fact, Node] = {}

    def node(self, fact: Fact, make: Callable[[Fact], Node]) -> Node:
        """The node of a fact that no request changes, made once."""
        found = self._nodes.get(fact)
        if found is None:
            found = self._nodes[fact] = make(fact)
        return found
