"""Tests as Python text, and how they are put together."""

from __future__ import annotations

import re
from collections.abc import Iterable

TRUE, FALSE = "True", "False"

_EQUALS_CONSTANT = re.compile(r"\w+ == (\d+|'[^']*')")


def conjunction(tests: Iterable[str]) -> str:
    found = list(dict.fromkeys(test for test in tests if test != TRUE))
    if FALSE in found:
        return FALSE
    # None equals no constant, so an equality says that there is a value.
    equal = {part.partition(" == ")[0] for part in found if _EQUALS_CONSTANT.fullmatch(part)}
    found = [part for part in found if part.removesuffix(" is not None") not in equal]
    return " and ".join(f"({part})" if " or " in part and len(found) > 1 else part for part in found) or TRUE


def disjunction(tests: Iterable[str]) -> str:
    found = list(dict.fromkeys(test for test in tests if test != FALSE))
    if TRUE in found:
        return TRUE
    return " or ".join(found) or FALSE


def parts(test: str) -> list[str]:
    """The tests that a conjunction is made of; one with `or` or a generator in it stays whole."""
    return [test] if " or " in test or " for " in test else test.split(" and ")


def negation(test: str) -> str:
    match test:
        case "True":
            return FALSE
        case "False":
            return TRUE
    if test.endswith(" is not None") and test.count(" ") == 3:
        return test.replace(" is not None", " is None")
    if test.endswith(" is None") and test.count(" ") == 2:
        return test.replace(" is None", " is not None")
    if test.startswith("not ") and test[4:].isidentifier():
        return test[4:]
    return f"not ({test})" if " " in test else f"not {test}"
