"""What is wrong with a rule text, said at its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .language.syntax import Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to mend: where, what is wrong (lower case, words at fault in backticks), what to do."""

    span: Span
    message: str
    suggestion: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{self.span}: {self.severity}: {self.message}{hint}"
