"""One pack, some requests, every engine: the same decision or the same error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from zhunru_policy.errors import EvaluationError, FactError, PolicyError
from zhunru_policy.loader import build_policy
from zhunru_policy.policy import Policy

from ..engines.agreement import fits
from .giving import Request, given, through_the_wire
from .writing import Pack, pack

ENGINES = ("specialised", "general", "reference", "pydatalog")
REQUESTS = 4


@dataclass
class Coverage:
    """What was looked at. `falls`: by reason, the decisions that the default engine left to the general one."""

    packs: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    too_long: int = 0
    not_sent: int = 0
    unsupported: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    falls: Counter[str] = field(default_factory=Counter)

    def report(self) -> str:
        return (
            f"{self.packs} packs, {self.refused.total()} refused, {self.too_long} requests too long, {self.not_sent} not"
            f" sent; answers {dict(self.decisions)}; falls {dict(self.falls)};"
            f" not specialised {self.unsupported.total()} packs"
        )


def compare(number: int, coverage: Coverage, engines: tuple[str, ...] = ENGINES) -> None:
    """The pack of this number, under some requests. Raises AssertionError with what reproduces a difference."""
    written = pack(number)
    coverage.packs += 1
    try:
        policy = build_policy("random", written.sources)
    except PolicyError as error:
        coverage.refused[error.diagnostics[0].message] += 1
        return
    if unsupported := policy.left_to_general():
        coverage.unsupported[unsupported.reason] += 1
    for request in requests(written, number, coverage):
        if too_long(policy, request):
            coverage.too_long += 1
            continue
        found = {engine: answer(policy, request, engine) for engine in engines}
        coverage.decisions[found["general"].partition("(")[0].partition(":")[0]] += 1
        if len(set(found.values())) > 1:
            raise AssertionError(difference(number, written, request, found))
    coverage.falls.update(fallen(policy))


def requests(written: Pack, number: int, coverage: Coverage) -> Iterator[Request]:
    random = Random(number)
    for _ in range(REQUESTS):
        read = through_the_wire(given(written, random))
        if read is None:
            coverage.not_sent += 1
        else:
            yield read


def too_long(policy: Policy, request: Request) -> bool:
    """Whether the engines would look at so much that it tells nothing more. A refused fact takes no time."""
    try:
        rows = policy.request_rows(request.subject, request.facts, request.about, as_of=request.as_of)
    except FactError:
        return False
    return not fits(policy.core, rows)


def answer(policy: Policy, request: Request, engine: str) -> str:
    """The decision, printed so that 1 and True differ, or the error."""
    try:
        return repr(policy.decide(request.subject, request.facts, request.about, as_of=request.as_of, engine=engine))
    except (FactError, EvaluationError) as error:
        return f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"a fault of the engine, {type(error).__name__}: {error}"


def fallen(policy: Policy) -> Counter[str]:
    """By reason, the decisions that the default engine left to the general one."""
    return Counter(getattr(policy, "falls", None) or {})


def difference(number: int, written: Pack, request: Request, found: dict[str, str]) -> str:
    said = "\n".join(f"{engine}: {answered[:1500]}" for engine, answered in found.items())
    files = "\n".join(f"── {file} ──\n{text}" for file, text in written.sources.items())
    return f"pack {number}, {request!r}\n{said}\n{files}"
