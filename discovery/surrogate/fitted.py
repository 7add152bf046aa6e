"""What a hidden-term PINN has learned: the solution, the hidden terms, and how sure they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from discovery.surrogate.model import Model
from sciml.errors import BadProblem
from sciml.hidden import HiddenTermProblem
from sciml.precision import float64


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A fitted hidden-term PINN.

    Attributes
    ----------
    problem : what is modelled.
    params : arrays: "own" parameters of every experiment's solution [e, n], "shared" ones of the
        hidden terms and free constants [k], "units" in which they are.
    noise : standard deviation of each state's measurements [s], relative where it is positive.
    free : values of the problem's free parameters.
    model : the networks that the parameters belong to.
    covariance : of own and shared parameters of every experiment [e, n + k, n + k], by
        Gauss-Newton; None where it is not known.
    """

    problem: HiddenTermProblem
    params: Any
    noise: Float[np.ndarray, " s"]
    free: Mapping[str, float]
    model: Model
    covariance: Float[np.ndarray, "e p p"] | None = None

    def fields(self, experiment: int, points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n s"]:
        """Return the states at points, in physical units."""
        return _padded(self._compiled["fields"], points, self.params["own"][experiment])

    def derivative(
        self, experiment: int, points: Float[np.ndarray, "n d"], name: str
    ) -> Float[np.ndarray, " n"]:
        """Return a derivative at points, by its name ("u_xx", or along time "x_t").

        Raises
        ------
        BadProblem : no state has such a derivative.
        """
        if name not in self._compiled:
            axes = self.problem.axes
            state, _, letters = name.rpartition("_")
            if state not in self.problem.states or any(c not in axes for c in letters):
                raise BadProblem(
                    f"'{name}' is no derivative of '{self.problem.name}'.",
                    f"name a state of {list(self.problem.states)} and axes of {list(axes)}, such "
                    f"as {self.problem.states[0]}_{axes[-1]}",
                )
            order = {name: (state, tuple(letters.count(a) for a in axes))}
            self._compiled[name] = _mapped(
                lambda point, own: self.model.values(own, point, order)[name]
            )
        return _padded(self._compiled[name], points, self.params["own"][experiment])

    def hidden(self, experiment: int, points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n m"]:
        """Return every hidden term along the solution at points."""
        own, shared = self.params["own"][experiment], self.params["shared"]
        return _padded(self._compiled["hidden"], points, own, shared)

    def hidden_at(self, index: int, inputs: Float[np.ndarray, "n i"]) -> Float[np.ndarray, " n"]:
        """Return one hidden term at given inputs, in the order of the term's own."""
        name = f"hidden {index}"
        if name not in self._compiled:
            self._compiled[name] = _mapped(
                lambda z, shared: self.model.term(shared, self._units, index, z)
            )
        return _padded(self._compiled[name], inputs, self.params["shared"])

    def hidden_covariance(
        self, index: int, experiment: int, points: Float[np.ndarray, "n d"]
    ) -> Float[np.ndarray, "n n"]:
        """Return the posterior covariance of one hidden term along the solution at points.

        Laplace's approximation: the inverse Gauss-Newton Hessian at the optimum, carried to the
        term through solution and network. It is the term's own error at fixed inputs plus that of
        the solution at which it is read.

        Raises
        ------
        BadProblem : the fit has no covariance.
        """
        if self.covariance is None:
            raise BadProblem(
                "this surrogate was fitted without a posterior, so its covariance is not known.",
                "fit it by discovery.surrogate.train.fit",
            )
        name = f"slopes {index}"
        if name not in self._compiled:

            def value(both: Array, point: Array) -> Array:
                own, shared = jnp.split(both, [self.params["own"].shape[1]])
                return self._along(point, own, shared)[index]

            self._compiled[name] = _mapped(lambda point, both: jax.grad(value)(both, point))
        both = np.concatenate([self.params["own"][experiment], self.params["shared"]])
        slopes = _padded(self._compiled[name], points, both)
        found = slopes @ self.covariance[experiment] @ slopes.T
        return 0.5 * (found + found.T)

    @property
    def _units(self) -> Any:
        return self.params["units"]

    def _along(self, point: Array, own: Array, shared: Array) -> Array:
        """Every hidden term at a point of the solution."""
        return jnp.stack(self.model.terms(shared, self._units, self.model.quantities(own, point)))

    @cached_property
    def _compiled(self) -> dict[str, Callable[..., Any]]:
        """Functions of (points, *parameters), compiled on first use."""
        return {
            "fields": _mapped(lambda point, own: self.model.fields(own, point)),
            "hidden": _mapped(self._along),
        }


def _mapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one point as a compiled function of many; the other arguments are shared."""

    @jax.jit
    def many(points: Array, *rest: Array) -> Any:
        return jax.vmap(lambda point: function(point, *rest))(points)

    return many


def _padded(
    function: Callable[..., Any], points: Float[np.ndarray, "n k"], *rest: Any
) -> np.ndarray:
    """The function at points padded to a power of two: few shapes, few compilations."""
    points = np.atleast_2d(np.asarray(points, float))
    count = len(points)
    size = 2 ** max(5, (max(count, 1) - 1).bit_length())
    if not count:
        points = np.zeros((1, points.shape[1]))
    padded = np.concatenate([points, np.repeat(points[-1:], size - len(points), axis=0)])
    with float64():
        return np.array(function(jnp.asarray(padded), *(jnp.asarray(r) for r in rest)))[:count]
