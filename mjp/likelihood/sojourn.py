"""What the labels show at once: how often they change, and how long they stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from sciml.jumps import generator
from sciml.visits import Visits


@dataclass(frozen=True, eq=False)
class Sojourn:
    """Changes and holding times of the labels.

    Attributes
    ----------
    jumps : changes from label i to label j between neighbouring visits, [n, n], diagonal 0.
    held : time spent in each state, [n], the gap to the next visit counted half to either label;
        no less than half the mean gap.
    tau : mean time between changes (the whole time where there is none).
    """

    jumps: Float[np.ndarray, "n n"]
    held: Float[np.ndarray, " n"]
    tau: float


def sojourn(visits: Visits) -> Sojourn:
    """Return changes and holding times of the labels (of at least one pair of visits)."""
    n = len(visits.states)
    first, second, gaps = visits.pairs()
    before, after = visits.labels[first], visits.labels[second]
    jumps = np.bincount(before.astype(int) * n + after, minlength=n * n).reshape(n, n) * 1.0
    np.fill_diagonal(jumps, 0.0)
    share = np.full(len(gaps), 0.5)
    if visits.exact is not None:
        share[visits.exact[second]] = 0.0
    held = np.bincount(before, gaps * (1 - share), minlength=n)
    held += np.bincount(after, gaps * share, minlength=n)
    tau = float(gaps.sum() / max(jumps.sum(), 1.0))
    return Sojourn(jumps, np.maximum(held, gaps.mean() / 2), tau)


def jumps_over_holding(visits: Visits) -> Float[np.ndarray, "n n"]:
    """Return the naive rates: changes from i to j over the time spent in i.

    Several jumps between two visits count as one, so the rates are too low where visits are
    sparse; misreported labels make them too high.
    """
    seen = sojourn(visits)
    return generator(seen.jumps / seen.held[:, None])


def smoothed_rates(
    seen: Sojourn, allowed: Bool[np.ndarray, "n n"], weight: float = 1.0
) -> Float[np.ndarray, "n n"]:
    """Return these rates on the allowed links, shrunk by `weight` expected jumps to a common rate.

    The common rate shares all changes alike over the links; no allowed link is left at 0.
    """
    ways = np.maximum(allowed.sum(1), 1)
    common = max(seen.jumps.sum(), 1.0) / (seen.held.sum() * ways.mean())
    return np.where(allowed, (seen.jumps + weight) / (seen.held[:, None] + weight / common), 0.0)
