"""What an Explain request asks for, as the arguments of `Policy.explain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from zhunru.v1 import policy_pb2
from zhunru_policy.engines import SECOND_ENGINE
from zhunru_policy.explain import Audience, Detail

from ..limits import Limits
from .statuses import InvalidField

DETAILS: Mapping[int, Detail] = {
    policy_pb2.DETAIL_UNSPECIFIED: "reasons",
    policy_pb2.DETAIL_REASONS: "reasons",
    policy_pb2.DETAIL_PROOF: "proof",
    policy_pb2.DETAIL_FULL: "full",
}
AUDIENCES: Mapping[int, Audience] = {
    policy_pb2.AUDIENCE_UNSPECIFIED: "auditor",
    policy_pb2.AUDIENCE_AUDITOR: "auditor",
    policy_pb2.AUDIENCE_APPLICANT: "applicant",
}
OPINIONS: Mapping[int, bool | None] = {
    policy_pb2.SECOND_OPINION_UNSPECIFIED: None,
    policy_pb2.SECOND_OPINION_TAKEN: True,
    policy_pb2.SECOND_OPINION_LEFT_OUT: False,
}
LANGUAGES = ("", "zh", "en")


class Asking(TypedDict):
    """What `Policy.explain` is asked for beside the applicant."""

    detail: Detail
    audience: Audience
    goal: str | None
    depth: int | None
    size: int | None
    wish: str | None
    verify: str | None


def read_asking(request: policy_pb2.ExplainRequest, limits: Limits) -> Asking:
    """Raises `InvalidField`, for values of an enumeration that are not known here too."""
    detail = DETAILS.get(request.detail)
    if detail is None:
        raise InvalidField("detail", f"{request.detail} is not known here; ask for REASONS, PROOF or FULL")
    audience = AUDIENCES.get(request.audience)
    if audience is None:
        raise InvalidField("audience", f"{request.audience} is not known here; ask for AUDITOR or APPLICANT")
    if request.language not in LANGUAGES:
        raise InvalidField(
            "language", f"{request.language!r:.60} is not known here; ask for `zh` or `en`, or leave it empty"
        )
    if request.second_opinion not in OPINIONS:
        raise InvalidField("second_opinion", f"{request.second_opinion} is not known here; ask for TAKEN or LEFT_OUT")
    verified = OPINIONS[request.second_opinion]
    if verified is None:
        verified = detail != "reasons"
    for name in ("depth", "size", "milliseconds"):
        if getattr(request, name) < 0:
            raise InvalidField(name, "is below 0; leave it out for no bound of yours")
    return Asking(
        detail=detail,
        audience=audience,
        goal=request.goal or None,
        depth=request.depth or None,
        size=min(request.size or limits.proof_nodes, limits.proof_nodes),
        wish=request.wish or None,
        verify=SECOND_ENGINE if verified else None,
    )


def explaining_seconds(request: policy_pb2.ExplainRequest, limits: Limits) -> float:
    """That explaining may take, as the request says and the service allows."""
    return min(request.milliseconds / 1000 or limits.explain_seconds, limits.explain_seconds)
