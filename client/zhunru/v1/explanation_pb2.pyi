from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Value(_message.Message):
    __slots__ = ("number", "symbol")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    number: int
    symbol: str
    def __init__(self, number: _Optional[int] = ..., symbol: _Optional[str] = ...) -> None: ...

class Quantity(_message.Message):
    __slots__ = ("number", "symbol", "shown", "unit_zh", "unit_en")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    SHOWN_FIELD_NUMBER: _ClassVar[int]
    UNIT_ZH_FIELD_NUMBER: _ClassVar[int]
    UNIT_EN_FIELD_NUMBER: _ClassVar[int]
    number: int
    symbol: str
    shown: str
    unit_zh: str
    unit_en: str
    def __init__(self, number: _Optional[int] = ..., symbol: _Optional[str] = ..., shown: _Optional[str] = ..., unit_zh: _Optional[str] = ..., unit_en: _Optional[str] = ...) -> None: ...

class UsedFact(_message.Message):
    __slots__ = ("subject", "name", "values")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    subject: str
    name: str
    values: _containers.RepeatedCompositeFieldContainer[Value]
    def __init__(self, subject: _Optional[str] = ..., name: _Optional[str] = ..., values: _Optional[_Iterable[_Union[Value, _Mapping]]] = ...) -> None: ...

class FiredRule(_message.Message):
    __slots__ = ("id", "kind", "weight", "section", "reason_zh", "reason_en", "file", "line", "facts", "values", "others")
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    class OthersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    REASON_ZH_FIELD_NUMBER: _ClassVar[int]
    REASON_EN_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: str
    weight: str
    section: str
    reason_zh: str
    reason_en: str
    file: str
    line: int
    facts: _containers.RepeatedCompositeFieldContainer[UsedFact]
    values: _containers.MessageMap[str, Value]
    others: _containers.ScalarMap[str, int]
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[str] = ..., weight: _Optional[str] = ..., section: _Optional[str] = ..., reason_zh: _Optional[str] = ..., reason_en: _Optional[str] = ..., file: _Optional[str] = ..., line: _Optional[int] = ..., facts: _Optional[_Iterable[_Union[UsedFact, _Mapping]]] = ..., values: _Optional[_Mapping[str, Value]] = ..., others: _Optional[_Mapping[str, int]] = ...) -> None: ...

class PrincipalReason(_message.Message):
    __slots__ = ("id", "kind", "weight", "section", "reason_zh", "reason_en", "distance", "fact")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    REASON_ZH_FIELD_NUMBER: _ClassVar[int]
    REASON_EN_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_FIELD_NUMBER: _ClassVar[int]
    FACT_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: str
    weight: str
    section: str
    reason_zh: str
    reason_en: str
    distance: int
    fact: str
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[str] = ..., weight: _Optional[str] = ..., section: _Optional[str] = ..., reason_zh: _Optional[str] = ..., reason_en: _Optional[str] = ..., distance: _Optional[int] = ..., fact: _Optional[str] = ...) -> None: ...

class WhyNot(_message.Message):
    __slots__ = ("id", "proof")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    id: str
    proof: Proof
    def __init__(self, id: _Optional[str] = ..., proof: _Optional[_Union[Proof, _Mapping]] = ...) -> None: ...

class Proof(_message.Message):
    __slots__ = ("root", "nodes", "truncated", "cited")
    ROOT_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CITED_FIELD_NUMBER: _ClassVar[int]
    root: str
    nodes: _containers.RepeatedCompositeFieldContainer[Node]
    truncated: bool
    cited: _containers.RepeatedCompositeFieldContainer[UsedFact]
    def __init__(self, root: _Optional[str] = ..., nodes: _Optional[_Iterable[_Union[Node, _Mapping]]] = ..., truncated: bool = ..., cited: _Optional[_Iterable[_Union[UsedFact, _Mapping]]] = ...) -> None: ...

class Node(_message.Message):
    __slots__ = ("id", "given", "derived", "absent", "withheld")
    ID_FIELD_NUMBER: _ClassVar[int]
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    DERIVED_FIELD_NUMBER: _ClassVar[int]
    ABSENT_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_FIELD_NUMBER: _ClassVar[int]
    id: str
    given: Given
    derived: Derived
    absent: Absent
    withheld: Withheld
    def __init__(self, id: _Optional[str] = ..., given: _Optional[_Union[Given, _Mapping]] = ..., derived: _Optional[_Union[Derived, _Mapping]] = ..., absent: _Optional[_Union[Absent, _Mapping]] = ..., withheld: _Optional[_Union[Withheld, _Mapping]] = ...) -> None: ...

