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

from zhunru import Decision, Explanation, FiredRule, Offer

from .applicants import Applicant
from .words import word

_OUTCOME_STYLES = {"INVITED": "bold green", "ACTIVE": "bold green", "NOT_INVITED": "bold cyan"}
_KINDS = ("restriction", "criterion", "trigger", "scorecard", "opening", "advice")
PPM_IN_PERCENT = 10_000


def picture(
    answers: Sequence[tuple[Applicant, Explanation]], traced: str, as_of: date, language: str
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


def _table(answers: Sequence[tuple[Applicant, Explanation]], language: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, header_style="dim", padding=(0, 1), pad_edge=False, expand=True)
    for heading, ratio in (("applicant", 5), ("outcome", 3), ("why", 9), ("offer", 5)):
        table.add_column(word(language, heading), ratio=ratio)
    for applicant, explanation in answers:
        decision = explanation.decision
        table.add_row(
            Text.assemble((applicant.name[language], "bold"), "\n", (applicant.story[language], "dim")),
            _outcome(decision, language),
            Text("\n").join(_why(explanation, language)),
            Text("\n").join(_offer(decision, language)),
        )
    return table


def _outcome(decision: Decision, language: str) -> Text:
    return Text(word(language, decision.outcome), _OUTCOME_STYLES.get(decision.outcome, "bold red"))


def _why(explanation: Explanation, language: str) -> Iterator[Text]:
    """What decided: restrictions, else what is missing, else what is unmet, else the triggers."""
    decision = explanation.decision
    if decision.restrictions:
        yield from (_reason(rule, language) for rule in explanation.rules if rule.id in decision.restrictions)
    elif decision.missing:
        yield from (Text.assemble((f"{word(language, 'missing')} ", "dim"), name) for name in decision.missing)
    elif decision.unmet:
        yield from (Text.assemble((f"{word(language, 'unmet')} ", "dim"), name) for name in decision.unmet)
    else:
        yield from (_reason(rule, language) for rule in explanation.rules if rule.id in decision.triggers)


def _reason(rule: FiredRule, language: str) -> Text:
    return Text(rule.reason_zh if language == "zh" else rule.reason_en)


def _offer(decision: Decision, language: str) -> Iterator[Text]:
    if decision.offer is not None:
        yield Text(_limit(decision.offer, language), "bold")
        yield Text(_rate(decision.offer, language))
    if decision.next_step is not None:
        yield Text.assemble((f"{word(language, 'next')} ", "dim"), decision.next_step)
    if decision.qualifies and decision.offer is None:
        yield Text(word(language, "qualifies"), "dim")


def _limit(offer: Offer, language: str) -> str:
    limit = word(language, "limit").format(limit=f"{offer.limit_yuan:,}")
    return f"{limit} · {word(language, 'trial') if offer.trial else offer.tier}"


def _rate(offer: Offer, language: str) -> str:
    return word(language, "rate").format(daily=_percent(offer.daily_rate_ppm), annual=_percent(offer.annual_rate_ppm))


def _percent(ppm: int) -> str:
    """Exactly, without a float: 200 ppm is 0.02 %."""
    whole, rest = divmod(ppm, PPM_IN_PERCENT)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".")


def _trace(applicant: Applicant, explanation: Explanation, language: str) -> Tree:
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


def _traced(rule: FiredRule, decision: Decision, language: str) -> Text:
    points = decision.scorecard.get(rule.id)
    place = f"{word(language, 'section').format(section=rule.section)} {rule.file}:{rule.line}"
    facts = ", ".join(f"{fact.name} {' '.join(map(str, fact.values))}" for fact in rule.facts[:3])
    more = f", … ({len(rule.facts)})" if len(rule.facts) > 3 else ""
    return Text.assemble(
        (rule.id, "green"),
        (f" +{points}" if points else "", "bold"),
        f"  {_reason(rule, language)}",
        (f"\n{place}  {facts}{more}", "dim"),
    )
