"""YAML without its surprises: numbers are plain decimal digits, `no` is a text, and a key stands once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml

from ..diagnostics import Diagnostic
from ..errors import PolicyError
from ..language.syntax import Span

#: What a scalar without quotes may be beside a text. A fraction is read, so that a case can say that it is refused.
_PLAIN = {
    "int": r"-?(?:0|[1-9][0-9]*)",
    "float": r"-?(?:0|[1-9][0-9]*)\.[0-9]+",
    "timestamp": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "bool": r"true|false",
    "null": r"~|null|",
    "merge": r"<<",
}
_LIKE_A_NUMBER = re.compile(r"[-+]?\.?[0-9][0-9a-fA-FxXoO_.:,+-]*")


DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a file, and the way to what is in it."""

    path: Path
    node: yaml.Node | None

    def span(self, *keys: object) -> Span:
        """Where the entry stands that the keys lead to; the nearest thing around it where there is none."""
        node = mark = self.node
        for key in keys:
            named = node.value if isinstance(node, yaml.MappingNode) else ()
            found = next(((name, value) for name, value in named if name.value == str(key)), None)
            if found is None:
                break
            mark, node = found
        line, column = (mark.start_mark.line, mark.start_mark.column) if mark else (0, 0)
        return Span(str(self.path), line + 1, column + 1, line + 1, column + 1)


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[reportIncompatibleVariableOverride]

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuses a node that says its own type (`!!int 030`), that is within itself, or that lies too deep."""
        event = self.peek_event()
        known = self.anchors.get(event.anchor) if isinstance(event, yaml.AliasEvent) else None
        tag = getattr(event, "tag", None)
        self._depth += 1
        for wrong, told in (
            (tag is not None, f"the tag `{tag}` is not taken; write the value alone"),
            (known is not None and known.end_mark is None, "a value can't be within itself"),
            (self._depth > DEEPEST, f"values lie more than {DEEPEST} deep in each other"),
        ):
            if wrong:
                raise yaml.MarkedYAMLError(problem=told, problem_mark=event.start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def compose_scalar_node(self, anchor: Any) -> yaml.ScalarNode:
        node = super().compose_scalar_node(anchor)
        if node.style is None and node.tag == "tag:yaml.org,2002:str" and _LIKE_A_NUMBER.fullmatch(node.value):
            told = f"`{node.value}` is no plain number; write decimal digits alone, or quotes around a text"
            raise yaml.MarkedYAMLError(problem=told, problem_mark=node.start_mark)
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.MarkedYAMLError(problem=f"`{key.value}` stands twice", problem_mark=key.start_mark)
            seen.add(str(key.value))
        return node


for _tag, _pattern in _PLAIN.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), None)


def load(path: Path) -> tuple[Any, Place]:
    """A file's value, and its place. Raises `PolicyError` for what is no such YAML."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), Place(path, node)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        span = Span(str(path), line, column, line, column)
        raise PolicyError([Diagnostic(span, problem, "mend the YAML")]) from None
