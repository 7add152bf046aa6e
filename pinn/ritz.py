"""Method `ritz`: Rayleigh-Ritz in the span of a random-feature network's last layer.

Nothing is trained: the network's hidden layer tanh(scale (W f + b)) is random, and one generalised
eigenproblem over its outputs gives all low states at once, in order, without a guess of E. It is
a Galerkin method with random features (extreme learning machine; see arXiv 2410.13358 for such
solvers), not a PINN. The layer's scale and the truncation of the span are chosen by the strong
residual, wider layers are tried until the error bars are down to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn import bounds
from pinn.ansatz import Ansatz
from pinn.galerkin import Samples, orthonormal_span, ritz_states
from pinn.nodes import domain_nodes
from pinn.outcome import outcome, predicted
from pinn.setting import Sampler, Setting, sampler, samples_at, setting, without_decay
from sciml.errors import BadConfig
from sciml.method import Info, Method, Outcome
from sciml.problem import AnyProblem
from sciml.status import Status

TOLERANCES = (1e-9, 1e-10, 1e-11)
"""truncations of the span that are tried"""
SCALES = {1: (4.0, 8.0, 2.0, 16.0), 2: (1.0, 2.0, 4.0)}
"""scales of the random layer that are tried, by dimension; more where states turn often"""
TURNS = {1: 32.0, 2: 8.0}
"""turns of the highest state up to which these scales serve"""
WIDTHS = {1: 256, 2: 400}
ENOUGH = 1e-10
"""relative bar at which no wider layer is tried"""
SPARE = 4
"""states computed beyond those asked for, which separate the levels for the error bars"""


@dataclass(frozen=True)
class Config:
    """Settings of `ritz`.

    Attributes
    ----------
    states : number of states (default: the problem's).
    width : features in the random layer (default: 256 on a line, 400 in a plane, more for many
        states; doubled once if the bars stay wide).
    tolerance : widest relative error bar of a converged result.
    """

    states: int | None = None
    width: int | None = None
    tolerance: float = 1e-8

    def __post_init__(self) -> None:
        if self.width is not None and not 8 <= self.width <= 4096:
            raise BadConfig(f"width is {self.width}.", "choose a width from 8 to 4096")
        if not self.tolerance > 0:
            raise BadConfig(f"tolerance is {self.tolerance}.", "give a positive number")


@dataclass(frozen=True)
class Candidate:
    """One choice of the random layer: width, scale, quadrature points, with or without decay."""

    width: int
    scale: float
    points: int
    decay: bool


def layer(
    key: Array, ansatz: Ansatz, width: int
) -> tuple[Float[np.ndarray, "w inputs"], Float[np.ndarray, " w"]]:
    """Return weights W and biases b of a random layer whose units turn inside the domain.

    Rows of W are standard normal; b = -W f(c) for points c drawn uniformly in the mapped box,
    so that every unit's hyperplane passes through the domain.
    """
    weight_key, centre_key = jax.random.split(key)
    weights = jax.random.normal(weight_key, (width, ansatz.inputs))
    mapped = jax.random.uniform(centre_key, (width, ansatz.dimension), minval=-1.0, maxval=1.0)
    columns = [c.inverse(np.asarray(mapped)[:, i]) for i, c in enumerate(ansatz.coordinates)]
    centres = jax.vmap(ansatz.features)(jnp.asarray(np.stack(columns, -1)))
    return np.asarray(weights), -np.sum(np.asarray(weights) * np.asarray(centres), axis=1)


@lru_cache(maxsize=32)
def basis_of(ansatz: Ansatz) -> Sampler:
    """Return the sampler of factor · [tanh(W f + b), 1] with parameters {"W", "b"}."""

    def basis(parameters: dict[str, Array], x: Array) -> Array:
        hidden = jnp.tanh(parameters["W"] @ ansatz.features(x) + parameters["b"])
        return ansatz.factor(x) * jnp.append(hidden, 1.0)

    return sampler(basis)


@dataclass
class Solution:
    """What one candidate gave: its parameters, Ritz states and how good they are."""

    parameters: dict[str, np.ndarray]
    energies: Float[np.ndarray, " j"]
    coefficients: Float[np.ndarray, "m j"]
    residual: float
    bar: float


@dataclass
class RitzTask:
    """One problem's ladder of candidates; the state holds the index of the best so far."""

    given: Setting
    config: Config
    key: Array
    candidates: tuple[Candidate, ...]
    solved: dict[int, Solution] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Number of candidates."""
        return len(self.candidates)

    def init(self) -> dict[str, np.ndarray]:
        """No candidate tried, none best."""
        return {"next": np.array(0), "best": np.array(-1), "residual": np.array(np.inf)}

    def step(self, state: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], Info]:
        """Try the next candidate; stop once the error bars are down to rounding."""
        index = int(state["next"])
        solution = self.solve(index)
        better = solution.residual < float(state["residual"])
        best = index if better else int(state["best"])
        residual = min(solution.residual, float(state["residual"]))
        following = {
            "next": np.array(index + 1),
            "best": np.array(best),
            "residual": np.array(residual),
        }
        done = solution.bar <= ENOUGH or index + 1 == self.steps
        return following, Info(
            {"residual": residual, "bar": solution.bar, "width": self.candidates[index].width},
            Status.CONVERGED if done else None,
        )

    def solve(self, index: int) -> Solution:
        """The solution of one candidate (computed once in a process)."""
        if index not in self.solved:
            self.solved[index] = self._solve(self.candidates[index])
        return self.solved[index]

    def setting(self, candidate: Candidate) -> Setting:
        """The setting a candidate works in."""
        return self.given if candidate.decay else without_decay(self.given)

    def sampler(self, candidate: Candidate) -> Sampler:
        """The compiled sampler a candidate uses."""
        return basis_of(self.setting(candidate).ansatz)

    def _solve(self, candidate: Candidate) -> Solution:
        given = self.setting(candidate)
        weights, biases = layer(self.key, given.ansatz, candidate.width)
        parameters = {"W": candidate.scale * weights, "b": candidate.scale * biases}
        points, w = domain_nodes(given.ansatz, candidate.points)
        samples = samples_at(given, self.sampler(candidate), parameters, points, w)
        found = [
            self._truncated(samples, parameters, basis)
            for basis in orthonormal_span(samples, TOLERANCES)
        ]
        return min(found, key=lambda solution: solution.residual)

    def _truncated(
        self, samples: Samples, parameters: dict[str, np.ndarray], basis: np.ndarray
    ) -> Solution:
        k = self.given.states
        if basis.shape[1] <= k:
            raise BadConfig(
                f"{k} states are more than the basis can hold: its rank is {basis.shape[1]}.",
                f"ask for fewer states, or set width to {16 * k} or more",
            )
        energies, coefficients = ritz_states(samples, basis, k + SPARE)
        trial = samples.combine(coefficients)
        residuals = trial.residuals(energies)
        lower = bounds.lower_bounds(energies, residuals)
        size = np.diag(trial.kinetic_matrix()) + np.abs(energies)
        return Solution(
            parameters,
            energies,
            coefficients,
            residual=float(np.max(np.linalg.norm(residuals, axis=0)[:k])),
            bar=float(np.max(((energies - lower) / size)[:k])),
        )

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:
        """The best candidate's states, checked on a finer quadrature rule."""
        index = max(int(state["best"]), 0)
        candidate, solution = self.candidates[index], self.solve(index)
        given = self.setting(candidate)
        return outcome(
            given,
            self.sampler(candidate),
            solution.parameters,
            solution.coefficients,
            solution.energies,
            count=candidate.points,
            tolerance=self.config.tolerance,
            status=status,
            params={"layer": solution.parameters},
        )


def prepare(problem: AnyProblem, config: Config, seed: int) -> RitzTask:
    """Return the ladder of candidates for a problem."""
    given = setting(problem, config.states)
    dimension = given.ansatz.dimension
    first = config.width or max(WIDTHS[dimension], 12 * given.states)
    if first > 4096:
        raise BadConfig(
            f"{given.states} states are more than the basis can hold.",
            f"ask for at most {4096 // 12} states",
        )
    widths = (first,) if config.width else (first, 2 * first)
    decays = (True, False) if given.ansatz.decay is not None else (True,)
    per_feature = 3 if dimension == 1 else 5
    finer = max(1.0, given.turns / TURNS[dimension])
    candidates = tuple(
        Candidate(width, finer * scale * (width / first) ** 0.5, per_feature * width, decay)
        for decay in decays
        for width in widths
        for scale in SCALES[dimension]
    )
    return RitzTask(given, config, jax.random.key(seed), candidates)


def evaluate(
    problem: AnyProblem,
    config: Config,  # noqa: ARG001 - part of every method's signature
    params: dict[str, Any],
    points: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, "n k"]:
    """Return the normalised states at points; zero outside the finite domain."""
    return predicted(problem, params, points, basis_of, params["layer"])


METHOD = Method(
    name="ritz",
    label="Rayleigh-Ritz in the span of random network features (nothing is trained)",
    kind="eigenproblem",
    config=Config,
    prepare=prepare,
    evaluate=evaluate,
    blas_threads=1,
)
