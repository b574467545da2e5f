"""The independent judge: the core's rules as pyDatalog clauses. This room alone imports pyDatalog."""

from .evaluation import prepare

__all__ = ["prepare"]
