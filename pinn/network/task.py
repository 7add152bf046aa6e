"""The task that trains a network: rounds, the best parameters so far, and when to stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn.forward.outcome import sampled
from pinn.network import head, points, spring, training, trial, weights
from pinn.network.rows import Batch
from pinn.network.setup import Setup
from pinn.network.spring import Search
from sciml.method import Info, Outcome
from sciml.status import Status

SMOOTHED = 0.7
"""of the emphasis of groups that is kept from round to round"""
PATIENCE, STAGNANT = 8, 0.8
"""rounds that must bring the residual below this part of what it was"""
ENOUGH = {True: 1e-2, False: 1e-3}
"""part of the tolerance at which nothing more is wanted, of linear equations and of others, which
may amplify what is left"""

State = dict[str, Any]


@dataclass(eq=False)
class NetworkTask:
    """Rounds of Gauss-Newton steps; the state is a dictionary of arrays.

    Attributes
    ----------
    setup : the problem and everything fixed.
    """

    setup: Setup
    _compiled: dict[str, Any] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """The limit of rounds."""
        return self.setup.config.steps

    @property
    def tolerance(self) -> float:
        """The relative residual of a converged result."""
        return self.setup.config.reached(linear=self.setup.equations.is_linear)

    def _once(self, name: str, make: Any) -> Any:
        if name not in self._compiled:
            self._compiled[name] = make(self.setup)
        return self._compiled[name]

    def init(self) -> State:
        """Random parameters, nothing learned."""
        search = spring.start(self.setup.first[0])
        return {
            "search": {n: np.asarray(v) for n, v in search._asdict().items()},
            "emphasis": np.ones(1 + len(self.setup.soft)),
            "strictness": np.array(0),
            "round": np.array(0),
            "best": np.asarray(search.z),
            "residuals": np.full(self.steps, np.inf),
        }

    def step(self, state: State) -> tuple[State, Info]:
        """One round: choose points and weights, take the steps, judge the average."""
        number = int(state["round"])
        search = Search(**{n: jnp.asarray(v) for n, v in state["search"].items()})
        key = jax.random.fold_in(jax.random.key(self.setup.seed), number)
        inner, chances, early, level = self._choices(search.z, number, int(state["strictness"]))
        emphasis = self._emphasis(state, search.z, key, inner, chances, early)
        run = self._once("round", training.compiled_round)
        search = run(search, key, inner, chances, emphasis, early)
        left, best = self._judged(state, search)
        residuals = _put(state["residuals"], number, left, self.steps)
        following = {
            "search": {n: np.asarray(v) for n, v in search._asdict().items()},
            "emphasis": np.asarray(emphasis),
            "strictness": np.array(level),
            "round": np.array(number + 1),
            "best": best,
            "residuals": residuals,
        }
        done = self._done(residuals[: number + 1])
        logged = {"loss": float(search.loss), "residual": left, "damping": float(search.damping)}
        return following, Info(logged, Status.CONVERGED if done else None)

    def _choices(self, z: Array, number: int, level: int) -> tuple[Array, Array, Array, int]:
        """Points of a round with their chances, and the causal weights."""
        setup, config = self.setup, self.setup.config
        inner = jnp.asarray(points.candidates(setup.pool, number, setup.seed))
        if config.sampling == "sobol":
            inner = jnp.asarray(setup.pool[: points.FIXED * config.points])
        early = jnp.ones(weights.BINS)
        if config.sampling != "adaptive" and not config.causal:
            return inner, points.evenly(inner[:, 0]), early, level
        sizes = self._once("sizes", lambda s: jax.jit(s.rows.sizes))(z, inner)
        if config.causal and setup.time is not None:
            size = setup.judge(z)[1][0]
            squares = jnp.nan_to_num(sizes / size) ** 2
            times = training.scaled_times(setup, inner)
            early = weights.causal(squares, times, weights.STRICTNESS[level])
            level = weights.stricter(level, np.asarray(early))
        rule = points.adaptive if config.sampling == "adaptive" else points.evenly
        seen = sizes * jnp.sqrt(early[weights.slices(training.scaled_times(setup, inner))])
        return inner, rule(seen), early, level

    def _emphasis(
        self, state: State, z: Array, key: Array, inner: Array, chances: Array, early: Array
    ) -> Float[Array, " g"]:
        """Emphasis of each group, smoothed over the rounds."""
        before = jnp.asarray(state["emphasis"])
        if self.setup.config.balance == "none" or not self.setup.soft:
            return before
        batch = training.draw(self.setup, key, inner, chances, jnp.ones(len(before)), early)
        found = self._once("emphasis", training.compiled_emphasis)(z, batch)
        return found if not int(state["round"]) else SMOOTHED * before + (1 - SMOOTHED) * found

    def _judged(self, state: State, search: Search) -> tuple[float, np.ndarray]:
        """The residual of the average (or of the last parameters, if less), and the best so far."""
        least = float(np.min(state["residuals"]))
        found, best = np.inf, state["best"]
        for z in (search.average, search.z):
            left = float(jnp.max(self.setup.judge(z)[0]))
            if left < found:
                found = left
                best = np.asarray(z) if left < least else best
        return found, best

    def _done(self, residuals: np.ndarray) -> bool:
        """Whether more rounds would bring nothing that is wanted."""
        enough = ENOUGH[self.setup.equations.is_linear] * self.tolerance
        if not np.isfinite(residuals[-1]) or residuals[-1] <= enough:
            return True
        if len(residuals) <= PATIENCE:
            return False
        return bool(np.min(residuals[-PATIENCE:]) > STAGNANT * np.min(residuals[:-PATIENCE]))

    def finish(self, state: State, status: Status) -> Outcome:
        """The best parameters; of a linear equation, with the best last layer."""
        z, left = np.asarray(state["best"]), float(np.min(state["residuals"]))
        finite = np.isfinite(left)
        if self.setup.equations.is_linear and finite:
            z, left = self._with_head(z, left)
        if status in (Status.CONVERGED, Status.MAX_STEPS):
            if left <= self.tolerance:
                status = Status.CONVERGED
            elif not finite:
                status = Status.NONFINITE
            elif status is Status.CONVERGED:
                status = Status.UNRESOLVED
        return self._outcome(z, left, status)

    def _with_head(self, z: np.ndarray, left: float) -> tuple[np.ndarray, float]:
        """The parameters with a last layer by least squares, if that meets the equation better."""
        setup = self.setup
        batch = _large(setup)
        marked = head.in_head(setup.first[1], len(z))
        better = head.fitted(setup.rows, z, batch, marked)
        found = float(jnp.max(setup.judge(jnp.asarray(better))[0]))
        return (better, found) if found < left else (z, left)

    def _outcome(self, z: np.ndarray, left: float, status: Status) -> Outcome:
        setup = self.setup
        params = jax.tree.map(np.asarray, setup.first[1](jnp.asarray(z)))
        kept = {"network": params, "inputs": setup.trial.inputs.arrays()}
        u = trial.values(setup.trial)
        shown = sampled(setup.problem, lambda at: np.asarray(u(params, jnp.asarray(at))))
        value = {
            "parameters": int(z.size),
            "trained_conditions": [f"{s.name} on {face}" for s, face in setup.soft],
        }
        warnings = tuple(
            f"the data of '{name}' disagree where faces meet: they are trained, not met exactly."
            for name in setup.trial.hard.torn
        )
        metrics = {"residual": min(left, 1e300)}
        return Outcome(status, value, metrics, kept, shown, warnings)


def _put(residuals: np.ndarray, number: int, left: float, steps: int) -> np.ndarray:
    found = np.full(max(steps, number + 1), np.inf)
    found[: len(residuals[:number])] = residuals[:number]
    found[number] = left
    return found


def _large(setup: Setup) -> Batch:
    """Many points, evenly spread."""
    groups = (setup.pool[: 8 * setup.config.points], *setup.face_pools)
    return tuple((jnp.asarray(here), jnp.ones(len(here))) for here in groups)
