"""The statements of a specialised function, as a small tree that is written as Python source at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Line:
    """One statement as it stands."""

    text: str


@dataclass(slots=True)
class Comment:
    text: str


@dataclass(slots=True)
class Block:
    """`if test:` or `for target in rows:` and what stands in it."""

    opening: str
    body: list[Node] = field(default_factory=list)


Node = Line | Comment | Block


def pruned(nodes: list[Node]) -> Iterator[Node]:
    """Without blocks in which nothing is done."""
    for node in nodes:
        if isinstance(node, Block):
            body = list(pruned(node.body))
            if not body:
                continue
            node = Block(node.opening, body)
        yield node


_EQUALITY = re.compile(r"if (\w+) == ('[^']*'|\d+)")


def write(nodes: list[Node], indent: int = 1, targets: str = "") -> Iterator[str]:
    """The lines of Python source. Neighbouring blocks with the same opening become one.

    `targets`: what the loop around them binds. Tests of one of these for different constants become `elif`s.
    """
    pad = "    " * indent
    tested = ""
    for node in _joined(nodes):
        if isinstance(node, Block):
            equality = _EQUALITY.fullmatch(node.opening)
            name = equality[1] if equality and equality[1] in targets.split(", ") else ""
            yield f"{pad}{'el' if name and name == tested else ''}{node.opening}:"
            loop = re.fullmatch(r"for (.*?) in .*", node.opening)
            yield from write(node.body, indent + 1, loop[1] if loop else "")
            tested = name
        else:
            yield pad + (node.text if isinstance(node, Line) else f"# {node.text}")
            tested = ""


def _joined(nodes: list[Node]) -> list[Node]:
    joined: list[Node] = []
    for node in nodes:
        last = joined[-1] if joined else None
        if isinstance(node, Block) and isinstance(last, Block) and last.opening == node.opening:
            joined[-1] = Block(last.opening, [*last.body, *node.body])
        else:
            joined.append(node)
    return joined
