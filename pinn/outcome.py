"""From trial states to what the user gets: energies with bars, states, checks, warnings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

from pinn import states as reporting
from pinn.ansatz import Ansatz, from_arrays, sample_points
from pinn.galerkin import Samples
from pinn.nodes import domain_nodes
from pinn.setting import Sampler, Setting, samples_at
from sciml.method import Outcome
from sciml.problem import AnyProblem
from sciml.status import Status

PLOT_POINTS = {1: 801, 2: 90 * 90}


def check_samples(
    given: Setting, sample: Sampler, parameters: Any, count: int
) -> tuple[Samples, Float[np.ndarray, "n d"]]:
    """Return samples on a quadrature rule finer than, and different from, the one of `count`."""
    points, weights = domain_nodes(given.ansatz, int(1.7 * count), degree=32)
    return samples_at(given, sample, parameters, points, weights), points


def outcome(
    given: Setting,
    sample: Sampler,
    parameters: Any,
    coefficients: Float[np.ndarray, "m j"],
    energies: Float[np.ndarray, " j"],
    *,
    count: int,
    tolerance: float,
    status: Status,
    params: dict[str, Any],
    extra: dict[str, Any] | None = None,
    beyond: tuple[float, float] | None = None,
) -> Outcome:
    """Return the outcome of j ≥ k states given as combinations of a sampler's functions.

    Energies and bars are evaluated on a fresh quadrature rule. A status of CONVERGED is kept
    only if every bar is narrower than `tolerance`, relative to the state's energies.
    """
    k = given.states
    fine, points = check_samples(given, sample, parameters, count)
    axes = given.problem.domain.axes
    found = reporting.report(fine.combine(coefficients), points, axes, energies, k, beyond=beyond)
    grid = sample_points(given.ansatz.domain, PLOT_POINTS[given.ansatz.dimension])
    psi = sample(parameters, grid)[0] @ coefficients[:, :k]
    signs = reporting.sign_convention(psi)
    size = np.abs(found.energies) + given.problem.kinetic * found.moments["mean_p2"]
    doubts, floor = _skipped(given, found, size)
    missing = bool(doubts)
    lower = np.minimum(found.lower, floor)
    value: dict[str, Any] = {
        "energies": found.energies,
        "lower_bounds": lower,
        "upper_bounds": found.upper,
        "residuals": found.residuals,
    }
    if given.ansatz.dimension == 1:
        value["nodes"] = reporting.count_nodes(psi, found.noise)
        more, wrong = _node_warnings(value["nodes"], found)
        doubts, missing = doubts + more, missing or wrong
    warnings = [*given.warnings, *doubts]
    value |= found.moments | (extra or {})
    widths = (found.upper - lower) / size
    width = float(np.max(widths))
    if status is Status.CONVERGED and (missing or not width <= tolerance):
        status = Status.UNRESOLVED
    warnings += _wide(widths, tolerance)
    return Outcome(
        status=status,
        value=value,
        metrics={
            "residual": float(np.max(found.residuals)),
            "norm_error": found.norm_error,
            "relative_bar": width,
        },
        params=params
        | {"coefficients": coefficients[:, :k] * signs, "ansatz": given.ansatz.to_arrays()},
        arrays=sampled_arrays(given, grid, psi * signs),
        warnings=tuple(warnings),
    )


def predicted(
    problem: AnyProblem,
    params: dict[str, Any],
    points: Float[np.ndarray, "n d"],
    sampler_of: Callable[[Ansatz], Sampler],
    parameters: Any,
) -> Float[np.ndarray, "n k"]:
    """Return the states that an outcome's params hold at points; zero outside the finite domain.

    `sampler_of` gives the functions that the coefficients combine, `parameters` what they take.
    """
    ansatz = from_arrays(problem.domain, params["ansatz"])
    inside = ansatz.domain.contains(points)
    psi = np.zeros((len(points), params["coefficients"].shape[1]))
    if inside.any():
        values = sampler_of(ansatz)(parameters, points[inside])[0]
        psi[inside] = values @ params["coefficients"]
    return psi


def _wide(widths: Float[np.ndarray, " k"], tolerance: float) -> list[str]:
    """A sentence on the widest relative error bar, if it is wider than the tolerance."""
    worst = int(np.argmax(widths))
    if widths[worst] <= tolerance:
        return []
    return [
        f"The error bar of state {worst + 1} is {widths[worst]:.1e} wide, relative; the tolerance "
        f"is {tolerance:.0e}. V may be rougher than declared, or need more width."
    ]


def sampled_arrays(
    given: Setting, grid: Float[np.ndarray, "n d"], psi: Float[np.ndarray, "n k"]
) -> dict[str, np.ndarray]:
    """Return the arrays that pictures are made of: the states and V on a plotting grid."""
    interior = grid if given.ansatz.dimension == 2 else _inside(grid)
    arrays = {"psi": psi, "potential": given.problem.potential_at(interior)}
    return arrays | ({"x": grid[:, 0]} if given.ansatz.dimension == 1 else {"points": grid})


def _inside(grid: Float[np.ndarray, "n 1"]) -> Float[np.ndarray, "n 1"]:
    """The grid with every point moved a hair inwards, off a singular end or interior point."""
    lower, upper = grid[0], grid[-1]
    hair = 1e-9 * (upper - lower)
    return np.clip(grid + 0.37 * hair, lower + hair, upper - hair)


def _skipped(
    given: Setting, found: reporting.Report, size: Float[np.ndarray, " k"]
) -> tuple[list[str], Float[np.ndarray, " k"]]:
    """Say which level the coarse solution has and the states do not; where so, lower bounds.

    The coarse energies are good to about a hundredth of `size`, a tenth where V is singular.
    """
    none = np.full(given.states, np.inf)
    if given.coarse is None:
        return [], none
    share = 0.1 if given.ansatz.interfaces.singular else 0.02
    margin = share * size + given.coarse.noise
    coarse = np.append(given.coarse.energies, none)[: given.states]
    skipped = coarse < found.energies - margin
    sentences = [
        f"State {n + 1} lies well above a coarse estimate of its energy: a lower state is missing."
        for n in np.flatnonzero(skipped)[:1]
    ]
    return sentences, np.where(skipped, coarse - margin, none)


def _node_warnings(nodes: list[int], found: reporting.Report) -> tuple[list[str], bool]:
    """Oscillation theorem: state n of a 1-D problem has n - 1 nodes; say where it seems not so.

    Also returned: whether a state is missing. Fewer nodes than n - 1 are seen where a lobe is
    smaller than the error of ψ, and are no cause for doubt. Levels are never equal in one
    dimension, but where they are within their bars the numbers of nodes say nothing.
    """
    warnings, missing = [], False
    for n, count in enumerate(nodes):
        if found.separation[n] <= 4 * float(found.upper[n] - found.lower[n]):
            warnings.append(
                f"State {n + 1} is degenerate with a neighbour to within its error bar: "
                "their wave functions are an arbitrary mixture of the pair."
            )
        elif count > n:
            missing = True
            warnings.append(
                f"State {n + 1} has {count} nodes instead of {n}: a lower state is missing."
            )
    return warnings, missing
