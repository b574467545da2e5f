"""What engines and explanations read of a policy, so that they need not know the class that holds them all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import Protocol

from ..ir.core import CoreProgram, Row, Rows
from .decision import Decision
from .facts import About, Facts
from .vocabulary import Registered, Vocabulary


class PolicyData(Hashable, Protocol):
    """Its rules and their vocabulary. `parts`: each part of the answer with the relation that gives it."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def core(self) -> CoreProgram: ...

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def parts(self) -> Mapping[str, str]: ...

    @property
    def registry(self) -> Mapping[str, Registered]: ...


class DecidingPolicy(PolicyData, Protocol):
    """And what it says of a request; see `zhunru_policy.policy.Policy`."""

    def decide(
        self, subject: str, facts: Facts, about: About | None = None, *, as_of: date, engine: str | None = None
    ) -> Decision: ...

    def request_rows(self, subject: str, facts: Facts, about: About | None, *, as_of: date) -> dict[str, list[Row]]: ...

    def derive(self, rows: Mapping[str, Iterable[Row]], engine: str | None = None) -> Mapping[str, set[Row]]: ...

    def answer(self, subject: str, derived: Rows) -> Decision: ...
