"""Where to measure next: where the laws that are left differ most, in units of the noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from discovery.predict import solution
from discovery.ranking.model import Model
from discovery.ranking.score import RESOLUTION
from discovery.ranking.target import Fit, Target
from discovery.uncertainty import covariance

AHEAD = 3.0
"""how far beyond the data the laws are followed, in lengths of the experiment"""

DRAWS = 24


def next_experiment(target: Target, fits: Sequence[Fit], count: int = 4) -> dict[str, Any]:
    """Return where another measurement would tell most.

    Of several laws it is where they differ, of one law where its constants leave its solution
    uncertain. The answer holds ``points`` (coordinates), ``states`` (what to measure there),
    ``differ`` (by how many standard deviations of the noise) and ``why`` in words.
    """
    if target.problem.space:
        points, paths = _fields(target, fits)
    else:
        points, paths = _ordinary(target, fits)
    if len(paths) < 2:
        paths = _draws(target, fits[0], points) if not target.problem.space else paths
    if len(paths) < 2:
        return {"points": [], "states": [], "differ": [], "why": ""}
    several = len(fits) > 1
    lowest, highest = np.min(paths, axis=0), np.max(paths, axis=0)
    gap = (highest - lowest) / _noise(target, paths)
    gap = np.where(np.isfinite(gap), gap, 0.0)
    chosen = _spaced(points, gap.max(axis=1), count)
    states = [target.problem.states[int(np.argmax(gap[i]))] for i in chosen]
    first = points[chosen[0]]
    where = ", ".join(f"{a} = {v:.3g}" for a, v in zip(target.problem.axes, first, strict=True))
    ending = target.records.experiments[0].times.max()
    later = " (later than all data)" if first[0] > ending else ""
    what = "the laws differ" if several else "the law's own constants leave it uncertain"
    return {
        "points": points[chosen].tolist(),
        "states": states,
        "differ": [float(gap[i].max()) for i in chosen],
        "why": f"Measure {states[0]} next at {where}{later}: there {what} by "
        f"{gap[chosen[0]].max():.2g} standard deviations of the noise.",
    }


def _noise(target: Target, paths: Float[np.ndarray, "l n s"]) -> Float[np.ndarray, "n s"]:
    """Standard deviation of a measurement, in physical units."""
    relative = target.sigma * np.abs(np.mean(paths, axis=0))
    return np.maximum(
        np.where(target.positive, relative, target.sigma), RESOLUTION * target.records.spreads
    )


def _ordinary(
    target: Target, fits: Sequence[Fit]
) -> tuple[Float[np.ndarray, "n 1"], Float[np.ndarray, "l n s"]]:
    """Solutions of every law up to three times as long as the first experiment."""
    problem, space = target.problem, target.spaces[0]
    begin, end = float(space.times[0]), float(space.times[-1])
    times = np.linspace(begin, begin + AHEAD * (end - begin), 241)
    own = target.records.experiments[0].params
    paths = []
    for fit in fits:
        free = dict(zip(problem.free, fit.free, strict=True))
        start = space.start(np.asarray(fit.starts[0])[None])
        paths.append(
            solution(problem, fit.law, start, times, begin, params={**own, **free}, rtol=1e-6)[:, 0]
        )
    found = np.array(paths)
    whole = np.all(np.isfinite(found), axis=(0, 2))
    return times[whole][:, None], found[:, whole]


def _fields(
    target: Target, fits: Sequence[Fit]
) -> tuple[Float[np.ndarray, "n d"], Float[np.ndarray, "l n s"]]:
    """Solutions of every law at the nodes, up to the end of the data."""
    space: Any = target.spaces[0]
    times = np.linspace(space.times[0], space.times[-1], 33)
    paths = []
    for fit in fits:
        model = Model(target, fit.law, rtol=1e-5)
        p = model.pack(fit.law.values, fit.free, fit.starts)[None]
        path = model.trajectory(p, 0, times)
        if path is not None:
            paths.append(path[:, 0].reshape(-1, len(target.problem.states)))
    nodes = space.nodes
    points = np.column_stack([np.repeat(times, len(nodes)), np.tile(nodes, (len(times), 1))])
    return points, np.array(paths)


def _draws(
    target: Target, fit: Fit, points: Float[np.ndarray, "n 1"]
) -> Float[np.ndarray, "l n s"]:
    """Solutions of one law for constants and initial states drawn from their posterior."""
    problem, space = target.problem, target.spaces[0]
    model = Model(target, fit.law)
    p = model.pack(fit.law.values, fit.free, fit.starts)
    cov = covariance(target, fit)
    values, vectors = np.linalg.eigh(0.5 * (cov + cov.T))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = np.random.default_rng(0).standard_normal((DRAWS, len(p)))
    constants, _, starts = model.unpack(p + noise @ root.T)
    free = dict(zip(problem.free, fit.free, strict=True))
    own = target.records.experiments[0].params
    found = solution(
        problem,
        fit.law,
        space.start(starts[0]),
        points[:, 0],
        float(space.times[0]),
        params={**own, **free},
        values=constants,
        rtol=1e-6,
    )
    return np.moveaxis(found, 1, 0)


def _spaced(points: np.ndarray, gap: np.ndarray, count: int) -> list[int]:
    """The points of largest gap, none next to another."""
    size = np.maximum(np.ptp(points, axis=0), 1e-300)
    chosen: list[int] = []
    for i in np.argsort(-gap):
        if all(np.linalg.norm((points[i] - points[j]) / size) > 0.05 for j in chosen):
            chosen.append(int(i))
        if len(chosen) == count:
            break
    return chosen
