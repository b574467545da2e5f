"""Questions to z3, asked in terms and formulas. This room alone imports it."""

import z3

from .minimise import Model, OutOfTime, Search
from .translation import Unsolvable

#: Solver memory of a question's own: threads can't share any, and a used one could choose otherwise among equals.
Context = z3.Context

__all__ = ["Context", "Model", "OutOfTime", "Search", "Unsolvable"]
