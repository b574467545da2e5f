"""The list that every check adds to."""

from __future__ import annotations

from ...diagnostics import Diagnostic
from ..syntax import Span


class Findings:
    """Diagnostics in the order found, each once: alternatives of one body repeat what they share.

    `strict`: for a pack, where more is an error.
    """

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._found: dict[Diagnostic, None] = {}

    def error(self, span: Span, message: str, suggestion: str = "") -> None:
        self._found[Diagnostic(span, message, suggestion)] = None

    def warning(self, span: Span, message: str, suggestion: str = "") -> None:
        self._found[Diagnostic(span, message, suggestion, "warning")] = None

    def unfit(self, span: Span, message: str, suggestion: str) -> None:
        """What a program may have and a pack may not."""
        (self.error if self._strict else self.warning)(span, message, suggestion)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """By file and position. A warning at the very place of an error says nothing new and is left out."""
        wrong = {_start(found) for found in self._found if found.severity == "error"}
        kept = [found for found in self._found if found.severity == "error" or _start(found) not in wrong]
        return tuple(sorted(kept, key=lambda found: (_start(found), found.severity, found.message)))


def _start(diagnostic: Diagnostic) -> tuple[str, int, int]:
    return diagnostic.span.file, diagnostic.span.line, diagnostic.span.column


def place(there: Span, here: Span) -> str:
    """Another place as a message at `here` names it: without the file where both are in one."""
    return f"{there.line}:{there.column}" if there.file == here.file else str(there)
