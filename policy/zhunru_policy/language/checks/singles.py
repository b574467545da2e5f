"""Variables that stand once, which is mostly a misspelling, and those that are named as if they did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..syntax import Span, Variable
from .findings import Findings
from .scopes import Scope


def check_singles(alternatives: Iterable[Scope], findings: Findings) -> None:
    """`alternatives`: those of one clause, bound. A variable counts as standing once if it does in each of them."""
    alone: dict[Span, tuple[str, Scope]] = {}
    in_company: set[Span] = set()
    for scope in alternatives:
        for home, variables in _occurrences(scope):
            if len(variables) == 1:
                alone[variables[0].span] = variables[0].name, home
                continue
            in_company.update(variable.span for variable in variables)
            if variables[0].name.startswith("_"):
                _report_shared(variables, findings)
    for span, (name, home) in alone.items():
        if not name.startswith("_") and span not in in_company and not _wanted_outside(home, name):
            instead = f"write `_` or `_{name}`" if home.aggregate is None else f"name it `_{name}`"
            findings.warning(span, f"variable `{name}` stands here only", f"{instead} if it is meant so")


def _wanted_outside(home: Scope, name: str) -> bool:
    """Whether a variable of that name is read outside, which `grounding` has an error for."""
    outside = home.parent
    while outside is not None:
        if any(variable.name == name for variable in outside.variables):
            return True
        outside = outside.parent
    return False


def _occurrences(scope: Scope) -> Iterator[tuple[Scope, list[Variable]]]:
    """The variables of an alternative with their occurrences; one name in two aggregates is two variables."""
    found: dict[tuple[int, str], tuple[Scope, list[Variable]]] = {}
    for each in scope.everywhere():
        for variable in each.variables:
            home = each.home(variable.name)
            found.setdefault((id(home), variable.name), (home, []))[1].append(variable)
    yield from found.values()


def _report_shared(variables: list[Variable], findings: Findings) -> None:
    first = min(variables, key=lambda variable: variable.span)
    message = f"variable `{first.name}` is named as standing once, but stands {len(variables)} times"
    findings.warning(first.span, message, "drop the `_` it starts with")
