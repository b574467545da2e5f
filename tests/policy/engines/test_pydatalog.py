"""What was seen to go wrong with pyDatalog, and why none of it can reach a decision."""

from __future__ import annotations

import ast
import gc
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyDatalog import Logic, pyEngine, pyParser

from tests.policy.applicants import QUALIFIED, generate
from zhunru_policy import FactError, Policy, PolicyError, WorkLimitError
from zhunru_policy.engines import pydatalog, reference
from zhunru_policy.engines.pydatalog import clauses as pydatalog_clauses
from zhunru_policy.engines.pydatalog import layers as pydatalog_layers
from zhunru_policy.engines.pydatalog import work as pydatalog_work
from zhunru_policy.errors import RuleArithmeticError
from zhunru_policy.ir.core import Column, CoreProgram, Match, Relation, Row, Rule, Stratum, Var
from zhunru_policy.language.syntax import NUMBER_LEAST, NUMBER_MOST, Span

from .agreement import answer, core_of
from .test_engines_agree import PROGRAMS, read

SELECT = """
.decl word(w: symbol)
.input word
.decl number(n: number)
.input number
.decl wanted(w: symbol, n: number)
.input wanted
.decl hit(w: symbol, n: number)
hit(W, N) :- wanted(W, N), word(W), number(N).
.decl other(w: symbol, n: number)
other(W, N) :- word(W), number(N), !wanted(W, N).
"""
CLOSURE = """
.decl edge(x: number, y: number)
.input edge
.decl path(x: number, y: number)
path(X, Y) :- edge(X, Y).
path(X, Z) :- path(X, Y), path(Y, Z).
"""
DIVIDE = """
.decl n(x: number)
.input n
.decl q(x: number)
q(12 / X) :- n(X).
"""


def derive(text: str, work: int = 50_000_000, **inputs: list[Row]) -> dict[str, set[Row]]:
    return pydatalog.prepare(core_of(text))(inputs, work=work)


