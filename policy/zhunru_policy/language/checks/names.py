"""Names: each declared once, each name in use declared, each atom as long as its relation is wide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from ..syntax import Atom, Program, RelationDecl, Span, TypeDecl
from .declared import BUILT_IN, Declared, first_of_each
from .dependencies import ProgramUses
from .findings import Findings, place

FOREIGN_TYPES = ("float", "unsigned")

MOST_COMPARED = 50_000
"""Names compared to find what a misspelt one meant; after these no more is proposed. Keeps hostile text cheap."""


class Speller:
    """Proposes the declared name that a misspelt one is closest to."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_length: dict[int, dict[str, None]] = {}
        self._left = MOST_COMPARED
        for name in names:
            self._by_length.setdefault(len(name), {})[name] = None

    def __contains__(self, name: str) -> bool:
        return name in self._by_length.get(len(name), {})

    def suggestion(self, name: str, otherwise: str) -> str:
        near: list[str] = []
        for length in range(len(name) - 3, len(name) + 4):
            if len(near) <= self._left:
                near += self._by_length.get(length, ())
        self._left = max(0, self._left - len(near))
        meant = get_close_matches(name, near, n=1, cutoff=0.7) if self._left else []
        return f"did you mean `{meant[0]}`?" if meant else otherwise


def check_names(program: Program, uses: ProgramUses, declared: Declared, findings: Findings) -> None:
    speller = Speller([*BUILT_IN, *dict.fromkeys(item.name for item in program.types)])
    _check_unique(program, findings)
    _check_types(program, declared, speller, findings)
    _check_attributes(program, speller, findings)
    _check_uses(program, uses, declared, findings)


def _check_unique(program: Program, findings: Findings) -> None:
    first: dict[str, tuple[str, Span]] = {}
    named: list[tuple[str, TypeDecl | RelationDecl]] = [("type", item) for item in program.types]
    named += [("relation", item) for item in program.relations]
    for kind, item in sorted(named, key=lambda pair: pair[1].name_span):
        span = item.name_span
        if kind == "type" and item.name in BUILT_IN:
            findings.error(span, f"type `{item.name}` is built in and can't be declared", "give the type another name")
        elif item.name not in first:
            first[item.name] = kind, span
        elif first[item.name][0] == kind:
            message = f"{kind} `{item.name}` is declared twice; the first stands at {place(first[item.name][1], span)}"
            findings.error(span, message, "drop one, or give it another name")
        else:
            other, there = first[item.name]
            message = f"{kind} `{item.name}` has the name of the {other} at {place(there, span)}"
            findings.error(span, message, "types and relations share one space of names; rename one")


def _check_types(program: Program, declared: Declared, speller: Speller, findings: Findings) -> None:
    bases = first_of_each((item.name, item.base) for item in program.types)
    circular = _in_circle({name: base for name, base in bases.items() if name not in declared.types})
    for item in program.types:
        if item.name in circular:
            message = f"type `{item.name}` is a subtype of itself"
            findings.error(item.name_span, message, "let its chain of base types end in `number` or `symbol`")
        elif item.base not in bases:
            _check_type(item.base, item.base_span, speller, findings)


def _in_circle(bases: Mapping[str, str]) -> set[str]:
    """The types whose chain of bases comes back to them."""
    circles: set[str] = set()
    seen: set[str] = set()
    for name in bases:
        chain: dict[str, int] = {}
        while name in bases and name not in seen:
            seen.add(name)
            chain[name] = len(chain)
            name = bases[name]
        if name in chain:
            circles.update([*chain][chain[name] :])
    return circles


def _check_type(name: str, span: Span, speller: Speller, findings: Findings) -> None:
    if name in speller:
        return
    if name in FOREIGN_TYPES:
        findings.error(span, f"type `{name}` is not part of the policy language", "use `number`, 64-bit signed")
    else:
        otherwise = f"declare it: `.type {name} <: number`, or `<: symbol`"
        findings.error(span, f"type `{name}` is not declared", speller.suggestion(name, otherwise))


def _check_attributes(program: Program, speller: Speller, findings: Findings) -> None:
    for relation in program.relations:
        seen: set[str] = set()
        for attribute in relation.attributes:
            _check_type(attribute.type, attribute.type_span, speller, findings)
            if attribute.name in seen:
                message = f"relation `{relation.name}` has two attributes named `{attribute.name}`"
                findings.error(attribute.span, message, "give one of them another name")
            seen.add(attribute.name)


def _check_uses(program: Program, uses: ProgramUses, declared: Declared, findings: Findings) -> None:
    speller = Speller(declared.relations)
    for directive in program.directives:
        if directive.relation not in speller:
            message = f"relation `{directive.relation}` of this `.{directive.kind}` is not declared"
            otherwise = f"declare it: `.decl {directive.relation}(…)`"
            findings.error(directive.name_span, message, speller.suggestion(directive.relation, otherwise))
    for clause, used in uses:
        for head in clause.heads:
            _check_atom(head.atom, declared, speller, findings)
        for use in used:
            _check_atom(use.atom, declared, speller, findings)


def _check_atom(atom: Atom, declared: Declared, speller: Speller, findings: Findings) -> None:
    relation = declared.relations.get(atom.relation)
    if relation is None:
        otherwise = f"declare it: `.decl {atom.relation}(…)`"
        message = f"relation `{atom.relation}` is not declared"
        findings.error(atom.name_span, message, speller.suggestion(atom.relation, otherwise))
        return
    wanted, given = len(relation.attributes), len(atom.arguments)
    if wanted != given:
        named = ", ".join(attribute.name for attribute in relation.attributes)
        has = f"{wanted} attribute{'' if wanted == 1 else 's'}"
        message = f"relation `{atom.relation}` has {has}, but {given} argument{'' if given == 1 else 's'} here"
        findings.error(atom.name_span, message, f"write `{atom.relation}({named})`")