class Given(_message.Message):
    __slots__ = ("values", "source", "label_zh", "label_en", "file", "line", "fixed")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    LABEL_ZH_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    FIXED_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[Quantity]
    source: str
    label_zh: str
    label_en: str
    file: str
    line: int
    fixed: bool
    def __init__(self, values: _Optional[_Iterable[_Union[Quantity, _Mapping]]] = ..., source: _Optional[str] = ..., label_zh: _Optional[str] = ..., label_en: _Optional[str] = ..., file: _Optional[str] = ..., line: _Optional[int] = ..., fixed: bool = ...) -> None: ...

class Derived(_message.Message):
    __slots__ = ("values", "clause", "variables", "height", "premises")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    CLAUSE_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    PREMISES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[Quantity]
    clause: Clause
    variables: _containers.RepeatedCompositeFieldContainer[Variable]
    height: int
    premises: _containers.RepeatedCompositeFieldContainer[Premise]
    def __init__(self, values: _Optional[_Iterable[_Union[Quantity, _Mapping]]] = ..., clause: _Optional[_Union[Clause, _Mapping]] = ..., variables: _Optional[_Iterable[_Union[Variable, _Mapping]]] = ..., height: _Optional[int] = ..., premises: _Optional[_Iterable[_Union[Premise, _Mapping]]] = ...) -> None: ...

class Absent(_message.Message):
    __slots__ = ("values", "label_zh", "label_en", "besides", "instead", "attempts", "rest", "withheld")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    LABEL_ZH_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    BESIDES_FIELD_NUMBER: _ClassVar[int]
    INSTEAD_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    REST_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[Quantity]
    label_zh: str
    label_en: str
    besides: _containers.RepeatedScalarFieldContainer[str]
    instead: _containers.RepeatedScalarFieldContainer[str]
    attempts: _containers.RepeatedCompositeFieldContainer[Attempt]
    rest: int
    withheld: bool
    def __init__(self, values: _Optional[_Iterable[_Union[Quantity, _Mapping]]] = ..., label_zh: _Optional[str] = ..., label_en: _Optional[str] = ..., besides: _Optional[_Iterable[str]] = ..., instead: _Optional[_Iterable[str]] = ..., attempts: _Optional[_Iterable[_Union[Attempt, _Mapping]]] = ..., rest: _Optional[int] = ..., withheld: bool = ...) -> None: ...

class Withheld(_message.Message):
    __slots__ = ("reason_zh", "reason_en")
    REASON_ZH_FIELD_NUMBER: _ClassVar[int]
    REASON_EN_FIELD_NUMBER: _ClassVar[int]
    reason_zh: str
    reason_en: str
    def __init__(self, reason_zh: _Optional[str] = ..., reason_en: _Optional[str] = ...) -> None: ...

class Attempt(_message.Message):
    __slots__ = ("clause", "variables", "premises")
    CLAUSE_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    PREMISES_FIELD_NUMBER: _ClassVar[int]
    clause: Clause
    variables: _containers.RepeatedCompositeFieldContainer[Variable]
    premises: _containers.RepeatedCompositeFieldContainer[Premise]
    def __init__(self, clause: _Optional[_Union[Clause, _Mapping]] = ..., variables: _Optional[_Iterable[_Union[Variable, _Mapping]]] = ..., premises: _Optional[_Iterable[_Union[Premise, _Mapping]]] = ...) -> None: ...

class Clause(_message.Message):
    __slots__ = ("id", "section", "file", "line", "text", "head")
    ID_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    id: str
    section: str
    file: str
    line: int
    text: str
    head: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., section: _Optional[str] = ..., file: _Optional[str] = ..., line: _Optional[int] = ..., text: _Optional[str] = ..., head: _Optional[_Iterable[str]] = ...) -> None: ...

