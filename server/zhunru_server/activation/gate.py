"""Activation: before a policy serves, every case of its pack is decided by both engines, which must agree.

pyDatalog judges what the engine that serves says, and the case's expectation judges both. That takes seconds, so what
passed is written down in a cache folder and the next start believes it. What is written is named by a hash of
everything that decides: the rules, the cases, the code of the policy package, pyDatalog and Python; change any of them
and the policy is judged anew. Losing the folder costs that time again and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

import zhunru_policy
from zhunru_policy import Policy, ZhunruError
from zhunru_policy.cases.checks import cases_of
from zhunru_policy.cases.runner import Case, Difference, decide_on_each

ENGINES = ("specialised", "pydatalog")
PROGRESS_SECONDS = 2.0
MOST_SHOWN = 20

log = structlog.get_logger("zhunru")


class ActivationError(ZhunruError):
    """A policy that must not serve: an engine decides a case otherwise than expected, or than the other one."""

    def __init__(self, policy: Policy, failures: Sequence[str], cases: int) -> None:
        left_out = len(failures) - MOST_SHOWN
        shown = [*failures[:MOST_SHOWN], *([f"and {left_out} more"] if left_out > 0 else [])]
        super().__init__(
            f"policy `{policy.name}` must not serve: {len(failures)} of its {cases} cases failed on an engine; "
            "mend the rules or the cases, and try them by `zhunru policy test --engine both`:\n  " + "\n  ".join(shown)
        )


class UnjudgedError(ZhunruError):
    """A policy that must not serve unless told: it has no cases to judge it by."""

    def __init__(self, policy: Policy, folder: Path) -> None:
        super().__init__(
            f"policy `{policy.name}` must not serve: it has no cases to judge it by; write some in `{folder}`, "
            "or serve it unjudged by `--without-cases`"
        )


def default_cache() -> Path:
    """Where the record of what passed is kept: `zhunru` in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zhunru"


def activate(policy: Policy, cache: Path | None = None, *, without_cases: bool = False) -> None:
    """Returns once the policy may serve: it passed now, or did before. Raises `ActivationError`.

    `cache`: the folder of what passed; none is the user's. `without_cases`: a policy that has none may serve.
    """
    folder = _cases_folder(policy)
    record = (cache or default_cache()) / "activations" / f"{_name(policy, folder)}.json"
    if _has_passed(record):
        return
    cases = cases_of(policy)
    if not cases:
        if not without_cases:
            raise UnjudgedError(policy, folder)
        log.warning("a policy without cases is not judged", policy=policy.name, cases=str(folder))
        return
    log.info("judging the policy by its cases, once", policy=policy.name, cases=len(cases), engines=ENGINES)
    failures = list(_failures(policy, cases))
    if failures:
        raise ActivationError(policy, failures, len(cases))
    _write(record, policy, len(cases))


def _cases_folder(policy: Policy) -> Path:
    assert policy.folder is not None, "a served policy is loaded from a folder"
    return policy.folder / "cases"


def _failures(policy: Policy, cases: Sequence[Case]) -> Iterator[str]:
    """A line for each case that fails, and the progress to the log."""
    told = time.monotonic()
    for number, case in enumerate(cases):
        for engine, result in decide_on_each(policy, case, ENGINES).items():
            if not result.passed:
                yield f"{case.span.file}:{case.span.line}: {case.title}: {engine} {_told(result.differences[0])}"
                break
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            log.info("judging", judged=number + 1, of=len(cases))


def _told(difference: Difference) -> str:
    return f"gives `{difference.attribute}` {difference.actual}, not {difference.expected}"


def _name(policy: Policy, cases: Path) -> str:
    """A hash of everything that a case's result depends on."""
    code = Path(zhunru_policy.__file__).parent
    names = [platform.python_implementation(), platform.python_version(), version("pyDatalog"), policy.version]
    total = hashlib.sha256("\n".join(names).encode())
    for root, patterns in ((code, ("*.py", "*.lark")), (cases, ("*.yaml",))):
        for path in sorted(path for pattern in patterns for path in root.rglob(pattern)):
            content = path.read_bytes()
            total.update(f"\n{path.relative_to(root)} {len(content)}\n".encode() + content)
    return total.hexdigest()


def _has_passed(record: Path) -> bool:
    """Whether the record is there, and whole."""
    try:
        return json.loads(record.read_text(encoding="utf-8"))["activation"] == record.stem
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _write(record: Path, policy: Policy, cases: int) -> None:
    """At once or not at all. A folder that can't be written to costs the judging at the next start, no more."""
    entry = {
        "activation": record.stem,
        "policy": policy.name,
        "policy_version": policy.version,
        "cases": cases,
        "engines": ENGINES,
        "passed_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile("w", dir=record.parent, encoding="utf-8", delete=False) as file:
            json.dump(entry, file, indent=1)
        os.replace(file.name, record)
    except OSError as error:
        log.warning(
            "what passed can't be written down; the next start judges again", folder=str(record.parent), why=str(error)
        )
