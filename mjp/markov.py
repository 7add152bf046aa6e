"""Whether what follows depends on the present state alone, tested on visits at one lag.

Of a Markov process seen at equal intervals the next label is independent of the last one given the
present one: contingency tables of (last, next), one a present label, are tested together by
Pearson's statistic (T. W. Anderson and L. A. Goodman, Ann. Math. Stat. 28, 89 (1957)).
"""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from sciml.visits import Visits

EQUAL = 0.01
"""relative difference below which intervals are the same"""

FEW = 10
"""a row or column of a table with fewer visits is left out"""


def chance(visits: Visits) -> float | None:
    """Return the probability of tables this far from independence, if the process is Markov.

    None where the labels say nothing: intervals that differ, or too few visits. Cells of which less
    than one visit is expected are left out, with their part of the degrees of freedom.
    """
    triples = _triples(visits)
    if triples is None:
        return None
    n = len(visits.states)
    flat = np.ravel_multi_index(triples.T, (n, n, n))
    counts = np.bincount(flat, minlength=n**3).reshape(n, n, n).astype(float)
    statistic, freedom = 0.0, 0.0
    for now in range(n):
        table = counts[:, now, :]
        table = table[table.sum(1) >= FEW][:, table.sum(0) >= FEW]
        if min(table.shape) < 2:
            continue
        expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
        fine = expected >= 1.0
        statistic += float(np.sum((table - expected)[fine] ** 2 / expected[fine]))
        rest = np.outer(1 - table.sum(1) / table.sum(), 1 - table.sum(0) / table.sum())
        freedom += float(np.sum(rest[fine]))
    return float(chi2.sf(statistic, freedom)) if freedom else None


def _triples(visits: Visits) -> np.ndarray | None:
    """Labels of three visits in a row at equal intervals, [T, 3]; None where most are not equal."""
    owner = np.repeat(np.arange(visits.paths), visits.lengths)
    inner = np.flatnonzero(owner[2:] == owner[:-2]) if len(owner) > 2 else np.zeros(0, int)
    if not len(inner):
        return None
    gaps = np.diff(visits.times)
    usual = np.median(gaps[inner])
    alike = np.abs(gaps / usual - 1) < EQUAL
    kept = inner[alike[inner] & alike[inner + 1]]
    if len(kept) < 0.5 * len(inner):
        return None
    return np.stack([visits.labels[kept + k] for k in range(3)], axis=1)
