"""From rules to statements: each rule is unrolled over what is known, and what is left becomes tests, loops and locals.

A relation is specialised twice: once to see which rows its rules can give (the *leaves*), then to write them. A leaf
whose columns are constants becomes a flag; one with computed columns becomes locals, None where it does not hold; one
that depends on a loop's variable goes to a set. Two leaves that could be one row at call time share their locals, and
where they then differ the call is left to the general engine (`Conflict`), so a relation need not be functional.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..engines.compiled import stratum_source
from ..engines.emission import identifier
from ..engines.reference import COMPARISONS as EVALUATE
from ..language.arithmetic import fold_values
from ..language.core import (
    Absent,
    Anything,
    Assign,
    Compare,
    Fold,
    Match,
    Operation,
    Row,
    Rule,
    Step,
    Stratum,
    Term,
    Var,
    expression_variables,
    step_variables,
    steps_within,
)
from ..language.planning import plan, rank_match
from ..language.syntax import NUMBER_LEAST, NUMBER_MOST
from .forms import (
    FALSE,
    SUBJECT,
    TRUE,
    Form,
    Given,
    Guarded,
    Names,
    Rows,
    Unsupported,
    as_set,
    conjunction,
    disjunction,
    negation,
    parts,
    rows_name,
    table,
)
from .symbols import ANY, Env, Interval, Symbol, constant, expression
from .tree import Block, Comment, Line, Node, pruned

#: Rows that one relation may unroll to; a larger one is left to the general engine.
MOST_LEAVES = 512
#: More elements than any list in memory has.
MOST_ELEMENTS = 2**40

_AFTER_LOOPS = 6
_FLAG = re.compile(r"(not )?\w+( is (not )?None)?")

Skeleton = tuple[str | None, ...]
COMPARISONS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(slots=True)
class Leaf:
    """A row that a rule gives. `path`: the blocks open there; `plain`: only tests are, and nothing was computed on
    the way.
    """

    symbols: tuple[Symbol, ...]
    path: tuple[str, ...] = ()
    computed: bool = False
    place: str = ""

    @property
    def in_loop(self) -> bool:
        return any(opening.startswith("for ") for opening in self.path)

    @property
    def plain(self) -> bool:
        return not self.computed and not self.in_loop

    @property
    def test(self) -> str:
        return conjunction(part for opening in self.path for part in parts(opening.removeprefix("if ")))


@dataclass(slots=True)
class Specialiser:
    """The statements so far, the form of each relation done, and the rule being unrolled."""

    forms: dict[str, Form]
    names: Names
    body: list[Node] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _computed: int = 0
    _times: list[int | None] = field(default_factory=lambda: [1])
    _folds: dict[str, Symbol] = field(default_factory=dict)
    #: Loops over the applicant's own lists that fill totals: input, its initial lines, and what stands in its loop.
    loops: dict[str, tuple[list[Node], list[Node]]] = field(default_factory=dict)
    #: Locals that hold from here on: flags and computed columns, not what loops bind.
    flags: set[str] = field(default_factory=set)  # inputs' locals among them
    _top: list[Node] | None = None

    # ── relations ────────────────────────────────────────────────────────────────────────────────

    def stratum(self, stratum: Stratum, facts: dict[str, list[Row]]) -> None:
        if stratum.recursive:
            self._recursive(stratum, facts)
            return
        (relation,) = stratum.relations
        leaves = self._rehearse(stratum.rules) + [Leaf(tuple(map(constant, row))) for row in facts.get(relation, ())]
        if any(symbol.local for leaf in leaves for symbol in leaf.symbols):
            self._as_set(relation, stratum.rules, leaves)
        else:
            self._as_locals(relation, stratum.rules, leaves)

    def _recursive(self, stratum: Stratum, facts: dict[str, list[Row]]) -> None:
        """Rules that are recursive over given facts run as the general engine's loops, over sets of what they read."""
        reads = {
            step.relation
            for rule in stratum.rules
            for step in steps_within(rule.body)
            if isinstance(step, (Match, Absent))
        }
        self.body.append(Line("work = WORK_LIMIT"))
        for relation in sorted(reads - stratum.relations):
            self.body += as_set(self.forms[relation], identifier("R", relation))
        for relation in sorted(stratum.relations):
            self.body += as_set(table(facts.get(relation, ())), identifier("R", relation))
        self.body += [Line(line.removeprefix("    ")) for line in stratum_source(stratum)]
        for relation in stratum.relations:
            width = next(len(rule.head) for rule in stratum.rules if rule.relation == relation)
            self.forms[relation] = Rows(identifier("R", relation), (ANY,) * width, self.names)

    def _rehearse(self, rules: Sequence[Rule]) -> list[Leaf]:
        """The leaves of the rules; what is written on the way is thrown away."""
        kept = self.body, self.names, dict(self._folds)
        loops = {name: (list(starts), list(body)) for name, (starts, body) in self.loops.items()}
        leaves: list[Leaf] = []
        self.body, self.names = [], self.names.copy()
        for form in self.forms.values():
            if hasattr(form, "names"):
                form.names = self.names  # type: ignore[attr-defined]
        for rule in rules:
            self._unroll(rule, lambda symbols, _, rule=rule: leaves.append(self._leaf(rule, symbols)))
            if len(leaves) > MOST_LEAVES:
                raise Unsupported(f"`{rule.relation}` has more than {MOST_LEAVES} rows to unroll")
        self.body, self.names, self._folds = kept
        self.loops = loops
        for form in self.forms.values():
            if hasattr(form, "names"):
                form.names = self.names  # type: ignore[attr-defined]
        return leaves

    def _leaf(self, rule: Rule, symbols: tuple[Symbol, ...]) -> Leaf:
        return Leaf(symbols, tuple(self._path), self._computed > 0, _place(rule))

    def _as_set(self, relation: str, rules: Sequence[Rule], leaves: Sequence[Leaf]) -> None:
        name = self.names.new(f"rows_of_{relation}")
        stated = [leaf.symbols for leaf in leaves if not leaf.place]
        self.body.append(Line(f"{name} = {{{', '.join(map(_tuple, stated))}}}" if stated else f"{name} = set()"))
        for rule in rules:
            nodes = self._unroll(rule, lambda symbols, nodes: nodes.append(Line(f"{name}.add({_tuple(symbols)})")))
            self.body += _commented(rule, nodes)
        width = len(leaves[0].symbols)
        spans = [_union(leaf.symbols[place].interval for leaf in leaves) for place in range(width)]
        self.forms[relation] = Rows(name, tuple(spans), self.names)

    def _as_locals(self, relation: str, rules: Sequence[Rule], leaves: Sequence[Leaf]) -> None:
        skeletons = _merge(_skeleton(leaf.symbols) for leaf in leaves)
        if len(skeletons) > 2 and all(len(s) == 2 and s[0] == SUBJECT.text for s in skeletons) and _numbers(leaves):
            # Many numbers for one subject are most likely one number, computed; if they are not, `Conflict` says so.
            skeletons = [(SUBJECT.text, None)]
        slots = {skeleton: self._slots(relation, skeleton, leaves) for skeleton in skeletons}
        written: list[Node] = []
        for slot in slots.values():
            if not slot.plain:
                written += [Line(f"{name} = {'None' if slot.columns else 'False'}") for name in slot.names]
        for rule in rules:
            nodes = self._unroll(rule, lambda symbols, nodes: _slot_of(slots, symbols).set_in(nodes, symbols))
            written += _commented(rule, nodes)
        self.body += written
        for slot in slots.values():
            if slot.plain and not slot.is_certain:
                self.body.append(Line(slot.plain_line()))
        self.flags.update(name for slot in slots.values() for name in slot.names)
        self.forms[relation] = Guarded(tuple(row for slot in slots.values() if (row := slot.row())[1] != FALSE))

    def _slots(self, relation: str, skeleton: Skeleton, leaves: Sequence[Leaf]) -> Slot:
        own = [leaf for leaf in leaves if _fits(_skeleton(leaf.symbols), skeleton)]
        columns = [place for place, text in enumerate(skeleton) if text is None]
        fixed = next(leaf.symbols for leaf in own)
        words = [str(s.value) for s, t in zip(fixed, skeleton, strict=True) if t is not None and s.is_constant]
        name = "_".join([relation, *words])
        plain = all(leaf.plain for leaf in own) and (not columns or _exclusive(own))
        names = [self.names.new(name if len(columns) < 2 else f"{name}_{place}") for place in (columns or [0])]
        return Slot(tuple(fixed), tuple(columns), tuple(names), tuple(own), plain)

    # ── steps ────────────────────────────────────────────────────────────────────────────────────

    def _unroll(self, rule: Rule, leaf: Callable[[tuple[Symbol, ...], list[Node]], None]) -> list[Node]:
        nodes: list[Node] = []
        wanted = frozenset(name for value in rule.head for name in expression_variables(value))

        def at_end(env: Env, here: list[Node]) -> None:
            leaf(tuple(expression(value, env) for value in rule.head), here)

        self._path, self._computed = [], 0
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
            _FLAG.fullmatch(flag) and flag.removeprefix("not ").split(" ")[0] in self.flags for flag in flags
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
        if all(symbol.is_constant or symbol.text == SUBJECT.text for symbol in outer):
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
        if here is nodes and not all(symbol.is_constant or symbol.text == SUBJECT.text for symbol in outer):
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
        total = self.names.new(f"{step.op}_of_{_about(step)}")
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
            here.append(Line(_accumulate(step.op, total, value.text)))

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
        if choice := _choice(step.op, start, chosen):
            if nodes is self._top:
                nodes.append(Line(f"{total} = {choice}"))
                choice = total
            return Symbol(
                choice,
                _folded(step.op, start, spans),
                None,
                any(symbol.local for symbol in bound.values()),
                start is not None,
            )
        nodes += [Line(f"{total} = {start}"), *_length(total, inner)]
        span = _folded(step.op, start, spans)
        if step.op == "sum" and not (span[0] >= NUMBER_LEAST and span[1] <= NUMBER_MOST):
            nodes.append(Line(f"{total} = checked({total})"))
        local = any(symbol.local for symbol in bound.values()) or self._in_loop()
        return Symbol(total, (max(span[0], NUMBER_LEAST), min(span[1], NUMBER_MOST)), None, local, start is not None)


