"""Reading rule texts: the trees, the places, and every mistake told.

Each file of `bad_syntax/` states in its first lines every message that it must get:

// expect: line:column: error: message; suggestion
"""

from __future__ import annotations

from pathlib import Path

import pytest

from zhunru_policy import PolicyError
from zhunru_policy.language import syntax
from zhunru_policy.language.parser import parse, read_program
from zhunru_policy.language.syntax import (
    Aggregate,
    Annotation,
    Arithmetic,
    Atom,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Negation,
    Span,
    Variable,
    Wildcard,
)

HERE = Path(__file__).parent
EXPECT = "// expect: "
BAD = sorted(HERE.glob("bad_syntax/*.dl"))
PLACE = Span("t", 1, 1, 1, 1)


def errors(text: str) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        parse(text, "t.dl")
    return [str(diagnostic).removeprefix("t.dl:") for diagnostic in refused.value.diagnostics]


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_text_gets_the_messages_that_it_states(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert errors(text) == [line.removeprefix(EXPECT) for line in text.splitlines() if line.startswith(EXPECT)]


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_every_message_says_what_to_do_and_names_the_words_at_fault(file: Path) -> None:
    with pytest.raises(PolicyError) as refused:
        parse(file.read_text(encoding="utf-8"), file.name)
    for diagnostic in refused.value.diagnostics:
        assert diagnostic.message[0] == diagnostic.message[0].lower()
        assert diagnostic.suggestion
        assert diagnostic.span.file == file.name


def test_the_golden_files_are_found() -> None:
    assert len(BAD) >= 60


# ── trees ──


def var(name: str) -> Variable:
    return Variable(name, PLACE)


def const(value: int | str) -> Constant:
    return Constant(value, PLACE)


def op(sign: syntax.ArithmeticOp, *arguments: syntax.Expression) -> Arithmetic:
    return Arithmetic(sign, arguments, PLACE)


def atom(name: str, *arguments: syntax.Expression) -> Atom:
    return Atom(name, arguments, PLACE, PLACE)


X, Y = var("X"), var("Y")
EXPRESSIONS = [
    ("X + Y - 1", op("-", op("+", X, Y), const(1))),
    ("X - (Y - 1)", op("-", X, op("-", Y, const(1)))),
    ("X + Y * 2 / X % Y", op("+", X, op("%", op("/", op("*", Y, const(2)), X), Y))),
    ("(X + Y) * 2", op("*", op("+", X, Y), const(2))),
    ("-X * Y", op("*", op("neg", X), Y)),
    ("-(X * Y)", op("neg", op("*", X, Y))),
    ("- 5", const(-5)),
    ("-(5)", const(-5)),
    ("-0", const(0)),
    ("- -5", op("neg", const(-5))),
    ("X--5", op("-", X, const(-5))),
    ("-9223372036854775808", const(-(2**63))),
    ("9223372036854775807", const(2**63 - 1)),
    ("0x1F + 0b101 + 007", op("+", op("+", const(31), const(5)), const(7))),
    ("0x" + "0" * 5000 + "1", const(1)),
    ("0" * 5000, const(0)),
    ('"a\\"\\\\\\n\\t 微信"', const('a"\\\n\t 微信')),
    ("max(X, 1, Y)", op("max", X, const(1), Y)),
    ("min((X), Y)", op("min", X, Y)),
    ("count : { q(X) }", Aggregate("count", None, atom("q", X), PLACE)),
    ("count : q(_)", Aggregate("count", None, atom("q", Wildcard(PLACE)), PLACE)),
    ("sum X * 2 : { q(X) } + 1", op("+", Aggregate("sum", op("*", X, const(2)), atom("q", X), PLACE), const(1))),
    ("max (X) : q(X)", Aggregate("max", X, atom("q", X), PLACE)),
    ("max (X + 1) * Y : q(X)", Aggregate("max", op("*", op("+", X, const(1)), Y), atom("q", X), PLACE)),
    ("min max(X, Y) : q(X)", Aggregate("min", op("max", X, Y), atom("q", X), PLACE)),
]


@pytest.mark.parametrize(("text", "tree"), EXPRESSIONS, ids=[text[:40] for text, _ in EXPRESSIONS])
def test_an_expression_is_read_as(text: str, tree: syntax.Expression) -> None:
    assert parse(f"p({text}).", "t").clauses[0].heads[0].atom.arguments == (tree,)


P, Q, R = atom("p"), atom("q", X), atom("r")
BODIES = [
    ("p(), q(X), r()", Conjunction((P, Q, R), PLACE)),
    ("p(), q(X); r()", Disjunction((Conjunction((P, Q), PLACE), R), PLACE)),
    ("p(), (q(X); r())", Conjunction((P, Disjunction((Q, R), PLACE)), PLACE)),
    ("((p()))", P),
    ("!!p()", Negation(Negation(P, PLACE), PLACE)),
    ("!(p(); r())", Negation(Disjunction((P, R), PLACE), PLACE)),
    ("!X = 1", Negation(Comparison("=", X, const(1), PLACE), PLACE)),
    ("(X + 1) > 2", Comparison(">", op("+", X, const(1)), const(2), PLACE)),
    ("((X)) > 2", Comparison(">", X, const(2), PLACE)),
    ("(X > 2)", Comparison(">", X, const(2), PLACE)),
    ("X<-1", Comparison("<", X, const(-1), PLACE)),
    ("X!=Y", Comparison("!=", X, Y, PLACE)),
    ("X<=Y, X>=Y", Conjunction((Comparison("<=", X, Y, PLACE), Comparison(">=", X, Y, PLACE)), PLACE)),
]


@pytest.mark.parametrize(("text", "tree"), BODIES, ids=[text for text, _ in BODIES])
def test_a_body_is_read_as(text: str, tree: syntax.Body) -> None:
    assert parse(f"h() :- {text}.", "t").clauses[0].body == tree


def test_one_declaration_or_directive_of_several_names_is_one_of_each() -> None:
    program = parse(".decl a, b(x: number)\n.input a, b\n.output b()", "t")
    assert [(each.name, len(each.attributes)) for each in program.relations] == [("a", 1), ("b", 1)]
    assert [(each.kind, each.relation) for each in program.directives] == [
        ("input", "a"),
        ("input", "b"),
        ("output", "b"),
    ]


def test_notes_belong_to_what_they_stand_before() -> None:
    text = """
        /// a type
        .type t <: number
        ///   微信支付分 · score
        ///
        //// four strokes
        @[key = 1] @[min = -2] @[word = yes] @[said = "so"] @[of = count]
        .decl p(@[least = 0] a: t,
            /// of b
            b: symbol)
        /// a fact
        p(1, "b").
        /// one head
        p(X, Y),
        /// another
        q(X) :- p(X, Y).
    """
    kind, p, fact, rule = parse(text, "t").items
    assert isinstance(kind, syntax.TypeDecl)
    assert isinstance(p, syntax.RelationDecl)
    assert isinstance(fact, syntax.Clause)
    assert isinstance(rule, syntax.Clause)
    assert kind.notes.doc == "a type"
    assert p.notes.doc == "  微信支付分 · score\n\n/ four strokes"
    assert dict(p.notes.values) == {"key": 1, "min": -2, "word": "yes", "said": "so", "of": "count"}
    assert p.attributes[0].notes.annotations == (Annotation("least", 0, PLACE),)
    assert p.attributes[1].notes.doc == "of b"
    assert [head.notes.doc for clause in (fact, rule) for head in clause.heads] == ["a fact", "one head", "another"]


NAMES = ["?", "X", "?x", "_x", "__", "_1", "aB_9?", "declared", "counts", "Count", "e", "u", "not", "choice", "doc"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_be(name: str) -> None:
    program = parse(f".decl {name}({name}: {name})\n{name}({name}) :- {name}({name}).", "t")
    assert program.relations[0].name == name
    assert program.clauses[0].heads[0].atom == atom(name, var(name))


ACCEPTED = {
    "nothing": "",
    "blanks": " \t\r\n\v\f",
    "comments only": "// one\n/* two\n * three */ /**/ /***/ //",
    "line ends of two characters": "// one\r\n.decl p(x: number) // two\r\n/// three\r\np(1).\r\np(2).\r\n",
    "a tab behind a directive": ".decl\tp(x: number)\n.input\fp",
    "items on one line": "p(1).p(2). .decl q() q().",
    "no blanks": "p(X):-q(X),!r(X),X=1;s(X).",
    "a name behind a number's dot": "p(X) :- X = 1.q(2).",
    "a name behind a variable's dot": "p(X) :- q(Y), X = Y. r(1).",
    "comments between tokens": "p/*a*/(/*b*/1/*c*/)/*d*/./*e*/",
    "a dollar in a string": 'p("$ @ # . , 、").',
    "comment marks in a string": 'p("// /* */").',
    "a string mark in a comment": '// "\n/* " */ p(1).',
    "a raw tab in a string": 'p("a\tb").',
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_there_is_nothing_wrong_with(text: str) -> None:
    parse(text, "t")


# ── places ──


def test_places_count_characters_from_one_and_end_behind_the_last() -> None:
    text = '/// 文\n.decl p(x: number)\n\tp("微信", 1),\r\nq(1) :-\n  s(X , "文"), X=1.'
    program = parse(text, "d/f.dl")
    declared, rule = program.relations[0], program.clauses[0]
    assert declared.span == Span("d/f.dl", 2, 1, 2, 19)
    assert declared.name_span == Span("d/f.dl", 2, 7, 2, 8)
    assert declared.attributes[0].span == Span("d/f.dl", 2, 9, 2, 18)
    assert declared.attributes[0].type_span == Span("d/f.dl", 2, 12, 2, 18)
    assert [head.atom.span for head in rule.heads] == [Span("d/f.dl", 3, 2, 3, 12), Span("d/f.dl", 4, 1, 4, 5)]
    assert rule.span == Span("d/f.dl", 3, 2, 5, 19)
    assert isinstance(rule.body, Conjunction)
    assert [part.span for part in rule.body.parts] == [Span("d/f.dl", 5, 3, 5, 13), Span("d/f.dl", 5, 15, 5, 18)]


@pytest.mark.parametrize("text", ["sum Y : { q(Y) }", "count : { q(_) }", "count : q(_)", "-Y", "max(1, Y)", "1 + Y"])
def test_an_expression_ends_with_its_last_mark(text: str) -> None:
    clause = parse(f"p(X) :- X = {text} , r().", "t").clauses[0]
    assert isinstance(clause.body, Conjunction)
    assert isinstance(clause.body.parts[0], Comparison)
    assert clause.body.parts[0].right.span == Span("t", 1, 13, 1, 13 + len(text))


# ── files ──


def test_files_are_one_program_in_the_order_given(tmp_path: Path) -> None:
    first, second = tmp_path / "2.dl", tmp_path / "1.dl"
    first.write_text("p(2).", encoding="utf-8")
    second.write_text("p(1).", encoding="utf-8")
    program = read_program([first, second])
    assert [clause.span.file for clause in program.clauses] == [str(first), str(second)]


def test_the_errors_of_all_files_are_told(tmp_path: Path) -> None:
    contents = {
        "a.dl": b"p(1)\n",
        "b.dl": b"p(1).",
        "c.dl": "// 文\n微\xff".encode()[:-2] + b"\xff",
        "d.dl": "p(“微信”).".encode("gbk"),
        "e.dl": "\ufeffp(1).".encode("utf-16"),
        "g.dl": "\ufeffp(1).\n".encode(),
        "h.dl": b"p(1).\rp(2).",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.dl").mkdir()
    with pytest.raises(PolicyError) as refused:
        read_program([*sorted(tmp_path.iterdir()), tmp_path / "none.dl"])
    assert [str(each).removeprefix(f"{tmp_path}/") for each in refused.value.diagnostics] == [
        "a.dl:1:5: error: `.` is missing at the end of the clause; write `.` before the end of the file",
        "c.dl:2:2: error: byte `0xff` is not UTF-8; save the file as UTF-8",
        "d.dl:1:3: error: byte `0xa1` is not UTF-8; save the file as UTF-8",
        "e.dl:1:1: error: byte `0xff` is not UTF-8; save the file as UTF-8",
        "folder.dl:1:1: error: the file can't be read: is a directory; name a readable .dl file",
        "g.dl:1:1: error: byte order mark at the start of the file; save the file as UTF-8 without a byte order mark",
        "h.dl:1:6: error: carriage return without a line feed; end lines with a line feed",
        "none.dl:1:1: error: the file can't be read: no such file or directory; name a readable .dl file",
    ]
