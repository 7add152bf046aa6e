"""The training as published (arXiv 2212.04630 as its public reproduction has it), for comparison.

Sigmoid networks, 2 × 64 for the solution, whose input has a trainable scale, and 2 × 16 for a
hidden term; Adam of rate 2e-3 for 12,001 steps on the sum of mean squares of data and equation,
with fixed weights and 1000 collocation points. There is no posterior.

A sigmoid network is a tanh network with other weights, σ(a) = (1 + tanh(a / 2)) / 2, so that
what comes out is a `Surrogate` like all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from discovery.surrogate.fitted import Surrogate
from discovery.surrogate.model import Shape, build
from discovery.surrogate.points import collocation, observed
from discovery.surrogate.scales import first_units
from sciml.errors import BadData
from sciml.hidden import HiddenTermProblem
from sciml.optim import first_order
from sciml.precision import float64
from sciml.records import Records

State = dict[str, Any]
"""arrays: parameters "params", those of Adam "adam", and chunks made "chunk" """


@dataclass(frozen=True)
class PaperSettings:
    """Settings of the published training.

    Attributes
    ----------
    solution, hidden : widths of the networks.
    collocation : collocation points an experiment.
    steps : steps of Adam.
    rate : its learning rate.
    equation : weight of the equation's mean square beside that of the data.
    chunk : steps made at a time.
    """

    solution: tuple[int, ...] = (64, 64)
    hidden: tuple[int, ...] = (16, 16)
    collocation: int = 1000
    steps: int = 12_001
    rate: float = 2e-3
    equation: float = 1.0
    chunk: int = 1_000


class PaperTrainer:
    """The published training on one problem's data, as a task of chunks of Adam's steps."""

    def __init__(
        self, problem: HiddenTermProblem, records: Records, settings: PaperSettings, seed: int
    ) -> None:
        self.problem, self.settings, self.seed = problem, settings, seed
        self.model = build(problem, records, solution=settings.solution, hidden=settings.hidden)
        self.units = first_units(problem, self.model.scales)
        self.seen = observed(records, self.model.scales)
        self.where = collocation(problem, records, self.model.scales, settings.collocation, seed)
        self.optimiser = optax.adam(settings.rate)
        self._chunks = {
            n: first_order(optax.with_extra_args_support(self.optimiser), self.loss, n)
            for n in {settings.chunk, settings.steps % settings.chunk} - {0}
        }

    @property
    def steps(self) -> int:
        """Number of chunks."""
        return -(-self.settings.steps // self.settings.chunk)

    def init(self) -> State:
        """Return the state before the first step."""
        rng = np.random.default_rng(self.seed)
        count = len(self.where)
        own = [self.model.solution.draw(rng, first=1.0, last=1.0) for _ in range(count)]
        shared = [h.draw(rng, first=1.0, last=1.0) for h in self.model.hidden]
        with float64():
            params = {
                "own": jnp.asarray(np.stack(own)),
                "scale": jnp.ones(count),
                "shared": jnp.asarray(np.concatenate([*shared, np.zeros(len(self.problem.free))])),
            }
            adam = self.optimiser.init(params)
        return {"params": params, "adam": adam, "chunk": np.asarray(0)}

    def networks(self, params: Any) -> tuple[Array, Array]:
        """Return the parameters of tanh networks: own [e, n] and shared [k]."""
        solution = self.model.solution
        own = jax.vmap(lambda z, s: as_tanh(solution, z, s))(params["own"], params["scale"])
        parts, at = [], 0
        for shape in self.model.hidden:
            parts.append(as_tanh(shape, params["shared"][at : at + shape.size], jnp.ones(())))
            at += shape.size
        return own, jnp.concatenate([*parts, params["shared"][at:]])

    def errors(self, own: Array) -> Float[Array, "e n s"]:
        """Return the errors of the data in units of the spread, 0 where nothing was seen."""
        shown = jax.vmap(jax.vmap(self.model.shown, (None, 0)))(own, jnp.asarray(self.seen.points))
        return jnp.asarray(self.seen.seen) * (shown - self.seen.values)

    def loss(self, params: Any) -> Float[Array, ""]:
        """Return the sum of the mean squares of data and equation."""
        own, shared = self.networks(params)

        def at(z: Array, given: Array, fixed: Array, points: Array) -> Array:
            one = lambda x: self.model.equation(z, shared, self.units, (given, fixed), x)  # noqa: E731
            return jax.vmap(one)(points)

        model = self.model
        rest = jax.vmap(at)(
            own, jnp.asarray(model.parameters), jnp.asarray(model.fixed), jnp.asarray(self.where)
        )
        data = jnp.sum(self.errors(own) ** 2) / self.seen.seen.sum()
        return data + self.settings.equation * jnp.mean(rest**2)

    def step(self, state: State) -> tuple[State, dict[str, float]]:
        """Return the state after the next chunk, and its loss."""
        made = int(state["chunk"])
        if made >= self.steps:
            return state, {}
        many = min(self.settings.chunk, self.settings.steps - made * self.settings.chunk)
        with float64():
            params, adam, loss = self._chunks[many](state["params"], state["adam"])
        found = {"params": params, "adam": adam, "chunk": np.asarray(made + 1)}
        return found, {"loss": float(loss)}

    def finish(self, state: State) -> Surrogate:
        """Return what a state has learned; the noise is the size of the errors."""
        with float64():
            own, shared = self.networks(state["params"])
            squares = np.sum(np.asarray(self.errors(own)) ** 2, axis=(0, 1))
            free = {n: float(v) for n, v in self.model.free(shared).items()}
        counts = np.maximum(self.seen.seen.sum(axis=(0, 1)), 1.0)
        noise = np.sqrt(squares / counts) * self.model.scales.spread
        params = {"own": np.asarray(own), "shared": np.asarray(shared), "units": self.units}
        return Surrogate(self.problem, params, noise, free, self.model)


def as_tanh(
    shape: Shape, vector: Float[Array, " p"], scale: Float[Array, ""]
) -> Float[Array, " p"]:
    """Return the parameters of the tanh network that equals a sigmoid network of scaled input."""
    layers = shape.layers(vector)
    parts: list[Array] = []
    for i, (kernel, bias) in enumerate(layers):
        if i == 0:
            kernel = scale * kernel
        else:
            bias = bias + 0.5 * jnp.sum(kernel, axis=0)
            kernel = 0.5 * kernel
        half = 1.0 if i == len(layers) - 1 else 0.5
        parts += [half * kernel.ravel(), half * bias]
    return jnp.concatenate(parts)


def fit(
    problem: HiddenTermProblem, seed: int = 0, settings: PaperSettings | None = None
) -> Surrogate:
    """Return the surrogate of a problem's own data, trained as published.

    Raises
    ------
    BadData : the problem holds no data.
    """
    if problem.data is None or not problem.data.count:
        raise BadData(f"'{problem.name}' holds no data.", "give data=Records(...)")
    trainer = PaperTrainer(problem, problem.data, settings or PaperSettings(), seed)
    state = trainer.init()
    for _ in range(trainer.steps):
        state, _ = trainer.step(state)
    return trainer.finish(state)
