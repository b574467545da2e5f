"""Both clients against a real service: the same answers as the policy itself gives, under the same names."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import pytest

import zhunru
import zhunru_policy
from tests.policy.applicants import QUALIFIED, Applicant, generate
from tests.server.stand_in import served, stand_in
from zhunru import (
    AsyncClient,
    Client,
    DeadlineExceeded,
    InvalidRequest,
    Offer,
    RuleFailed,
    ServiceFault,
    TooLarge,
    ZhunruError,
)
from zhunru_policy import Decision, Policy, explain
from zhunru_server.limits import Limits

NOVEMBER = date(2026, 11, 24)
SEEDS = range(150)

Ask = Callable[[Callable[..., Any]], Any]


@pytest.fixture(scope="module")
def address(weilidai: Policy) -> Iterator[str]:
    with served(weilidai) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Client]:
    with Client(address) as client:
        yield client


def in_loop(address: str, ask: Callable[[AsyncClient], Coroutine[Any, Any, Any]], **options: Any) -> Any:
    async def run() -> Any:
        async with AsyncClient(address, **options) as client:
            return await ask(client)

    return asyncio.run(run())


def plain(data: Any) -> Any:
    """A dataclass of either package as plain data, to compare one with the other."""
    if dataclasses.is_dataclass(data):
        return {field.name: plain(getattr(data, field.name)) for field in dataclasses.fields(data)}
    if isinstance(data, tuple):
        return tuple(plain(part) for part in data)
    return dict(data) if hasattr(data, "keys") else data


def made(seed: int) -> Applicant:
    """As of one of a few months only: each new one costs the policy a moment."""
    return generate(seed)._replace(as_of=NOVEMBER.replace(month=10 + seed % 3))


def decided(policy: Policy, applicant: Applicant) -> Any:
    return plain(policy.decide(applicant.subject, applicant.facts, applicant.about, as_of=applicant.as_of))


def test_decisions_are_those_of_the_policy(client: Client, weilidai: Policy) -> None:
    for applicant in map(made, SEEDS):
        answer = client.evaluate(applicant.subject, applicant.facts, applicant.about, as_of=applicant.as_of)
        assert plain(answer) == decided(weilidai, applicant)


def test_decisions_for_asyncio_are_the_same(address: str, weilidai: Policy) -> None:
    applicants = [made(seed) for seed in SEEDS]

    async def ask(client: AsyncClient) -> list[Any]:
        calls = [client.evaluate(a.subject, a.facts, a.about, as_of=a.as_of) for a in applicants]
        return await asyncio.gather(*calls)

    assert [plain(answer) for answer in in_loop(address, ask)] == [decided(weilidai, a) for a in applicants]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (zhunru.Decision, zhunru_policy.Decision),
        (zhunru.Offer, zhunru_policy.Offer),
    ],
)
def test_the_attributes_have_the_policys_names(ours: type, theirs: type) -> None:
    assert [field.name for field in dataclasses.fields(ours)] == [field.name for field in dataclasses.fields(theirs)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (zhunru.Explanation, explain.Explanation),
        (zhunru.FiredRule, explain.FiredRule),
        (zhunru.PrincipalReason, explain.PrincipalReason),
    ],
)
def test_what_is_explained_has_the_policys_names(ours: type, theirs: type) -> None:
    """The policy explains more than travels: what does has the same names."""
    assert {field.name for field in dataclasses.fields(ours)} <= {name for name in dir(theirs) if name[0] != "_"}


def same_rules(explained: zhunru.Explanation, own: explain.Explanation) -> bool:
    names = [field.name for field in dataclasses.fields(zhunru.FiredRule) if field.name != "facts"]
    return [
        ([getattr(rule, name) for name in names], [(fact.subject, fact.name, fact.values) for fact in rule.facts])
        for rule in explained.rules
    ] == [
        ([getattr(rule, name) for name in names], [(fact.subject, fact.name, fact.values) for fact in rule.facts])
        for rule in own.rules
    ]


def test_an_answer_is_plain_data(client: Client) -> None:
    decision = client.evaluate("a1", {**QUALIFIED, "whitelisted": [202611]}, as_of=NOVEMBER)
    assert isinstance(decision.offer, Offer)
    assert dataclasses.asdict(decision)["scorecard"] == dict(decision.scorecard)
    assert list(decision.scorecard) == sorted(decision.scorecard)
    with pytest.raises(dataclasses.FrozenInstanceError):
        decision.outcome = "ACTIVE"  # type: ignore[misc]


def test_an_explanation_is_the_decision_and_why(client: Client, weilidai: Policy) -> None:
    for applicant in map(made, range(20)):
        asked = (applicant.subject, applicant.facts, applicant.about)
        explained = client.explain(*asked, as_of=applicant.as_of)
        assert explained.decision == client.evaluate(*asked, as_of=applicant.as_of)
        assert same_rules(explained, weilidai.explain(*asked, as_of=applicant.as_of))
        assert tuple(rule.id for rule in explained.rules) == explained.decision.rules_fired


def test_products_are_compared(address: str, client: Client) -> None:
    products = client.compare_products(yuan=250_000, days=30)
    assert [(product.id, product.name_zh, product.least_interest_fen) for product in products] == [
        ("jiebei", "借呗", 112_500),
        ("weilidai", "微粒贷", 150_000),
    ]
    assert products == in_loop(address, lambda client: client.compare_products(yuan=250_000, days=30))


@pytest.mark.parametrize("given", [{"yuan": 0, "days": 1}, {"yuan": 1, "days": 3_651}, {"yuan": 1.0, "days": 1}])
def test_a_comparison_that_makes_no_sense_is_refused(client: Client, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as raised:
        client.compare_products(**given)
    assert raised.value.violations[0].field in given


# ── many applicants ──────────────────────────────────────────────────────────────────────────────


def numbered(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every third one can't be sent, every fifth one can't be decided."""
    for number in range(count):
        age: Any = 0.5 if number % 3 == 0 else 200 if number % 5 == 0 else 30
        yield f"a{number}", {"age": age}


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_many_are_answered_in_their_order(address: str, client: Client, batch_size: int) -> None:
    seen: list[int] = []
    results = list(client.evaluate_many(numbered(14), as_of=NOVEMBER, batch_size=batch_size, progress=seen.append))
    assert [result.subject for result in results] == [f"a{number}" for number in range(14)]
    assert [number for number, result in enumerate(results) if result.error] == [0, 3, 5, 6, 9, 10, 12]
    assert {str(result.error) for result in results if result.error} == {
        "`facts.age`: 200 is outside 0..150",
        "`facts.age`: is the float 0.5; give a whole number, in the policy's unit",
    }
    assert results[1].unwrap() == client.evaluate("a1", {"age": 30}, as_of=NOVEMBER)
    with pytest.raises(InvalidRequest):
        results[0].unwrap()
    assert seen == sorted({min(batch_size * done, 14) for done in range(1, 15)})

    async def ask(client: AsyncClient) -> Any:
        return [(r.subject, r.decision, str(r.error)) async for r in client.evaluate_many(numbered(14), as_of=NOVEMBER)]

    assert in_loop(address, ask) == [(result.subject, result.decision, str(result.error)) for result in results]


