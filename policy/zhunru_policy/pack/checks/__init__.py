"""What a pack must keep beyond the rule language (`packs/README.md`). Imports the vocabulary and what lies below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...diagnostics import Diagnostic
from ..vocabulary import Vocabulary
from .absence import Absence, absences, check_absence
from .constants import check_constants
from .inputs import check_inputs, check_roles
from .outputs import check_outputs
from .parameters import check_parameters
from .reasons import LANGUAGES, PLACEHOLDER, check_reasons
from .registry import check_ids, check_registry
from .words import check_words

__all__ = ["LANGUAGES", "PLACEHOLDER", "Absence", "absences", "check_ids", "check_pack"]

_CHECKS: Sequence[Callable[[Vocabulary], Iterator[Diagnostic]]] = (
    check_words,
    check_outputs,
    check_inputs,
    check_roles,
    check_registry,
    check_parameters,
    check_reasons,
    check_absence,
    check_constants,
)


def check_pack(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Every breach of `packs/README.md`; the program has passed the checks of the language."""
    for check in _CHECKS:
        yield from check(vocabulary)
