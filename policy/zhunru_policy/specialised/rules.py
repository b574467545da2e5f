"""From rules to statements: each rule is unrolled over what is known, and what is left becomes tests, loops and locals.

A relation is specialised twice: once to see which rows its rules can give (the *leaves*), then to write them. A leaf
whose columns are constants becomes a flag; one with computed columns becomes locals, None where it does not hold; one
that depends on a loop's variable goes to a set. Two leaves that could be one row at call time share their locals, and
where they then differ the call is left to the general engine (`Conflict`), so a relation need not be functional.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..engines.general.emission import identifier
from ..engines.general.evaluation import stratum_source
from ..ir.core import Absent, Const, Match, Row, Rule, Stratum, steps_within
from .conditions import FALSE
from .forms import SUBJECT, Guarded, Rows, Unsupported, table
from .given import as_set
from .slots import Leaf, Skeleton, Slot, exclusive, fits, merge, numbers, skeleton_of, slot_of, union
from .symbols import ANY, Symbol, constant
from .tree import Comment, Line, Node, pruned
from .unrolling import Unroller

#: Rows that one relation may unroll to; a larger one is left to the general engine.
MOST_LEAVES = 512


@dataclass(slots=True)
class Specialiser(Unroller):
    """Relations, one stratum after another."""

    def stratum(self, stratum: Stratum, facts: dict[str, list[Row]]) -> None:
        if stratum.recursive:
            self._recursive(stratum, facts)
            return
        (relation,) = stratum.relations
        leaves = self._rehearse(stratum.rules) + [Leaf(tuple(map(constant, row))) for row in facts.get(relation, ())]
        if any(symbol.local for leaf in leaves for symbol in leaf.symbols):
            self._as_set(relation, stratum.rules, leaves)
        else:
            self._as_locals(relation, stratum.rules, leaves)

    def _recursive(self, stratum: Stratum, facts: dict[str, list[Row]]) -> None:
        """Rules that are recursive over given facts run as the general engine's loops, over sets of what they read."""
        reads = {
            step.relation
            for rule in stratum.rules
            for step in steps_within(rule.body)
            if isinstance(step, (Match, Absent))
        }
        self.body.append(Line("work = WORK_LIMIT"))
        for relation in sorted(reads - stratum.relations):
            self.body += as_set(self.forms[relation], identifier("R", relation))
        for relation in sorted(stratum.relations):
            self.body += as_set(table(facts.get(relation, ())), identifier("R", relation))
        self.body += [Line(line.removeprefix("    ")) for line in stratum_source(stratum)]
        for relation in stratum.relations:
            width = next(len(rule.head) for rule in stratum.rules if rule.relation == relation)
            self.forms[relation] = Rows(identifier("R", relation), (ANY,) * width, self.names)

    def _rehearse(self, rules: Sequence[Rule]) -> list[Leaf]:
        """The leaves of the rules; what is written on the way is thrown away."""
        kept = self.body, self.names, dict(self._folds)
        loops = {name: (list(starts), list(body)) for name, (starts, body) in self.loops.items()}
        leaves: list[Leaf] = []
        self.body, self.names = [], self.names.copy()
        for form in self.forms.values():
            if hasattr(form, "names"):
                form.names = self.names  # type: ignore[attr-defined]

        def add(rule: Rule, symbols: tuple[Symbol, ...]) -> None:
            leaves.append(self._leaf(rule, symbols))
            if len(leaves) > MOST_LEAVES:
                raise Unsupported(f"`{rule.relation}` has more than {MOST_LEAVES} rows to unroll")

        for rule in rules:
            self._unroll(rule, lambda symbols, _, rule=rule: add(rule, symbols))
        self.body, self.names, self._folds = kept
        self.loops = loops
        for form in self.forms.values():
            if hasattr(form, "names"):
                form.names = self.names  # type: ignore[attr-defined]
        return leaves

    def _leaf(self, rule: Rule, symbols: tuple[Symbol, ...]) -> Leaf:
        return Leaf(symbols, tuple(self._path), self._computed > 0, self._place(rule))

    def _as_set(self, relation: str, rules: Sequence[Rule], leaves: Sequence[Leaf]) -> None:
        name = self.names.new(f"rows_of_{relation}")
        stated = [leaf.symbols for leaf in leaves if not leaf.place]
        self.body.append(Line(f"{name} = {{{', '.join(map(_tuple, stated))}}}" if stated else f"{name} = set()"))
        for rule in rules:
            nodes = self._unroll(rule, lambda symbols, nodes: nodes.append(Line(f"{name}.add({_tuple(symbols)})")))
            self.body += self._commented(rule, nodes)
        width = len(leaves[0].symbols)
        spans = [union(leaf.symbols[place].interval for leaf in leaves) for place in range(width)]
        about_subject = all(leaf.symbols[:1] == (SUBJECT,) for leaf in leaves)
        self.forms[relation] = Rows(name, tuple(spans), self.names, about_subject)

    def _as_locals(self, relation: str, rules: Sequence[Rule], leaves: Sequence[Leaf]) -> None:
        skeletons = merge(skeleton_of(leaf.symbols) for leaf in leaves)
        if len(skeletons) > 2 and all(len(s) == 2 and s[0] == SUBJECT.text for s in skeletons) and numbers(leaves):
            # Many numbers for one subject are most likely one number, computed; if they are not, `Conflict` says so.
            skeletons = [(SUBJECT.text, None)]
        slots = {skeleton: self._slots(relation, skeleton, leaves) for skeleton in skeletons}
        written: list[Node] = []
        for slot in slots.values():
            if not slot.plain:
                written += [Line(f"{name} = {'None' if slot.columns else 'False'}") for name in slot.names]
        for rule in rules:
            nodes = self._unroll(rule, lambda symbols, nodes: slot_of(slots, symbols).set_in(nodes, symbols))
            written += self._commented(rule, nodes)
        self.body += written
        for slot in slots.values():
            if slot.plain and not slot.is_certain:
                self.body.append(Line(slot.plain_line()))
                if not slot.columns:
                    self.means[slot.names[0]] = slot.test
        self.flags.update(name for slot in slots.values() for name in slot.names)
        self.forms[relation] = Guarded(tuple(row for slot in slots.values() if (row := slot.row())[1] != FALSE))

    def _slots(self, relation: str, skeleton: Skeleton, leaves: Sequence[Leaf]) -> Slot:
        own = [leaf for leaf in leaves if fits(skeleton_of(leaf.symbols), skeleton)]
        columns = [place for place, text in enumerate(skeleton) if text is None]
        fixed = next(leaf.symbols for leaf in own)
        words = [str(s.value) for s, t in zip(fixed, skeleton, strict=True) if t is not None and s.is_constant]
        name = "_".join([relation, *words])
        plain = all(leaf.plain for leaf in own) and (not columns or exclusive(own, self.means))
        names = [self.names.new(name if len(columns) < 2 else f"{name}_{place}") for place in (columns or [0])]
        return Slot(tuple(fixed), tuple(columns), tuple(names), tuple(own), plain)

    def _commented(self, rule: Rule, nodes: list[Node]) -> list[Node]:
        kept = list(pruned(nodes))
        return [Comment(self._place(rule)), *kept] if kept else []

    def _place(self, rule: Rule) -> str:
        """The rule's id, where it has one, and where it stands."""
        ids = [str(value.value) for value in rule.head if isinstance(value, Const) and value.value in self.ids]
        return " ".join([*ids, f"{rule.span.file}:{rule.span.line}"])


def _tuple(symbols: Sequence[Symbol]) -> str:
    return f"({''.join(f'{symbol.text}, ' for symbol in symbols).strip()})"
