"""What a proof proves, and how it is named: a fact, or the absence of every fact of a form."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from ..engines.traced.tracing import Fact, Pattern
from ..errors import PolicyError, QuestionError
from ..ir.core import Column, CoreProgram, Row, Value
from ..language import syntax
from ..language.arithmetic import constant_value
from ..language.parser import parse
from ..language.printer import print_symbol


class Limit(NamedTuple):
    """Of an absence: only facts with a lesser, or greater, number at this place are meant."""

    place: int
    op: Literal["<", ">"]
    value: int

    @property
    def nearest(self) -> int:
        """The first value that is meant."""
        return self.value - 1 if self.op == "<" else self.value + 1

    def admits(self, value: Value) -> bool:
        return isinstance(value, int) and (value < self.value if self.op == "<" else value > self.value)


class Absence(NamedTuple):
    """No fact of this form holds, but for those that do: `pattern` has None where any value is meant."""

    relation: str
    pattern: Pattern
    limit: Limit | None = None

    def means(self, row: Row) -> bool:
        agrees = all(value is None or value == own for value, own in zip(self.pattern, row, strict=True))
        return agrees and (self.limit is None or self.limit.admits(row[self.limit.place]))


Goal = Fact | Absence


def goal_id(goal: Goal) -> str:
    """The goal in the words of the rule language, on one line."""
    if isinstance(goal, Absence):
        terms = ["_" if value is None else value_text(value) for value in goal.pattern]
        if goal.limit is not None:
            terms[goal.limit.place] = f"{goal.limit.op}{goal.limit.value}"
        return f"!{goal.relation}({', '.join(terms)})"
    relation, row = goal
    return f"{relation}({', '.join(map(value_text, row))})"


def value_text(value: Value) -> str:
    return print_symbol(value) if isinstance(value, str) else str(value)


#: Strings, commas, and limits, of which the sign and the number are groups.
_PARTS = re.compile(r'"(?:[^"\\]|\\.)*"|,|([<>])\s*(-?[0-9]{1,19})(?![0-9])')


def read_goal(text: str, program: CoreProgram) -> Absence:
    """A goal as `goal_id` writes it, or as a reader does: `met("a1", "ELG-SCORE")`, `restricted("a1", _)`.

    Raises `QuestionError` for anything else.
    """
    plain = text.strip().removeprefix("!")
    limited = next((found for found in _PARTS.finditer(plain) if found[1]), None)
    if limited is not None:
        plain = f"{plain[: limited.start()]}_{plain[limited.end() :]}"
    try:
        item = parse(f"{plain}.", "goal").items[0]
    except (PolicyError, IndexError):
        raise QuestionError("goal", f"{text!r:.60} is no fact; write a relation with values, `_` for any") from None
    if (
        not isinstance(item, syntax.Clause)
        or item.body is not None
        or item.heads[0].atom.relation not in program.relations
    ):
        raise QuestionError("goal", f"{text!r:.60} names no relation of this policy")
    atom = item.heads[0].atom
    columns = program.relations[atom.relation].columns
    if len(columns) != len(atom.arguments):
        raise QuestionError("goal", f"`{atom.relation}` has {len(columns)} columns, not {len(atom.arguments)}")
    limit: Limit | None = None
    if limited is not None:
        place = sum(part[0] == "," for part in _PARTS.finditer(plain[: limited.start()]))
        limit = Limit(place, "<" if limited[1] == "<" else ">", int(limited[2]))
        if columns[place].kind != "number":
            raise QuestionError(
                "goal", f"`{columns[place].name}` of `{atom.relation}` is no number, so it has no limit"
            )
    pattern = tuple(_asked(*each, atom.relation) for each in zip(atom.arguments, columns, strict=True))
    return Absence(atom.relation, pattern, limit)


def _asked(argument: syntax.Expression, column: Column, relation: str) -> Value | None:
    if isinstance(argument, syntax.Wildcard):
        return None
    value = constant_value(argument)
    if value is None:
        raise QuestionError("goal", "a goal has numbers, symbols and `_` alone")
    if isinstance(value, str) != (column.kind == "symbol"):
        raise QuestionError("goal", f"`{column.name}` of `{relation}` is a {column.kind}")
    return value
