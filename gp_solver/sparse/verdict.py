"""Whether points determine a solution, and what to tell a user who gave too few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gp_solver.field import Field
from gp_solver.sparse.aliases import Family, example, nyquist
from gp_solver.sparse.collocation import Collocation
from gp_solver.sparse.recentre import Fitted
from gp_solver.spectrum import enough

PREDICTED = 1e-2
"""relative error of left-out points up to which the frequencies are enough"""
NARROW = 1e-2
"""width of the band, relative to the solution, up to which the points determine it"""
PLACES = 1000
"""points at which the band is measured"""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a solution.

    Attributes
    ----------
    resolved : the points determine it among all that the prior allows.
    warnings : sentences, empty if they do.
    """

    resolved: bool
    warnings: tuple[str, ...]


def judged(
    problem: Collocation,
    fit: Fitted,
    field: Field,
    families: list[Family],
    *,
    highest: float,
    raised: bool,
    unseen: bool,
) -> Verdict:
    """Return whether the points determine a solution, with sentences that say what would.

    Parameters
    ----------
    fit : the best guess.
    field : that with its band.
    families : components that have aliases.
    highest, raised : highest frequency of the prior, and whether the data called for it.
    unseen : the source is zero at all points but for rounding.
    """
    count, (lower, upper) = len(problem.points), problem.ends
    name = problem.problem.name
    failures, notes = [], []
    if raised:
        notes.append(
            f"The source of '{name}' has frequencies above frequency_max: it was raised to "
            f"{highest:g} cycles per unit."
        )
    if unseen:
        failures.append(
            f"The source of '{name}' is zero at all {count} points but for rounding, as that of a "
            f"wave of {nyquist(problem):.4g} cycles per unit would be. Give one point more."
        )
    if families:
        seen, other = example(problem, fit, families)
        more = enough(highest, upper - lower)
        failures.append(
            f"The grid is too coarse for the frequencies that may be in '{name}': {count} points "
            f"tell them apart up to {nyquist(problem):.4g} cycles per unit, and frequency_max is "
            f"{highest:g}. At the points a wave of {other:.4g} cycles per unit looks like the one "
            f"of {seen:.4g} that was found; the band holds both. {more} points would tell; so "
            "would a lower frequency_max, if nothing faster is there."
        )
    left_out, width = fit.regression.missed, _width(problem, field)
    if left_out >= PREDICTED:
        failures.append(
            f"The source of '{name}' at one point is predicted from the others to "
            f"{left_out:.0%} of its size only: the points do not resolve it yet. Try "
            f"{2 * count - 1} points."
        )
    elif width >= NARROW and not failures:
        failures.append(
            f"The band is {width:.0%} of '{name}': the points do not determine it yet. Try "
            f"{2 * count - 1} points."
        )
    return Verdict(not failures, (*notes, *failures))


def _width(problem: Collocation, field: Field) -> float:
    """Root mean square of the standard deviation, relative to that of the mean."""
    x = np.linspace(*problem.ends, PLACES)[:, None]
    size = float(np.sqrt(np.mean(field.values(x) ** 2))) or 1.0
    return float(np.sqrt(np.mean(field.deviation(x) ** 2))) / size
