"""An explanation as text for a terminal: the outcome, and sections of lines, trees among them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

from ..model.explanations import Explanation
from ..model.proofs import Language
from .outline import Item, Tone
from .page import notes, sections

_MARKS: dict[Tone, str] = {"holds": "✓ ", "given": "· ", "absent": "∅ ", "fails": "✗ ", "note": ""}
# Select graphic rendition: what every terminal takes since the VT100.
_BOLD, _DIM, _PLAIN = "1", "2", "0"
_COLOURS: dict[Tone, str] = {"holds": "32", "given": "34", "absent": "33", "fails": "31", "note": ""}
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), "�")


def is_colourful(file: IO[str] | None) -> bool:
    """Whether text for a file is to be coloured: it is a terminal that can, and the environment does not forbid it."""
    if file is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return file.isatty()


def render(explanation: Explanation, language: Language, colour: bool) -> str:
    """Lines of text; a trailing line break."""
    return "\n".join(_lines(explanation, language, Ink(colour))) + "\n"


class Ink:
    """Colours text, or leaves it as it is."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[{_PLAIN}m" if self._colour and code and text else text


def _lines(explanation: Explanation, language: Language, ink: Ink) -> Iterator[str]:
    yield ink(explanation.decision.outcome, _BOLD)
    yield from (ink(note, _DIM) for note in notes(explanation, language))
    for section in sections(explanation, language):
        yield ""
        yield ink(section.title, _BOLD)
        for item in section.items:
            yield from (f"  {line}" for line in tree(item, ink))


def tree(root: Item, ink: Ink | None = None) -> Iterator[str]:
    """What a line says, then its detail and its place in brackets."""
    ink = ink or Ink(colour=False)
    stack: list[tuple[Item, str, str]] = [(root, "", "")]
    while stack:
        item, lead, below = stack.pop()
        yield ink(lead, _DIM) + _line(item, ink)
        for at in range(len(item.children) - 1, -1, -1):
            last = at == len(item.children) - 1
            stack.append((item.children[at], below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))


def _line(item: Item, ink: Ink) -> str:
    """A caller's text can hold control characters; a terminal is not to obey them."""
    text, detail, place = (part.translate(_CONTROLS) for part in (item.text, item.detail, item.place))
    detail = f"  {detail}" if detail else ""
    place = f"  [{place}]" if place else ""
    return f"{ink(_MARKS[item.tone], _COLOURS[item.tone])}{text}{ink(detail, _DIM)}{ink(place, _DIM)}"
