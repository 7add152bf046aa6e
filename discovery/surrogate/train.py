"""Training of a hidden-term PINN: Levenberg-Marquardt in stages, the evidence in the last.

The data are fitted first, then the hidden terms to the rates that this fit leaves unexplained
(gradient matching), then the weight of the equation is raised; only when it is in full force may
the evidence choose noise and weight decay, for before that it would call the signal noise.
"""

from __future__ import annotations

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
from discovery.surrogate.schedule import FIELD, FINAL, ORDINARY, Settings, Stage
from sciml.errors import BadData
from sciml.hidden import HiddenTermProblem
from sciml.precision import float64
from sciml.records import Records

COLLAPSED = 1.5
"""noise over the largest that neighbouring data allow: more means that the fit missed the signal"""
FEW, SUSPECT = 12, 0.3
"""rows up to which curvature hides in what neighbours allow, and what is suspicious there"""
DAMPING = 1e-2
"""Levenberg's λ at the start of each stage"""


class State(NamedTuple):
    """Where the training stands: plain arrays.

    Attributes
    ----------
    own, shared : parameters of the solutions [e, n], of hidden terms and free constants [k].
    sigma : noise of each state in units of its spread [s].
    decay : precision of the prior.
    units : of rates and hidden terms.
    collocation : where the equation must hold [e, c, d].
    begin : tolerance of the equation to begin with.
    misfit : largest error of a state over the noise that neighbouring data allow at most.
    stage, attempt : number of the next stage, and of the attempt.
    """

    own: np.ndarray
    shared: np.ndarray
    sigma: np.ndarray
    decay: Decay
    units: Units
    collocation: np.ndarray
    begin: np.ndarray
    misfit: np.ndarray
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
        self.problem, self.records, self.seed = problem, records, seed
        self.settings = settings.filled(in_space)
        self.stages, self.final = (FIELD if in_space else ORDINARY), FINAL[in_space]
        self.model = build(
            problem, records, solution=self.settings.solution, hidden=self.settings.hidden
        )
        self.seen = observed(records, self.model.scales)
        self.bound = evidence.largest_noise(self.seen)
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
        rows = max(len(e.points) for e in self.records.experiments)
        scale = self.settings.first_scale * min(1.0, rows / 20) * 1.3**attempt
        own = [model.solution.draw(rng, first=scale, last=0.5) for _ in self.records.experiments]
        hidden = [h.draw(rng, first=1.0, last=0.1) for h in model.hidden]
        return State(
            own=np.stack(own),
            shared=np.concatenate([*hidden, np.zeros(len(problem.free))]),
            sigma=np.full(len(problem.states), 0.03),
            decay=Decay(np.asarray(1e-2), np.full(len(model.hidden), 1e-1)),
            units=first_units(problem, model.scales),
            collocation=collocation(
                problem, self.records, model.scales, self.settings.collocation, self.seed
            ),
            begin=np.asarray(10.0),
            misfit=np.asarray(np.inf),
            stage=np.asarray(0),
            attempt=np.asarray(attempt),
        )

    def unit(self, state: State) -> float:
        """Return the standard deviation of the equation's residuals at tolerance 1."""
        given = self.seen.given[np.isfinite(self.seen.given)]
        sigma = np.clip(np.sqrt(np.mean(given**2)) if given.size else state.sigma, 0.0, 0.3)
        many = state.collocation.shape[0] * state.collocation.shape[1]
        rows = self.seen.seen.sum() / self.seen.seen.shape[2]
        return float(np.exp(np.mean(np.log(sigma))) * np.sqrt(many / rows))

    def weights(self, state: State, progress: float) -> Weights:
        """Return the weights of a stage: the equation's relative to the noise of the data."""
        tolerance = self.final * (float(state.begin) / self.final) ** (1 - progress)
        one = 1 / max(tolerance * self.unit(state), 1e-6)
        return Weights(jnp.asarray(state.sigma), jnp.asarray(one), jnp.asarray(one))

    def step(self, state: State) -> tuple[State, dict[str, float]]:
        """Return the state after the next stage, and what to log of it.

        A fit that does not follow the data is begun again within the last stage.
        """
        at = int(state.stage)
        if at >= self.steps:
            return state, {}
        rows = max(len(e.points) for e in self.records.experiments)
        limit = SUSPECT if rows <= FEW else COLLAPSED
        with float64():
            following, metrics = self._step(state, self.stages[at])
            while (
                at + 1 == self.steps
                and float(following.misfit) > limit
                and int(following.attempt) < self.settings.attempts
            ):
                again = self._first(int(following.attempt) + 1)
                for stage in self.stages:
                    again, found = self._step(again, stage)
                if float(again.misfit) < float(following.misfit):
                    following, metrics = again, found
                following = following._replace(attempt=again.attempt)
        return following, metrics

    def _step(self, state: State, stage: Stage) -> tuple[State, dict[str, float]]:
        decay = state.decay.spread(Vector(state.own, state.shared), self.sizes)
        weights = self.weights(state, stage.progress or 0.0)

        def linearised(z: Vector) -> tuple[np.ndarray, np.ndarray]:
            if stage.progress is None:
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
            stage=state.stage + 1,
        )
        r, jacobian = linearised(run.z)
        data = r[:, : self.seen.values[0].size]
        seen = np.maximum(self.seen.seen.sum(axis=(0, 1)), 1.0)
        errors = np.sum(data.reshape(self.seen.seen.shape) ** 2, axis=(0, 1)) / seen
        largest = np.max(np.sqrt(errors) * state.sigma / self.bound)
        following = following._replace(misfit=np.asarray(largest))
        metrics = {
            "loss": run.loss,
            "steps": float(run.steps),
            "misfit": float(np.sum(data**2) / max(self.seen.seen.sum(), 1.0)),
        }
        if stage.progress is None:
            following = following._replace(units=self._units(following))
        else:
            rest = r[
                :,
                data.shape[1] : data.shape[1]
                + self.settings.collocation * len(self.problem.states),
            ]
            size = float(np.sqrt(np.mean(rest**2)) / float(weights.equation))
            metrics["equation"] = size
            if stage.frozen:
                begin = np.clip(0.3 * size / self.unit(state), 10.0, 1e4)
                following = following._replace(begin=np.asarray(begin))
        if stage.evidence:
            posterior = covariance(jacobian, decay)
            following = following._replace(
                sigma=evidence.noise(r, jacobian, posterior, self.seen, state.sigma, self.bound),
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
            weights = self.weights(state, last.progress or 0.0)
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
