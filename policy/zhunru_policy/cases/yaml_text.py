"""YAML without its surprises: numbers are plain decimal digits, `no` is a text, and a key stands once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import yaml

from ..errors import Diagnostic, PolicyError
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


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[reportIncompatibleVariableOverride]

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


def load(path: Path) -> tuple[Any, yaml.Node | None]:
    """A file's value, and the node that holds its places. Raises `PolicyError` for what is no such YAML."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), node
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise refused(path, mark.line + 1 if mark else 1, problem, "mend the YAML") from None


def refused(path: Path, line: int, message: str, suggestion: str) -> PolicyError:
    return PolicyError([Diagnostic(line_of(path, line), message, suggestion)])


def line_of(path: Path, line: int) -> Span:
    return Span(str(path), line, 1, line, 1)
