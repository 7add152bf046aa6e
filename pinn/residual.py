"""The residual vector of several bound states and its Jacobian, for second-order training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    """Residual of k states in one vector z of network parameters and scaled energies.

    Attributes
    ----------
    residual : z -> [√w (H - E_n) ψ_n / (s ‖ψ_n‖); delta conditions; normalisation; orthogonality].
    linearised : z -> (residual, its Jacobian).
    step : one Levenberg-Marquardt step on it.
    scale : the energy s.
    join, split : (network parameters, energies) <-> z.
    """

    residual: Callable[[Array], Array]
    linearised: Callable[[Array], tuple[Array, Array]]
    step: Callable[[optim.Damped], tuple[optim.Damped, Array]]
    scale: float
    join: Callable[[Any, Array], Array]
    split: Callable[[Array], tuple[Any, Array]]


def state_residual(
    given: Setting,
    network: nets.Network,
    template: Any,
    points: Float[np.ndarray, "n d"],
    weights: Float[np.ndarray, " n"],
    scale: float,
) -> StateResidual:
    """Return the residual of the given states at quadrature points, and its training step.

    `scale` is the energy s that weighs the equation against the norms.

    The Jacobian is assembled from that of (ψ, Hψ) at each point: reverse mode over the
    parameters of forward mode over the coordinates.
    """
    problem, ansatz, k = given.problem, given.ansatz, given.states
    flat, unravel = ravel_pytree(template)
    x, w = jnp.asarray(points), jnp.asarray(weights)
    v = jnp.asarray(problem.potential_at(points))
    root = jnp.sqrt(w) / scale
    upper = np.triu_indices(k, 1)
    names = problem.domain.axes

    def psi(theta: Array, y: Array) -> Array:
        return ansatz.factor(y) * network.apply(unravel(theta), ansatz.features(y))

    def at_point(theta: Array, y: Array, potential: Array) -> Array:
        values = jet.evaluate(lambda q: psi(theta, q)[None], problem.derivatives, problem.fields, y)
        place = dict(zip(names, y, strict=True))
        h_psi = problem.residual(values, place, {"E": 0.0, "V": potential})
        return jnp.stack([values.u, h_psi])

    def conditions(theta: Array) -> Array:
        """kinetic [ψ'] - s ψ at each delta, in the scale of the residual."""
        rows = []
        hair = 1e-10 * float(np.ptp(points))
        for c, strength in ansatz.interfaces.deltas:
            slopes = [
                jax.jvp(lambda q: psi(theta, q), (jnp.array([c + side]),), (jnp.ones(1),))[1]
                for side in (hair, -hair)
            ]
            here = psi(theta, jnp.array([c]))
            rows.append((problem.kinetic * (slopes[0] - slopes[1]) - strength * here) / scale)
        return jnp.concatenate(rows) if rows else jnp.zeros(0)

    def assemble(values: Array, extra: Array, energies: Array) -> Array:
        value, h_psi = values[:, 0], values[:, 1]
        gram = (value.T * w) @ value
        size = jnp.sqrt(jnp.diag(gram))
        strong = root[:, None] * (h_psi - scale * energies * value) / size
        return jnp.concatenate([strong.T.ravel(), extra, jnp.diag(gram) - 1, gram[upper]])

    def residual(z: Array) -> Array:
        theta, energies = z[: flat.size], z[flat.size :]
        values = jax.vmap(lambda y, u: at_point(theta, y, u))(x, v)
        return assemble(values, conditions(theta), energies)

    def linearised(z: Array) -> tuple[Array, Array]:
        theta, energies = z[: flat.size], z[flat.size :]
        values = jax.vmap(lambda y, u: at_point(theta, y, u))(x, v)
        slopes = jax.vmap(lambda y, u: jax.jacrev(at_point)(theta, y, u))(x, v)
        extra = conditions(theta)
        value, d_value, d_h = values[:, 0], slopes[:, 0], slopes[:, 1]
        size = jnp.sqrt(jnp.sum(w[:, None] * value**2, axis=0))
        d_overlap = jnp.einsum("na,nbp->abp", w[:, None] * value, d_value)
        d_norm = 2 * jnp.stack([d_overlap[i, i] for i in range(k)])
        d_cross = d_overlap[upper] + jnp.swapaxes(d_overlap, 0, 1)[upper]
        strong = root[:, None] * (values[:, 1] - scale * energies * value) / size
        d_strong = root[:, None, None] * (d_h - scale * energies[:, None] * d_value)
        d_strong = d_strong / size[:, None] - strong[..., None] * d_norm / (2 * size[:, None] ** 2)
        d_strong = d_strong.transpose(1, 0, 2).reshape(-1, flat.size)
        by_theta = [d_strong, jax.jacrev(conditions)(theta), d_norm, d_cross]
        by_energy = jnp.zeros((k, len(w), k))
        by_energy = by_energy.at[jnp.arange(k), :, jnp.arange(k)].set(
            -(scale * root[:, None] * value / size).T
        )
        rest = len(extra) + k + len(upper[0])
        d_energy = jnp.concatenate([by_energy.reshape(-1, k), jnp.zeros((rest, k))])
        jacobian = jnp.concatenate([jnp.concatenate(by_theta), d_energy], axis=1)
        return assemble(values, extra, energies), jacobian

    def split(z: Array) -> tuple[Any, Array]:
        return unravel(z[: flat.size]), scale * z[flat.size :]

    def join(params: Any, energies: Array) -> Array:
        return jnp.concatenate([ravel_pytree(params)[0], energies / scale])

    step = optim.levenberg_marquardt(residual, linearised)
    return StateResidual(jax.jit(residual), jax.jit(linearised), step, scale, join, split)
