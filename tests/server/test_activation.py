"""A policy serves only if both engines decide its cases as they say; what passed is believed until a change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

import zhunru_policy
from tests.conftest import Ran
from zhunru_policy import Policy, load_pack
from zhunru_policy.ir.core import Row
from zhunru_server.activation import gate as activation
from zhunru_server.activation.gate import ActivationError, UnjudgedError, activate

SMALL = Path(__file__).parents[1] / "cases" / "small"
JUDGING = "judging the policy by its cases, once"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def judged(policy: Policy, cache: Path) -> bool:
    """Activates the policy and says whether that took judging."""
    with capture_logs() as logs:
        activate(policy, cache)
    return JUDGING in [entry["event"] for entry in logs]


def records(cache: Path) -> list[Path]:
    return list(cache.rglob("*.json"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_passed_is_written_down_and_believed(pack: Path, cache: Path) -> None:
    policy = load_pack(pack)
    assert judged(policy, cache)
    (record,) = records(cache)
    entry = json.loads(record.read_text())
    assert (entry["policy"], entry["policy_version"], entry["cases"]) == ("small", policy.version, 5)
    assert not judged(load_pack(pack), cache)


def test_a_wrong_case_refuses_to_serve_and_is_named(pack: Path, cache: Path) -> None:
    edit(pack / "cases" / "lending.yaml", "outcome: LEND", "outcome: REFUSE")
    with pytest.raises(ActivationError) as refused:
        activate(load_pack(pack), cache)
    first, second = str(refused.value).splitlines()
    assert first.startswith("policy `small` must not serve: 1 of its 5 cases failed on an engine; ")
    place, _, what = second.strip().partition(": ")
    assert place == f"{pack}/cases/lending.yaml:1"
    assert what == "a grown reader who lives here gets the book: specialised gives `outcome` LEND, not REFUSE"
    assert records(cache) == []


Derive = Callable[..., Mapping[str, Iterable[Row]]]


def tampered(derive: Derive, engine_at_fault: str | None) -> Derive:
    """An engine that never finds out that something is missing."""

    def wrong(self: Policy, rows: object, engine: str | None = None) -> Mapping[str, Iterable[Row]]:
        derived = derive(self, rows, engine)
        return {**derived, "missing": set()} if engine == engine_at_fault else derived

    return wrong


@pytest.mark.parametrize("engine", [None, "pydatalog"])
def test_a_tampered_engine_refuses_to_serve(
    engine: str | None, pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No case looks at what is missing: the engines alone tell.
    cases = pack / "cases" / "lending.yaml"
    cases.write_text("- {title: nothing is known, as_of: 2026-11-24, expect: {outcome: REFUSE}}\n", encoding="utf-8")
    monkeypatch.setattr(Policy, "derive", tampered(Policy.derive, engine))
    monkeypatch.setattr(Policy, "specialised", lambda self, period: None)
    with pytest.raises(ActivationError, match="nothing is known: pydatalog gives `decision as specialised gives it`"):
        activate(load_pack(pack), cache)
    assert records(cache) == []


def test_many_failures_are_counted_and_some_shown(pack: Path, cache: Path) -> None:
    title = "- {{title: case {}, as_of: 2026-11-24, expect: {{outcome: LEND}}}}\n"
    (pack / "cases" / "lending.yaml").write_text("".join(map(title.format, range(25))), encoding="utf-8")
    with pytest.raises(ActivationError) as refused:
        activate(load_pack(pack), cache)
    said = str(refused.value).splitlines()
    assert "25 of its 25 cases" in said[0]
    assert (len(said), said[-1].strip()) == (22, "and 5 more")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules.dl", "Age >= 6", "Age >= 5"),
        ("cases/lending.yaml", "title: ", "title: truly, "),
        ("cases/applicants.yaml", "\n", "\n# another comment\n"),
    ],
)
def test_a_change_of_rules_or_cases_is_judged_anew(pack: Path, cache: Path, file: str, old: str, new: str) -> None:
    activate(load_pack(pack), cache)
    edit(pack / file, old, new)
    try:
        assert judged(load_pack(pack), cache)
    except ActivationError:
        assert file == "rules.dl"


def test_a_change_of_the_engines_is_judged_anew(
    pack: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = load_pack(pack)
    activate(policy, cache)
    code = shutil.copytree(Path(zhunru_policy.__file__).parent, tmp_path / "code")
    monkeypatch.setattr(activation, "zhunru_policy", SimpleNamespace(__file__=str(code / "__init__.py")))
    assert not judged(policy, cache)
    edit(Path(code) / "engines" / "reference.py", "\n", "\n\n")
    assert judged(policy, cache)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"activation": "another"}'])
def test_a_record_that_is_not_whole_is_not_believed(pack: Path, cache: Path, content: str) -> None:
    policy = load_pack(pack)
    activate(policy, cache)
    (record,) = records(cache)
    record.write_text(content)
    assert judged(policy, cache)
    assert not judged(policy, cache)


def test_a_cache_that_cant_be_written_to_costs_the_judging_alone(pack: Path, tmp_path: Path) -> None:
    policy = load_pack(pack)
    (tmp_path / "taken").write_text("")
    assert judged(policy, tmp_path / "taken")
    assert judged(policy, tmp_path / "taken")


def test_a_policy_without_cases_serves_only_if_told_and_with_a_warning(pack: Path, cache: Path) -> None:
    shutil.rmtree(pack / "cases")
    with pytest.raises(UnjudgedError, match=r"no cases to judge it by; .* `--without-cases`"):
        activate(load_pack(pack), cache)
    with capture_logs() as logs:
        activate(load_pack(pack), cache, without_cases=True)
    assert [(entry["log_level"], entry["event"]) for entry in logs] == [
        ("warning", "a policy without cases is not judged")
    ]


def test_the_users_cache_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert activation.default_cache() == tmp_path / "zhunru"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert activation.default_cache() == Path.home() / ".cache" / "zhunru"


def test_the_command_refuses_with_the_cases(pack: Path, cache: Path, zhunru: Callable[..., Ran]) -> None:
    edit(pack / "cases" / "lending.yaml", "outcome: LEND", "outcome: REFUSE")
    ran = zhunru("serve", "--policy", pack, "--listen", "127.0.0.1:0", "--cache", cache)
    assert ran.code == 1
    assert "policy `small` must not serve" in ran.err
    assert "Traceback" not in ran.err
