"""Method `pinn`: a trained network for several bound states at once, with trainable energies.

A network with one output a state and the energies E_n as further parameters minimise, together,
    Σ_n ‖(H - E_n) ψ_n‖² / (s ‖ψ_n‖)² + Σ_n (⟨ψ_n|ψ_n⟩ - 1)² + Σ_{m<n} ⟨ψ_m|ψ_n⟩²
by Levenberg-Marquardt, with s the energy scale. As the residual is relative to the norm, nothing
is gained by shrinking ψ (the published recipe, method `paper`, collapses to ψ = 0 this way). No
guess of the energies is needed: a coarse Rayleigh-Ritz solution in the untrained network's last
layer gives the head and the first E_n, in order, so that no state is skipped. The energies reported come from the weak form over the trained outputs;
the trained parameters E_n are returned beside them as ``trained_energies``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn import galerkin
from pinn.ansatz import Ansatz, from_arrays
from pinn.nodes import domain_nodes
from pinn.outcome import outcome
from pinn.residual import StateResidual, state_residual
from pinn.setting import Sampler, Setting, sampler, samples_at, setting
from sciml import nets, optim
from sciml.errors import BadConfig
from sciml.method import Info, Method, Outcome
from sciml.problem import AnyProblem
from sciml.status import Status

COARSE_TOLERANCES = (1e-2, 1e-3, 1e-4, 1e-5)
"""truncations of the coarse start"""
LARGEST_HEAD = 30.0
"""largest head of a coarse start; one of size 1e4, from a tight truncation, stops the training"""
FIRST_SCALES = (3.0, 5.0, 8.0)
"""sizes of the first layer's weights that the start chooses from"""
SPAN_TOLERANCE = 1e-8
"""truncation of the trained last layer's span, whose next level separates the error bars"""


@dataclass(frozen=True)
class Config:
    """Settings of `pinn`.

    Attributes
    ----------
    states : number of states (default: the problem's).
    width, depth : units a hidden layer and number of hidden layers.
    points : quadrature points of the loss (default: 80 a state on a line, 600 in a plane).
    steps : limit of Levenberg-Marquardt steps.
    first_scale : size of the first layer's weights (default: the best coarse start's).
    tolerance : widest relative error bar of a converged result.
    """

    states: int | None = None
    width: int = 60
    depth: int = 1
    points: int | None = None
    steps: int = 200
    first_scale: float | None = None
    tolerance: float = 1e-7

    def __post_init__(self) -> None:
        for name, low in (("width", 4), ("depth", 1), ("steps", 1), ("points", 20)):
            value = getattr(self, name)
            if value is not None and value < low:
                raise BadConfig(f"{name} is {value}.", f"choose at least {low}")
        for name in ("first_scale", "tolerance"):
            if getattr(self, name) is not None and not getattr(self, name) > 0:
                raise BadConfig(f"{name} is {getattr(self, name)}.", "give a positive number")


def network_of(ansatz: Ansatz, config: Config, states: int) -> nets.Network:
    """Return the network of a setting: features in, one output a state."""
    widths = (config.width,) * config.depth
    return nets.mlp(ansatz.inputs, widths, states)


def trial_sampler(ansatz: Ansatz, network: nets.Network) -> Sampler:
    """Return the sampler of the trial states ψ = factor · network(features)."""
    return sampler(lambda params, x: ansatz.factor(x) * network.apply(params, ansatz.features(x)))


def span_sampler(ansatz: Ansatz, network: nets.Network) -> Sampler:
    """Return the sampler of factor · [last-layer features, 1]."""

    def basis(params: Any, x: Array) -> Array:
        return ansatz.factor(x) * jnp.append(network.hidden(params, ansatz.features(x)), 1.0)

    return sampler(basis)


