"""Reference fields of evolution equations: cosines or Fourier modes in space, DOP853 in time.

L. N. Trefethen, Spectral Methods in MATLAB (2000), chapter 3; E. Hairer, S. P. Nørsett and
G. Wanner, Solving Ordinary Differential Equations I (1993), section II.5.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Complex, Float
from scipy.integrate import solve_ivp

from problems.measure import Solution
from sciml.errors import BadProblem


def without_flux(
    reaction: Callable[[np.ndarray], np.ndarray],
    diffusion: float,
    initial: Callable[..., np.ndarray],
    sides: tuple[float, ...],
    *,
    nodes: int = 96,
) -> Solution:
    """Return the solution of u_t = D ∇²u + R(u) on [0, L1] × …, without flux through the walls.

    With cosines the walls hold exactly, and the error falls geometrically with the nodes.

    Parameters
    ----------
    reaction : R.
    initial : one array of positions per axis -> u at t = 0; its slope is zero at the walls.
    sides : L1, … of one or two axes.
    nodes : cosines along each axis.
    """
    k = np.arange(nodes)
    middle = (k + 0.5) / nodes
    waves = np.cos(np.pi * np.outer(middle, k))
    back = np.where(k == 0, 1.0, 2.0)[:, None] * waves.T / nodes
    second = [-(waves * (np.pi * k / side) ** 2) @ back for side in sides]

    def rate(_t: float, flat: np.ndarray) -> np.ndarray:
        u = flat.reshape((nodes,) * len(sides))
        spread = second[0] @ u
        if len(sides) == 2:
            spread = spread + u @ second[1].T
        return (diffusion * spread + reaction(u)).ravel()

    def solution(at: np.ndarray) -> np.ndarray:
        grid = np.meshgrid(*(side * middle for side in sides), indexing="ij")
        times, which = np.unique(at[:, 0], return_inverse=True)
        fastest = diffusion * sum((np.pi * nodes / side) ** 2 for side in sides)
        found = _march(rate, initial(*grid).ravel(), times, fastest)
        modes = np.tensordot(found.reshape(-1, *grid[0].shape), back, axes=([1], [1]))
        along = [np.cos(np.pi * np.outer(x, k) / s) for x, s in zip(at.T[1:], sides, strict=True)]
        if len(sides) == 1:
            return np.einsum("ni,ni->n", modes[which], along[0])
        both = np.einsum("tji,kj->tik", modes, back)
        return np.einsum("nij,ni,nj->n", both[which], *along, optimize=True)

    return solution


def on_a_ring(
    rate: Callable[[Callable[[int], np.ndarray]], np.ndarray],
    initial: Callable[[np.ndarray], np.ndarray],
    bounds: tuple[float, float],
    *,
    linear: Callable[[np.ndarray], np.ndarray],
    nodes: int = 256,
) -> Solution:
    """Return the solution of u_t = L u + rate on a periodic interval, L dispersive.

    The linear part is integrated exactly; the upper third of the modes is left out, so that
    quadratic terms are not aliased.

    Parameters
    ----------
    rate : (order -> that derivative of u along x) -> the nonlinear part.
    initial : positions -> u at t = 0.
    linear : wavenumbers -> the symbol of L, imaginary.
    nodes : points along the interval.
    """
    lower, upper = bounds
    length = upper - lower
    k = 2 * np.pi * np.fft.rfftfreq(nodes, length / nodes)
    symbol = linear(k)
    kept = np.arange(len(k)) < nodes // 3

    def slope(t: float, packed: np.ndarray) -> np.ndarray:
        spectrum = packed.view(complex) * np.exp(symbol * t)
        out = rate(lambda order: np.fft.irfft((1j * k) ** order * spectrum, nodes))
        return _packed(np.exp(-symbol * t) * np.fft.rfft(out) * kept)

    def solution(at: np.ndarray) -> np.ndarray:
        x = lower + length * np.arange(nodes) / nodes
        times, which = np.unique(at[:, 0], return_inverse=True)
        found = _march(slope, _packed(np.fft.rfft(initial(x)) * kept), times)
        spectra = np.ascontiguousarray(found).view(complex) * np.exp(np.outer(times, symbol))
        twice = np.where(np.arange(len(k)) == 0, 1.0, 2.0)
        waves = np.exp(1j * np.outer(at[:, 1] - lower, k)) * twice
        return np.real(np.sum(waves * spectra[which], axis=1)) / nodes

    return solution


def _march(
    rate: Callable[[float, np.ndarray], np.ndarray],
    start: Float[np.ndarray, " n"],
    times: Float[np.ndarray, " t"],
    stiffness: float = 0.0,
) -> Float[np.ndarray, "t n"]:
    """Unknowns at ascending times, from t = 0 on.

    Steps stay at half the limit of stability, where interpolation between their ends is as
    accurate as the ends; `stiffness` is the fastest rate of decay.
    """
    solved = solve_ivp(
        rate,
        (0.0, float(times[-1])),
        start,
        t_eval=times,
        method="DOP853",
        rtol=1e-10,
        atol=1e-11 * float(np.max(np.abs(start))),
        max_step=3.0 / stiffness if stiffness else np.inf,
    )
    if not solved.success or not np.all(np.isfinite(solved.y)):
        raise BadProblem(
            f"the field cannot be followed to t = {times[-1]:g}.",
            "change the constants, or make t_end smaller",
        )
    return np.asarray(solved.y.T)


def _packed(spectrum: Complex[np.ndarray, " k"]) -> Float[np.ndarray, " n"]:
    """A spectrum as real numbers."""
    return np.ascontiguousarray(spectrum).view(float)
