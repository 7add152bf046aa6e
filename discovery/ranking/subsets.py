"""Best subsets of a dictionary: a beam search over supports, each fitted by least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Subset:
    """A few columns with their coefficients.

    Attributes
    ----------
    columns : numbers of the columns, ascending.
    coefficients : theirs.
    rss : what they leave unexplained.
    score : N ln(rss / N) + k ln N + price.
    """

    columns: tuple[int, ...]
    coefficients: tuple[float, ...]
    rss: float
    score: float


def search(
    misfit: Float[np.ndarray, " N"],
    columns: Float[np.ndarray, "N J"],
    *,
    price: Float[np.ndarray, " J"],
    kind: Sequence[int],
    count: int,
    width: int = 30,
    depth: int = 6,
    floor: float = 1e-12,
) -> list[Subset]:
    """Return the `count` best subsets by score and the best of each size, no two of the same kinds.

    Parameters
    ----------
    misfit, columns : the regression, in units of the noise.
    price : what the score charges for each column beside ln N.
    kind : columns of one kind differ in an inner constant only: one of them at most is taken.
    width, depth : of the beam, and largest size of a subset.
    floor : smallest part of ‖misfit‖² that is told from zero.
    """
    size = np.linalg.norm(columns, axis=0)
    usable = np.isfinite(size) & (size > 0)
    unit = np.where(usable, columns / np.where(usable, size, 1.0), 0.0)
    total = float(misfit @ misfit)
    least = max(floor * total, 1e-300)
    kinds = np.asarray(kind)
    found: dict[tuple[int, ...], Subset] = {}
    level = [_fit(misfit, unit, size, (), price, least)]
    found[()] = level[0]
    for _ in range(depth):
        proposals: dict[tuple[int, ...], tuple[float, tuple[int, ...]]] = {}
        for node in level:
            for score, chosen in _extensions(
                misfit, unit, node.columns, price, kinds, least, width, usable
            ):
                key = tuple(sorted(int(kinds[c]) for c in chosen))
                if key not in proposals or score < proposals[key][0]:
                    proposals[key] = (score, chosen)
        fresh = {k: v for k, v in proposals.items() if k not in found}
        best = sorted(fresh.items(), key=lambda item: item[1][0])[:width]
        level = []
        for key, (_, chosen) in best:
            subset = _fit(misfit, unit, size, chosen, price, least)
            found[key] = subset
            level.append(subset)
        if not level:
            break
    ranked = sorted(found.values(), key=lambda entry: entry.score)
    listed = ranked[:count]
    for size in range(1, depth + 1):  # short ones too: their inner constants are not fitted yet
        few = [entry for entry in ranked if len(entry.columns) == size][: max(2, count // 6)]
        listed += [entry for entry in few if entry not in listed]
    return listed


def _extensions(
    misfit: np.ndarray,
    unit: np.ndarray,
    chosen: tuple[int, ...],
    price: np.ndarray,
    kinds: np.ndarray,
    least: float,
    width: int,
    usable: np.ndarray,
) -> list[tuple[float, tuple[int, ...]]]:
    """The best ways to add one column: (score, columns)."""
    rest, left = misfit, unit
    if chosen:
        basis = np.linalg.qr(unit[:, chosen])[0]
        rest = misfit - basis @ (basis.T @ misfit)
        left = unit - basis @ (basis.T @ unit)
    new = np.einsum("nj,nj->j", left, left)
    allowed = usable & (new > 1e-10) & ~np.isin(kinds, kinds[list(chosen)])
    if not allowed.any():
        return []
    gain = np.where(allowed, (left.T @ rest) ** 2 / np.where(allowed, new, 1.0), 0.0)
    rows = len(misfit)
    rss = np.maximum(float(rest @ rest) - gain, least)
    base = sum(price[c] for c in chosen) + (len(chosen) + 1) * np.log(rows)
    score = rows * np.log(rss / rows) + base + price
    score = np.where(allowed, score, np.inf)
    order = np.argsort(score)
    out: list[tuple[float, tuple[int, ...]]] = []
    seen: set[int] = set()
    for j in order:
        if not np.isfinite(score[j]) or len(out) >= width:
            break
        if int(kinds[j]) in seen:
            continue
        seen.add(int(kinds[j]))
        out.append((float(score[j]), tuple(sorted((*chosen, int(j))))))
    return out


def _fit(
    misfit: np.ndarray,
    unit: np.ndarray,
    size: np.ndarray,
    chosen: tuple[int, ...],
    price: np.ndarray,
    least: float,
) -> Subset:
    rows = len(misfit)
    if not chosen:
        rss = max(float(misfit @ misfit), least)
        return Subset((), (), rss, rows * float(np.log(rss / rows)))
    part = unit[:, chosen]
    coefficients = np.linalg.lstsq(part, misfit, rcond=1e-12)[0]
    rest = misfit - part @ coefficients
    rss = max(float(rest @ rest), least)
    score = rows * np.log(rss / rows) + len(chosen) * np.log(rows) + sum(price[c] for c in chosen)
    return Subset(
        chosen, tuple(float(c) for c in coefficients / size[list(chosen)]), rss, float(score)
    )