@dataclass(frozen=True)
class EigenTask:
    """Training of one problem's states; the state is that of Levenberg-Marquardt."""

    given: Setting
    config: Config
    key: Array
    network: nets.Network
    points: Float[np.ndarray, "n d"]
    weights: Float[np.ndarray, " n"]
    equations: StateResidual

    @property
    def steps(self) -> int:
        """The step limit."""
        return self.config.steps

    def init(self) -> dict[str, Array]:
        """The untrained network with the head and energies of its coarse Ritz states."""
        scales = (self.config.first_scale,) if self.config.first_scale else FIRST_SCALES
        starts = [start for scale in scales for start in self._coarse_starts(scale)]
        if not starts:
            raise BadConfig(
                f"{self.given.states} states are more than a layer of {self.config.width} holds.",
                f"set width to {8 * self.given.states} or more",
            )
        _, z = min(starts, key=lambda start: start[0])
        return optim.start_damped(z, jnp.sum(self.equations.residual(z) ** 2), 1e-3)._asdict()

    def _coarse_starts(self, first_scale: float) -> list[tuple[float, Array]]:
        """Coarse Ritz states in one untrained layer: (loss, parameter vector) by truncation."""
        params = self.network.init(self.key)
        first = params["hidden"]["Dense_0"]
        params["hidden"]["Dense_0"] = jax.tree.map(lambda leaf: first_scale * leaf, first)
        k, starts = self.given.states, []
        samples = self._span_samples(params)
        for basis in galerkin.orthonormal_span(samples, COARSE_TOLERANCES):
            if basis.shape[1] < k:
                continue
            energies, head = galerkin.ritz_states(samples, basis, k)
            if not starts or np.max(np.abs(head)) <= LARGEST_HEAD:
                params["head"] = {"kernel": jnp.asarray(head[:-1]), "bias": jnp.asarray(head[-1])}
                z = self.equations.join(params, jnp.asarray(energies))
                starts.append((float(jnp.sum(self.equations.residual(z) ** 2)), z))
        return starts

    def _span_samples(self, params: Any) -> galerkin.Samples:
        """Samples of the last layer's features."""
        sample = span_sampler(self.given.ansatz, self.network)
        return samples_at(self.given, sample, params, self.points, self.weights)

    def step(self, state: dict[str, Array]) -> tuple[dict[str, Array], Info]:
        """One accepted Levenberg-Marquardt step."""
        damped, accepted = self.equations.step(optim.Damped(**state))
        energies = self.equations.split(damped.z)[1]
        logged = {"loss": float(damped.loss), "damping": float(damped.damping)}
        logged |= {f"E{n + 1}": float(e) for n, e in enumerate(energies)}
        ended = not bool(accepted) or int(damped.flat) > 8 or float(damped.loss) < 1e-26
        return damped._asdict(), Info(logged, Status.CONVERGED if ended else None)

    def finish(self, state: dict[str, Array], status: Status) -> Outcome:
        """The trained states, rotated among themselves to diagonalise H."""
        params, trained = self.equations.split(jnp.asarray(state["z"]))
        sample = trial_sampler(self.given.ansatz, self.network)
        samples = samples_at(self.given, sample, params, self.points, self.weights)
        energies, rotation = galerkin.rotate_to_states(samples)
        return outcome(
            self.given,
            sample,
            params,
            rotation,
            energies,
            count=len(self.weights),
            tolerance=self.config.tolerance,
            status=status,
            params={"network": params},
            extra={"trained_energies": np.sort(np.asarray(trained))},
            beyond=self._beyond(params),
        )

    def _beyond(self, params: Any) -> tuple[float, float] | None:
        """The next level above the trained ones and its residual, from the last layer's span."""
        samples = self._span_samples(params)
        (basis,) = galerkin.orthonormal_span(samples, (SPAN_TOLERANCE,))
        energies, coefficients = galerkin.ritz_states(samples, basis, self.given.states + 1)
        if len(energies) <= self.given.states:
            return None
        last = samples.combine(coefficients[:, -1:]).residuals(energies[-1:])
        return float(energies[-1]), float(np.linalg.norm(last))


def prepare(problem: AnyProblem, config: Config, seed: int) -> EigenTask:
    """Return the training task of a problem."""
    given = setting(problem, config.states)
    count = config.points or (80 * max(3, given.states) if given.ansatz.dimension == 1 else 600)
    points, weights = domain_nodes(given.ansatz, count)
    key = jax.random.key(seed)
    network = network_of(given.ansatz, config, given.states)
    equations = state_residual(given, network, network.init(key), points, weights)
    return EigenTask(given, config, key, network, points, weights, equations)


def evaluate(
    problem: AnyProblem, config: Config, params: dict[str, Any], points: Float[np.ndarray, "n d"]
) -> Float[np.ndarray, "n k"]:
    """Return the normalised states at points; zero outside the finite domain."""
    ansatz = from_arrays(problem.domain, params["ansatz"])
    inside = ansatz.domain.contains(points)
    k = params["coefficients"].shape[0]
    psi = np.zeros((len(points), params["coefficients"].shape[1]))
    if inside.any():
        sample = trial_sampler(ansatz, network_of(ansatz, config, k))
        psi[inside] = sample(params["network"], points[inside])[0] @ params["coefficients"]
    return psi


METHOD = Method(
    name="pinn",
    label="trained network with trainable energies, several states at once",
    kind="eigenproblem",
    config=Config,
    prepare=prepare,
    evaluate=evaluate,
)
