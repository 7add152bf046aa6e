"""Whether a law explains the data: tests of what it leaves over."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2
from scipy.stats import f as variance_ratio

from discovery.ranking.target import Fit, Target

DOUBT = 1e-3
"""probability below which a misfit is no accident"""

DRIFT = 3.5
"""standard deviations by which neighbouring residuals may be alike by accident"""


def complaint(target: Target, fit: Fit) -> str:
    """Return what is wrong with a law's residuals, in words; "" if they look like noise."""
    free = max(len(fit.residuals) - fit.jacobian.shape[1], 1)
    if target.records.has_noise:
        chance = float(chi2.sf(fit.chi2, free))
        if chance < DOUBT:
            return f"its misfit is {fit.chi2 / free:.2g} times what the given noise explains"
    else:
        ratio = fit.chi2 / free
        if ratio > float(variance_ratio.ppf(1.0 - 0.1 * DOUBT, free, free)) and not _exact(
            target, fit
        ):
            return f"its misfit is {ratio:.2g} times that of a smooth curve through the data"
    alike = likeness(target, fit)
    if alike > DRIFT and not _exact(target, fit):
        return "neighbouring residuals are alike: something is left that is no noise"
    return ""


def _exact(target: Target, fit: Fit) -> bool:
    """Whether the misfit is as small as the integrator's own error."""
    from discovery.ranking.score import floors

    return bool(np.all(fit.rss <= 25.0 * floors(target) * np.maximum(fit.counts, 1)))


def likeness(target: Target, fit: Fit) -> float:
    """Return how alike neighbouring residuals in time are, in standard deviations.

    The autocorrelation at lag one of every state of every experiment, summed and scaled to unit
    variance under the hypothesis of noise. Fields, whose points are scattered, give 0.
    """
    if target.problem.space:
        return 0.0
    at, total, count = 0, 0.0, 0
    for experiment in target.records.experiments:
        seen = experiment.observed
        table = np.full(seen.shape, np.nan)
        table[seen] = fit.residuals[at : at + int(seen.sum())]
        at += int(seen.sum())
        for column in table.T:
            r = column[np.isfinite(column)]
            if len(r) >= 8 and float(r @ r) > 0:
                n = len(r)
                total += (float(r[1:] @ r[:-1]) / float(r @ r) + 1 / n) * np.sqrt(n)
                count += 1
    return total / np.sqrt(count) if count else 0.0
