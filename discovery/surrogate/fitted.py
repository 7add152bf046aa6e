"""What a hidden-term PINN has learned: the solution, the hidden terms, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from discovery.surrogate.model import Model, flat
from sciml import jet
from sciml.precision import float64


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A fitted hidden-term PINN.

    Attributes
    ----------
    model : the problem with its networks.
    params : their parameters.
    noise : standard deviation of each state's measurements [s] (relative where it is positive).
    free : values of the problem's free parameters.
    covariance : of all parameters by Gauss-Newton [n, n].
    """

    model: Model
    params: Any
    noise: Float[np.ndarray, " s"]
    free: Mapping[str, float]
    covariance: Float[np.ndarray, "n n"]

    @cached_property
    def _fields(self) -> Any:
        return jax.jit(jax.vmap(self.model.fields, (None, None, 0)))

    @cached_property
    def _hidden(self) -> Any:
        def along(params: Any, experiment: Any, point: Any) -> Any:
            return jnp.stack(
                self.model.terms(params, self.model.quantities(params, experiment, point))
            )

        return jax.jit(jax.vmap(along, (None, None, 0)))

    @cached_property
    def _term(self) -> Any:
        return jax.jit(jax.vmap(self.model.term, (None, None, 0)), static_argnums=1)

    def fields(self, experiment: int, points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n s"]:
        """Return the states at points."""
        with float64():
            return _padded(lambda p: self._fields(self.params, experiment, p), points)

    def derivative(
        self, experiment: int, points: Float[np.ndarray, "n d"], name: str
    ) -> Float[np.ndarray, " n"]:
        """Return a derivative at points, by its jet name ("u_xx", "x_t")."""
        problem = self.model.problem
        state, _, letters = name.rpartition("_")
        order = tuple(letters.count(a) for a in problem.axes)

        def at(point: Any) -> Any:
            values = jet.evaluate(
                lambda x: self.model.fields(self.params, jnp.asarray(experiment), x),
                {name: (state, order)},
                problem.states,
                point,
            )
            return getattr(values, name)

        with float64():
            return _padded(jax.jit(jax.vmap(at)), points)

    def hidden(self, experiment: int, points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n m"]:
        """Return every hidden term along the solution at points."""
        with float64():
            return _padded(lambda p: self._hidden(self.params, experiment, p), points)

    def hidden_at(self, index: int, inputs: Float[np.ndarray, "n i"]) -> Float[np.ndarray, " n"]:
        """Return one hidden term at given inputs."""
        with float64():
            return _padded(lambda z: self._term_of(index)(self.params, z), inputs)

    def _term_of(self, index: int) -> Any:
        if index not in self._terms:
            one = lambda params, z: self.model.term(params, index, z)  # noqa: E731
            self._terms[index] = jax.jit(jax.vmap(one, (None, 0)))
        return self._terms[index]

    @cached_property
    def _terms(self) -> dict[int, Any]:
        return {}

    def hidden_covariance(
        self, index: int, experiment: int, points: Float[np.ndarray, "n d"]
    ) -> Float[np.ndarray, "n n"]:
        """Return the posterior covariance of one hidden term at points of the solution."""
        with float64():
            vector, back = flat(self.params)

            def value(z: Any, point: Any) -> Any:
                params = back(z)
                found = self.model.quantities(params, jnp.asarray(experiment), point)
                return self.model.terms(params, found)[index]

            slopes = jax.jit(jax.vmap(jax.grad(value), (None, 0)))
            jacobian = _padded(lambda p: slopes(vector, p), points)
        return jacobian @ self.covariance @ jacobian.T


def _padded(function: Any, points: Float[np.ndarray, "n d"]) -> np.ndarray:
    """The function on points padded to a power of two: few shapes, few compilations."""
    points = np.asarray(points, float)
    count = len(points)
    size = 2 ** max(5, (max(count, 1) - 1).bit_length())
    padded = np.concatenate([points, np.repeat(points[-1:], size - count, axis=0)])
    return np.array(function(jnp.asarray(padded)))[:count]
