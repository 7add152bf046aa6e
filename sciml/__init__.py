"""Solve, discover and infer differential equations on JAX; this package holds the shared nouns.

Names are imported on first use, so that ``import sciml`` costs nothing and imports no JAX.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sciml.conditions import Condition as Condition
    from sciml.conditions import Observations as Observations
    from sciml.conditions import Sampled as Sampled
    from sciml.domain import Box as Box
    from sciml.domain import Disc as Disc
    from sciml.domain import Triangle as Triangle
    from sciml.problem import Condensate as Condensate
    from sciml.problem import EigenProblem as EigenProblem
    from sciml.problem import Problem as Problem
    from sciml.problem import QuantumDynamics as QuantumDynamics
    from sciml.region import LevelSet as LevelSet
    from sciml.region import Points as Points
    from sciml.region import Polygon as Polygon
    from sciml.registry import get as get
    from sciml.registry import listing as problems  # noqa: F401
    from sciml.registry import register as register
    from sciml.result import Result as Result
    from sciml.solver import resume as resume
    from sciml.solver import solve as solve
    from sciml.status import Status as Status
    from sciml.store import load as load

__version__ = "0.1.0"

_ERRORS = (
    *("SciMLError", "UnknownProblem", "UnknownMethod", "BadProblem", "NoBoundState", "BadConfig"),
    *("BadData", "BadArchive", "MissingExtra", "ShadowedPackage", "NotConverged"),
)

_HOME = {
    **dict.fromkeys(("Condition", "Observations", "Sampled"), "conditions"),
    **dict.fromkeys(("Box", "Disc", "Triangle"), "domain"),
    **dict.fromkeys(("Polygon", "LevelSet", "Points"), "region"),
    **dict.fromkeys(("Problem", "EigenProblem", "QuantumDynamics", "Condensate"), "problem"),
    **dict.fromkeys(("get", "register", "problems"), "registry"),
    **dict.fromkeys(("solve", "resume"), "solver"),
    **dict.fromkeys(_ERRORS, "errors"),
    "Result": "result",
    "Status": "status",
    "load": "store",
}
"""public name -> module of this package that defines it"""

__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sciml' has no attribute '{name}'")
    module = importlib.import_module(f"sciml.{_HOME[name]}")
    return getattr(module, "listing" if name == "problems" else name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
