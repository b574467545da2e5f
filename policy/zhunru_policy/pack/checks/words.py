"""Annotations: the words there are, where each may stand, and what it may say."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from ...diagnostics import Diagnostic
from ...language import syntax
from ...language.syntax import Annotation
from ..vocabulary import Vocabulary

_YES_NO = ("yes", "no")
_CHANGES = ("up", "down", "either", "none")
_COLUMN_WORDS: Mapping[str, tuple[str, ...] | type] = {
    "least": int,
    "most": int,
    "values_of": str,
    "form": ("yyyymm",),
    "other_subject": _YES_NO,
    "step": int,
    "change": _CHANGES,
    "toward": str,
    "divide": int,
    "unit_zh": str,
    "unit_en": str,
}
#: Where each word may stand, and what it may say: one of some words, or any number or symbol.
WORDS: Mapping[str, Mapping[str, tuple[str, ...] | type]] = {
    "relation": {
        "required": _YES_NO,
        "known_by": str,
        "many": _YES_NO,
        "unique": str,
        "change": _CHANGES,
        "about": ("other",),
        "source": str,
        "subject": ("no",),
        "role": (
            "registry",
            "reason",
            "reason_against",
            "parameter",
            "rule",
            "undisclosed",
            "general_reason",
            "outcome_rank",
            "wish",
        ),
    },
    "attribute": _COLUMN_WORDS,
    "type": _COLUMN_WORDS,
    "directive": {"answer": str},
    "head": {"absence": str},
}


_ARTICLES = {"attribute": "an", "relation": "a", "type": "a", "directive": "a", "head": "a"}


def check_words(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Annotations that the vocabulary does not have, or that say what they can't."""
    for item in vocabulary.program.items:
        match item:
            case syntax.TypeDecl(notes=notes):
                yield from _check_notes("type", notes.annotations)
            case syntax.RelationDecl(notes=notes, attributes=attributes):
                yield from _check_notes("relation", notes.annotations)
                for attribute in attributes:
                    yield from _check_notes("attribute", attribute.notes.annotations)
            case syntax.Directive(notes=notes):
                yield from _check_notes("directive", notes.annotations)
            case syntax.Clause(heads=heads):
                for head in heads:
                    yield from _check_notes("head", head.notes.annotations)


def _check_notes(place: str, notes: Iterable[Annotation]) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for note in notes:
        allowed = WORDS[place].get(note.key)
        if allowed is None:
            yield _meaningless(place, note)
        elif note.key in seen:
            yield Diagnostic(note.span, f"annotation `{note.key}` stands twice", "keep one")
        elif note.value not in allowed if isinstance(allowed, tuple) else not isinstance(note.value, allowed):
            yield Diagnostic(note.span, f"annotation `{note.key}` can't be `{note.value}`", _hint(allowed))
        seen.add(note.key)


def _meaningless(place: str, note: Annotation) -> Diagnostic:
    close = difflib.get_close_matches(note.key, WORDS[place], 1)
    hint = f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(sorted(WORDS[place]))}"
    return Diagnostic(note.span, f"annotation `{note.key}` has no meaning before {_ARTICLES[place]} {place}", hint)


def _hint(allowed: tuple[str, ...] | type) -> str:
    if isinstance(allowed, tuple):
        return f"say {' or '.join(allowed)}"
    return "give a number" if allowed is int else "give a word or a string"
