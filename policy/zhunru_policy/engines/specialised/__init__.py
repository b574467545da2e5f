"""A policy specialised for some periods: one Python function over one applicant's facts. It is what serves.

The residual program is printed: the pack's own facts are folded in (parameters in force, criteria, tables, closures
over them), and what is left reads like code written by hand. The function raises `Unusual` or `MayFail`, or an
operation has no result in it, where the general engine must have its say; it never gives another answer than that
engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import compress
from types import MappingProxyType
from typing import cast

from ...errors import AnswerError, RuleArithmeticError
from ...ir import python
from ...ir.core import Const, CoreProgram, Row, Rows, can_fail, step_can_fail
from ...ir.definitions import Definition, Fixpoint, Total
from ...ir.dependencies import closed, cone, reads_of
from ...ir.forms import Form, Guarded, Numbers, table
from ...ir.formulas import TRUE
from ...ir.python import Names, NestingError
from ...ir.residual import Residual
from ...ir.terms import PERIOD as PERIOD_LOCAL
from ...ir.terms import SUBJECT, Local, Span
from ...ir.unrolling import Unsupported
from ...language.arithmetic import checked, divide, remainder
from ...language.syntax import NUMBER_MOST
from ...language.syntax import Span as Place
from ...pack.answers import SHAPES
from ...pack.decision import Decision, DecisionDraft, OfferDraft
from ...pack.policy import PolicyData
from ...pack.vocabulary import APPLICANT, GIVEN, PERIOD
from .. import general
from .answer import AnswerWriter
from .door import Door
from .statements import Statements, over_own_tuples
from .values import Values
from .world import GivenForm, InputForm

Decide = Callable[[str, Mapping, Mapping | None, int], Decision]


class Unusual(Exception):
    """Facts of a shape that the general way must look at."""


class MayFail(Exception):
    """A rule may fail on these facts, or the answer may not be one: the general way must say."""


def specialise(policy: PolicyData, span: Span) -> Decide:
    """The policy's function for the periods of a span, in all of which the same parameters are in force.

    Raises `Unsupported` where a rule can't be specialised.
    """
    try:
        made = _Made(policy, span)
        bindings = python.run(made.nodes(), made.runtime())
    except NestingError as error:
        remedy = "split the largest rules in two"
        raise Unsupported(next(iter(policy.parts.values()), ""), f"becomes {error}", remedy) from error
    except RuleArithmeticError as error:
        relation = next(rule.relation for rule in policy.core.rules if rule.span == error.rule)
        raise Unsupported(relation, f"fails for every request: {error.reason}", "mend the rule") from error
    return cast("Decide", bindings["decide"])


def source(policy: PolicyData, span: Span) -> str:
    """The Python source of the function, with the place of the rule beside each line."""
    return "\n".join(python.lines(_Made(policy, span).nodes())) + "\n"


class _Made:
    """One policy's function in the making."""

    def __init__(self, policy: PolicyData, span: Span) -> None:
        self._policy, self._span = policy, span
        self._inputs = {n: spec for n, spec in policy.vocabulary.inputs.items() if spec.has_subject}
        names, numbers = Names(), Numbers()
        self._values = Values(self._inputs, names)
        self._residual = Residual(self._forms(numbers), names, numbers)
        self._recursions: dict[str, Callable[[Rows], Rows]] = {}
        self._statements = Statements(self._values, _places(policy), self._recursion)
        self._door: Door | None = None

    def nodes(self) -> list[python.Node]:
        self._unroll()
        own = {name: [] for name in self._inputs}
        rest: list[Definition] = []
        for definition in self._residual.definitions:
            text = over_own_tuples(definition)
            if text and isinstance(definition, Total):
                own[text].append(definition)
            else:
                rest.append(definition)
        self._door = Door(self._statements, own)
        rules = [node for definition in rest for node in self._statements.nodes(definition)]
        answer = list(AnswerWriter(self._statements, self._residual, self._policy.parts).nodes())
        checks = list(self._door.check_functions())  # they may fetch nothing, but must stand before the first call
        door = list(self._door.nodes())
        last = "on" if self._span[1] == NUMBER_MOST else f"to {self._span[1]}"
        title = f"{self._policy.name} {self._policy.version[:19]}, for the periods from {self._span[0]} {last}."
        body = [
            python.Note("The facts, checked; whatever is unusual goes the general way."),
            *door,
            python.Note("The rules, in the order in which they build on each other."),
            *rules,
            python.Note("The answer."),
            *answer,
        ]
        return [python.Function("decide", (SUBJECT.name, "facts", "about", PERIOD_LOCAL), body, title), *checks]

    def runtime(self) -> dict[str, object]:
        assert self._door is not None
        return {
            **self._door.runtime,
            **self._recursions,
            "VERSION": self._policy.version,
            "Unusual": Unusual,
            "MayFail": MayFail,
            "Decision": DecisionDraft,
            "Offer": OfferDraft,
            "MappingProxyType": MappingProxyType,
            "compress": compress,
            "unique": dict.fromkeys,
            "ordered": _ordered,
            "read_part": _read_part,
            "checked": checked,
            "divide": divide,
            "remainder": remainder,
        }

    def _forms(self, numbers: Numbers) -> dict[str, Form]:
        """What is there before the first rule."""
        core = self._policy.core
        forms: dict[str, Form] = {name: table(rows) for name, rows in known_rows(core).items()}
        for name in self._policy.vocabulary.inputs:
            forms[name] = InputForm(self._inputs[name], numbers) if name in self._inputs else Guarded(())
        forms[PERIOD] = Guarded((((Local(PERIOD_LOCAL, self._span, True),), TRUE),))
        forms[APPLICANT] = Guarded((((SUBJECT,), TRUE),))
        forms[GIVEN] = GivenForm(self._inputs, numbers)
        return forms

    def _unroll(self) -> None:
        core, residual = self._policy.core, self._residual
        used = _used(core, set(self._policy.parts.values()))
        for stratum in core.strata:
            if not stratum.relations <= residual.forms.keys() and not stratum.relations.isdisjoint(used):
                residual.stratum(stratum, {name: core.facts.get(name, ()) for name in stratum.relations})
        for relation in core.relations:
            residual.forms.setdefault(relation, Guarded(()))

    def _recursion(self, fixpoint: Fixpoint) -> str:
        """The name of a function from what a stratum reads to its rows."""
        core = self._policy.core
        facts = {name: rows for name, rows in fixpoint.facts.items() if rows}
        derive = general.prepare(CoreProgram(core.relations, facts, (fixpoint.stratum,)))

        def derived(rows: Rows) -> Rows:
            try:
                return derive(rows)
            except RuleArithmeticError as error:
                raise MayFail(error.reason) from None

        name = self._values.names.new("recursion")
        self._recursions[name] = derived
        return name


