"""Definitions as Python statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...ir import code, python
from ...ir.code import Code, name
from ...ir.definitions import (
    Case,
    Check,
    Collect,
    Columns,
    Definition,
    Fixpoint,
    Flag,
    Item,
    Let,
    Path,
    Row,
    Total,
)
from ...ir.formulas import TRUE, Formula, Given, Is, Loop, either, every
from ...ir.terms import Column, Known, Term
from ...ir.unrolling import condition
from ...language.syntax import Span
from .values import Values

Leaf = Callable[[], list[python.Node]]


@dataclass(slots=True)
class _Block:
    """What stands behind an item of a path: blocks behind further items, and leaves."""

    item: Item | None
    inner: list[_Block | Leaf] = field(default_factory=list)


class Statements:
    """`places`: what a clause is called in comments. `recursion`: the name of a function that derives a stratum."""

    def __init__(self, values: Values, places: Mapping[Span, str], recursion: Callable[[Fixpoint], str]) -> None:
        self.values = values
        self._places = places
        self._recursion = recursion

    def nodes(self, definition: Definition) -> Iterator[python.Node]:
        match definition:
            case Flag():
                yield from self._flag(definition)
            case Columns():
                yield from self._columns(definition)
            case Collect():
                yield from self.collect(definition)
            case Total():
                yield from self.total(definition)
            case Check():
                yield python.Note(f"may fail: {self._place((definition.source,))}")
                tried = [python.do(self.values.term(term)) for term in definition.terms]
                yield from self._blocks([(definition.path, lambda: list(tried))])
            case Fixpoint():
                yield from self._fixpoint(definition)

    def _place(self, sources: Iterable[Span]) -> str:
        return ", ".join(dict.fromkeys(self._places.get(source, str(source)) for source in sources))

    def _flag(self, flag: Flag) -> Iterator[python.Node]:
        if all(not isinstance(item, (Loop, Let, Total)) for path in flag.paths for item in path):
            test = self.values.test(either(map(condition, flag.paths)))
            yield python.assign(flag.name, test, self._place(flag.sources))
            return
        yield python.assign(flag.name, code.FALSE, self._place(flag.sources))
        found: Leaf = lambda: [python.assign(flag.name, code.TRUE)]  # noqa: E731
        yield from self._blocks([(path, found) for path in flag.paths])

    def _columns(self, columns: Columns) -> Iterator[python.Node]:
        width = len(columns.locals)
        nothing = code.NONE if columns.default is None else self.values.term(columns.default)
        value = nothing if width == 1 else code.row([code.NONE] * width)
        for at in reversed(range(len(columns.cases))):
            when, terms = columns.cases[at]
            test = self.values.test(when)  # before the values, which read what a test fetches
            own = self.values.term(terms[0]) if width == 1 else self.values.row(terms)
            last = columns.complete and at == len(columns.cases) - 1
            value = own if when == TRUE or last else code.choice(test, own, value)
        target = name(columns.locals[0].name) if width == 1 else code.row([name(own.name) for own in columns.locals])
        yield python.assign(target, value, self._place(columns.sources))

    def collect(self, collect: Collect) -> Iterator[python.Node]:
        known = [row for row in collect.rows if not row.path and all(isinstance(v, Known) for v in row.values)]
        yield python.assign(collect.name, code.set_of([self.values.row(row.values) for row in known]))
        yield from self._added(collect.name, [row for row in collect.rows if row not in known])

    def _added(self, target: str, rows: Sequence[Row]) -> Iterator[python.Node]:
        """Statements that add rows to a set."""

        def leaf(row: Row) -> Leaf:
            return lambda: [python.do(code.method(name(target), "add", self.values.row(row.values)))]

        noted: Span | None = None
        for row in rows:
            if row.source is not None and row.source != noted:
                noted = row.source
                yield python.Note(self._place((row.source,)))
            yield from self._blocks([(row.path, leaf(row))])

    # ── aggregates ───────────────────────────────────────────────────────────────────────────────

    def total(self, total: Total) -> Iterator[python.Node]:
        """The total's start, its cases, and the check of its end."""
        local = total.local.name
        if not total.repeats and not any(case.path for case in total.cases):
            yield python.assign(local, self._at_once(total))
            return
        yield python.assign(local, code.constant(total.start))
        if total.repeats:
            seen = self.values.names.new(f"seen {local}")
            yield python.assign(seen, code.call("set"))
        else:
            seen = ""
        paths = [((total.guard, *case.path) if total.guard != TRUE else case.path, case) for case in total.cases]
        if (length := self._length(total, paths)) is not None:
            yield python.add_to(local, length)
        else:
            yield from self._blocks([(path, self._case(total, case, seen)) for path, case in paths])
        if total.checked:
            yield python.assign(local, code.call("checked", name(local)))

    def _at_once(self, total: Total) -> Code:
        """The value of cases that all count."""
        values = [self.values.term(case.value) for case in total.cases]
        start = code.constant(total.start)
        if total.start is not None and (total.start or total.op in ("min", "max")):
            values.insert(0, start)
        if total.op in ("min", "max"):
            value = code.call(total.op, *values) if len(values) > 1 else values[0]
        else:
            value = code.added(values)
        value = code.call("checked", value) if total.checked else value
        return value if total.guard == TRUE else code.choice(self.values.test(total.guard), value, start)

    def cases(self, total: Total) -> list[python.Node]:
        """The cases of a total over tuples, within the loop over them."""
        return list(self._blocks([(case.path[1:], self._case(total, case, "")) for case in total.cases]))

    def _length(self, total: Total, paths: Sequence[tuple[Path, Case]]) -> Code | None:
        """A loop that only counts is a length."""
        if total.op != "count" or total.repeats or len(paths) != 1 or len(paths[0][0]) != 1:
            return None
        loop = paths[0][0][0]
        return code.call("len", self.values.source(loop.source)) if isinstance(loop, Loop) else None

    def _case(self, total: Total, case: Case, seen: str) -> Leaf:
        def leaf() -> list[python.Node]:
            grown = self.grown(total, self.values.term(case.value))
            if not seen:
                return grown
            key = self.values.row(case.key)
            fresh = code.compare("not in", key, name(seen))
            return [python.If(fresh, [python.do(code.method(name(seen), "add", key)), *grown])]

        return leaf

    def grown(self, total: Total, value: Code) -> list[python.Node]:
        local = total.local.name
        if total.op in ("count", "sum"):
            return [python.add_to(local, value)]
        better = code.compare("<" if total.op == "min" else ">", value, name(local))
        nothing = code.compare("is", name(local), code.NONE)
        return [
            python.If(
                better if total.start is not None else code.some([nothing, better]), [python.assign(local, value)]
            )
        ]

    # ── recursion ────────────────────────────────────────────────────────────────────────────────

    def _fixpoint(self, fixpoint: Fixpoint) -> Iterator[python.Node]:
        yield python.Note(self._place(rule.span for rule in fixpoint.stratum.rules))
        given: dict[str, str] = {}
        for relation, rows in fixpoint.reads.items():
            given[relation] = self.values.names.new(f"rows of {relation}")
            yield from self.collect(Collect(given[relation], tuple(rows)))
        relations = [code.constant(relation) for relation in given]
        told = code.mapping(relations, [name(own) for own in given.values()])
        found = self.values.names.new("derived")
        yield python.assign(found, code.call(self._recursion(fixpoint), told))
        for relation, own in fixpoint.names.items():
            yield python.assign(own, code.item(name(found), code.constant(relation)))

    # ── paths as blocks ──────────────────────────────────────────────────────────────────────────

    def _blocks(self, paths: Iterable[tuple[Path, Leaf]]) -> Iterator[python.Node]:
        """Paths that begin alike share their blocks, if they stand together."""
        top = _Block(None)
        for path, leaf in paths:
            here = top
            for item in path:
                last = here.inner[-1] if here.inner else None
                if not isinstance(last, _Block) or last.item != item:
                    last = _Block(item)
                    here.inner.append(last)
                here = last
            here.inner.append(leaf)
        yield from self._written(top.inner)

    def _written(self, blocks: Sequence[_Block | Leaf]) -> list[python.Node]:
        nodes: list[python.Node] = []
        tested: Term | None = None
        for block in blocks:
            if not isinstance(block, _Block):
                nodes += block()
                tested = None
                continue
            written = self._block(block)
            own = _equality(block.item)
            last = nodes[-1] if nodes else None
            if own is not None and own == tested and isinstance(last, python.If):
                while last.otherwise:  # tests of one place for different constants
                    last = last.otherwise[0]
                    assert isinstance(last, python.If)
                last.otherwise = written
            else:
                nodes += written
            tested = own
        return nodes

    def _block(self, block: _Block) -> list[python.Node]:
        match block.item:
            case Let(local, value):
                return [python.assign(local.name, self.values.term(value)), *self._written(block.inner)]
            case Total():
                return [*self.total(block.item), *self._written(block.inner)]
            case Loop():
                rows = self.values.source(block.item.source)
                inner = self._written(block.inner)
                return [python.For(self.values.target(block.item), rows, inner)]
        tests: list[Formula] = [block.item]  # type: ignore[list-item]
        while len(block.inner) == 1 and isinstance(only := block.inner[0], _Block) and _is_test(only.item):
            tests.append(only.item)  # type: ignore[arg-type]
            block = only
        test = self.values.test(every(tests))
        return [python.If(test, self._written(block.inner))]