# ── slots ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Slot:
    """The locals of a leaf: a flag, or one local a computed column (`columns` are their places)."""

    symbols: tuple[Symbol, ...]
    columns: tuple[int, ...]
    names: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    plain: bool

    @property
    def test(self) -> str:
        return disjunction(leaf.test for leaf in self.leaves)

    @property
    def is_certain(self) -> bool:
        """Without a name of its own: it always holds, or holds when another flag does (or doesn't)."""
        if not self.plain or (self.columns and len(self.leaves) > 1):
            return False
        return self.test == TRUE or (not self.columns and _FLAG.fullmatch(self.test) is not None)

    def plain_line(self) -> str:
        places = ", ".join(dict.fromkeys(leaf.place for leaf in self.leaves if leaf.place))
        return f"{self._plain_value()}  # {places}"

    def _plain_value(self) -> str:
        if not self.columns:
            return f"{self.names[0]} = {self.test}"
        value = "None" if len(self.columns) == 1 else f"({', '.join('None' for _ in self.columns)})"
        for leaf in reversed(self.leaves):
            own = ", ".join(leaf.symbols[place].text for place in self.columns)
            own = own if len(self.columns) == 1 else f"({own})"
            value = own if leaf.test == TRUE else f"{own} if {leaf.test} else {value}"
        return f"{', '.join(self.names)} = {value}"

    def set_in(self, nodes: list[Node], symbols: Sequence[Symbol]) -> None:
        """Statements that make the leaf hold where they stand; a plain slot is written as one line at the end."""
        if self.plain:
            return
        if not self.columns:
            nodes.append(Line(f"{self.names[0]} = True"))
            return
        values = [symbols[place].text for place in self.columns]
        assign = [Line(f"{name} = {value}") for name, value in zip(self.names, values, strict=True)]
        if len(self.leaves) == 1 and not self.leaves[0].in_loop:
            nodes += assign
            return
        differs = " or ".join(f"{name} != {value}" for name, value in zip(self.names, values, strict=True))
        nodes.append(Block(f"if {self.names[0]} is None", list(assign)))
        nodes.append(Block(f"elif {differs}", [Line("raise Conflict")]))

    def row(self) -> tuple[tuple[Symbol, ...], str]:
        if self.is_certain:
            return self.leaves[0].symbols, self.test
        if not self.columns:
            return self.symbols, self.names[0] if self.test != FALSE else FALSE
        named = dict(zip(self.columns, self.names, strict=True))
        spans = {place: _union(leaf.symbols[place].interval for leaf in self.leaves) for place in self.columns}
        symbols = [Symbol(named[p], spans[p]) if p in named else symbol for p, symbol in enumerate(self.symbols)]
        return tuple(symbols), f"{self.names[0]} is not None"


