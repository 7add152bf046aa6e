"""How many subjects were seen in each state as time goes on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sciml.visits import Visits

BINS = 14
"""of the time since the first visit, most"""
FOLLOWED = 0.3
"""part of the living that is still called on, below which a life table says too little"""


@dataclass(frozen=True, eq=False)
class Seen:
    """Part of the subjects seen in each state, in bins of time since their first visit.

    Attributes
    ----------
    times : mean time of the visits in a bin, [b].
    parts : part in each state, [b, n], each subject of a bin with weight one.
    subjects : seen in each bin, the dead among them, [b].
    visits : in each bin, [b].
    """

    times: Float[np.ndarray, " b"]
    parts: Float[np.ndarray, "b n"]
    subjects: Float[np.ndarray, " b"]
    visits: Float[np.ndarray, " b"]


def seen(visits: Visits, absorbing: tuple[str, ...] = ()) -> Seen:
    """Return what part of the subjects was seen in each state as time goes on.

    First visits have a bin of their own. A subject whose last visit is in an absorbing state
    stays there, since after a death nobody calls again. The dead are always known, the living
    only when they are called on: so the part of the dead is that of a life table, and the living
    are shared out as the bin saw them. Bins that few of them live to be called in are left out.
    """
    n, paths = len(visits.states), visits.paths
    owner = np.repeat(np.arange(paths), visits.lengths)
    since = visits.times - visits.times[visits.starts[:-1]][owner]
    which, count = _bins(since)
    final = np.isin(visits.states, absorbing)
    ends = visits.starts[1:] - 1
    dying = final[visits.labels[ends]]
    living = ~(dying[owner] & final[visits.labels])
    own = which[living] * paths + owner[living]
    each = np.bincount(own, minlength=count * paths)
    keys = which[living] * n + visits.labels[living]
    parts = np.bincount(keys, 1 / each[own], minlength=count * n).reshape(count, n)
    alive = (each.reshape(count, paths) > 0).sum(1)
    rows = np.bincount(which[living], minlength=count)
    every = np.bincount(which, minlength=count)
    calls = np.where(alive > 0, rows, every)
    total = np.bincount(which, since * np.where(alive[which] > 0, living, True), minlength=count)
    times = total / np.maximum(calls, 1)
    shares = parts / np.maximum(alive, 1)[:, None]
    held = every > 0
    subjects = alive.astype(float)
    if dying.any():
        first = np.flatnonzero(living[:-1] & ~living[1:] & (owner[:-1] == owner[1:])) + 1
        until = since[ends[~dying]]
        dead = _deaths(times, since[first], visits.labels[first], until, n)
        left = 1 - dead.sum(1)
        shares = dead + shares * left[:, None]
        subjects = np.minimum(alive + paths * (1 - left), paths)
        if len(until):
            held &= np.mean(until[:, None] >= times * (1 - 1e-9), axis=0) >= FOLLOWED
        held &= (alive > 0) | (left < 1e-9)
    return Seen(times[held], shares[held], subjects[held], every[held].astype(float))


def _deaths(
    times: Float[np.ndarray, " b"],
    when: Float[np.ndarray, " D"],
    which: Int[np.ndarray, " D"],
    until: Float[np.ndarray, " C"],
    n: int,
) -> Float[np.ndarray, "b n"]:
    """Probability of having been absorbed by each state at times, from deaths and last visits.

    Deaths of an interval over those at risk in it, as life tables have it, who left it alive
    being at risk for half of it.
    """
    found, alive, before = np.zeros((len(times), n)), 1.0, -np.inf
    for k, now in enumerate(times * (1 + 1e-9)):
        here = (when > before) & (when <= now)
        left = np.sum((until > before) & (until < times[k] * (1 - 1e-9)))
        risk = np.sum(when > before) + np.sum(until > before) - 0.5 * left
        new = np.bincount(which[here], minlength=n) / max(risk, 1.0)
        found[k] = (found[k - 1] if k else 0.0) + alive * new
        alive, before = alive * (1 - new.sum()), now
    return found


def _bins(since: Float[np.ndarray, " N"]) -> tuple[Int[np.ndarray, " N"], int]:
    """The bin of each visit, and how many there are: each time its own if there are few."""
    top = since.max()
    if len(np.unique(since[:1000])) <= BINS:
        known, which = np.unique(np.round(since / top, 9), return_inverse=True)
        if len(known) <= BINS:
            return which, len(known)
    place = np.ceil(since * ((BINS - 1) / top)).astype(np.int64)
    return np.minimum(place, BINS - 1), BINS


def deviations(
    parts: Float[np.ndarray, "b n"], subjects: Float[np.ndarray, " b"]
) -> Float[np.ndarray, "b n"]:
    """Return binomial standard errors [b, n] of parts of so many independent subjects.

    Half a subject more or less smooths the parts: a state that nobody was seen in has an error.
    """
    smooth = (parts * subjects[:, None] + 0.5) / (subjects[:, None] + 1.0)
    return np.sqrt(smooth * (1 - smooth) / subjects[:, None])
