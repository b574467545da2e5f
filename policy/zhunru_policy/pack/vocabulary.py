"""The words a pack says in annotations, read from its declarations (`packs/README.md` is the page for people)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ..ir.core import Row, Value
from ..ir.lowering import type_kinds
from ..language import syntax
from ..language.arithmetic import constant_value
from ..language.syntax import Notes, Span

Kind = Literal["number", "symbol"]
Change = Literal["up", "down", "either", "none"]

#: Relations that the loader adds; `additions` states them.
APPLICANT, PERIOD, GIVEN, MISSING, NEEDS = "applicant", "current_period", "given", "missing", "needs"
ADDED = frozenset((APPLICANT, PERIOD, GIVEN, MISSING, NEEDS))


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """What one column of an input may hold, and how people change and see it. `allowed` None: any value in the
    range.
    """

    name: str
    kind: Kind
    type: str
    least: int
    most: int
    allowed: frozenset[Value] | None
    allowed_by: str
    is_period: bool
    other_subject: bool
    change: Change
    step: int
    toward: str | None
    divide: int
    unit_zh: str
    unit_en: str


@dataclass(frozen=True, slots=True)
class InputSpec:
    """An input relation. `columns` leaves the subject out; `unique` holds places in `columns`."""

    name: str
    label_zh: str
    label_en: str
    has_subject: bool
    columns: tuple[ColumnSpec, ...]
    required: bool
    known_by: str | None
    many: bool
    unique: tuple[int, ...]
    change: Change
    of_others: bool
    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class Registered:
    """A rule id: what kind of rule it is, its weight, and the source section it comes from."""

    id: str
    kind: str
    weight: str
    section: str


class Vocabulary:
    """A program's declarations with their annotations, by relation."""

    def __init__(self, program: syntax.Program) -> None:
        self.program = program
        self.declared: Mapping[str, syntax.RelationDecl] = {r.name: r for r in program.relations}
        self._types = {declared.name: declared for declared in program.types}
        self._kinds = type_kinds(program)
        self.facts = _static_facts(program)
        directed = {d.relation for d in program.directives if d.kind == "input"} - ADDED
        self.inputs: Mapping[str, InputSpec] = MappingProxyType(
            {name: self._input(declared) for name, declared in self.declared.items() if name in directed}
        )

    def with_role(self, role: str) -> Iterator[syntax.RelationDecl]:
        return (declared for declared in self.declared.values() if declared.notes.values.get("role") == role)

    def facts_with_role(self, role: str) -> Iterator[Row]:
        return (row for declared in self.with_role(role) for row in self.facts.get(declared.name, ()))

    def fact_clauses(self, role: str) -> Iterator[tuple[syntax.Clause, tuple]]:
        """The facts of relations with a role, each with its row; None stands for what is no constant."""
        relations = {declared.name for declared in self.with_role(role)}
        for clause in self.program.clauses:
            atom = clause.heads[0].atom
            if clause.body is None and atom.relation in relations:
                yield clause, tuple(a.value if isinstance(a, syntax.Constant) else None for a in atom.arguments)

    def registry(self) -> dict[str, Registered]:
        return {str(row[0]): Registered(*map(str, row)) for row in self.facts_with_role("registry") if len(row) == 4}

    def starts(self) -> list[int]:
        """The periods from which some parameter has another value, in order."""
        found: set[int] = set()
        for declared in self.with_role("parameter"):
            names = [attribute.name for attribute in declared.attributes]
            if "start" in names:
                found.update(int(row[names.index("start")]) for row in self.facts.get(declared.name, ()))
        return sorted(found)

    def rule_clauses(self) -> Iterator[tuple[syntax.Clause, syntax.Atom, str]]:
        """Every clause of a relation with the role `rule`, with its head and the registered id in it."""
        relations = {declared.name for declared in self.with_role("rule")}
        ids = self.registry()
        for clause in self.program.clauses:
            for head in clause.heads:
                if head.atom.relation in relations:
                    for argument in head.atom.arguments:
                        if isinstance(argument, syntax.Constant) and argument.value in ids:
                            yield clause, head.atom, str(argument.value)

    def _input(self, declared: syntax.RelationDecl) -> InputSpec:
        words = declared.notes.values
        has_subject = words.get("subject") != "no"
        attributes = declared.attributes[1:] if has_subject else declared.attributes
        change = words.get("change", "none")
        columns = tuple(self._column(attribute, change) for attribute in attributes)
        names = [column.name for column in columns]
        zh, _, en = declared.notes.doc.strip().partition(" · ")
        return InputSpec(
            name=declared.name,
            label_zh=zh or declared.name,
            label_en=en or declared.name.replace("_", " "),
            has_subject=has_subject,
            columns=columns,
            required=words.get("required") == "yes",
            known_by=_text(words.get("known_by")),
            many=words.get("many") == "yes" or not has_subject,
            unique=tuple(names.index(name) for name in str(words.get("unique", "")).split() if name in names),
            change=change,  # type: ignore[arg-type]
            of_others=words.get("about") == "other",
            source=str(words.get("source", "")),
            span=declared.name_span,
        )

    def _column(self, attribute: syntax.Attribute, change: Value) -> ColumnSpec:
        words = self.column_words(attribute)
        source = _text(words.get("values_of"))
        return ColumnSpec(
            name=attribute.name,
            kind=self.kind(attribute),
            type=attribute.type,
            least=_number(words.get("least"), syntax.NUMBER_LEAST),
            most=_number(words.get("most"), syntax.NUMBER_MOST),
            allowed=None if source is None else frozenset(row[0] for row in self.facts.get(source, ())),
            allowed_by=source or "",
            is_period=words.get("form") == "yyyymm",
            other_subject=words.get("other_subject") == "yes",
            change=words.get("change", change),  # type: ignore[arg-type]
            step=_number(words.get("step"), 1),
            toward=_text(words.get("toward")),
            divide=_number(words.get("divide"), 1),
            unit_zh=str(words.get("unit_zh", "")),
            unit_en=str(words.get("unit_en", "")),
        )

    def kind(self, attribute: syntax.Attribute) -> Kind:
        return self._kinds[attribute.type]

    def column_words(self, attribute: syntax.Attribute) -> Mapping[str, Value]:
        """The annotations of an attribute over those of its type, and those over the ones of the type's base."""
        return {**self.type_words(attribute.type), **attribute.notes.values}

    def type_words(self, name: str) -> Mapping[str, Value]:
        chain: list[Notes] = []
        while name in self._types:
            chain.append(self._types[name].notes)
            name = self._types[name].base
        return {key: value for notes in reversed(chain) for key, value in notes.values.items()}


def _text(value: Value | None) -> str | None:
    return None if value is None else str(value)


def _number(value: Value | None, default: int) -> int:
    return value if isinstance(value, int) else default


def _static_facts(program: syntax.Program) -> dict[str, list[Row]]:
    """The rows that a program states as facts, in the order of the text."""
    facts: dict[str, list[Row]] = {}
    for clause in program.clauses:
        if clause.body is None:
            atom = clause.heads[0].atom
            values = [constant_value(argument) for argument in atom.arguments]
            facts.setdefault(atom.relation, []).append(tuple(value for value in values if value is not None))
    return facts