def in_a_new_thread(function: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    (result,) = found
    return result


# ── values ───────────────────────────────────────────────────────────────────────────────────────


texts = st.text() | st.sampled_from(
    ["X", "_", "1", "True", "~p", "p.q", "a[X]==1", "!", "None", "answer", "relation 0"]
)
# -1 and -2 have one hash in Python, and so have 0 and 2^61 - 1: pyDatalog looks facts up by hash.
numbers = st.integers(NUMBER_LEAST, NUMBER_MOST) | st.sampled_from([-1, -2, 0, 1, 2**61 - 1, 2**61, -(2**61) + 1])


@settings(max_examples=60, derandomize=True)
@given(words=st.lists(texts, max_size=4), values=st.lists(numbers, max_size=4), data=st.data())
def test_any_text_and_any_number_is_itself_alone(words: list[str], values: list[int], data: st.DataObject) -> None:
    pairs = st.tuples(st.sampled_from(words) if words else texts, st.sampled_from(values) if values else numbers)
    wanted = set(data.draw(st.lists(pairs, max_size=3)))
    found = derive(SELECT, word=[(w,) for w in words], number=[(n,) for n in values], wanted=sorted(wanted))
    product = {(word, value) for word in words for value in values}
    assert found["hit"] == product & wanted
    assert found["other"] == product - wanted


def test_text_is_never_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pyDatalog.load` executes its text as Python; nothing here calls it, whatever a symbol says."""
    for name in ("load", "ask", "add_program"):
        monkeypatch.setattr(pyParser, name, refuse)
    code = "__import__('os').abort()"
    assert derive(SELECT, word=[(code,)], number=[(1,)], wanted=[(code, 1)])["hit"] == {(code, 1)}


def test_pydatalogs_own_arithmetic_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """In an `Operation` an exception becomes a constant, and division rounds down."""
    monkeypatch.setattr(pyEngine, "Operation", refuse)
    assert derive(DIVIDE, n=[(-5,), (7,)])["q"] == {(-2,), (1,)}


def test_resolvers_of_the_whole_process_are_not_used() -> None:
    derive(DIVIDE, n=[(3,)])
    assert pyEngine.Python_resolvers == {}
    assert pyEngine.Class_dict == {}


@pytest.mark.parametrize("value", [1.0, True, None, ("a",), 3 + 0j, b"a"])
def test_a_value_that_is_no_number_and_no_symbol_is_refused(value: Any) -> None:
    """Floats would be rounded to 8 digits, and `True` would be taken for 1."""
    with pytest.raises(TypeError, match="neither a number nor a symbol"):
        derive(DIVIDE, n=[(value,)])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("payment_score", 612.0, "no floating point stands in a decision"),
        ("payment_score", "612", "takes a whole number"),
        ("region", 86, "takes a text"),
        ("payment_scoer", 612, "did you mean `payment_score`?"),
        ("age", None, "leave the fact out"),
        ("whitelisted", [202611.0], "no floating point stands in a decision"),
    ],
)
def test_such_a_fact_stops_at_the_door(weilidai: Policy, name: str, value: object, message: str) -> None:
    """One fact of the wrong type would raise for the whole query, a misspelt one would be silent."""
    with pytest.raises(FactError, match=re.escape(message)):
        weilidai.decide("a1", {**QUALIFIED, name: value}, as_of=date(2026, 11, 24), engine="pydatalog")


def test_a_flag_may_be_a_bool(weilidai: Policy) -> None:
    flags = {name: bool(value) for name, value in QUALIFIED.items() if value in (0, 1)}
    of_bools, of_numbers = (
        weilidai.decide("a1", facts, as_of=date(2026, 11, 24), engine="pydatalog")
        for facts in ({**QUALIFIED, **flags}, QUALIFIED)
    )
    assert of_bools == of_numbers


# ── programs that never reach it ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".decl p() .decl q() p() :- !q(). q() :- !p().", "depends on its own negation"),
        (".decl p(x: number) p(X) :- q(X).", "`q`"),
        (".decl p(x: number) .decl q(x: number) .input q p(X) :- !q(X).", "variable `X` is not bound"),
        (".decl p(x: number) .decl q(x: number) .input q p(X) :- q(_).", "variable `X` is not bound"),
        (".decl p(n: number) p(N) :- N = count : { p(_) }.", "an aggregate over itself"),
        (".decl p(n: number) p(1.5).", "1.5"),
        (".decl p(n: number) .decl q(s: symbol) .input q p(1) :- q(1).", "`1`"),
        (".decl a.b(n: number)", "a.b"),
    ],
)
def test_the_checker_refuses(text: str, message: str) -> None:
    """Mutual negation never ends, a misspelt predicate is silent, an unbound head variable makes a query `True`."""
    with pytest.raises(PolicyError) as refused:
        core_of(text)
    assert message in str(refused.value)


def test_an_unbound_head_variable_is_no_answer_either_way() -> None:
    span = Span("unchecked.dl", 1, 1, 1, 1)
    columns = (Column("x", "number", "number"),)
    relations = {name: Relation(name, columns, False, False) for name in ("p", "q")}
    rule = Rule(0, "q", (Var("Y"),), (Match("p", (Var("X"),), span),), span)
    program = CoreProgram(relations, {"p": frozenset({(1,)})}, (Stratum(frozenset({"q"}), (rule,), False),))
    with pytest.raises(AssertionError, match="was not bound"):
        pydatalog.prepare(program)({})


# ── what reaches it ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The clauses that pyDatalog is told."""
    clauses: list[Any] = []
    tell = pyEngine.assert_
    monkeypatch.setattr(pyEngine, "assert_", lambda clause: clauses.append(clause) or tell(clause))
    return clauses


@pytest.mark.parametrize("folder", PROGRAMS, ids=lambda folder: folder.name)
def test_no_query_is_recursive(folder: Path, told: list[Any]) -> None:
    """Of recursive queries some never end, and they hold the interpreter. Names have no sign that means something."""
    core = core_of((folder / "program.dl").read_text(encoding="utf-8"))
    answer("pydatalog", core, {n: read(core.relations[n], folder / "facts" / f"{n}.facts") for n in core.inputs})
    rules = [clause for clause in told if clause.body]
    heads = {clause.head.pred.name for clause in rules}
    names = {literal.pred.name for clause in rules for literal in clause.body}
    assert names.isdisjoint(heads)
    assert all(re.fullmatch(r"~?(relation|primitive) [0-9]+|==|!=|<|<=|>|>=", name) for name in names)
    assert all(re.fullmatch(r"answer|group [0-9]+", name) for name in heads)


def test_every_proof_is_looked_for() -> None:
    """Of a query without variables pyDatalog looks for the first proof; a failing operation may be in the next one."""
    text = DIVIDE + ".decl some() some() :- n(X), 6 / (X - 1) > 0. .decl m(x: number) m(3) :- n(X), 6 % (X - 2) >= 0."
    for x in (1, 2):
        with pytest.raises(RuleArithmeticError, match="division by zero"):
            derive(text, n=[(7,), (x,), (8,), (9,)])


def test_it_judges_on_its_own() -> None:
    """What the engines share is the language: lowering, planning, the operators, and the exact reading of failures."""
    for module in (pydatalog, pydatalog_clauses, pydatalog_layers, pydatalog_work, reference):
        tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
        imported = {
            name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for name in (node.module or "", *(alias.name for alias in node.names))
        }
        assert imported.isdisjoint({"general", "emission", "specialised"})


# ── threads and state ────────────────────────────────────────────────────────────────────────────


def test_a_new_thread_needs_no_preparation() -> None:
    """A thread has no Logic until it makes one; ours goes when the call ends."""
    derivation = pydatalog.prepare(core_of(CLOSURE))

    def call() -> tuple[set[Row], bool]:
        assert not hasattr(Logic.tl, "logic")
        return derivation({"edge": [(1, 2), (2, 1)]})["path"], hasattr(Logic.tl, "logic")

    assert in_a_new_thread(call) == ({(1, 2), (2, 1), (1, 1), (2, 2)}, False)


def test_a_caller_who_uses_pydatalog_keeps_what_is_theirs() -> None:
    def call() -> object:
        mine = Logic()
        pyEngine.assert_(pyEngine.Clause(pyEngine.Literal("relation 0", [pyEngine.Const(5)]), []))  # noqa: PT009
        derive(DIVIDE, n=[(3,)])
        assert Logic.tl.logic is mine
        return pyEngine.Literal("relation 0", [pyEngine.Var("X")]).ask()

    assert in_a_new_thread(call) == [(5,)]


def test_no_fact_outlives_its_call() -> None:
    derivation = pydatalog.prepare(core_of(DIVIDE))
    assert derivation({"n": [(1,), (2,)]})["q"] == {(12,), (6,)}
    assert derivation({"n": [(3,)]})["q"] == {(4,)}
    assert derivation({})["q"] == set()


@pytest.mark.parametrize(
    ("rows", "error"), [([(0,)], RuleArithmeticError), ([(n,) for n in range(1, 99)], WorkLimitError)]
)
def test_no_fact_outlives_a_call_that_failed(rows: list[Row], error: type[Exception]) -> None:
    derivation = pydatalog.prepare(core_of(DIVIDE))

    def call() -> tuple[set[Row], bool]:
        with pytest.raises(error):
            derivation({"n": rows}, work=5_000)
        return derivation({"n": [(4,)]})["q"], hasattr(Logic.tl, "logic")

    assert in_a_new_thread(call) == ({(3,)}, False)


def test_threads_do_not_see_each_others_facts() -> None:
    derivation = pydatalog.prepare(core_of(CLOSURE))

    def closure(number: int) -> bool:
        nodes = range(number * 100, number * 100 + 7)
        paths = {(x, y) for x in nodes for y in nodes if x < y}
        return derivation({"edge": [(x, y) for x, y in paths if y == x + 1]})["path"] == paths

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(closure, range(40)))


def test_calls_leave_nothing_behind() -> None:
    derivation = pydatalog.prepare(core_of(CLOSURE))

    def clauses() -> int:
        derivation({"edge": [(at, at + 1) for at in range(8)]})
        gc.collect()
        return sum(isinstance(thing, pyEngine.Clause) for thing in gc.get_objects())

    assert len({clauses() for _ in range(5)}) == 1


# ── work ─────────────────────────────────────────────────────────────────────────────────────────

WIDE = "".join(f".decl p{at}(x: number) .input p{at} " for at in range(5)) + ".decl q(x: number) "
ENDLESS = {
    "a recursion through arithmetic": ".decl n(x: number) n(0). n(X + 1) :- n(X).",
    "a join of everything with everything": WIDE + "q(1) :- p0(A), p1(B), p2(C), p3(D), p4(E).",
    "a join that nothing passes": WIDE + "q(1) :- p0(A), p1(B), p2(C), p3(D), p4(E), A + B + C + D + E < 0.",
    "wildcards": WIDE + "q(1) :- p0(_), p1(_), p2(_), p3(_), p4(_).",
    "an aggregate over a join": WIDE + "q(N) :- N = count : { p0(A), p1(B), p2(C), p3(D), A + B < C }.",
    "groups that each look at everything": WIDE + "q(N) :- p0(A), p1(B), N = count : { p2(C), C < A - B - 1000 }.",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_work_is_bounded(name: str) -> None:
    """Within one query nothing can stop pyDatalog from outside, so the work is counted where it is done."""
    rows: list[Row] = [(n,) for n in range(1000)]
    core = core_of(ENDLESS[name])
    with pytest.raises(WorkLimitError, match="the bound on work was reached"):
        pydatalog.prepare(core)(dict.fromkeys(core.inputs, rows), work=2_000_000)


def test_work_within_its_bound_is_done() -> None:
    assert len(derive(CLOSURE, work=2_000_000, edge=[(at, at + 1) for at in range(20)])["path"]) == 210


EDGES = ".decl edge(x: number, y: number) .input edge "
#: What is recursive, over a chain that is as long as the recursion.
CHAINS = {
    "an atom": ".decl found(x: number) found(0). found(Y) :- found(X), edge(X, Y).",
    "an atom that stands last": ".decl found(x: number) found(0). found(Y) :- edge(X, Y), found(X).",
    "arithmetic": ".decl found(x: number) found(0). found(X + 1) :- found(X), edge(X, _).",
    "a depth": ".decl found(x: number, d: number) found(0, 0). found(Y, D + 1) :- found(X, D), edge(X, Y).",
    "two relations": ".decl found(x: number) .decl passed(x: number) found(0)."
    " passed(X) :- found(X), edge(X, _). found(Y) :- passed(X), edge(X, Y).",
    "a lookup beside it": ".decl found(x: number) found(0). found(Y) :- found(X), edge(X, Y), found(0).",
}


@pytest.mark.parametrize("length", [360, 1_000, 3_000])
@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_costs_work_in_line_with_its_length(name: str, length: int) -> None:
    """A round looks at what the last one found, so three thousand rounds are well within the bound."""
    work = 60 * pydatalog_work.STEP_COST * length
    found = derive(EDGES + CHAINS[name], work=work, edge=[(at, at + 1) for at in range(length)])["found"]
    assert len(found) == length + 1


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    edges=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25),
    marked=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=3),
)
def test_rounds_find_what_stands_in_the_text_in_the_request_and_in_cycles(edges: set[Row], marked: set[Row]) -> None:
    """The newest rows of the first round are those that are given of the relation itself, too."""
    odd = ".decl odd(x: number) odd(X) :- path(1, X). odd(Y) :- odd(X), path(X, Y), !edge(Y, X)."
    core = core_of(CLOSURE + ".input path path(3, 4)." + odd)
    inputs = {"edge": sorted(edges), "path": sorted(marked)}
    derivation = pydatalog.prepare(core)
    for _ in range(2):
        assert derivation(inputs) == reference.prepare(core)(inputs)


def test_the_bound_says_after_how_much() -> None:
    with pytest.raises(WorkLimitError, match=r"^the bound on work was reached after 2\d\d rows and operations$"):
        derive(ENDLESS["a recursion through arithmetic"], work=200 * pydatalog_work.STEP_COST)


# ── decisions ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(9_000, 9_030))
def test_it_decides_as_the_default_engine_does(weilidai: Policy, seed: int) -> None:
    subject, facts, about, as_of = generate(seed)
    judged = weilidai.decide(subject, facts, about, as_of=as_of, engine="pydatalog")
    assert judged == weilidai.decide(subject, facts, about, as_of=as_of)


@pytest.mark.parametrize("subject", ["X", "A", "_", "1", "True", "~a1", "a.b[X]==1", "申请人", "a" * 5_000])
def test_a_subject_may_have_any_name(weilidai: Policy, subject: str) -> None:
    decision = weilidai.decide(subject, QUALIFIED, as_of=date(2026, 11, 24), engine="pydatalog")
    assert decision == weilidai.decide("a1", QUALIFIED, as_of=date(2026, 11, 24))


def refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("called")
