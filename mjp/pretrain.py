"""Pretraining: fresh processes every step, spread over all devices, resumed exactly.

The processes of a step are a function of the seed, the step and their place in the batch alone:
neither the number of devices nor an interruption changes them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import NamedSharding, PartitionSpec
from jaxtyping import Array, Float, Key

from mjp.loss import NAMES, loss
from mjp.network import EdgeNetwork, Size
from mjp.prior.designs import Shape
from mjp.prior.examples import example
from sciml import parallel


class Batch(NamedTuple):
    """Examples of one shape in every step."""

    shape: Shape
    size: int


LARGE = (
    Batch(Shape(6, 2, 4, 75, 100), 64),
    Batch(Shape(6, 2, 4, 75, 100, 100.0), 32),
    Batch(Shape(12, 7, 4, 75, 100), 24),
    Batch(Shape(12, 7, 4, 75, 100, 100.0), 16),
    Batch(Shape(12, 2, 2, 4, 300), 24),
    Batch(Shape(12, 2, 4, 250, 12), 24),
)
"""examples of one step on each of the devices that the run was planned for"""

SMALL = (
    Batch(Shape(4, 2, 2, 25, 40), 24),
    Batch(Shape(4, 2, 1, 25, 40, 20.0), 8),
)
"""a run on a processor, in minutes"""


@dataclass(frozen=True)
class Plan:
    """A pretraining run.

    Attributes
    ----------
    batches : what a step sees, `copies` times over (for so many devices, on any number of them).
    steps : updates; the learning rate falls along a cosine to a hundredth.
    rate, warmup, decay : largest learning rate, steps to reach it, weight decay.
    average : of the parameters, exponential, a step.
    size : of the network.
    seed : fixes parameters and every process.
    chunk : updates between two records.
    """

    batches: tuple[Batch, ...] = LARGE
    copies: int = 1
    steps: int = 20000
    rate: float = 1e-3
    warmup: int = 500
    decay: float = 1e-4
    average: float = 0.999
    size: Size = Size(dtype=jnp.bfloat16)
    seed: int = 0
    chunk: int = 50

    @property
    def examples(self) -> int:
        """Processes of one step."""
        return self.copies * sum(b.size for b in self.batches)


class State(NamedTuple):
    """Everything a run needs to go on: a pytree of arrays."""

    params: Any
    average: Any
    optimiser: Any
    step: Array


def optimiser(plan: Plan) -> optax.GradientTransformation:
    """Return Adam with clipped gradients, weight decay, and a warm-up and cosine of its rate."""
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, plan.rate, plan.warmup, plan.steps, plan.rate * 0.01
    )
    return optax.chain(
        optax.clip_by_global_norm(1.0), optax.adamw(schedule, b2=0.98, weight_decay=plan.decay)
    )


def blank(make: Callable[[], Any]) -> Any:
    """Return zeros of the shapes of what a function would make, without making it."""
    return jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), jax.eval_shape(make))


def begin(plan: Plan) -> State:
    """Return the state before the first step."""
    key = jax.random.key(plan.seed)
    drawn, counts = blank(partial(example, key, Shape(3, 2, 1, 2, 12)))
    network = EdgeNetwork(plan.size)
    params = jax.jit(network.init)(key, counts, drawn.active, drawn.known)
    return State(params, params, optimiser(plan).init(params), jnp.zeros((), jnp.int32))


def _batch_loss(
    params: Any, keys: Key[Array, " b"], shape: Shape, size: Size
) -> Float[Array, " 6"]:
    drawn, counts = jax.lax.stop_gradient(jax.vmap(partial(example, shape=shape))(keys))
    network = EdgeNetwork(size)
    heads: Any = jax.vmap(partial(network.apply, params))(counts, drawn.active, drawn.known)
    return jax.vmap(loss)(heads, counts, drawn).mean(0)


@cache
def update(plan: Plan) -> Callable[[State], tuple[State, Float[Array, "chunk 6"]]]:
    """Return the compiled function that makes `plan.chunk` steps, on all devices of the process."""
    mesh = parallel.mesh("examples")
    spread, whole = PartitionSpec("examples"), PartitionSpec()
    total = plan.examples
    rule = optimiser(plan)

    def gradients(params: Any, keys: list[Array]) -> tuple[Any, Array]:
        def objective(params: Any) -> tuple[Array, Array]:
            parts = [
                _batch_loss(params, k, b.shape, plan.size) * (b.size * plan.copies / total)
                for k, b in zip(keys, plan.batches, strict=True)
            ]
            told = jnp.stack(parts).sum(0)
            return told[0], told

        (_, told), slope = jax.value_and_grad(objective, has_aux=True)(params)
        return jax.lax.pmean((slope, told), "examples")

    shared = jax.shard_map(
        gradients, mesh=mesh, in_specs=(whole, spread), out_specs=whole, check_vma=False
    )

    def one(state: State, _: None) -> tuple[State, Array]:
        key = jax.random.fold_in(jax.random.key(plan.seed + 1), state.step)
        keys = [
            jax.random.split(jax.random.fold_in(key, i), b.size * plan.copies)
            for i, b in enumerate(plan.batches)
        ]
        slope, told = shared(state.params, keys)
        fine = jnp.isfinite(optax.tree.norm(slope))
        slope = jax.tree.map(lambda g: jnp.where(fine, g, 0.0), slope)
        change, inner = rule.update(slope, state.optimiser, state.params)
        params = optax.apply_updates(state.params, change)
        decay = jnp.minimum(plan.average, (1.0 + state.step) / (10.0 + state.step))
        average = optax.incremental_update(params, state.average, 1.0 - decay)
        return State(params, average, inner, state.step + 1), told

    @jax.jit
    def many(state: State) -> tuple[State, Array]:
        return jax.lax.scan(one, state, None, length=plan.chunk)

    replicated = NamedSharding(mesh, whole)
    return lambda state: many(jax.device_put(state, replicated))


def run(
    plan: Plan, state: State, *, seconds: float = float("inf")
) -> Iterator[tuple[State, dict[str, float]]]:
    """Yield state and record after every `plan.chunk` steps, to the end or until time is up."""
    advance = update(plan)
    started = time.monotonic()
    while int(state.step) < plan.steps and time.monotonic() - started < seconds:
        before = time.monotonic()
        state, told = advance(state)
        means = np.asarray(told).mean(0)
        spent = time.monotonic() - before
        record = {name: float(v) for name, v in zip(NAMES, means, strict=True)}
        record |= {"step": int(state.step), "seconds": spent}
        record["processes_per_second"] = plan.examples * plan.chunk / spent
        yield state, record


def log(path: Path, record: dict[str, float]) -> None:
    """Append a record to the run's log, one line of JSON."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
