"""The demo's picture: a table of applicants, and one trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from zhunru import Decision, Explanation, FiredRule, Offer, UsedFact
from zhunru.model.proofs import Language

from .people import Applicant
from .words import word
from .wrapping import Wrapped

_OUTCOME_STYLES = {
    **dict.fromkeys(("INVITED", "ACTIVE"), "bold green"),
    **dict.fromkeys(("NOT_INVITED", "DEFERRED"), "bold cyan"),
    "INDETERMINATE": "bold yellow",
}
_KINDS = ("restriction", "criterion", "trigger", "scorecard", "process", "advice")
PPM_IN_PERCENT = 10_000


def picture(
    answers: Sequence[tuple[Applicant, Explanation]], traced: str, as_of: date, language: Language
) -> RenderableType:
    """Everything the demo shows; `traced` is the subject whose trace it shows."""
    version = answers[0][1].decision.policy_version
    applicant, explanation = next((a, e) for a, e in answers if a.subject == traced)
    footer = word(language, "policy").format(version=version[:19], as_of=as_of)
    parts = (
        Text(word(language, "title"), "bold"),
        _table(answers, language),
        _trace(applicant, explanation, language),
        Text(footer, "dim"),
    )
    return Group(*(Padding(part, (1, 2, 0, 2)) for part in parts), "")


def _table(answers: Sequence[tuple[Applicant, Explanation]], language: Language) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, show_lines=True, pad_edge=False, expand=True)
    table.add_column(Text(word(language, "applicant"), "dim"), ratio=5)
    table.add_column(Text(word(language, "outcome"), "dim"), no_wrap=True)
    table.add_column(Text(word(language, "why"), "dim"), ratio=10)
    table.add_column(Text(word(language, "offer"), "dim"), ratio=5)
    for applicant, explanation in answers:
        table.add_row(
            Wrapped(Text.assemble((applicant.name[language], "bold"), "\n", (applicant.story[language], "dim"))),
            _outcome(explanation.decision, language),
            _listed(_why(explanation, language)),
            Wrapped(Text("\n").join(_offer(explanation.decision, language))),
        )
    return table


def _listed(points: Iterator[Text]) -> Table:
    """A point a line, broken lines under their own text."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    for point in points:
        grid.add_row(Text("·", "dim"), Wrapped(point))
    return grid


def _outcome(decision: Decision, language: Language) -> Text:
    return Text(word(language, decision.outcome), _OUTCOME_STYLES.get(decision.outcome, "bold red"))


def _why(explanation: Explanation, language: Language) -> Iterator[Text]:
    """Why the outcome is no better; where it is the best, what speaks for it."""
    decision = explanation.decision
    if explanation.principal:
        yield from (Text(reason.reason(language)) for reason in explanation.principal)
    else:
        shown = decision.triggers if decision.offer else decision.advice
        yield from (Text(rule.reason(language)) for rule in explanation.rules if rule.id in shown)


def _offer(decision: Decision, language: Language) -> Iterator[Text]:
    if decision.offer is not None:
        yield Text(word(language, "limit").format(limit=f"{decision.offer.limit_yuan:,}"), "bold")
        yield Text(word(language, "trial" if decision.offer.trial else decision.offer.tier))
        yield Text(_rate(decision.offer, language))
    if decision.next_step is not None:
        yield Text.assemble((f"{word(language, 'next')} ", "dim"), decision.next_step)
    if decision.qualifies and decision.offer is None:
        yield Text(word(language, "qualifies"), "dim")


def _rate(offer: Offer, language: Language) -> str:
    return word(language, "rate").format(daily=_percent(offer.daily_rate_ppm), annual=_percent(offer.annual_rate_ppm))


def _percent(ppm: int) -> str:
    """Exactly, without a float: 200 ppm is 0.02 %."""
    whole, rest = divmod(ppm, PPM_IN_PERCENT)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".")


def _trace(applicant: Applicant, explanation: Explanation, language: Language) -> Tree:
    decision = explanation.decision
    title = Text(word(language, "trace").format(name=applicant.name[language]), "bold")
    scores = word(language, "score").format(score=decision.score, invitation_score=decision.invitation_score)
    tree = Tree(Text.assemble(title, "\n", _outcome(decision, language), (f"  {scores}", "dim")), guide_style="dim")
    order = {kind: place for place, kind in enumerate(_KINDS)}
    rules = sorted(explanation.rules, key=lambda rule: (order.get(rule.kind, len(order)), rule.kind, rule.id))
    for kind, group in groupby(rules, key=lambda rule: rule.kind):
        branch = tree.add(Text(word(language, kind), "bold"))
        for rule in group:
            branch.add(_traced(rule, decision, language))
    return tree


def _used(facts: Sequence[UsedFact]) -> Iterator[str]:
    """Each fact with its value; of a relation, how many rows."""
    for name, rows in groupby(facts, key=lambda fact: fact.name):
        first, *others = rows
        yield f"{name} × {1 + len(others)}" if others else f"{name} {' '.join(map(str, first.values))}"


def _traced(rule: FiredRule, decision: Decision, language: Language) -> Wrapped:
    points = decision.scorecard.get(rule.id)
    place = f"{word(language, 'section').format(section=rule.section)} {rule.file}:{rule.line}"
    text = Text.assemble(
        (rule.id, "green"),
        (f" +{points}" if points else "", "bold"),
        f"  {rule.reason(language)}",
        (f"\n{place}  {', '.join(_used(rule.facts))}", "dim"),
    )
    return Wrapped(text)
