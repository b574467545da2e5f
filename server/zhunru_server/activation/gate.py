"""Activation: before a policy serves, its engines decide every case of the pack and applicants made from it, alike.

The general engine and pyDatalog judge what the engine that serves says, and a case's expectation judges all. That takes
seconds, so what passed is written down in a cache folder and the next start believes it. What is written is named by a
hash of everything that decides: the rules, the cases, the code of the policy package and of the judging, pyDatalog and
Python; change any of them and the policy is judged anew. Losing the folder costs that time again and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

import zhunru_policy
from zhunru_policy import Policy, ZhunruError
from zhunru_policy.cases.checks import cases_of

from . import judging
from .judging import ENGINES, Judged, failures

MOST_SHOWN = 20

log = structlog.get_logger("zhunru")


class ActivationError(ZhunruError):
    """A policy that must not serve: an engine decides a case otherwise than expected, or than the one that serves."""

    def __init__(self, policy: Policy, failed: Sequence[str], judged: Judged) -> None:
        left_out = len(failed) - MOST_SHOWN
        shown = [*failed[:MOST_SHOWN], *([f"and {left_out} more"] if left_out > 0 else [])]
        super().__init__(
            f"policy `{policy.name}` must not serve: an engine failed on {judged.failed_cases} of its {judged.cases} "
            f"cases and on {judged.different} of {judged.generated} applicants made from its declarations; mend the "
            "rules or the cases, and try them by `zhunru policy test --engine both`:\n  " + "\n  ".join(shown)
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
        log.warning("a policy without cases is judged by applicants made alone", policy=policy.name, cases=str(folder))
    log.info("judging the policy by its cases, once", policy=policy.name, cases=len(cases), engines=ENGINES)
    judged = Judged()
    failed = list(failures(policy, cases, judged))
    if failed:
        raise ActivationError(policy, failed, judged)
    log.info("the engines agree", policy=policy.name, **judged.told())
    _write(record, policy, judged)


def _cases_folder(policy: Policy) -> Path:
    assert policy.folder is not None, "a served policy is loaded from a folder"
    return policy.folder / "cases"


def _name(policy: Policy, cases: Path) -> str:
    """A hash of everything that a case's result depends on."""
    code = Path(zhunru_policy.__file__).parent
    names = [platform.python_implementation(), platform.python_version(), version("pyDatalog"), policy.version]
    total = hashlib.sha256("\n".join(names).encode())
    judge = Path(judging.__file__).parent
    for root, patterns in ((code, ("*.py", "*.lark")), (judge, ("*.py",)), (cases, ("*.yaml",))):
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


def _write(record: Path, policy: Policy, judged: Judged) -> None:
    """At once or not at all. A folder that can't be written to costs the judging at the next start, no more."""
    entry = {
        "activation": record.stem,
        "policy": policy.name,
        "policy_version": policy.version,
        **judged.told(),
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
