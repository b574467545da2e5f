"""From text to tokens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from lark import Lark, Token

WORDS = {"count": "COUNT", "sum": "SUM", "min": "MIN", "max": "MAX"} | dict.fromkeys(
    """as autoinc band bnot bor brie bshl bshr bshru btree btree_delete bxor cat contains debug_delta eqrel false inline
    input land lnot lor lxor magic match mean nil no_inline no_magic ord output overridable printsize range
    recursive_iteration_cnt stateful strlen substr to_float to_number to_string to_unsigned true
    __FILE__ __INCL__ __LINE__""".split(),
    "RESERVED",
)
COMMENTS = frozenset({"COMMENT", "BLOCK_COMMENT"})


@cache
def grammar_text() -> str:
    return files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")


def tokens(lark: Lark, text: str) -> Iterator[Token]:
    for token in lark.lex(text):
        if token.type == "IDENT":
            word = WORDS.get(token)
            if word is not None:
                token.type = word
        yield token
