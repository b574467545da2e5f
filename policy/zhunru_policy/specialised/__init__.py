"""A policy specialised for some periods: plain Python source of one function over one applicant's facts.

The pack's own facts are folded in (parameters in force, criteria, tables, closures over them), rules are unrolled over
them, and what is left reads like code written by hand. The function raises `Unusual` or `Conflict`, or an operation
fails in it, where the general engine must have its say; it never gives another answer than that engine.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Callable, Mapping
from itertools import compress
from types import MappingProxyType
from typing import Protocol, cast

from ..engines import WORK_LIMIT, general
from ..errors import FactError
from ..ir.core import Absent, CoreProgram, Match, Row, Rule, can_fail, step_can_fail, steps_within
from ..language.arithmetic import ArithmeticFault
from ..language.syntax import NUMBER_MOST
from ..pack.answers import SHAPES
from ..pack.decision import Decision, DecisionDraft, OfferDraft
from ..pack.vocabulary import APPLICANT, GIVEN, PERIOD, Vocabulary
from . import answer, door
from .conditions import TRUE
from .forms import SUBJECT, Form, Guarded, Names, Unsupported, table
from .given import Given, GivenNames, input_locals
from .rules import Specialiser
from .symbols import Interval, Symbol
from .tree import Comment, Node, write


class Pack(Protocol):
    """What the specialiser reads of a policy."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def core(self) -> CoreProgram: ...

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def parts(self) -> Mapping[str, str]: ...

    @property
    def registry(self) -> Mapping[str, object]: ...


Decide = Callable[[str, Mapping, Mapping | None, int], Decision]


class Unusual(Exception):
    """Facts of a shape that the general way must look at."""


class Conflict(Exception):
    """Two rows where the specialised code has place for one."""


#: What a specialised function raises where the general way must decide.
LEFT_TO_GENERAL = (Unusual, Conflict, FactError, ArithmeticFault, TypeError, ValueError, KeyError, AttributeError)


def specialise(policy: Pack, span: Interval) -> Decide:
    """The policy's function for the periods of a span, in all of which the same parameters are in force.

    Raises `Unsupported` where a rule can't be specialised.
    """
    names: dict[str, object] = {
        "ABSENT": dict.fromkeys(name for name, spec in policy.vocabulary.inputs.items() if spec.has_subject),
        **door.range_sets(policy.vocabulary.inputs),
        "USUAL": door.USUAL_TYPES,
        "TEXT": frozenset({str}),
        "DICT": frozenset({dict}),
        "RANGES": door.ranges(policy.vocabulary.inputs),
        "NOTHING": (1, 0),
        "VERSION": policy.version,
        "Unusual": Unusual,
        "Conflict": Conflict,
        "Decision": DecisionDraft,
        "Offer": OfferDraft,
        "MappingProxyType": MappingProxyType,
        "compress": compress,
        "WORK_LIMIT": WORK_LIMIT,
        **general.RUNTIME,
    }
    try:
        code = compile(source(policy, span), f"<{policy.name} {span[0]}>", "exec")
    except SyntaxError as error:  # loops or blocks that nest deeper than Python allows
        raise Unsupported(f"rules that Python refuses: {error.msg}") from error
    exec(code, names)
    return cast("Decide", names["decide"])


def source(policy: Pack, span: Interval) -> str:
    """The Python source of the function, with the place of the rule beside each line."""
    core, inputs = policy.core, policy.vocabulary.inputs
    known = _known_rows(core)
    work = _Work(policy, known, span)
    rules = Specialiser(work.forms, work.names, flags=set(inputs), ids=frozenset(policy.registry))
    used = _used(core, set(policy.parts.values()))
    for stratum in core.strata:
        if not stratum.relations <= known.keys() and not stratum.relations.isdisjoint(used):
            rules.stratum(stratum, {name: sorted(core.facts.get(name, ()), key=repr) for name in stratum.relations})
    for relation in core.relations:
        work.forms.setdefault(relation, Guarded(()))
    arities = {name: relation.arity for name, relation in core.relations.items()}
    nodes: list[Node] = [
        Comment("The facts, checked; whatever is unusual goes the general way."),
        *door.nodes(inputs, work.others, rules.loops),
        Comment("The rules, in the order in which they build on each other."),
        *rules.body,
        Comment("The answer."),
        *answer.nodes(policy.parts, work.forms, arities, rules.shared),
    ]
    last = "on" if span[1] == NUMBER_MOST else f"to {span[1]}"
    title = f'"""{policy.name} {policy.version[:19]}, specialised for the periods from {span[0]} {last}."""'
    lines = ["def decide(subject, facts, about, period):", f"    {title}", *write(nodes)]
    return "\n".join([*lines, "", "", *door.check_functions(inputs)]) + "\n"


