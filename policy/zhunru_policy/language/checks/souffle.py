"""Where Soufflé reads an aggregate otherwise, or not at all.

It gives the body of some aggregates a relation of its own. There it drops what `_` stands for; and what the body reads
from outside it takes from the first atom that binds it, which then must not depend on the rule's head.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..syntax import Atom, Variable, expression_parts
from .declared import Declared
from .findings import Findings
from .grounding import closure
from .scopes import Scope

_WRONG = "Soufflé answers wrongly or refuses it"


def check_souffle(scope: Scope, declared: Declared, recursive: Collection[str], findings: Findings) -> None:
    """`scope` is a whole alternative on which `bind` has run; `recursive` are the relations that read a head of it."""
    for each in scope.everywhere():
        if each.aggregate is not None:
            _check_wildcards(each, declared, findings)
            _check_passed_on(each, findings)
    for each in scope.inner:
        _check_recursive(each, scope, recursive, findings)


def _outlined(scope: Scope) -> str:
    """Why Soufflé gives the aggregate's body a relation of its own; empty where it does not."""
    atoms = [literal for literal in scope.literals if isinstance(literal, Atom)]
    if len(atoms) > 1:
        return "with more than one atom"
    if scope.inner:
        return "with another aggregate in it"
    parts = [part for atom in atoms for argument in atom.arguments for part in expression_parts(argument)]
    names = [part.name for part in parts if isinstance(part, Variable)]
    return "over an atom with a variable twice" if len(names) > len({*names}) else ""


def _check_wildcards(scope: Scope, declared: Declared, findings: Findings) -> None:
    why = _outlined(scope)
    for wildcard, atom, index in scope.open if why else ():
        advice = "give its relation's other attributes a relation of their own, and negate that"
        if any(atom is literal for literal in scope.literals):
            advice = f"name it `{_name_for(declared, atom, index)}`: Soufflé counts its values with one atom and drops"
            advice += " them otherwise"
        findings.error(wildcard.span, f"`_` in an aggregate {why}", advice)


def _name_for(declared: Declared, atom: Atom, index: int) -> str:
    relation = declared.relations.get(atom.relation)
    if relation is None or index >= len(relation.attributes):
        return "_D"
    return "_" + relation.attributes[index].name.lstrip("_?").capitalize()


def _check_passed_on(scope: Scope, findings: Findings) -> None:
    """What the aggregates inside take from outside this one, it must read too."""
    named = {variable.name for variable in scope.variables}
    for inner in scope.inner:
        for variable in _first_reads(inner, (inner.given & scope.given) - named):
            message = f"`{variable.name}` is read two aggregates further in, but not in the one between: {_WRONG}"
            findings.unfit(variable.span, message, "give the inner aggregate a relation of its own")


def _check_recursive(scope: Scope, outside: Scope, recursive: Collection[str], findings: Findings) -> None:
    why = _outlined(scope)
    if not why:
        return
    bound = closure(scope.binders, ((equation.name, equation.names) for equation in scope.equations))
    for variable in _first_reads(scope, scope.given - bound):
        source = next((atom for atom in _sources(outside, variable.name) if atom.relation in recursive), None)
        if source is not None:
            message = (
                f"`{variable.name}` comes from the recursive `{source.relation}` into an aggregate {why}: {_WRONG}"
            )
            advice = f"bind it in the aggregate too, or before `{source.relation}` by an atom that is not recursive"
            findings.unfit(variable.span, message, advice)


def _first_reads(scope: Scope, names: Collection[str]) -> Iterator[Variable]:
    """Where an aggregate, or one in it, first reads each of the names that it has from outside."""
    for name in sorted(names):
        found = [
            variable
            for each in scope.everywhere()
            for variable in each.variables
            if variable.name == name and each.home(name) not in scope.everywhere()
        ]
        yield min(found, key=lambda variable: variable.span)


def _sources(scope: Scope, name: str) -> Iterator[Atom]:
    """The first atom that binds the name, or, where it has its value by equality, those that bind what it equals."""
    names, seen = [name], set[str]()
    while names:
        name = names.pop()
        if name in seen:
            continue
        seen.add(name)
        atoms = (literal for literal in scope.literals if isinstance(literal, Atom))
        first = next((atom for atom in atoms if any(_is(argument, name) for argument in atom.arguments)), None)
        if first is not None:
            yield first
        else:
            names += [other for equation in scope.equations if equation.name == name for other in equation.names]


def _is(argument: object, name: str) -> bool:
    return isinstance(argument, Variable) and argument.name == name
