"""An explanation as a picture: lines with marks, indented along rails, long ones broken. SVG without a script.

A proof of two hundred nodes would not be legible as boxes and arrows; as an outline it is read from top to bottom.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html import escape as escape_html

from ..model.explanations import Explanation
from ..model.proofs import Language
from .outline import Item, Tone
from .page import notes, sections

_WIDTH = 1280
_MARGIN = 28
_INDENT = 20
_LINE = 19
_GAP = 5
_LETTER = 7.2  # of the monospaced font at its size; a Chinese character takes two
_FONT = "'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', 'Noto Sans CJK SC', Menlo, Consolas, 'Microsoft YaHei', monospace"

_COLOURS: dict[Tone, tuple[str, str]] = {
    "holds": ("#1b7f3b", "✓"),
    "given": ("#1565c0", "●"),
    "absent": ("#b45309", "∅"),
    "fails": ("#b91c1c", "✗"),
    "note": ("#6b7280", "–"),
}
_LEGEND: dict[Tone, tuple[str, str]] = {
    "holds": ("成立", "holds"),
    "given": ("已知事实", "given"),
    "absent": ("不成立", "does not hold"),
    "fails": ("不满足的条件", "fails"),
    "note": ("说明", "note"),
}
_STYLE = f"""
  text {{ font-family: {_FONT}; font-size: 12px; fill: #111827; }}
  .title {{ font-size: 17px; font-weight: 600; }}
  .section {{ font-size: 14px; font-weight: 600; }}
  .detail {{ fill: #4b5563; }}
  .place {{ fill: #9ca3af; }}
  .rail {{ stroke: #d1d5db; stroke-width: 1; fill: none; }}
"""


def to_svg(explanation: Explanation, language: Language) -> str:
    """A stand-alone picture of the whole explanation, as wide as a page and as long as it needs to be."""
    picture = _Picture()
    title = explanation.decision.outcome
    picture.heading(title, " · ".join(notes(explanation, language)), language)
    for section in sections(explanation, language):
        picture.section(section.title)
        for item in section.items:
            picture.outline(item)
    height = picture.y + _MARGIN
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} xml:space="preserve" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *picture.rails,
            *picture.texts,
            "</svg>\n",
        ]
    )


class _Picture:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rails: list[str] = []
        self.y = _MARGIN

    def heading(self, title: str, note: str, language: Language) -> None:
        self.y += 8
        self.texts.append(f'<text class="title" x="{_MARGIN}" y="{self.y}">{escape(title)}</text>')
        if note:
            self.y += 22
            self.texts.append(f'<text class="detail" x="{_MARGIN}" y="{self.y}">{escape(note)}</text>')
        self.y += 24
        x = float(_MARGIN)
        for tone, words in _LEGEND.items():
            colour, mark = _COLOURS[tone]
            word = words[language == "en"]
            self.texts.append(f'<text x="{x:.0f}" y="{self.y}" fill="{colour}" style="fill:{colour}">{mark}</text>')
            self.texts.append(f'<text class="detail" x="{x + 16:.0f}" y="{self.y}">{escape(word)}</text>')
            x += 16 + _wide(word) * _LETTER + 26
        self.y += 14

    def section(self, title: str) -> None:
        self.y += 34
        self.texts.append(f'<text class="section" x="{_MARGIN}" y="{self.y}">{escape(title)}</text>')
        self.y += 2

    def outline(self, root: Item) -> None:
        """Lines from top to bottom, and a rail from each to its children."""
        stack: list[tuple[Item, int, float | None]] = [(root, 0, None)]
        while stack:
            item, level, above = stack.pop()
            y = self._item(item, level)
            if above is not None:
                x = _MARGIN + (level - 1) * _INDENT + 4
                self.rails.append(f'<path class="rail" d="M{x} {above + 5} V{y - 4} H{x + _INDENT - 8}"/>')
            stack.extend((child, level + 1, y) for child in reversed(item.children))

    def _item(self, item: Item, level: int) -> float:
        """One item on as many lines as it needs; gives the height of the first."""
        x = _MARGIN + level * _INDENT
        colour, mark = _COLOURS[item.tone]
        room = max(24, int((_WIDTH - _MARGIN - x - 16) / _LETTER))
        self.y += _GAP + _LINE
        first = self.y
        self.texts.append(f'<text x="{x}" y="{first}" style="fill:{colour}">{mark}</text>')
        for at, line in enumerate(_broken(item, room)):
            self.y += _LINE - 3 if at else 0
            spans = "".join(
                f'<tspan class="{kind}">{escape(text)}</tspan>' if kind else f"<tspan>{escape(text)}</tspan>"
                for kind, text in line
            )
            self.texts.append(f'<text x="{x + 16 + (12 if at else 0)}" y="{self.y}">{spans}</text>')
        return first


def _broken(item: Item, room: int) -> Iterator[list[tuple[str, str]]]:
    """The parts of an item as lines of at most so many letters, broken at spaces."""
    line: list[tuple[str, str]] = []
    used = 0
    for kind, text in (("", item.text), ("detail", item.detail), ("place", item.place)):
        if not text:
            continue
        lead = "  " if line else ""
        for word in _words(text):
            wide = _wide(lead + word)
            if line and used + wide > room - (1 if line else 0):
                yield line
                line, used, lead = [], 0, ""
                word = word.lstrip()
                wide = _wide(word)
            line.append((kind, lead + word))
            used += wide
            lead = ""
    if line:
        yield line


def _words(text: str) -> Iterator[str]:
    """Words with the space before them; a long run without spaces in pieces."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or text[at] == " " or at - start >= 60:
            yield text[start:at]
            start = at


def escape(text: str) -> str:
    """Text for XML, which has no control characters."""
    return escape_html("".join(letter if letter >= " " else "�" for letter in text))


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
