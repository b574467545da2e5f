"""Where Soufflé reads an aggregate otherwise, or not at all.

It gives the body of some aggregates a relation of its own. There it drops what `_` stands for; and what the body reads
from outside it takes from the first atom that binds it, which then must not depend on the rule's head.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

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
    from_recursion = _recursive_names(scope, recursive) if scope.inner else {}
    for each in scope.inner:
        _check_recursive(each, from_recursion, findings)


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


def _check_recursive(scope: Scope, from_recursion: Mapping[str, str], findings: Findings) -> None:
    why = _outlined(scope)
    names = scope.given & from_recursion.keys() if why else frozenset[str]()
    if names:
        names -= closure(scope.binders, ((equation.name, equation.names) for equation in scope.equations))
    for variable in _first_reads(scope, names):
        relation = from_recursion[variable.name]
        message = f"`{variable.name}` comes from the recursive `{relation}` into an aggregate {why}: {_WRONG}"
        advice = f"bind it in the aggregate too, or before `{relation}` by an atom that is not recursive"
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


def _recursive_names(scope: Scope, recursive: Collection[str]) -> dict[str, str]:
    """The names that a recursive atom is the first to bind, or that have such a name's value by equality, each with the
    atom's relation.
    """
    first: dict[str, str] = {}
    for literal in scope.literals:
        if isinstance(literal, Atom):
            for argument in literal.arguments:
                if isinstance(argument, Variable):
                    first.setdefault(argument.name, literal.relation)
    equal: dict[str, list[str]] = {}
    for equation in scope.equations:
        for name in equation.names if equation.name not in first else ():
            equal.setdefault(name, []).append(equation.name)
    found = {name: relation for name, relation in first.items() if relation in recursive}
    waiting = [*found]
    while waiting:
        name = waiting.pop()
        new = [other for other in equal.get(name, ()) if other not in found]
        found.update(dict.fromkeys(new, found[name]))
        waiting += new
    return found
