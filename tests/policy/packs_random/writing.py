"""Random packs as text: every declaration that an input can have, names and texts that code could be mistaken for.

A pack has inputs, tables, a parameter by period, groups of derived relations, rules with ids, and outputs for parts of
an answer. The rules' bodies are those of `random_programs`, kept near the subject (`S0`) by most of their atoms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from zhunru_policy.language.syntax import NUMBER_LEAST, NUMBER_MOST

from ..engines.random_programs import Kind, Scope, Signature, Writer, declared

#: Names that mean something to Python, or to code that is written from rules.
NAMES = (
    "lambda", "def_", "None", "True", "class", "yield", "is", "and_", "or_", "not_", "if", "else", "import",
    "print", "open", "list", "len", "sum_", "max_", "dict", "str", "set", "any", "all", "exec", "eval", "__import__",
    "__builtins__", "__name__", "_", "self", "subject", "facts", "about", "known", "period", "decide", "work", "index",
    "checked", "divide", "remainder", "Decision", "Offer", "Unusual", "MayFail", "compress", "unique", "ordered",
    "VERSION", "rows_1", "rows_2", "v_A", "v_S0", "R_edge", "N_reach", "I_edge_0", "recursion_1", "A_1", "S0", "N1",
    "value_1", "given_1", "made", "loop_1", "x" * 120, "names", "MappingProxyType", "read_part",
)  # fmt: skip
#: Texts that end a literal, a line or a condition where one is put into code as it stands.
TEXTS = (
    "a", "b", "", "A", "Ａ", "ﬁ", "fi", "é", "e\u0301", "'", '"', '"""', "'''", "\\", '\\"', "\\'", "a\\", "#", "# \n",
    "\n", "\r", "\t", "\v\f\a\b", "\u2028", "\x85", "p and q", "r or q", " and ", " or ", " if 0 else ", " is not ",
    "{}", "{0}", "%s", "%(a)s", "{S0}", "None", "True", "0", "-1", "food and drink and tobacco", "微信", "\U0001f9e7",
    '", open("x"), "', "') or ('", "rows_1", "subject", "S0", "w" * 300,
)  # fmt: skip
STARTS = (202407, 202501)
PERIODS = (202401, 202406, 202407, 202412, 202501, 209912)
IDS = ("restrictions", "met", "unmet", "unknown", "triggers", "missing", "advice")
OFFER_KINDS: tuple[Kind, ...] = ("number",) * 6
OFFER = "tier: symbol, limit_yuan: number, daily_rate_ppm: number, annual_rate_ppm: number, trial: number, "
OFFER += "review_from: number, review_to: number"
RESERVED = frozenset(("true", "false", "sum", "max", "min", "count", "as", "_"))
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\f": "\\f", "\a": "\\a", "\b": "\\b"}


@dataclass(frozen=True)
class Column:
    """A column of an input: what may stand before it, and values it takes."""

    name: str
    kind: Kind
    notes: str
    values: tuple[int | str, ...]
    other_subject: bool = False


@dataclass(frozen=True)
class Input:
    name: str
    columns: tuple[Column, ...]
    many: bool


@dataclass
class Pack:
    """The text of a pack by file, and its inputs."""

    sources: dict[str, str]
    inputs: list[Input] = field(default_factory=list)
    symbols: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


def text(value: str) -> str:
    """A string of the language."""
    return '"' + "".join(_ESCAPES.get(each, f"\\{each}" if each in '\\"' else each) for each in value) + '"'


def pack(number: int) -> Pack:
    """The same pack for the same number, on every machine."""
    return PackWriter(Random(number)).pack()


