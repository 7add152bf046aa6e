"""Where training starts: coarse Rayleigh-Ritz states in an untrained network's last layer.

They come ordered and orthogonal and need no guess of the energies. The truncation of the layer's
span keeps the head small; the size of the first layer and its width are chosen so that the coarse
levels are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn import galerkin
from pinn.setting import Setting, samples_at
from pinn.trial import network_of, span_sampler
from sciml import nets
from sciml.errors import BadConfig

COARSE_TOLERANCES = (1e-2, 1e-3, 1e-4, 1e-5)
"""truncations of the coarse start"""
LARGEST_HEAD = 30.0
"""largest head of a coarse start; one of size 1e4, from a tight truncation, stops the training"""
FIRST_SCALES = (3.0, 5.0, 8.0)
"""sizes of the first layer's weights that the start chooses from"""
WIDTH = 60


@dataclass(frozen=True)
class Start:
    """An untrained network with the head of its coarse Ritz states.

    Attributes
    ----------
    params, energies : where training starts from.
    overlap : largest strong residual norm relative to the state's level spacing; below one half
        the coarse levels are told apart.
    kinetic : largest kinetic energy among the coarse states.
    spacing : smallest level spacing.
    """

    params: nets.Params
    energies: Float[np.ndarray, " k"]
    overlap: float
    kinetic: float
    spacing: float


def level_spacing(energies: Float[np.ndarray, " j"]) -> Float[np.ndarray, " j-1"]:
    """Return, for all but the last level, half the distance of its two neighbours.

    For the lowest level it is half the distance to the second next (the distance to the next, of
    two levels). A close pair thus has the spacing of its surroundings.
    """
    if len(energies) == 2:
        return np.diff(energies)
    inner = (energies[2:] - energies[:-2]) / 2
    return np.concatenate([inner[:1], inner])


def coarse_starts(
    given: Setting,
    network: nets.Network,
    params: nets.Params,
    points: Float[np.ndarray, "n d"],
    weights: Float[np.ndarray, " n"],
) -> list[Start]:
    """Return the coarse Ritz states in an untrained last layer, one start a truncation."""
    k = given.states
    starts: list[Start] = []
    sample = span_sampler(given.ansatz, network)
    samples = samples_at(given, sample, params, points, weights)
    for basis in galerkin.orthonormal_span(samples, COARSE_TOLERANCES):
        if basis.shape[1] <= k:
            continue
        energies, head = galerkin.ritz_states(samples, basis, k + 1)
        if starts and np.max(np.abs(head[:, :k])) > LARGEST_HEAD:
            continue
        states = samples.combine(head)
        norms = np.linalg.norm(states.residuals(energies), axis=0)
        spacing = level_spacing(energies)
        linear = {"kernel": jnp.asarray(head[:-1, :k]), "bias": jnp.asarray(head[-1, :k])}
        starts.append(
            Start(
                params={**params, "head": linear},
                energies=energies[:k],
                overlap=float(np.max(norms[:k] / spacing)),
                kinetic=float(np.max(np.diag(states.kinetic_matrix())[:k])),
                spacing=float(np.min(spacing)),
            )
        )
    return starts


def first_layer_scaled(params: nets.Params, scale: float) -> nets.Params:
    """Return the parameters with the first layer's weights and biases multiplied by `scale`."""
    hidden = dict(params["hidden"])
    hidden["Dense_0"] = jax.tree.map(lambda leaf: scale * leaf, hidden["Dense_0"])
    return {**params, "hidden": hidden}


def best_start(
    given: Setting,
    key: Array,
    points: Float[np.ndarray, "n d"],
    weights: Float[np.ndarray, " n"],
    *,
    width: int | None,
    depth: int,
    first_scale: float | None,
) -> tuple[nets.Network, Start]:
    """Return the network and the coarse start with the smallest residual.

    Without a `width` from the user the layer is doubled, at most twice, until the coarse levels
    are told apart.

    Raises
    ------
    BadConfig : the layer cannot hold that many states.
    """
    scales = (first_scale,) if first_scale else FIRST_SCALES
    widths = (width,) if width else tuple(WIDTH * 2**i for i in range(3))
    for units in widths:
        network = network_of(given.ansatz, units, depth, given.states)
        plain = network.init(key)
        starts = [
            start
            for scale in scales
            for start in coarse_starts(
                given, network, first_layer_scaled(plain, scale), points, weights
            )
        ]
        if not starts:
            continue
        start = min(starts, key=lambda s: s.overlap)
        if start.overlap <= 0.5:
            break
    if not starts:
        raise BadConfig(
            f"{given.states} states are more than a layer of {widths[-1]} holds.",
            f"set width to {8 * given.states} or more",
        )
    return network, start
