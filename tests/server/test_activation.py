"""A policy serves only if its engines decide cases, and applicants made from it, alike; what passed is believed."""

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
from zhunru_policy.engines.pydatalog import work
from zhunru_policy.engines.specialised import Unsupported
from zhunru_policy.ir.core import Row
from zhunru_server.activation import gate as activation
from zhunru_server.activation import judging
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
    assert entry["engines"] == ["specialised", "general", "pydatalog"]
    assert entry["generated"] == {"specialised": 3000, "general": 3000, "pydatalog": 100}
    assert not judged(load_pack(pack), cache)


def test_a_wrong_case_refuses_to_serve_and_is_named(pack: Path, cache: Path) -> None:
    edit(pack / "cases" / "lending.yaml", "outcome: LEND", "outcome: REFUSE")
    with pytest.raises(ActivationError) as refused:
        activate(load_pack(pack), cache)
    first, second = str(refused.value).splitlines()
    assert first.startswith("policy `small` must not serve: an engine failed on 1 of its 5 cases and on 0 of 30")
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


@pytest.mark.parametrize("engine", ["general", "pydatalog"])
def test_a_tampered_engine_refuses_to_serve(
    engine: str, pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No case looks at what is missing: the engines alone tell.
    cases = pack / "cases" / "lending.yaml"
    cases.write_text("- {title: nothing is known, as_of: 2026-11-24, expect: {outcome: REFUSE}}\n", encoding="utf-8")
    monkeypatch.setattr(Policy, "derive", tampered(Policy.derive, engine))
    with pytest.raises(ActivationError) as refused:
        activate(load_pack(pack), cache)
    said = "gives `missing` (), not ('age', 'town') as specialised does"
    assert f"nothing is known: {engine} {said}" in str(refused.value)
    assert "on 1 of its 1 cases and on 5 of " in str(refused.value)
    assert records(cache) == []


def test_what_no_case_looks_at_is_looked_at_by_applicants_that_are_made(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault just beside a bound: no case is a child of seven."""
    derive = Policy.derive

    def wrong(
        self: Policy, rows: Mapping[str, Iterable[Row]], engine: str | None = None
    ) -> Mapping[str, Iterable[Row]]:
        derived = dict(derive(self, rows, engine))
        if engine == "general" and ("applicant", 7) in list(rows.get("age", ())):
            derived["met"] = set()
        return derived

    monkeypatch.setattr(Policy, "derive", wrong)
    with pytest.raises(ActivationError) as refused:
        activate(load_pack(pack), cache)
    first, second, *_ = str(refused.value).splitlines()
    assert "on 0 of its 5 cases and on 5 of " in first
    assert "general gives `met` (), not ('GROWN'" in second
    asked = json.loads(second.partition("asked about ")[2])
    assert asked["facts"]["age"] == 7
    assert set(asked) == {"subject", "facts", "about", "as_of"}


def test_errors_are_compared_too(pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that answers where another says that a rule failed; those that say the same agree."""
    rules = pack / "rules.dl"
    share = ".decl share(a: symbol, n: number)\nshare(A, 100 / (N - 7)) :- applicant(A), age(A, N).\n"
    refuse = 'outcome(A, "REFUSE") :- share(A, 0), !met(A, "GROWN").\n'
    rules.write_text(rules.read_text(encoding="utf-8") + share + refuse, encoding="utf-8")
    activate(load_pack(pack), cache)
    derive = Policy.derive

    def wrong(
        self: Policy, rows: Mapping[str, Iterable[Row]], engine: str | None = None
    ) -> Mapping[str, Iterable[Row]]:
        given = dict(rows)
        if engine == "pydatalog" and ("applicant", 7) in list(given.get("age", ())):
            given["age"] = [("applicant", 8)]
        return derive(self, given, engine)

    monkeypatch.setattr(Policy, "derive", wrong)
    with pytest.raises(ActivationError) as refused:
        activate(load_pack(pack), cache.parent / "another")
    assert "pydatalog gives `error` the decision " in str(refused.value)
    assert "not RuleArithmeticError: rules.dl:" in str(refused.value)


def test_a_bound_is_no_difference(pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "STEP_COST", 10_000_000)
    with capture_logs() as logs:
        activate(load_pack(pack), cache)
    (agreed,) = [entry for entry in logs if entry["event"] == "the engines agree"]
    assert agreed["not_judged_bound_reached"]["pydatalog"] > 90


def test_time_is_bounded_and_what_was_done_in_it_is_told(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_SECONDS", 0.0)
    activate(load_pack(pack), cache)
    (record,) = records(cache)
    assert json.loads(record.read_text())["generated"] == {"specialised": 0, "general": 0, "pydatalog": 0}


def test_a_policy_that_the_general_engine_decides_is_told_with_a_remedy(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = load_pack(pack)
    why = Unsupported("met", "unrolls to more than 9 steps", "join fewer tables in one rule")
    monkeypatch.setattr(Policy, "left_to_general", lambda self: why)
    monkeypatch.setattr(Policy, "specialised", lambda self, period: None)
    with capture_logs() as logs:
        activate(policy, cache)
    (warned,) = [entry for entry in logs if entry["log_level"] == "warning"]
    assert (warned["relation"], warned["remedy"]) == ("met", "join fewer tables in one rule")
    (agreed,) = [entry for entry in logs if entry["event"] == "the engines agree"]
    assert set(agreed["left_to_the_general_engine"]) == {"not specialised"}


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
        ("warning", "a policy without cases is judged by applicants made alone"),
        ("info", JUDGING),
        ("info", "the engines agree"),
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
