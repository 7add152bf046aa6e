"""Reference fields of evolution equations: Chebyshev or Fourier in space, LSODA or DOP853 in time.

L. N. Trefethen, Spectral Methods in MATLAB (2000), chapters 3 and 6.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp
from scipy.interpolate import BarycentricInterpolator, CubicSpline

Solution = Callable[[Float[np.ndarray, "n d"]], Float[np.ndarray, " n"]]


@lru_cache(maxsize=8)
def chebyshev(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ascending Chebyshev points in [-1, 1] and their differentiation matrix."""
    x = -np.cos(np.pi * np.arange(count) / (count - 1))
    c = np.r_[2.0, np.ones(count - 2), 2.0] * (-1.0) ** np.arange(count)
    gap = x[:, None] - x[None, :]
    matrix = np.outer(c, 1 / c) / (gap + np.eye(count))
    return x, matrix - np.diag(matrix.sum(axis=1))


def between_walls(
    rate: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    initial: Callable[[np.ndarray], np.ndarray],
    bounds: tuple[float, float],
    t_end: float,
    *,
    wall: str,
    nodes: int = 129,
) -> Solution:
    """Return the solution of u_t = rate(u, u_x, u_xx) on an interval.

    Parameters
    ----------
    wall : "value" where u vanishes at both ends, "flux" where u_x does.
    nodes : Chebyshev points.
    """
    z, matrix = chebyshev(nodes)
    half = 0.5 * (bounds[1] - bounds[0])
    x, matrix = 0.5 * (bounds[0] + bounds[1]) + half * z, matrix / half
    ends = [0, -1]
    corner = np.linalg.inv(matrix[np.ix_(ends, ends)])

    def whole(u: np.ndarray) -> np.ndarray:
        u = u.copy()
        if wall == "value":
            u[ends] = 0.0
        else:
            u[ends] = -corner @ (matrix[ends][:, 1:-1] @ u[1:-1])
        return u

    def slope(_t: float, u: np.ndarray) -> np.ndarray:
        full = whole(u)
        first = matrix @ full
        out = rate(full, first, matrix @ first)
        out[ends] = 0.0
        return out

    times = np.linspace(0.0, t_end, 201)
    solved = solve_ivp(
        slope, (0.0, t_end), initial(x), t_eval=times, method="LSODA", rtol=1e-10, atol=1e-11
    )
    table = np.array([whole(u) for u in solved.y.T])
    along = CubicSpline(times, table)
    return lambda at: np.array([BarycentricInterpolator(x, along(t))(p) for t, p in np.asarray(at)])


def on_a_ring(
    rate: Callable[[Callable[[int], np.ndarray]], np.ndarray],
    initial: Callable[[np.ndarray], np.ndarray],
    bounds: tuple[float, float],
    t_end: float,
    *,
    linear: Callable[[np.ndarray], np.ndarray],
    nodes: int = 256,
) -> Solution:
    """Return the solution of u_t = L u + rate on a periodic interval.

    Parameters
    ----------
    rate : (order -> that derivative of u along x) -> the nonlinear part.
    linear : wavenumbers -> the symbol of L, integrated exactly.
    """
    lower, upper = bounds
    length = upper - lower
    x = lower + length * np.arange(nodes) / nodes
    k = 2 * np.pi * np.fft.rfftfreq(nodes, length / nodes)
    symbol = linear(k)
    kept = np.arange(len(k)) < nodes // 3

    def slope(t: float, packed: np.ndarray) -> np.ndarray:
        spectrum = packed.view(complex) * np.exp(symbol * t)
        out = rate(lambda order: np.fft.irfft((1j * k) ** order * spectrum, nodes))
        return np.ascontiguousarray(np.exp(-symbol * t) * np.fft.rfft(out) * kept).view(float)

    times = np.linspace(0.0, t_end, 201)
    start = np.ascontiguousarray(np.fft.rfft(initial(x))).view(float)
    solved = solve_ivp(
        slope, (0.0, t_end), start, t_eval=times, method="DOP853", rtol=1e-9, atol=1e-9
    )
    spectra = np.ascontiguousarray(solved.y.T).view(complex) * np.exp(np.outer(times, symbol))
    along = CubicSpline(times, spectra)
    twice = np.where((np.arange(len(k)) == 0) | (np.arange(len(k)) == nodes // 2), 1.0, 2.0)

    def solution(at: np.ndarray) -> np.ndarray:
        at = np.asarray(at, float)
        waves = np.exp(1j * np.outer(at[:, 1] - lower, k)) * twice
        return np.real(np.sum(waves * along(at[:, 0]), axis=1)) / nodes

    return solution


def in_a_square(
    reaction: Callable[[np.ndarray], np.ndarray],
    diffusion: float,
    initial: Callable[[np.ndarray, np.ndarray], np.ndarray],
    side: float,
    t_end: float,
    *,
    nodes: int = 33,
) -> Solution:
    """Return the solution of u_t = D ∇²u + R(u) on [0, side]² without flux through the walls."""
    from scipy.interpolate import RegularGridInterpolator

    z, matrix = chebyshev(nodes)
    half = 0.5 * side
    x, matrix = half * (1 + z), matrix / half
    ends = [0, -1]
    corner = np.linalg.inv(matrix[np.ix_(ends, ends)])
    back = np.eye(nodes)
    back[ends, :] = 0.0
    back[np.ix_(ends, range(1, nodes - 1))] = -corner @ matrix[ends][:, 1:-1]
    second = matrix @ matrix

    def slope(_t: float, flat: np.ndarray) -> np.ndarray:
        u = back @ flat.reshape(nodes, nodes) @ back.T
        out = diffusion * (second @ u + u @ second.T) + reaction(u)
        out[ends], out[:, ends] = 0.0, 0.0
        return out.ravel()

    times = np.linspace(0.0, t_end, 61)
    start = initial(*np.meshgrid(x, x, indexing="ij"))
    solved = solve_ivp(
        slope, (0.0, t_end), start.ravel(), t_eval=times, method="RK45", rtol=1e-8, atol=1e-9
    )
    table = np.array([back @ u.reshape(nodes, nodes) @ back.T for u in solved.y.T])
    along = CubicSpline(times, table)
    fine = np.linspace(0.0, side, 81)
    onto = BarycentricInterpolator(x, np.eye(nodes))(fine)
    even = np.einsum("ai,tij,bj->tab", onto, along(times), onto)
    read = RegularGridInterpolator((times, fine, fine), even, method="cubic")
    return lambda at: read(np.asarray(at))
