"""What the service counts, through OpenTelemetry's interface: nothing is sent unless the process is set up to send it.

zhunru.explain.disagreements   decisions on which the second engine decided otherwise; anything above 0 is a fault
"""

from __future__ import annotations

from opentelemetry import metrics

_meter = metrics.get_meter("zhunru")

disagreements = _meter.create_counter(
    "zhunru.explain.disagreements",
    unit="{decision}",
    description="Decisions on which the second engine decided otherwise.",
)
