"""An explanation as text, JSON, Mermaid and a picture: stable, well-formed, and saying the same."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import date
from typing import Any

import pytest

from tests.policy.applicants import QUALIFIED, generate
from zhunru_policy import Policy
from zhunru_policy.explain import Explanation
from zhunru_policy.explain.outline import Item
from zhunru_policy.explain.schema import SCHEMA
from zhunru_policy.explain.svg import _broken, _wide

SOME_DAY = date(2026, 11, 24)
INVITED: dict[str, Any] = QUALIFIED | {"whitelisted": [202611]}
PLAIN = (str, int, bool, type(None))
KEYS = {
    "explanation": "schema decision audience rules principal proof why_not recourse verified withheld truncated",
    "rule": "id kind weight section reason_zh reason_en file line facts values others",
    "reason": "id kind weight section reason_zh reason_en distance fact",
    "proof": "root truncated cited nodes",
    "given": "kind values source label_zh label_en file line",
    "derived": "kind values clause variables height premises",
    "absent": "kind besides instead attempts rest withheld",
    "withheld": "kind reason_zh reason_en",
    "clause": "id section file line text",
    "attempt": "clause variables premises",
    "premise": "text kind holds nodes only left op right distance groups fault",
    "group": "text op result counted members rest rest_sum only",
    "member": "facts target",
    "quantity": "value shown unit_zh unit_en",
    "fact": "subject name values",
}


def full(policy: Policy, facts: dict[str, Any] | None = None, **options: Any) -> Explanation:
    return policy.explain("a1", INVITED if facts is None else facts, as_of=SOME_DAY, detail="full", **options)


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
    for seed in range(60):
        subject, facts, about, as_of = generate(seed)
        explanation = weilidai.explain(subject, facts, about, as_of=as_of, detail="full", audience=audience)  # type: ignore[arg-type]
        told = explanation.to_json()
        assert told["schema"] == SCHEMA == "zhunru.explanation/1"
        assert plain(told), seed
        check_schema(told)
        assert json.loads(json.dumps(told)) == told


def test_json_of_reasons_alone(weilidai: Policy) -> None:
    told = weilidai.explain("a1", INVITED, as_of=SOME_DAY).to_json()
    has_keys("explanation", told)
    assert told["proof"] is None
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


def test_text_tells_reasons_and_tree_in_both_languages(weilidai: Policy) -> None:
    explanation = full(weilidai, QUALIFIED | {"payment_score": 530})
    zh, en = explanation.render("zh"), explanation.render("en")
    assert zh.startswith("INELIGIBLE\n主要原因：\n  ELG-SCORE  ")
    assert en.startswith("INELIGIBLE\nprincipal reasons:\n  ELG-SCORE  ")
    assert "why not ELG-SCORE:" in en
    assert "未成立的原因 ELG-SCORE：" in zh
    tree = en[en.index("proof:") : en.index("why not")].splitlines()[1:]
    assert all(re.match(r"^[│├└─ ]*[✓·∅✗]? ?\S", line) for line in tree)
    assert len(zh.splitlines()) == len(en.splitlines())


def test_an_outline_is_as_long_as_its_proof(weilidai: Policy) -> None:
    """Nothing is told twice: a tree of a proof that shares much would be many times longer."""
    explanation = weilidai.explain("a1", INVITED, as_of=SOME_DAY, detail="proof")
    assert explanation.proof is not None
    text = explanation.render("en")
    lines = text[text.index("proof:") :].count("\n")
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


def test_no_proof_no_picture(weilidai: Policy) -> None:
    explanation = weilidai.explain("a1", INVITED, as_of=SOME_DAY)
    assert explanation.to_svg() == explanation.to_mermaid() == ""
    assert explanation.render("en").startswith("INVITED\nrules that fired:\n")