class PackWriter(Writer):
    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self._free = [name for name in random.sample(NAMES, len(NAMES)) if name not in RESERVED]
        self._keyed: set[str] = {"applicant"}

    def named(self) -> str:
        return self._free.pop()

    # ── the whole ────────────────────────────────────────────────────────────────────────────────

    def pack(self) -> Pack:
        edges = [self.pick((NUMBER_LEAST, NUMBER_MOST, 2**62, -(2**62))) for _ in range(2)] if self.chance(25) else []
        numbers, symbols = [0, 1, 2, 3, -1, *edges], self.shuffled(TEXTS)[: self.number(3, 5)]
        self.values = {"number": [*numbers], "symbol": [*symbols]}
        self.constants = {"number": [str(n) for n in numbers], "symbol": [text(s) for s in symbols]}
        self.lines: list[str] = []
        below = self.tables()
        start = len(self.lines)
        resolver = self.named()
        inputs = [self.input(below[0].name, resolver if at == 0 else "") for at in range(self.number(2, 5))]
        below += [Signature(i.name, ("symbol", *(column.kind for column in i.columns))) for i in inputs]
        self._keyed |= {i.name for i in inputs}
        own = [signature for signature in below if signature.name in self._keyed]
        below += [Signature("applicant", ("symbol",)), Signature("current_period", ("number",))]
        self._keyed.add(resolver)
        known = Signature(resolver, ("symbol", *self.kinds(0, 1)))
        self.lines.append(declared(known))
        self.lines.append(self.near(known, own))
        below.append(known)
        inputs_end = len(self.lines)
        below += [Signature("missing", ("symbol", "symbol"))] if self.chance(40) else []
        for group in range(self.number(1, 3)):
            below += self.keyed_group(group, below) if self.chance(65) else self.group(group, below)
        self.registered(below)
        self.outputs(below)
        cut = self.pick((start, inputs_end, len(self.lines)))
        files = {"a.dl": "\n".join(self.lines[:cut]) + "\n", "b.dl": "\n".join(self.lines[cut:]) + "\n"}
        return Pack(files, inputs, symbols, numbers)

    def tables(self) -> list[Signature]:
        """A table of symbols (allowed values), one of edges, and a parameter with its value in force."""
        allowed, edges, parameter, force = (self.named() for _ in range(4))
        self.lines += [f".decl {allowed}(c0: symbol)"]
        self.lines += [f"{allowed}({value})." for value in dict.fromkeys(self.constants["symbol"])]
        self.lines += [f".decl {edges}(c0: symbol, c1: symbol)"]
        self.lines += [
            f"{edges}({self.constant('symbol')}, {self.constant('symbol')})." for _ in range(self.number(1, 5))
        ]
        self.lines += [f"@[role = parameter]\n.decl {parameter}(key: symbol, start: number, value: number)"]
        for key in dict.fromkeys(self.constants["symbol"][:2]):
            for start in (0, *STARTS[: self.number(0, 2)]):
                self.lines.append(f"{parameter}({key}, {start}, {self.constant('number')}).")
        latest = f"S = max T : {{ {parameter}(K, T, _V), T <= P }}"
        self.lines += [
            f".decl {force}(key: symbol, value: number)",
            f"{force}(K, V) :- current_period(P), {parameter}(K, S, V), {latest}.",
        ]
        return [
            Signature(allowed, ("symbol",)),
            Signature(edges, ("symbol", "symbol")),
            Signature(force, ("symbol", "number")),
        ]

    # ── inputs ───────────────────────────────────────────────────────────────────────────────────

    def input(self, allowed: str, resolver: str) -> Input:
        names = self.shuffled(NAMES[:60])
        columns = tuple(self.column(allowed, names.pop()) for _ in range(self.pick((1, 1, 2, 3))))
        many = self.chance(60) or len(columns) > 1
        notes = [f"@[required = yes] @[known_by = {resolver}]"] if resolver else []
        notes += ["@[required = yes]"] if not resolver and self.chance(40) else []
        notes += ["@[many = yes]"] if many else []
        if many and self.chance(40):
            notes.append(f'@[unique = "{" ".join(c.name for c in columns[: self.number(1, len(columns))])}"]')
        notes += ["@[about = other]"] if self.chance(15) else []
        made = Input(self.named(), columns, many)
        inside = ", ".join(f"{column.notes} {column.name}: {column.kind}" for column in columns)
        self.lines.append(f"{' '.join(notes)}\n.decl {made.name}(s: symbol, {inside})\n.input {made.name}")
        return made

    def column(self, allowed: str, name: str) -> Column:
        numbers = [int(n) for n in self.values["number"]]
        symbols = tuple(str(s) for s in self.values["symbol"])
        name = f"{name}_" if name in RESERVED | {"s"} else name
        match self.number(0, 7):
            case 0 | 1 | 2:
                least, most = min(numbers), max(numbers)
                inner = tuple(n for n in (least, most, 0, 1, 2) if least <= n <= most)
                return Column(name, "number", f"@[least = {least}] @[most = {most}]", inner)
            case 3:
                return Column(name, "number", "@[least = 0] @[most = 1]", (0, 1))
            case 4:
                return Column(name, "number", "@[form = yyyymm] @[least = 0] @[most = 999912]", PERIODS)
            case 5:
                return Column(name, "symbol", f"@[values_of = {allowed}]", symbols)
            case 6:
                return Column(name, "symbol", "@[other_subject = yes]", symbols, other_subject=True)
            case _:
                return Column(name, "symbol", "", symbols)

    # ── rules ────────────────────────────────────────────────────────────────────────────────────

    def rule(self, head: Signature, own: Sequence[Signature], below: Sequence[Signature], recursive: bool) -> str:
        return self.excused(super().rule(head, own, below, recursive))

    def group(self, group: int, below: Sequence[Signature]) -> list[Signature]:
        """Relations of no subject's own. They are no part of an answer."""
        made = super().group(group, below)
        self.lines = [line for line in self.lines if line not in {f".output {name}" for name, _ in made}]
        return made

    def closing_rule(self, head: Signature, own: Sequence[Signature]) -> str:
        names = [self.pick(own).name, self.pick(own).name]
        return f"{head.name}(N1, N3) :- {names[0]}(N1, N2), {names[1]}(N2, N3)."

    def excused(self, rule: str) -> str:
        return f'@[absence = "it is no advantage"] {rule}' if "!" in rule else rule

    def atom(self, signature: Signature, scope: Scope, wildcards: bool = True) -> str:
        """One about the subject, most often, where the relation has one."""
        if signature.name not in self._keyed or "S0" not in scope.bound["symbol"] or self.chance(20):
            return super().atom(signature, scope, wildcards)
        if len(signature.kinds) == 1:
            return f"{signature.name}(S0)"
        rest = super().atom(Signature(signature.name, signature.kinds[1:]), scope, wildcards)
        return rest.replace("(", "(S0, ", 1)

    def aggregate(self, below: Sequence[Signature], scope: Scope, depth: int) -> str:
        """An aggregate in another reads nothing from outside that one: the language wants it read on the way."""
        if depth:
            own: dict[Kind, list[str]] = {
                kind: [n for n in names if n.startswith(scope.prefix)] for kind, names in scope.bound.items()
            }
            scope = Scope(scope.prefix, own, set(scope.finite), scope.fresh)
        return super().aggregate(below, scope, depth)

    def keyed_group(self, group: int, below: Sequence[Signature]) -> list[Signature]:
        """Relations of the subject, each with a few rules, or one that closes over an input of pairs."""
        made = [Signature(self.named(), ("symbol", *self.kinds(0, 2))) for _ in range(self.number(1, 2))]
        for signature in made:
            self.lines.append(declared(signature))
            for _ in range(self.number(1, 3)):
                self.lines.append(self.near(signature, below))
            pairs = [s for s in below if s.kinds == ("symbol", "symbol") and s.name not in ("missing", "given")]
            if signature.kinds == ("symbol", "symbol") and pairs:
                self.lines.append(
                    f"{signature.name}(S0, S2) :- {signature.name}(S0, S1), {self.pick(pairs).name}(S1, S2)."
                )
        self._keyed |= {signature.name for signature in made}
        return made

    def near(self, signature: Signature, below: Sequence[Signature], head: str = "") -> str:
        """A rule about the applicant."""
        scope = Scope()
        scope.bound["symbol"].append("S0")
        scope.finite.add("S0")
        body = ["applicant(S0)"] + [self.atom(self.pick(below), scope) for _ in range(self.number(0, 2))]
        for _ in range(self.pick((0, 1, 1, 2))):
            body += self.extra(below, scope)
        values = [self.head_value(kind, scope, body) for kind in signature.kinds[1 + bool(head) :]]
        values = ["S0", *([head] if head else []), *values]
        return self.excused(f"{signature.name}({', '.join(values)}) :- {', '.join(self.shuffled(body))}.")

    def registered(self, below: list[Signature]) -> None:
        """A book of rules with ids that are quoted, and the rules."""
        book, reason, rules = (self.named() for _ in range(3))
        self.lines += [
            f"@[role = registry]\n.decl {book}(id: symbol, kind: symbol, weight: symbol, section: symbol)",
            f"@[role = reason]\n.decl {reason}(id: symbol, language: symbol, text: symbol)",
            f"@[role = rule]\n.decl {rules}(a: symbol, id: symbol)",
        ]
        signature = Signature(rules, ("symbol", "symbol"))
        # An id is shown to people, so it has no character that is not seen.
        ids = [text(value) for value in map(str, self.values["symbol"]) if value and value.isprintable()]
        for rule_id in (ids or ['"id"'])[: self.number(1, 3)]:
            self.lines.append(f'{book}({rule_id}, "k", "w", "s").')
            self.lines += [f'{reason}({rule_id}, "{language}", "r").' for language in ("zh", "en")]
            self.lines += [self.near(signature, below, rule_id) for _ in range(self.number(1, 2))]
        fired = self.named()
        self.lines.append(f"{declared(Signature(fired, signature.kinds))}\n@[answer = rules_fired]\n.output {fired}")
        self.lines.append(f"{fired}(S0, S1) :- {rules}(S0, S1).")
        self._keyed.add(rules)
        below.append(signature)

    # ── outputs ──────────────────────────────────────────────────────────────────────────────────

    def outputs(self, below: Sequence[Signature]) -> None:
        self.outcome(below)
        for part in self.shuffled((*IDS, "scorecard", "score", "invitation_score", "qualifies", "sequence_broken"))[:5]:
            kinds: list[Kind] = ["symbol"]
            if part == "scorecard" or part in IDS:
                kinds.append("symbol")
            if "score" in part:
                kinds.append("number")
            self.output(
                part, Signature(self.named(), tuple(kinds)), below, self.number(1, 1 if part.endswith("score") else 3)
            )
        if self.chance(40):
            self.output("next_step", Signature(self.named(), ("symbol", "symbol")), below, 1)
        if self.chance(40):
            made = Signature(self.named(), ("symbol", "symbol", *OFFER_KINDS))
            self.lines.append(f".decl {made.name}(a: symbol, {OFFER})\n@[answer = offer]\n.output {made.name}")
            self.lines.append(self.near(made, below))

    def output(self, part: str, made: Signature, below: Sequence[Signature], rules: int) -> None:
        self.lines.append(f"{declared(made)}\n@[answer = {part}]\n.output {made.name}")
        if part in ("score", "invitation_score") and self.chance(60):
            below = [signature for signature in below if "number" in signature.kinds]
            scope = Scope(bound={"number": [], "symbol": ["S0"]}, finite={"S0"})
            body = self.atom(self.pick(below), scope, wildcards=False)
            total = f"sum {self.pick(scope.bound['number'])} : {{ {body} }}" if scope.bound["number"] else "1"
            self.lines.append(f"{made.name}(S0, T) :- applicant(S0), T = {total}.")
            return
        self.lines += [self.near(made, below) for _ in range(rules)]

    def outcome(self, below: Sequence[Signature]) -> None:
        """One outcome for each applicant, or, at times, none or several."""
        made, good = Signature(self.named(), ("symbol", "symbol")), Signature(self.named(), ("symbol",))
        self.lines.append(f"{declared(good)}\n{declared(made)}\n@[answer = outcome]\n.output {made.name}")
        self.lines += [self.near(good, below) for _ in range(self.number(1, 2))]
        if self.chance(15):
            self.lines.append(self.near(made, below))
            return
        yes, no = self.constant("symbol"), self.constant("symbol")
        self.lines.append(f"{made.name}(S0, {yes}) :- {good.name}(S0).")
        self.lines.append(self.excused(f"{made.name}(S0, {no}) :- applicant(S0), !{good.name}(S0)."))
