"""What the service counts, through OpenTelemetry's interface: nothing is sent unless the process is set up to send it.

zhunru.decide.falls            decisions that the general engine took instead of the specialised one, by reason
zhunru.explain.disagreements   decisions on which the second engine decided otherwise; anything above 0 is a fault
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from opentelemetry import metrics

_meter = metrics.get_meter("zhunru")

disagreements = _meter.create_counter(
    "zhunru.explain.disagreements",
    unit="{decision}",
    description="Decisions on which the second engine decided otherwise.",
)


def observe_falls(policy: str, falls: Mapping[str, int]) -> None:
    """Counts, from now on, what `falls` holds by reason whenever somebody reads it."""

    def read(_: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
        return [
            metrics.Observation(count, {"policy": policy, "reason": reason}) for reason, count in dict(falls).items()
        ]

    _meter.create_observable_counter(
        "zhunru.decide.falls",
        callbacks=[read],
        unit="{decision}",
        description="Decisions that the general engine took instead of the specialised one.",
    )