def test_many_are_the_same_as_one_by_one(client: Client, weilidai: Policy) -> None:
    applicants = [made(seed) for seed in SEEDS]
    given = (zhunru.Applicant(a.subject, a.facts, a.about) for a in applicants)
    answers = [plain(result.unwrap()) for result in client.evaluate_many(given, as_of=NOVEMBER, batch_size=64)]
    assert answers == [decided(weilidai, applicant._replace(as_of=NOVEMBER)) for applicant in applicants]


def test_applicants_are_read_as_results_are_asked_for(client: Client) -> None:
    read: list[int] = []

    def endless() -> Iterator[tuple[str, dict[str, Any]]]:
        while True:
            read.append(len(read))
            yield f"a{len(read)}", {}

    results = client.evaluate_many(endless(), batch_size=3)
    assert read == []
    assert next(results).subject == "a1"
    assert len(read) == 3


def test_nobody_is_no_call() -> None:
    with Client("127.0.0.1:1") as client:
        assert list(client.evaluate_many([])) == []
        unsendable: Any = {"age": 0.5}
        [result] = client.evaluate_many([("a", unsendable)])
    assert isinstance(result.error, InvalidRequest)


def test_applicants_may_come_asynchronously(address: str) -> None:
    async def coming() -> AsyncIterator[tuple[str, dict[str, Any]]]:
        for applicant in numbered(5):
            await asyncio.sleep(0)
            yield applicant

    async def ask(client: AsyncClient) -> list[str]:
        return [result.subject async for result in client.evaluate_many(coming(), batch_size=2)]

    assert in_loop(address, ask) == ["a0", "a1", "a2", "a3", "a4"]


# ── errors ───────────────────────────────────────────────────────────────────────────────────────

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"facts": {"payment_score": 1001}}, "facts.payment_score", "1001 is outside 0..1000"),
    ({"facts": {"payments": [(1, "online", 1, -1)]}}, "facts.payments[0].fen", "-1 is outside"),
    ({"facts": {}, "about": {"b1": {"payment_scor": 1}}}, "about.b1.payment_scor", "did you mean `payment_score`?"),
    ({"facts": {}, "about": {"a1": {}}}, "about.a1", "the subject itself"),
    ({"facts": {}, "as_of": datetime(2026, 11, 24)}, "as_of", "without a time"),
    ({"facts": {}, "request_id": "x" * 65}, "request_id", "64 characters"),
]


