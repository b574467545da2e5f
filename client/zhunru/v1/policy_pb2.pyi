from zhunru.v1 import explanation_pb2 as _explanation_pb2
from zhunru.v1 import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Detail(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DETAIL_UNSPECIFIED: _ClassVar[Detail]
    DETAIL_REASONS: _ClassVar[Detail]
    DETAIL_PROOF: _ClassVar[Detail]
    DETAIL_FULL: _ClassVar[Detail]

class Audience(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIENCE_UNSPECIFIED: _ClassVar[Audience]
    AUDIENCE_AUDITOR: _ClassVar[Audience]
    AUDIENCE_APPLICANT: _ClassVar[Audience]

class SecondOpinion(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SECOND_OPINION_UNSPECIFIED: _ClassVar[SecondOpinion]
    SECOND_OPINION_TAKEN: _ClassVar[SecondOpinion]
    SECOND_OPINION_LEFT_OUT: _ClassVar[SecondOpinion]

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_SAME: _ClassVar[Verdict]
    VERDICT_BOUND: _ClassVar[Verdict]
DETAIL_UNSPECIFIED: Detail
DETAIL_REASONS: Detail
DETAIL_PROOF: Detail
DETAIL_FULL: Detail
AUDIENCE_UNSPECIFIED: Audience
AUDIENCE_AUDITOR: Audience
AUDIENCE_APPLICANT: Audience
SECOND_OPINION_UNSPECIFIED: SecondOpinion
SECOND_OPINION_TAKEN: SecondOpinion
SECOND_OPINION_LEFT_OUT: SecondOpinion
VERDICT_UNSPECIFIED: Verdict
VERDICT_SAME: Verdict
VERDICT_BOUND: Verdict

class Date(_message.Message):
    __slots__ = ("year", "month", "day")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    year: int
    month: int
    day: int
    def __init__(self, year: _Optional[int] = ..., month: _Optional[int] = ..., day: _Optional[int] = ...) -> None: ...

class Facts(_message.Message):
    __slots__ = ("numbers", "symbols", "relations")
    class NumbersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class SymbolsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class RelationsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Relation
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Relation, _Mapping]] = ...) -> None: ...
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    RELATIONS_FIELD_NUMBER: _ClassVar[int]
    numbers: _containers.ScalarMap[str, int]
    symbols: _containers.ScalarMap[str, str]
    relations: _containers.MessageMap[str, Relation]
    def __init__(self, numbers: _Optional[_Mapping[str, int]] = ..., symbols: _Optional[_Mapping[str, str]] = ..., relations: _Optional[_Mapping[str, Relation]] = ...) -> None: ...

class Relation(_message.Message):
    __slots__ = ("columns",)
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[Column]
    def __init__(self, columns: _Optional[_Iterable[_Union[Column, _Mapping]]] = ...) -> None: ...

class Column(_message.Message):
    __slots__ = ("numbers", "symbols")
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    numbers: _containers.RepeatedScalarFieldContainer[int]
    symbols: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, numbers: _Optional[_Iterable[int]] = ..., symbols: _Optional[_Iterable[str]] = ...) -> None: ...

