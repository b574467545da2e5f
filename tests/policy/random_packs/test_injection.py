"""No text of a pack becomes code: strings, ids, names of relations, files and folders are data wherever they stand."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import zhunru_policy
from zhunru_policy import Policy, PolicyError, load_pack
from zhunru_policy.loader import build_policy

BASE = (Path(__file__).parents[1] / "packs" / "base" / "00_base.dl").read_text(encoding="utf-8")
INPUTS = "".join(f".decl {name}(a: symbol, v: symbol)\n.input {name}\n" for name in ("region", "city", "town"))
SAID = "@[answer = advice]\n.output said\n.decl said(a: symbol, n: symbol)\n"
AS_OF = date(2026, 11, 24)
ENGINES = ("specialised", "general", "reference", "pydatalog")

#: Texts that run, or change what is run, if anything takes them for code. `{file}`: what must not come to be.
PAYLOADS = (
    " if 0 else str(open('{file}', 'w'))#",
    "') or open('{file}', 'w') or ('",
    '") or open("{file}", "w") or ("',
    '"""; open("{file}", "w"); """',
    "'''; open('{file}', 'w'); '''",
    "x\\\n    open('{file}', 'w')\n#",
    "\nopen('{file}', 'w')\n",
    "\r\nopen('{file}', 'w')",
    "\u2028open('{file}', 'w')",
    "{{open('{file}', 'w')}}",
    "__import__('pathlib').Path('{file}').touch()",
    "p and q",
    "food and drink and tobacco",
    "a' == 'a' or 'b",
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'


def said(policy: Policy, facts: dict[str, object]) -> tuple[str, ...]:
    found = {engine: policy.decide("a", facts, as_of=AS_OF, engine=engine) for engine in ENGINES}
    assert len(set(map(repr, found.values()))) == 1, found
    assert policy.falls == {}
    return found["specialised"].advice


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("other", ["r and q", "x", " or "])
def test_a_string_is_compared_and_nothing_else(tmp_path: Path, payload: str, other: str) -> None:
    file = tmp_path / "made"
    text = payload.replace("{{", "{").replace("}}", "}").replace("{file}", str(file))
    met = f'region(A, {quoted(text)}), city(A, {quoted(other)}), town(A, T), T != "p"'
    rule = f"said(A, {quoted(text)}) :- applicant(A), {met}.\n"
    policy = build_policy("strings", {"strings.dl": BASE + INPUTS + SAID + rule})

    assert said(policy, {"age": 20, "region": text, "city": other, "town": "t"}) == (text,)
    assert said(policy, {"age": 20, "region": text + "x", "city": other, "town": "t"}) == ()
    assert said(policy, {"age": 20, "region": text, "city": other + "x", "town": "t"}) == ()
    policy.explain("a", {"age": 20, "region": text, "city": other, "town": "t"}, as_of=AS_OF, detail="full")
    assert not file.exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_id_is_refused_or_is_data(tmp_path: Path, payload: str) -> None:
    file = tmp_path / "made"
    name = quoted(payload.replace("{{", "{").replace("}}", "}").replace("{file}", str(file)))
    words = f'rule({name}, "criterion", "high", "1"). reason({name}, "zh", "一"). reason({name}, "en", "one").\n'
    try:
        policy = build_policy("ids", {"ids.dl": f"{BASE}{words}met(A, {name}) :- applicant(A), age(A, N), N > 30.\n"})
    except PolicyError:
        assert not payload.isprintable()
    else:
        found = [policy.decide("a", {"age": 40}, as_of=AS_OF, engine=engine).met for engine in ENGINES]
        assert len(set(found)) == 1
        assert len(found[0]) == 2
        policy.explain("a", {"age": 40}, as_of=AS_OF, detail="full")
    assert not file.exists()


@pytest.mark.parametrize(
    "name", ['x\nopen("{file}", "w")\n', 'x"""\nopen("{file}", "w")', "x\r", "x\u202e", "#x", "'''"]
)
def test_a_files_or_folders_name_is_refused_or_is_data(tmp_path: Path, name: str) -> None:
    for folder, file in ((name, "pack.dl"), ("pack", f"{name}.dl")):
        place = tmp_path / f"at {len(file)}" / folder
        place.mkdir(parents=True)
        (place / file).write_text(BASE, encoding="utf-8")
        try:
            policy = load_pack(place)
        except PolicyError:
            continue
        assert policy.decide("a", {"age": 20}, as_of=AS_OF).outcome == "IN"
        assert policy.falls == {}
    assert not Path("made").exists()


@pytest.mark.parametrize("name", ['x\nopen("made", "w")\n.dl', 'x"""\nopen("made", "w").dl', "x\n    \t.dl"])
def test_a_program_may_stand_in_a_file_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zhunru: Callable, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(".decl p(x: number)\n.output p\np(1). p(X + 1) :- p(X), X < 3.\n", encoding="utf-8")
    ran = zhunru("policy", "run", name, "-D", "out")
    assert ran.code == 0, ran.err
    assert not Path("made").exists()


def test_one_place_runs_code_and_nothing_evaluates_text() -> None:
    root = Path(zhunru_policy.__file__).parent
    running = ("exec", "eval", "compile")
    calls = [
        (path.relative_to(root).as_posix(), node.func.id)
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in running
    ]
    assert sorted(calls) == [("ir/python.py", "compile"), ("ir/python.py", "exec")]