class Variable(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: Quantity
    def __init__(self, name: _Optional[str] = ..., value: _Optional[_Union[Quantity, _Mapping]] = ...) -> None: ...

class Premise(_message.Message):
    __slots__ = ("text", "kind", "holds", "nodes", "only", "left", "op", "right", "distance", "groups", "fault")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    ONLY_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    OP_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    text: str
    kind: str
    holds: bool
    nodes: _containers.RepeatedScalarFieldContainer[str]
    only: _containers.RepeatedScalarFieldContainer[str]
    left: Quantity
    op: str
    right: Quantity
    distance: Quantity
    groups: _containers.RepeatedCompositeFieldContainer[Group]
    fault: str
    def __init__(self, text: _Optional[str] = ..., kind: _Optional[str] = ..., holds: bool = ..., nodes: _Optional[_Iterable[str]] = ..., only: _Optional[_Iterable[str]] = ..., left: _Optional[_Union[Quantity, _Mapping]] = ..., op: _Optional[str] = ..., right: _Optional[_Union[Quantity, _Mapping]] = ..., distance: _Optional[_Union[Quantity, _Mapping]] = ..., groups: _Optional[_Iterable[_Union[Group, _Mapping]]] = ..., fault: _Optional[str] = ...) -> None: ...

class Group(_message.Message):
    __slots__ = ("text", "op", "result", "counted", "members", "rest", "rest_sum", "only", "hidden")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    OP_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    REST_FIELD_NUMBER: _ClassVar[int]
    REST_SUM_FIELD_NUMBER: _ClassVar[int]
    ONLY_FIELD_NUMBER: _ClassVar[int]
    HIDDEN_FIELD_NUMBER: _ClassVar[int]
    text: str
    op: str
    result: Quantity
    counted: int
    members: _containers.RepeatedCompositeFieldContainer[Member]
    rest: int
    rest_sum: Quantity
    only: _containers.RepeatedScalarFieldContainer[str]
    hidden: bool
    def __init__(self, text: _Optional[str] = ..., op: _Optional[str] = ..., result: _Optional[_Union[Quantity, _Mapping]] = ..., counted: _Optional[int] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., rest: _Optional[int] = ..., rest_sum: _Optional[_Union[Quantity, _Mapping]] = ..., only: _Optional[_Iterable[str]] = ..., hidden: bool = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("facts", "target")
    FACTS_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedScalarFieldContainer[str]
    target: Quantity
    def __init__(self, facts: _Optional[_Iterable[str]] = ..., target: _Optional[_Union[Quantity, _Mapping]] = ...) -> None: ...

class Recourse(_message.Message):
    __slots__ = ("wish", "counterfactuals", "blockers", "complete")
    WISH_FIELD_NUMBER: _ClassVar[int]
    COUNTERFACTUALS_FIELD_NUMBER: _ClassVar[int]
    BLOCKERS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    wish: _containers.RepeatedScalarFieldContainer[str]
    counterfactuals: _containers.RepeatedCompositeFieldContainer[Counterfactual]
    blockers: _containers.RepeatedCompositeFieldContainer[Blocker]
    complete: bool
    def __init__(self, wish: _Optional[_Iterable[str]] = ..., counterfactuals: _Optional[_Iterable[_Union[Counterfactual, _Mapping]]] = ..., blockers: _Optional[_Iterable[_Union[Blocker, _Mapping]]] = ..., complete: bool = ...) -> None: ...

class Counterfactual(_message.Message):
    __slots__ = ("changes", "outcome", "steps")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    outcome: str
    steps: int
    def __init__(self, changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., outcome: _Optional[str] = ..., steps: _Optional[int] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("fact", "key", "column", "before", "after", "steps", "text_zh", "text_en", "total", "facts")
    FACT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    TEXT_ZH_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    fact: str
    key: _containers.RepeatedCompositeFieldContainer[Value]
    column: str
    before: Quantity
    after: Quantity
    steps: int
    text_zh: str
    text_en: str
    total: str
    facts: int
    def __init__(self, fact: _Optional[str] = ..., key: _Optional[_Iterable[_Union[Value, _Mapping]]] = ..., column: _Optional[str] = ..., before: _Optional[_Union[Quantity, _Mapping]] = ..., after: _Optional[_Union[Quantity, _Mapping]] = ..., steps: _Optional[int] = ..., text_zh: _Optional[str] = ..., text_en: _Optional[str] = ..., total: _Optional[str] = ..., facts: _Optional[int] = ...) -> None: ...

class Blocker(_message.Message):
    __slots__ = ("fact", "value", "text_zh", "text_en")
    FACT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TEXT_ZH_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    fact: str
    value: Quantity
    text_zh: str
    text_en: str
    def __init__(self, fact: _Optional[str] = ..., value: _Optional[_Union[Quantity, _Mapping]] = ..., text_zh: _Optional[str] = ..., text_en: _Optional[str] = ...) -> None: ...