@pytest.mark.parametrize(("given", "field", "words"), BAD)
def test_what_cant_be_taken_is_named_as_the_caller_wrote_it(
    address: str, client: Client, given: dict[str, Any], field: str, words: str
) -> None:
    calls = [
        lambda: client.evaluate("a1", **given),
        lambda: client.explain("a1", **given),
        lambda: in_loop(address, lambda client: client.evaluate("a1", **given)),
        lambda: in_loop(address, lambda client: client.explain("a1", **given)),
    ]
    for call in calls:
        with pytest.raises(InvalidRequest) as raised:
            call()
        [violation] = raised.value.violations
        assert violation.field == field
        assert words in violation.description
        assert str(raised.value) == f"`{field}`: {violation.description}"


def failing(error: Exception) -> Policy:
    def decide(subject: str, facts: dict[str, Any]) -> Decision:
        raise error

    return stand_in(decide)


FAILURES: list[tuple[Exception, type[ZhunruError], str]] = [
    (zhunru_policy.AnswerError("no outcome"), RuleFailed, "no outcome; nothing was decided: tell the policy's owners"),
    (zhunru_policy.WorkLimitError("too much work"), TooLarge, "too much work; send fewer applicants or facts at once"),
    (KeyError("x"), ServiceFault, "tell the service's owners"),
]


@pytest.mark.parametrize(("error", "kind", "words"), FAILURES)
def test_a_failure_says_what_to_do(error: Exception, kind: type[ZhunruError], words: str) -> None:
    with served(failing(error)) as address, Client(address) as client:
        for call in (
            lambda: client.evaluate("a1", {}),
            lambda: next(client.evaluate_many([("a1", {})])).unwrap(),
            lambda: in_loop(address, lambda client: client.evaluate("a1", {})),
        ):
            with pytest.raises(kind) as raised:
                call()
            assert words in str(raised.value)
            if isinstance(raised.value, ServiceFault):
                assert raised.value.error_id in str(raised.value)
                assert len(raised.value.error_id) == 32


def test_a_message_that_is_too_large_says_so(weilidai: Policy) -> None:
    with served(weilidai, Limits(message_bytes=2_000)) as address, Client(address) as client:
        with pytest.raises(TooLarge, match="send fewer applicants or facts at once"):
            client.evaluate("a" * 2_000, {})
        with pytest.raises(TooLarge, match="send fewer"):
            list(client.evaluate_many((f"a{number}" * 100, {}) for number in range(500)))


def test_a_policy_that_is_not_served(address: str) -> None:
    with Client(address, policy="huabei") as client, pytest.raises(InvalidRequest, match="name `weilidai`"):
        client.evaluate("a1", {})
    with Client(address, policy="weilidai") as client:
        assert client.evaluate("a1", {}).outcome == "INDETERMINATE"


def test_a_closed_client_says_so(address: str) -> None:
    client = Client(address)
    client.close()
    with pytest.raises(ZhunruError, match="the client is closed"):
        client.evaluate("a1", {})

    async def ask(client: AsyncClient) -> None:
        await client.close()
        with pytest.raises(ZhunruError, match="the client is closed"):
            await client.evaluate("a1", {})

    in_loop(address, ask)


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
def test_a_deadline_is_always_finite(client: Client, timeout: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Client("127.0.0.1:1", timeout=timeout)
    with pytest.raises(ValueError, match="finite"):
        client.evaluate("a1", {}, timeout=timeout)


def test_no_answer_in_time_is_told(weilidai: Policy) -> None:
    def decide(subject: str, facts: dict[str, Any]) -> Decision:
        import time

        time.sleep(0.3)
        return Decision("INVITED")

    with served(stand_in(decide)) as address, Client(address) as client:
        with pytest.raises(DeadlineExceeded, match="longer `timeout`"):
            client.evaluate("a1", {}, timeout=0.05)
        with pytest.raises(DeadlineExceeded):
            in_loop(address, lambda client: client.evaluate("a1", {}), timeout=0.05)
        assert client.evaluate("a1", {}).outcome == "INVITED"


# ── threads ──────────────────────────────────────────────────────────────────────────────────────


def test_sixteen_threads_get_what_one_gets(client: Client) -> None:
    applicants = [made(seed) for seed in range(32)]

    def ask(applicant: Applicant) -> Any:
        asked = (applicant.subject, applicant.facts, applicant.about)
        explained = client.explain(*asked, as_of=applicant.as_of)
        return client.evaluate(*asked, as_of=applicant.as_of), explained

    alone = [ask(applicant) for applicant in applicants]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(ask, applicants * 4))
    assert together == alone * 4
