"""The front of the rule language: `parse` turns a text into the tree of `syntax`, or says everything that is wrong.

The lexer and the LALR tables are lark's, made from `grammar.lark`; `TreeBuilder` makes the nodes as the text is read.
Where a token does not fit, `mistakes` words the error, and reading goes on: with the token read as another, without it,
or behind the next place where an item surely starts. So all errors of a text are told at once, each once.

Bounds, each told to the writer when it is passed: LARGEST_TEXT, MOST_ITEMS, LONGEST_ITEM, DEEPEST_NESTING and
MOST_DIAGNOSTICS.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import Lock

from lark import Lark, Token
from lark.exceptions import UnexpectedToken

from ..diagnostics import Diagnostic
from ..errors import PolicyError
from .mistakes.explain import explain
from .mistakes.situation import CLOSING, DIRECTIVES, END, GOES_ON, OPENING, STARTS, Mistake, Situation
from .syntax import Program, Span
from .tokens import BROKEN, COMMENTS, SLIP, end_of, grammar_text, lex, span_of
from .tree_builder import DEEPEST_NESTING, TreeBuilder

LARGEST_TEXT = 8 * 2**20
"""Bytes of a file, and characters of a text: about 100,000 rules of 80 characters, read in about half a minute."""
MOST_ITEMS = 250_000
"""Declarations, directives, facts and rules of one text; each takes about a kilobyte of memory."""
LONGEST_ITEM = 20_000
"""Tokens of one item, so that no single rule outgrows what the passes behind the parser were measured on."""
MOST_DIAGNOSTICS = 100
"""Errors told of one text; behind them reading stops, since nobody mends more at once."""

_LOCK = Lock()
"""There is one parser with one builder in it; texts are read one after the other."""


def parse(text: str, file: str) -> Program:
    """The tree of one text. `file` is the name for messages and spans; nothing is read from disk.

    Raises PolicyError with every error of the text, in its order.
    """
    if len(text) > LARGEST_TEXT:
        raise PolicyError([_too_large(file)])
    with _LOCK:
        return _Reading(text, file).program()


def tokens_of(text: str, file: str) -> list[Token]:
    """The tokens of a text that `parse` accepts, comments among them."""
    return list(lex(_machine()[0], text, file, lambda diagnostic: None))


def read_program(paths: Iterable[Path]) -> Program:
    """The program that the files make together, in the order given.

    Raises PolicyError with every error of all files; also where a file can't be read, or is not UTF-8.
    """
    items = []
    diagnostics: list[Diagnostic] = []
    for path in paths:
        try:
            items.extend(parse(read_text(path), str(path)).items)
        except PolicyError as error:
            diagnostics.extend(error.diagnostics)
    if diagnostics:
        raise PolicyError(diagnostics)
    return Program(tuple(items))


def read_text(path: Path) -> str:
    """A file's text, line ends as they stand. Raises PolicyError where there is none."""
    start = Span(str(path), 1, 1, 1, 1)
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_TEXT + 1)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise PolicyError(
            [Diagnostic(start, f"the file can't be read: {reason}", "name a readable .dl file")]
        ) from None
    if len(content) > LARGEST_TEXT:
        raise PolicyError([_too_large(str(path))])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8")
        line, column = good.count("\n") + 1, len(good) - good.rfind("\n")
        span = Span(str(path), line, column, line, column + 1)
        message = f"byte `0x{content[error.start]:02x}` is not UTF-8"
        raise PolicyError([Diagnostic(span, message, "save the file as UTF-8")]) from None


def _too_large(file: str) -> Diagnostic:
    limit = f"the bound is {LARGEST_TEXT // 2**20} MiB"
    return Diagnostic(Span(file, 1, 1, 1, 1), f"the text is too large: {limit}", "split it into several files")


@cache
def _machine() -> tuple[Lark, TreeBuilder]:
    builder = TreeBuilder()
    lark = Lark(grammar_text(), parser="lalr", lexer="basic", start=["start", "refused"], transformer=builder)
    return lark, builder


class _Stop(Exception):
    """The rest of the text is left unread."""


