"""Visits as padded batches for the forward algorithm."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from mjp.likelihood.hidden import Batch, Steps
from mjp.likelihood.transitions import PER_OCTAVE, Lookup, lookup
from sciml.visits import Visits

SMALL = 32768
"""padded visits up to which subjects of any length share one batch"""
LONG = 128
"""visits from which few subjects are cut into blocks"""
FEW = 32
"""subjects up to which they are"""


def sizes(size: int) -> int:
    """Return the next of 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, ...: few shapes to compile."""
    quarter = 1 << max(size.bit_length() - 3, 0)
    return -(-size // quarter) * quarter


def batches(visits: Visits, unit: float = 1.0, blocks: bool | None = None) -> tuple[Batch, ...]:
    """Return batches of subjects of similar length, with times in multiples of `unit`.

    Parameters
    ----------
    visits : what was reported.
    unit : of time.
    blocks : whether to cut subjects into blocks; None: where they are few and long.
    """
    _, second, gaps = visits.pairs()
    found = lookup(gaps / unit)
    row = np.zeros(len(visits.times), np.int64)
    row[second] = np.arange(len(second))
    lengths = visits.lengths
    if lengths.max() * len(lengths) <= max(SMALL, 2 * lengths.sum()):
        groups = [np.arange(len(lengths))]
    else:
        octave = np.ceil(np.log2(lengths)).astype(int)
        groups = [np.flatnonzero(octave == o) for o in np.unique(octave)]
    return tuple(_batch(visits, group, found, row, blocks) for group in groups)


def _batch(
    visits: Visits,
    group: Int[np.ndarray, " k"],
    found: Lookup,
    row: Int[np.ndarray, " N"],
    blocks: bool | None,
) -> Batch:
    """Return the batch of a group of subjects; row[r] is the gap before visit r among `found`."""
    n = len(visits.states)
    longest = int(visits.lengths[group].max()) - 1
    cut = len(group) <= FEW and longest >= LONG if blocks is None else blocks and longest > 0
    if cut:
        count = sizes(max(int(np.sqrt(longest)), 1))
        subjects, total = len(group), sizes(-(-longest // count)) * count
    else:
        count, subjects, total = 0, sizes(len(group)), sizes(max(longest, 1))
    place = np.arange(1, total + 1)[:, None]
    there = np.zeros((total, subjects), bool)
    there[:, : len(group)] = place < visits.lengths[group]
    at = np.zeros((total, subjects), np.int64)
    at[:, : len(group)] = place + visits.starts[group]
    at = np.where(there, at, 0)
    labels = np.where(there, visits.labels[at], n).astype(np.int32)
    base, beyond = _gaps(found, row[at], there, bool(cut))
    exact = None if visits.exact is None else visits.exact[at] & there
    first = np.full(subjects, n, np.int32)
    first[: len(group)] = visits.labels[visits.starts[group]]
    first_exact = None
    if visits.exact is not None:
        first_exact = np.zeros(subjects, bool)
        first_exact[: len(group)] = visits.exact[visits.starts[group]]
    if cut:
        labels, base = _cut(labels, count), _cut(base, count)
        beyond = None if beyond is None else _cut(beyond, count)
        exact = None if exact is None else _cut(exact, count)
    return Batch(found.nodes, first, first_exact, Steps(labels, base, beyond, exact), count)


def _gaps(
    found: Lookup, pair: Int[np.ndarray, "L K"], there: Bool[np.ndarray, "L K"], cut: bool
) -> tuple[Int[np.ndarray, "L K1"], Float[np.ndarray, "L K1"] | None]:
    """Return nodes of the gaps, and what lies beyond; one column where subjects share them.

    Blocks stand at different places of their subjects, and share gaps only where all are equal.
    """
    if len(found.base) == 0:
        return np.zeros((len(pair), 1), np.int32), None
    key = found.base[pair].astype(float)
    if found.beyond is not None:
        key = np.log(found.beyond[pair] + found.nodes.first[0] * 2.0 ** (key / PER_OCTAVE))
    low = np.where(there, key, np.inf)
    high = np.where(there, key, -np.inf)
    axis = None if cut else 1
    if np.all(high.max(axis) - low.min(axis) < 1e-9):
        pair = np.take_along_axis(pair, there.argmax(1)[:, None], 1)
        if cut:
            pair = np.repeat(pair[:1], len(pair), 0)
    return found.base[pair], None if found.beyond is None else found.beyond[pair]


def _cut(array: Shaped[np.ndarray, "L ..."], count: int) -> Shaped[np.ndarray, "L1 ..."]:
    """Return columns [L, ..., K] cut into `count` blocks each, [L / count, ..., K count]."""
    length, columns = array.shape[0] // count, array.shape[-1]
    if columns == 1 and np.all(array == array[:1]):
        return array[:length]
    blocks = array.reshape(count, length, *array.shape[1:])
    return np.moveaxis(blocks, 0, -1).reshape(length, *array.shape[1:-1], columns * count)
