"""An explanation that shows itself: the plain data, as text, JSON, Mermaid and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

from .model import explanations
from .model.proofs import Language
from .show import mermaid, schema, svg, text
from .show.seen import all_seen


@dataclass(frozen=True, slots=True)
class Explanation(explanations.Explanation):
    __doc__ = explanations.Explanation.__doc__

    def render(self, language: Language = "zh", *, file: IO[str] | None = None, colour: bool | None = None) -> str:
        """As text for a terminal, proofs as trees; a trailing line break.

        `file`: where the text is to go; it is coloured if that is a terminal, and NO_COLOR is not set. `colour`: says
        so instead.
        """
        return text.render(all_seen(self), language, text.is_colourful(file) if colour is None else colour)

    def to_json(self) -> dict[str, Any]:
        """As plain data that `json.dumps` takes; `zhunru.show.schema` documents its keys, which stay."""
        return schema.to_json(self)

    def to_mermaid(self, language: Language = "zh") -> str:
        """The proof as a Mermaid flowchart; empty without a proof."""
        return "" if self.proof is None else mermaid.to_mermaid(all_seen(self.proof), language)

    def to_svg(self, language: Language = "zh") -> str:
        """The whole explanation as a picture: SVG without a script, as wide as a page and as long as it needs to be."""
        return svg.to_svg(all_seen(self), language)
