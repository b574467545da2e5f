"""The requests that both clients send, and how the answers of a batch find back to their applicants."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple, TypedDict

from ..errors import InvalidRequest, ServiceFault
from ..facts import About, Facts, applicant_message, date_message
from ..model.answers import Result
from ..model.proofs import Language
from ..v1 import policy_pb2 as pb
from .messages import read_result


class Applicant(NamedTuple):
    """Somebody to decide about. `facts`: by name; `about`: facts of other subjects (friends, devices), by subject."""

    subject: str
    facts: Facts
    about: About | None = None


AnyApplicant = Applicant | tuple[str, Facts] | tuple[str, Facts, About | None]


class Envelope(TypedDict):
    """What every request has beside its question."""

    policy: str
    as_of: pb.Date | None
    request_id: str


def envelope(policy: str, as_of: date | None, request_id: str | None) -> Envelope:
    """`request_id` names one logical call: every try of it carries the same, so that the service can know it again."""
    return {"policy": policy, "as_of": date_message(as_of), "request_id": request_id or str(uuid.uuid4())}


class Asking(TypedDict, total=False):
    """What an explanation is to hold.

    `detail`: `reasons` (the default: the rules that fired), `proof` (also the principal reasons, and the proof of the
    outcome) or `full` (also why other rules did not fire, and what would have to change). `audience`: `auditor` (the
    default) is told all; `applicant` no rule that the policy does not disclose, and no other person's data. `language`:
    texts in that alone; none is both. `goal`: what to prove instead of the outcome: the id of a node in an earlier
    proof, or a fact of the policy, `met("a1", "ELG-SCORE")`. `wish`: the outcome that changes are looked for to reach;
    none is the next better one. `depth`: levels below a proof's root, at most. `size`: nodes of each proof, at most.
    `milliseconds`: that explaining may take; past them the answer has what is ready. `second_opinion`: whether a second
    engine derives the decision again; unless said, for `proof` and `full`.
    """

    detail: Literal["reasons", "proof", "full"]
    audience: Literal["auditor", "applicant"]
    language: Language | None
    goal: str | None
    wish: str | None
    depth: int | None
    size: int | None
    milliseconds: int | None
    second_opinion: bool | None


_DETAILS = {
    "reasons": pb.DETAIL_REASONS,
    "proof": pb.DETAIL_PROOF,
    "full": pb.DETAIL_FULL,
}
_AUDIENCES = {"auditor": pb.AUDIENCE_AUDITOR, "applicant": pb.AUDIENCE_APPLICANT}
_LANGUAGES = {None: "", "zh": "zh", "en": "en"}
_OPINIONS = {
    None: pb.SECOND_OPINION_UNSPECIFIED,
    True: pb.SECOND_OPINION_TAKEN,
    False: pb.SECOND_OPINION_LEFT_OUT,
}


def explanation_request(applicant: pb.Applicant, given: Envelope, asking: Asking) -> pb.ExplainRequest:
    """Raises `InvalidRequest`, and `TypeError` for what can't be asked."""
    if unknown := asking.keys() - Asking.__annotations__.keys():
        raise TypeError(f"explain() got an unexpected argument {min(unknown)!r}")
    bounds = {name: _bound(name, asking.get(name)) for name in ("depth", "size", "milliseconds")}
    return pb.ExplainRequest(
        applicant=applicant,
        detail=_chosen("detail", asking.get("detail", "reasons"), _DETAILS),
        audience=_chosen("audience", asking.get("audience", "auditor"), _AUDIENCES),
        language=_chosen("language", asking.get("language"), _LANGUAGES),
        goal=_text("goal", asking.get("goal")),
        wish=_text("wish", asking.get("wish")),
        second_opinion=_chosen("second_opinion", asking.get("second_opinion"), _OPINIONS),
        **bounds,
        **given,
    )


def _chosen(name: str, value: Any, choices: Mapping[Any, Any]) -> Any:
    try:
        return choices[value]
    except (KeyError, TypeError):
        known = ", ".join(map(repr, choices))
        raise InvalidRequest.of(name, f"must be one of {known}, not {value!r:.60}") from None


def _bound(name: str, value: object) -> int:
    if value is None:
        return 0
    if not isinstance(value, int) or not 1 <= value < 2**31:
        raise InvalidRequest.of(name, f"must be a whole number from 1 on, not {value!r:.60}")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str | None):
        raise InvalidRequest.of(name, f"must be a text, not {value!r:.60}")
    return value or ""


def comparison_request(yuan: int, days: int, given: Envelope) -> pb.CompareProductsRequest:
    """Raises `InvalidRequest`."""
    for name, value in (("yuan", yuan), ("days", days)):
        if not isinstance(value, int) or not 0 <= value < 2**63:
            raise InvalidRequest.of(name, f"must be a whole number above 0, not {value!r:.60}")
    return pb.CompareProductsRequest(amount_yuan=yuan, days=days, **given)


class Batch:
    """Applicants that are asked about at once. One that can't be sent is answered here; others go all the same."""

    def __init__(self, applicants: Iterable[AnyApplicant], given: Envelope) -> None:
        self._results: list[Result | str] = []
        self.request = pb.EvaluateBatchRequest(**given)
        for applicant in applicants:
            match applicant:
                case (subject, facts):
                    about = None
                case (subject, facts, about):
                    pass
                case _:
                    raise TypeError("an applicant is given as (subject, facts) or (subject, facts, about)")
            try:
                self.request.applicants.append(applicant_message(subject, facts, about))
                self._results.append(subject)
            except InvalidRequest as error:
                self._results.append(Result(subject, None, error))

    def __len__(self) -> int:
        return len(self._results)

    @property
    def asks(self) -> bool:
        """Whether there is anything to send."""
        return bool(self.request.applicants)

    def results(self, response: pb.EvaluateBatchResponse | None) -> Iterator[Result]:
        """One for each applicant, in their order. Raises `ServiceFault` where the service answered another number."""
        answers = response.results if response else ()
        if len(answers) != len(self.request.applicants):
            counts = f"{len(answers)} results for {len(self.request.applicants)} applicants"
            raise ServiceFault(f"the service gave {counts}; tell its owners")
        answered = iter(answers)
        for result in self._results:
            yield read_result(result, next(answered)) if isinstance(result, str) else result


def checked_batch_size(batch_size: int) -> int:
    """Raises `ValueError` for less than one."""
    if batch_size < 1:
        raise ValueError(f"`batch_size` is 1 or more, not {batch_size!r}")
    return batch_size
