"""The order in which relations can be computed."""

from __future__ import annotations

from random import Random

from zhunru_policy.language.checks.stratify import components, strata
from zhunru_policy.language.parser import parse


def reachable(graph: dict[str, list[str]], start: str) -> set[str]:
    found: set[str] = set()
    left = [start]
    while left:
        for name in graph[left.pop()]:
            if name not in found:
                found.add(name)
                left.append(name)
    return found


def test_components_are_the_mutually_reachable_and_follow_what_they_lead_to() -> None:
    random = Random(7)
    for _ in range(200):
        names = [str(number) for number in range(random.randint(1, 9))]
        graph = {name: random.sample(names, random.randint(0, min(3, len(names)))) for name in names}
        reach = {name: reachable(graph, name) | {name} for name in names}
        found = components(graph)
        assert sorted(name for group in found for name in group) == sorted(names)
        number = {name: index for index, group in enumerate(found) for name in group}
        for one in names:
            for other in reach[one]:
                assert (number[one] == number[other]) == (one in reach[other])
                assert number[other] <= number[one]


def test_a_chain_of_100_000_needs_no_deep_stack() -> None:
    length = 100_000
    graph = {str(number): [str(number + 1)] for number in range(length)} | {str(length): []}
    assert components(graph)[0] == {str(length)}
    graph[str(length)] = ["0"]
    assert len(components(graph)) == 1


def test_strata_of_a_program() -> None:
    program = parse(
        """
        .decl even(n: number)
        .decl odd(n: number)
        .decl next(n: number, m: number)
        .decl most(n: number)
        .decl lonely(n: number)
        .decl seen(n: number)
        even(0).
        even(M) :- odd(N), next(N, M).
        odd(M) :- even(N), next(N, M).
        most(max N : { even(N), 0 < count : { seen(_) } }) :- !(next(1, 2) ; !undeclared(1)).
        """,
        "x.dl",
    )
    groups = strata(program)
    place = {name: index for index, group in enumerate(groups) for name in group}
    assert place["even"] == place["odd"]
    assert {*place} == {"even", "odd", "next", "most", "lonely", "seen", "undeclared"}
    assert all(place[name] < place["most"] for name in ("even", "seen", "next", "undeclared"))
    assert place["next"] < place["even"]
    assert groups == strata(program)
