"""Runs a program on every engine: what each answers, and what the program had in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from unittest.mock import patch

from zhunru_policy.engines import Derivation, Engine, general, pydatalog, reference
from zhunru_policy.engines.general import emission
from zhunru_policy.errors import EvaluationError, PolicyError, WorkLimitError
from zhunru_policy.ir.core import (
    Absent,
    Assign,
    Compare,
    CoreProgram,
    Fold,
    Match,
    Operation,
    Row,
    Rows,
    Rule,
    Step,
    Stratum,
    steps_within,
)
from zhunru_policy.ir.lowering import lower
from zhunru_policy.language import checker
from zhunru_policy.language.parser import parse

from . import tree_reading
from .random_programs import Case


def compiled_in_small_functions(program: CoreProgram) -> Derivation:
    """The default engine as it treats rules with more loops than Python nests, already at two of them."""
    with patch.multiple(emission, MOST_LOOPS=2, MOST_INDENT=6):
        return general.prepare(program)


ENGINES: dict[str, Engine] = {
    "general": general.prepare,
    "compiled in small functions": compiled_in_small_functions,
    "pydatalog": pydatalog.prepare,
    "reference": reference.prepare,
}

#: Not an engine: the program read straight from its tree, to judge what the engines share.
TREE = "tree"
#: Rows that the default engine may look at in one random program; more would tell nothing more and take long.
MOST_WORK = 20_000

Answer = dict[str, set[Row]] | str
T = TypeVar("T")


def core_of(text: str, file: str = "program.dl") -> CoreProgram:
    """The core of a program that the checker must accept."""
    program = parse(text, file)
    checker.ensure(program, strict=False)
    return lower(program)


def answer(engine: str, core: CoreProgram, inputs: Rows, work: int = 50_000_000) -> Answer:
    """Every relation's rows, or the error as text."""
    try:
        return ENGINES[engine](core)(inputs, work=work)
    except EvaluationError as error:
        return f"{type(error).__name__}: {error}"


def fits(core: CoreProgram, inputs: Rows) -> bool:
    """Whether the default engine is done within `MOST_WORK`."""
    found = answer("general", core, inputs, MOST_WORK)
    return not (isinstance(found, str) and found.startswith(WorkLimitError.__name__))


def compare(case: Case, coverage: Coverage) -> None:
    """Every engine gives the same rows, or the same error. Programs that take too long are put aside."""
    core = core_of(case.text)
    if not fits(core, case.inputs):
        coverage.too_long += 1
        return
    found = answers(case)
    coverage.add(case.text, core, found)
    if not agree(found):
        raise AssertionError(difference(smallest(case)))


def answers(case: Case) -> dict[str, Answer]:
    """What each engine says, and what stands in the program's tree where that can be read."""
    core = core_of(case.text)
    found = {engine: answer(engine, core, case.inputs) for engine in ENGINES}
    return {**found, TREE: answer_of_tree(case.text, case.inputs)}


def answer_of_tree(text: str, inputs: Rows) -> Answer:
    try:
        return tree_reading.derive(parse(text, "program.dl"), inputs, 5 * MOST_WORK)
    except tree_reading.OperationError:
        return "an operation failed"
    except tree_reading.TooManyStepsError:
        return "not read"


def agree(found: Mapping[str, Answer]) -> bool:
    """Whether the engines say one thing, and the tree nothing else. An operation that fails there may fail no rule."""
    read, reference_says = found[TREE], found["reference"]
    if any(found[engine] != reference_says for engine in ENGINES):
        return False
    return isinstance(read, str) or read == reference_says


def difference(case: Case) -> str:
    found = answers(case)
    shown = [f"{engine}: {_differing(rows, found['reference'])}" for engine, rows in found.items()]
    return "\n".join(["the engines differ on", case.text, f"with {case.inputs}", *shown])


def _differing(rows: Answer, others: Answer) -> Answer:
    """The relations that are not the same for both."""
    if isinstance(rows, str) or isinstance(others, str):
        return rows
    return {name: found for name, found in rows.items() if found != others[name]} or "as the reference"


def smallest(case: Case) -> Case:
    """A case on which the engines still differ and from which nothing more can be left out."""
    smaller = next((other for other in _smaller(case) if _differ(other)), None)
    while smaller is not None:
        case = smaller
        smaller = next((other for other in _smaller(case) if _differ(other)), None)
    return case


def _differ(case: Case) -> bool:
    try:
        core = core_of(case.text)
    except PolicyError:
        return False
    return fits(core, case.inputs) and not agree(answers(case))


