"""Whether a smooth curve without any formula accounts for the data as well as a law does.

The rival of a law is no law at all: a hidden term that is a Gaussian process of its inputs. To
first order about the law the data see it as u = S f + ε, S the response that
`discovery.ranking.reference` computes and u the data free of everything else, so that its evidence
is that of a linear Gaussian model,
    -2 ln Z = N ln(uᵀ C⁻¹ u / N) + ln det C,   C = 1 + a² S K Sᵀ
(C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, eq. 5.8, the scale
of the noise at its maximum; with given noise uᵀ C⁻¹ u + ln det C). It stands on the scale of
`discovery.ranking.score`, so the two are compared as two laws are.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import cdist

from discovery.ranking.reference import Reference, of_law, regression
from discovery.ranking.score import charge, misfit
from discovery.ranking.target import Fit, Target

REACHES = (0.15, 0.25, 0.4, 0.7, 1.2, 2.0, 4.0)
"""length scales that are tried, in units of each input's standard deviation along the data"""

SIZES = np.logspace(-3, 6, 60)
"""amplitudes that are tried, in units of what the law's own term is"""

CONFIDENT = 10.0
"""lead over no law from which a law is believed: twice a logarithm of Bayes factors, called very
strong by R. E. Kass and A. E. Raftery, J. Am. Stat. Assoc. 90, 773 (1995), section 3.2"""

CENTRES = 48
"""points by which the process is represented (Nyström)"""


def lead(target: Target, fit: Fit) -> Float[np.ndarray, " m"]:
    """Return by how much a law's score is better than that of no law, for every hidden term.

    Positive where the law is the shorter account of the data. The other hidden terms keep their
    laws, with the price of these on both sides.
    """
    references = of_law(target, fit)
    found = []
    for m in range(len(target.problem.hidden)):
        own = charge(target, fit, only=m)
        rival = _evidence(target, fit, references, m) + 2 * np.log(float(np.sum(fit.counts)))
        found.append(rival - own - misfit(target, fit))
    return np.array(found)


def _evidence(target: Target, fit: Fit, references: list[Reference], m: int) -> float:
    """The least -2 ln Z over length scales and amplitudes, as a misfit of `score` is measured."""
    hidden = target.problem.hidden
    features, counts = _features(target, references, m)
    tables = [
        features if k == m else [r.hidden[k][..., None] for r in references]
        for k in range(len(hidden))
    ]
    linear = regression(target, references, tables)
    mine = np.s_[m : m + sum(counts)]
    columns = linear.columns[:, mine]
    others = np.delete(linear.columns, mine, axis=1)
    u = linear.misfit - others.sum(1)
    best = np.inf
    for a, b in zip(np.cumsum([0, *counts[:-1]]), np.cumsum(counts), strict=True):
        left, singular, _ = np.linalg.svd(columns[:, a:b], full_matrices=False)
        along = left.T @ u
        rest = max(float(u @ u - along @ along), 0.0)
        grow = 1.0 + np.outer(SIZES**2, singular**2)
        left_over = rest + np.sum(along**2 / grow, axis=1)
        best = min(best, float(np.min(misfit(target, fit, left_over) + np.log(grow).sum(1))))
    return best


def _features(
    target: Target, references: list[Reference], m: int
) -> tuple[list[Float[np.ndarray, "k p j"]], list[int]]:
    """Nyström features of squared-exponential kernels at every step of every reference."""
    term = target.problem.hidden[m]
    tables = [np.stack([r.quantities[n] for n in term.inputs], -1) for r in references]
    flat = np.concatenate([t.reshape(-1, len(term.inputs)) for t in tables])
    scale = np.std(flat, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    size = max(float(np.std(np.concatenate([r.hidden[m].ravel() for r in references]))), 1e-300)
    centres = _spread(flat / scale)
    made: list[list[np.ndarray]] = [[] for _ in references]
    counts = []
    for reach in REACHES:
        values, vectors = np.linalg.eigh(_kernel(centres, centres, reach))
        kept = values > 1e-10 * values[-1]
        half = vectors[:, kept] / np.sqrt(values[kept])
        counts.append(int(kept.sum()))
        for table, own in zip(tables, made, strict=True):
            at = table.reshape(-1, len(term.inputs)) / scale
            own.append((size * _kernel(at, centres, reach) @ half).reshape(*table.shape[:-1], -1))
    return [np.concatenate(own, -1) for own in made], counts


def _kernel(a: np.ndarray, b: np.ndarray, reach: float) -> np.ndarray:
    return np.asarray(np.exp(-0.5 * cdist(a, b, "sqeuclidean") / reach**2))


def _spread(points: np.ndarray) -> np.ndarray:
    """Points far from each other: each next one is the farthest from those taken."""
    points = np.unique(points, axis=0)
    chosen = [0]
    far = cdist(points[:1], points)[0]
    for _ in range(min(CENTRES, len(points)) - 1):
        chosen.append(int(np.argmax(far)))
        far = np.minimum(far, cdist(points[chosen[-1:]], points)[0])
    return points[chosen]
