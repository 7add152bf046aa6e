"""What every estimate makes of the same visits, and how it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

import mjp
import sciml
from mjp import likelihood
from mjp.simulate import visits
from sciml.jumps import JumpProcess, uniform_flips
from sciml.visits import Visits

NAMES = {
    "network": "network alone",
    "default": "default, refined",
    "likelihood": "maximum likelihood",
    "holding": "changes / holding time",
}
"""estimate -> its name in print"""
LEVEL = 0.9
"""probability of the intervals that are scored"""


def ratchet(
    v: float, paths: int, points: int, seed: int, flips: float = 0.0
) -> tuple[JumpProcess, Visits]:
    """Return the flashing ratchet with potential step V, and fresh visits of it."""
    process = sciml.get("flashing_ratchet", V=float(v), paths=1)
    assert isinstance(process, JumpProcess)
    errors = uniform_flips(len(process.states), flips) if flips else None
    times = np.linspace(0.0, 2.5, points)
    return process, visits(replace(process, misclassification=errors), times, paths, seed)


def rates(seen: Visits, *, noisy: bool, seed: int) -> dict[str, Float[np.ndarray, "n n"]]:
    """Return the rate matrix that every estimate of `NAMES` gives."""
    kind = likelihood.uniform() if noisy else likelihood.clean()
    best = likelihood.maximum_likelihood(likelihood.model(seen, noise=kind), key=seed)
    return {
        "network": np.asarray(mjp.infer(seen, refine="none", seed=seed).value["rates"]),
        "default": np.asarray(mjp.infer(seen, seed=seed).value["rates"]),
        "likelihood": np.asarray(best.rates),
        "holding": np.asarray(likelihood.jumps_over_holding(seen)),
    }


def rmse(found: Float[np.ndarray, "n n"], true: Float[np.ndarray, "n n"]) -> float:
    """Return the root mean square error over the rates off the diagonal."""
    off = ~np.eye(len(true), dtype=bool)
    return float(np.sqrt(np.mean((found - true)[off] ** 2)))


def errors(v: float, paths: int, points: int, flips: float, batches: int) -> dict[str, list[float]]:
    """Return each estimate's root mean square error, batch by batch (seeds 0, 1, …)."""
    found: dict[str, list[float]] = {name: [] for name in NAMES}
    for seed in range(batches):
        process, seen = ratchet(v, paths, points, seed, flips)
        assert process.rates is not None
        for name, q in rates(seen, noisy=flips > 0, seed=seed).items():
            found[name].append(rmse(q, process.rates))
    return found


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean of repeats, and its standard error."""
    array = np.asarray(values, float)
    return float(array.mean()), float(array.std(ddof=1) / np.sqrt(len(array)))


def summary(
    found: Mapping[str, Mapping[str, Sequence[float]]],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return means and standard errors [cases] of each estimate, of cases in order."""
    means = {n: [mean_and_error(case[n])[0] for case in found.values()] for n in _names(found)}
    spreads = {n: [mean_and_error(case[n])[1] for case in found.values()] for n in _names(found)}
    return means, spreads


def _names(found: Mapping[str, Mapping[str, Sequence[float]]]) -> list[str]:
    return list(next(iter(found.values())))
