"""Training of a hidden-term PINN: Levenberg-Marquardt in stages, the evidence in the last.

The data are fitted first, then the weight of the equation is raised; only when it is in full force
may the evidence choose noise and weight decay, for before that it would call the signal noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from discovery.surrogate import evidence
from discovery.surrogate.fitted import Surrogate
from discovery.surrogate.loss import Place, Weights, blocks, residuals
from discovery.surrogate.model import Model, Points, flat, jet_names, known_parts
from discovery.surrogate.points import points as place_points
from discovery.surrogate.scales import scales
from sciml.hidden import HiddenTermProblem
from sciml.nets import mlp
from sciml.optim import Damped, levenberg_marquardt, start_damped
from sciml.records import Records


@dataclass(frozen=True)
class Stage:
    """One stage: weight of the equation relative to the noise, steps, whether evidence is used."""

    physics: float
    steps: int
    evidence: bool = False


ORDINARY = (Stage(1e-2, 15), Stage(1.0, 15), Stage(1e2, 15), *(Stage(1e4, 8, True),) * 5)
FIELD = (Stage(1e-2, 20), Stage(1.0, 20), Stage(1e2, 20), *(Stage(3e3, 8, True),) * 4)


@dataclass(frozen=True)
class Settings:
    """Settings of the networks and their training.

    Attributes
    ----------
    solution : widths of the solution's network; () for 16-16, or 18-18-18 with axes of space.
    hidden : widths of a hidden term's network; () for 6-6, or 8-8 with axes of space.
    collocation : collocation points an experiment; 0 for 80, or 500 with axes of space.
    """

    solution: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()
    collocation: int = 0
    first_scale: float = 0.0


class State(NamedTuple):
    """Where the training stands: plain arrays.

    Attributes
    ----------
    z : all parameters [n].
    sigma : noise of each state in units of its spread [s].
    decay : precision of the prior on every parameter [n].
    stage : number of the next stage.
    loss : of the last stage.
    """

    z: Array
    sigma: Array
    decay: Array
    stage: Array
    loss: Array


class Trainer:
    """A hidden-term PINN on one problem's data: what is computed once, and the stages.

    Parameters
    ----------
    problem, records : what is known, and what was measured.
    settings, seed : of the networks.
    """

    def __init__(
        self, problem: HiddenTermProblem, records: Records, settings: Settings, seed: int
    ) -> None:
        in_space = bool(problem.space)
        self.records, self.seed = records, seed
        self.stages = FIELD if in_space else ORDINARY
        self.model = build(problem, records, settings)
        count = settings.collocation or (500 if in_space else 80)
        self.points: Points = place_points(problem, records, self.model.scales, count, seed)
        vector, self.back = flat(self.model.start(jax.random.key(seed)))
        self.first: Float[np.ndarray, " n"] = np.asarray(vector)
        self.groups = evidence.Groups(_groups(self.back, self.first))
        residual, self.linearised = residuals(self.model, self.points, self.back)
        self.residual = jax.jit(residual)
        self.linear = jax.jit(self.linearised)
        self.advance = levenberg_marquardt(residual, self.linearised, largest_bend=np.inf)
        self.blocks = blocks(self.points, len(vector), len(problem.states))
        self.place = Place(
            jnp.asarray(self.points.collocation), jnp.asarray(self.points.collocation_of)
        )

    @property
    def steps(self) -> int:
        """Number of stages."""
        return len(self.stages)

    def init(self) -> State:
        """Return the state before the first stage."""
        sigma = np.full(len(self.model.problem.states), 0.05)
        decay = np.where(self.groups.of == 0, 1e-2, np.where(self.groups.of > 0, 1e-2, 0.0))
        return State(
            jnp.asarray(self.first),
            jnp.asarray(sigma),
            jnp.asarray(decay),
            jnp.asarray(0),
            jnp.asarray(np.inf),
        )

    def weights(self, state: State, physics: float) -> Weights:
        """Return the weights of a stage: the equation's relative to the noise of the data."""
        relative = self.points.relative
        mean = float(np.mean(np.asarray(state.sigma) ** 2))
        if np.any(np.isfinite(relative)):
            mean = float(np.nanmean(relative**2))
        weight = physics * len(self.points.data) / max(mean, 1e-8)
        return Weights(state.sigma, jnp.asarray(weight), jnp.asarray(min(weight, 1e8)), state.decay)

    def step(self, state: State) -> tuple[State, dict[str, float]]:
        """Return the state after the next stage, and what to log of it."""
        stage = self.stages[int(state.stage)]
        weights = self.weights(state, stage.physics)
        loss = jnp.sum(self.residual(state.z, weights, self.place) ** 2)
        damped: Damped = start_damped(state.z, loss, 1e-2)
        for _ in range(stage.steps):
            damped, accepted = self.advance(damped, weights, self.place)
            if not bool(accepted) or int(damped.flat) >= 3:
                break
        following = state._replace(z=damped.z, stage=state.stage + 1, loss=damped.loss)
        if stage.evidence:
            following = self._evident(following, weights)
        r = np.asarray(self.residual(damped.z, weights, self.place))
        data = r[self.blocks["data"]]
        equation = r[self.blocks["equation"]] / np.sqrt(float(weights.physics))
        return following, {
            "loss": float(damped.loss),
            "data": float(data @ data),
            "residual": float(np.linalg.norm(equation)),
        }

    def _evident(self, state: State, weights: Weights) -> State:
        r, jacobian = (np.asarray(a) for a in self.linear(state.z, weights, self.place))
        sigma, decay = evidence.update(
            np.asarray(state.z),
            r,
            jacobian,
            self.blocks["data"],
            self.points.seen,
            np.asarray(state.sigma),
            np.asarray(state.decay),
            self.groups,
            self.records.has_noise,
        )
        return state._replace(sigma=jnp.asarray(sigma), decay=jnp.asarray(decay))

    def finish(self, state: State) -> Surrogate:
        """Return what a state has learned."""
        last = self.stages[min(int(state.stage), len(self.stages)) - 1]
        weights = self.weights(state, last.physics)
        _, jacobian = self.linear(state.z, weights, self.place)
        params = jax.tree.map(np.asarray, self.back(state.z))
        names = self.model.problem.free
        return Surrogate(
            self.model,
            params,
            np.asarray(state.sigma) * self.model.scales.spread,
            dict(zip(names, params["free"].tolist(), strict=True)),
            evidence.inverse(np.asarray(jacobian)),
        )


