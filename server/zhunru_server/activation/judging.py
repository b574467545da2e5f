"""What the engines say of a pack's cases and of applicants made from its declarations: they must say the same."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

import structlog

from zhunru_policy import Decision, EvaluationError, FactError, Policy, WorkLimitError
from zhunru_policy.cases.generate import Applicant, Generator
from zhunru_policy.cases.runner import SUBJECT, Case, Difference, run_case

SERVES = "specialised"
SLOW_JUDGE = "pydatalog"
ENGINES = (SERVES, "general", SLOW_JUDGE)
#: Applicants that are made, unless `MOST_SECONDS` are over before. The judge that takes some 30 ms for one is asked
#: about one in `SHARE` alone.
APPLICANTS = 3000
SHARE = 30
MOST_SECONDS = 10.0
#: Applicants on which engines differ, after which no more are made: they tell one fault again and again.
MOST_DIFFERENT = 5
PROGRESS_SECONDS = 2.0

log = structlog.get_logger("zhunru")

Answer = Decision | FactError | EvaluationError


@dataclass
class Judged:
    """What was judged. `left_out`: cases and applicants of which an engine reached the bound on its work, by engine.

    `falls`: decisions that the engine which serves left to the general one, by reason; `fallen_cases`: cases among
    them. `failed_cases`, `different`: cases, and applicants made, on which an engine failed.
    """

    cases: int = 0
    failed_cases: int = 0
    fallen_cases: int = 0
    generated: int = 0
    different: int = 0
    by_slow_judge: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    falls: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, object]:
        """For the log, and for what is written down."""
        shares = {SERVES: self.generated, "general": self.generated, SLOW_JUDGE: self.by_slow_judge}
        return {
            "cases": self.cases,
            "engines": ENGINES,
            "generated": shares,
            "not_judged_bound_reached": dict(self.left_out),
            "left_to_the_general_engine": dict(self.falls),
        }


def failures(policy: Policy, cases: Sequence[Case], judged: Judged) -> Iterator[str]:
    """A line for each case and each applicant made on which an engine fails; counts them, and logs the progress."""
    told = time.monotonic()
    for case in cases:
        failed = list(_of_case(policy, case, judged))
        yield from failed
        judged.cases += 1
        judged.failed_cases += bool(failed)
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            log.info("judging", judged=judged.cases, of=len(cases))
    _tell_falls(policy, judged)
    yield from _of_applicants(policy, cases, judged)


def _of_case(policy: Policy, case: Case, judged: Judged) -> Iterator[str]:
    place = f"{case.span.file}:{case.span.line}: {case.title}"
    before = Counter(policy.falls)
    result = run_case(policy, case, SERVES)
    judged.fallen_cases += policy.falls != before
    if not result.passed:
        yield f"{place}: {SERVES} {_told(result.differences[0])}"
        return
    asked = Applicant(SUBJECT, dict(case.facts), {who: dict(facts) for who, facts in case.about.items()}, case.as_of)
    for difference in _differences(policy, asked, ENGINES, judged):
        yield f"{place}: {difference}"


def _of_applicants(policy: Policy, cases: Sequence[Case], judged: Judged) -> Iterator[str]:
    """A seed is the policy's version and a number, so that each applicant can be made again by itself."""
    generator = Generator(policy, cases)
    ends = time.monotonic() + MOST_SECONDS
    while judged.generated < APPLICANTS and judged.different < MOST_DIFFERENT and time.monotonic() < ends:
        applicant = generator.applicant(random.Random(f"{policy.version} {judged.generated}").randrange)
        engines = ENGINES if judged.generated % SHARE == 0 else ENGINES[:-1]
        for difference in _differences(policy, applicant, engines, judged):
            judged.different += 1
            yield f"applicant made by number {judged.generated}: {difference}; asked about {_as_file(applicant)}"
        judged.generated += 1
        judged.by_slow_judge += SLOW_JUDGE in engines


def _differences(policy: Policy, asked: Applicant, engines: Sequence[str], judged: Judged) -> Iterator[str]:
    """The first engine that says otherwise than the one that serves, and what. An error is an answer: of its kind, with
    the rule or fact that it names, and its text. One that reached its bound says nothing.
    """
    before = Counter(policy.falls)
    answers = {engine: _answer(policy, asked, engine) for engine in engines}
    judged.falls += policy.falls - before
    bounded = [engine for engine, answer in answers.items() if isinstance(answer, WorkLimitError)]
    judged.left_out.update(bounded)
    first = answers.pop(SERVES)
    for engine, answer in answers.items():
        if not {SERVES, engine}.intersection(bounded) and (difference := _difference(first, answer)):
            yield f"{engine} {_told(difference)} as {SERVES} does"
            return


def _answer(policy: Policy, asked: Applicant, engine: str) -> Answer:
    try:
        return policy.decide(asked.subject, asked.facts, asked.about, as_of=asked.as_of, engine=engine)
    except (FactError, EvaluationError) as error:
        return error


def _difference(first: Answer, second: Answer) -> Difference | None:
    """What is not the same first: an attribute of the decision, or the error."""
    if isinstance(first, Decision) and isinstance(second, Decision):
        for each in fields(Decision):
            if getattr(first, each.name) != getattr(second, each.name):
                return Difference(each.name, getattr(first, each.name), getattr(second, each.name))
        return None
    expected, actual = (
        f"the decision {answer.outcome}" if isinstance(answer, Decision) else f"{type(answer).__name__}: {answer}"
        for answer in (first, second)
    )
    return Difference("error", expected, actual) if expected != actual else None


def _told(difference: Difference) -> str:
    return f"gives `{difference.attribute}` {difference.actual}, not {difference.expected}"


def _as_file(applicant: Applicant) -> str:
    """The applicant as `zhunru explain` reads one."""
    return json.dumps(applicant._asdict(), ensure_ascii=False, default=_as_json)


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, frozenset) else str(value)


def _tell_falls(policy: Policy, judged: Judged) -> None:
    """A pack that the general engine decides is served slowly, and its author can mend that."""
    left = policy.left_to_general()
    if left is not None:
        log.warning(
            "the general engine decides this policy", relation=left.relation, why=left.reason, remedy=left.remedy
        )
    elif 0 < judged.cases == judged.fallen_cases:
        log.warning("the general engine decides every case of this policy", why=dict(judged.falls))
