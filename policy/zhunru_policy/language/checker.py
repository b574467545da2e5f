"""Is a program fit to run? Everything that is wrong with it is said at once, with the place and what to do.

This is about programs in general; what a pack needs beyond that (reasons, parameters, roles) is checked where packs are
loaded. Nothing here runs a rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..diagnostics import Diagnostic
from ..errors import PolicyError
from .checks.aggregates import check_aggregates
from .checks.declared import Declared
from .checks.dependencies import program_uses
from .checks.findings import Findings
from .checks.grounding import bind, check_grounding
from .checks.liveness import check_liveness
from .checks.names import check_names
from .checks.scopes import Scope, read_scope
from .checks.singles import check_singles
from .checks.souffle import check_souffle
from .checks.strata import check_strata
from .checks.stratify import components, reads
from .checks.types import check_types
from .normal import MOST_ALTERNATIVES, alternatives, count_alternatives, count_literals
from .syntax import Clause, Program

MOST_EXPANDED = 500_000
"""Literals and heads that a program's alternatives may come to; rules of one alternative are not counted."""


def check(program: Program, *, strict: bool) -> tuple[Diagnostic, ...]:
    """Errors and warnings of the whole program, by file and position; each place and message once.

    `strict` is for packs: a rule that can never fire, or that Soufflé gets wrong, is then an error, else a warning.
    """
    findings = Findings(strict=strict)
    declared = Declared.of(program)
    uses = program_uses(program)
    check_names(program, uses, declared, findings)
    circles = {name: names for names in components(reads(program, uses)) for name in names}
    _check_clauses(program, declared, circles, findings)
    check_strata(uses, circles, findings)
    check_liveness(program, uses, declared, findings)
    return findings.sorted()


def ensure(program: Program, *, strict: bool) -> tuple[Diagnostic, ...]:
    """The warnings of a program that may run. Raises PolicyError with every error where there is one."""
    found = check(program, strict=strict)
    errors = [diagnostic for diagnostic in found if diagnostic.severity == "error"]
    if errors:
        raise PolicyError(errors)
    return found


def _check_clauses(
    program: Program, declared: Declared, circles: Mapping[str, frozenset[str]], findings: Findings
) -> None:
    expanded = 0
    for clause in program.clauses:
        number = 1 if clause.body is None else count_alternatives(clause.body)
        if number > MOST_ALTERNATIVES:
            message = f"this rule has more than {MOST_ALTERNATIVES} alternatives"
            findings.error(clause.span, message, "give some of its `;` a relation of their own")
            continue
        if clause.body is not None and number > 1:
            expanded += count_literals(clause.body) + number * len(clause.heads)
        if expanded > MOST_EXPANDED:
            message = f"the alternatives up to this rule come to more than {MOST_EXPANDED} literals"
            findings.error(clause.span, message, "give parts that repeat a relation of their own")
            return
        recursive = frozenset[str]().union(*(circles[head.atom.relation] for head in clause.heads))
        _check_clause(clause, declared, recursive, findings)


def _check_clause(clause: Clause, declared: Declared, recursive: frozenset[str], findings: Findings) -> None:
    """`recursive`: the relations that depend on a head, where the clause reads them."""
    heads = [head.atom for head in clause.heads]
    values = [argument for head in heads for argument in head.arguments]
    where = "a fact" if clause.body is None else "a head"
    scopes: list[Scope] = []
    for literals in [()] if clause.body is None else alternatives(clause.body):
        scope = read_scope(literals, values, where)
        bind(scope)
        check_aggregates(scope, findings)
        check_grounding(scope, clause.body is None and not scope.inner, findings)
        check_souffle(scope, declared, recursive, findings)
        check_types(scope, heads, declared, findings)
        scopes.append(scope)
    check_singles(scopes, findings)
