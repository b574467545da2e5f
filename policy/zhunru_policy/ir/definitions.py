"""The residual program: definitions in order, each of which reads only those before it.

A path is what must be gone through to a row: conditions, loops, and what is named within loops. A path without loops is
a condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..language.syntax import AggregateOp, Span
from .core import Row as Fact
from .core import Stratum
from .formulas import Formula, Loop
from .terms import Known, Local, Term


@dataclass(frozen=True, slots=True)
class Let:
    """A value that gets a name within a loop."""

    local: Local
    value: Term


@dataclass(frozen=True, slots=True)
class Case:
    """What an aggregate takes from one way through its body. `key`: the variables that tell assignments apart."""

    path: Path
    value: Term
    key: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """An aggregate over cases, of which no two are one assignment unless `repeats`.

    `start`: the value without any case, None where there is none. `guard`: what must hold for a case to count, and for
    the values it reads to be there. `checked`: a sum may pass 64 bits, and then fails.
    """

    local: Local
    op: AggregateOp
    start: int | None
    cases: tuple[Case, ...]
    guard: Formula
    checked: bool
    repeats: bool


Item = Formula | Loop | Let | Total
Path = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row that a rule gives, once for each way through the path. `rule` None: a fact of the pack's own."""

    values: tuple[Term, ...]
    path: Path
    source: Span | None


@dataclass(frozen=True, slots=True)
class Flag:
    """A condition with a name: some path can be gone through."""

    name: str
    paths: tuple[Path, ...]
    sources: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Values under conditions of which no two hold at once; none holds: `default`, or no value.

    `complete`: one of the conditions always holds.
    """

    locals: tuple[Local, ...]
    cases: tuple[tuple[Formula, tuple[Term, ...]], ...]
    default: Known | None = None
    complete: bool = False
    sources: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Collect:
    """A relation's rows as a set."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """Operations that may have no result are tried wherever every literal holds that does not read one.

    INVARIANT: whatever the exact reading evaluates is tried here, and more perhaps; where one fails, that reading is
    asked.
    """

    path: Path
    terms: tuple[Term, ...]
    source: Span


@dataclass(frozen=True, slots=True)
class Fixpoint:
    """Relations that are recursive over a request's facts. `reads`: the rows of the relations that their rules read."""

    stratum: Stratum
    reads: Mapping[str, Sequence[Row]] = field(hash=False)
    facts: Mapping[str, frozenset[Fact]] = field(hash=False)
    names: Mapping[str, str] = field(hash=False)


Definition = Flag | Columns | Collect | Check | Total | Fixpoint
