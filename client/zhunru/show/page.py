"""An explanation as titled sections of lines, in the order in which people ask: what, why, what then, and the proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..model.explanations import Counterfactual, Explanation, FiredRule, Recourse
from ..model.proofs import Language
from .outline import Item, Outline

WORDS: Mapping[str, tuple[str, str]] = {
    "principal": ("主要原因", "principal reasons"),
    "rules": ("成立的规则", "rules that fired"),
    "recourse": ("需要改变什么", "what would have to change"),
    "option": ("办法 {}", "option {}"),
    "for": ("目标：{}", "wished: {}"),
    "qualifies": ("取得下期白名单资格", "to qualify for the next whitelist"),
    "already": ("已满足，无需改变", "holds already"),
    "blocked": ("申请人自己无法改变结果：", "nothing in the applicant's power changes this:"),
    "incomplete": ("时间已到，可能还有其他办法", "time ran out; there may be other ways"),
    "proof": ("推理过程", "proof"),
    "why_not": ("未成立的原因 {}", "why not {}"),
    "general": ("部分规则或信息未披露", "some rules or facts are not disclosed"),
    "others": ("他人信息 {} 条", "{} facts about others"),
    "verified": ("第二引擎复核一致", "a second engine decided the same"),
    "not_judged": (
        "第二引擎未作判断：处理 {:,} 行后达到工作量上限",
        "not judged by the second engine: bound reached after {:,} rows",
    ),
    "cut": ("已截断：可按编号查看其余部分", "cut short: ask for the rest by id"),
}


class Section(NamedTuple):
    """A title, and trees of lines."""

    title: str
    items: tuple[Item, ...]


def word(name: str, language: Language, *values: object) -> str:
    return WORDS[name][language == "en"].format(*values)


def sections(explanation: Explanation, language: Language) -> Iterator[Section]:
    """Those that have something to say."""
    if explanation.principal:
        reasons = (
            Item(reason.reason(language), place=reason.id or reason.fact, tone="fails")
            for reason in explanation.principal
        )
        yield Section(word("principal", language), tuple(reasons))
    if explanation.recourse is not None and explanation.recourse.wish:
        yield Section(word("recourse", language), tuple(_recourse(explanation.recourse, language)))
    if explanation.rules:
        rules = (_rule(rule, language) for rule in explanation.rules)
        yield Section(word("rules", language), tuple(rules))
    if explanation.proof is not None:
        yield Section(word("proof", language), (Outline(explanation.proof, language).root,))
    for rule_id, proof in explanation.why_not.items():
        yield Section(word("why_not", language, rule_id), (Outline(proof, language).root,))


def notes(explanation: Explanation, language: Language) -> Iterator[str]:
    """What is to be known of the explanation itself."""
    if explanation.verified:
        yield word("verified", language)
    if explanation.verdict == "bound":
        yield word("not_judged", language, explanation.judged_rows)
    if explanation.withheld:
        yield word("general", language)
    if explanation.truncated:
        yield word("cut", language)


def _rule(rule: FiredRule, language: Language) -> Item:
    detail = word("others", language, sum(rule.others.values())) if rule.others else ""
    return Item(f"{rule.id}  {rule.reason(language)}", detail, f"{rule.section}, {rule.file}:{rule.line}", "holds")


def _recourse(recourse: Recourse, language: Language) -> Iterator[Item]:
    wished = [word(wish, language) if wish in WORDS else wish for wish in recourse.wish]
    yield Item(word("for", language, (" / " if language == "zh" else " or ").join(wished)))
    for number, each in enumerate(recourse.counterfactuals, 1):
        yield _option(number, each, language) if each.changes else Item(word("already", language), tone="holds")
    if recourse.blockers:
        blockers = [Item(blocker.text(language), blocker.fact, tone="fails") for blocker in recourse.blockers]
        yield Item(word("blocked", language), children=blockers)
    if not recourse.complete:
        yield Item(word("incomplete", language))


def _option(number: int, told: Counterfactual, language: Language) -> Item:
    changes = [Item(change.text(language), change.fact, tone="given") for change in told.changes]
    return Item(word("option", language, number), f"→ {told.outcome}", children=changes)
