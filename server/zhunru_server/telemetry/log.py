"""The service's log: one JSON object a line, on stderr."""

from __future__ import annotations

import logging
import sys

import structlog


def configure() -> None:
    """Call once, when a process of the service starts."""
    stamped = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.CallsiteParameterAdder([structlog.processors.CallsiteParameter.PROCESS]),
    ]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *stamped,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        # A line with its end in one write, since several processes share stderr; which is looked up for every line.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )
    # What libraries log (gRPC, above all) goes the same way.
    from_libraries = logging.StreamHandler(sys.stderr)
    from_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *stamped],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[from_libraries], force=True)
