"""Any question that a rule's body can ask: `friend_share(A, P), P < 15`, over all relations of a policy.

A query is a body of the rule language. It becomes a rule whose head holds its variables, in the order of first
appearance, and goes the way of every rule: parser, checker, lowering, engine. `_`, variables that begin with `_`, and
those that only an aggregate has are no columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

from .diagnostics import Diagnostic
from .engines import WORK_LIMIT, Derivation
from .errors import PolicyError, RuleArithmeticError
from .ir.core import Row, steps_within
from .ir.lowering import Kind, lower, type_kinds
from .language import syntax
from .language.checker import check
from .language.checks.dependencies import program_uses
from .language.checks.stratify import reads
from .language.normal import MOST_ALTERNATIVES, alternatives, count_alternatives
from .language.parser import parse
from .language.syntax import Span
from .pack.facts import About, Facts, period_of
from .pack.units import PLAIN, Measure, Measures
from .pack.vocabulary import PERIOD, Vocabulary
from .policy import Policy
from .programs import derivation

MOST_LITERALS = 100
"""Literals of one alternative, those within aggregates counted; engines nest as deep as a rule is long."""
MOST_WORK = WORK_LIMIT // 5
"""Rows looked at for one applicant: a query that joins what has nothing in common must not fill the memory."""
#: How diagnostics name the query's text.
FILE = "query"
# No name of the language begins with a digit, so no query can read its own answer.
_HEAD = "0"
_NO_RELATION = "name a relation of the policy"
_START = "query() :-\n"
_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class QueryColumn:
    """A variable of a query. `measure`: how the columns that it stands in measure it."""

    name: str
    kind: Kind
    measure: Measure


class Query:
    """A question to one policy, compiled once and asked for each applicant.

    `columns`: empty for a query without variables, whose answer is one empty row where it holds. `warnings`: what the
    checker finds odd. Raises `PolicyError` with everything that is wrong with the text, placed in the file `query`.
    """

    def __init__(self, policy: Policy, text: str) -> None:
        self.policy = policy
        self.text = text
        program, self.warnings = _checked(policy.vocabulary.program, *_parsed(text))
        self._program = _read_by_query(program)
        self._engines: dict[str, Derivation] = {}
        self.columns = _columns(self._program)

    def ask(
        self, subject: str, facts: Facts, about: About | None = None, *, as_of: date, engine: str = "general"
    ) -> list[Row]:
        """The answer about `subject` on `as_of`, sorted. Takes and raises what `Policy.decide` does.

        What the query does not read is not derived, and so can't fail.
        """
        return self._rows(self.policy.request_rows(subject, facts, about, as_of=as_of), engine)

    def ask_of_nobody(self, *, as_of: date, engine: str = "general") -> list[Row]:
        """The answer where there is no applicant: what the policy alone says on `as_of`."""
        return self._rows({PERIOD: [(period_of(as_of),)]}, engine)

    def _rows(self, rows: Mapping[str, Iterable[Row]], engine: str) -> list[Row]:
        if engine not in self._engines:
            self._engines[engine] = derivation(self._program, engine)
        try:
            found = self._engines[engine](rows, work=MOST_WORK)
        except RuleArithmeticError as error:
            raise self.policy.with_rule_id(error) from None
        return sorted(found[_HEAD])  # type: ignore[type-var]


# ── from text to a rule ──────────────────────────────────────────────────────────────────────────


def _parsed(text: str) -> tuple[syntax.Body, Span]:
    """The query's body, and the span of its text.

    The parser knows no body alone: it reads one line more, which no place counts.
    """
    body = text.rstrip().removesuffix(".")  # Who writes rules ends them so.
    moved = _Moved(body)
    if not _COMMENTS.sub("", body).strip():
        raise PolicyError([Diagnostic(moved.end, "the query is empty", "write what must hold, such as `age(A, N)`")])
    try:
        items = parse(f"{_START}{body}\n.", FILE).items
    except PolicyError as error:
        raise PolicyError([replace(found, span=moved.span(found.span)) for found in error.diagnostics]) from None
    if len(items) > 1:
        span = moved.span(items[1].span)
        raise PolicyError([Diagnostic(span, "a query ends with its first `.`", "write `,` between what must hold")])
    rule = next(iter(items))
    assert isinstance(rule, syntax.Clause)
    assert rule.body is not None
    return moved.node(rule.body), moved.whole


class _Moved:
    """From places in what the parser read to places in the query."""

    def __init__(self, text: str) -> None:
        lines = text.split("\n")
        self._last = len(lines), len(lines[-1]) + 1
        self.end = Span(FILE, *self._last, *self._last)
        self.whole = Span(FILE, 1, 1, *self._last)

    def span(self, span: Span) -> Span:
        start, end = (self._place(span.line, span.column), self._place(span.end_line, span.end_column))
        return Span(span.file, *start, *end)

    def node(self, node: Any) -> Any:
        """The same tree at its own places. A tree is no deeper than the parser's bound."""
        if isinstance(node, Span):
            return self.span(node)
        if isinstance(node, tuple):
            return tuple(map(self.node, node))
        if is_dataclass(node) and not isinstance(node, type):
            return replace(node, **{field.name: self.node(getattr(node, field.name)) for field in fields(node)})
        return node

    def _place(self, line: int, column: int) -> tuple[int, int]:
        return max((1, 1), min((line - 1, column), self._last))


