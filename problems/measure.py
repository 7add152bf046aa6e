"""Synthetic measurements: solutions of known equations, sampled and made noisy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp

from sciml.records import Experiment, Records

Rate = Callable[[float, Float[np.ndarray, " n"]], Sequence[float]]


def series(
    rate: Rate,
    start: Sequence[float],
    *,
    t_end: float,
    points: int,
    noise: float,
    seed: int,
    source: str,
) -> Records:
    """Return states measured at equally spaced times 0, …, t_end.

    Parameters
    ----------
    rate : (t, states) -> their derivatives.
    start : states at t = 0.
    noise : standard deviation of the errors, in units of each state's mean absolute value.
    seed : of the errors.
    """
    times = np.linspace(0.0, t_end, points)
    solved = solve_ivp(
        rate, (0.0, t_end), list(start), t_eval=times, method="LSODA", rtol=1e-10, atol=1e-12
    )
    return Records((Experiment(times[:, None], noisy(solved.y.T, noise, seed)),), source)


def noisy(values: Float[np.ndarray, "n s"], noise: float, seed: int) -> Float[np.ndarray, "n s"]:
    """Return values with Gaussian errors of `noise` times each column's mean absolute value."""
    size = noise * np.mean(np.abs(values), axis=0)
    return values + size * np.random.default_rng(seed).standard_normal(values.shape)


def scattered(
    solution: Callable[[Float[np.ndarray, "n d"]], Float[np.ndarray, " n"]],
    box: Sequence[tuple[float, float]],
    *,
    points: int,
    initial: int,
    noise: float,
    seed: int,
    source: str,
) -> Records:
    """Return a field measured at random points of time and space, and at the initial time.

    Parameters
    ----------
    solution : points (t, x, …) -> values.
    box : (lower, upper) of the time and of each axis.
    points, initial : number of random points, and of points at the initial time (equally spaced on
        one axis, random on more).
    noise : standard deviation of the errors, in units of the mean absolute value.
    """
    rng = np.random.default_rng([seed, 1])
    lower, upper = np.array(box).T
    inside = lower + rng.uniform(size=(points, len(box))) * (upper - lower)
    first = lower + rng.uniform(size=(initial, len(box))) * (upper - lower)
    first[:, 0] = lower[0]
    if len(box) == 2:
        first[:, 1] = np.linspace(lower[1], upper[1], initial)
    at = np.concatenate([first, inside])
    at = at[np.argsort(at[:, 0], kind="stable")]
    values = noisy(np.asarray(solution(at))[:, None], noise, seed)
    return Records((Experiment(at, values),), source)
