"""Method `paper`: the published recipe for one state, as it is, with its collapse reported.

Sarkar, *Physics-Informed Neural Networks for One-Dimensional Quantum Well Problems* (arXiv
2504.05367): a tanh network 1-20-20-20-1 times (x - a)(b - x), the energy E a further parameter,
    loss = mean over points of (H ψ - E ψ)² + weight (∫ψ² - 1)²,
and 5000 steps of Adam at 1e-3. What the abstract leaves open (points, start of E, weight) is a
setting here. ψ = 0 solves the equation for every E, so that the loss can fall by giving up the
norm: that happens on most wells, and comes back as status COLLAPSED without energies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from pinn import galerkin
from pinn.ansatz import Ansatz
from pinn.coordinate import Coordinate
from pinn.outcome import outcome, predicted
from pinn.setting import Setting, samples_at
from pinn.trial import trial_sampler
from pinn.truncate import truncated
from sciml import jet, nets, optim
from sciml.errors import BadConfig, BadProblem
from sciml.method import Info, Method, Outcome
from sciml.problem import AnyProblem, EigenProblem
from sciml.quadrature import panels
from sciml.status import Status

WIDTHS = (20, 20, 20)
CHUNK = 100
"""Adam steps a logged step"""
COLLAPSED_NORM = 0.5
"""norm below which the network has given up the state"""


@dataclass(frozen=True)
class Config:
    """Settings of `paper`.

    Attributes
    ----------
    adam_steps : number of Adam steps.
    learning_rate : of Adam.
    points : equally spaced collocation points.
    energy : start of the trainable energy.
    norm_weight : weight of the normalisation in the loss.
    tolerance : widest relative error bar of a converged result.
    """

    adam_steps: int = 5000
    learning_rate: float = 1e-3
    points: int = 100
    energy: float = 1.0
    norm_weight: float = 1.0
    tolerance: float = 5e-2

    def __post_init__(self) -> None:
        for name in ("adam_steps", "points", "learning_rate", "norm_weight", "tolerance"):
            if not getattr(self, name) > 0:
                raise BadConfig(f"{name} is {getattr(self, name)}.", "give a positive number")


@lru_cache
def network() -> nets.Network:
    """Return the published network of one coordinate."""
    return nets.mlp(1, WIDTHS, 1)


@dataclass(frozen=True)
class PaperTask:
    """Adam on one state; the state holds the parameters, E and Adam's moments."""

    given: Setting
    config: Config
    key: Array
    optimiser: optax.GradientTransformationExtraArgs
    advance: Any

    @property
    def steps(self) -> int:
        """Number of chunks of Adam steps."""
        return -(-self.config.adam_steps // CHUNK)

    def init(self) -> dict[str, Any]:
        """A random network and the start of E."""
        params = {"network": network().init(self.key), "energy": jnp.asarray(self.config.energy)}
        return {"params": params, "adam": self.optimiser.init(params)}

    def step(self, state: dict[str, Any]) -> tuple[dict[str, Any], Info]:
        """One chunk of Adam steps."""
        params, adam, loss = self.advance(state["params"], state["adam"])
        metrics = {"loss": float(loss), "E1": float(params["energy"])}
        return {"params": params, "adam": adam}, Info(metrics)

    def finish(self, state: dict[str, Any], status: Status) -> Outcome:
        """The trained state, or COLLAPSED with no energy if its norm is gone."""
        params = state["params"]["network"]
        trained = float(state["params"]["energy"])
        sample = trial_sampler(self.given.ansatz, network())
        (lower, upper), count = self.given.ansatz.domain.bounding_box[0], 400
        x, weights = panels(np.linspace(lower, upper, 21), count // 20)
        samples = samples_at(self.given, sample, params, x[:, None], weights)
        norm = float(np.sqrt(samples.overlap()[0, 0]))
        extra = {"trained_energies": [trained], "trained_norms": [norm]}
        if not norm > COLLAPSED_NORM:
            return Outcome(
                status=Status.COLLAPSED,
                value={"energies": [], "lower_bounds": [], "upper_bounds": [], **extra},
                metrics={"norm_error": abs(norm**2 - 1)},
                params={"network": params, "ansatz": self.given.ansatz.to_arrays()},
                warnings=(f"The network's norm fell to {norm:.2g}: ψ = 0 solves every E.",),
            )
        energies, rotation = galerkin.rotate_to_states(samples)
        return outcome(
            self.given,
            sample,
            params,
            rotation,
            energies,
            count=count,
            tolerance=self.config.tolerance,
            status=Status.CONVERGED if status is Status.MAX_STEPS else status,
            params={"network": params},
            extra=extra,
        )


def loss_of(given: Setting, config: Config) -> Any:
    """Return the published loss of {"network", "energy"}."""
    (lower, upper) = given.ansatz.domain.bounding_box[0]
    x = np.linspace(lower, upper, config.points + 2)[1:-1, None]
    potential = jnp.asarray(given.problem.potential_at(x))
    spacing = (upper - lower) / (config.points + 1)
    problem, ansatz, net = given.problem, given.ansatz, network()

    def at_point(params: Any, point: Array, v: Array) -> tuple[Array, Array]:
        def psi(y: Array) -> Array:
            return ansatz.factor(y) * net.apply(params["network"], ansatz.features(y))

        values = jet.evaluate(psi, problem.derivatives, problem.fields, point)
        place = dict(zip(problem.domain.axes, point, strict=True))
        return values.u, problem.residual(values, place, {"E": params["energy"], "V": v})

    def loss(params: Any) -> Array:
        psi, residual = jax.vmap(lambda p, v: at_point(params, p, v))(jnp.asarray(x), potential)
        norm = spacing * jnp.sum(psi**2)
        return jnp.mean(residual**2) + config.norm_weight * (norm - 1) ** 2

    return loss


def plain_setting(problem: AnyProblem) -> Setting:
    """Return the setting of one state with the published ansatz: no map, no interface features.

    Raises
    ------
    BadProblem : the problem is not one-dimensional.
    """
    assert isinstance(problem, EigenProblem)
    if problem.dimension != 1:
        raise BadProblem(
            f"method 'paper' is one-dimensional, '{problem.name}' is not.", "use method 'ritz'"
        )
    box, _ = truncated(problem, 1)
    lower, upper = box.bounding_box[0]
    return Setting(problem, 1, Ansatz(box, (Coordinate(lower, upper),)), turns=math.pi)


def prepare(problem: AnyProblem, config: Config, seed: int) -> PaperTask:
    """Return the training task of a problem's lowest state."""
    given = plain_setting(problem)
    optimiser = optax.with_extra_args_support(optax.adam(config.learning_rate))
    advance = optim.first_order(optimiser, loss_of(given, config), CHUNK)
    return PaperTask(given, config, jax.random.key(seed), optimiser, advance)


def evaluate(
    problem: AnyProblem,
    config: Config,  # noqa: ARG001 - part of every method's signature
    params: dict[str, Any],
    points: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, "n k"]:
    """Return the normalised state at points, or no column where the training collapsed."""
    if "coefficients" not in params:
        return np.zeros((len(points), 0))
    trial = partial(trial_sampler, network=network())
    return predicted(problem, params, points, trial, params["network"])


METHOD = Method(
    name="paper",
    label="the published recipe (arXiv 2504.05367) as it is: Adam, one state, may collapse",
    kind="eigenproblem",
    config=Config,
    prepare=prepare,
    evaluate=evaluate,
    blas_threads=1,
)
