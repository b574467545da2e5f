"""Partial evaluation: the core program for a world in which some facts are known and the others are not.

Each relation becomes a form. A row of known values holds under a condition, which gets a name; computed values of rows
that can't hold at once share a name for each column; what depends on a loop goes to a set. So every relation has a
form, whatever its rules, but for those of more rows than anybody wants unrolled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .aggregates import Unroller
from .core import Row as Fact
from .core import Stratum
from .definitions import Collect, Columns, Fixpoint, Let, Row, Total
from .dependencies import reads
from .exclusion import exclude
from .forms import Form, Gathered, Guarded, Numbers
from .formulas import FALSE, TRUE, Collected, Formula, Has, Loop, Some, either, every, is_short, opposite
from .paths import condition
from .python import Names
from .terms import ANY, SUBJECT, Input, Known, Local, Term, union
from .unrolling import Plans, Unsupported

#: Rows that one relation may unroll to.
MOST_ROWS = 4_096
#: Computed rows that may hold at once are kept one by one up to so many; more go to a set.
MOST_APART = 8

#: The values of a row as far as they are known; None for a computed place.
Skeleton = tuple[Term | None, ...]
Leaf = tuple[tuple[Term, ...], Formula, Row]


class Residual(Unroller):
    """Relations, one stratum after another. `merges`: computed rows that can't hold at once share their names, and many
    that may go to a set; otherwise each stays a row of its own.
    """

    def __init__(
        self,
        forms: dict[str, Form],
        names: Names,
        numbers: Numbers,
        *,
        merges: bool = True,
        tries: bool = True,
        plans: Plans | None = None,
    ) -> None:
        super().__init__(forms, names, tries=tries, plans=plans)
        self.numbers = numbers
        self._merges = merges

    def stratum(self, stratum: Stratum, facts: Mapping[str, Iterable[Fact]]) -> None:
        if stratum.recursive:
            self._fixpoint(stratum, facts)
            return
        (relation,) = stratum.relations
        rows = [Row(tuple(map(Known, row)), (), None) for row in sorted(facts.get(relation, ()), key=repr)]
        for rule in stratum.rules:
            rows += [Row(values, path, rule.span) for values, path in self.unroll(rule)]
            if len(rows) > MOST_ROWS:
                reason = f"unrolls to more than {MOST_ROWS} rows"
                raise Unsupported(relation, reason, "join fewer tables in one rule")
        self.forms[relation] = self._form(relation, rows)

    def _fixpoint(self, stratum: Stratum, facts: Mapping[str, Iterable[Fact]]) -> None:
        read = {name for rule in stratum.rules for name in reads(rule)} - stratum.relations
        rows = {
            name: tuple(Row(values, path, None) for values, path in self.forms[name].loop()) for name in sorted(read)
        }
        names = {name: self.names.new(name) for name in sorted(stratum.relations)}
        own = {name: frozenset(facts.get(name, ())) for name in names}
        self.definitions.append(Fixpoint(stratum, rows, own, names))
        for rule in stratum.rules:
            spans = (ANY,) * len(rule.head)
            self.forms[rule.relation] = Gathered(Collected(names[rule.relation]), spans, self.numbers)

    # ── one relation ─────────────────────────────────────────────────────────────────────────────

    def _form(self, relation: str, rows: Sequence[Row]) -> Form:
        if any(self.is_looped(value) for row in rows for value in row.values):
            return self._set(relation, rows)
        leaves = [(row.values, self._when(relation, row), row) for row in rows]
        skeletons = _merged(_skeleton(row.values) for row in rows)
        if self._merges and len(skeletons) > 2 and _are_numbers(skeletons) and self._apart(leaves):
            skeletons = [(SUBJECT, None)]
        groups: dict[Skeleton, list[Leaf]] = {skeleton: [] for skeleton in skeletons}
        for leaf in leaves:
            own = _skeleton(leaf[0])
            groups[own if own in groups else next(each for each in groups if _fits(own, each))].append(leaf)
        found: list[tuple[tuple[Term, ...], Formula]] = []
        repeats = False
        for skeleton, group in groups.items():
            if None in skeleton and len(group) > 1 and not (self._merges and self._apart(group)):
                if self._merges and len(group) > MOST_APART:
                    return self._set(relation, rows)
                repeats = True
                found += [self._row(relation, _skeleton(leaf[0]), [leaf]) for leaf in group]
            else:
                found.append(self._row(relation, skeleton, group))
        return Guarded(tuple(row for row in found if row[1] != FALSE), repeats)

    def _set(self, relation: str, rows: Sequence[Row]) -> Form:
        name = self.names.new(f"rows of {relation}")
        self.definitions.append(Collect(name, tuple(rows)))
        spans = tuple(union(row.values[place].span for row in rows) for place in range(len(rows[0].values)))
        about_subject = all(row.values[:1] == (SUBJECT,) for row in rows)
        return Gathered(Collected(name), spans, self.numbers, about_subject)

    def _when(self, relation: str, row: Row) -> Formula:
        """The condition of a row whose values no loop binds."""
        if not any(isinstance(item, (Loop, Let, Total)) for item in row.path):
            return condition(row.path)
        if any(isinstance(item, (Let, Total)) for item in row.path):
            return self.flag(f"{relation} found", (row.path,), (row.source,) if row.source else ())
        first = next(at for at, item in enumerate(row.path) if isinstance(item, Loop))
        return every([*(item for item in row.path[:first]), Some(row.path[first:])])  # type: ignore[arg-type, list-item]

    def _apart(self, leaves: Sequence[Leaf]) -> bool:
        """Whether no two can hold at once, as far as can be seen."""
        conditions = [when for _, when, _ in leaves]
        return all(
            exclude(left, right, self.means) for at, left in enumerate(conditions) for right in conditions[at + 1 :]
        )

    def _row(self, relation: str, skeleton: Skeleton, group: Sequence[Leaf]) -> tuple[tuple[Term, ...], Formula]:
        """The row of a skeleton: its condition named, and its computed values."""
        words = [str(value.value) for value in skeleton if isinstance(value, Known)]
        sources = tuple(dict.fromkeys(row.source for _, _, row in group if row.source is not None))
        when = either(when for _, when, _ in group)
        places = [place for place, value in enumerate(skeleton) if value is None]
        if not places:
            if not is_short(when):
                when = self.flag(" ".join([relation, *words]), ((when,),), sources)
            return group[0][0], when
        if len(group) == 1 and all(isinstance(value, (Known, Local, Input)) for value in group[0][0]):
            return group[0][0], when if is_short(when) else self.flag(relation, ((when,),), sources)
        return self._columns(relation, skeleton, group, places, sources)

    def _columns(
        self, relation: str, skeleton: Skeleton, group: Sequence[Leaf], places: Sequence[int], sources: tuple
    ) -> tuple[tuple[Term, ...], Formula]:
        complete = group[0][1] == TRUE or (len(group) == 2 and opposite(group[0][1]) == group[1][1])
        words = [relation, *(str(value.value) for value in skeleton if isinstance(value, Known))]
        own = {
            place: Local(self.names.new(" ".join(words)), union(values[place].span for values, _, _ in group), True)
            for place in places
        }
        cases = tuple((when, tuple(values[place] for place in places)) for values, when, _ in group)
        self.definitions.append(Columns(tuple(own.values()), cases, None, complete, sources))
        values = tuple(own.get(place, value) for place, value in enumerate(group[0][0]))
        if complete:
            return values, TRUE
        only = group[0][1] if len(group) == 1 else FALSE
        return values, only if only != FALSE and is_short(only) else Has(own[places[0]])


def _skeleton(values: Sequence[Term]) -> Skeleton:
    return tuple(value if isinstance(value, Known) or value == SUBJECT else None for value in values)


def _fits(own: Skeleton, skeleton: Skeleton) -> bool:
    return all(theirs is None or theirs == value for value, theirs in zip(own, skeleton, strict=True))


def _could_be_one(left: Skeleton, right: Skeleton) -> bool:
    return all(a is None or b is None or a == b or SUBJECT in (a, b) for a, b in zip(left, right, strict=True))


def _merged(skeletons: Iterator[Skeleton] | Iterable[Skeleton]) -> list[Skeleton]:
    """Skeletons of which no two can be the same row; those that can become one, the places that differ computed."""
    merged: dict[Skeleton, None] = {}
    for skeleton in skeletons:
        while skeleton not in merged:
            same = next((other for other in merged if _could_be_one(other, skeleton)), None)
            if same is None:
                merged[skeleton] = None
                break
            del merged[same]
            skeleton = tuple(a if a == b else None for a, b in zip(same, skeleton, strict=True))
    return list(merged)


def _are_numbers(skeletons: Sequence[Skeleton]) -> bool:
    """Numbers for one subject: most likely one number, if no two hold at once."""
    return all(
        len(skeleton) == 2
        and skeleton[0] == SUBJECT
        and (skeleton[1] is None or (isinstance(skeleton[1], Known) and isinstance(skeleton[1].value, int)))
        for skeleton in skeletons
    )