class _Reading:
    """One text on its way through the parser."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._diagnostics: list[Diagnostic] = []
        self._lark, self._builder = _machine()
        self._builder.begin(file, self._report)
        self._previous: Token | None = None
        self._block: int | None = None
        self._start_anew()

    def program(self) -> Program:
        try:
            for token in lex(self._lark, self._text, self._file, self._report):
                if token.type not in COMMENTS:
                    self._take(token)
            self._take(self._end())
        except _Stop:
            pass
        items = tuple(self._builder.items)
        self._builder.begin("", lambda diagnostic: None)
        if self._diagnostics:
            raise PolicyError(self._told())
        return Program(items)

    # ── the way of one token ──

    def _take(self, token: Token) -> None:
        if token.type == SLIP:
            self._mended = True
            return
        if token.type == BROKEN:
            self._skipping = True
        if self._skipping and not self._resumes(token):
            self._previous = token
            return
        try:
            self._feed(token)
        except UnexpectedToken:
            self._mend(token)
        else:
            self._previous = token
            self._mended = False

    def _feed(self, token: Token) -> None:
        """Gives the token to the parser and keeps count of what the bounds are about."""
        self._machine.feed_token(token)
        kind = token.type
        self._length += 1
        if kind in OPENING:
            self._open.append(token)
            if len(self._open) > DEEPEST_NESTING:
                self._give_up(
                    token, f"brackets are nested deeper than {DEEPEST_NESTING}", "give parts rules of their own"
                )
        elif kind in CLOSING:
            self._open.pop()
        elif kind == "DOT" or kind in DIRECTIVES:
            self._length = 0
            if len(self._builder.items) > MOST_ITEMS:
                self._give_up(token, f"the text has more than {MOST_ITEMS} items", "split it into several files")
                raise _Stop
        elif self._length > LONGEST_ITEM:
            self._give_up(
                token, f"an item has more than {LONGEST_ITEM} words and marks", "split it, or end it with `.`"
            )

    def _give_up(self, token: Token, message: str, suggestion: str) -> None:
        self._report(Diagnostic(span_of(token, self._file), message, suggestion))
        self._skipping = True

    def _start_anew(self) -> None:
        self._machine = self._lark.parse_interactive(start="start")
        self._open: list[Token] = []
        self._length = 0
        self._skipping = False
        self._mended = False

    def _end(self) -> Token:
        line, column = self._text.count("\n") + 1, len(self._text) - self._text.rfind("\n")
        return Token(END, "", len(self._text), line, column, line, column, len(self._text))

    # ── going on behind an error ──

    def _mend(self, token: Token) -> None:
        """Tells what is wrong with a token that does not fit, unless that only follows from what was told."""
        if token.type == "NUMBER" and token != self._text[token.start_pos : token.end_pos]:
            self._mended = True  # It was told to be no number; the one that stands for it nobody wrote.
            if "DECL" in self._machine.choices():
                self._skip(token)
            return
        expected = frozenset(self._machine.accepts())
        situation = Situation(self._text, token, expected, self._previous, self._open)
        mistake = explain(situation)
        goes_on = mistake.drop or mistake.read_as is not None
        previous = self._previous
        bare_directive = situation.previous_is(*DIRECTIVES) and not self._around(previous or token)[1].strip("\n")
        if bare_directive or (self._mended and not goes_on):
            self._skip(token)
            return
        self._report(Diagnostic(self._place(mistake), mistake.message, mistake.suggestion))
        self._mended = goes_on
        if mistake.read_as is not None:
            self._read_as(token, mistake.read_as)
        elif not mistake.drop:
            self._skip(token, refused=token.type == "REFUSED_DIRECTIVE" and mistake.place is token)

    def _skip(self, token: Token, refused: bool = False) -> None:
        """Leaves the rest of the item unread; the token at fault may be where the next one starts."""
        between_items = "DECL" in self._machine.choices()
        self._skipping = True
        self._block = 0 if refused and token in (".comp", ".lattice") else None
        if not refused and not between_items and self._resumes(token):
            self._take(token)
        else:
            self._previous = token

    def _place(self, mistake: Mistake) -> Span:
        if mistake.place is not None:
            return span_of(mistake.place, self._file)
        return end_of(self._previous, self._file) if self._previous else Span(self._file, 1, 1, 1, 1)

    def _read_as(self, token: Token, kind: str) -> None:
        """Reads on as if the token were of another type. If that fails too, nothing is told: it only follows."""
        token.type = kind
        self._previous = token
        try:
            self._feed(token)
        except UnexpectedToken:
            self._skipping = True

    def _resumes(self, token: Token) -> bool:
        """Whether an item surely starts with this token. Behind a `.` or a block the next token is the first one."""
        if self._block is not None:
            return self._resumes_behind_block(token)
        kind, previous = token.type, self._previous
        if kind == "DOT" and not self._joins_names(token):
            self._start_anew()
            return self._begins_directive(token)
        new_line = previous is None or token.line != previous.end_line
        starts = (
            new_line and token.column == 1 and kind in STARTS and (previous is None or previous.type not in GOES_ON)
        )
        if kind in DIRECTIVES or starts:
            self._start_anew()
            return True
        return False

    def _resumes_behind_block(self, token: Token) -> bool:
        """The block of a component, `{ … }`, is left unread as a whole."""
        if self._block == 0 and token.type in DIRECTIVES:
            self._block = None
            self._start_anew()
            return True
        self._block = (self._block or 0) + (token.type == "LBRACE") - (token.type == "RBRACE")
        if self._block == 0 and token.type == "RBRACE":
            self._block = None
            self._start_anew()
        return False

    def _joins_names(self, dot: Token) -> bool:
        before, behind = self._around(dot)
        return behind.isalpha() and (before.isalnum() or before in ("_", "?"))

    def _begins_directive(self, dot: Token) -> bool:
        before, behind = self._around(dot)
        return behind.isalpha() and not before.strip()

    def _around(self, token: Token) -> tuple[str, str]:
        start, end = token.start_pos or 0, token.end_pos or 0
        return self._text[max(start - 1, 0) : start], self._text[end : end + 1]

    # ── what is told ──

    def _report(self, diagnostic: Diagnostic) -> None:
        self._diagnostics.append(diagnostic)
        if len(self._diagnostics) > MOST_DIAGNOSTICS:
            raise _Stop

    def _told(self) -> list[Diagnostic]:
        told = sorted(self._diagnostics, key=lambda diagnostic: (diagnostic.span.line, diagnostic.span.column))
        if len(told) > MOST_DIAGNOSTICS:
            more = f"more than {MOST_DIAGNOSTICS} errors; the text is not read further"
            told[MOST_DIAGNOSTICS:] = [Diagnostic(told[MOST_DIAGNOSTICS].span, more, "mend the ones above first")]
        return told
