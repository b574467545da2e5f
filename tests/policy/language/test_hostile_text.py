"""Texts that mean harm, or that no hand wrote: each is read, or refused with a clear message, within bounds."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhunru_policy import PolicyError
from zhunru_policy.diagnostics import Diagnostic
from zhunru_policy.language import parser
from zhunru_policy.language.parser import LARGEST_TEXT, LONGEST_ITEM, MOST_DIAGNOSTICS, parse, read_text
from zhunru_policy.language.printer import format_text, print_program
from zhunru_policy.language.tokens import _MARKS as MARKS
from zhunru_policy.language.tree_builder import DEEPEST_NESTING

MANY = 100_000


def errors(text: str) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        parse(text, "t")
    return [str(diagnostic).removeprefix("t:") for diagnostic in refused.value.diagnostics]


DEEP = {
    "parentheses": "p(X) :- " + "(" * MANY + "q(X)" + ")" * MANY + ".",
    "parentheses of values": "p(X) :- X = " + "(" * MANY + "1" + ")" * MANY + ".",
    "parentheses that never close": "p(X) :- " + "(" * MANY,
    "aggregates": "p(X) :- X = " + "count : { p(Y), Y = " * MANY + "1" + " }" * MANY + ".",
    "negated parentheses": "p(X) :- " + "!(" * MANY + "q(X)" + ")" * MANY + ".",
    "negations": "p(X) :- " + "!" * (DEEPEST_NESTING + 1) + "q(X).",
    "many negations": "p(X) :- " + "!" * (LONGEST_ITEM - 20) + "q(X).",
    "signs": "p(X) :- X = " + "-" * (LONGEST_ITEM - 20) + "Y.",
    "sums": "p(X) :- X = " + "+".join("Y" * (DEEPEST_NESTING + 2)) + ".",
    "functions": "p(X) :- X = " + "max(1, " * MANY + "1" + ")" * MANY + ".",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_deep_nesting_is_refused_once(text: str) -> None:
    (message,) = errors(text)
    assert "nested deeper than 64; give parts rules of their own" in message


LONG = {
    "negations": "p(X) :- " + "!" * MANY + "q(X).",
    "sums": "p(X) :- X = " + "+".join("1" * MANY) + ".",
    "arguments": "p(" + ",".join("1" * MANY) + ").",
    "literals": "p(X) :- " + ",".join(["q(X)"] * MANY) + ".",
    "names": ".input " + ",".join(["p"] * MANY),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_an_endless_item_is_refused_once(text: str) -> None:
    (message,) = errors(text)
    assert message.endswith("an item has more than 20000 words and marks; split it, or end it with `.`")


@pytest.mark.parametrize("depth", [1, 20, DEEPEST_NESTING - 2])
def test_what_is_nested_within_the_bound_is_read_and_printed(depth: int) -> None:
    for text in (
        f"p(X) :- {'!' * depth}q(X).",
        f"p(X) :- X = {'-(' * depth}Y{')' * depth}.",
        f"p(X) :- X = {' + '.join(['Y'] * depth)}.",
        f"p(X) :- {'(q(X), ' * (depth // 2)}r(X){')' * (depth // 2)}.",
    ):
        program = parse(text, "t")
        assert parse(print_program(program), "t") == program


DIGITS = "9" * 1_000_000


@pytest.mark.parametrize("number", [DIGITS, "0x" + DIGITS, "0b" + "1" * 1_000_000], ids=["ten", "sixteen", "two"])
def test_a_number_of_a_million_digits_is_refused(number: str) -> None:
    (message,) = errors(f"p({number}).")
    assert message.startswith("1:3: error: number `")
    assert len(message) < 200


GARBAGE = {
    "NULs": ("\0" * 1_000_000, "1:1: error: NUL character, here and 999999 more times; a rule text is plain UTF-8"),
    "a NUL in a string": ('p("a\0b").', "1:5: error: NUL character; a rule text is plain UTF-8 text; remove it"),
    "a NUL in a comment": ("p(1). // \0", "1:10: error: NUL character"),
    "half a character": ('p("\ud800").', "1:4: error: half of a character, `U+D800`; save the file as UTF-8"),
    "turned text": ('p("\u202e1"). // \u2066', "1:4: error: hidden direction mark `U+202E`"),
    "lone carriage returns": ("// a\rp(1).", "1:5: error: carriage return without a line feed"),
    "a byte order mark": ("\ufeffp(1).", "1:1: error: byte order mark at the start of the file"),
    "a byte order mark within": ("p(1).\ufeff", "1:6: error: invisible character `U+FEFF`"),
    "quotes": ('"' * 1_000_001, "1:1: error: unexpected"),
    "an endless string": ('p("' + "a" * 1_000_000, "1:3: error: string"),
    "an endless comment": ("/*" + "*" * 1_000_000, "1:1: error: comment `/*` is not closed"),
    "open comments": ("/* " * 300_000, "1:1: error: comment `/*` is not closed"),
    "strokes": ("/" * 1_000_000, "1:1: error: a doc comment at the end of the file describes nothing"),
    "backslashes": ('p("' + "\\" * 1_000_001 + '").', "1:3: error: string"),
    "escapes": ('p("' + "\\q" * 500_000 + '").', "1:4: error: unknown escape `\\q`"),
    "dots": ("." * 1_000_000, "1:1: error: `.` ends nothing here"),
    "directives": (".decl " * 100_000, "1:7: error: unexpected `.decl`; expected a name"),
    "wide commas": ("\uff0c" * 1_000_000, "1:1: error: full-width `\uff0c`; write `,`"),
    "components": (".comp A { " * 30_000, "1:1: error: components are not part of the policy language"),
    "annotations": ("@[" * 100_000, "1:3: error: unexpected `@` in an annotation"),
    "errors": ("p(1) p(2).\n" * 50_000, "1:5: error: `,` or `.` is missing before `p`"),
}


@pytest.mark.parametrize(("text", "message"), GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused_with_a_short_list(text: str, message: str) -> None:
    found = errors(text)
    assert found[0].startswith(message)
    assert len(found) <= MOST_DIAGNOSTICS + 1
    assert all(len(line) < 400 and line.isprintable() for line in found)


def test_behind_a_hundred_errors_nothing_more_is_told() -> None:
    found = errors("p(1) p(2).\n" * 150)
    assert len(found) == MOST_DIAGNOSTICS + 1
    assert found[-1] == ("101:5: error: more than 100 errors; the text is not read further; mend the ones above first")


@pytest.mark.parametrize("alphabet", ["ascii", "marks", "unicode", "tokens"])
@pytest.mark.parametrize("seed", range(3))
def test_a_lot_of_noise_is_refused(alphabet: str, seed: int) -> None:
    chosen = random.Random(seed)
    pieces = {
        "ascii": [chr(code) for code in range(32, 127)] + ["\n"],
        "marks": list("(){}[].,;:!=<>+-*/%@\"'\\_ \n1a"),
        "unicode": [chr(code) for code in range(0x20, 0x11000, 7)],
        "tokens": [*MARKS, ".decl ", "p", "X", "count", "///\n", "@[", '"a"', "1", " ", "\n", "cat", ".comp "],
    }[alphabet]
    errors("".join(chosen.choices(pieces, k=200_000)))


TOKENS = st.sampled_from([*MARKS, ".decl ", ".input ", ".type ", "p", "X", "count", "max", "///a\n", "@[k = 1]", '"a"'])


@given(
    st.lists(
        TOKENS | st.sampled_from(["1", " ", "\n", "cat", ".comp ", "\uff0c", "#", "//x\n", "/*", '"']), max_size=25
    )
)
@settings(deadline=None, max_examples=150)
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    refused = diagnostics(text)
    places = [(each.span.line, each.span.column) for each in refused]
    assert places == sorted(places)
    assert all(each.message and each.suggestion for each in refused)
    if not refused:
        assert parse(format_text(text, "t"), "t") == parse(text, "t")


def diagnostics(text: str) -> tuple[Diagnostic, ...]:
    try:
        parse(text, "t")
    except PolicyError as error:
        return error.diagnostics
    return ()


def test_every_mark_of_the_grammar_has_its_full_width_form_known() -> None:
    lark, _ = parser._machine()
    marks = {terminal.pattern.value: terminal.name for terminal in lark.terminals if terminal.pattern.type == "str"}
    refused = {"->", "@!", "$", "^", "|"}
    assert {mark: name for mark, name in marks.items() if mark not in refused} == MARKS


def test_a_hundred_thousand_rules_are_read() -> None:
    text = "".join(f"p{number}(X) :- q(X, {number}).\n" for number in range(MANY))
    assert len(parse(text, "t").items) == MANY


def test_a_text_of_too_many_items_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "MOST_ITEMS", 1000)
    assert len(parse("p(1).\n" * 1000, "t").items) == 1000
    (message,) = errors("p(1).\n" * 1010)
    assert "the text has more than 1000 items; split it into several files" in message


def test_a_text_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (message,) = errors("/" * (LARGEST_TEXT + 1))
    assert message == "1:1: error: the text is too large: the bound is 8 MiB; split it into several files"
    file = tmp_path / "large.dl"
    with file.open("wb") as stream:
        stream.truncate(LARGEST_TEXT + 1)
    with pytest.raises(PolicyError, match="the bound is 8 MiB"):
        read_text(file)


def test_an_error_leaves_nothing_behind_for_the_next_text() -> None:
    errors("p(X) :- q(X), (r(X")
    errors("p(9223372036854775808, 1.5")
    assert len(parse("p(1).", "t").items) == 1


def test_texts_read_by_several_threads_do_not_mix() -> None:
    found: dict[int, set[str]] = {}

    def read(number: int) -> None:
        program = parse("".join(f"p{number}({value}).\n" for value in range(300)), f"f{number}")
        found[number] = {f"{each.heads[0].atom.relation} {each.span.file}" for each in program.clauses}

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: {f"p{number} f{number}"} for number in range(4)}