def _skeleton(symbols: Sequence[Symbol]) -> Skeleton:
    return tuple(symbol.text if symbol.is_constant or symbol.text == SUBJECT.text else None for symbol in symbols)


def _fits(own: Skeleton, other: Skeleton) -> bool:
    return all(theirs is None or theirs == mine for mine, theirs in zip(own, other, strict=True))


def _could_be_one(left: Skeleton, right: Skeleton) -> bool:
    subject = SUBJECT.text
    return all(a is None or b is None or a == b or subject in (a, b) for a, b in zip(left, right, strict=True))


def _merge(skeletons: Iterator[Skeleton]) -> list[Skeleton]:
    """Skeletons of which no two can be the same row; those that can become one, with the places that differ
    computed.
    """
    merged: list[Skeleton] = []
    for skeleton in skeletons:
        while True:
            same = next((other for other in merged if _could_be_one(other, skeleton)), None)
            if same is None:
                break
            merged.remove(same)
            skeleton = tuple(a if a == b else None for a, b in zip(same, skeleton, strict=True))
        merged.append(skeleton)
    return merged


def _some_key(test: str) -> str:
    return f"some {sorted(test.split(' or '))}"


def _numbers(leaves: Sequence[Leaf]) -> bool:
    return all(not leaf.symbols[1].is_constant or isinstance(leaf.symbols[1].value, int) for leaf in leaves)


