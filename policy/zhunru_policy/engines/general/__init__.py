"""The general engine: any program as Python loops, evaluated stratum by stratum, semi-naively."""

from .evaluation import RUNTIME, prepare, stratum_source

__all__ = ["RUNTIME", "prepare", "stratum_source"]
