"""`zhunru policy test`: a pack's cases, on one engine, or on several that must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from zhunru_policy import Policy, load_pack
from zhunru_policy.cases.checks import cases_of
from zhunru_policy.cases.runner import CaseResult, decide_on_each, never_fired, never_silent

from .screen import complain, say


class Engines(StrEnum):
    """Which engines decide each case."""

    specialised = "specialised"
    general = "general"
    pydatalog = "pydatalog"
    reference = "reference"
    both = "both"
    all = "all"

    @property
    def names(self) -> tuple[str, ...]:
        several = {
            Engines.both: ("specialised", "pydatalog"),
            Engines.all: ("specialised", "general", "reference", "pydatalog"),
        }
        return several.get(self, (self.value,))


def run_cases(
    target: Annotated[str, typer.Argument(metavar="PATH|NAME", help="A folder of rules, or the name of a pack.")],
    engine: Annotated[Engines, typer.Option(help="The engines that decide.")] = Engines.specialised,
) -> None:
    """Decides a pack's cases and says where the answers differ from what the cases expect."""
    policy = load_pack(target)
    cases = cases_of(policy)
    if not cases:
        complain(f"`{policy.name}` has no cases; write some in `{policy.folder}/cases`")
        raise typer.Exit(1)
    failed = 0
    decided: list[CaseResult] = []
    fallen: Counter[str] = Counter()
    for case in cases:
        before = policy.falls.copy()
        results = decide_on_each(policy, case, engine.names)
        for name, result in results.items():
            _show_failure(result, name)
        failed += any(not result.passed for result in results.values())
        decided.append(next(iter(results.values())))
        if case.error is None:  # facts that are refused are unusual
            fallen += policy.falls - before
    _show_gaps(policy, decided)
    for reason, times in fallen.items():
        say(Text(f"note: the general engine took {times} decisions from the specialised one: {reason}", "yellow"))
    verdict = f"{failed} failed, {len(cases) - failed} passed" if failed else f"{len(cases)} passed"
    say(Text(f"{policy.name}: {verdict} ({' and '.join(engine.names)})", "bold red" if failed else "bold green"))
    if failed:
        raise typer.Exit(1)


def _show_failure(result: CaseResult, engine: str) -> None:
    if result.passed:
        return
    say(Text.assemble(("FAILED ", "bold red"), (result.case.title, "bold")))
    say(Text(f"  {result.case.span.file}:{result.case.span.line} on {engine}", "dim"))
    for difference in result.differences:
        say(f"  {difference.attribute}")
        say(Text(f"    expected  {_shown(difference.expected)}", "green"))
        say(Text(f"    got       {_shown(difference.actual)}", "red"))


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(_shown, value)) or "nothing"
        case dict():
            return ", ".join(f"{key}: {_shown(part)}" for key, part in value.items())
    return str(value)


def _show_gaps(policy: Policy, results: Sequence[CaseResult]) -> None:
    decisions = [result.decision for result in results if result.decision is not None]
    gaps = {"fires in no case": never_fired(policy, decisions), "fires in every case": never_silent(policy, decisions)}
    for gap, rule_ids in gaps.items():
        for rule_id in rule_ids:
            say(Text(f"warning: `{rule_id}` {gap}; add a case", "yellow"))
