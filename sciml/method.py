"""What a method is to the rest of the project: settings, a resumable task, and prediction.

A method turns a problem, its settings and a random key into a `Task`. The task holds whatever is
computed once (quadrature, compiled functions); its *state* is a plain pytree of arrays, so that
the one loop in `sciml.fit` can log, checkpoint, interrupt and resume every method alike.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Protocol, runtime_checkable

import numpy as np

from sciml.errors import UnknownMethod, did_you_mean
from sciml.problem import AnyProblem
from sciml.status import Status

State = Any
"""a pytree of arrays: everything a task needs to go on from where it was"""


@dataclass(frozen=True)
class Info:
    """What one step reports: scalars to log, and how the run ended if it has."""

    metrics: Mapping[str, float]
    status: Status | None = None


@dataclass(frozen=True)
class Outcome:
    """What a finished task hands over.

    Attributes
    ----------
    status : how it ended.
    value : the answer by name (scalars, lists or small arrays), for example ``energies``.
    metrics : scalars that judge the answer from within (residuals, norm errors).
    params : pytree of arrays from which the method predicts anywhere.
    arrays : sampled fields for plots, name -> array.
    warnings : sentences a user must read beside the answer.
    """

    status: Status
    value: Mapping[str, Any]
    metrics: Mapping[str, float]
    params: Any
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@runtime_checkable
class Task(Protocol):
    """A method applied to one problem: what was prepared once, and the steps from there."""

    @property
    def steps(self) -> int:
        """The step limit."""
        ...

    def init(self) -> State:
        """The state before the first step (same key, same state)."""
        ...

    def step(self, state: State) -> tuple[State, Info]:
        """The next state, and what to log of it."""
        ...

    def finish(self, state: State, status: Status) -> Outcome:
        """The answer that a state holds, given how the loop ended."""
        ...


@dataclass(frozen=True)
class Posterior:
    """What a method that is a probabilistic model knows of its answer; arguments as `evaluate`.

    Attributes
    ----------
    derivative : (problem, config, params, points [n, d], jet name as "u_xx") -> values [n].
    deviation : (problem, config, params, points [n, d]) -> standard deviations [n, k].
    sample : (problem, config, params, points [n, d], count, seed) -> draws [count, n, k].
    """

    derivative: Callable[[AnyProblem, Any, Any, np.ndarray, str], np.ndarray]
    deviation: Callable[[AnyProblem, Any, Any, np.ndarray], np.ndarray]
    sample: Callable[[AnyProblem, Any, Any, np.ndarray, int, int], np.ndarray]


@dataclass(frozen=True)
class Inputs:
    """How a method that learns from measurements reads them.

    Attributes
    ----------
    read : (data in any of its forms, problem, noise) -> records.
    spec : path of a TOML file -> the problem that it describes.
    """

    read: Callable[[Any, AnyProblem, Any], Any]
    spec: Callable[[Any], AnyProblem]


@dataclass(frozen=True)
class Method:
    """A way to solve one kind of problem.

    Attributes
    ----------
    name, label : the name users type, and one line that says honestly what it does.
    kind : the kind of problem it serves (`Problem.kind`, `EigenProblem.kind`).
    config : frozen dataclass of settings, every field with a default and a one-line doc.
    prepare : (problem, config, seed) -> Task.
    evaluate : (problem, config, params, points [n, d]) -> values [n, k] of the solved fields.
    posterior : what else the method knows of its answer, or None.
    inputs : how it reads measurements, or None.
    infer : (path of data, options) -> result, of a method that needs nothing but data; or None.
    pretrain : (folder, options) -> how the run stands, of a method with a pretrained network.
    blas_threads : threads of the host's linear algebra that the method gains from (None: all).
    """

    name: str
    label: str
    kind: str
    config: type
    prepare: Callable[[AnyProblem, Any, int], Task]
    evaluate: Callable[[AnyProblem, Any, Any, np.ndarray], np.ndarray]
    posterior: Posterior | None = None
    inputs: Inputs | None = None
    infer: Callable[..., Any] | None = None
    pretrain: Callable[..., Any] | None = None
    blas_threads: int | None = None


BUILTIN = {
    "ritz": "pinn.wells:METHODS",
    "pinn": "pinn.method:METHODS",
    "network": "pinn.network.method:METHOD",
    "paper": "pinn.paper:METHOD",
    "gp": "gp_solver.method:METHOD",
    "gp-paper": "gp_solver.paper:METHOD",
    "chebyshev": "gp_solver.chebyshev.method:METHOD",
    "discover": "discovery.method:METHOD",
    "mjp": "mjp.method:METHOD",
}
"""method name -> where it lives (one method, or one for each kind), imported on first use"""

DEFAULT = {
    **{"eigenproblem": "ritz", "equation": "gp"},
    **{"quantum dynamics": "ritz", "condensate": "ritz"},
    **{"hidden term": "discover", "jump process": "mjp"},
}
"""kind of problem -> the method used when none is named"""


@cache
def _installed() -> dict[str, str]:
    return {p.name: p.value for p in entry_points(group="sciml.methods")}


def _table() -> dict[str, str]:
    return _installed() | BUILTIN


def names() -> list[str]:
    """Names of all methods, ours and those of installed packages."""
    return sorted(_table())


def get(name: str | None, kind: str) -> Method:
    """Return the method of this name, or the default one for a kind of problem.

    Raises
    ------
    UnknownMethod : no such method, or it does not serve this kind of problem.
    """
    table = _table()
    if name is None:
        if kind not in DEFAULT:
            raise UnknownMethod(
                f"no method solves problems of kind '{kind}' yet.",
                "`sciml problems --tag schrodinger` lists problems that can be solved",
            )
        name = DEFAULT[kind]
    if name not in table:
        raise UnknownMethod(
            f"no method is named '{name}'. {did_you_mean(name, table)}".rstrip(),
            f"the methods are {sorted(table)}",
        )
    found = _methods(table[name])
    for method in found:
        if method.kind == kind:
            return method
    kinds = ", ".join(f"'{method.kind}'" for method in found)
    raise UnknownMethod(
        f"method '{name}' serves problems of kind {kinds}, not '{kind}'.",
        f"the methods are {sorted(table)}",
    )


def _methods(place: str) -> tuple[Method, ...]:
    """The methods that live at ``module:attribute``."""
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    return found if isinstance(found, tuple) else (found,)


def serving(kind: str) -> list[str]:
    """Return the names of all methods that serve a kind of problem, its default first."""
    found = [n for n, place in _table().items() if any(m.kind == kind for m in _methods(place))]
    return sorted(found, key=lambda n: (n != DEFAULT.get(kind), n))
