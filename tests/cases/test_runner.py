"""Reading and running cases, on a pack of two rules: what differs is told, and what is badly written is refused."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from zhunru_policy import Policy, PolicyError, load_pack
from zhunru_policy.cases.files import read_cases
from zhunru_policy.cases.runner import Case, CaseResult, Difference, never_fired, never_silent, run_case

SMALL = Path(__file__).parent / "small"
LINE = "- {title: t, as_of: 2026-11-24, expect: {outcome: LEND}}\n"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_pack(SMALL)


@pytest.mark.parametrize("engine", ["specialised", "pydatalog"])
def test_the_small_packs_cases_pass(policy: Policy, engine: str) -> None:
    results = [run_case(policy, case, engine) for case in read_cases(SMALL / "cases")]
    assert [result.differences for result in results] == [()] * 5


@pytest.mark.parametrize(
    ("expect", "differences"),
    [
        ({"outcome": "REFUSE"}, [Difference("outcome", "REFUSE", "LEND")]),
        ({"met": ["GROWN"], "missing": []}, [Difference("met", ["GROWN"], ["GROWN", "LOCAL"])]),
        ({"qualifies": 0}, [Difference("qualifies", 0, False)]),
        ({"score": False}, [Difference("score", False, 0)]),
        ({"offer": {"trial": True}}, [Difference("offer", {"trial": True}, None)]),
        ({"scorecard": {"SC": 5}}, [Difference("scorecard.SC", 5, None)]),
        ({"scorecard": {}, "offer": None, "next_step": None}, []),
        ({"offer": {}}, [Difference("offer", {}, None)]),
    ],
)
def test_what_differs_is_told(policy: Policy, expect: dict[str, object], differences: list[Difference]) -> None:
    case = replace(read_cases(SMALL / "cases")[0], expect=expect)
    assert list(run_case(policy, case).differences) == differences


def test_an_error_that_was_not_expected_fails_the_case_and_so_does_a_missing_one(policy: Policy) -> None:
    decided, *_, refused = read_cases(SMALL / "cases")
    unexpected = run_case(policy, replace(refused, expect={"outcome": "REFUSE"}, error=None))
    assert [(d.attribute, d.expected) for d in unexpected.differences] == [("error", "a decision")]
    assert not run_case(policy, replace(refused, error="too old")).passed
    absent = run_case(policy, replace(decided, expect=None, error="no floating point"))
    assert absent.differences == (Difference("error", "no floating point", "the decision LEND"),)


def test_rules_that_never_fire_or_always_do_are_found(policy: Policy) -> None:
    lends, child, *_ = (run_case(policy, case).decision for case in read_cases(SMALL / "cases"))
    assert lends is not None
    assert child is not None
    fired = [replace(lends, rules_fired=("LOCAL",)), replace(child, rules_fired=("LOCAL",))]
    assert never_fired(policy, fired) == ("GROWN",)
    assert never_silent(policy, fired) == ("LOCAL",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: t", "a.yaml:1:1: error: the file is no list of cases; start each case with `- title:`"),
        ("- [1", "a.yaml:1:5: error: expected ',' or ']', but got '<stream end>'; mend the YAML"),
        ("- 7", "a.yaml:1:3: error: a case is a mapping; write `- title: a sentence`"),
        (LINE + "- {title: u, titel: v}", "a.yaml:2:14: error: a case has no `titel`; known are title, base, as_of,"),
        ("- {as_of: 2026-11-24}", "a case without a title; say in a sentence what must hold"),
        (LINE + LINE, "a.yaml:2:4: error: the title `t` stands at "),
        ("- {title: t, expect: {outcome: X}}", "`t` has no date in `as_of`; write `as_of: 2026-11-24`"),
        ("- {title: t, as_of: 2026-13-01}", "month must be in 1..12"),
        (
            "- {title: t, as_of: 2026-11-24, base: nobody}",
            "`nobody` is no applicant of applicants.yaml; known are none",
        ),
        ("- {title: t, as_of: 2026-11-24, facts: [1]}", "`facts` of `t` is no mapping"),
        ("- {title: t, as_of: 2026-11-24}", "`t` says nothing of the answer; give `expect` or `error`"),
        ("- {title: t, as_of: 2026-11-24, expect: {score: 1}, error: x}", "`t` says two things of the answer"),
        ("- {title: t, as_of: 2026-11-24, error: 7}", "`error` of `t` is no text"),
        ("- {title: t, as_of: 2026-11-24, expect: LEND}", "`expect` of `t` is no mapping"),
        ("- {title: t, as_of: 2026-11-24, expect: {outcom: X}}", "a decision has no `outcom`; known are outcome,"),
        ("- {title: t, as_of: 2026-11-24, expect: {offer: {limit: 1}}}", "an offer has no `limit`; known are tier,"),
        ("- {title: t, title: u}", "a.yaml:1:14: error: `title` stands twice"),
        (
            "- {title: t, as_of: 2026-11-24, facts: {agee: ~}, expect: {outcome: X}}",
            "`agee` of `t` takes away what its base does not have",
        ),
        (
            "- {title: t, as_of: 2026-11-24, about: {bob: ~}, expect: {outcome: X}}",
            "`bob` of `t` takes away what its base does not have",
        ),
        (
            "- {title: t, as_of: 2026-11-24, about: {bob: {age: ~}}, expect: {outcome: X}}",
            "`age` of `bob` in `t` has no value",
        ),
        (
            "- {title: t, as_of: 2026-11-24, about: {bob: 5}, expect: {outcome: X}}",
            "a.yaml:1:41: error: `bob` of `t` is no mapping",
        ),
        ("- {title: t, as_of: 2026-11-24, expect: {}}", "`expect` of `t` is no mapping"),
        *(
            (
                f"- {{title: t, as_of: 2026-11-24,\n   facts: {{age: {number}}}, expect: {{outcome: X}}}}",
                f"a.yaml:2:17: error: `{number}` is no plain number",
            )
            for number in ("030", "0650", "10:50", "6_50", "0x1f", "1e3", "+7", "0b11", "0o17", "1.", ".5", "1.5e3")
        ),
        ("- !!python/object:os.system x", "a.yaml:1:3: error: the tag `tag:yaml.org,2002:python/object:os.system` is"),
        ("- {title: t, facts: {age: !!int 030}}", "a.yaml:1:27: error: the tag `tag:yaml.org,2002:int` is not taken"),
        ("- &a [*a]", "a.yaml:1:7: error: a value can't be within itself"),
        ("- " + "[" * 5000, "a.yaml:1:34: error: values lie more than 32 deep in each other"),
    ],
)
def test_a_case_that_is_badly_written_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(PolicyError) as refused:
        read_cases(tmp_path)
    assert said in str(refused.value)


@pytest.mark.parametrize("stray", ["b.yml", "T.YAML", "notes.txt", "more/c.yaml"])
def test_what_would_not_be_read_is_refused(tmp_path: Path, stray: str) -> None:
    for name in ("a.yaml", "README.md", ".hidden", stray):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(LINE if name == "a.yaml" else "")
    with pytest.raises(PolicyError) as refused:
        read_cases(tmp_path)
    assert [str(found.span.file) for found in refused.value.diagnostics] == [str(tmp_path / stray.split("/")[0])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a", "applicants.yaml:1:1: error: the file is no mapping of names to facts"),
        ("bob: {age: ~}", "applicants.yaml:1:7: error: `age` of `bob` has no value"),
        ("bob:\n  facts: ~", "applicants.yaml:2:3: error: `facts` of `bob` is no mapping"),
        ("bob:\n  facts: {age: ~}", "applicants.yaml:2:11: error: `age` of `bob` has no value"),
        ("bob: {about: [tom]}", "applicants.yaml:1:7: error: `about` of `bob` is no mapping"),
        ("bob: {about: {tom: ~}}", "applicants.yaml:1:15: error: `tom` of `bob` has no value"),
        ("bob: {about: {tom: 5}}", "applicants.yaml:1:15: error: `about.tom` of `bob` is no mapping"),
        ("bob: {about: {tom: {age: ~}}}", "applicants.yaml:1:21: error: `age` of `bob` has no value"),
        ("bob: {age: 1}\nbob: {age: 2}", "applicants.yaml:2:1: error: `bob` stands twice"),
    ],
)
def test_applicants_that_are_badly_written_are_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "applicants.yaml").write_text(text)
    with pytest.raises(PolicyError) as refused:
        read_cases(tmp_path)
    assert said in str(refused.value)


def test_every_badly_written_case_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- {title: t}\n" + LINE + "- {titel: u}\n")
    with pytest.raises(PolicyError) as refused:
        read_cases(tmp_path)
    assert [diagnostic.span.line for diagnostic in refused.value.diagnostics] == [1, 3]


def test_words_of_yaml_that_are_no_numbers_are_texts(tmp_path: Path) -> None:
    facts = "{a: no, b: Yes, c: on, d: NO, e: true, f: 1, g: -5, h: 0, i: '030', j: 59 days}"
    (tmp_path / "a.yaml").write_text(f"- {{title: t, as_of: 2026-11-24, facts: {facts}, expect: {{outcome: X}}}}\n")
    assert dict(read_cases(tmp_path)[0].facts) == {
        "a": "no", "b": "Yes", "c": "on", "d": "NO", "e": True, "f": 1, "g": -5, "h": 0, "i": "030", "j": "59 days"
    }  # fmt: skip


def test_without_the_rules_that_fired_no_rule_is_said_never_to_fire(zhunru: Callable, tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "small")
    rules = tmp_path / "small" / "rules.dl"
    text = re.sub(r"(?ms)^@.answer = rules_fired.*?output rule_fired\n", "", rules.read_text(encoding="utf-8"))
    assert "rules_fired" not in text
    rules.write_text(text, encoding="utf-8")
    ran = zhunru("policy", "test", tmp_path / "small")
    assert (ran.code, "fires in no case" in ran.out) == (0, False)


# ── the command ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("engine", "names"),
    [
        ("specialised", "specialised"),
        ("reference", "reference"),
        ("both", "specialised and pydatalog"),
        ("all", "specialised and general and reference and pydatalog"),
    ],
)
def test_the_command_says_that_all_passed(zhunru: Callable, engine: str, names: str) -> None:
    ran = zhunru("policy", "test", SMALL, "--engine", engine)
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == f"small: 5 passed ({names})"


def test_the_command_shows_what_differs(zhunru: Callable, tmp_path: Path) -> None:
    pack = tmp_path / "small"
    shutil.copytree(SMALL, pack)
    rules = pack / "rules.dl"
    rules.write_text(rules.read_text(encoding="utf-8").replace("Age >= 6", "Age >= 5"), encoding="utf-8")
    ran = zhunru("policy", "test", pack)
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "FAILED a child of five gets none",
        f"  {pack / 'cases' / 'lending.yaml'}:6 on specialised",
        "  outcome",
        "    expected  REFUSE",
        "    got       LEND",
        "  met",
        "    expected  LOCAL",
        "    got       GROWN, LOCAL",
        "small: 1 failed, 4 passed (specialised)",
    ]


def test_engines_that_differ_where_a_case_does_not_look_fail_it(
    zhunru: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(policy: Policy, case: Case, engine: str) -> CaseResult:
        result = run_case(policy, case)
        if engine == "specialised" or result.decision is None:
            return result
        return replace(result, decision=replace(result.decision, score=1))

    monkeypatch.setattr("zhunru_policy.cases.runner.run_case", run)
    ran = zhunru("policy", "test", SMALL, "--engine", "both")
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == "small: 4 failed, 1 passed (specialised and pydatalog)"
    assert "  decision as specialised gives it" in ran.out


def test_a_pack_without_cases_fails(zhunru: Callable, tmp_path: Path) -> None:
    shutil.copy(SMALL / "rules.dl", tmp_path)
    ran = zhunru("policy", "test", tmp_path)
    assert ran.code == 1
    assert "has no cases" in ran.err