def known_rows(core: CoreProgram) -> dict[str, set[Row]]:
    """The rows of every relation that the pack's own facts decide."""
    known = closed(core)
    strata = tuple(stratum for stratum in core.strata if stratum.relations <= known)
    rows = general.prepare(CoreProgram(core.relations, core.facts, strata))({})
    return {name: rows[name] for name in known}


def _used(core: CoreProgram, wanted: set[str]) -> frozenset[str]:
    """The relations that the answer needs, and those whose rules can fail: a failing rule is an error, needed or
    not.
    """
    failing = {r.relation for r in core.rules if any(map(step_can_fail, r.body)) or any(map(can_fail, r.head))}
    return cone(reads_of(core), wanted | failing)


def _places(policy: PolicyData) -> dict[Place, str]:
    """What a clause is called: the ids that its heads name, and where it stands."""
    ids: dict[Place, dict[str, None]] = {}
    for rule in policy.core.rules:
        named = [str(v.value) for v in rule.head if isinstance(v, Const) and v.value in policy.registry]
        ids.setdefault(rule.span, {}).update(dict.fromkeys(named))
    return {span: " ".join([*found, f"{span.file}:{span.line}"]) for span, found in ids.items()}


def _ordered(points: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(points.items()))


def _read_part(part: str, rows: set[Row]) -> object:
    try:
        return SHAPES[part].read(part, sorted(rows))  # type: ignore[type-var]
    except AnswerError as error:
        raise MayFail(str(error)) from None


__all__ = ["Decide", "MayFail", "Unsupported", "Unusual", "source", "specialise"]
