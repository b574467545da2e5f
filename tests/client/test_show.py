"""An explanation as text, JSON, Mermaid and a picture: stable, well-formed, and saying the same."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from io import StringIO
from typing import Any

import pytest

from tests.explained import as_told
from tests.policy.applicants import QUALIFIED, generate
from zhunru import Explanation
from zhunru.model.proofs import Absent, Derived, Given, Proof, Withheld, named_by
from zhunru.show.outline import Item
from zhunru.show.schema import SCHEMA
from zhunru.show.svg import _broken, _wide
from zhunru.v1 import policy_pb2
from zhunru.wire.explanations import read_explanation
from zhunru_policy import Policy

SOME_DAY = date(2026, 11, 24)
INVITED: dict[str, Any] = QUALIFIED | {"whitelisted": [202611]}
PLAIN = (str, int, bool, type(None))
KEYS = {
    "explanation": "schema decision rules principal proof why_not recourse verified withheld truncated verdict"
    " judged_rows",
    "rule": "id kind weight section reason_zh reason_en file line facts values others",
    "reason": "id kind weight section reason_zh reason_en distance fact",
    "proof": "root nodes truncated cited",
    "given": "kind values source label_zh label_en file line fixed",
    "derived": "kind values clause variables height premises",
    "absent": "kind values label_zh label_en besides instead attempts rest withheld",
    "withheld": "kind reason_zh reason_en",
    "clause": "id section file line text head",
    "attempt": "clause variables premises",
    "premise": "text kind holds nodes only left op right distance groups fault",
    "group": "text op result counted members rest rest_sum only hidden",
    "member": "facts target",
    "quantity": "value shown unit_zh unit_en",
    "fact": "subject name values",
    "recourse": "wish counterfactuals blockers complete",
    "counterfactual": "changes outcome steps",
    "change": "fact key column before after steps text_zh text_en total facts",
    "blocker": "fact value text_zh text_en",
}


def explained(policy: Policy, subject: str, facts: Any, about: Any = None, **options: Any) -> Explanation:
    language = options.pop("language", "")
    return as_told(policy.explain(subject, facts, about, **options), language)


def full(policy: Policy, facts: dict[str, Any] | None = None, **options: Any) -> Explanation:
    return explained(policy, "a1", INVITED if facts is None else facts, as_of=SOME_DAY, detail="full", **options)


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def has_keys(what: str, found: dict[str, Any] | None) -> None:
    if found is not None:
        assert set(found) == set(KEYS[what].split()), what


def check_schema(told: dict[str, Any]) -> None:
    """Every object has the keys that the schema documents, and every id that is named has a node."""
    has_keys("explanation", told)
    for rule in told["rules"]:
        has_keys("rule", rule)
        for fact in rule["facts"]:
            has_keys("fact", fact)
    for reason in told["principal"]:
        has_keys("reason", reason)
    for proof in (told["proof"], *told["why_not"].values()):
        check_proof(proof)
    has_keys("recourse", told["recourse"])
    for counterfactual in told["recourse"]["counterfactuals"] if told["recourse"] else ():
        has_keys("counterfactual", counterfactual)
        for change in counterfactual["changes"]:
            has_keys("change", change)
            has_keys("quantity", change["before"])
            has_keys("quantity", change["after"])
    for blocker in told["recourse"]["blockers"] if told["recourse"] else ():
        has_keys("blocker", blocker)


def check_proof(proof: dict[str, Any]) -> None:
    has_keys("proof", proof)
    assert proof["root"] in proof["nodes"]
    for node in proof["nodes"].values():
        has_keys(node["kind"], node)
        for clause in [node] if node["kind"] == "derived" else node.get("attempts", []):
            has_keys("clause", clause["clause"])
            for quantity in clause["variables"].values():
                has_keys("quantity", quantity)
            for premise in clause["premises"]:
                check_premise(premise, proof)
        for attempt in node.get("attempts", []):
            has_keys("attempt", attempt)


def check_premise(premise: dict[str, Any], proof: dict[str, Any]) -> None:
    has_keys("premise", premise)
    for side in ("left", "right", "distance"):
        has_keys("quantity", premise[side])
    named = {*premise["nodes"], *premise["only"]}
    for group in premise["groups"]:
        has_keys("group", group)
        named |= {*group["only"]}
        for member in group["members"]:
            has_keys("member", member)
            named |= {*member["facts"]}
    assert proof["truncated"] or named <= proof["nodes"].keys()


def plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and plain(each) for key, each in value.items())
    return all(map(plain, value)) if isinstance(value, list) else isinstance(value, PLAIN)


@pytest.mark.parametrize("audience", ["auditor", "applicant"])
def test_json_has_the_documented_keys(weilidai: Policy, audience: str) -> None:
    for seed in range(40):
        subject, facts, about, as_of = generate(seed)
        told = explained(weilidai, subject, facts, about, as_of=as_of, detail="full", audience=audience).to_json()
        assert told["schema"] == SCHEMA == "zhunru.explanation/1"
        assert plain(told), seed
        check_schema(told)
        assert json.loads(json.dumps(told)) == told


def test_json_of_reasons_alone(weilidai: Policy) -> None:
    told = explained(weilidai, "a1", INVITED, as_of=SOME_DAY).to_json()
    has_keys("explanation", told)
    assert told["proof"] is told["recourse"] is None
    assert told["why_not"] == {}
    assert told["decision"]["outcome"] == "INVITED"
    assert told["decision"]["scorecard"]["SC-ASSETS"] == 20


def test_json_values_are_raw_and_shown(weilidai: Policy) -> None:
    nodes = full(weilidai).to_json()["proof"]["nodes"]
    met = nodes['met("a1", "ELG-SCORE")']
    assert met["variables"]["Score"] == {"value": 640, "shown": "640", "unit_zh": "分", "unit_en": "points"}
    assert met["clause"]["id"] == "ELG-SCORE"
    assert met["clause"]["text"].startswith('met(A, "ELG-SCORE") :- ')
    payments = nodes['payments("a1", 1, "online", 5, 150000)']
    assert payments["values"][-1] == {"value": 150_000, "shown": "1,500", "unit_zh": "元", "unit_en": "yuan"}
    assert payments["source"] == "request"


# ── the way over the wire ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("audience", ["auditor", "applicant"])
def test_what_arrives_is_what_the_policy_said(weilidai: Policy, audience: Any) -> None:
    """Nodes, their order and what they name; reasons; the decision: nothing is lost between policy and SDK."""
    for seed in range(40):
        subject, facts, about, as_of = generate(seed)
        own = weilidai.explain(subject, facts, about, as_of=as_of, detail="full", audience=audience)
        told = as_told(own)
        assert (told.withheld, told.truncated, told.verified) == (own.withheld, own.truncated, own.verified)
        assert [rule.id for rule in told.rules] == [rule.id for rule in own.rules]
        assert [reason.reason_zh for reason in told.principal] == [reason.reason_zh for reason in own.principal]
        assert [reason.distance for reason in told.principal] == [reason.distance for reason in own.principal]
        assert list(told.why_not) == sorted(own.why_not)
        for got, said in zip((told.proof, *told.why_not.values()), (own.proof, *own.why_not.values()), strict=True):
            assert got is not None
            assert said is not None
            assert (got.root, len(got.nodes), got.truncated) == (said.id, len(said.nodes), said.truncated)
            assert [(fact.name, fact.values) for fact in got.cited] == [(f.name, f.values) for f in said.cited]


def test_no_node_is_named_that_is_not_there(weilidai: Policy) -> None:
    proof = full(weilidai).proof
    assert proof is not None
    assert {type(node) for node in proof.nodes.values()} == {Given, Derived, Absent}
    assert {each for node in proof.nodes.values() for each in named_by(node)} <= proof.nodes.keys()


@pytest.mark.parametrize(("asked", "other"), [("zh", "en"), ("en", "zh")])
def test_one_language_alone_travels_and_stands_in_for_the_other(weilidai: Policy, asked: Any, other: str) -> None:
    told = full(weilidai, QUALIFIED | {"payment_score": 530}, language=asked)
    texts = list(_texts(told))
    assert any(name.endswith(asked) and text for name, text in texts)
    assert not any(name.endswith(f"_{other}") and text for name, text in texts)
    for language in ("zh", "en"):
        score = next(line for line in told.render(language).splitlines() if "530" in line)
        assert re.search("微信支付分" if asked == "zh" else "WeChat Pay score", score)


def _texts(value: object) -> Iterator[tuple[str, str]]:
    """Every text anywhere in frozen data, with its attribute's name."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            each = getattr(value, field.name)
            if isinstance(each, str):
                yield field.name, each
            else:
                yield from _texts(each)