class Applicant(_message.Message):
    __slots__ = ("subject", "facts", "about")
    class AboutEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Facts
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Facts, _Mapping]] = ...) -> None: ...
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    subject: str
    facts: Facts
    about: _containers.MessageMap[str, Facts]
    def __init__(self, subject: _Optional[str] = ..., facts: _Optional[_Union[Facts, _Mapping]] = ..., about: _Optional[_Mapping[str, Facts]] = ...) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ("applicant", "policy", "as_of", "request_id")
    APPLICANT_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    applicant: Applicant
    policy: str
    as_of: Date
    request_id: str
    def __init__(self, applicant: _Optional[_Union[Applicant, _Mapping]] = ..., policy: _Optional[str] = ..., as_of: _Optional[_Union[Date, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: Decision
    def __init__(self, decision: _Optional[_Union[Decision, _Mapping]] = ...) -> None: ...

class EvaluateBatchRequest(_message.Message):
    __slots__ = ("applicants", "policy", "as_of", "request_id")
    APPLICANTS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    applicants: _containers.RepeatedCompositeFieldContainer[Applicant]
    policy: str
    as_of: Date
    request_id: str
    def __init__(self, applicants: _Optional[_Iterable[_Union[Applicant, _Mapping]]] = ..., policy: _Optional[str] = ..., as_of: _Optional[_Union[Date, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class EvaluateBatchResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[EvaluateResult]
    def __init__(self, results: _Optional[_Iterable[_Union[EvaluateResult, _Mapping]]] = ...) -> None: ...

class EvaluateResult(_message.Message):
    __slots__ = ("decision", "error")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    decision: Decision
    error: _status_pb2.Status
    def __init__(self, decision: _Optional[_Union[Decision, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("outcome", "restrictions", "met", "unmet", "unknown", "triggers", "invitation_score", "scorecard", "score", "missing", "qualifies", "offer", "next_step", "sequence_broken", "advice", "rules_fired", "policy_version")
    class ScorecardEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RESTRICTIONS_FIELD_NUMBER: _ClassVar[int]
    MET_FIELD_NUMBER: _ClassVar[int]
    UNMET_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    TRIGGERS_FIELD_NUMBER: _ClassVar[int]
    INVITATION_SCORE_FIELD_NUMBER: _ClassVar[int]
    SCORECARD_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    QUALIFIES_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_BROKEN_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    RULES_FIRED_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    outcome: str
    restrictions: _containers.RepeatedScalarFieldContainer[str]
    met: _containers.RepeatedScalarFieldContainer[str]
    unmet: _containers.RepeatedScalarFieldContainer[str]
    unknown: _containers.RepeatedScalarFieldContainer[str]
    triggers: _containers.RepeatedScalarFieldContainer[str]
    invitation_score: int
    scorecard: _containers.ScalarMap[str, int]
    score: int
    missing: _containers.RepeatedScalarFieldContainer[str]
    qualifies: bool
    offer: Offer
    next_step: str
    sequence_broken: bool
    advice: _containers.RepeatedScalarFieldContainer[str]
    rules_fired: _containers.RepeatedScalarFieldContainer[str]
    policy_version: str
    def __init__(self, outcome: _Optional[str] = ..., restrictions: _Optional[_Iterable[str]] = ..., met: _Optional[_Iterable[str]] = ..., unmet: _Optional[_Iterable[str]] = ..., unknown: _Optional[_Iterable[str]] = ..., triggers: _Optional[_Iterable[str]] = ..., invitation_score: _Optional[int] = ..., scorecard: _Optional[_Mapping[str, int]] = ..., score: _Optional[int] = ..., missing: _Optional[_Iterable[str]] = ..., qualifies: bool = ..., offer: _Optional[_Union[Offer, _Mapping]] = ..., next_step: _Optional[str] = ..., sequence_broken: bool = ..., advice: _Optional[_Iterable[str]] = ..., rules_fired: _Optional[_Iterable[str]] = ..., policy_version: _Optional[str] = ...) -> None: ...

class Offer(_message.Message):
    __slots__ = ("tier", "limit_yuan", "daily_rate_ppm", "annual_rate_ppm", "trial", "review_from_months", "review_to_months")
    TIER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_YUAN_FIELD_NUMBER: _ClassVar[int]
    DAILY_RATE_PPM_FIELD_NUMBER: _ClassVar[int]
    ANNUAL_RATE_PPM_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FROM_MONTHS_FIELD_NUMBER: _ClassVar[int]
    REVIEW_TO_MONTHS_FIELD_NUMBER: _ClassVar[int]
    tier: str
    limit_yuan: int
    daily_rate_ppm: int
    annual_rate_ppm: int
    trial: bool
    review_from_months: int
    review_to_months: int
    def __init__(self, tier: _Optional[str] = ..., limit_yuan: _Optional[int] = ..., daily_rate_ppm: _Optional[int] = ..., annual_rate_ppm: _Optional[int] = ..., trial: bool = ..., review_from_months: _Optional[int] = ..., review_to_months: _Optional[int] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("applicant", "policy", "as_of", "request_id", "detail", "audience", "language", "goal", "wish", "depth", "size", "milliseconds", "second_opinion")
    APPLICANT_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    WISH_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    SECOND_OPINION_FIELD_NUMBER: _ClassVar[int]
    applicant: Applicant
    policy: str
    as_of: Date
    request_id: str
    detail: Detail
    audience: Audience
    language: str
    goal: str
    wish: str
    depth: int
    size: int
    milliseconds: int
    second_opinion: SecondOpinion
    def __init__(self, applicant: _Optional[_Union[Applicant, _Mapping]] = ..., policy: _Optional[str] = ..., as_of: _Optional[_Union[Date, _Mapping]] = ..., request_id: _Optional[str] = ..., detail: _Optional[_Union[Detail, str]] = ..., audience: _Optional[_Union[Audience, str]] = ..., language: _Optional[str] = ..., goal: _Optional[str] = ..., wish: _Optional[str] = ..., depth: _Optional[int] = ..., size: _Optional[int] = ..., milliseconds: _Optional[int] = ..., second_opinion: _Optional[_Union[SecondOpinion, str]] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("decision", "rules", "principal", "proof", "why_not", "recourse", "verified", "withheld", "truncated", "verdict", "judged_rows")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    WHY_NOT_FIELD_NUMBER: _ClassVar[int]
    RECOURSE_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    JUDGED_ROWS_FIELD_NUMBER: _ClassVar[int]
    decision: Decision
    rules: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.FiredRule]
    principal: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.PrincipalReason]
    proof: _explanation_pb2.Proof
    why_not: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.WhyNot]
    recourse: _explanation_pb2.Recourse
    verified: bool
    withheld: bool
    truncated: bool
    verdict: Verdict
    judged_rows: int
    def __init__(self, decision: _Optional[_Union[Decision, _Mapping]] = ..., rules: _Optional[_Iterable[_Union[_explanation_pb2.FiredRule, _Mapping]]] = ..., principal: _Optional[_Iterable[_Union[_explanation_pb2.PrincipalReason, _Mapping]]] = ..., proof: _Optional[_Union[_explanation_pb2.Proof, _Mapping]] = ..., why_not: _Optional[_Iterable[_Union[_explanation_pb2.WhyNot, _Mapping]]] = ..., recourse: _Optional[_Union[_explanation_pb2.Recourse, _Mapping]] = ..., verified: bool = ..., withheld: bool = ..., truncated: bool = ..., verdict: _Optional[_Union[Verdict, str]] = ..., judged_rows: _Optional[int] = ...) -> None: ...

class CompareProductsRequest(_message.Message):
    __slots__ = ("amount_yuan", "days", "policy", "as_of", "request_id")
    AMOUNT_YUAN_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    amount_yuan: int
    days: int
    policy: str
    as_of: Date
    request_id: str
    def __init__(self, amount_yuan: _Optional[int] = ..., days: _Optional[int] = ..., policy: _Optional[str] = ..., as_of: _Optional[_Union[Date, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CompareProductsResponse(_message.Message):
    __slots__ = ("products", "policy_version")
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    products: _containers.RepeatedCompositeFieldContainer[Product]
    policy_version: str
    def __init__(self, products: _Optional[_Iterable[_Union[Product, _Mapping]]] = ..., policy_version: _Optional[str] = ...) -> None: ...

class Product(_message.Message):
    __slots__ = ("id", "name_zh", "name_en", "least_interest_fen", "most_interest_fen", "strength_zh", "strength_en")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_ZH_FIELD_NUMBER: _ClassVar[int]
    NAME_EN_FIELD_NUMBER: _ClassVar[int]
    LEAST_INTEREST_FEN_FIELD_NUMBER: _ClassVar[int]
    MOST_INTEREST_FEN_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_ZH_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_EN_FIELD_NUMBER: _ClassVar[int]
    id: str
    name_zh: str
    name_en: str
    least_interest_fen: int
    most_interest_fen: int
    strength_zh: str
    strength_en: str
    def __init__(self, id: _Optional[str] = ..., name_zh: _Optional[str] = ..., name_en: _Optional[str] = ..., least_interest_fen: _Optional[int] = ..., most_interest_fen: _Optional[int] = ..., strength_zh: _Optional[str] = ..., strength_en: _Optional[str] = ...) -> None: ...
