"""Statements for the steps of one rule: nested loops and tests, in the order of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from ...ir import code, python
from ...ir.code import Code, name
from ...ir.core import Expr, expression_variables
from ...ir.plan import Aggregate, Exists, Let, PlanStep, Scan, Test, names_of
from .leaves import Leaf, Loop, Total, last_binding
from .writing import Index, Writer

#: CPython allows 20 nested loops and 100 indents in one function; deeper rules go on in a function of their own.
MOST_LOOPS = 16
MOST_INDENT = 60


class Emitter(Writer):
    """The statements of one rule."""

    def steps(self, steps: Sequence[PlanStep], leaf: Leaf) -> None:
        """The steps nested, and the leaf where all of them hold.

        A loop and not a recursion over the steps: a rule may have thousands.
        """
        kept = self.place()
        uses = _last_uses(steps, leaf.wanted)
        last = last_binding(steps)
        functions = 0
        for at, step in enumerate(steps):
            if self.loops >= MOST_LOOPS or self.depth >= MOST_INDENT:
                self._go_on([variable for variable in self.known if uses.get(variable, -1) >= at], leaf)
                functions += 1
            if at == last and isinstance(step, Scan):
                self._last_scan(step, steps[at + 1 :], leaf)
                break
            self._step(step)
        else:
            leaf.one(self)
        for _ in range(functions):
            self.end()
        self.leave(kept)

    def _go_on(self, variables: Sequence[str], leaf: Leaf) -> None:
        place = self.place()
        call = self.begin("go on", variables)
        place[0].append(python.do(call))
        if leaf.total:
            self.sets_total(leaf.total, shared=True)

    def _step(self, step: PlanStep) -> None:
        match step:
            case Scan():
                self._open_loop(self._loop(step))
            case Exists() | Test():
                self.open(python.If(self._test(step)))
            case Let(variable=variable, value=value):
                written = self.value(value)
                self.write(python.assign(self.bind(variable), written))
            case Aggregate():
                self._aggregate(step)

    def _last_scan(self, step: Scan, rest: Sequence[PlanStep], leaf: Leaf) -> None:
        """The innermost loop and the tests in it, which run as one comprehension where the leaf can."""
        loop = self._loop(step)
        loop = loop._replace(tests=[*loop.tests, *map(self._test, rest)])
        if not leaf.many(self, loop):
            self._open_loop(loop)
            leaf.one(self)

    # ── atoms and comparisons ────────────────────────────────────────────────────────────────────

    def _open_loop(self, loop: Loop) -> None:
        self.open(python.For(loop.target, loop.rows))
        if loop.tests:
            self.open(python.If(code.every(loop.tests)))

    def _loop(self, step: Scan) -> Loop:
        """The loop over the rows that agree with what is known, which are counted before it."""
        rows = self.scope.rows_of(step.relation)
        if step.delta:
            rows = name(self.scope.of(self.scope.new, step.relation, "new "))
        elif step.key:
            found = code.method(self._index(step), "get", self.key(step.key), code.row([]))
            rows = name(self.fresh("rows"))
            self.write(python.assign(rows, found))
        self.write(python.add_to("work", code.call("len", rows), "-"))
        past = python.raised(code.call("past_work_limit"))
        self.write(python.If(code.compare("<", name("work"), code.constant(0)), [past]))
        targets = {place: self.bind(variable) for place, variable in step.binds}
        tests: list[Code] = []
        for place, term in step.same:
            targets[place] = self.fresh("same")
            tests.append(code.compare("=", name(targets[place]), self.value(term)))
        places = [place for place in range(step.arity) if place not in {at for at, _ in step.key}]
        if step.key and len(places) == 1:
            target = name(targets[places[0]])
        elif targets or step.arity == 1:
            target = code.row([name(targets.get(place, "_")) for place in range(step.arity)])
        else:
            target = name("_")
        return Loop(target, rows, tests, frozenset(step.variables))

    def _test(self, step: PlanStep) -> Code:
        match step:
            case Exists(negated=negated):
                found = self._some_row(step)
                return code.negated(found) if negated else found
            case Test(op=op, left=left, right=right):
                return code.compare(op, self.value(left), self.value(right))
            case _:
                raise AssertionError(f"not a test: {step}")

    def _some_row(self, step: Exists) -> Code:
        """A test whether a row agrees at the places of the key."""
        if len(step.key) == step.arity:
            row = code.row([self.value(term) for _, term in step.key])
            return code.compare("in", row, self.scope.rows_of(step.relation))
        if not step.key:
            return self.scope.rows_of(step.relation)
        return code.compare("in", self.key(step.key), self._index(step))

    def _index(self, step: Scan | Exists) -> Code:
        places = tuple(place for place, _ in step.key)
        left = [place for place in range(step.arity) if place not in places]
        return self.scope.index(Index(step.relation, places, left[0] if len(left) == 1 else None))

    # ── aggregates ───────────────────────────────────────────────────────────────────────────────

    def _aggregate(self, step: Aggregate) -> None:
        fold, total = step.fold, self.fresh("total")
        if self.loops + len(fold.body) > MOST_LOOPS:
            place = self.place()
            call = self.begin("fold", [variable for variable in self.known if variable in fold.outer])
            self._aggregate_loops(step, total)
            self.write(python.give(name(total)))
            self.end()
            place[0].append(python.assign(total, call))
        else:
            self._aggregate_loops(step, total)
        result = code.call("checked", name(total)) if fold.op == "sum" else name(total)
        if step.agrees:
            self.open(python.If(code.compare("=", result, self.value(fold.variable))))
            return
        bound = self.bind(fold.variable)
        self.write(python.assign(bound, result))
        if fold.op not in ("count", "sum"):
            self.open(python.If(code.compare("is not", name(bound), code.NONE)))

    def _aggregate_loops(self, step: Aggregate, total: str) -> None:
        """Each assignment of the body's variables comes up once: its matches bind whole rows, and the rest is a
        function of them.
        """
        self.sets_total(total)
        self.write(python.assign(total, code.constant(0 if step.fold.op in ("count", "sum") else None)))
        self.steps(step.body, Total(step.fold, total))


def _last_uses(steps: Sequence[PlanStep], wanted: frozenset[str]) -> dict[str, int]:
    """The last step that reads each variable."""
    uses: dict[str, int] = {}
    for at, step in enumerate(steps):
        uses.update(dict.fromkeys(_read(step), at))
    return {**uses, **dict.fromkeys(wanted, len(steps))}


def _read(step: PlanStep) -> frozenset[str]:
    match step:
        case Scan(key=key, same=same):
            return names_of((*key, *same))
        case Exists(key=key):
            return names_of(key)
        case Test(left=left, right=right):
            return _names(left) | _names(right)
        case Let(value=value):
            return _names(value)
        case Aggregate(fold=fold):
            return fold.outer | {fold.variable.name}


def _names(value: Expr) -> frozenset[str]:
    return frozenset(expression_variables(value))
