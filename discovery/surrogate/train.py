"""Training of a hidden-term PINN: Levenberg-Marquardt in stages, the evidence in the last.

The data are fitted first, then the hidden terms to the rates that this fit leaves unexplained
(gradient matching), then the weight of the equation is raised; only when it is in full force may
the evidence choose noise and weight decay, for before that it would call the signal noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from discovery.surrogate import evidence
from discovery.surrogate.evidence import Decay
from discovery.surrogate.fitted import Surrogate
from discovery.surrogate.levenberg import Vector, covariance, descend
from discovery.surrogate.loss import Weights, data_residuals, residuals
from discovery.surrogate.model import build
from discovery.surrogate.points import collocation, observed, walls
from discovery.surrogate.scales import Units, first_units, units
from sciml.errors import BadData
from sciml.hidden import HiddenTermProblem
from sciml.precision import float64
from sciml.records import Records

DAMPING = 1e-2
"""Levenberg's λ at the start of each stage"""


@dataclass(frozen=True)
class Stage:
    """One stage of the training.

    Attributes
    ----------
    tolerance : size of the equation's residual relative to that of the data, in their units; None
        for the data alone.
    steps : largest number of Levenberg-Marquardt steps.
    frozen : whether the solutions stay as they are.
    evidence : whether noise and decay are chosen afterwards.
    """

    tolerance: float | None
    steps: int
    frozen: bool = False
    evidence: bool = False


ORDINARY = (
    Stage(None, 15),
    Stage(10.0, 10, frozen=True),
    Stage(10.0, 15),
    Stage(1.0, 15),
    *(Stage(0.3, 12, evidence=True),) * 6,
)
FIELD = (
    Stage(None, 20),
    Stage(10.0, 10, frozen=True),
    Stage(10.0, 15),
    Stage(1.0, 20),
    *(Stage(1.0, 10, evidence=True),) * 5,
)


@dataclass(frozen=True)
class Settings:
    """Settings of the networks and their training.

    Attributes
    ----------
    solution : widths of the solution's network; () for 16-16, or 18-18-18 with axes of space.
    hidden : widths of a hidden term's network; () for 6-6, or 8-8 with axes of space.
    collocation : collocation points an experiment; 0 for 80, or 500 with axes of space.
    first_scale : slopes of the solution's first layer; 0 for 2, or 1.5 with axes of space.
    attempts : how often a fit that has collapsed is begun again with another key.
    """

    solution: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()
    collocation: int = 0
    first_scale: float = 0.0
    attempts: int = 2


