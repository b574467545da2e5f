"""The engines by their names. `specialised` decides and derives nothing else, so it stands in `Policy.decide` alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..ir.core import CoreProgram
from . import Derivation, Engine, general, reference

ENGINES: Mapping[str, Engine] = {"general": general.prepare, "reference": reference.prepare}
NAMES = ("specialised", "general", "pydatalog", "reference")


def prepared(name: str, program: CoreProgram, steady: Sequence[str] = ()) -> Derivation:
    """The program made ready to be derived. `steady`: inputs whose rows change seldom, which one engine may keep.

    Raises `ValueError` for a name that derives nothing.
    """
    if name == "pydatalog":
        from . import pydatalog  # it takes long to load, and judges alone

        return pydatalog.prepare(program, steady=tuple(steady))
    if name not in ENGINES:
        raise ValueError(f"engine `{name}` is not known; name {', '.join(NAMES[1:-1])} or {NAMES[-1]}")
    return ENGINES[name](program)
