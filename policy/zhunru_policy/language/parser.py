"""The front of the rule language: `parse` turns a text into the tree of `syntax`, or says everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import Lock

from lark import Lark, Token
from lark.exceptions import UnexpectedToken

from ..errors import Diagnostic, PolicyError
from .syntax import Program, Span
from .tokens import COMMENTS, grammar_text, tokens
from .tree_builder import TreeBuilder

_LOCK = Lock()


@cache
def _machine() -> tuple[Lark, TreeBuilder]:
    builder = TreeBuilder()
    return Lark(grammar_text(), parser="lalr", lexer="basic", start=["start", "refused"], transformer=builder), builder


def parse(text: str, file: str) -> Program:
    with _LOCK:
        lark, builder = _machine()
        diagnostics: list[Diagnostic] = []
        builder.begin(file, diagnostics.append)
        machine = lark.parse_interactive(start="start")
        feed = machine.feed_token
        token: Token | None = None
        try:
            for token in tokens(lark, text):
                if token.type not in COMMENTS:
                    feed(token)
            feed(Token.new_borrow_pos("$END", "", token) if token is not None else Token("$END", "", 0, 1, 1))
        except UnexpectedToken as error:
            bad = error.token
            span = Span(file, bad.line or 1, bad.column or 1, bad.end_line or 1, bad.end_column or 1)
            diagnostics.append(Diagnostic(span, f"unexpected `{bad}`", f"expected {sorted(error.expected)}"))
        if diagnostics:
            raise PolicyError(diagnostics)
        return Program(tuple(builder.items))


def read_program(paths: Iterable[Path]) -> Program:
    """The program that the files make together, in the order given. Raises PolicyError with the errors of all files."""
    program = Program(())
    diagnostics: list[Diagnostic] = []
    for path in paths:
        try:
            program += parse(path.read_text(encoding="utf-8"), str(path))
        except PolicyError as error:
            diagnostics.extend(error.diagnostics)
    if diagnostics:
        raise PolicyError(diagnostics)
    return program