# ── text, chart, picture ─────────────────────────────────────────────────────────────────────────


def test_text_tells_reasons_and_tree_in_both_languages(weilidai: Policy) -> None:
    explanation = full(weilidai, QUALIFIED | {"payment_score": 530})
    zh, en = explanation.render("zh"), explanation.render("en")
    assert zh.startswith("INELIGIBLE\n\n主要原因\n  ✗ 微信支付分 530 分")
    assert en.startswith("INELIGIBLE\n\nprincipal reasons\n  ✗ WeChat Pay score 530 ")
    assert "\nwhy not ELG-SCORE\n" in en
    assert "\n未成立的原因 ELG-SCORE\n" in zh
    tree = en[en.index("\nproof\n") : en.index("\nwhy not")].splitlines()[2:]
    assert all(re.match(r"^[│├└─ ]*[✓·∅✗]? ?\S", line) for line in tree if line)
    assert len(zh.splitlines()) == len(en.splitlines())


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_that_want_it(weilidai: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    explanation = full(weilidai)
    colourless = explanation.render("en")
    assert "\x1b" not in colourless
    assert explanation.render("en", file=StringIO()) == colourless
    coloured = explanation.render("en", file=Terminal())
    assert re.sub("\x1b\\[[0-9]*m", "", coloured) == colourless != coloured
    assert explanation.render("en", colour=True) == coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert explanation.render("en", file=Terminal()) == colourless
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert explanation.render("en", file=Terminal()) == colourless


def test_a_terminal_obeys_no_callers_text(weilidai: Policy) -> None:
    odd = QUALIFIED | {"region": "H\x1b[2JK\r\n\x9bx"}
    text = explained(weilidai, "a\x1b]0;x\x07", odd, as_of=SOME_DAY, detail="full").render("en")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_an_outline_is_as_long_as_its_proof(weilidai: Policy) -> None:
    """Nothing is told twice: a tree of a proof that shares much would be many times longer."""
    explanation = explained(weilidai, "a1", INVITED, as_of=SOME_DAY, detail="proof")
    assert explanation.proof is not None
    text = explanation.render("en")
    lines = text[text.index("\nproof\n") :].count("\n")
    assert lines < 3 * len(explanation.proof.nodes)


def test_mermaid_is_well_formed(weilidai: Policy) -> None:
    odd = QUALIFIED | {"region": 'H"K<br>#`;&\n%% x'}
    for language in ("zh", "en"):
        lines = full(weilidai, odd).to_mermaid(language).splitlines()
        assert lines[0] == "flowchart TD"
        nodes = [line for line in lines if re.fullmatch(r'  n\d+\["[^"`]*"\]:::(derived|given|absent|withheld)', line)]
        arrows = [line for line in lines if re.fullmatch(r"  n\d+ (-->|-\.->) n\d+", line)]
        styles = [line for line in lines if line.startswith("  classDef ")]
        assert len(nodes) + len(arrows) + len(styles) + 1 == len(lines)
        assert any("#quot;K#lt;br#gt;" in line for line in nodes)


def test_the_picture_is_well_formed_and_within_its_width(weilidai: Policy) -> None:
    odd = QUALIFIED | {"region": "<&\x00\"'" + "长" * 300, "channel": "x" * 500}
    for facts in (INVITED, odd):
        for language in ("zh", "en"):
            root = ET.fromstring(full(weilidai, facts).to_svg(language))
            width, height = int(root.attrib["width"]), int(root.attrib["height"])
            texts = root.findall("{http://www.w3.org/2000/svg}text")
            assert len(texts) > 40
            ends = []
            for text in texts:
                x, y = float(text.attrib["x"]), float(text.attrib["y"])
                ends.append(y)
                assert 0 < x + 7.2 * _wide("".join(text.itertext())) <= width, "".join(text.itertext())
                assert 0 < y < height
            assert ends == sorted(ends)


def test_long_lines_are_broken_at_spaces() -> None:
    item = Item("word " * 30, "=" * 150, "place")
    lines = list(_broken(item, 60))
    assert all(_wide("".join(text for _, text in line)) <= 62 for line in lines)
    assert "".join(text for line in lines for _, text in line).replace(" ", "") == "word" * 30 + "=" * 150 + "place"


def test_no_proof_no_chart(weilidai: Policy) -> None:
    explanation = explained(weilidai, "a1", INVITED, as_of=SOME_DAY)
    assert explanation.to_mermaid() == ""
    assert explanation.render("en").startswith("INVITED\n\nrules that fired\n")
    assert "rules that fired" in explanation.to_svg("en")


def test_a_node_of_a_later_service_is_told_as_withheld() -> None:
    """A kind of node that is not known here must not be taken for one that is."""
    message = policy_pb2.ExplainResponse()
    message.proof.root = "p(1)"
    message.proof.nodes.add(id="p(1)")
    proof = read_explanation(message).proof
    assert proof == Proof("p(1)", {"p(1)": Withheld("p(1)", "", "")}, False, ())
