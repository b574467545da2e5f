"""A loaded policy: immutable, named by the hash of its text, and pure. It decides; it reads no clock and no file."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from .diagnostics import Diagnostic
from .engines import Derivation
from .engines.specialised import Decide, MayFail, Unsupported, Unusual, specialise
from .engines.table import prepared
from .errors import AnswerError, RuleArithmeticError
from .explain import Audience, Book, Detail, Explanation, explain
from .explain.origins import origins
from .ir.core import CoreProgram, Row, Rows
from .language.arithmetic import ArithmeticFault
from .language.syntax import NUMBER_LEAST, NUMBER_MOST
from .pack.answers import answer_parts, build
from .pack.checks import Absence
from .pack.decision import Decision
from .pack.facts import About, Facts, period_of, query_rows, subject_rows
from .pack.vocabulary import PERIOD, Registered, Vocabulary

DEFAULT_ENGINE = "specialised"


class Policy:
    """A checked pack, ready to decide. Safe to share between threads.

    `name`: the pack's folder. `version`: `sha256:` and the hash of the rules' text, what the loader added included.
    `sources`: that text by file. `warnings`, `absences`: what `zhunru policy check` tells beside errors.
    """

    def __init__(
        self,
        *,
        name: str,
        sources: Mapping[str, str],
        vocabulary: Vocabulary,
        core: CoreProgram,
        warnings: tuple[Diagnostic, ...],
        absences: tuple[Absence, ...],
        folder: Path | None,
    ) -> None:
        self.name = name
        self.sources = MappingProxyType(dict(sources))
        self.version = "sha256:" + hashlib.sha256(self.export().encode()).hexdigest()
        self.vocabulary = vocabulary
        self.core = core
        self.warnings = warnings
        self.absences = absences
        self.folder = folder
        self.registry: Mapping[str, Registered] = MappingProxyType(vocabulary.registry())
        self.parts = answer_parts(vocabulary.program)
        self._starts = vocabulary.starts()
        self._specialised: dict[int, Decide | Unsupported] = {}
        self._derivations: dict[str, Derivation] = {}
        #: Decisions that were left to the general engine, by reason.
        self.falls: Counter[str] = Counter()

    def export(self) -> str:
        """The whole program as one text that stock Soufflé runs: the files as they stand, then what the loader adds."""
        return "\n".join(f"// ── {file} ──\n{text}" for file, text in self.sources.items())

    def decide(
        self, subject: str, facts: Facts, about: About | None = None, *, as_of: date, engine: str | None = None
    ) -> Decision:
        """The decision about `subject` on `as_of`.

        `facts` maps the names of the policy's inputs to values; `about` maps other subjects (friends, devices) to facts
        of theirs. Raises `FactError` for a fact the policy can't take, `EvaluationError` where a rule failed.
        """
        if engine is None or engine == DEFAULT_ENGINE:
            period = period_of(as_of)
            specialised = self.specialised(period)
            if specialised is not None:
                try:
                    return specialised(subject, facts, about, period)
                except Unusual:
                    self._fell("unusual facts")
                except (MayFail, ArithmeticFault):
                    self._fell("a rule may fail")
            else:
                self._fell("not specialised")
        rows = self.request_rows(subject, facts, about, as_of=as_of)
        return self.answer(subject, self.derive(rows, None if engine == DEFAULT_ENGINE else engine))

    def answer(self, subject: str, derived: Rows) -> Decision:
        """The decision that derived rows are. Raises `AnswerError`, which names the clauses that gave a part twice."""
        try:
            return build(subject, self.parts, derived, self.version)
        except AnswerError as error:
            raise self._with_origins(error, subject, derived) from None

    def _with_origins(self, error: AnswerError, subject: str, derived: Rows) -> AnswerError:
        if not error.rows:
            return error
        rows = sorted(error.rows)  # type: ignore[type-var]
        relation = self.parts[error.part]
        found = origins(self.core, self.vocabulary.program, derived, relation, [(subject, *row) for row in rows])
        given = [
            f"`{', '.join(map(str, row))}` by {', '.join(f'{file}:{line}' for file, line in places)}"
            for row, places in zip(rows, found, strict=True)
            if places
        ]
        return AnswerError(f"{error}; {', '.join(given)}" if given else str(error), error.part, error.rows)

    def _fell(self, reason: str) -> None:
        """Counts a decision that the general engine takes: facts of another shape, or rules whose failure it names."""
        self.falls[reason] += 1

    def explain(
        self,
        subject: str,
        facts: Facts,
        about: About | None = None,
        *,
        as_of: date,
        detail: Detail = "reasons",
        audience: Audience = "auditor",
        goal: str | None = None,
        depth: int | None = None,
        size: int | None = None,
        wish: str | None = None,
        verify: str | None = None,
        left: Callable[[], float] | None = None,
    ) -> Explanation:
        """The decision and why. Takes and raises what `decide` does, and `QuestionError`.

        `detail`: `reasons` (rules that fired), `proof` (and principal reasons), `full` (and why other rules did not
        fire, and what would have to change). `goal`: what to prove instead of the outcome, a node's id in an earlier
        proof perhaps. `depth`, `size`: levels below the root of a proof, and nodes, at most. `wish`: the outcome that
        changes are looked for to reach; none is the next better one. `verify`: the engine that decides once more;
        raises `DisagreementError` where it decides otherwise. `left`: the seconds that there still are, by the
        caller's clock; once there are none, what is ready is told.
        """
        return explain(
            self, self._book, subject, facts, about, as_of=as_of, detail=detail, audience=audience, goal=goal,
            depth=depth, size=size, wish=wish, verify=verify, left=left,
        )  # fmt: skip

    @cached_property
    def _book(self) -> Book:
        return Book(self)

    def specialised(self, period: int) -> Decide | None:
        """The function that decides in a period; None for rules that can't be specialised.

        Made once for all periods between two starts of parameters, so there are no more of them than starts.
        """
        era = bisect_right(self._starts, period)
        if era not in self._specialised:
            try:
                self._specialised[era] = specialise(self, self.span_of(period))
            except Unsupported as error:
                self._specialised[era] = error
        made = self._specialised[era]
        return None if isinstance(made, Unsupported) else made

    def left_to_general(self) -> Unsupported | None:
        """Why rules can't be specialised in some period, so that the slower general engine decides; None where they can
        in all.
        """
        for start in (NUMBER_LEAST, *self._starts):
            self.specialised(start)
        return next((made for made in self._specialised.values() if isinstance(made, Unsupported)), None)

    def span_of(self, period: int) -> tuple[int, int]:
        """The first and the last period around this one with the same parameters in force."""
        era = bisect_right(self._starts, period)
        first = self._starts[era - 1] if era else NUMBER_LEAST
        return first, self._starts[era] - 1 if era < len(self._starts) else NUMBER_MOST

    def query(
        self, given: Mapping[str, Iterable[object]], *, as_of: date, engine: str | None = None
    ) -> dict[str, list[Row]]:
        """The outputs with `@[answer = none]` for inputs without a subject, rows sorted. Raises like `decide`."""
        rows = {**query_rows(self.vocabulary.inputs, given), PERIOD: [(period_of(as_of),)]}
        derived = self.derive(rows, engine)
        answered = set(self.parts.values())
        return {name: sorted(derived[name]) for name in self.core.outputs if name not in answered}  # type: ignore[type-var]

    def request_rows(self, subject: str, facts: Facts, about: About | None, *, as_of: date) -> dict[str, list[Row]]:
        """The input rows of a request, checked. Raises `FactError`."""
        return {**subject_rows(self.vocabulary.inputs, subject, facts, about), PERIOD: [(period_of(as_of),)]}

    def derive(self, rows: Mapping[str, Iterable[Row]], engine: str | None = None) -> Mapping[str, set[Row]]:
        """Every relation's rows on the engine named, or on the default one."""
        try:
            return self._derivation(engine or "general")(rows)
        except RuleArithmeticError as error:
            raise self.with_rule_id(error) from None

    def _derivation(self, engine: str) -> Derivation:
        if engine not in self._derivations:
            self._derivations[engine] = prepared(engine, self.core, (PERIOD,))
        return self._derivations[engine]

    def with_rule_id(self, error: RuleArithmeticError) -> RuleArithmeticError:
        """The error with the id of the rule that failed, if it has one."""
        ids = (rule_id for clause, _, rule_id in self.vocabulary.rule_clauses() if clause.span == error.rule)
        return RuleArithmeticError(error.rule, error.reason, next(ids, ""))
