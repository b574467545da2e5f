"""Every variable has a value before it is read, and `_` stands only where a value is not needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from .findings import Findings, place
from .scopes import Equation, Scope
from .witnesses import instead_of_witness


def bind(scope: Scope, given: frozenset[str] = frozenset()) -> None:
    """Finds which names have a value in the scope and in those inside it, if every aggregate has one.

    `given`: the names that come from outside.
    """
    scope.given = given
    start = scope.binders | given
    scope.bound = closure(start, ((equation.name, equation.names) for equation in scope.equations))
    for inner in scope.inner:
        bind(inner, inner.free() & scope.bound)


def closure(start: Iterable[str], rules: Iterable[tuple[str, frozenset[str]]]) -> frozenset[str]:
    """`start`, and each name whose needs are met, in time linear in the rules."""
    known = set(start)
    left: list[tuple[str, int]] = []
    waiting: dict[str, list[int]] = {}
    ready = deque[str]()
    for name, needs in rules:
        missing = needs - known
        for need in missing:
            waiting.setdefault(need, []).append(len(left))
        left.append((name, len(missing)))
        if not missing:
            ready.append(name)
    while ready:
        name = ready.popleft()
        if name in known:
            continue
        known.add(name)
        for index in waiting.get(name, ()):
            target, count = left[index]
            left[index] = target, count - 1
            if count == 1:
                ready.append(target)
    return frozenset(known)


def check_grounding(scope: Scope, is_fact: bool, findings: Findings) -> None:
    """`scope` is a whole alternative on which `bind` has run."""
    for each in scope.everywhere():
        _check_bound(each, is_fact, findings)
        _check_circles(each, findings)
        for wildcard, where in each.misplaced:
            advice = "name a variable that an atom of the body binds"
            findings.error(wildcard.span, f"`_` has no value in {where}", advice)


def _check_bound(scope: Scope, is_fact: bool, findings: Findings) -> None:
    unbound = [variable for variable in scope.variables if variable.name not in scope.bound]
    told: set[str] = set()
    for variable in sorted(unbound, key=lambda variable: variable.span):
        name = variable.name
        if name in told:
            continue
        told.add(name)
        inside = next((inner for inner in scope.inner if _binds(inner, name)), None)
        if inside is not None and inside.aggregate is not None:
            there = place(inside.aggregate.span, variable.span)
            message = f"variable `{name}` has a value only inside the aggregate at {there}"
            findings.error(variable.span, message, instead_of_witness(scope, inside, name))
        elif is_fact:
            message = f"variable `{name}` in a fact; a fact holds constants only"
            findings.error(variable.span, message, "write a value, or add a body that binds it")
        elif scope.aggregate is not None:
            message = f"variable `{name}` is bound neither in the aggregate nor outside"
            findings.error(variable.span, message, f"add an atom to its body with `{name}` as an argument")
        else:
            message = f"variable `{name}` is not bound"
            findings.error(variable.span, message, f"add an atom to the body with `{name}` as an argument")


def _binds(scope: Scope, name: str) -> bool:
    return any(name in each.bound for each in scope.everywhere())


def _check_circles(scope: Scope, findings: Findings) -> None:
    """An aggregate may not wait for its own value, nor two for each other's."""
    if not any(inner.given for inner in scope.inner) or not scope.equations:
        return
    start = scope.binders | scope.given
    bound = closure(start, ((equation.name, _needs(equation)) for equation in scope.equations))
    for inner in scope.inner:
        waits = sorted(inner.given - bound)
        if waits and inner.aggregate is not None:
            _report_circle(inner, waits[0], scope.equations, findings)


def _needs(equation: Equation) -> frozenset[str]:
    return equation.names.union(*(inner.given for inner in equation.inner))


def _report_circle(inner: Scope, name: str, equations: Sequence[Equation], findings: Findings) -> None:
    assert inner.aggregate is not None
    if any(equation.name == name and inner in equation.inner for equation in equations):
        message = f"`{name}` is the value of this aggregate and is read inside it"
        findings.error(inner.aggregate.span, message, "give one of the two another name")
    else:
        message = f"this aggregate reads `{name}`, whose value waits for this aggregate's"
        findings.error(inner.aggregate.span, message, f"bind `{name}` by an atom outside")
