"""Texts of strangers as people may be shown them: nothing hidden in them, and nothing that turns what stands beside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

#: Controls, and marks that change the direction in which text is shown; tabs and line breaks too.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

T = TypeVar("T")


def seen(text: str) -> str:
    """With such marks escaped, as `\\u202e`."""
    return _UNSEEN.sub(lambda mark: f"\\u{ord(mark[0]):04x}", text)


def all_seen(value: T) -> T:
    """Plain data with every text in it so."""
    return _all_seen(value)


def _all_seen(value: Any) -> Any:
    match value:
        case str():
            return seen(value)
        case tuple():
            parts = [_all_seen(part) for part in value]
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        case frozenset():
            return frozenset(map(_all_seen, value))
        case Mapping():
            return {_all_seen(key): _all_seen(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _all_seen(getattr(value, f.name)) for f in fields(value) if f.init})
    return value
