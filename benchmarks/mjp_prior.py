"""Acceptance of method `mjp` on random processes: the published prior, and the network's own.

    python -m benchmarks.mjp_prior [--only ROW] [--out FILE]

Rows: `published` (2 to 6 states, 300 paths, 1 % and 10 % wrong labels, weights 5:5:5:5:25), `few`
(6 states, all links, 1 to 100 paths), `large` (8, 10 and 12 states of the training mixture). Seeds
are fixed and were never used in training.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import mjp
from benchmarks import report
from mjp import likelihood, observables, simulate
from mjp.prior import rates as prior
from sciml.jumps import JumpProcess, generator, uniform_flips
from sciml.visits import Visits

GRID = np.linspace(0.0, 10.0, 100)
"""times of the published prior (arXiv 2406.06419, section 3)"""


def published(rng: np.random.Generator, n: int, full: bool) -> JumpProcess:
    """Return a process of the published prior, written apart from the sampler of training."""
    while True:
        a, b = rng.integers(1, 3, (n, n)), rng.choice([1, 3, 5, 10], (n, n))
        links = np.ones((n, n), bool) if full or rng.random() < 0.5 else rng.random((n, n)) < 0.5
        q = rng.beta(a, b) * links * ~np.eye(n, dtype=bool)
        if np.all(q.sum(1) > 0):
            break
    q = generator(q)
    free = rng.random() < 0.5
    start = rng.dirichlet(np.full(n, 50.0)) if free else observables.stationary(q, np.ones(n) / n)
    return JumpProcess(states=tuple(map(str, range(n))), rates=q, initial=start)


def mixed(seed: int, n: int) -> JumpProcess:
    """Return a process of the training mixture, its unit of time the mean stay in a state."""
    key = jax.random.key(1_000_000 + seed)
    q = np.array(prior.mixture(key, jnp.ones(n, bool))[0], float)
    np.fill_diagonal(q, 0.0)
    absorbing = tuple(str(i) for i in np.flatnonzero(q.sum(1) == 0))
    q = q / max(q.sum(1).mean(), 1e-300)
    start = np.ones(n) / n
    return JumpProcess(
        states=tuple(map(str, range(n))), rates=generator(q), initial=start, absorbing=absorbing
    )


def seen(process: JumpProcess, paths: int, flips: float, times: np.ndarray, seed: int) -> Visits:
    """Return simulated visits."""
    errors = uniform_flips(len(process.states), flips) if flips else None
    return simulate.visits(replace(process, misclassification=errors), times, paths, seed)


def compared(process: JumpProcess, visits: Visits, noisy: bool, most: float) -> dict[str, float]:
    """Return the errors of network, default and maximum likelihood, rates clipped to `most`."""
    q = process.rates
    assert q is not None
    off = ~np.eye(len(q), dtype=bool)
    kind = likelihood.uniform() if noisy else likelihood.clean()
    best = likelihood.maximum_likelihood(likelihood.model(visits, process.allowed, noise=kind))
    found = {}
    for name, how in (("network", "none"), ("default", "auto")):
        told = mjp.infer(visits, refine=how, absorbing=process.absorbing).value
        rates = np.asarray(told["rates"])
        found[name] = float(np.sqrt(np.mean((np.clip(rates, 0, most) - q)[off] ** 2)))
        inside = (np.asarray(told["lower"]) <= q) & (q <= np.asarray(told["upper"]))
        found[f"{name}_coverage"] = float(np.mean(inside[off & (q > 0)]))
    error = (np.clip(best.rates, 0, most) - q)[off]
    return found | {"likelihood": float(np.sqrt(np.mean(error**2)))}


def _published() -> Iterator[dict[str, Any]]:
    for flips in (0.01, 0.1):
        for n, count in ((2, 6), (3, 6), (4, 6), (5, 6), (6, 30)):
            for k in range(count):
                rng = np.random.default_rng([2406, n, k])
                process = published(rng, n, full=False)
                stride = int(rng.integers(1, 5))
                times = GRID[::stride]
                if k % 2:
                    keep = rng.random(100) < rng.choice([0.25, 0.5])
                    times = GRID[keep | (np.arange(100) == 0)]
                visits = seen(process, 300, flips, times, k)
                yield {"n": n, "flips": flips} | compared(process, visits, True, 1.0)


def _few() -> Iterator[dict[str, Any]]:
    for paths in (1, 10, 30, 100):
        for k in range(60):
            process = published(np.random.default_rng([6, paths, k]), 6, full=True)
            visits = seen(process, paths, 0.01, GRID, k)
            if len(np.unique(visits.labels)) == 6:
                yield {"paths": paths} | compared(process, visits, True, 1.0)


def _large() -> Iterator[dict[str, Any]]:
    for n in (8, 10, 12):
        for k in range(20):
            process = mixed(100 * n + k, n)
            visits = seen(process, 300, 0.0, np.linspace(0.0, 12.0, 60), k)
            if len(np.unique(visits.labels)) == n:
                yield {"n": n} | compared(process, visits, False, np.inf)


ROWS: dict[str, tuple[Callable[[], Iterator[dict[str, Any]]], tuple[str, ...]]] = {
    "published": (_published, ("flips", "n")),
    "few": (_few, ("paths",)),
    "large": (_large, ("n",)),
}
"""name -> (items, what they are grouped by)"""

MEASURES = ("network", "default", "likelihood")


def summary(items: list[dict[str, Any]], by: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return means and standard errors of each group, and mean ratios to maximum likelihood."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for item in items:
        groups.setdefault(tuple(item[b] for b in by), []).append(item)
    found = []
    for group, own in groups.items():
        row: dict[str, Any] = dict(zip(by, group, strict=True)) | {"processes": len(own)}
        for name in MEASURES:
            values = np.array([i[name] for i in own])
            row |= {name: float(values.mean()), f"{name}_se": float(values.std() / len(own) ** 0.5)}
        for name in MEASURES[:2]:
            ratio = np.log([i[name] / max(i["likelihood"], 1e-12) for i in own])
            row[f"{name}_over_likelihood"] = float(np.exp(ratio.mean()))
            row[f"{name}_coverage"] = float(np.mean([i[f"{name}_coverage"] for i in own]))
        found.append(row)
    return found


def main() -> None:
    """Measure the rows, record and print them."""
    parser = argparse.ArgumentParser(description="Acceptance of method mjp on random processes.")
    parser.add_argument("--only", choices=ROWS)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/mjp_prior.json"))
    asked = parser.parse_args()
    known: dict[str, Any] = {}
    if asked.out.is_file():
        known = json.loads(asked.out.read_text(encoding="utf-8"))["rows"]
    for name, (make, by) in ROWS.items():
        if asked.only in (None, name):
            known[name] = summary(list(make()), by)
            report.write(asked.out, {"rows": known, **report.circumstances()})
            for row in known[name]:
                told = {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}
                print(name, told, flush=True)


if __name__ == "__main__":
    main()
