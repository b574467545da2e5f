"""A rule's steps over the forms of the relations they read: every way through them, as paths and values.

What is known is unrolled; conditions that can't hold end their way; totals and values that several steps read get
names, before the rule where no loop binds what they read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from .core import (
    Absent,
    Anything,
    Assign,
    Compare,
    Expr,
    Fold,
    Match,
    Rule,
    Step,
    Term,
    Var,
    expression_variables,
    step_variables,
    steps_within,
)
from .definitions import Check, Columns, Definition, Flag, Item, Let, Path, Total
from .forms import Env, Form, known
from .formulas import (
    Any,
    Formula,
    Has,
    Holds,
    Loop,
    compared,
    either,
    is_short,
    narrowed,
    opposite,
)
from .order import plan, rank_match
from .paths import condition, fails, further, is_in_loop
from .python import Names
from .terms import Column, Local, Operation, parts, value_of
from .terms import Term as ValueTerm

_AFTER_LOOPS = 6
#: Literals that a rule may have, those of its aggregates among them.
MOST_STEPS = 64
#: Steps that the unrolling of one rule may come to, one for each row of facts before it.
MOST_UNROLLED = 50_000
#: Named conditions from which on a disjunction gets a name of its own, since others may ask the same.
SHARED_FROM = 4

#: Assignment, the path to it, and the part of that path in which nothing can fail.
Found = tuple[Env, Path, Path]


class Unsupported(Exception):
    """Rules that are left to the general engine. `relation`: whose they are; `remedy`: what to do about it."""

    def __init__(self, relation: str, reason: str, remedy: str) -> None:
        self.relation, self.reason, self.remedy = relation, reason, remedy
        super().__init__(f"`{relation}` {reason}; {remedy}")


#: A body's steps in an order in which they can be taken, by the identity of the body and the variables bound before.
Plans = dict[tuple[int, frozenset[str]], tuple[Step, ...]]


class Steps(ABC):
    """The forms of the relations that are done, and the definitions so far.

    `tries`: operations that may fail are tried. `plans`: of a program that outlives them.
    """

    def __init__(self, forms: dict[str, Form], names: Names, *, tries: bool = True, plans: Plans | None = None) -> None:
        self.forms = forms
        self.names = names
        self._tries = tries
        self._plans = plans
        self.definitions: list[Definition] = []
        #: What named conditions stand for.
        self.means: dict[str, Formula] = {}
        self._shared: dict[object, tuple[ValueTerm | None, Formula]] = {}
        self._flags: dict[Formula, Formula] = {}
        #: Values that are named within loops.
        self._looped: set[ValueTerm] = set()
        #: By the identity of steps, which are kept with it.
        self._later: dict[tuple[tuple[int, ...], frozenset[str]], tuple[Sequence[Step], frozenset[str]]] = {}
        self._unrolled = 0
        self._fails = False
        #: What holds where an aggregate's body is gone through.
        self._before: Path = ()
        self._rule: Rule | None = None
        self._checks: list[Check] | None = None

    # ── rules ────────────────────────────────────────────────────────────────────────────────────

    def unroll(self, rule: Rule) -> list[tuple[tuple[ValueTerm, ...], Path]]:
        """The rows that a rule gives, each with its path."""
        if sum(1 for _ in steps_within(rule.body)) > MOST_STEPS:
            raise Unsupported(rule.relation, f"has a rule of more than {MOST_STEPS} literals", "split the rule in two")
        mark = len(self.definitions)
        rows, fails = self._rows(rule, None)
        if fails and self._tries:  # once more, in the order in which what can fail comes last
            del self.definitions[mark:]
            self._forget(mark)
            checks: list[Check] = []
            rows, _ = self._rows(rule, checks)
            self.definitions += checks
        return rows

    def _forget(self, mark: int) -> None:
        """What was shared by definitions that are gone."""
        kept = {d.local for d in self.definitions[:mark] if isinstance(d, Total)}
        kept |= {local for d in self.definitions[:mark] if isinstance(d, Columns) for local in d.locals}
        self._shared = {
            key: found for key, found in self._shared.items() if not isinstance(found[0], Local) or found[0] in kept
        }
        flags = {d.name for d in self.definitions[:mark] if isinstance(d, Flag)}
        self._flags = {key: f for key, f in self._flags.items() if isinstance(f, Holds) and f.name in flags}

    def _rows(self, rule: Rule, checks: list[Check] | None) -> tuple[list[tuple[tuple[ValueTerm, ...], Path]], bool]:
        self._rule, self._checks, self._unrolled, self._fails = rule, checks, 0, False
        wanted = frozenset(name for value in rule.head for name in expression_variables(value))
        rows = []
        for env, path, sure in self._steps(self._plan(rule.body), env={}, path=(), sure=(), wanted=wanted):
            values = tuple(valued(value, env, path) for value in rule.head)
            self._try(values, sure)
            rows.append((values, path))
        return rows, self._fails

    def _try(self, terms: Sequence[ValueTerm], sure: Path) -> None:
        """Notes that some of the terms may fail."""
        failing = tuple(term for term in terms if term.may_fail)
        if not failing:
            return
        self._fails = True
        if self._checks is not None and self._rule is not None:
            self._checks.append(Check((*self._before, *sure), failing, self._rule.span))

    # ── steps ────────────────────────────────────────────────────────────────────────────────────

    def _steps(
        self, steps: Sequence[Step], env: Env, path: Path, sure: Path, wanted: frozenset[str]
    ) -> Iterator[Found]:
        """`wanted`: variables that are read after the steps; a match that binds none that are read is a condition."""
        if not steps:
            yield env, path, sure
            return
        self._unrolled += 1
        if self._unrolled > MOST_UNROLLED:
            relation = self._rule.relation if self._rule else ""
            raise Unsupported(relation, f"unrolls to more than {MOST_UNROLLED} steps", "join fewer tables in one rule")
        step, rest = steps[0], steps[1:]
        match step:
            case Match():
                ways = self._ways(step, env, self._read_later(rest, wanted))
            case Absent(relation=relation, terms=terms):
                ways = [(env, (opposite(self._named_some(self.forms[relation].some(terms, env), relation)),))]
            case Compare(op=op, left=left, right=right):
                sides = valued(left, env, path), valued(right, env, path)
                self._try(sides, sure)
                ways = [(env, (compared(op, *sides),))]
            case Assign(variable=variable, value=value):
                term, items = self._assigned(variable, valued(value, env, path), rest, path)
                self._try((term,), sure)
                ways = [({**env, variable.name: term}, items)]
            case Fold():
                ways = self._folded(step, env, path, sure)
        for bound, items in ways:
            longer = further(path, items)
            if longer is not None:
                certain = further(sure, [item for item in items if not fails(item)]) if self._tries else sure
                yield from self._steps(rest, bound, longer, sure if certain is None else certain, wanted)

    def _read_later(self, rest: Sequence[Step], wanted: frozenset[str]) -> frozenset[str]:
        """The variables that are read behind a step."""
        key = tuple(map(id, rest)), wanted
        found = self._later.get(key)
        if found is None:
            found = self._later[key] = rest, wanted.union(*map(step_variables, rest))
        return found[1]

    def ways(self, steps: Sequence[Step], env: Env) -> Iterator[Env]:
        """The assignments that may satisfy the steps."""
        wanted = frozenset[str]().union(*map(step_variables, steps))
        return (found for found, _, _ in self._steps(self._plan(steps, frozenset(env)), env, (), (), wanted))

    def _plan(self, steps: Sequence[Step], bound: frozenset[str] = frozenset()) -> tuple[Step, ...]:
        if self._plans is None:
            return self._planned(steps, bound)
        key = id(steps), bound
        if key not in self._plans:
            self._plans[key] = self._planned(steps, bound)
        return self._plans[key]

    def _planned(self, steps: Sequence[Step], bound: frozenset[str]) -> tuple[Step, ...]:
        matches = [step for step in steps if isinstance(step, Match) and self.forms[step.relation].is_looped]
        looped = frozenset[str]().union(*map(step_variables, matches))
        exact = self._checks is not None
        return plan(steps, bound, exact=exact, rank=lambda step, names: self._rank(step, names, looped))

    def _rank(self, step: Match, known: AbstractSet[str], looped: frozenset[str]) -> tuple[int, int]:
        """What is known comes first, but as a test where a loop binds its variables; then facts, then sets."""
        by_places, fixed = rank_match(step, known)
        form = self.forms[step.relation]
        if form.count is not None:
            waits = form.count > 1 and step_variables(step) <= known | looped
            return (_AFTER_LOOPS, form.count) if waits else (0, form.count)
        owner = step.terms[0] if step.terms else Anything()
        if isinstance(owner, Var) and owner.name not in known and getattr(form, "has_owner", False):
            return (by_places + 100, fixed)
        return (by_places, fixed)

    def _ways(self, step: Match, env: Env, later: frozenset[str]) -> Iterator[tuple[Env, Path]]:
        form = self.forms[step.relation]
        terms = tuple(_needed(term, env, later, step.terms) for term in step.terms)
        if all(isinstance(term, Anything) or known(term, env) is not None for term in terms):
            yield env, (self._named_some(form.some(terms, env), step.relation),)
            return
        seen: set[object] = set()
        for way in form.ways(terms, env):
            key = (way.path, tuple(item for item in way.env.items() if item[0] not in env))
            if key not in seen:  # Rows that differ only in places that nothing needs.
                seen.add(key)
                yield way.env, tuple(f if isinstance(f, Loop) else self._named_some(f, step.relation) for f in way.path)

    def _named_some(self, formula: Formula, relation: str) -> Formula:
        """A disjunction of many named conditions gets a name, since others may ask the same."""
        if not isinstance(formula, Any) or len(formula.parts) < SHARED_FROM or not all(map(is_short, formula.parts)):
            return formula
        found = self._flags.get(formula)
        if found is not None:
            return found
        if any(isinstance(p, Has) and self.is_looped(p.term) for p in formula.parts):
            return formula
        self._flags[formula] = self.flag(f"some {relation}", ((formula,),))
        return self._flags[formula]

    def is_looped(self, term: ValueTerm) -> bool:
        """Whether it has a value within a loop alone."""
        return any(isinstance(part, Column) or part in self._looped for part in parts(term))

    def flag(self, hint: str, paths: tuple[Path, ...], sources: tuple = ()) -> Holds:
        name = self.names.new(hint)
        self.definitions.append(Flag(name, paths, sources))
        if all(not isinstance(item, (Loop, Let, Total)) for path in paths for item in path):
            self.means[name] = either(map(condition, paths))
        return Holds(name)

    def _assigned(
        self, variable: Var, term: ValueTerm, rest: Sequence[Step], path: Path
    ) -> tuple[ValueTerm, tuple[Item, ...]]:
        """A computed value that is read more than once gets a name."""
        uses = sum(variable.name in step_variables(step) for step in rest)
        if not isinstance(term, Operation) or term.may_fail or uses < 2:
            return term, ()
        local = Local(self.names.new(variable.name), term.span, True)
        if is_in_loop(path):
            self._looped.add(local)
            return local, (Let(local, term),)
        self.definitions.append(Columns((local,), ((condition(path), (term,)),)))
        return local, ()

    @abstractmethod
    def _folded(self, step: Fold, env: Env, path: Path, sure: Path) -> Iterator[tuple[Env, Path]]:
        """What an aggregate comes to."""


def _needed(term: Term, env: Env, later: frozenset[str], terms: Sequence[Term]) -> Term:
    """A variable that nothing reads is a place that nothing needs."""
    if isinstance(term, Var) and term.name not in env and term.name not in later and terms.count(term) == 1:
        return Anything()
    return term


def valued(node: Expr, env: Env, path: Path) -> ValueTerm:
    """The term of an expression, where the path was gone through."""
    return value_of(node, env, lambda term: narrowed(term, path))
