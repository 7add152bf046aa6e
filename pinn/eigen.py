"""Method `pinn`: a trained network for several bound states at once, with trainable energies.

A network with one output a state and the energies E_n as further parameters minimise, together,
    Σ_n ‖(H - E_n) ψ_n‖² / (s ‖ψ_n‖)² + Σ_n (⟨ψ_n|ψ_n⟩ - 1)² + Σ_{m<n} ⟨ψ_m|ψ_n⟩²
by Levenberg-Marquardt, with s the energy scale. As the residual is relative to the norm, nothing
is gained by shrinking ψ (the published recipe, method `paper`, collapses to ψ = 0 this way). No
guess of the energies is needed: a coarse Rayleigh-Ritz solution in the untrained network's last
layer gives the head and the first E_n, in order, so that no state is skipped. The energies
reported come from the weak form over the trained outputs; the trained parameters E_n are returned
beside them as ``trained_energies``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn import galerkin
from pinn.ansatz import Ansatz
from pinn.nodes import domain_nodes
from pinn.outcome import outcome, predicted
from pinn.residual import StateResidual, state_residual
from pinn.setting import Sampler, Setting, samples_at, setting
from pinn.start import Start, best_start
from pinn.trial import network_of, span_sampler, trial_sampler
from sciml import nets, optim
from sciml.errors import BadConfig
from sciml.method import Info, Method, Outcome
from sciml.problem import AnyProblem
from sciml.status import Status

LARGEST_JACOBIAN = 8.0
"""memory, in GiB, that the training may take"""
EQUATION_WEIGHT = 0.2
"""s as a part of the highest state's kinetic energy: of 1/20 to 5 the range that trains fastest"""
SPAN_TOLERANCE = 1e-8
"""truncation of the trained last layer's span, whose next level separates the error bars"""


@dataclass(frozen=True)
class Config:
    """Settings of `pinn`.

    Attributes
    ----------
    states : number of states (default: the problem's).
    width : units a hidden layer (default: 60, doubled while the coarse levels overlap).
    depth : number of hidden layers.
    points : quadrature points of the loss (default: 40 a state on a line, 200 in a plane, those of
        six states at least).
    steps : limit of Levenberg-Marquardt steps.
    first_scale : size of the first layer's weights (default: the best coarse start's).
    target : estimated relative error of the energies at which training ends.
    tolerance : widest relative error bar of a converged result.
    """

    states: int | None = None
    width: int | None = None
    depth: int = 1
    points: int | None = None
    steps: int = 200
    first_scale: float | None = None
    target: float = 2e-9
    tolerance: float = 1e-7

    def __post_init__(self) -> None:
        for name, low in (("width", 4), ("depth", 1), ("steps", 1), ("points", 20)):
            value = getattr(self, name)
            if value is not None and value < low:
                raise BadConfig(f"{name} is {value}.", f"choose at least {low}")
        for name in ("first_scale", "target", "tolerance"):
            if getattr(self, name) is not None and not getattr(self, name) > 0:
                raise BadConfig(f"{name} is {getattr(self, name)}.", "give a positive number")


