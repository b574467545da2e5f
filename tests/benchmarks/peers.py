"""The same policy in peers, as far as each can say it, prepared once in the form that is quickest there.

All decide about the same applicants: those of `production` who give no graph and lack nothing, so a peer needs no
rules of absence. A peer answers only what its policy in `peer_policies/` says:

cedarpy      restrictions and five criteria, as policies that forbid. No sums in Cedar: no payments, score, invitation.
zen-engine   restrictions, criteria, triggers and the score, by expression nodes and decision tables.
regopy       the same, in one rule. (rego-cpp; it is the Rego engine that PyPI has, regorus is not there.)

None says what is missing or unknown, outcome, offer, next step or advice. So Zhunru decides twice: by the same policy
(its own rules with the outputs that the peer lacks left out, from the facts that the peer reads), and, for comparison,
the whole domain from all facts. What a peer answers is checked against Zhunru.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.decisions import decide_all
from tests.benchmarks.population import AS_OF, production
from tests.benchmarks.table import Row, micros
from tests.benchmarks.timing import interleaved, seconds_each
from tests.policy.applicants import Applicant
from zhunru_policy import Decision, Policy, load_pack
from zhunru_policy.loader import ADDED_FILE, build_policy

GROUP = "single decision, the same policy in peers (processor time)"
FOLDER = Path(__file__).parent / "peer_policies"
# Parts of the answer, their ids sorted.
Answer = Mapping[str, object]
Ask = Callable[[Mapping[str, Any]], Answer]


def rows(applicants: int = 600, rounds: int = 9) -> Iterator[Row]:
    policy = load_pack("weilidai")
    people = [person for person in production(applicants) if not person.about and "friend" not in person.facts]
    decisions = {person.subject: policy.decide(*person[:3], as_of=AS_OF) for person in people}
    people = [person for person in people if not decisions[person.subject].missing and "device" not in person.facts]

    for peer in PEERS:
        if find_spec(peer.module) is None:
            yield Row(GROUP, peer.says, "", f"{peer.module} is not installed", 0, "")
            continue
        ask = peer.prepare()
        for person in people:
            check(ask(person.facts), decisions[person.subject], peer.module, person)
        reads = peer.reads.split()
        read = [
            person._replace(facts={name: person.facts[name] for name in reads or person.facts}) for person in people
        ]
        deciders = {
            "the same policy": partial(decide_all, part_of(policy, peer.parts).decide, read),
            "the whole domain": partial(decide_all, policy.decide, people),
            peer.module: partial(ask_all, ask, [person.facts for person in people]),
        }
        measured = interleaved({name: seconds_each(run, len(people)) for name, run in deciders.items()}, rounds)
        theirs = f"{peer.module} {micros(measured.median(peer.module))}"
        for what, goal in (("the same policy", 10), ("the whole domain", None)):
            ours = micros(measured.median(what))
            ratio = measured.ratio(peer.module, what)
            says = peer.says if goal else f"  {what} against that"
            yield Row(GROUP, says, ours, theirs, ratio, "× faster", least=goal)


def part_of(policy: Policy, parts: Sequence[str]) -> Policy:
    """The same rules, asked for these parts of the answer only; the outcome, which no answer lacks, is a constant."""

    def kept(output: re.Match[str]) -> str:
        return output[0] if output[1] in parts else ""

    texts = {file: re.sub(r"@\[answer = (\w+)\]\n\.output \w+\n", kept, text) for file, text in policy.sources.items()}
    del texts[ADDED_FILE]
    return build_policy(policy.name, texts | {"99_part.dl": PART})


PART = """
.decl asked(a: symbol, outcome: symbol)
asked(A, "left out") :- applicant(A).
@[answer = outcome]
.output asked
"""


def ask_all(ask: Ask, everyone: Sequence[Mapping[str, Any]]) -> None:
    for facts in everyone:
        ask(facts)


def check(answer: Answer, decision: Decision, module: str, person: Applicant) -> None:
    """A peer that decides something else is no yardstick. Raises `ValueError`."""
    for part, said in answer.items():
        own = getattr(decision, part)
        if part == "unmet":
            own = tuple(id_ for id_ in own if id_ != "ELG-ACTIVITY")
        if own != said:
            raise ValueError(f"{module} says {part} {said}, not {own}, of {person}")


def cedar() -> Ask:
    cedarpy = import_module("cedarpy")
    policies = cedarpy.PolicySet.from_str((FOLDER / "weilidai.cedar").read_text())
    nobody = cedarpy.Entities.from_json_str("[]")
    request = {"principal": 'Applicant::"a"', "action": 'Action::"open"', "resource": 'Product::"weilidai"'}
    read = CEDAR_READS.split()

    def ask(facts: Mapping[str, Any]) -> Answer:
        context = {name: facts[name] for name in read}
        result = cedarpy.is_authorized({**request, "context": context}, policies, nobody)
        fired = sorted(result.diagnostics.id_annotations_by_reason.values())
        return {
            "restrictions": tuple(id_ for id_ in fired if id_.startswith("RES")),
            "unmet": tuple(id_ for id_ in fired if id_.startswith("ELG")),
        }

    return ask


def zen() -> Ask:
    engine = import_module("zen")
    decision = engine.ZenEngine().create_decision(engine.ZenDecisionContent((FOLDER / "weilidai.jdm.json").read_text()))

    def ask(facts: Mapping[str, Any]) -> Answer:
        found = decision.evaluate(dict(facts))["result"]
        ids = {part: tuple(row["id"] for row in found[part] or ()) for part in ("restrictions", "met", "triggers")}
        return {**ids, "score": found["score"]}

    return ask


def rego() -> Ask:
    interpreter = import_module("regopy").Interpreter()
    interpreter.add_module("weilidai", (FOLDER / "weilidai.rego").read_text())
    bundle = interpreter.build("data.weilidai.answer")

    def ask(facts: Mapping[str, Any]) -> Answer:
        interpreter.set_input(dict(facts))
        found = json.loads(str(interpreter.query_bundle(bundle)))["expressions"][0]
        ids = {part: tuple(sorted(found[part])) for part in ("restrictions", "met", "triggers")}
        return {**ids, "score": found["score"]}

    return ask


class Peer(NamedTuple):
    """`parts`: those of the answer that it gives. `reads`: the names of the facts that it needs, where not all."""

    module: str
    says: str
    prepare: Callable[[], Ask]
    parts: tuple[str, ...]
    reads: str = ""


CEDAR_READS = (
    "age financial_blacklist channel plugin_detected location_spoofed accounts_on_device phone_changes_180d region"
    " remote_login_anomaly student platform_violation real_name_verified bank_card_bound overdue_count payment_score"
    " account_violation_count account_age_days"
)
PEERS = (
    Peer("cedarpy", "restrictions, 5 of 6 criteria", cedar, ("restrictions", "unmet"), CEDAR_READS),
    Peer("zen", "restrictions, criteria, triggers, score", zen, ("restrictions", "met", "triggers", "score")),
    Peer("regopy", "restrictions, criteria, triggers, score", rego, ("restrictions", "met", "triggers", "score")),
)
