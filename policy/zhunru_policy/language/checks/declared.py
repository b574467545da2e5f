"""What a program declares, in the form in which the checks ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ..syntax import Program, RelationDecl, TypeDecl

BUILT_IN = ("number", "symbol")
NUMBER, SYMBOL = "#number", "#symbol"

_Value = TypeVar("_Value")


def first_of_each(pairs: Iterable[tuple[str, _Value]]) -> dict[str, _Value]:
    """Each name with the first value given for it."""
    found: dict[str, _Value] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


class TypeTree:
    """The types that stand on `number` or `symbol`, as a forest.

    Above each built-in type stands one for values without a unit of their own, `#number` and `#symbol`: constants and
    results of arithmetic have it. Types that stand on nothing are not in the tree; `names` reports them.
    """

    def __init__(self, declarations: Iterable[TypeDecl]) -> None:
        children: dict[str, list[str]] = {f"#{name}": [name] for name in BUILT_IN}
        for name, base in first_of_each((d.name, d.base) for d in declarations).items():
            if name not in BUILT_IN:
                children.setdefault(base, []).append(name)
        self._root: dict[str, str] = {}
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        for root in (NUMBER, SYMBOL):
            self._number(root, children)

    def _number(self, root: str, children: Mapping[str, list[str]]) -> None:
        """Gives each type the stretch of numbers of the types below it, so that `below` needs no walk."""
        stack = [(root, False)]
        while stack:
            name, done = stack.pop()
            if done:
                self._last[name] = len(self._root)
                continue
            self._first[name] = len(self._root)
            self._root[name] = root
            stack.append((name, True))
            stack.extend((child, False) for child in children.get(name, ()))

    def __contains__(self, name: str) -> bool:
        return name in self._root

    def root(self, name: str) -> str:
        """`#number` or `#symbol`."""
        return self._root[name]

    def below(self, name: str, other: str) -> bool:
        """Whether `name` is `other` or a subtype of it."""
        return self._first[other] <= self._first[name] < self._last[other]


@dataclass(frozen=True, slots=True)
class Declared:
    """The first declaration of each name; a second one is reported by `names` and ignored by the others."""

    relations: Mapping[str, RelationDecl]
    types: TypeTree
    inputs: frozenset[str]
    outputs: frozenset[str]
    defined: frozenset[str]
    """Relations with a clause."""

    @classmethod
    def of(cls, program: Program) -> Declared:
        return cls(
            first_of_each((declared.name, declared) for declared in program.relations),
            TypeTree(program.types),
            frozenset(directive.relation for directive in program.directives if directive.kind == "input"),
            frozenset(directive.relation for directive in program.directives if directive.kind == "output"),
            frozenset(head.atom.relation for clause in program.clauses for head in clause.heads),
        )
