"""How many subjects were seen in each state as time goes on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sciml.visits import Visits

BINS = 14
"""of the time since the first visit, most"""


@dataclass(frozen=True, eq=False)
class Seen:
    """Part of the subjects seen in each state, in bins of time since their first visit.

    Attributes
    ----------
    times : mean time of the visits in a bin, [b].
    parts : part in each state, [b, n], each subject of a bin with weight one.
    subjects : seen in each bin, [b].
    """

    times: Float[np.ndarray, " b"]
    parts: Float[np.ndarray, "b n"]
    subjects: Float[np.ndarray, " b"]


def seen(visits: Visits, absorbing: tuple[str, ...] = ()) -> Seen:
    """Return what part of the subjects was seen in each state as time goes on.

    First visits have a bin of their own. A subject whose last visit is in an absorbing state
    stays there, as in R. C. Gentleman et al., Stat. Med. 13, 805 (1994): after a death nobody
    calls again.
    """
    n, paths = len(visits.states), visits.paths
    owner = np.repeat(np.arange(paths), visits.lengths)
    since = visits.times - visits.times[visits.starts[:-1]][owner]
    which, count = _bins(since)
    own = which * paths + owner
    each = np.bincount(own, minlength=count * paths)
    parts = np.bincount(which * n + visits.labels, 1 / each[own], minlength=count * n)
    parts = parts.reshape(count, n)
    subjects = (each.reshape(count, paths) > 0).sum(1).astype(float)
    rows = np.bincount(which, minlength=count)
    times = np.bincount(which, since, minlength=count) / np.maximum(rows, 1)
    ends = visits.starts[1:] - 1
    ends = ends[np.isin(visits.states, absorbing)[visits.labels[ends]]]
    stays = np.bincount(which[ends] * n + visits.labels[ends], minlength=count * n)
    stays = np.cumsum(stays.reshape(count, n), axis=0)[:-1]
    parts[1:] += stays
    subjects[1:] += stays.sum(1)
    kept = rows > 0
    return Seen(times[kept], parts[kept] / subjects[kept, None], subjects[kept])


def _bins(since: Float[np.ndarray, " N"]) -> tuple[Int[np.ndarray, " N"], int]:
    """The bin of each visit, and how many there are: each time its own if there are few."""
    top = since.max()
    if len(np.unique(since[:1000])) <= BINS:
        known, which = np.unique(np.round(since / top, 9), return_inverse=True)
        if len(known) <= BINS:
            return which, len(known)
    return np.ceil(since * ((BINS - 1) / top)).astype(np.int64), BINS


def deviations(
    parts: Float[np.ndarray, "b n"], subjects: Float[np.ndarray, " b"]
) -> Float[np.ndarray, "b n"]:
    """Return binomial standard errors [b, n], of a part that half a subject more or less smooths.

    Without that, a state that nobody was seen in would have no error at all.
    """
    smooth = (parts * subjects[:, None] + 0.5) / (subjects[:, None] + 1.0)
    return np.sqrt(smooth * (1 - smooth) / subjects[:, None])
