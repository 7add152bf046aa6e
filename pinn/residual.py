"""The residual vector of several bound states and its Jacobian, for second-order training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from pinn.setting import Setting
from sciml import jet, nets, optim


@dataclass(frozen=True)
class StateResidual:
    """Residual of k states in one vector z = [network parameters, E_1 / s … E_k / s].

    Its parts are √w (H - E_n) ψ_n / (s ‖ψ_n‖) at the points, the conditions at deltas,
    ⟨ψ_n|ψ_n⟩ - 1, and ⟨ψ_m|ψ_n⟩.

    Attributes
    ----------
    given, network : the states' setting and the network they come from.
    template : network parameters whose structure z follows.
    points, weights, potential : quadrature nodes [N, d], weights [N] and V there [N].
    scale : the energy s that weighs the equation against the norms.
    """

    given: Setting
    network: nets.Network
    template: nets.Params
    points: Float[Array, "n d"]
    weights: Float[Array, " n"]
    potential: Float[Array, " n"]
    scale: float

    @cached_property
    def _unravel(self) -> tuple[int, Callable[[Array], nets.Params]]:
        flat, unravel = ravel_pytree(self.template)
        return flat.size, unravel

    def split(self, z: Float[Array, " p"]) -> tuple[nets.Params, Float[Array, " k"]]:
        """Network parameters and energies of a vector."""
        size, unravel = self._unravel
        return unravel(z[:size]), self.scale * z[size:]

    def join(self, params: nets.Params, energies: Float[Array, " k"]) -> Float[Array, " p"]:
        """The vector of network parameters and energies."""
        return jnp.concatenate([ravel_pytree(params)[0], energies / self.scale])

    @cached_property
    def residual(self) -> Callable[[Float[Array, " p"]], Float[Array, " m"]]:
        """z -> residual, compiled."""
        return jax.jit(self._residual)

    @cached_property
    def linearised(self) -> Callable[[Array], tuple[Float[Array, " m"], Float[Array, "m p"]]]:
        """z -> residual and Jacobian, compiled."""
        return jax.jit(self._linearised)

    @cached_property
    def step(self) -> Callable[[optim.Damped], tuple[optim.Damped, Array]]:
        """One Levenberg-Marquardt step, compiled."""
        return optim.levenberg_marquardt(self._residual, self._linearised)

    def _psi(self, theta: Array, y: Array) -> Array:
        """ψ of all states at one point [k]."""
        ansatz = self.given.ansatz
        return ansatz.factor(y) * self.network.apply(self._unravel[1](theta), ansatz.features(y))

    def _at_point(self, theta: Array, y: Array, potential: Array) -> Array:
        """ψ and Hψ of all states at one point [2, k]."""
        problem = self.given.problem
        values = jet.evaluate(
            lambda q: self._psi(theta, q)[None], problem.derivatives, problem.fields, y
        )
        place = dict(zip(problem.domain.axes, y, strict=True))
        return jnp.stack([values.u, problem.residual(values, place, {"E": 0.0, "V": potential})])

    def _at_deltas(self, theta: Array) -> Array:
        """(kinetic [ψ'] - strength ψ) / s of all states at each delta [p k]."""
        rows = [jnp.zeros(0)]
        hair = 1e-10 * jnp.ptp(self.points)
        for c, strength in self.given.ansatz.interfaces.deltas:
            right, left = (
                jax.jvp(lambda q: self._psi(theta, q), (jnp.array([c]) + side,), (jnp.ones(1),))[1]
                for side in (hair, -hair)
            )
            jump = self.given.problem.kinetic * (right - left)
            rows.append((jump - strength * self._psi(theta, jnp.array([c]))) / self.scale)
        return jnp.concatenate(rows)

    @property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        return np.triu_indices(self.given.states, 1)

    def _halves(self, z: Array) -> tuple[Array, Array]:
        size = self._unravel[0]
        return z[:size], self.scale * z[size:]

    def _assembled(self, values: Array, at_deltas: Array, energies: Array) -> Array:
        psi, h_psi = values[:, 0], values[:, 1]
        overlap = (psi.T * self.weights) @ psi
        root = jnp.sqrt(self.weights)[:, None] / self.scale
        strong = root * (h_psi - energies * psi) / jnp.sqrt(jnp.diag(overlap))
        norms = jnp.diag(overlap) - 1
        return jnp.concatenate([strong.T.ravel(), at_deltas, norms, overlap[self._pairs]])

    def _residual(self, z: Array) -> Array:
        theta, energies = self._halves(z)
        points = jax.vmap(lambda y, v: self._at_point(theta, y, v))
        values = points(self.points, self.potential)
        return self._assembled(values, self._at_deltas(theta), energies)

    def _linearised(self, z: Array) -> tuple[Array, Array]:
        """Residual and Jacobian, from the slopes of (ψ, Hψ) at each point.

        These are in reverse mode over the parameters, of forward mode over the coordinates.
        """
        theta, energies = self._halves(z)
        k, w, pairs = self.given.states, self.weights[:, None], self._pairs

        def both(y: Array, v: Array) -> tuple[Array, Array]:
            return self._at_point(theta, y, v), jax.jacrev(self._at_point)(theta, y, v)

        values, slopes = jax.vmap(both)(self.points, self.potential)
        at_deltas = self._at_deltas(theta)
        psi, d_psi, d_h = values[:, 0], slopes[:, 0], slopes[:, 1]
        d_overlap = jnp.einsum("na,nbp->abp", w * psi, d_psi)
        d_norm = 2 * jnp.stack([d_overlap[i, i] for i in range(k)])
        d_pairs = d_overlap[pairs] + jnp.swapaxes(d_overlap, 0, 1)[pairs]
        size = jnp.sqrt(jnp.sum(w * psi**2, axis=0))
        root = jnp.sqrt(w) / (self.scale * size)
        strong = root * (values[:, 1] - energies * psi)
        d_strong = root[..., None] * (d_h - energies[:, None] * d_psi)
        d_strong -= strong[..., None] * d_norm / (2 * size[:, None] ** 2)
        by_theta = [
            d_strong.transpose(1, 0, 2).reshape(-1, theta.size),
            jax.jacrev(self._at_deltas)(theta),
            d_norm,
            d_pairs,
        ]
        n = jnp.arange(k)
        by_energy = jnp.zeros((k, len(w), k)).at[n, :, n].set(-(self.scale * root * psi).T)
        rest = jnp.zeros((len(at_deltas) + k + len(pairs[0]), k))
        d_energy = jnp.concatenate([by_energy.reshape(-1, k), rest])
        jacobian = jnp.concatenate([jnp.concatenate(by_theta), d_energy], axis=1)
        return self._assembled(values, at_deltas, energies), jacobian


def state_residual(
    given: Setting,
    network: nets.Network,
    template: Any,
    points: Float[np.ndarray, "n d"],
    weights: Float[np.ndarray, " n"],
    scale: float,
) -> StateResidual:
    """Return the residual of the given states at quadrature points (see `StateResidual`)."""
    potential = jnp.asarray(given.problem.potential_at(points))
    x, w = jnp.asarray(points), jnp.asarray(weights)
    return StateResidual(given, network, template, x, w, potential, scale)
