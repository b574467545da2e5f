"""Changes, and what blocks them, in words: the input's label, its values as people are shown them, their units."""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.core import Row, Value
from ...pack.units import PLAIN, Measure
from ...pack.vocabulary import ColumnSpec, InputSpec
from .counterfactual import Blocker

#: Chinese, English.
Texts = tuple[str, str]

_NOT_GIVEN: Texts = ("未提供", "not given")
_NOT_THEIRS: Texts = ("不由申请人决定", "not the applicant's to change")
_YES_NO: tuple[Texts, Texts] = (("否", "no"), ("是", "yes"))


def measure_of(column: ColumnSpec) -> Measure:
    return Measure(column.divide, column.unit_zh, column.unit_en)


def is_flag(column: ColumnSpec) -> bool:
    """0 or 1 without a unit: no or yes."""
    return (column.least, column.most, measure_of(column)) == (0, 1, PLAIN)


def shown(value: Value | None, column: ColumnSpec) -> Texts:
    """A value without its unit."""
    if value is None:
        return _NOT_GIVEN
    if is_flag(column) and value in (0, 1):
        return _YES_NO[int(value)]
    return (text := measure_of(column).show(value)), text


def with_unit(texts: Texts, measure: Measure) -> Texts:
    return _unit(texts[0], measure.unit_zh), _unit(texts[1], measure.unit_en)


def _unit(text: str, unit: str) -> str:
    return text if not unit else f"{text}{unit}" if unit == "%" else f"{text} {unit}"


def key_words(values: Row, measures: Sequence[Measure]) -> Texts:
    """What tells one row or sum from another, in brackets."""
    shows = [(measure.show(value), measure) for value, measure in zip(values, measures, strict=True)]
    told = [with_unit((text, text), measure) for text, measure in shows]
    if not told:
        return "", ""
    return f"（{'，'.join(zh for zh, _ in told)}）", f" ({', '.join(en for _, en in told)})"


def change_words(
    labels: Texts, key: Texts, column: ColumnSpec, before: Value | None, after: Value, *, amount: bool = False
) -> Texts:
    """`amount`: say the difference as well."""
    now, then = shown(before, column), with_unit(shown(after, column), measure_of(column))
    zh, en = (f"{label}{of} {a} → {b}" for label, of, a, b in zip(labels, key, now, then, strict=True))
    if not amount or not isinstance(before, int) or not isinstance(after, int):
        return zh, en
    by = shown(abs(after - before), column)
    more = after > before
    zh_by = _unit(by[0], column.unit_zh)
    return f"{zh}（{'多' if more else '少'} {zh_by}）", f"{en} ({by[1]} {'more' if more else 'less'})"


def added_words(labels: Texts, value: Value | None, column: ColumnSpec) -> Texts:
    zh, en = with_unit(shown(value, column), measure_of(column))
    return f"{labels[0]}：增加 {zh}", f"{labels[1]}: add {en}"


def blocker(spec: InputSpec, value: Value | None, *, missing: bool) -> Blocker:
    """`missing`: a required fact that is not given; else one that only others can change."""
    column = spec.columns[0]
    measure = measure_of(column) if len(spec.columns) == 1 else PLAIN
    zh, en = _NOT_GIVEN if missing else _NOT_THEIRS
    if value is not None:
        told = with_unit(shown(value, column), measure)
        zh, en = f"{told[0]}（{zh}）", f"{told[1]} ({en})"
    return Blocker(spec.name, value, measure, f"{spec.label_zh}：{zh}", f"{spec.label_en}: {en}")
