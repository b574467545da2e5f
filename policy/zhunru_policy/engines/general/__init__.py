"""The general engine: any program as Python loops, evaluated stratum by stratum, semi-naively."""

from .evaluation import prepare

__all__ = ["prepare"]
