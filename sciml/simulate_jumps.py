"""Exact paths of jump processes, and what is seen of them at the times of visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Real

from sciml.errors import BadProblem
from sciml.jump_laws import closed, reachable, stationary, transitions
from sciml.jumps import JumpProcess
from sciml.visits import Visits

Times = Real[np.ndarray, "..."] | Sequence[float] | Sequence[Sequence[float] | np.ndarray]
ROUTES = ("auto", "transitions", "gillespie")


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Full paths, one after the other in one flat table.

    Attributes
    ----------
    times : when a state was entered, [J]; the first of each path is its start, 0.
    labels : which state was entered, [J].
    starts : path k owns the rows starts[k] to starts[k + 1], [K + 1].
    end : time at which each path ends, [K].
    states : names of the states.
    """

    times: Float[np.ndarray, " J"]
    labels: Int[np.ndarray, " J"]
    starts: Int[np.ndarray, " K1"]
    end: Float[np.ndarray, " K"]
    states: tuple[str, ...]

    @property
    def owner(self) -> Int[np.ndarray, " J"]:
        """The path of each row."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @property
    def holding(self) -> Float[np.ndarray, " J"]:
        """For how long each state was held; the last of each path is cut off by its end."""
        until = np.append(self.times[1:], 0.0)
        until[self.starts[1:] - 1] = self.end
        return until - self.times

    def at(
        self, times: Float[np.ndarray, " N"], owner: Int[np.ndarray, " N"]
    ) -> Int[np.ndarray, " N"]:
        """Return the state of path `owner` at each time."""
        rows = len(self.times)
        every = np.concatenate([self.times, times])
        paths = np.concatenate([self.owner, owner])
        order = np.lexsort([np.arange(len(every)), every, paths])  # jumps come before visits
        last = np.maximum.accumulate(np.where(order < rows, order, -1))
        found = np.empty(len(every), np.int64)
        found[order] = last
        return self.labels[found[rows:]]


def first_law(process: JumpProcess) -> Float[np.ndarray, " n"]:
    """Return the law of the first state: the given one, else the stationary one.

    A process that ends in absorbing states starts in the first of the others.

    Raises
    ------
    BadProblem : rates and initial law unknown; several classes of states that are never left.
    """
    if process.initial is not None:
        return process.initial
    rates = _known(process)
    recurrent = closed(reachable(rates > 0))
    final = recurrent & (np.diag(rates) == 0)
    if final.any() and not final.all():
        return np.eye(len(final))[np.flatnonzero(~final)[0]]
    return stationary(rates)


def gillespie(
    process: JumpProcess, end: float | Float[np.ndarray, " K"], paths: int = 1, seed: int = 0
) -> Trajectories:
    """Return exact paths from 0 to `end`: exponential holding times, then a jump.

    All paths advance together, a jump at a time (Gillespie, J. Phys. Chem. 81, 2340 (1977)).

    Raises
    ------
    BadProblem : rates unknown, no path, an end that is not positive and finite.
    """
    rates = _known(process)
    _check_paths(paths)
    ends = np.broadcast_to(np.asarray(end, float), (paths,))
    if not np.all(np.isfinite(ends) & (ends > 0)):
        raise BadProblem(f"the end of a path is {ends.min():g}.", "give a positive time")
    rng = np.random.default_rng(seed)
    return _walked(rates, _drawn(first_law(process), paths, rng), ends, process.states, rng)


def visits(
    process: JumpProcess,
    times: Times,
    paths: int | None = None,
    seed: int = 0,
    *,
    route: str = "auto",
) -> Visits:
    """Return what is seen of simulated paths at the times of visits, exactly in law.

    Each path starts at its first visit, with `process.initial` (see `first_law`). Labels are
    drawn by `process.misclassification`. Entries of `process.entered_exactly` are seen at their
    very time and without error, and a path is not seen after such a state absorbed it.

    Parameters
    ----------
    process : whose rates are known.
    times : one grid for all paths [L], or a grid for each path ([K, L], or K arrays).
    paths : how many; None: one for each grid of its own.
    seed : of everything that is random.
    route : "transitions" draws the states at the visits from exp(Q Δ) alone (fast); "gillespie"
        draws whole paths; "auto": the first, unless times of entry are needed.

    Raises
    ------
    BadProblem : rates unknown, times that do not increase, grids that do not fit `paths`.
    """
    if route not in ROUTES:
        raise BadProblem(f"route is '{route}'.", f"give one of {list(ROUTES)}")
    if route == "transitions" and process.entered_exactly:
        raise BadProblem(
            "route 'transitions' knows no times of entry.", "give 'gillespie', or leave it out"
        )
    rates = _known(process)
    grid, lengths = _grids(times, paths)
    rng = np.random.default_rng(seed)
    first = _drawn(first_law(process), len(lengths), rng)
    seen = np.arange(grid.shape[1]) < lengths[:, None]
    when = np.broadcast_to(grid, seen.shape)[seen]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    if route == "transitions" or (route == "auto" and not process.entered_exactly):
        labels = _stepped(rates, first, grid, rng)[seen]
        exact = np.zeros(len(when), bool)
    else:
        owner = np.repeat(np.arange(len(lengths)), lengths)
        span = when[starts[1:] - 1] - when[starts[:-1]]
        walked = _walked(rates, first, span, process.states, rng)
        when, labels, owner, exact = _looked_at(process, walked, when, owner, when[starts[:-1]])
        starts = np.searchsorted(owner, np.arange(len(lengths) + 1))
    labels = _reported(process, labels, exact, rng)
    return Visits(when, labels, starts, process.states, exact)


def _known(process: JumpProcess) -> Float[np.ndarray, "n n"]:
    if process.rates is None:
        raise BadProblem(f"the rates of '{process.name}' are not known.", "give `rates`")
    return process.rates


def _check_paths(paths: int) -> None:
    if paths < 1:
        raise BadProblem(f"paths is {paths}.", "give 1 or more")


def _grids(
    times: Times, paths: int | None
) -> tuple[Float[np.ndarray, "g L"], Int[np.ndarray, " K"]]:
    """Times padded to one length, a row for all paths or for each; the length of each path."""
    if all(np.ndim(t) == 0 for t in times):
        grid = np.asarray(times, float)[None]
        paths = 1 if paths is None else paths
        _check_paths(paths)
        lengths = np.full(paths, grid.shape[1])
    else:
        own = [np.atleast_1d(np.asarray(t, float)) for t in times]
        if paths is not None and paths != len(own):
            raise BadProblem(
                f"there are {len(own)} grids of times for {paths} paths.", "give one a path"
            )
        lengths = np.array([len(t) for t in own])
        grid = np.zeros((len(own), max(lengths)))
        for row, t in zip(grid, own, strict=True):
            row[: len(t)] = t
            row[len(t) :] = t[-1] if len(t) else 0.0
    if lengths.min() < 1 or not np.all(np.isfinite(grid)):
        raise BadProblem("a path has no times, or one that is not finite.", "give finite times")
    within = np.arange(1, grid.shape[1]) < lengths[: len(grid), None]
    if np.any((np.diff(grid) <= 0) & within):
        raise BadProblem("the times of a path do not increase.", "sort them, each one once")
    return grid, lengths


def _drawn(
    law: Float[np.ndarray, "*k n"], count: int, rng: np.random.Generator
) -> Int[np.ndarray, " K"]:
    """One state for each path, of one law or of a law each."""
    total = np.cumsum(np.broadcast_to(law, (count, law.shape[-1])), axis=-1)
    level = rng.random(count) * total[:, -1]
    return np.sum(total <= level[:, None], axis=-1)


def _stepped(
    rates: Float[np.ndarray, "n n"],
    first: Int[np.ndarray, " K"],
    grid: Float[np.ndarray, "g L"],
    rng: np.random.Generator,
) -> Int[np.ndarray, "K L"]:
    """The states at the visits, each drawn given the one before."""
    labels = np.empty((len(first), grid.shape[1]), np.int64)
    labels[:, 0] = first
    shared = len(grid) == 1
    for k, gaps in enumerate(np.diff(grid).T):
        each, which = np.unique(gaps, return_inverse=True)
        law = transitions(rates, each)[0 if shared else which, labels[:, k]]
        labels[:, k + 1] = _drawn(law, len(first), rng)
    return labels


def _walked(
    rates: Float[np.ndarray, "n n"],
    first: Int[np.ndarray, " K"],
    ends: Float[np.ndarray, " K"],
    states: tuple[str, ...],
    rng: np.random.Generator,
) -> Trajectories:
    """Full paths from 0 to their ends."""
    onward = np.where(np.eye(len(rates), dtype=bool), 0.0, rates)
    exits = onward.sum(1)  # of an absorbing state 0 whatever the sign of its zero on the diagonal
    alive, now, at = np.arange(len(first)), np.zeros(len(first)), first.astype(np.int64)
    rows = [(alive, now, at)]
    while len(alive):
        with np.errstate(divide="ignore", over="ignore"):
            now = now + rng.standard_exponential(len(alive)) / exits[at]
        going = now < ends[alive]
        alive, now = alive[going], now[going]
        at = _drawn(onward[at[going]], len(alive), rng)
        rows.append((alive, now, at))
    owner, times, labels = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(len(first) + 1))
    return Trajectories(times[order], labels[order], starts, np.array(ends), states)


def _looked_at(
    process: JumpProcess,
    walked: Trajectories,
    when: Float[np.ndarray, " N"],
    owner: Int[np.ndarray, " N"],
    begun: Float[np.ndarray, " K"],
) -> tuple[
    Float[np.ndarray, " M"], Int[np.ndarray, " M"], Int[np.ndarray, " M"], Bool[np.ndarray, " M"]
]:
    """Visits and exact entries (time, state, path, exact or not), none after an exact end."""
    since = when - begun[owner]
    labels = walked.at(since, owner)
    dated = np.array([s in process.entered_exactly for s in process.states])
    final = dated & (np.diag(_known(process)) == 0)
    entries = dated[walked.labels]
    entries[walked.starts[:-1]] = False
    ended = np.full(len(begun), np.inf)
    deaths = entries & final[walked.labels]
    ended[walked.owner[deaths]] = walked.times[deaths]
    kept = since < ended[owner]
    when = np.concatenate([when[kept], (walked.times + begun[walked.owner])[entries]])
    labels = np.concatenate([labels[kept], walked.labels[entries]])
    exact = np.concatenate([np.zeros(kept.sum(), bool), np.ones(entries.sum(), bool)])
    owner = np.concatenate([owner[kept], walked.owner[entries]])
    order = np.lexsort([when, owner])
    return when[order], labels[order], owner[order], exact[order]


def _reported(
    process: JumpProcess,
    labels: Int[np.ndarray, " N"],
    exact: Bool[np.ndarray, " N"],
    rng: np.random.Generator,
) -> Int[np.ndarray, " N"]:
    """The labels as they are reported; those of exact entries are true."""
    if process.misclassification is None:
        return labels
    told = _drawn(process.misclassification[labels], len(labels), rng)
    return np.where(exact, labels, told)