def _is_test(item: Item | None) -> bool:
    return not isinstance(item, (Loop, Let, Total)) and item is not None


def _equality(item: Item | None) -> Term | None:
    """The place of a row that is compared with a constant."""
    if isinstance(item, Is) and item.op == "=" and isinstance(item.left, Column) and isinstance(item.right, Known):
        return item.left
    return None


# ── totals over the applicant's own lists ────────────────────────────────────────────────────────


def over_own_tuples(definition: Definition) -> str:
    """The input whose tuples, of the applicant, a total is over, and nothing else; empty for others."""
    if not isinstance(definition, Total) or definition.repeats or definition.checked or definition.guard != TRUE:
        return ""
    names = {_own_list(case) for case in definition.cases}
    return names.pop() if len(names) == 1 else ""


def _own_list(case: Case) -> str:
    if not case.path or not isinstance(case.path[0], Loop) or not _reads_columns(case.value):
        return ""
    source, width = case.path[0].source, case.path[0].width
    simple = isinstance(source, Given) and source.owner is None and width > 1
    tests = all(isinstance(i, Is) and _reads_columns(i.left) and _reads_columns(i.right) for i in case.path[1:])
    return source.name if isinstance(source, Given) and simple and tests else ""


def _reads_columns(term: Term) -> bool:
    return isinstance(term, (Column, Known))