#: Names that the source uses for something else.
_RESERVED = frozenset(
    {
        *keyword.kwlist,
        *dir(builtins),
        *general.RUNTIME,
        "subject",
        "facts",
        "about",
        "period",
        "known",
        "value",
        "values",
        "owner",
    }
    | {f"answer_{part}" for part in SHAPES}
    | {"ABSENT", "USUAL", "TEXT", "DICT", "RANGES", "NOTHING", "VERSION", "CHECKS", "WORK_LIMIT"}
    | {"Unusual", "Conflict", "Decision", "Offer", "MappingProxyType"}
    | {"value_given", "given", "other", "name", "total", "least", "most", "work", "compress", "row", "decide"}
)


class _Work:
    """The forms of what is there before the first rule, and the names in use."""

    def __init__(self, policy: Pack, known: Mapping[str, set[Row]], span: Interval) -> None:
        inputs = {name: spec for name, spec in policy.vocabulary.inputs.items() if spec.has_subject}
        own = [name for spec in inputs.values() for name in input_locals(spec)]
        reserved = _RESERVED.union(door.range_sets(inputs))
        if len(set(own)) < len(own) or not reserved.isdisjoint(own) or not all(map(str.isidentifier, own)):
            raise Unsupported("inputs whose names clash as Python's")
        self.names = Names(reserved.union(own))
        self.others: set[str] = set()
        self.forms: dict[str, Form] = {name: table(rows) for name, rows in known.items()}
        for name in policy.vocabulary.inputs:
            self.forms[name] = Given(inputs[name], self.names, self.others) if name in inputs else Guarded(())
        self.forms[PERIOD] = Guarded((((Symbol("period", span),), TRUE),))
        self.forms[APPLICANT] = Guarded((((SUBJECT,), TRUE),))
        self.forms[GIVEN] = GivenNames(inputs, self.others)


def _known_rows(core: CoreProgram) -> dict[str, set[Row]]:
    """The rows of every relation that the pack's own facts decide."""
    known = {name for name, relation in core.relations.items() if not relation.is_input}
    for stratum in core.strata:
        if any(not _reads(rule) <= known for rule in stratum.rules):
            known -= stratum.relations
    strata = tuple(stratum for stratum in core.strata if stratum.relations <= known)
    rows = general.prepare(CoreProgram(core.relations, core.facts, strata))({})
    return {name: rows[name] for name in known}


def _used(core: CoreProgram, wanted: set[str]) -> set[str]:
    """The relations that the answer needs, and those whose rules can fail: a failing rule is an error, needed or
    not.
    """
    rules: dict[str, list[Rule]] = {}
    for rule in core.rules:
        rules.setdefault(rule.relation, []).append(rule)
        if any(map(step_can_fail, rule.body)) or any(map(can_fail, rule.head)):
            wanted.add(rule.relation)
    pending = list(wanted)
    while pending:
        for rule in rules.get(pending.pop(), ()):
            new = _reads(rule) - wanted
            wanted |= new
            pending.extend(new)
    return wanted


def _reads(rule: Rule) -> set[str]:
    return {step.relation for step in steps_within(rule.body) if isinstance(step, (Match, Absent))}


__all__ = ["LEFT_TO_GENERAL", "Conflict", "Decide", "Unsupported", "Unusual", "source", "specialise"]