def _smaller(case: Case) -> Iterator[Case]:
    """The case without one line, one literal, or one row."""
    lines = case.text.splitlines()
    for at, line in enumerate(lines):
        if not line.startswith((".decl", ".input")):
            yield Case("\n".join([*lines[:at], *lines[at + 1 :]]) + "\n", case.inputs)
    for at, line in enumerate(lines):
        head, _, body = line.removesuffix(".").partition(" :- ")
        for literals in _shorter(literals_of(body)):
            shorter = f"{head} :- {', '.join(literals)}."
            yield Case("\n".join([*lines[:at], shorter, *lines[at + 1 :]]) + "\n", case.inputs)
    for name, rows in case.inputs.items():
        yield from (Case(case.text, {**case.inputs, name: less}) for less in _shorter(rows))


def _shorter(parts: Sequence[T]) -> Iterator[list[T]]:
    return ([*parts[:at], *parts[at + 1 :]] for at in range(len(parts)))


def literals_of(body: str) -> list[str]:
    """The literals of a body, parted at the commas that stand in no bracket."""
    parts = [""]
    depth = 0
    for character in body:
        depth += (character in "({") - (character in ")}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


@dataclass
class Coverage:
    """What the programs of a run had in them, so that agreement on trivial ones is not mistaken for agreement."""

    programs: int = 0
    rules: int = 0
    rules_of_filled: int = 0
    rows: int = 0
    characters: int = 0
    too_long: int = 0
    have: Counter[str] = field(default_factory=Counter)

    def add(self, text: str, core: CoreProgram, answers: Mapping[str, Answer]) -> None:
        found = answers["reference"]
        self.have["read from the tree"] += not isinstance(answers[TREE], str)
        self.programs += 1
        self.characters += len(text)
        self.have.update(set(features(core)))
        derived = list(core.rules)
        self.rules += len(derived)
        if isinstance(found, str):
            self.have["error"] += 1
            self.have["error: " + found.rpartition(": ")[2]] += 1
            return
        self.rules_of_filled += sum(bool(found[rule.relation]) for rule in derived)
        rows = sum(len(found[name]) for name in {rule.relation for rule in derived})
        self.rows += rows
        self.have["rows derived"] += rows > 0

    def share(self, feature: str) -> float:
        return self.have[feature] / max(1, self.programs)

    def report(self) -> str:
        each = max(1, self.programs)
        lines = [
            f"{self.programs} programs; {self.too_long} more were too long to run",
            f"{self.rules / each:.1f} rules, {self.characters / each:.0f} characters, {self.rows / each:.1f} rows each",
            f"{self.rules_of_filled / max(1, self.rules):6.1%}  of the rules are of relations with rows",
            *(f"{number / each:6.1%}  {feature}" for feature, number in sorted(self.have.items())),
        ]
        return "\n".join(lines)


def features(core: CoreProgram) -> Iterator[str]:
    for stratum in core.strata:
        if stratum.recursive:
            yield from _recursive_features(stratum)
    if not all(relation.columns for relation in core.relations.values()):
        yield "relation without columns"
    for rule in core.rules:
        yield from _rule_features(rule)
    spans = Counter((rule.span, rule.relation) for rule in core.rules)
    if any(number > 1 for number in spans.values()):
        yield "alternatives"
    if len({span for span, _ in spans}) < len(spans):
        yield "several heads"


def _recursive_features(stratum: Stratum) -> Iterator[str]:
    yield "recursion"
    if len(stratum.relations) > 1:
        yield "recursion: mutual"
    for rule in stratum.rules:
        if sum(isinstance(step, Match) and step.relation in stratum.relations for step in rule.body) > 1:
            yield "recursion: non-linear"
        if any(isinstance(value, Operation) for value in rule.head):
            yield "recursion: through arithmetic"


def _rule_features(rule: Rule) -> Iterator[str]:
    for step in steps_within(rule.body):
        yield from _step_features(step)
    if any(isinstance(value, Operation) for value in rule.head):
        yield "arithmetic"


def _step_features(step: Step) -> Iterator[str]:
    match step:
        case Absent():
            yield "negation"
        case Compare(left=left, right=right):
            expressions = [side for side in (left, right) if isinstance(side, Operation)]
            yield from (f"operator {expression.op}" for expression in expressions)
            yield from ["arithmetic"] if expressions else []
        case Fold(op=op, body=body, outer=outer):
            yield f"aggregate {op}"
            if any(isinstance(inner, Fold) for inner in body):
                yield "aggregate: nested"
            if sum(isinstance(inner, Match) for inner in body) > 1:
                yield "aggregate: over a join"
            if outer:
                yield "aggregate: of a group"
        case Match() | Assign():
            pass