def _shown_variables(body: syntax.Body) -> tuple[syntax.Variable, ...]:
    """The variables outside aggregates, each once, where it stands first."""
    found: dict[str, syntax.Variable] = {}
    for leaf in syntax.body_leaves(body):
        for expression in syntax.leaf_expressions(leaf):
            for part in syntax.expression_parts(expression):
                if isinstance(part, syntax.Variable) and not part.name.startswith("_"):
                    found.setdefault(part.name, part)
    return tuple(sorted(found.values(), key=lambda variable: variable.span))


# ── the rule beside the others ───────────────────────────────────────────────────────────────────


def _checked(policy: syntax.Program, body: syntax.Body, whole: Span) -> tuple[syntax.Program, tuple[Diagnostic, ...]]:
    """The policy's program with the query, and its warnings. Raises `PolicyError`."""
    kinds = _kinds(policy, body)
    notes = syntax.Notes()
    # Of a variable that holds nothing the checker says that it is not bound.
    columns = [variable for variable in _shown_variables(body) if variable.name in kinds]
    attributes = tuple(syntax.Attribute(each.name, kinds[each.name], notes, whole, whole) for each in columns)
    head = syntax.Head(syntax.Atom(_HEAD, tuple(columns), whole, whole), notes)
    program = policy + syntax.Program(
        (
            syntax.RelationDecl(_HEAD, attributes, notes, whole, whole),
            syntax.Directive("output", _HEAD, notes, whole, whole),
            syntax.Clause((head,), body, whole),
        )
    )
    one_sided = tuple(_one_sided(body, columns))
    told = {found.span for found in one_sided}
    findings = [
        _worded(found) for found in check(program, strict=False) if found.span.file == FILE and found.span not in told
    ]
    errors = [*one_sided, *(found for found in findings if found.severity == "error")]
    if errors:
        raise PolicyError(sorted(errors, key=lambda found: found.span))
    return program, tuple(findings)


def _worded(found: Diagnostic) -> Diagnostic:
    """A query declares nothing, and its head is not its writer's."""
    message = found.message.replace(f" of `{_HEAD}` is ", " in another alternative of the query is ")
    declares = found.suggestion.startswith("declare it")
    return replace(found, message=message, suggestion=_NO_RELATION if declares else found.suggestion)


def _one_sided(body: syntax.Body, columns: Iterable[syntax.Variable]) -> Iterator[Diagnostic]:
    """Columns for which some alternative of the query has no value."""
    if not 1 < count_alternatives(body) <= MOST_ALTERNATIVES:
        return
    rows = [{each.name for part in row for each in _shown_variables(part)} for row in alternatives(body)]
    for each in columns:
        if not all(each.name in names for names in rows):
            message = f"variable `{each.name}` does not stand in every alternative of the query"
            yield Diagnostic(each.span, message, f"write `_` for it, or `_{each.name}`, or ask twice")


def _kinds(policy: syntax.Program, body: syntax.Body) -> dict[str, Kind]:
    """What each variable holds: from the columns in which it stands, and from what it equals."""
    declared = {relation.name: relation for relation in policy.relations}
    roots = type_kinds(policy)
    found: dict[str, Kind] = {}
    equal: dict[str, list[str]] = {}
    for leaf in syntax.body_leaves(body):
        if isinstance(leaf, syntax.Atom):
            columns = declared[leaf.relation].attributes if leaf.relation in declared else ()
            for argument, column in zip(leaf.arguments, columns, strict=False):
                if isinstance(argument, syntax.Variable):
                    found.setdefault(argument.name, roots[column.type])
        else:
            _compared_kinds(leaf, found, equal)
    left = list(found)
    while left:
        name = left.pop()
        new = [other for other in equal.get(name, ()) if other not in found]
        found.update(dict.fromkeys(new, found[name]))
        left += new
    return found


def _compared_kinds(leaf: syntax.Comparison, found: dict[str, Kind], equal: dict[str, list[str]]) -> None:
    """Adds what a comparison says of its sides: the kind of the other, or to be as another variable is."""
    for one, other in ((leaf.left, leaf.right), (leaf.right, leaf.left)):
        if not isinstance(one, syntax.Variable) or isinstance(other, syntax.Wildcard):
            continue
        if isinstance(other, syntax.Variable):
            equal.setdefault(one.name, []).append(other.name)
        else:
            is_symbol = isinstance(other, syntax.Constant) and isinstance(other.value, str)
            found.setdefault(one.name, "symbol" if is_symbol else "number")


def _read_by_query(program: syntax.Program) -> syntax.Program:
    """The program without clauses that the query needs nothing of."""
    graph = reads(program, program_uses(program))
    needed, left = {_HEAD}, [_HEAD]
    while left:
        new = set(graph[left.pop()]) - needed
        needed |= new
        left.extend(new)

    def is_needed(item: syntax.Item) -> bool:
        return not isinstance(item, syntax.Clause) or any(head.atom.relation in needed for head in item.heads)

    return syntax.Program(tuple(item for item in program.items if is_needed(item)))


def _columns(program: syntax.Program) -> tuple[QueryColumn, ...]:
    core = lower(program)
    rules = [rule for rule in core.rules if rule.relation == _HEAD]
    if any(sum(1 for _ in steps_within(rule.body)) > MOST_LITERALS for rule in rules):
        message = f"the query, or an alternative of it, has more than {MOST_LITERALS} literals"
        raise PolicyError([Diagnostic(rules[0].span, message, "ask in parts")])
    measures = Measures(Vocabulary(program)).of_variables(rules)
    columns = core.relations[_HEAD].columns
    return tuple(QueryColumn(column.name, column.kind, measures.get(column.name, PLAIN)) for column in columns)
