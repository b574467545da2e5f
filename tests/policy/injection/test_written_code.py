"""Whatever a pack says, the code that is run has names of ours alone, and one place runs it."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from random import Random
from typing import Any

import pytest

from tests.policy.packs_random.deciding import Coverage, answers, loaded, too_long
from tests.policy.packs_random.giving import Request, given, through_the_wire
from tests.policy.packs_random.writing import pack
from zhunru_policy import Decision, Policy, ZhunruError
from zhunru_policy.pack.decision import Offer

RUNS_CODE = "zhunru_policy.ir.python"
#: Names that the writers of code chose. All others are made by `Names`, and end in a number.
NUMBERED = re.compile(r"[A-Za-z][A-Za-z0-9_]*_[0-9]+", re.ASCII)
# fmt: off
OURS = frozenset((
    "ABSENT", "ArithmeticFault", "CHECKS", "DICT", "Decision", "End", "MappingProxyType", "MayFail", "Offer", "PLAIN",
    "RANGES", "TEXT", "TypeError", "USUAL", "Unusual", "VERSION", "ValueError", "WHOLE", "_", "__class__",
    "about", "add", "any", "append", "bool", "checked", "compress", "copy", "decide", "dict",
    "divide", "encode", "error", "facts", "fault", "found", "frozen", "get", "groups", "grow",
    "held", "index", "indexes", "int", "isascii", "issuperset", "items", "join", "keep", "len",
    "list", "map", "max", "member", "met", "min", "new", "new_rows", "ordered", "out",
    "overflow", "past_work_limit", "period", "probe", "quotient", "read_part", "relations", "remainder", "rest", "row",
    "rows", "run", "self", "set", "setdefault", "start", "step", "str", "subject", "sum",
    "too_much", "tuple", "type", "unique", "update", "values", "work",
)) | {field.name for kind in (Decision, Offer) for field in fields(kind)}
# fmt: on


class Watched:
    """What was compiled and run by this package, and from where."""

    def __init__(self) -> None:
        self.compiled: list[str] = []
        self.places: set[tuple[str, str]] = set()

    def seen(self, what: str, args: tuple[Any, ...]) -> None:
        place = sys._getframe(2).f_globals.get("__name__", "")
        if place.startswith("zhunru"):
            self.places.add((what, place))
            if isinstance(args[0], str):
                self.compiled.append(args[0])


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    watch = Watched()

    def watch_over(what: str) -> None:
        real = getattr(builtins, what)

        def instead(*args: Any, **options: Any) -> Any:
            watch.seen(what, args)
            return real(*args, **options)

        monkeypatch.setattr(builtins, what, instead)

    for what in ("compile", "exec", "eval"):
        watch_over(what)
    return watch


def names(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        for part in ("id", "attr", "arg", "name", "asname", "module"):
            if isinstance(found := getattr(node, part, None), str):
                yield found
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names
        assert not isinstance(node, ast.Import | ast.ImportFrom), ast.unparse(node)


def use(policy: Policy, request: Request) -> None:
    """Decides and explains: every writer of code writes."""
    answers(policy, request, ("specialised", "general"))
    with suppress(ZhunruError):  # a refused fact, or no outcome
        policy.explain(request.subject, request.facts, request.about, as_of=request.as_of, detail="full")


@pytest.mark.parametrize("number", range(1000, 1020))
def test_code_has_names_of_ours_alone(watched: Watched, number: int) -> None:
    written = pack(number)
    policy = loaded(written, Coverage())
    if policy is None:
        pytest.skip("the loader refuses this pack")
    random = Random(number)
    for _ in range(2):
        request = through_the_wire(given(written, random))
        if request is not None and not too_long(policy, request):
            use(policy, request)
    strange = {name for source in watched.compiled for name in names(source)} - OURS
    assert watched.compiled
    assert not {name for name in strange if not NUMBERED.fullmatch(name)}
    assert watched.places == {("compile", RUNS_CODE), ("exec", RUNS_CODE)}
