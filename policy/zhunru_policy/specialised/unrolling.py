"""A rule's steps as statements: what is known is unrolled, and what is left becomes tests, loops and locals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..engines.reference import COMPARISONS as EVALUATE
from ..ir.core import (
    Absent,
    Anything,
    Assign,
    Compare,
    Fold,
    Match,
    Operation,
    Rule,
    Step,
    Term,
    Var,
    expression_variables,
    step_variables,
    steps_within,
)
from ..ir.order import plan, rank_match
from ..language.arithmetic import fold_values
from ..language.syntax import NUMBER_LEAST, NUMBER_MOST
from .conditions import FALSE, TRUE, conjunction, negation
from .folds import accumulate, choice, length, reach, subject_of
from .forms import SUBJECT, Form, Guarded, Names, Rows, Unsupported
from .given import Given, rows_name
from .slots import FLAG, Leaf
from .symbols import Env, Interval, Symbol, constant, expression
from .tree import Block, Line, Node, pruned

_AFTER_LOOPS = 6
#: Literals that a rule may have, those of its aggregates among them: each nests deeper, and Python nests so deep alone.
MOST_STEPS = 64
#: Steps that the unrolling of one rule may come to, one for each row of facts before it.
MOST_UNROLLED = 50_000
#: What the function is called with: the same wherever it is read.
GIVEN_AT_ONCE = (SUBJECT.text, "period")
COMPARISONS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(slots=True)
class Unroller:
    """The statements so far, the form of each relation done, and the rule being unrolled."""

    forms: dict[str, Form]
    names: Names
    body: list[Node] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _computed: int = 0
    _times: list[int | None] = field(default_factory=lambda: [1])
    _unrolled: int = 0
    _folds: dict[str, Symbol] = field(default_factory=dict)
    #: Loops over the applicant's own lists that fill totals: input, its initial lines, and what stands in its loop.
    loops: dict[str, tuple[list[Node], list[Node]]] = field(default_factory=dict)
    #: Locals that hold from here on: flags and computed columns, not what loops bind.
    #: The registered rule ids, for comments.
    ids: frozenset[str] = frozenset()
    flags: set[str] = field(default_factory=set)  # inputs' locals among them
    #: The tests of flags.
    means: dict[str, str] = field(default_factory=dict)
    _top: list[Node] | None = None

    # ── steps ────────────────────────────────────────────────────────────────────────────────────

    def _unroll(self, rule: Rule, leaf: Callable[[tuple[Symbol, ...], list[Node]], None]) -> list[Node]:
        if sum(1 for _ in steps_within(rule.body)) > MOST_STEPS:
            raise Unsupported(f"`{rule.relation}` has a rule of more than {MOST_STEPS} literals")
        nodes: list[Node] = []
        wanted = frozenset(name for value in rule.head for name in expression_variables(value))

        def at_end(env: Env, here: list[Node]) -> None:
            leaf(tuple(expression(value, env) for value in rule.head), here)

        self._path, self._computed, self._unrolled = [], 0, 0
        self._steps(self._plan(rule.body), {}, nodes, wanted, at_end)
        return nodes

    def _steps(
        self,
        steps: Sequence[Step],
        env: Env,
        nodes: list[Node],
        wanted: frozenset[str],
        then: Callable[[Env, list[Node]], None],
    ) -> None:
        """`wanted`: variables that are needed after the steps; a match that binds none that are needed is a test."""
        if not steps:
            then(env, nodes)
            return
        self._unrolled += 1
        if self._unrolled > MOST_UNROLLED:
            raise Unsupported(f"a rule comes to more than {MOST_UNROLLED} steps to unroll")
        step, rest = steps[0], steps[1:]
        later = wanted.union(*(step_variables(other) for other in rest))
        match step:
            case Match():
                self._match(step, rest, env, nodes, wanted, later, then)
            case Absent(relation=relation, terms=terms):
                test = negation(self._shared_test(self.forms[relation].some(terms, env), relation))
                self._if(test, nodes, lambda here: self._steps(rest, env, here, wanted, then))
            case Compare(op=op, left=left, right=right):
                test = _comparison(op, expression(left, env), expression(right, env))
                self._if(test, nodes, lambda here: self._steps(rest, env, here, wanted, then))
            case Assign(variable=variable, value=value):
                symbol = self._named(expression(value, env), value, variable, rest, nodes)
                self._steps(rest, {**env, variable.name: symbol}, nodes, wanted, then)
                self._computed -= symbol.text != expression(value, env).text
            case Fold():
                self._fold(step, rest, env, nodes, wanted, then)

    def _plan(self, steps: Sequence[Step], bound: frozenset[str] = frozenset()) -> tuple[Step, ...]:
        looped = frozenset[str]().union(
            *(
                step_variables(s)
                for s in steps
                if isinstance(s, Match) and isinstance(form := self.forms[s.relation], Given) and form.is_tuples
            )
        )
        return plan(steps, bound, rank=lambda step, known: self._rank(step, known, looped))

    def _rank(self, step: Match, known: AbstractSet[str], looped: frozenset[str]) -> tuple[int, int]:
        """What is known comes first, but as a test where a loop over tuples binds its variables; then facts, then
        sets.
        """
        by_places, fixed = rank_match(step, known)
        form = self.forms[step.relation]
        if isinstance(form, Guarded):
            waits = len(form.rows) > 1 and step_variables(step) <= known | looped
            return (_AFTER_LOOPS, len(form.rows)) if waits else (0, len(form.rows))
        owner = step.terms[0] if step.terms else Anything()
        if isinstance(owner, Var) and owner.name not in known and not isinstance(form, Rows):
            return (by_places + 100, fixed)
        return (by_places, fixed)

    def _match(
        self,
        step: Match,
        rest: Sequence[Step],
        env: Env,
        nodes: list[Node],
        wanted: frozenset[str],
        later: frozenset[str],
        then: Callable[[Env, list[Node]], None],
    ) -> None:
        form = self.forms[step.relation]
        terms = tuple(_needed(term, env, later, step.terms) for term in step.terms)
        if all(isinstance(term, Anything) or not isinstance(term, Var) or term.name in env for term in terms):
            self._if(
                self._shared_test(form.some(terms, env), step.relation),
                nodes,
                lambda here: self._steps(rest, env, here, wanted, then),
            )
            return
        seen: set[object] = set()
        for way in form.matches(terms, env):
            key = (way.openings, tuple((name, symbol.text) for name, symbol in way.env.items()))
            if key in seen:  # Rows that differ only in places that nothing needs.
                continue
            seen.add(key)
            openings = [
                f"if {self._shared_test(opening[3:], step.relation)}" if opening.startswith("if ") else opening
                for opening in way.openings
            ]
            with self._open(openings, nodes, way.times) as here:
                self._steps(rest, way.env, here, wanted, then)

    def _if(self, test: str, nodes: list[Node], then: Callable[[list[Node]], None]) -> None:
        if test == FALSE:
            return
        with self._open(() if test == TRUE else (f"if {test}",), nodes, 1) as here:
            then(here)

    def _shared_test(self, test: str, relation: str) -> str:
        """A test of many flags gets a local, since others may ask the same."""
        flags = test.split(" or ")
        if len(flags) < 4 or not all(
            FLAG.fullmatch(flag) and flag.removeprefix("not ").split(" ")[0] in self.flags for flag in flags
        ):
            return test
        key = _some_key(test)
        if key not in self._folds:
            name = self.names.new(f"some_{relation}")
            self.body.append(Line(f"{name} = {test}"))
            self._folds[key] = Symbol(name)
        return self._folds[key].text

    def shared(self, test: str) -> str:
        """The local of a test that some rule asked for, or the test."""
        found = self._folds.get(_some_key(test))
        return test if found is None else found.text

    @contextmanager
    def _open(self, openings: Sequence[str], nodes: list[Node], times: int | None) -> Iterator[list[Node]]:
        for opening in openings:
            block = Block(opening)
            nodes.append(block)
            nodes = block.body
        self._path.extend(openings)
        self._times.append(None if times is None or self._times[-1] is None else self._times[-1] * times)
        yield nodes
        self._times.pop()
        del self._path[len(self._path) - len(openings) :]

    def _named(self, symbol: Symbol, value: object, variable: Var, rest: Sequence[Step], nodes: list[Node]) -> Symbol:
        """A computed value that is used more than once gets a local."""
        uses = sum(variable.name in step_variables(step) for step in rest)
        if not isinstance(value, Operation) or symbol.is_constant or uses < 2:
            return symbol
        name = self.names.new(f"v_{variable.name}")
        nodes.append(Line(f"{name} = {symbol.text}"))
        self._computed += 1
        return Symbol(name, symbol.interval, None, symbol.local or bool(self._in_loop()))

    def _in_loop(self) -> bool:
        return any(opening.startswith("for ") for opening in self._path)

    # ── aggregates ───────────────────────────────────────────────────────────────────────────────

    def _fold(
        self,
        step: Fold,
        rest: Sequence[Step],
        env: Env,
        nodes: list[Node],
        wanted: frozenset[str],
        then: Callable[[Env, list[Node]], None],
    ) -> None:
        outer = [env[name] for name in sorted(step.outer)]
        if all(symbol.is_constant or symbol.text in GIVEN_AT_ONCE for symbol in outer):
            total = self._shared_fold(step, env)
            here = nodes
        else:
            total = self._fold_in(step, env, nodes)
            here = nodes
            self._computed += 1
        test = (
            f"{total.text} is not None"
            if step.op in ("min", "max") and not (total.is_constant or total.certain)
            else TRUE
        )
        bound = env.get(step.variable.name)
        if bound is not None:
            test = conjunction([test, _comparison("=", total, bound)])
        if total.text != "None":
            self._if(
                test, here, lambda inner: self._steps(rest, {**env, step.variable.name: total}, inner, wanted, then)
            )
        if here is nodes and not all(symbol.is_constant or symbol.text in GIVEN_AT_ONCE for symbol in outer):
            self._computed -= 1

    def _shared_fold(self, step: Fold, env: Env) -> Symbol:
        """A fold over the applicant's facts alone is computed once, before the rules that use it."""
        key = repr(
            (step.op, step.target, self._plan(step.body, step.outer), sorted((n, env[n].text) for n in step.outer))
        )
        if key not in self._folds:
            kept = self._path, self._times
            self._path, self._times = [], [1]
            nodes: list[Node] = []
            self._top = nodes
            self._folds[key] = self._fold_in(step, env, nodes)
            self._top = None
            self._path, self._times = kept
            self._place_fold(step, nodes)
        return self._folds[key]

    def _place_fold(self, step: Fold, nodes: list[Node]) -> None:
        """Totals over one list of the applicant's and known rows alone share the loop that checks the list."""
        given = [
            form
            for inner in step.body
            if isinstance(inner, Match) and isinstance(form := self.forms[inner.relation], Given)
        ]
        others = [self.forms[inner.relation] for inner in step.body if isinstance(inner, (Match, Absent))]
        simple = all((isinstance(form, Guarded) and form.is_table) or form in given for form in others)
        start, *rest = nodes or [Line("")]
        loop = rest[0] if len(rest) == 1 else None
        if not (
            simple and len(given) == 1 and given[0].is_tuples and isinstance(loop, Block) and isinstance(start, Line)
        ):
            self.body += nodes
            return
        if any(isinstance(inner, Fold) for inner in step.body) or not loop.opening.endswith(
            f" in {rows_name(given[0].spec)}"
        ):
            self.body += nodes
            return
        starts, body = self.loops.setdefault(given[0].spec.name, ([], []))
        starts.append(start)
        body.extend(loop.body)

    def _fold_in(self, step: Fold, env: Env, nodes: list[Node]) -> Symbol:
        total = self.names.new(f"{step.op}_of_{subject_of(step)}")
        inner: list[Node] = []
        base: list[int] = []
        spans: list[tuple[Interval, int | None]] = []
        depth = len(self._path)

        chosen: list[tuple[int, str]] | None = []

        def add(env: Env, here: list[Node]) -> None:
            nonlocal chosen
            value = expression(step.target, env) if step.target else constant(1)
            if len(self._path) == depth and isinstance(value.value, int):
                base.append(value.value)
                return
            path = tuple(self._path[depth:])
            if (
                chosen is not None
                and isinstance(value.value, int)
                and not any(opening.startswith("for ") for opening in path)
            ):
                chosen.append((value.value, Leaf((value,), path).test))
            else:
                chosen = None
            spans.append((value.interval, self._times[-1]))
            here.append(Line(accumulate(step.op, total, value.text)))

        bound = {name: env[name] for name in step.outer}
        times: list[int | None] = self._times
        self._times = [1]
        wanted = frozenset(v.name for v in step.over) | frozenset(expression_variables(step.target))
        self._steps(self._plan(step.body, step.outer), bound, inner, wanted, add)
        self._times = times
        inner = list(pruned(inner))
        start = fold_values("sum" if step.op == "count" else step.op, base)
        if not spans:
            return constant(start) if start is not None else Symbol("None")
        if picked := choice(step.op, start, chosen):
            if nodes is self._top:
                nodes.append(Line(f"{total} = {picked}"))
                picked = total
            return Symbol(
                picked,
                reach(step.op, start, spans),
                None,
                any(symbol.local for symbol in bound.values()),
                start is not None,
            )
        nodes += [Line(f"{total} = {start}"), *length(total, inner)]
        span = reach(step.op, start, spans)
        if step.op == "sum" and not (span[0] >= NUMBER_LEAST and span[1] <= NUMBER_MOST):
            nodes.append(Line(f"{total} = checked({total})"))
        local = any(symbol.local for symbol in bound.values()) or self._in_loop()
        return Symbol(total, (max(span[0], NUMBER_LEAST), min(span[1], NUMBER_MOST)), None, local, start is not None)


def _some_key(test: str) -> str:
    return f"some {sorted(test.split(' or '))}"


def _needed(term: Term, env: Env, later: frozenset[str], terms: Sequence[Term]) -> Term:
    """A variable that nothing reads is a place that nothing needs."""
    if isinstance(term, Var) and term.name not in env and term.name not in later and terms.count(term) == 1:
        return Anything()
    return term


def _comparison(op: str, left: Symbol, right: Symbol) -> str:
    if left.is_constant and right.is_constant:
        return TRUE if EVALUATE[op](left.value, right.value) else FALSE  # type: ignore[arg-type]
    if left.text == right.text:
        return TRUE if op in ("=", "<=", ">=") else FALSE
    (low, high), (least, most) = left.interval, right.interval
    match op:
        case ">=" if low >= most:
            return TRUE
        case ">=" if high < least:
            return FALSE
        case "<=" if high <= least:
            return TRUE
        case "<=" if low > most:
            return FALSE
        case ">" if low > most:
            return TRUE
        case "<" if high < least:
            return TRUE
    return f"{left.text} {COMPARISONS[op]} {right.text}"
