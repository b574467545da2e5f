"""Tests as Python text, and how they are put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

TRUE, FALSE = "True", "False"

_EQUALS_CONSTANT = re.compile(r"\w+ == (\d+|'[^']*')")
#: A comparison that is no chain, and those that hold where the first does not.
_COMPARISON = re.compile(r"(\w+) (==|!=|<=|>=|<|>) (\S+)")
_OPPOSITE = {"==": "!=", "<": ">=", ">": "<=", "!=": "==", ">=": "<", "<=": ">"}
#: Ways in which a test can hold that are looked at one by one.
_MOST_WAYS = 64


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


def opposite(test: str) -> str:
    """`negation`, but of a comparison of what is no None; only for looking at texts."""
    compared = _COMPARISON.fullmatch(test)
    return f"{compared[1]} {_OPPOSITE[compared[2]]} {compared[3]}" if compared else negation(test)


def contradict(left: str, right: str, means: Mapping[str, str]) -> bool:
    """Whether two tests can't hold at once, as far as can be seen from their text. `means`: what flags hold."""
    ours, theirs = list(_ways(left, means)), list(_ways(right, means))
    if len(ours) * len(theirs) > _MOST_WAYS:
        return False
    return all(any(_clash(a, b) for a in way for b in other) for way in ours for other in theirs)


def _clash(left: str, right: str) -> bool:
    if opposite(left) == right or opposite(right) == left:
        return True
    if left.endswith(" is None") or right.endswith(" is None"):
        left, right = (left, right) if left.endswith(" is None") else (right, left)
        return _EQUALS_CONSTANT.fullmatch(right) is not None and right.startswith(f"{left[:-8]} == ")
    constants = _EQUALS_CONSTANT.fullmatch(left) and _EQUALS_CONSTANT.fullmatch(right)
    return bool(constants) and left != right and left.partition(" == ")[0] == right.partition(" == ")[0]


def _ways(test: str, means: Mapping[str, str]) -> Iterator[list[str]]:
    """The conjunctions of which a test is the disjunction; a flag's meaning is added where it is a conjunction."""
    for alternative in _split(test, " or "):
        ways: list[list[str]] = [[]]
        for part in _split(alternative, " and "):
            inner = part[1:-1] if part.startswith("(") and part.endswith(")") else ""
            within = list(_ways(inner, means)) if " or " in inner and " for " not in inner else [_meaning(part, means)]
            ways = [[*way, *more] for way in ways for more in within]
            if len(ways) > _MOST_WAYS:
                ways = [[alternative]]
                break
        yield from ways


def _meaning(part: str, means: Mapping[str, str]) -> list[str]:
    own = means.get(part, "")
    if not own or " or " in own or " for " in own:
        return [part]
    return [part, *(deeper for each in own.split(" and ") for deeper in _meaning(each, means))]


def _split(test: str, by: str) -> Sequence[str]:
    """The parts of a test, not looking into parentheses; a test with a generator in it stays whole."""
    found: list[str] = []
    if " for " in test:
        return [test]
    for piece in test.split(by):
        if found and found[-1].count("(") > found[-1].count(")"):
            found[-1] += by + piece
        else:
            found.append(piece)
    return found
