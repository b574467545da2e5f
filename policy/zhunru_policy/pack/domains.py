"""What each column of a relation can hold, as far as declarations, facts and heads say.

A column of an input holds what its annotations allow; any other what its clauses give: the constants in their heads,
and what the variables there can be. A parameter's start and values are open, since a change of policy is a new line.
"""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..ir.core import Value
from ..language import syntax
from ..language.arithmetic import constant_value
from ..language.normal import Literal, alternatives
from ..language.syntax import NUMBER_LEAST, NUMBER_MOST
from .vocabulary import APPLICANT, GIVEN, PERIOD, Vocabulary

MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Domain:
    """Some values; where `values` is None, every symbol and the numbers of a range, both ends included."""

    values: frozenset[Value] | None
    least: int = NUMBER_LEAST
    most: int = NUMBER_MOST

    def __contains__(self, value: Value) -> bool:
        if self.values is not None:
            return value in self.values
        return isinstance(value, str) or self.least <= value <= self.most

    def both(self, other: Domain) -> Domain:
        if self is other or other is ANY:
            return self
        if self.values is not None and other.values is not None:
            return self if self.values <= other.values else Domain(self.values & other.values)
        if self.values is not None:
            return Domain(frozenset(value for value in self.values if value in other))
        if other.values is not None:
            return other.both(self)
        least, most = max(self.least, other.least), min(self.most, other.most)
        return Domain(None, least, most) if least <= most else NOTHING

    def either(self, other: Domain) -> Domain:
        """The smallest domain that holds both, or a larger one."""
        if self.values is not None and other.values is not None:
            if self.values <= other.values:
                return other
            return self if other.values <= self.values else Domain(self.values | other.values)
        ends = [end for domain in (self, other) for end in domain._ends()]
        return Domain(None, min(ends), max(ends)) if ends else ANY

    def hint(self, value: Value) -> str:
        """What to write instead of a value that is not in here."""
        if self.values is None:
            return f"it is within {self.least}..{self.most}"
        known = sorted(self.values, key=str)
        close = difflib.get_close_matches(str(value), map(str, known), 1)
        if close and value not in self:
            return f"did you mean `{close[0]}`?{_strange(str(value), close[0])}"
        more = [f"{len(known) - MOST_NAMED} more"] if len(known) > MOST_NAMED else []
        return f"it can be {', '.join([*map(shown, known[:MOST_NAMED]), *more])}"

    def _ends(self) -> Iterable[int]:
        if self.values is None:
            return self.least, self.most
        return [value for value in self.values if isinstance(value, int)]


ANY = Domain(None)
NOTHING = Domain(frozenset())


def shown(value: Value) -> str:
    """A value in a message, its letters as they are where they can be seen."""
    text = str(value)
    return f"`{text if text.isprintable() else ascii(text)[1:-1]}`"


def _strange(written: str, meant: str) -> str:
    """Letters that look as others do, by their code points."""
    strange = sorted(letter for letter in set(written) - set(meant) if not letter.isascii())
    named = ", ".join(f"{shown(letter)} (U+{ord(letter):04X})" for letter in strange)
    return f" {shown(written)} has {named}" if strange else ""


