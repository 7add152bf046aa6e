"""Synthetic measurements: solutions of known equations, sampled and made noisy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp

from problems.parameters import at_least, not_negative, positive
from sciml.errors import BadProblem
from sciml.records import Experiment, Records

Rate = Callable[[float, Float[np.ndarray, " n"]], Sequence[float]]
Solution = Callable[[Float[np.ndarray, "n d"]], Float[np.ndarray, " n"]]
"""points (t, x, ...) -> the field there"""

LIMIT = 50_000
"""evaluations of the rates of one system; the registered ones need some thousands"""


def series(
    name: str,
    rate: Rate,
    start: Sequence[float],
    *,
    t_end: float,
    points: int,
    noise: float,
    seed: int,
) -> Records:
    """Return the states of a system measured at equally spaced times 0, …, t_end.

    Parameters
    ----------
    name : of the problem, for messages and for the source of the records.
    rate : (t, states) -> their derivatives; solved to a relative tolerance of 1e-10.
    start : states at t = 0.
    noise : standard deviation of the Gaussian errors, in units of each state's mean absolute value
        over the measured times.
    seed : of the errors.

    Raises
    ------
    BadProblem : fewer than 4 points, a time that is not positive, negative noise or seed.
    """
    positive(name, t_end=t_end)
    at_least(name, 4, points=points)
    source = _source(name, noise, seed)
    times = np.linspace(0.0, t_end, points)
    calls = 0

    def counted(t: float, state: Float[np.ndarray, " n"]) -> Sequence[float]:
        nonlocal calls
        calls += 1
        if calls > LIMIT:  # LSODA itself would creep up to a singularity for ever
            raise OverflowError
        return rate(t, state)

    try:
        with np.errstate(all="ignore"):
            solved = solve_ivp(
                counted,
                (0.0, t_end),
                list(start),
                t_eval=times,
                method="LSODA",
                rtol=1e-10,
                atol=1e-12,
            )
    except ArithmeticError:
        solved = None
    if solved is None or not solved.success or not np.all(np.isfinite(solved.y)):
        raise BadProblem(
            f"the solution of '{name}' does not reach t = {t_end:g}.",
            "change its constants, or make t_end smaller",
        )
    return Records((Experiment(times[:, None], noisy(solved.y.T, noise, seed)),), source)


def scattered(
    name: str,
    solution: Solution,
    box: Sequence[tuple[float, float]],
    *,
    points: int,
    initial: int,
    noise: float,
    seed: int,
) -> Records:
    """Return a field measured at random points of time and space, and at the initial time.

    Parameters
    ----------
    name : of the problem, for messages and for the source of the records.
    solution : the field.
    box : (lower, upper) of the time and of each axis.
    points, initial : number of random points, and of points at the initial time (equally spaced on
        one axis, random on more).
    noise : standard deviation of the Gaussian errors, in units of the field's mean absolute value
        over all measured points.
    seed : of the points and of the errors.

    Raises
    ------
    BadProblem : fewer than 10 points, a time that is not positive, negative noise or seed.
    """
    positive(name, t_end=box[0][1])
    at_least(name, 10, points=points)
    at_least(name, 0, initial=initial)
    source = _source(name, noise, seed)
    rng = np.random.default_rng([seed, 1])
    lower, upper = np.array(box).T
    inside = lower + rng.uniform(size=(points, len(box))) * (upper - lower)
    first = lower + rng.uniform(size=(initial, len(box))) * (upper - lower)
    first[:, 0] = lower[0]
    if len(box) == 2:
        first[:, 1] = np.linspace(lower[1], upper[1], initial)
    at = np.concatenate([first, inside])
    at = at[np.argsort(at[:, 0], kind="stable")]
    return Records((Experiment(at, noisy(solution(at)[:, None], noise, seed)),), source)


def noisy(values: Float[np.ndarray, "n s"], noise: float, seed: int) -> Float[np.ndarray, "n s"]:
    """Return values with Gaussian errors of `noise` times each column's mean absolute value."""
    size = noise * np.mean(np.abs(values), axis=0)
    return values + size * np.random.default_rng(seed).standard_normal(values.shape)


def number(value: float) -> str:
    """Return a constant as a formula writes it, such as "5" or "0.1", without loss."""
    return f"{value!r}".removesuffix(".0")


def _source(name: str, noise: float, seed: int) -> str:
    """Where the records come from, once noise and seed are checked."""
    at_least(name, 0, data_seed=seed)
    not_negative(name, noise=noise)
    return f"{name}, generated (seed {seed}, noise {noise:g})"