def build(problem: HiddenTermProblem, records: Records, settings: Settings) -> Model:
    """Return a problem's networks."""
    in_space = bool(problem.space)
    coordinates = len(problem.axes) + len(problem.periodic)
    solution = mlp(
        coordinates,
        settings.solution or ((18, 18, 18) if in_space else (16, 16)),
        len(problem.states),
        first_scale=settings.first_scale or (2.0 if not in_space else 1.5),
    )
    widths = settings.hidden or ((8, 8) if in_space else (6, 6))
    hidden = tuple(mlp(len(h.inputs), widths, 1) for h in problem.hidden)
    parameters = np.array(
        [[{**problem.params, **e.params}[n] for n in problem.params] for e in records.experiments]
    ).reshape(len(records.experiments), -1)
    return Model(
        problem,
        scales(problem, records),
        solution,
        hidden,
        known_parts(problem),
        parameters,
        jet_names(problem),
    )


def _groups(back: Any, vector: np.ndarray) -> np.ndarray:
    """Number of the decay group of each parameter: 0 the solution, 1 and on the hidden terms."""
    tree = back(jnp.asarray(vector))
    marked = {
        "solution": jax.tree.map(lambda a: jnp.zeros(a.shape), tree["solution"]),
        "hidden": [
            jax.tree.map(lambda a, m=m: jnp.full(a.shape, 1.0 + m), t)
            for m, t in enumerate(tree["hidden"])
        ],
        "free": jnp.full(tree["free"].shape, -1.0),
    }
    return np.asarray(flat(marked)[0]).astype(int)
