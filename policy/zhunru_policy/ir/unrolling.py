"""A rule's steps over the forms of the relations they read: every way through them, as paths and values.

What is known is unrolled; conditions that can't hold end their way; totals and values that several steps read get
names, before the rule where no loop binds what they read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from ..language.arithmetic import fold_values
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
from .definitions import Case, Check, Columns, Definition, Flag, Item, Let, Path, Total
from .forms import Env, Form, known
from .formulas import (
    FALSE,
    TRUE,
    Any,
    Formula,
    Has,
    Holds,
    Is,
    Loop,
    Member,
    compared,
    either,
    every,
    is_short,
    narrowed,
    opposite,
)
from .formulas import within as formulas_within
from .order import plan, rank_match
from .python import Names
from .terms import PERIOD, SUBJECT, Column, Known, Local, Operation, Span, bounded, parts, union, value_of, within
from .terms import Term as ValueTerm

_AFTER_LOOPS = 6
#: Literals that a rule may have, those of its aggregates among them.
MOST_STEPS = 64
#: Steps that the unrolling of one rule may come to, one for each row of facts before it.
MOST_UNROLLED = 50_000
#: More elements than any list in memory has.
MOST_ELEMENTS = 2**40
#: Named conditions from which on a disjunction gets a name of its own, since others may ask the same.
SHARED_FROM = 4

#: What has a value wherever it is read.
AT_ONCE = (SUBJECT, Local(PERIOD))

#: Assignment, the path to it, and the part of that path in which nothing can fail.
Found = tuple[Env, Path, Path]


class Unsupported(Exception):
    """Rules that are left to the general engine. `relation`: whose they are; `remedy`: what to do about it."""

    def __init__(self, relation: str, reason: str, remedy: str) -> None:
        self.relation, self.reason, self.remedy = relation, reason, remedy
        super().__init__(f"`{relation}` {reason}; {remedy}")


class Unroller:
    """The forms of the relations that are done, and the definitions so far."""

    def __init__(self, forms: dict[str, Form], names: Names) -> None:
        self.forms = forms
        self.names = names
        self.definitions: list[Definition] = []
        #: What named conditions stand for.
        self.means: dict[str, Formula] = {}
        self._shared: dict[object, tuple[ValueTerm | None, Formula]] = {}
        self._flags: dict[Formula, Formula] = {}
        #: Values that are named within loops.
        self._looped: set[ValueTerm] = set()
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
        if fails:  # once more, in the order in which what can fail comes last
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
            values = tuple(_valued(value, env, path) for value in rule.head)
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
                later = wanted.union(*(step_variables(other) for other in rest))
                ways = self._ways(step, env, later)
            case Absent(relation=relation, terms=terms):
                ways = [(env, (opposite(self._named_some(self.forms[relation].some(terms, env), relation)),))]
            case Compare(op=op, left=left, right=right):
                sides = _valued(left, env, path), _valued(right, env, path)
                self._try(sides, sure)
                ways = [(env, (compared(op, *sides),))]
            case Assign(variable=variable, value=value):
                term, items = self._assigned(variable, _valued(value, env, path), rest, path)
                self._try((term,), sure)
                ways = [({**env, variable.name: term}, items)]
            case Fold():
                ways = self._folded(step, env, path, sure)
        for bound, items in ways:
            further = _further(path, items)
            if further is not None:
                certain = _further(sure, tuple(item for item in items if not _fails(item)))
                yield from self._steps(rest, bound, further, sure if certain is None else certain, wanted)

    def _plan(self, steps: Sequence[Step], bound: frozenset[str] = frozenset()) -> tuple[Step, ...]:
        matches = [step for step in steps if isinstance(step, Match) and self.forms[step.relation].is_looped]
        looped = frozenset[str]().union(*map(step_variables, matches))
        exact = self._checks is not None
        return plan(steps, bound, exact=exact, rank=lambda step, known: self._rank(step, known, looped))

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
        found = self._flags.get(formula)
        if found is not None:
            return found
        if not isinstance(formula, Any) or len(formula.parts) < SHARED_FROM or not all(map(is_short, formula.parts)):
            return formula
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
        if _is_in_loop(path):
            self._looped.add(local)
            return local, (Let(local, term),)
        self.definitions.append(Columns((local,), ((condition(path), (term,)),)))
        return local, ()

    # ── aggregates ───────────────────────────────────────────────────────────────────────────────

    def _folded(self, step: Fold, env: Env, path: Path, sure: Path) -> Iterator[tuple[Env, Path]]:
        total, has, items = self._total(step, env, path, sure)
        if total is None:
            return
        bound = env.get(step.variable.name)
        agrees = TRUE if bound is None else compared("=", total, bound)
        yield {**env, step.variable.name: total}, (*items, has, agrees)

    def _total(
        self, step: Fold, env: Env, path: Path, sure: Path
    ) -> tuple[ValueTerm | None, Formula, tuple[Item, ...]]:
        """The aggregate's value, None where it can't have one; when it has one; what must be gone through first."""
        outer = {name: env[name] for name in sorted(step.outer)}
        everywhere = all(isinstance(term, Known) or term in AT_ONCE for term in outer.values())
        in_place = _is_in_loop(path) and not everywhere
        body = self._plan(step.body, step.outer)
        guard = TRUE if everywhere or in_place else condition(path)
        key = (step.op, step.target, body, tuple(outer.items()), guard)
        if not in_place and key in self._shared and self._checks is None:
            return (*self._shared[key], ())
        start, cases, repeats = self._cases(step, body, outer, sure)
        total, has, items = self._aggregate(step, start, cases, repeats, guard, in_place)
        failing = [item for item in items if isinstance(item, Total) and item.checked]
        if in_place:
            self._looped.update(item.local for item in items if isinstance(item, Total))
        else:
            self.definitions += items  # type: ignore[arg-type]
            self._shared[key] = (total, has)
            items = ()
        if failing and self._checks is not None and self._rule is not None:
            self._checks.append(Check((*self._before, *sure, *failing), (), self._rule.span))
        return total, has, items

    def _cases(self, step: Fold, body: Sequence[Step], outer: Env, sure: Path) -> tuple[int | None, list[Case], bool]:
        wanted = frozenset(v.name for v in step.over) | frozenset(expression_variables(step.target))
        base: list[int] = []
        cases: list[Case] = []
        repeats = any(isinstance(inner, Match) and self.forms[inner.relation].repeats for inner in step.body)
        kept, self._before = self._before, (*self._before, *sure)
        for env, path, certain in self._steps(body, outer, (), (), wanted):
            value = _valued(step.target, env, path) if step.target else Known(1)
            self._try((value,), certain)
            if not path and isinstance(value, Known) and isinstance(value.value, int) and not repeats:
                base.append(value.value)
            else:
                cases.append(Case(path, value, tuple(env[v.name] for v in step.over) if repeats else ()))
        self._before = kept
        return fold_values("sum" if step.op == "count" else step.op, base), cases, repeats

    def _aggregate(
        self, step: Fold, start: int | None, cases: list[Case], repeats: bool, guard: Formula, in_place: bool
    ) -> tuple[ValueTerm | None, Formula, tuple[Item, ...]]:
        if not cases:
            return (None, FALSE, ()) if start is None else (Known(start), TRUE, ())
        span = _reach(step.op, start, cases)
        checked = step.op == "sum" and not within(span)
        self._fails = self._fails or checked
        subject = next((inner.relation for inner in step.body if isinstance(inner, Match)), "values")
        local = Local(self.names.new(f"{step.op} of {subject}"), bounded(span), start is not None)
        has = TRUE if start is not None else Has(local)
        if step.op in ("min", "max") and not in_place and _are_choices(cases):
            chosen = _choices(step.op, start, cases, guard)
            return local, has, (Columns((local,), chosen, None if start is None else Known(start)),)  # type: ignore[return-value]
        return local, has, (Total(local, step.op, start, tuple(cases), guard, checked, repeats),)


def _choices(
    op: str, start: int | None, cases: Sequence[Case], guard: Formula
) -> tuple[tuple[Formula, tuple[ValueTerm, ...]], ...]:
    """The first condition that holds decides, so that of the least (or greatest) comes first."""
    numbers = sorted({case.value.span[0] for case in cases}, reverse=op == "max")
    better = [n for n in numbers if start is None or (n < start if op == "min" else n > start)]
    return tuple(
        (every([guard, either(condition(c.path) for c in cases if c.value.span[0] == number)]), (Known(number),))
        for number in better
    )


def _are_choices(cases: Sequence[Case]) -> bool:
    return all(isinstance(case.value, Known) and not _is_in_loop(case.path) for case in cases)


def _reach(op: str, start: int | None, cases: Sequence[Case]) -> Span:
    if op in ("min", "max"):
        return union([*(case.value.span for case in cases), *([] if start is None else [(start, start)])])
    low = high = start or 0
    for case in cases:
        times = _times(case.path)
        low += min(0, case.value.span[0]) * times
        high += max(0, case.value.span[1]) * times
    return low, high


def _times(path: Path) -> int:
    times = 1
    for item in path:
        if isinstance(item, Loop):
            times *= MOST_ELEMENTS if item.most is None else item.most
    return times


def _needed(term: Term, env: Env, later: frozenset[str], terms: Sequence[Term]) -> Term:
    """A variable that nothing reads is a place that nothing needs."""
    if isinstance(term, Var) and term.name not in env and term.name not in later and terms.count(term) == 1:
        return Anything()
    return term


def _valued(node: Expr, env: Env, path: Path) -> ValueTerm:
    """The term of an expression, where the path was gone through."""
    return value_of(node, env, lambda term: narrowed(term, path))


def condition(path: Path) -> Formula:
    """The condition that a path without loops is."""
    return every(item for item in path if not isinstance(item, (Loop, Let, Total)))


def _further(path: Path, items: Sequence[Item]) -> Path | None:
    """The path with what is new in the items; None where it can't be gone through."""
    for item in items:
        if item == FALSE or (not isinstance(item, (Loop, Let, Total)) and opposite(item) in path):
            return None
        if item != TRUE and item not in path:
            path = (*path, item)
    return path


def _fails(item: Item) -> bool:
    """Whether a condition reads what may have failed."""
    if isinstance(item, (Loop, Let, Total)):
        return False
    terms: list[ValueTerm] = []
    for each in formulas_within(item):
        if isinstance(each, Is):
            terms += [each.left, each.right]
        elif isinstance(each, Member):
            terms += each.values
    return any(term.may_fail for term in terms)


def _is_in_loop(path: Path) -> bool:
    return any(isinstance(item, Loop) for item in path)
