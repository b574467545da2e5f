"""Random programs of the rule language as text, with random facts: well-formed, ending, and not trivial.

A program has a few inputs and groups of derived relations, each group reading the ones before it in any way and itself
only plainly. Names say what they hold (`N3` a number, `S1` a symbol), so whatever is put together is well-typed.
Literals are shuffled at the end, since their order must mean nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal, NamedTuple, TypeVar

from hypothesis import strategies as st

from zhunru_policy.ir.core import Row
from zhunru_policy.language.syntax import NUMBER_LEAST, NUMBER_MOST

Kind = Literal["number", "symbol"]
T = TypeVar("T")

KINDS: tuple[Kind, ...] = ("number", "number", "symbol")
# Texts that mean something to pyDatalog, to Python or to the rule language, if anything took them for code.
SYMBOLS = ("a", "b", "", "X", "1", "True", "~a", "a.b[X]==1", "_", "'", 'a"\\', "微信", "\U0001f9e7", "Z" * 40)
EDGES = (NUMBER_LEAST, NUMBER_LEAST + 1, NUMBER_MOST, NUMBER_MOST - 1, 2**62, -(2**62), 2**32)


@dataclass(frozen=True)
class Case:
    """A program and the rows of its inputs."""

    text: str
    inputs: dict[str, list[Row]]


class Signature(NamedTuple):
    name: str
    kinds: tuple[Kind, ...]


@dataclass
class Scope:
    """The variables that have a value in a body. `finite`: those bound by atoms, which recursion may hand on."""

    prefix: str = ""
    bound: dict[Kind, list[str]] = field(default_factory=lambda: {"number": [], "symbol": []})
    finite: set[str] = field(default_factory=set)
    fresh: int = 0

    def copy(self) -> Scope:
        bound: dict[Kind, list[str]] = {kind: list(names) for kind, names in self.bound.items()}
        return Scope(self.prefix, bound, set(self.finite), self.fresh)

    def inside(self) -> Scope:
        """The scope of an aggregate. Two aggregates side by side use the same names."""
        return Scope(self.prefix + "I", self.copy().bound)


def cases() -> st.SearchStrategy[Case]:
    """Cases by their number, for speed; `agreement.smallest` does what shrinking would do, and better."""
    return st.integers(0, 2**32 - 1).map(case)


def case(number: int) -> Case:
    """The same case for the same number, on every machine."""
    return Writer(Random(number)).case()


class Writer:
    def __init__(self, random: Random) -> None:
        self._random = random

    # ── choices ──────────────────────────────────────────────────────────────────────────────────

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def pick(self, options: Sequence[T]) -> T:
        return self._random.choice(options)

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) < percent

    def shuffled(self, parts: Sequence[str]) -> list[str]:
        return self._random.sample(parts, len(parts))

    # ── the whole ────────────────────────────────────────────────────────────────────────────────

    def case(self) -> Case:
        edges = [self.pick(EDGES) for _ in range(self.number(1, 2))] if self.chance(25) else []
        self.constants: dict[Kind, list[str]] = {
            "number": [str(n) for n in (0, 1, 2, 3, -1, *edges)],
            "symbol": [quoted(self.pick(SYMBOLS)) for _ in range(3)],
        }
        self.values: dict[Kind, list[int | str]] = {
            "number": [int(n) for n in self.constants["number"]],
            "symbol": [unquoted(s) for s in self.constants["symbol"]],
        }
        inputs = [Signature("link", ("number", "number"))]
        inputs += [Signature(f"given{at}", self.kinds(1)) for at in range(self.number(1, 2))]
        inputs += [Signature("flag", ())] if self.chance(30) else []
        self.lines = [declared(signature) + f"\n.input {signature.name}" for signature in inputs]
        rows = {signature.name: self.rows(signature, 9) for signature in inputs}
        below = list(inputs)
        for group in range(self.number(1, 4)):
            below += self.group(group, below)
        return Case("\n".join(self.lines) + "\n", rows)

    def kinds(self, least: int, most: int = 3) -> tuple[Kind, ...]:
        return tuple(self.pick(KINDS) for _ in range(self.number(least, most)))

    def rows(self, signature: Signature, most: int) -> list[Row]:
        number = self.number(2, most) if self.chance(90) else 0
        return [tuple(self.pick(self.values[kind]) for kind in signature.kinds) for _ in range(number)]

    def group(self, group: int, below: Sequence[Signature]) -> list[Signature]:
        """One or two relations, perhaps recursive, and their clauses."""
        recursive = self.chance(50)
        least, most = (1, 2) if recursive else (int(self.chance(90)), 3)
        own = [Signature(f"r{group}{letter}", self.kinds(least, most)) for letter in "ab"[: self.number(1, 2)]]
        if recursive and self.chance(60):
            own = [Signature(name, ("number", "number")) for name, _ in own]
        self.lines += [declared(signature) for signature in own]
        self.lines += [f".output {signature.name}" for signature in own]
        for signature in own:
            for at in range(self.number(2 if recursive else 1, 3)):
                self.lines.append(self.rule(signature, own, below, recursive and at > 0))
            self.lines += [self.fact(signature) for _ in range(self.number(0, 2))]
        return own

    def fact(self, signature: Signature) -> str:
        values = [self.constant_expression() if kind == "number" else self.constant(kind) for kind in signature.kinds]
        return f"{signature.name}({', '.join(values)})."

    def constant_expression(self) -> str:
        if not self.chance(10):
            return self.constant("number")
        return f"{self.constant('number')} {self.pick('+-*/%')} {self.constant('number')}"

    # ── rules ────────────────────────────────────────────────────────────────────────────────────

    def rule(self, head: Signature, own: Sequence[Signature], below: Sequence[Signature], recursive: bool) -> str:
        if recursive and all(signature.kinds == ("number", "number") for signature in own) and self.chance(60):
            return self.closing_rule(head, own)
        scope = Scope()
        body = [self.atom(self.pick(below), scope) for _ in range(self.number(0 if recursive else 1, 2))]
        if recursive:
            body += [self.atom(self.pick(own), scope, wildcards=False) for _ in range(self.number(1, 2))]
        for _ in range(self.pick((0, 1, 1, 2, 3))):
            body += self.extra(below, scope)
        heads = [self.head(head, scope, body, recursive)]
        if not recursive and len(own) > 1 and self.chance(15):
            heads.append(self.head(self.pick(own), scope, body, False))
        return f"{', '.join(heads)} :- {', '.join(self.shuffled(body))}."

    def closing_rule(self, head: Signature, own: Sequence[Signature]) -> str:
        """A step of a transitive closure: the recursions that go on for rounds."""
        names = [self.pick(own).name, self.pick([*own, Signature("link", ())]).name]
        first, second = self.shuffled(names)
        body = self.shuffled([f"{first}(N1, N2)", f"{second}({self.pick(('N2, N3', 'N3, N2'))})"])
        return f"{head.name}(N1, N3) :- {', '.join(body)}{self.pick(('', '', ', N1 != N3'))}."

    def head(self, signature: Signature, scope: Scope, body: list[str], recursive: bool) -> str:
        value = self.recursive_head_value if recursive else self.head_value
        return f"{signature.name}({', '.join(value(kind, scope, body) for kind in signature.kinds)})"

    def head_value(self, kind: Kind, scope: Scope, body: list[str]) -> str:
        return self.expression(scope) if kind == "number" and self.chance(30) else self.value(kind, scope)

    def recursive_head_value(self, kind: Kind, scope: Scope, body: list[str]) -> str:
        finite = [name for name in scope.bound[kind] if name in scope.finite]
        if not finite:
            return self.constant(kind)
        name = self.pick(finite)
        if kind == "symbol" or not self.chance(25):
            return name
        # Recursion through arithmetic ends: at a guard, in a small ring, or beyond 64 bits.
        return self.pick((f"({name} + 1) % 5", f"{name} * {name} + 1", self.guarded(name, body)))

    def guarded(self, name: str, body: list[str]) -> str:
        body += [f"{name} < 7", f"{name} > -7"]
        return self.pick((f"{name} + 1", f"{name} - 2", f"max({name} + 1, 3)"))

    def extra(self, below: Sequence[Signature], scope: Scope) -> list[str]:
        """One more condition, or a variable more."""
        if not scope.bound["number"] and not scope.bound["symbol"]:
            return [self.absent(self.pick(below), scope)]
        match self.number(0, 8):
            case 0 | 1:
                return [self.comparison(scope)]
            case 2 | 3:
                return [self.absent(self.pick(below), scope)]
            case 4:
                return self.assignment(self.expression(scope), scope)
            case 5 | 6:
                return self.aggregate_test(below, scope)
            case 7:
                return [self.choice(below, scope)]
            case _:
                return [self.negated(below, scope)]

    def choice(self, below: Sequence[Signature], scope: Scope) -> str:
        """Two alternatives; what both bind is bound after them."""
        if self.chance(50):
            return f"({'; '.join(', '.join(self.test(below, scope)) for _ in range(2))})"
        sides = [scope.copy(), scope.copy()]
        atoms = [self.atom(self.pick(below), side) for side in sides]
        scope.fresh = max(side.fresh for side in sides)
        for kind, names in scope.bound.items():
            names += [name for name in sides[0].bound[kind] if name in sides[1].bound[kind] and name not in names]
        scope.finite |= sides[0].finite & sides[1].finite
        return f"({'; '.join(atoms)})"

    def negated(self, below: Sequence[Signature], scope: Scope) -> str:
        tests = [part for _ in range(self.number(1, 2)) for part in self.test(below, scope)]
        return f"!({self.pick((', ', '; ')).join(tests)})"

    def test(self, below: Sequence[Signature], scope: Scope) -> list[str]:
        """Literals that bind nothing."""
        tests = [self.comparison(scope) if self.chance(60) else self.absent(self.pick(below), scope)]
        return tests + ([self.comparison(scope)] if self.chance(30) else [])

    def assignment(self, value: str, scope: Scope) -> list[str]:
        if self.chance(15):
            name = self.new("symbol", scope)
            literal = f"{name} = {self.value('symbol', scope)}"
        else:
            name = self.new("number", scope)
            literal = self.pick((f"{name} = {value}", f"{value} = {name}"))
        scope.bound["symbol" if name.lstrip("I").startswith("S") else "number"].append(name)
        return [literal]

    def aggregate_test(self, below: Sequence[Signature], scope: Scope) -> list[str]:
        aggregate = self.aggregate(below, scope, 0)
        if self.chance(60):
            return self.assignment(aggregate, scope)
        if self.chance(30):
            aggregate = f"{aggregate} {self.pick('+-*')} {self.constant('number')}"
        return [f"{self.value('number', scope)} {self.pick(('=', '!=', '<', '<=', '>', '>='))} {aggregate}"]

    # ── literals ─────────────────────────────────────────────────────────────────────────────────

    def atom(self, signature: Signature, scope: Scope, wildcards: bool = True) -> str:
        arguments: list[str] = []
        for kind in signature.kinds:
            bound = scope.bound[kind]
            if bound and self.chance(35):
                if kind == "number" and self.chance(8):
                    arguments.append(self.expression(scope))
                else:
                    arguments.append(self.pick(bound))
                    scope.finite.add(arguments[-1])
            elif wildcards and self.chance(20):
                arguments.append("_")
            elif self.chance(10):
                arguments.append(self.constant(kind))
            else:
                name = self.new(kind, scope)
                arguments.append(name)
                bound.append(name)
                scope.finite.add(name)
        return f"{signature.name}({', '.join(arguments)})"

    def absent(self, signature: Signature, scope: Scope) -> str:
        arguments = [self.value(kind, scope) if self.chance(75) else "_" for kind in signature.kinds]
        return f"!{signature.name}({', '.join(arguments)})"

    def comparison(self, scope: Scope) -> str:
        kind: Kind = "symbol" if scope.bound["symbol"] and self.chance(30) else "number"
        operator = self.pick(("<", "<=", ">", ">=", "=", "!=", "!=", "!="))
        left = self.expression(scope) if kind == "number" and self.chance(40) else self.value(kind, scope)
        return f"{left} {operator} {self.value(kind, scope, but=left)}"

    def aggregate(self, below: Sequence[Signature], scope: Scope, depth: int) -> str:
        inner = scope.inside()
        single = self.chance(30)
        if single:
            body = [self.counted_atom(self.pick(below), inner)]
        else:
            body = [self.atom(self.pick(below), inner, wildcards=False) for _ in range(self.number(1, 2))]
        operator = self.pick(("count", "sum", "min", "max"))
        target = "" if operator == "count" else f" {self.target(inner)}"
        if self.chance(30):
            body.append(self.comparison(inner))
        if self.chance(15):
            absent = self.absent if single else self.absent_whole
            body.append(absent(self.pick(below), inner))
        if not single and depth < 2 and self.chance(20):
            body += self.assignment(self.aggregate(below, inner, depth + 1), inner)
        return f"{operator}{target} : {{ {', '.join(self.shuffled(body))} }}"

    def counted_atom(self, signature: Signature, scope: Scope) -> str:
        """An atom whose every `_` counts: it stands alone, and has no variable twice."""
        arguments = ["_" if self.chance(40) else self.new(kind, scope) for kind in signature.kinds]
        for kind, name in zip(signature.kinds, arguments, strict=True):
            if name != "_":
                scope.bound[kind].append(name)
                scope.finite.add(name)
        return f"{signature.name}({', '.join(arguments)})"

    def absent_whole(self, signature: Signature, scope: Scope) -> str:
        return f"!{signature.name}({', '.join(self.value(kind, scope) for kind in signature.kinds)})"

    def target(self, scope: Scope) -> str:
        """An expression over what the atoms bind; a name of a target hides the one outside."""
        own = [name for name in scope.bound["number"] if name in scope.finite]
        if not own:
            return self.constant("number")
        name = self.pick(own)
        return self.pick((f"{name} {self.pick('+-*')} {self.pick(own)}", f"{name} / 2", name, name, name))

    # ── values ───────────────────────────────────────────────────────────────────────────────────

    def new(self, kind: Kind, scope: Scope) -> str:
        scope.fresh += 1
        return f"{scope.prefix}{kind[0].upper()}{scope.fresh}"

    def constant(self, kind: Kind) -> str:
        return self.pick(self.constants[kind])

    def value(self, kind: Kind, scope: Scope, but: str = "") -> str:
        bound = [name for name in scope.bound[kind] if name != but]
        return self.pick(bound) if bound and not self.chance(15) else self.constant(kind)

    def expression(self, scope: Scope, depth: int = 0) -> str:
        left = self.value("number", scope)
        if depth < 2 and self.chance(20):
            left = f"({self.expression(scope, depth + 1)})"
        right = self.value("number", scope, but=left)
        match self.number(0, 9):
            case 0 | 1 | 2 | 3:
                return f"{left} {self.pick('+-')} {right}"
            case 4:
                return f"{left} * {right}"
            case 5 | 6:
                return f"{left} {self.pick('/%')} {self.pick(('2', '3', '-2', right))}"
            case 7:
                return f"-{left}" if not left.startswith("-") else left
            case _:
                return f"{self.pick(('max', 'min'))}({left}, {right})"


def declared(signature: Signature) -> str:
    columns = (f"c{place}: {kind}" for place, kind in enumerate(signature.kinds))
    return f".decl {signature.name}({', '.join(columns)})"


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def unquoted(text: str) -> str:
    return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
