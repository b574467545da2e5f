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
#: So often a pack is looked at anew without the clauses that the loader refused.
ROUNDS = 16


@dataclass
class Coverage:
    """What was looked at. `falls`: by reason, the decisions that the default engine left to the general one."""

    packs: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    too_long: int = 0
    not_sent: int = 0
    unsupported: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    falls: Counter[str] = field(default_factory=Counter)

    def report(self) -> str:
        return (
            f"{self.packs} packs, {self.refused.total()} refused, {self.left_out} clauses left out; "
            f"{self.too_long} requests too long, {self.not_sent} not sent; answers {dict(self.decisions)}; "
            f"falls {dict(self.falls)}; not specialised {dict(self.unsupported)}"
        )


def compare(number: int, coverage: Coverage, engines: tuple[str, ...] = ENGINES) -> None:
    """The pack of this number, under some requests. Raises AssertionError with the smallest pack that still differs."""
    written = pack(number)
    coverage.packs += 1
    policy = loaded(written, coverage)
    if policy is None:
        return
    for request in requests(written, number, coverage):
        if too_long(policy, request):
            coverage.too_long += 1
            continue
        found = answers(policy, request, engines)
        coverage.decisions[kind_of(found)[-1]] += 1
        if len(set(found.values())) > 1:
            raise AssertionError(difference(number, smallest(written, request, engines), request, engines))
    try:
        unsupported = policy.left_to_general()
    except Exception as error:
        raise AssertionError(f"pack {number} can't be checked: {type(error).__name__}: {error}") from error
    if unsupported:
        coverage.unsupported[unsupported.reason] += 1
    coverage.falls.update(fallen(policy))


def loaded(written: Pack, coverage: Coverage) -> Policy | None:
    """The pack's policy. Clauses that the loader refuses, since they hold for nobody, are left out."""
    first = ""
    for _ in range(ROUNDS):
        try:
            return build_policy("random", written.sources)
        except PolicyError as error:
            first = error.diagnostics[0].message
            lines = {(found.span.file, found.span.line) for found in error.diagnostics}
            if not leave_out(written, lines):
                break
            coverage.left_out += len(lines)
    coverage.refused[first] += 1
    return None


def leave_out(written: Pack, lines: set[tuple[str, int]]) -> bool:
    """Whether all these lines were clauses; they are empty now."""
    for file, line in lines:
        text = written.sources.get(file, "").split("\n")
        if line > len(text) or not (" :- " in text[line - 1] or text[line - 1].endswith(").")):
            return False
        text[line - 1] = ""
        written.sources[file] = "\n".join(text)
    return True


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


def answers(policy: Policy, request: Request, engines: tuple[str, ...]) -> dict[str, str]:
    return {engine: answer(policy, request, engine) for engine in engines}


def answer(policy: Policy, request: Request, engine: str) -> str:
    """The decision, printed so that 1 and True and the order of points differ, or the error."""
    try:
        return repr(policy.decide(request.subject, request.facts, request.about, as_of=request.as_of, engine=engine))
    except (FactError, EvaluationError) as error:
        return f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"a fault of the engine, {type(error).__name__}: {error}"


def fallen(policy: Policy) -> Counter[str]:
    """By reason, the decisions that the default engine left to the general one."""
    return Counter(getattr(policy, "falls", None) or {})


# ── what reproduces a difference ─────────────────────────────────────────────────────────────────


def smallest(written: Pack, request: Request, engines: tuple[str, ...]) -> dict[str, str]:
    """The pack's files without each line that a difference does not need. A declaration stays with what reads it."""
    sources = dict(written.sources)
    kind = kind_of(answers(build_policy("random", sources), request, engines))
    for file in [*sources, *sources]:
        at = 0
        while at < len(lines := sources[file].split("\n")):
            fewer = {**sources, file: "\n".join(lines[:at] + lines[at + 1 :])}
            if differ(fewer, request, engines, kind):
                sources = fewer
            else:
                at += 1
    return sources


def kind_of(found: dict[str, str]) -> list[str]:
    """What each engine's answer begins with, which must stay while a pack is made smaller."""
    return [said.partition("(")[0].partition(":")[0] for said in found.values()]


def differ(sources: dict[str, str], request: Request, engines: tuple[str, ...], kind: list[str]) -> bool:
    try:
        policy = build_policy("random", sources)
    except PolicyError:
        return False
    found = answers(policy, request, engines)
    return len(set(found.values())) > 1 and kind_of(found) == kind


def difference(number: int, sources: dict[str, str], request: Request, engines: tuple[str, ...]) -> str:
    found = answers(build_policy("random", sources), request, engines)
    said = "\n".join(f"{engine}: {answered[:1500]}" for engine, answered in found.items())
    files = "\n".join(f"── {file} ──\n{text}" for file, text in sources.items())
    return f"pack {number}, {request!r}\n{said}\n{files}"
