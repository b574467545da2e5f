"""What would have to change: the smallest changes within the applicant's power after which the outcome is a wished one.

Each fact that the pack says can change becomes an open value, in whole steps and in the direction allowed; everything
else stays as given. The solver finds the least number of facts, then the least steps over them, and proves both: it is
asked for fewer first, and says that there is none. Every answer is decided again by the engine before it is given.

A graph of friends or devices is read as the scalars that it comes to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cached_property
from typing import NamedTuple

from ...errors import EvaluationError, QuestionError, ZhunruError
from ...ir.forms import Form, Guarded, Numbers, table
from ...ir.formulas import FALSE, Formula, compared, either, every
from ...ir.python import Names
from ...ir.residual import Residual, Unsupported
from ...ir.terms import Known
from ...pack.decision import Decision
from ...pack.facts import About, Facts
from ...pack.policy import DecidingPolicy
from ...pack.vocabulary import GIVEN, InputSpec
from ...solver import Context, Model, OutOfTime, Search, Unsolvable
from .applying import apply
from .asked import Asked, asked_of, with_scalars
from .counterfactual import Blocker, Change, Counterfactual, Recourse
from .open_facts import OpenRow, OpenWorld, certain
from .reach import added_up, asked_whether_given, cone_of, plans_of, tables_of, totals_of, touched_by
from .totals import open_totals
from .words import blocker

__all__ = ["BeyondSolverError", "Blocker", "Change", "Counterfactual", "Recourse", "RecourseError", "recourse"]

#: Of facts that block, so many sets are named, each as small as any.
MOST_BLOCKING = 3

Left = Callable[[], float]
#: Outcomes, or the one part of the answer that stands for them.
Outcomes = tuple[str, ...]


class RecourseError(ZhunruError):
    """An answer of the solver did not hold when it was decided again: a fault."""


class BeyondSolverError(RecourseError):
    """The rules can't be given to the solver for these facts: products of open values, say, or recursion over them."""


def recourse(
    policy: DecidingPolicy,
    subject: str,
    facts: Facts,
    about: About | None = None,
    *,
    as_of: date,
    wish: str | None = None,
    most: int = 3,
    left: Left | None = None,
) -> Recourse:
    """As `recourse_of` a request that is read here. Raises `FactError` like `decide`, and what that raises."""
    return recourse_of(policy, asked_of(policy, subject, facts, about, as_of), wish, most, left)


def recourse_of(
    policy: DecidingPolicy, asked: Asked, wish: str | None = None, most: int = 3, left: Left | None = None
) -> Recourse:
    """Up to `most` different answers. `left`: tells the seconds that the caller still has; None without a limit.

    `wish`: an outcome, or the part of the answer that the pack wishes instead of one. Without it, what the pack wishes
    instead of a better outcome, else the next better outcome or any above it: where the next one can't be come by (as
    a restriction's end leads past it) or costs more, the applicant wants the higher one.

    Raises `QuestionError` for an outcome that is not known, `BeyondSolverError` for rules that can't be solved.
    """
    wished = _wished(policy, asked.decision, wish)
    if not wished.holds:
        return Recourse((), ())
    question = _Question(policy, with_scalars(policy, asked), left)
    try:
        return question.answer(wished, most)
    except Unsolvable as error:
        raise BeyondSolverError(f"the rules can't be solved for what would have to change: {error}") from None


class _Wish(NamedTuple):
    """`holds`: the outcomes wished for, the lowest first, or the part of the answer that stands for them, which are
    then `beyond` the applicant's power. `instead`: the part to look at where no change gives the outcome wished for.
    """

    holds: Outcomes
    beyond: Outcomes = ()
    instead: Outcomes = ()


def _wished(policy: DecidingPolicy, decision: Decision, wish: str | None) -> _Wish:
    """What is wished for, as the pack ranks outcomes and stands in for them."""
    ranks = {str(row[0]): int(row[1]) for row in policy.vocabulary.facts_with_role("outcome_rank")}
    instead = {str(row[0]): str(row[1]) for row in policy.vocabulary.facts_with_role("wish")}
    order = sorted(ranks, key=lambda outcome: (ranks[outcome], outcome))
    if wish is not None:
        if wish not in ranks and wish not in instead.values():
            raise QuestionError("wish", f"`{wish:.60}` can't be wished for; outcomes are {', '.join(order)}")
        below = [part for outcome, part in instead.items() if ranks.get(outcome, 0) < ranks.get(wish, 0)]
        return _Wish((wish,), instead=tuple(below))
    own = ranks.get(decision.outcome)
    better = () if own is None else tuple(outcome for outcome in order if ranks[outcome] > own)
    if decision.outcome in instead:
        return _Wish((instead[decision.outcome],), beyond=better)
    return _Wish(better)


