"""What the policy explains, as a client of the service has it: through the bytes of a message."""

from __future__ import annotations

from zhunru import Explanation
from zhunru.model.proofs import Language
from zhunru.show.outline import Outline
from zhunru.show.text import tree
from zhunru.v1 import explanation_pb2, policy_pb2
from zhunru.wire.explanations import read_explanation, read_proof
from zhunru_policy import explain
from zhunru_server.wire.explanations import explanation_message, proof_message


def as_told(explanation: explain.Explanation, language: str = "") -> Explanation:
    raw = explanation_message(explanation, language).SerializeToString()
    return read_explanation(policy_pb2.ExplainResponse.FromString(raw))


def lines_of(proof: explain.Proof, language: Language) -> list[str]:
    """The proof as a text tree."""
    raw = proof_message(proof).SerializeToString()
    return list(tree(Outline(read_proof(explanation_pb2.Proof.FromString(raw)), language).root))
