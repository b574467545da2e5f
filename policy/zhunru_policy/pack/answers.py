"""From output rows to a `Decision`: which relation is which part of the answer is said by the pack's outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..errors import AnswerError
from ..ir.core import Row
from ..language import syntax
from .decision import Decision, Offer

OFFER_COLUMNS = (
    ("tier", "symbol"),
    ("limit_yuan", "number"),
    ("daily_rate_ppm", "number"),
    ("annual_rate_ppm", "number"),
    ("trial", "number"),
    ("review_from", "number"),
    ("review_to", "number"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows, without their subject, become a part. `kinds`: the columns they must have. `form`: `ids`, `flag`,
    `number`, `points`, `offer`, `one` symbol, or a symbol `maybe`.
    """

    form: str
    kinds: tuple[str, ...]
    read: Callable[[str, Sequence[Row]], object]


def _one_symbol(part: str, rows: Sequence[Row]) -> object:
    if len(rows) != 1:
        values = ", ".join(sorted(str(row[0]) for row in rows))
        raise AnswerError(
            f"the rules gave {f'{len(rows)} values ({values})' if rows else 'no value'} for `{part}`; it needs one",
            part,
            rows,
        )
    return rows[0][0]


def _at_most_one(part: str, rows: Sequence[Row]) -> Row | None:
    if len(rows) > 1:
        raise AnswerError(f"the rules gave {len(rows)} values for `{part}`; it takes at most one", part, rows)
    return rows[0] if rows else None


def _maybe(part: str, rows: Sequence[Row]) -> object:
    row = _at_most_one(part, rows)
    return row and row[0]


def _number(part: str, rows: Sequence[Row]) -> object:
    row = _at_most_one(part, rows)
    return row[0] if row else 0


def _points(part: str, rows: Sequence[Row]) -> object:
    points = {row[0]: row[1] for row in sorted(rows)}
    if len(points) < len(rows):
        twice = next(row[0] for row in sorted(rows) if points[row[0]] != row[1])
        given = [row for row in sorted(rows) if row[0] == twice]
        raise AnswerError(f"the rules gave two values for `{part}` of `{twice}`; it takes one", part, given)
    return MappingProxyType(points)


def _offer(part: str, rows: Sequence[Row]) -> object:
    row = _at_most_one(part, rows)
    if row is None:
        return None
    tier, limit, daily, annual, trial, review_from, review_to = row
    return Offer(tier, limit, daily, annual, trial == 1, (review_from, review_to))  # type: ignore[arg-type]


_IDS = Shape("ids", ("symbol",), lambda _, rows: tuple(sorted(row[0] for row in rows)))  # type: ignore[type-var]
_FLAG = Shape("flag", (), lambda _, rows: bool(rows))
_COUNT = Shape("number", ("number",), _number)

SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "outcome": Shape("one", ("symbol",), _one_symbol),
        **dict.fromkeys(
            ("restrictions", "met", "unmet", "unknown", "triggers", "missing", "advice", "rules_fired"), _IDS
        ),
        "scorecard": Shape("points", ("symbol", "number"), _points),
        "score": _COUNT,
        "invitation_score": _COUNT,
        "qualifies": _FLAG,
        "sequence_broken": _FLAG,
        "offer": Shape("offer", tuple(kind for _, kind in OFFER_COLUMNS), _offer),
        "next_step": Shape("maybe", ("symbol",), _maybe),
    }
)


def answer_parts(program: syntax.Program) -> dict[str, str]:
    """Each part of the answer and the output relation that gives it."""
    named = (
        (str(d.notes.values.get("answer", d.relation)), d.relation) for d in program.directives if d.kind == "output"
    )
    return {part: relation for part, relation in named if part != "none"}


def build(subject: str, parts: Mapping[str, str], rows: Mapping[str, Iterable[Row]], version: str) -> Decision:
    """The decision about `subject`. Raises `AnswerError` where the rules left a part open or gave it twice."""
    values = {
        part: SHAPES[part].read(part, [row[1:] for row in rows[relation] if row[0] == subject])
        for part, relation in parts.items()
    }
    return Decision(policy_version=version, **values)  # type: ignore[arg-type]
