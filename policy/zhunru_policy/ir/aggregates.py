"""Aggregates over the forms of the relations they read: totals with a name, shared where they are over the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..language.arithmetic import fold_values
from .core import Fold, Match, Step, expression_variables
from .definitions import Case, Check, Columns, Item, Path, Total
from .forms import Env
from .formulas import FALSE, TRUE, Formula, Has, compared
from .paths import are_choices, choices, condition, is_in_loop, reach_of
from .terms import PERIOD, SUBJECT, Known, Local, Term, bounded, within
from .unrolling import Steps, valued

#: What has a value wherever it is read.
AT_ONCE = (SUBJECT, Local(PERIOD))


class Unroller(Steps):
    """Rules with their aggregates."""

    def _folded(self, step: Fold, env: Env, path: Path, sure: Path) -> Iterator[tuple[Env, Path]]:
        total, has, items = self._total(step, env, path, sure)
        if total is None:
            return
        bound = env.get(step.variable.name)
        agrees = TRUE if bound is None else compared("=", total, bound)
        yield {**env, step.variable.name: total}, (*items, has, agrees)

    def _total(self, step: Fold, env: Env, path: Path, sure: Path) -> tuple[Term | None, Formula, tuple[Item, ...]]:
        """The aggregate's value, None where it can't have one; when it has one; what must be gone through first."""
        outer = {name: env[name] for name in sorted(step.outer)}
        everywhere = all(isinstance(term, Known) or term in AT_ONCE for term in outer.values())
        in_place = is_in_loop(path) and not everywhere
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
            value = valued(step.target, env, path) if step.target else Known(1)
            self._try((value,), certain)
            if not path and isinstance(value, Known) and isinstance(value.value, int) and not repeats:
                base.append(value.value)
            else:
                cases.append(Case(path, value, tuple(env[v.name] for v in step.over) if repeats else ()))
        self._before = kept
        if step.op == "sum" and not within((sum(base), sum(base))):
            # Whether the whole sum is beyond 64 bits is known at its end, by the request.
            cases += [Case((), Known(value), ()) for value in base]
            base = []
        return fold_values("sum" if step.op == "count" else step.op, base), cases, repeats

    def _aggregate(
        self, step: Fold, start: int | None, cases: list[Case], repeats: bool, guard: Formula, in_place: bool
    ) -> tuple[Term | None, Formula, tuple[Item, ...]]:
        if not cases:
            return (None, FALSE, ()) if start is None else (Known(start), TRUE, ())
        span = reach_of(step.op, start, cases)
        checked = step.op == "sum" and not within(span)
        self._fails = self._fails or checked
        subject = next((inner.relation for inner in step.body if isinstance(inner, Match)), "values")
        local = Local(self.names.new(f"{step.op} of {subject}"), bounded(span), start is not None)
        has = TRUE if start is not None else Has(local)
        if step.op in ("min", "max") and not in_place and are_choices(cases):
            chosen = choices(step.op, start, cases, guard)
            return local, has, (Columns((local,), chosen, None if start is None else Known(start)),)  # type: ignore[return-value]
        return local, has, (Total(local, step.op, start, tuple(cases), guard, checked, repeats),)
