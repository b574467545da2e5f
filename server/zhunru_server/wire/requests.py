"""Requests as the service parses them, and what they say of applicants as the policy's plain data.

`EvaluateRequest` and the other classes here are the contract's messages and read the same bytes; but
what is known of each other subject, and each relation, stays bytes until it is read. Most of these are short and come
again and again (a friend's score, the opening steps), and are then read once.

This runs in every call: a map is read by iterating over its keys and a column by slicing it, which measured fastest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import cast

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from zhunru.v1 import policy_pb2 as pb

from ..limits import Limits
from .statuses import InvalidField, RequestError, TooLarge

Facts = dict[str, object]

# Maps whose values stay bytes: on the wire a message and bytes are alike.
UNREAD = {("Applicant", "AboutEntry"), ("Facts", "RelationsEntry")}
# What is read once for all calls: this many of the latest, and none longer. A relation's and a friend's few bytes are
# kept, an applicant's own facts never are.
KEPT = 4096
LONGEST_KEPT_BYTES = 64


def _with_imports(file: FileDescriptor) -> Iterator[FileDescriptor]:
    for imported in file.dependencies:
        yield from _with_imports(imported)
    yield file


def _pool() -> DescriptorPool:
    pool = DescriptorPool()
    for file in dict.fromkeys(_with_imports(pb.DESCRIPTOR)):
        stated = FileDescriptorProto.FromString(file.serialized_pb)
        for message in stated.message_type if file is pb.DESCRIPTOR else ():
            for entry in message.nested_type:
                if (message.name, entry.name) in UNREAD:
                    entry.field[1].type = FieldDescriptorProto.TYPE_BYTES
                    entry.field[1].ClearField("type_name")
        pool.AddSerializedFile(stated.SerializeToString())
    return pool


_POOL = _pool()


def _class(stated: type) -> type:
    return GetMessageClass(_POOL.FindMessageTypeByName(stated.DESCRIPTOR.full_name))  # type: ignore[attr-defined]


EvaluateRequest = cast("type[pb.EvaluateRequest]", _class(pb.EvaluateRequest))
EvaluateBatchRequest = cast("type[pb.EvaluateBatchRequest]", _class(pb.EvaluateBatchRequest))
ExplainRequest = cast("type[pb.ExplainRequest]", _class(pb.ExplainRequest))
Applicant = cast("type[pb.Applicant]", _class(pb.Applicant))
_facts_of = cast("type[pb.Facts]", _class(pb.Facts)).FromString
_relation_of = pb.Relation.FromString


class Reader:
    """Reads applicants of this module's requests. What a message can't mean is refused by its path.

    INVARIANT: what is read is never changed, since another call may be given it again.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._kept_facts = lru_cache(KEPT)(self._facts_from)
        self._kept_rows = lru_cache(KEPT)(self._rows)

    def applicant(self, applicant: pb.Applicant) -> tuple[Facts, dict[str, Facts]]:
        """The facts, and the facts about other subjects.

        Raises `RequestError`, its path starting at the applicant, and `DecodeError`.
        """
        others = cast("dict[str, bytes]", applicant.about)
        if len(others) > self._limits.subjects:
            raise TooLarge("about", f"{len(others)} subjects; at most {self._limits.subjects} are taken")
        try:
            facts = self._facts(applicant.facts)
        except RequestError as error:
            raise error.under("facts") from None
        about: dict[str, Facts] = {}
        subject = ""
        try:
            for subject in others:
                raw = others[subject]
                about[subject] = self._kept_facts(raw) if len(raw) <= LONGEST_KEPT_BYTES else self._facts_from(raw)
        except RequestError as error:
            raise error.under(f"about.{subject}") from None
        return facts, about

    def _facts_from(self, raw: bytes) -> Facts:
        return self._facts(_facts_of(raw))

    def _facts(self, facts: pb.Facts) -> Facts:
        given: Facts = {}
        if numbers := facts.numbers:
            for name in numbers:
                given[name] = numbers[name]
        if symbols := facts.symbols:
            for name in symbols:
                given[name] = symbols[name]
        if relations := cast("dict[str, bytes]", facts.relations):
            name = ""
            try:
                for name in relations:
                    raw = relations[name]
                    given[name] = self._kept_rows(raw) if len(raw) <= LONGEST_KEPT_BYTES else self._rows(raw)
            except RequestError as error:
                raise error.under(name) from None
        if len(given) != len(numbers) + len(symbols) + len(relations):
            name = next(name for name in given if (name in numbers) + (name in symbols) + (name in relations) > 1)
            raise InvalidField(name, "given as a number, a symbol or a relation at once; give it one way")
        return given

    def _rows(self, raw: bytes) -> list[object]:
        """Values where there is one column, tuples where there are several."""
        columns: list[Sequence[object]] = []
        for column in _relation_of(raw).columns:
            values: Sequence[object] = column.numbers[:]
            if symbols := column.symbols:
                if values:
                    raise InvalidField(f"columns[{len(columns)}]", "holds numbers and symbols; give a column of each")
                values = symbols[:]
            columns.append(values)
        if not columns:
            return []
        if len(columns[0]) > self._limits.relation_rows:
            raise TooLarge("columns", f"{len(columns[0])} rows; at most {self._limits.relation_rows} are taken")
        if len(columns) == 1:
            return list(columns[0])
        try:
            return list(zip(*columns, strict=True))
        except ValueError:
            lengths = ", ".join(str(len(column)) for column in columns)
            raise InvalidField(
                "columns", f"of different lengths ({lengths}); give each column a value for every row"
            ) from None