@dataclass(frozen=True)
class EigenTask:
    """Training of one problem's states; the state is that of Levenberg-Marquardt."""

    given: Setting
    config: Config
    network: nets.Network
    points: Float[np.ndarray, "n d"]
    weights: Float[np.ndarray, " n"]
    start: Start
    equations: StateResidual

    @property
    def steps(self) -> int:
        """The step limit."""
        return self.config.steps

    def init(self) -> dict[str, Array]:
        """The untrained network with the head and energies of its coarse Ritz states."""
        z = self.equations.join(self.start.params, jnp.asarray(self.start.energies))
        loss = jnp.sum(self.equations.residual(z) ** 2)
        return optim.start_damped(z, loss, 1e-3)._asdict()

    def step(self, state: dict[str, Array]) -> tuple[dict[str, Array], Info]:
        """One accepted Levenberg-Marquardt step; ends at the target or when it gets no lower."""
        damped, accepted = self.equations.step(optim.Damped(**state))
        energies = np.asarray(self.equations.split(damped.z)[1])
        loss = float(damped.loss)
        error = loss * self.equations.scale**2 / self.start.spacing / self.start.kinetic
        logged = {"loss": loss, "energy_error": error, "damping": float(damped.damping)}
        logged |= {f"E{n + 1}": float(e) for n, e in enumerate(energies)}
        ended = not bool(accepted) or int(damped.flat) > 8 or error < self.config.target
        return damped._asdict(), Info(logged, Status.CONVERGED if ended else None)

    def finish(self, state: dict[str, Array], status: Status) -> Outcome:
        """The trained states, rotated among themselves to diagonalise H."""
        params, trained = self.equations.split(jnp.asarray(state["z"]))
        sample = trial_sampler(self.given.ansatz, self.network)
        samples = samples_at(self.given, sample, params, self.points, self.weights)
        energies, rotation = galerkin.rotate_to_states(samples)
        found = outcome(
            self.given,
            sample,
            params,
            rotation,
            energies,
            count=len(self.weights),
            tolerance=self.config.tolerance,
            status=Status.CONVERGED if status is Status.MAX_STEPS else status,
            params={"network": params},
            extra={"trained_energies": np.sort(np.asarray(trained))},
            beyond=self._beyond(params),
        )
        if status is Status.MAX_STEPS and found.status is not Status.CONVERGED:
            return replace(found, status=status)
        return found

    def _beyond(self, params: nets.Params) -> tuple[float, float] | None:
        """The next level above the trained ones and its residual, from the last layer's span."""
        sample = span_sampler(self.given.ansatz, self.network)
        samples = samples_at(self.given, sample, params, self.points, self.weights)
        (basis,) = galerkin.orthonormal_span(samples, (SPAN_TOLERANCE,))
        energies, coefficients = galerkin.ritz_states(samples, basis, self.given.states + 1)
        if len(energies) <= self.given.states:
            return None
        last = samples.combine(coefficients[:, -1:]).residuals(energies[-1:])
        return float(energies[-1]), float(np.linalg.norm(last))


def _check_memory(states: int, points: int, start: Start) -> None:
    """Refuse a Jacobian that would not fit: (ψ, Hψ) of all states, by parameter."""
    parameters = sum(leaf.size for leaf in jax.tree.leaves(start.params))
    needed = 3 * 2 * 8 * states * points * parameters / 2**30
    if needed > LARGEST_JACOBIAN:
        raise BadConfig(
            f"training {states} states on {points} points needs {needed:.0f} GiB.",
            "ask for fewer states or points, a smaller width, or use method 'ritz'",
        )


def prepare(problem: AnyProblem, config: Config, seed: int) -> EigenTask:
    """Return the training task of a problem."""
    given = setting(problem, config.states)
    per_state = 40 if given.ansatz.dimension == 1 else 200
    points, weights = domain_nodes(given.ansatz, config.points or per_state * max(6, given.states))
    network, start = best_start(
        given,
        jax.random.key(seed),
        points,
        weights,
        width=config.width,
        depth=config.depth,
        first_scale=config.first_scale,
    )
    _check_memory(given.states, len(weights), start)
    equations = state_residual(
        given, network, start.params, points, weights, EQUATION_WEIGHT * start.kinetic
    )
    return EigenTask(given, config, network, points, weights, start, equations)


def evaluate(
    problem: AnyProblem, config: Config, params: dict[str, Any], points: Float[np.ndarray, "n d"]
) -> Float[np.ndarray, "n k"]:
    """Return the normalised states at points; zero outside the finite domain."""
    states = params["coefficients"].shape[0]
    width = params["network"]["hidden"]["Dense_0"]["bias"].size

    def trial(ansatz: Ansatz) -> Sampler:
        return trial_sampler(ansatz, network_of(ansatz, width, config.depth, states))

    return predicted(problem, params, points, trial, params["network"])


METHOD = Method(
    name="pinn",
    label="trained network with trainable energies, several states at once",
    kind="eigenproblem",
    config=Config,
    prepare=prepare,
    evaluate=evaluate,
    blas_threads=1,
)
