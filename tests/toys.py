"""A toy method: the lowest state of a 1-D well by imaginary-time steps on a finite grid.

It has what the shell around the core needs to be tested on: float state, a step limit, several
endings, and a slow mode for tests that kill it. `install` makes it and the toy for equations (of
`toy_fields`) the only methods.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from sciml.errors import BadConfig, BadProblem
from sciml.method import BUILTIN, DEFAULT, Info, Method, Outcome
from sciml.status import Status


@dataclass(frozen=True)
class Settings:
    """Settings of the toy."""

    steps: int = 2000
    points: int = 12
    tolerance: float = 1e-9
    pause: float = 0.0
    ending: str = ""

    def __post_init__(self):
        if self.points < 3:
            raise BadConfig(f"points is {self.points}.", "give at least 3")


class Toy:
    """Power iteration with (shift - H) on the interior grid points."""

    def __init__(self, problem, settings, seed):
        self.problem, self.settings, self.seed = problem, settings, seed
        self.steps = settings.steps
        (lo, hi), n = problem.domain.bounding_box[0], settings.points
        self.x = np.linspace(lo, hi, n + 2)
        h = self.x[1] - self.x[0]
        v = problem.potential_at(self.x[1:-1, None])
        k = problem.kinetic / h**2
        self.matrix = jnp.diag(jnp.asarray(v) + 2 * k) - k * (jnp.eye(n, k=1) + jnp.eye(n, k=-1))
        self.shift = float(v.max()) + 4 * k
        self.advance = jax.jit(self._advance)
        if settings.ending == "refused":
            raise BadProblem("the toy refuses this.", "another ending")
        if settings.ending == "bug":
            raise ZeroDivisionError("a bug")

    def init(self):
        start = jax.random.uniform(jax.random.key(self.seed), self.x[1:-1].shape)
        return {"psi": start, "energy": jnp.zeros(()), "count": np.zeros((), np.int64)}

    def _advance(self, psi):
        psi = self.shift * psi - self.matrix @ psi
        psi = psi / jnp.linalg.norm(psi)
        return psi, psi @ self.matrix @ psi

    def step(self, state):
        time.sleep(self.settings.pause)
        psi, energy = self.advance(state["psi"])
        change = float(abs(energy - state["energy"]))
        done = change < self.settings.tolerance
        if self.settings.ending == "diverge" and state["count"] > 5:
            change = float("nan")
        state = {"psi": psi, "energy": energy, "count": state["count"] + 1}
        metrics = {"change": change, "energy": float(energy)}
        return state, Info(metrics, Status.CONVERGED if done else None)

    def finish(self, state, status):
        psi = np.pad(np.asarray(state["psi"]), 1)
        psi = psi / np.sqrt(np.sum(psi**2) * (self.x[1] - self.x[0]))
        energy = float(state["energy"])
        value = {
            "energies": [energy],
            "lower_bounds": [energy - 1.0],
            "upper_bounds": [energy + 1.0],
            "nodes": [0],
        }
        arrays = {"x": self.x, "psi": psi[:, None], "potential": 0 * self.x}
        params = {"psi": psi, "ends": (float(self.x[0]), float(self.x[-1]))}
        return Outcome(status, value, {"residual": 0.1}, params, arrays, ("A toy.",))


def evaluate(problem, settings, params, points):
    lo, hi = params["ends"]
    grid = np.linspace(lo, hi, len(params["psi"]))
    return np.interp(points[:, 0], grid, params["psi"])[:, None]


METHOD = Method("toy", "power iteration on a grid", "eigenproblem", Settings, Toy, evaluate)


def install(monkeypatch=None):
    """Make the toys the default methods, and the only ones of ours."""
    patch = (lambda d, k, v: d.__setitem__(k, v)) if monkeypatch is None else monkeypatch.setitem
    patch(BUILTIN, "toy", "toys:METHOD")
    patch(DEFAULT, "eigenproblem", "toy")
    patch(BUILTIN, "toy-fields", "toy_fields:METHOD")
    patch(DEFAULT, "equation", "toy-fields")


WELL = '''
import math
import numpy as np
from sciml import Box, EigenProblem, register

print("hello from the user's file")

@register("toy_well", tags=("toy",))
def toy_well(length: float = 1.0, bottom: float = 0.0, fail: bool = False) -> EigenProblem:
    """A box with a flat floor: -psi'' + bottom psi = E psi."""
    def exact(k):
        n = np.arange(1, k + 1)
        return bottom + (n * math.pi / length) ** 2
    def psi(points, k):
        n = np.arange(1, k + 1)
        return math.sqrt(2 / length) * np.sin(n * math.pi * points / length)
    return EigenProblem(
        name="toy_well",
        domain=Box({"x": (0.0, length)}),
        potential=lambda x: bottom + 0 * x + (float("nan") if fail else 0),
        energies=exact,
        wavefunctions=psi,
    )
'''