class State(NamedTuple):
    """Where the training stands: plain arrays.

    Attributes
    ----------
    own, shared : parameters of the solutions [e, n], of hidden terms and free constants [k].
    sigma : noise of each state in units of its spread [s].
    decay : precision of the prior.
    units : of rates and hidden terms.
    collocation : where the equation must hold [e, c, d].
    damping, loss : of Levenberg-Marquardt.
    stage, attempt : number of the next stage, and of the attempt.
    """

    own: np.ndarray
    shared: np.ndarray
    sigma: np.ndarray
    decay: Decay
    units: Units
    collocation: np.ndarray
    damping: np.ndarray
    loss: np.ndarray
    stage: np.ndarray
    attempt: np.ndarray


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
        self.problem, self.records, self.settings, self.seed = problem, records, settings, seed
        self.stages = FIELD if in_space else ORDINARY
        self.count = settings.collocation or (500 if in_space else 80)
        self.model = build(
            problem,
            records,
            solution=settings.solution or ((18, 18, 18) if in_space else (16, 16)),
            hidden=settings.hidden or ((8, 8) if in_space else (6, 6)),
        )
        self.seen = observed(records, self.model.scales)
        self.sizes = tuple(h.size for h in self.model.hidden)
        with float64():
            self._data = data_residuals(self.model, self.seen)
            self._all = residuals(self.model, self.seen, walls(problem, records))

    @property
    def steps(self) -> int:
        """Number of stages."""
        return len(self.stages)

    def init(self) -> State:
        """Return the state before the first stage."""
        return self._first(0)

    def _first(self, attempt: int) -> State:
        problem, model = self.problem, self.model
        rng = np.random.default_rng([self.seed, attempt])
        scale = self.settings.first_scale or (1.5 if problem.space else 2.0)
        own = [model.solution.draw(rng, first=scale, last=0.5) for _ in self.records.experiments]
        hidden = [h.draw(rng, first=1.0, last=0.1) for h in model.hidden]
        return State(
            own=np.stack(own),
            shared=np.concatenate([*hidden, np.zeros(len(problem.free))]),
            sigma=np.full(len(problem.states), 0.03),
            decay=Decay(np.asarray(1e-2), np.full(len(model.hidden), 1e-1)),
            units=first_units(problem, model.scales),
            collocation=collocation(problem, self.records, self.count, self.seed),
            damping=np.asarray(1e-1),
            loss=np.asarray(np.inf),
            stage=np.asarray(0),
            attempt=np.asarray(attempt),
        )

    def weights(self, state: State, tolerance: float) -> Weights:
        """Return the weights of a stage: the equation's relative to the noise of the data."""
        given = self.seen.given[np.isfinite(self.seen.given)]
        sigma = np.sqrt(np.mean(given**2)) if given.size else np.sqrt(np.mean(state.sigma**2))
        rows = self.seen.seen.sum() / max(self.seen.seen.shape[2], 1)
        many = state.collocation.shape[0] * state.collocation.shape[1]
        one = 1 / max(tolerance * float(sigma) * np.sqrt(many / rows), 1e-6)
        return Weights(jnp.asarray(state.sigma), jnp.asarray(one), jnp.asarray(one))

    def step(self, state: State) -> tuple[State, dict[str, float]]:
        """Return the state after the next stage, and what to log of it."""
        if int(state.stage) >= self.steps:
            return state, {}
        with float64():
            return self._step(state, self.stages[int(state.stage)])

    def _step(self, state: State, stage: Stage) -> tuple[State, dict[str, float]]:
        decay = state.decay.spread(Vector(state.own, state.shared), self.sizes)
        weights = self.weights(state, stage.tolerance or 1.0)

        def linearised(z: Vector) -> tuple[np.ndarray, np.ndarray]:
            if stage.tolerance is None:
                r, jacobian = self._data(*z, weights)
            else:
                r, jacobian = self._all(*z, weights, state.units, state.collocation)
            return np.asarray(r), np.asarray(jacobian)

        run = descend(
            linearised,
            Vector(state.own, state.shared),
            decay,
            damping=DAMPING,
            steps=stage.steps,
            frozen=stage.frozen,
        )
        following = state._replace(
            own=run.z.own,
            shared=run.z.shared,
            loss=np.asarray(run.loss),
            damping=np.asarray(run.damping),
            stage=state.stage + 1,
        )
        r, jacobian = linearised(run.z)
        data = r[:, : self.seen.values[0].size]
        metrics = {
            "loss": run.loss,
            "steps": float(run.steps),
            "misfit": float(np.sum(data**2) / max(self.seen.seen.sum(), 1.0)),
        }
        if stage.tolerance is None:
            following = following._replace(units=self._units(following))
        else:
            rest = r[:, data.shape[1] : data.shape[1] + self.count * len(self.problem.states)]
            metrics["equation"] = float(np.sqrt(np.mean(rest**2)) / float(weights.equation))
        if stage.evidence:
            posterior = covariance(jacobian, decay)
            following = following._replace(
                sigma=evidence.noise(r, jacobian, posterior, self.seen, state.sigma),
                decay=evidence.decay(run.z, posterior, state.decay, self.sizes),
            )
        return following, metrics

    def _units(self, state: State) -> Units:
        """Units of rates and hidden terms, from the fit of the data."""
        model = self.model

        def at(own: Array, point: Array, given: Array, fixed: Array) -> Any:
            found = model.quantities(own, point)
            constants = model.constants(jnp.asarray(state.shared), given, fixed)
            return found, model.known_rate(found | constants)

        every = jax.jit(jax.vmap(jax.vmap(at, (None, 0, None, None)), (0, 0, 0, 0)))
        found, known = every(state.own, state.collocation, model.parameters, model.fixed)
        flat = {n: np.asarray(v).ravel() for n, v in found.items()}
        return units(
            self.problem, model.scales, flat, np.asarray(known).reshape(-1, known.shape[-1])
        )

    def finish(self, state: State) -> Surrogate:
        """Return what a state has learned."""
        last = self.stages[min(int(state.stage), self.steps) - 1]
        z = Vector(state.own, state.shared)
        with float64():
            weights = self.weights(state, last.tolerance or 1.0)
            _, jacobian = self._all(*z, weights, state.units, state.collocation)
            decay = state.decay.spread(z, self.sizes)
            posterior = covariance(np.asarray(jacobian), decay)
            free = {n: float(v) for n, v in self.model.free(jnp.asarray(z.shared)).items()}
        return Surrogate(
            self.problem,
            {"own": z.own, "shared": z.shared, "units": state.units},
            np.asarray(state.sigma) * self.model.scales.spread,
            free,
            self.model,
            posterior,
        )


def fit(problem: HiddenTermProblem, seed: int = 0, settings: Settings | None = None) -> Surrogate:
    """Return the surrogate of a problem's own data."""
    trainer = start(problem, seed, settings)
    state = trainer.init()
    for _ in range(trainer.steps):
        state, _ = trainer.step(state)
    return trainer.finish(state)


def start(problem: HiddenTermProblem, seed: int = 0, settings: Settings | None = None) -> Trainer:
    """Return the training of a surrogate on a problem's own data.

    Raises
    ------
    BadData : the problem holds no data.
    """
    if problem.data is None or not problem.data.count:
        raise BadData(f"'{problem.name}' holds no data.", "give data=Records(...)")
    return Trainer(problem, problem.data, settings or Settings(), seed)