class Domains:
    """The domains of a program's columns. Rules are read for their constants alone, so a domain may be too large, never
    too small.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._columns = {name: [NOTHING] * len(declared.attributes) for name, declared in vocabulary.declared.items()}
        self._open()
        self._add_constants()
        self._flow()

    def of(self, relation: str) -> tuple[Domain, ...]:
        return tuple(self._columns[relation])

    def said(self, attribute: syntax.Attribute) -> Domain:
        """What an attribute's annotations, or those of its type, allow."""
        words = self._vocabulary.column_words(attribute)
        kind = int if self._vocabulary.kind(attribute) == "number" else str
        source = words.get("values_of")
        rows = () if source is None else self._vocabulary.facts.get(str(source), ())
        values = frozenset(row[0] for row in rows if row and isinstance(row[0], kind))
        least, most = words.get("least"), words.get("most")
        return Domain(
            values or None,
            least if isinstance(least, int) else NUMBER_LEAST,
            most if isinstance(most, int) else NUMBER_MOST,
        )

    def of_variables(self, literals: Iterable[Literal], outer: Mapping[str, Domain]) -> dict[str, Domain]:
        """What variables can be by the atoms that must hold. `outer`: what is known of them around."""
        found = dict(outer)
        for literal in literals:
            if isinstance(literal, syntax.Atom):
                for argument, domain in zip(literal.arguments, self._columns[literal.relation], strict=True):
                    if isinstance(argument, syntax.Variable):
                        found[argument.name] = found.get(argument.name, ANY).both(domain)
        return found

    def _open(self) -> None:
        """What a request gives, and what changes of policy will state."""
        vocabulary = self._vocabulary
        for name in (vocabulary.inputs.keys() | {APPLICANT, PERIOD}) & self._columns.keys():
            self._columns[name] = [self.said(attribute) for attribute in vocabulary.declared[name].attributes]
        if GIVEN in self._columns:
            named = frozenset(name for name, spec in vocabulary.inputs.items() if spec.has_subject)
            self._columns[GIVEN] = [ANY, Domain(named)]
        for declared in vocabulary.with_role("parameter"):
            names = [attribute.name for attribute in declared.attributes]
            place = names.index("start") if "start" in names else 0
            self._columns[declared.name][place:] = [ANY] * (len(names) - place)

    def _add_constants(self) -> None:
        stated: dict[tuple[str, int], set[Value]] = {}
        for clause in self._vocabulary.program.clauses:
            for head in clause.heads:
                for place, argument in enumerate(head.atom.arguments):
                    value = constant_value(argument)
                    if value is not None:
                        stated.setdefault((head.atom.relation, place), set()).add(value)
        for (name, place), values in stated.items():
            self._columns[name][place] = self._columns[name][place].either(Domain(frozenset(values)))

    def _flow(self) -> None:
        """Adds what rules pass on, until nothing is new."""
        readers: dict[str, list[syntax.Clause]] = {}
        rules = [clause for clause in self._vocabulary.program.clauses if clause.body is not None]
        for clause in rules:
            for name in {leaf.relation for leaf in syntax.body_leaves(clause.body) if isinstance(leaf, syntax.Atom)}:
                readers.setdefault(name, []).append(clause)
        pending = deque(rules)
        waiting = {id(clause) for clause in rules}
        while pending:
            clause = pending.popleft()
            waiting.discard(id(clause))
            for changed in self._pass_on(clause):
                for reader in readers.get(changed, ()):
                    if id(reader) not in waiting:
                        waiting.add(id(reader))
                        pending.append(reader)

    def _pass_on(self, clause: syntax.Clause) -> Iterator[str]:
        """The relations whose columns a clause makes larger."""
        assert clause.body is not None
        for literals in alternatives(clause.body):
            variables = self.of_variables(literals, {})
            variables |= {name: variables.get(name, ANY).both(value) for name, value in _equal(literals)}
            for head in clause.heads:
                columns = self._columns[head.atom.relation]
                for place, argument in enumerate(head.atom.arguments):
                    if constant_value(argument) is not None:
                        continue
                    given = variables.get(argument.name, ANY) if isinstance(argument, syntax.Variable) else ANY
                    larger = columns[place].either(given)
                    if larger != columns[place]:
                        columns[place] = larger
                        yield head.atom.relation


def _equal(literals: Iterable[Literal]) -> Iterator[tuple[str, Domain]]:
    """Variables that must equal a constant."""
    for literal in literals:
        if isinstance(literal, syntax.Comparison) and literal.op == "=":
            for one, other in ((literal.left, literal.right), (literal.right, literal.left)):
                if isinstance(one, syntax.Variable) and isinstance(other, syntax.Constant):
                    yield one.name, Domain(frozenset((other.value,)))