def _exclusive(leaves: Sequence[Leaf]) -> bool:
    """Whether the tests of no two leaves can hold at once, as far as can be seen from their text."""
    tests = [set(parts(leaf.test)) for leaf in leaves]
    return all(
        any(negation(test) in right for test in left) for at, left in enumerate(tests) for right in tests[at + 1 :]
    )


def _slot_of(slots: dict[Skeleton, Slot], symbols: Sequence[Symbol]) -> Slot:
    own = _skeleton(symbols)
    return next(slot for skeleton, slot in slots.items() if _fits(own, skeleton))


# ── small things ─────────────────────────────────────────────────────────────────────────────────


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


def _length(total: str, nodes: list[Node]) -> list[Node]:
    """A loop that only counts is a length."""
    if len(nodes) == 1 and isinstance(nodes[0], Block) and nodes[0].body == [Line(f"{total} += 1")]:
        loop = re.fullmatch(r"for \w+ in (\w+)", nodes[0].opening)
        if loop is not None:
            return [Line(f"{total} += len({loop[1]})")]
    return nodes


def _choice(op: str, start: int | None, chosen: Sequence[tuple[int, str]] | None) -> str | None:
    """The least or greatest of constants, each under a test, as one expression: the first test that holds decides."""
    if op not in ("min", "max") or chosen is None:
        return None
    value = "None" if start is None else str(start)
    for number in sorted({number for number, _ in chosen}, reverse=op == "min"):
        if start is None or (number < start if op == "min" else number > start):
            value = f"{number} if {disjunction(test for own, test in chosen if own == number)} else {value}"
    return f"({value})"


def _accumulate(op: str, total: str, value: str) -> str:
    if op in ("count", "sum"):
        return f"{total} += {value}"
    sign = "<" if op == "min" else ">"
    return f"if {total} is None or {value} {sign} {total}: {total} = {value}"


def _folded(op: str, start: int | None, spans: Sequence[tuple[Interval, int | None]]) -> Interval:
    if op in ("min", "max"):
        return _union([interval for interval, _ in spans] + ([(start, start)] if start is not None else []))
    low = high = start or 0
    for (least, most), times in spans:
        count = MOST_ELEMENTS if times is None else times
        low += min(0, least) * count
        high += max(0, most) * count
    return low, high


def _union(intervals: Iterator[Interval] | Sequence[Interval]) -> Interval:
    spans = list(intervals)
    return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else ANY


def _about(step: Fold) -> str:
    relations = [inner.relation for inner in step.body if isinstance(inner, Match)]
    return relations[0] if relations else "values"


def _tuple(symbols: Sequence[Symbol]) -> str:
    return f"({''.join(f'{symbol.text}, ' for symbol in symbols).strip()})"


def _commented(rule: Rule, nodes: list[Node]) -> list[Node]:
    kept = list(pruned(nodes))
    return [Comment(_place(rule)), *kept] if kept else []


def _place(rule: Rule) -> str:
    return f"{rule.span.file}:{rule.span.line}"
