"""What each part of the edge network is worth, in small: short runs on a processor.

    python -m benchmarks.mjp_ablations [--steps 400] [--out FILE]

Every variant is trained alike (profile "small", one seed) and judged on the same fresh examples of
the whole mixture: all of it; pairs of neighbouring visits only (lag 1, no returns); no triangle
products; trained on the published prior only.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks import report
from mjp import pretrain
from mjp.loss import NAMES, loss
from mjp.network import EdgeNetwork
from mjp.prior import examples, rates
from mjp.training import PROFILES

JUDGED = 256
"""examples of each shape that the variants are judged on"""


def neighbours(key: Any, shape: Any) -> Any:
    """Return a training example of which only pairs of neighbouring visits are told."""
    drawn, counts = examples.example(key, shape)
    pairs = counts.pairs.at[1:].set(0.0)
    return drawn, counts._replace(pairs=pairs, bounces=jnp.zeros_like(counts.bounces))


@contextmanager
def changed(place: Any, name: str, value: Any) -> Iterator[None]:
    """Have another value under a module's name for a while."""
    before = getattr(place, name)
    setattr(place, name, value)
    pretrain.update.cache_clear()
    jax.clear_caches()
    try:
        yield
    finally:
        setattr(place, name, before)
        pretrain.update.cache_clear()
        jax.clear_caches()


def trained(plan: pretrain.Plan) -> Any:
    """Return the averaged parameters of a run."""
    state = pretrain.begin(plan)
    for reached, _ in pretrain.run(plan, state):
        state = reached
    return jax.device_get(state.average)


def judged(plan: pretrain.Plan, params: Any, make: Any) -> dict[str, float]:
    """Return the mean loss and its parts on fresh examples of the whole mixture."""
    found = []
    for k, batch in enumerate(plan.batches):
        keys = jax.random.split(jax.random.key(90_000 + k), JUDGED)
        network = EdgeNetwork(plan.size)

        @jax.jit
        def each(keys: Any, shape: Any = batch.shape, network: Any = network) -> Any:
            drawn, counts = jax.vmap(partial(make, shape=shape))(keys)
            heads = jax.vmap(partial(network.apply, params))(counts, drawn.active, drawn.known)
            return jax.vmap(loss)(heads, counts, drawn).mean(0)

        found.append(np.asarray(each(keys)))
    return dict(zip(NAMES, map(float, np.mean(found, axis=0)), strict=True))


def main() -> None:
    """Train and judge the variants, record and print them."""
    parser = argparse.ArgumentParser(description="Ablations of the edge network, in small.")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/mjp_ablations.json"))
    asked = parser.parse_args()
    plan = replace(PROFILES["small"], steps=asked.steps)
    plain = replace(plan, size=plan.size._replace(triangle=False))
    rows: list[dict[str, Any]] = []

    def keep(name: str, told: dict[str, float]) -> None:
        rows.append({"variant": name, "steps": asked.steps, **told})
        print(rows[-1], flush=True)
        report.write(asked.out, {"rows": rows, **report.circumstances()})

    keep("all", judged(plan, trained(plan), examples.example))
    with changed(pretrain, "example", neighbours):
        keep("lag 1 only", judged(plan, trained(plan), neighbours))
    keep("no triangle products", judged(plain, trained(plain), examples.example))
    with changed(rates, "WEIGHTS", (1.0, 0.0, 0.0, 0.0, 0.0)):
        params = trained(plan)
    keep("published prior only", judged(plan, params, examples.example))


if __name__ == "__main__":
    main()