class _Question:
    """One request, and what would have to change in it."""

    def __init__(self, policy: DecidingPolicy, asked: Asked, left: Left | None) -> None:
        self._policy, self._asked, self._left = policy, asked, left
        self._subject = asked.subject

    @cached_property
    def _context(self) -> Context:
        return Context()

    def answer(self, wish: _Wish, most: int) -> Recourse:
        told, found, complete = wish.holds, [], True
        blockers: tuple[Blocker, ...] = ()
        try:
            self._changes(wish.holds, most, found)
            blockers = self._blockers(wish.beyond, ours=False) if found else self._blockers(wish.holds, ours=True)
            if not found and wish.instead:
                told = wish.instead
                self._changes(wish.instead, most, found)
        except OutOfTime:
            complete = False
        return Recourse(told if found else wish.holds, tuple(found), blockers, complete)

    def _changes(self, wish: Outcomes, most: int, found: list[Counterfactual]) -> None:
        """Fills `found`: the least change, then the least of those that are different. Raises `OutOfTime`."""
        world, search = self._open(wish, ours=True, beyond=False)
        if search is None:
            return
        number = 0
        while len(found) < most and (least := search.fewest(world.open, number)) is not None:
            model, number = least
            model = search.nearest(world.open, model, number)
            found.append(self._counterfactual(world, model, wish))
            taken = {fact.kind for fact in world.open if fact.change(model) is not None}
            search.forbid([either(fact.changed for fact in world.open if fact.kind == kind) for kind in taken])

    def _blockers(self, wish: Outcomes, *, ours: bool) -> tuple[Blocker, ...]:
        """What keeps the wish out of reach; `ours`: also with what the applicant can change. Raises `OutOfTime`."""
        if not wish:
            return ()
        names = self._blocking(wish, ours=ours)
        if not names and not self._asked.decision.missing:
            names = self._blocking(wish, ours=ours, against=True)
        inputs, missing = self._policy.vocabulary.inputs, not names
        named = self._asked.decision.missing if missing else [name for name in inputs if name in names]
        return tuple(blocker(inputs[name], self._value(name), missing=missing) for name in named)

    def _blocking(self, wish: Outcomes, *, ours: bool, against: bool = False) -> set[str]:
        """The fewest facts beyond the applicant's power whose change would let the wish come true, also of several such
        sets; `against`: a changeable fact that goes the wrong way is one.
        """
        world, search = self._open(wish, ours=ours, beyond=True, against=against)
        beyond = [fact for fact in world.open if not fact.allowed]
        least = search and search.fewest(beyond)
        names: set[str] = set()
        model: Model | None = least and least[0]
        for _ in range(MOST_BLOCKING):
            taken = [fact for fact in beyond if model and model.holds(fact.changed)]
            if not taken or least is None or search is None:
                break
            names.update(fact.spec.name for fact in taken)
            search.forbid([fact.changed for fact in taken])
            model = search.with_as_few(beyond, least[1])
        return names

    def _value(self, name: str) -> int | str | None:
        """Of a single-valued input."""
        rows = [row for row in self._asked.rows.get(name, ()) if row[0] == self._subject]
        return rows[0][1] if len(rows) == 1 and not self._policy.vocabulary.inputs[name].many else None

    # ── the rules over what is open ──────────────────────────────────────────────────────────────

    def _open(
        self, wish: Outcomes, *, ours: bool, beyond: bool, against: bool = False
    ) -> tuple[OpenWorld, Search | None]:
        """Opens facts, and looks for what gives the wish; no search where nothing does."""
        self._pause()
        core, inputs = self._policy.core, self._policy.vocabulary.inputs
        wanted = frozenset(self._policy.parts.get(part, self._policy.parts["outcome"]) for part in wish)
        cone, names = cone_of(self._policy, wanted), Names()
        world = OpenWorld(core, self._subject, self._asked.rows, names, added_up(self._policy), ours, beyond, against)
        opening = [
            spec for spec in inputs.values()
            if spec.has_subject and spec.name in cone and any(map(world.opens, spec.columns))
        ]  # fmt: skip
        fresh = [spec for spec in opening if self._may_be_given(spec)]
        touched = touched_by(self._policy, frozenset([*(s.name for s in opening), *([GIVEN] if fresh else [])]))
        sums = open_totals(world, totals_of(self._policy), self._asked.known, touched)
        constant = tables_of(self._policy)
        forms: dict[str, Form] = {
            name: constant[name] if name in constant else table(rows)
            for name, rows in self._asked.known.items()
            if name not in touched
        }
        forms |= {name: table(self._asked.rows.get(name, ())) for name in core.inputs}
        opened: dict[str, list[OpenRow]] = {spec.name: list(world.rows_of(spec)) for spec in opening} | sums
        forms |= {name: Guarded(tuple(rows), repeats=_may_repeat(rows)) for name, rows in opened.items()}
        if fresh:
            forms[GIVEN] = Guarded((*map(certain, self._asked.rows[GIVEN]), *self._given(world, fresh)))
        rules = Residual(forms, names, Numbers(), merges=False, tries=False, plans=plans_of(self._policy))
        self._unroll(rules, cone)
        found = either(self._gives(row, wish) for name in wanted for row in rules.forms[name].loop())
        if found == FALSE:
            return world, None
        return world, Search(rules.definitions, world.limits, found, self._left, self._context)

    def _given(self, world: OpenWorld, fresh: Sequence[InputSpec]) -> Iterator[OpenRow]:
        """That an input which was not given comes to be."""
        for spec in fresh:
            given = either(fact.changed for fact in world.open if fact.spec is spec)
            yield (Known(self._subject), Known(spec.name)), given

    def _unroll(self, rules: Residual, cone: AbstractSet[str]) -> None:
        core = self._policy.core
        for stratum in core.strata:
            if stratum.relations <= rules.forms.keys() or stratum.relations.isdisjoint(cone):
                continue
            self._pause()
            if stratum.recursive:
                raise Unsolvable(f"recursion over open rows in {', '.join(sorted(stratum.relations))}")
            try:
                rules.stratum(stratum, {name: core.facts.get(name, ()) for name in stratum.relations})
            except Unsupported as error:
                raise Unsolvable(str(error)) from error

    def _gives(self, row: tuple, wish: Outcomes) -> Formula:
        """When a row about the applicant is one that was wished for."""
        values, path = row
        about = [compared("=", values[0], Known(self._subject))]
        if len(values) > 1:
            about.append(either(compared("=", values[1], Known(outcome)) for outcome in wish))
        return every([*path, *about])

    def _may_be_given(self, spec: InputSpec) -> bool:
        """Whether a rule asks if an input was given that was not, and that can come to be."""
        if spec.required and not (spec.many and len(spec.columns) == 1):
            return False
        return (
            spec.name in asked_whether_given(self._policy) and (self._subject, spec.name) not in self._asked.rows[GIVEN]
        )

    def _pause(self) -> None:
        if self._left is not None and self._left() <= 0:
            raise OutOfTime

    # ── answers ──────────────────────────────────────────────────────────────────────────────────

    def _counterfactual(self, world: OpenWorld, model: Model, wish: Outcomes) -> Counterfactual:
        made = [(fact, change) for fact in world.open if (change := fact.change(model)) is not None]
        edits = [edit for fact, change in made for edit in fact.edits(change)]
        facts = apply(edits, self._asked.facts, self._asked.rows, self._subject)
        try:
            decision = self._policy.decide(self._subject, facts, self._asked.about, as_of=self._asked.as_of)
        except EvaluationError as error:
            raise RecourseError(
                f"the rules fail after a change that should give {' or '.join(wish)}: {error}"
            ) from error
        if not any(decision.outcome == part or getattr(decision, part, False) is True for part in wish):
            raise RecourseError(
                f"a change that should give {' or '.join(wish)} gave {decision.outcome}; the solver is wrong"
            )
        return Counterfactual(tuple(change for _, change in made), facts, decision.outcome)


def _may_repeat(rows: Sequence[OpenRow]) -> bool:
    """Whether two open rows may come to be one."""
    still_open = [at for at, (values, _) in enumerate(rows) if not all(isinstance(value, Known) for value in values)]
    return any(
        all(compared("=", a, b) != FALSE for a, b in zip(rows[at][0], values, strict=True))
        for at in still_open
        for other, (values, _) in enumerate(rows)
        if at != other
    )
