"""Printing and formatting: every tree has a text that reads back as that tree, and a layout changes no meaning."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhunru_policy import PolicyError
from zhunru_policy.language import formatter, syntax
from zhunru_policy.language.formatter import WIDTH
from zhunru_policy.language.parser import parse, tokens_of
from zhunru_policy.language.printer import format_text, print_body, print_expression, print_item, print_program
from zhunru_policy.language.syntax import NUMBER_LEAST, NUMBER_MOST, Span
from zhunru_policy.language.tokens import COMMENTS, WORDS
from zhunru_policy.language.words import columns

LAYOUTS = Path(__file__).parent / "layouts"
PLACE = Span("t", 1, 1, 1, 1)
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
FEW = settings(deadline=None, max_examples=60, suppress_health_check=SLOW)

# ── random trees ──

NAMES = st.from_regex(r"(?:[?a-zA-Z]|[_?a-zA-Z][_?a-zA-Z0-9]{1,6})", fullmatch=True).filter(
    lambda name: name not in WORDS
)
NUMBERS = st.integers(NUMBER_LEAST, NUMBER_MOST) | st.sampled_from([0, -1, NUMBER_LEAST, NUMBER_MOST])
SYMBOLS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cf", "Cs"]), max_size=8)
CONSTANTS = (NUMBERS | SYMBOLS).map(lambda value: syntax.Constant(value, PLACE))
LEAVES = NAMES.map(lambda name: syntax.Variable(name, PLACE)) | CONSTANTS | st.just(syntax.Wildcard(PLACE))


def operations(inner: st.SearchStrategy[syntax.Expression]) -> st.SearchStrategy[syntax.Expression]:
    two = st.tuples(inner, inner)
    many = st.lists(inner, min_size=2, max_size=3).map(tuple)
    signed = inner.filter(lambda node: not isinstance(node, syntax.Constant) or node.value == -1).map(
        lambda node: (node,)
    )
    return st.one_of(
        st.builds(syntax.Arithmetic, st.sampled_from("+-*/%"), two, st.just(PLACE)),
        st.builds(syntax.Arithmetic, st.sampled_from(["max", "min"]), many, st.just(PLACE)),
        st.builds(syntax.Arithmetic, st.just("neg"), signed, st.just(PLACE)),
        st.builds(syntax.Aggregate, st.just("count"), st.none(), st.deferred(lambda: BODIES), st.just(PLACE)),
        st.builds(
            syntax.Aggregate,
            st.sampled_from(["sum", "min", "max"]),
            inner,
            st.deferred(lambda: BODIES),
            st.just(PLACE),
        ),
    )


EXPRESSIONS = st.recursive(LEAVES, operations, max_leaves=6)
ATOMS = st.builds(syntax.Atom, NAMES, st.lists(EXPRESSIONS, max_size=3).map(tuple), st.just(PLACE), st.just(PLACE))
LITERALS = ATOMS | st.builds(
    syntax.Comparison, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), EXPRESSIONS, EXPRESSIONS, st.just(PLACE)
)
BODIES = st.recursive(
    LITERALS,
    lambda inner: st.one_of(
        st.builds(syntax.Negation, inner, st.just(PLACE)),
        st.builds(syntax.Conjunction, st.lists(inner, min_size=2, max_size=3).map(tuple), st.just(PLACE)),
        st.builds(syntax.Disjunction, st.lists(inner, min_size=2, max_size=3).map(tuple), st.just(PLACE)),
    ),
    max_leaves=5,
)
DOC_LINES = st.from_regex(r"[^\s\0][^\n\r\0\u202a-\u202e\u2066-\u2069]{0,20}[^\s\0]", fullmatch=True).filter(
    lambda line: line.isprintable()
)
NOTES = st.builds(
    syntax.Notes,
    st.lists(DOC_LINES, max_size=2).map("\n".join),
    st.lists(st.builds(syntax.Annotation, NAMES, NUMBERS | SYMBOLS | NAMES, st.just(PLACE)), max_size=3).map(tuple),
)
ATTRIBUTES = st.builds(syntax.Attribute, NAMES, NAMES, NOTES, st.just(PLACE), st.just(PLACE))
HEADS = st.builds(syntax.Head, ATOMS, NOTES)
ITEMS = st.one_of(
    st.builds(syntax.TypeDecl, NAMES, NAMES, NOTES, *[st.just(PLACE)] * 3),
    st.builds(syntax.RelationDecl, NAMES, st.lists(ATTRIBUTES, max_size=3).map(tuple), NOTES, *[st.just(PLACE)] * 2),
    st.builds(syntax.Directive, st.sampled_from(["input", "output"]), NAMES, NOTES, *[st.just(PLACE)] * 2),
    st.builds(syntax.Clause, HEADS.map(lambda head: (head,)), st.none(), st.just(PLACE)),
    st.builds(syntax.Clause, st.lists(HEADS, min_size=1, max_size=2).map(tuple), BODIES, st.just(PLACE)),
)
PROGRAMS = st.lists(ITEMS, max_size=4).map(lambda items: syntax.Program(tuple(items)))


@FEW
@given(PROGRAMS)
def test_a_printed_program_reads_back_as_the_same_tree(program: syntax.Program) -> None:
    assert parse(print_program(program), "t") == program


@FEW
@given(BODIES)
def test_a_body_is_printed_on_one_line_that_reads_back(body: syntax.Body) -> None:
    text = print_body(body)
    assert "\n" not in text
    assert parse(f"p() :- {text}.", "t").clauses[0].body == body


@FEW
@given(EXPRESSIONS)
def test_no_parenthesis_of_a_printed_expression_can_go(expression: syntax.Expression) -> None:
    text = print_expression(expression)
    tree = parse(f"p({text}).", "t")
    assert tree.clauses[0].heads[0].atom.arguments == (expression,)
    for start, end in parentheses(text):
        shorter = f"p({text[:start]} {text[start + 1 : end]} {text[end + 1 :]})."
        try:
            changed = parse(shorter, "t") != tree
        except PolicyError:
            changed = True
        assert changed or re.search(r"[!-]$", text[:start]), "but for a sign's operand, each is needed"


def parentheses(text: str) -> list[tuple[int, int]]:
    """The places of the pairs that group, outside strings and behind no name."""
    blanked = re.sub(r'"(?:[^"\\]|\\.)*"', lambda match: "s" * len(match[0]), text)
    stack, pairs = [], []
    for index, character in enumerate(blanked):
        if character == "(":
            stack.append(index)
        elif character == ")":
            start = stack.pop()
            if start == 0 or not re.match(r"[\w?]", blanked[start - 1]):
                pairs.append((start, index))
    return pairs


# ── layout ──

COMMENTS_OF_A_LINE = ["//-", "// a", "//*/", "// ;:-.,()", "// 文"]
COMMENTS_OF_A_BLOCK = ["/**/", "/* a */", "/* // */", "/***/", "/* ;\n  more */", "/* 文\n\n\tmore */"]
LAYOUTS_OF_RULES = [path.read_text(encoding="utf-8").split("// ── becomes ──\n")[1] for path in LAYOUTS.glob("*.dl")]


@st.composite
def commented_texts(draw: st.DrawFn) -> str:
    """The text of a program with blanks, line breaks and comments between all its tokens, as wild as it gets. No two
    comments are the same.
    """
    text = draw(PROGRAMS.map(print_program) | st.sampled_from(LAYOUTS_OF_RULES))
    text = re.sub(
        r"^(\.(?:in|out)put [^/]*?)(\s*)$", draw(st.sampled_from([r"\1\2", r"\1 ()\2"])), text, flags=re.MULTILINE
    )
    chosen, often = random.Random(draw(st.integers(0, 2**32))), draw(st.sampled_from([0.03, 0.2, 0.5]))
    parts: list[str] = []
    for token in tokens_of(text, "t"):
        parts.append(str(token) + ("\n" if token.type in ("DOC", "COMMENT") else " "))
        while chosen.random() < often:
            parts.append(_between(chosen, len(parts)))
    return "".join(parts)


def _between(chosen: random.Random, number: int) -> str:
    gap = chosen.randrange(5)
    if gap < 2:
        return chosen.choice(["\n", "\n\n\n", "\t", "\r\n"])
    if gap == 2:
        return f"{chosen.choice(COMMENTS_OF_A_LINE)}{number}\n"
    return chosen.choice(["{}", "\n{}", "{}\n", "\n{}\n"]).format(
        chosen.choice(COMMENTS_OF_A_BLOCK).replace("/*", f"/*{number}", 1)
    )


def comments(text: str) -> list[str]:
    """The comments, in their order."""
    return [
        "\n".join(line.rstrip() for line in token.split("\n"))
        for token in tokens_of(text, "t")
        if token.type in COMMENTS
    ]


def spellings(text: str) -> list[str]:
    """The tokens but for comments, for braces, which a layout adds to an aggregate over one atom, and for `()`, which
    it leaves out behind an input's name.
    """
    tokens = [token for token in tokens_of(text, "t") if token.type not in COMMENTS and token not in ("{", "}")]
    plain = [f"///{token[3:].strip()}" if token.type == "DOC" else str(token) for token in tokens]
    empty = {index for index, pair in enumerate(itertools.pairwise(plain)) if pair == ("(", ")")}
    return [word for index, word in enumerate(plain) if index not in empty and index - 1 not in empty]


@FEW
@given(commented_texts(), st.sampled_from([20, 40, 100]))
def test_a_layout_keeps_tree_tokens_and_comments_in_order_and_is_its_own_layout(text: str, width: int) -> None:
    with patch.object(formatter, "WIDTH", width):
        formatted = format_text(text, "t")
        assert parse(formatted, "t") == parse(text, "t")
        assert spellings(formatted) == spellings(text)
        assert comments(formatted) == comments(text)
        assert format_text(formatted, "t") == formatted


@FEW
@given(commented_texts())
def test_a_layout_has_no_trailing_blanks_and_no_two_blank_lines(text: str) -> None:
    formatted = format_text(text, "t")
    assert "\n\n\n" not in formatted
    assert not formatted.startswith("\n")
    assert not re.search(r"[ \t\r]\n", formatted)


@pytest.mark.parametrize("path", sorted(LAYOUTS.glob("*.dl")), ids=lambda path: path.stem)
def test_each_layout_is_as_its_file_states(path: Path) -> None:
    """Each file holds a text and, behind a line of `// ── becomes ──`, its layout."""
    before, after = path.read_text(encoding="utf-8").split("// ── becomes ──\n")
    assert format_text(before, path.name) == after
    assert format_text(after, path.name) == after
    assert parse(after, path.name) == parse(before, path.name)


LAID_OUT = [
    (".input p /* c */ ()", ".input p  /* c */\n"),
    (".input p, /* a */ q ( // b\n ) // c", ".input p, /* a */ q  // b\n// c\n"),
    (
        ".decl p(a: symbol // one\n // two\n , b: symbol)",
        ".decl p(\n    a: symbol,  // one\n    // two\n    b: symbol\n)\n",
    ),
    (
        "p(A) :- q(A // one\n), /* two */ r(A) // three\n, // four\n s(A).",
        "p(A) :-\n    // one\n    q(A),\n    /* two */\n    // three\n    r(A),  // four\n    s(A).\n",
    ),
    (
        "p(A) // one\n :- // two\n q(A) // three\n . // four\n",
        "// one\np(A) :-  // two\n    // three\n    q(A).  // four\n",
    ),
    ("p(/* one */ 1) // two\n // three\n . // four\n", "p(/* one */ 1).  // two\n// three\n// four\n"),
    (
        "p(N) :- N = count : { q(A), // 1\n r() } /* 2 */ + // 3\n 1.",
        "p(N) :-\n    N = count : {\n        q(A),  // 1\n        r()\n        /* 2 */\n        // 3\n    } + 1.\n",
    ),
    (
        "p(A) :- q(/* one */ A) // two\n , // three\n r(A).",
        "p(A) :-\n    /* one */\n    // two\n    q(A),  // three\n    r(A).\n",
    ),
    (f".decl {'p' * 100}()", f".decl {'p' * 100}()\n"),
]


@pytest.mark.parametrize(("text", "laid_out"), LAID_OUT, ids=itertools.count())
def test_comments_stay_in_order(text: str, laid_out: str) -> None:
    assert format_text(text, "t") == laid_out


def test_every_layout_is_found() -> None:
    assert len(list(LAYOUTS.glob("*.dl"))) >= 4


def test_line_ends_become_line_feeds_and_an_empty_text_stays_empty() -> None:
    text = "\n\n// one\r\n.decl p(x: number)\t \r\n\r\n\r\np(1).\t// two \r\n"
    assert format_text(text, "t") == "// one\n.decl p(x: number)\n\np(1).  // two\n"
    assert format_text(" \n\n ", "t") == ""


def test_a_text_with_syntax_errors_is_not_formatted() -> None:
    with pytest.raises(PolicyError, match="`\\.` is missing"):
        format_text("p(1)", "t.dl")


@pytest.mark.parametrize(("name", "lines"), [("X" * 78, 1), ("X" * 79, 3), ("文" * 39, 1), ("文" * 39 + "a", 3)])
def test_a_rule_of_a_hundred_columns_stays_on_one_line(name: str, lines: int) -> None:
    formatted = format_text(f'met(A) :- k(A), a("{name}").', "t").splitlines()
    assert len(formatted) == lines
    assert (columns(formatted[0]) == WIDTH) == (lines == 1)


def test_only_what_can_not_be_broken_is_wider_than_the_width() -> None:
    rule = "p(A) :- " + ", ".join(f"a{number}(A)" for number in range(40)) + "."
    assert all(columns(line) <= WIDTH for line in format_text(rule, "t").splitlines())


ONE_LINE = [
    (".type  fen<:number", ".type fen <: number"),
    (".decl p ( a :symbol,n: number )", ".decl p(a: symbol, n: number)"),
    (".decl p()", ".decl p()"),
    (".input p()", ".input p"),
    ('p( "a\\"\\\\\\n", 0x10 ,- 5).', 'p("a\\"\\\\\\n", 16, -5).'),
    ("p(X),q(X):-r(X);s(X),t(X).", "p(X), q(X) :- r(X); s(X), t(X)."),
    ("p(X):-((r(X);s(X))),!!t(X),!(X=1).", "p(X) :- (r(X); s(X)), !!t(X), !(X = 1)."),
    ("p(X):-X=((1+2))+(3*4)-(5-6)*7.", "p(X) :- X = 1 + 2 + 3 * 4 - (5 - 6) * 7."),
    ("p(X):-X=- (-3), X=-(-Y), X=-(Y+1).", "p(X) :- X = -(-3), X = -(-Y), X = -(Y + 1)."),
    ("p(X):-X=count:q(_),X=sum (Y):q(Y).", "p(X) :- X = count : { q(_) }, X = sum Y : { q(Y) }."),
    ("p(X):-X=max(1,2)+min Y*2:{q(Y);r(Y)}.", "p(X) :- X = max(1, 2) + min Y * 2 : { q(Y); r(Y) }."),
]


@pytest.mark.parametrize(("text", "printed"), ONE_LINE, ids=itertools.count())
def test_an_item_is_printed_in_its_canonical_form(text: str, printed: str) -> None:
    item = parse(text, "t").items[0]
    assert print_item(item) == printed
    assert parse(printed, "t").items[0] == item
