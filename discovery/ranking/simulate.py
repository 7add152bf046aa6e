"""Solutions of one equation for a batch of parameter sets, all on the same time steps.

The sets are integrated as one system whose Jacobian is banded, by LSODA (Petzold, SIAM J. Sci.
Stat. Comput. 4, 136 (1983)): stiff systems need no choice, and since the steps are shared,
differences between neighbouring sets are smooth.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.integrate import odeint, solve_ivp

Rate = Callable[[float, Float[np.ndarray, "b n"]], Float[np.ndarray, "b n"]]
"""(time, unknowns of every set) -> their time derivatives"""


@dataclass
class Budget:
    """How many evaluations of the rates one solution may take, and how many the last one took."""

    limit: int = 4000
    spent: int = 0


def solve(
    rate: Rate,
    start: Float[np.ndarray, "b n"],
    times: Float[np.ndarray, " m"],
    *,
    bound: float,
    band: int | None = None,
    rtol: float = 1e-7,
    atol: float = 1e-9,
    budget: Budget | None = None,
) -> Float[np.ndarray, "m b n"] | None:
    """Return the unknowns at ascending times, the first of them that of `start`; None if it fails.

    Parameters
    ----------
    bound : unknowns beyond ±bound are held where they are: a solution that blows up spoils only
        its own set.
    band : half-width of the Jacobian's band within one set; None takes an explicit rule.
    budget : of evaluations of the rate.
    """
    shape = start.shape
    allowed = budget or Budget()
    allowed.spent = 0

    def flat(t: float, y: np.ndarray) -> np.ndarray:
        allowed.spent += 1
        if allowed.spent > allowed.limit:
            raise _TooLong
        held = y.reshape(shape)
        slope = rate(t, held)
        if not (np.isfinite(slope).all() and np.abs(held).max() <= bound):
            lost = ~np.isfinite(slope) | (np.abs(held) > bound)
            slope = np.where(lost.any(axis=1, keepdims=True), 0.0, slope)
        return slope.ravel()

    if band is None:
        return _explicit(flat, start, times, rtol, atol)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found, info = odeint(
                flat,
                start.ravel(),
                times,
                tfirst=True,
                ml=min(band, shape[1] - 1),
                mu=min(band, shape[1] - 1),
                rtol=rtol,
                atol=atol,
                mxstep=5000,
                full_output=True,
            )
    except _TooLong:
        return None
    if info["message"] != "Integration successful.":
        return None
    return found.reshape(len(times), *shape)


def _explicit(
    flat: Callable[[float, np.ndarray], np.ndarray],
    start: np.ndarray,
    times: np.ndarray,
    rtol: float,
    atol: float,
) -> np.ndarray | None:
    """The same by an explicit rule, where the Jacobian has no narrow band."""
    try:
        with np.errstate(all="ignore"):
            found = solve_ivp(
                flat,
                (times[0], times[-1]),
                start.ravel(),
                t_eval=times,
                method="RK45",
                rtol=max(rtol, 1e-6),
                atol=atol,
            )
    except _TooLong:
        return None
    return found.y.T.reshape(len(times), *start.shape) if found.success else None


class _TooLong(Exception):
    """More evaluations than allowed."""
