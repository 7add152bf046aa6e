"""The dictionary of one hidden term: monomials, and shapes with one inner constant on a grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import sympy
from jaxtyping import Float

from discovery.candidates import shapes
from sciml import formula

INNER = formula.symbol("k_")
"""the inner constant of an entry"""

GROUPS = ("polynomial", "rational", "power", "exp", "log", "trig", "abs")
"""families of entries; the last four are functions that a user can ask for by name"""


@dataclass(frozen=True)
class Entry:
    """One entry of a dictionary, to be multiplied by a constant.

    Attributes
    ----------
    shape : its formula, in the inputs and perhaps `INNER`.
    inner : value of `INNER`, or None if the shape has none.
    group : the family it is of.
    """

    shape: sympy.Expr
    inner: float | None
    group: str

    @property
    def price(self) -> float:
        """Its complexity, with the constant in front."""
        return formula.complexity(formula.symbol("C_") * self.shape)


def monomials(inputs: Sequence[str], degree: int) -> list[sympy.Expr]:
    """Return all monomials of the inputs up to a total degree, the constant 1 first."""
    symbols = [formula.symbol(n) for n in inputs]
    found: list[sympy.Expr] = [sympy.Integer(1)]
    for order in range(1, degree + 1):
        for factors in combinations_with_replacement(symbols, order):
            found.append(sympy.Mul(*factors))
    return found


def default_degree(inputs: int) -> int:
    """Return the degree up to which monomials are offered: 5, 3, 3, then 2."""
    return {1: 5, 2: 3, 3: 3}.get(inputs, 2)


def entries(
    inputs: Sequence[str],
    samples: Mapping[str, Float[np.ndarray, " n"]],
    *,
    degree: int | None = None,
    groups: Sequence[str] = GROUPS,
    shaped: Sequence[str] | None = None,
) -> list[Entry]:
    """Return the dictionary of a hidden term.

    Parameters
    ----------
    inputs : what it may depend on.
    samples : values of each input along the data, from which grids of inner constants and
        admissible shapes (no pole, no root of a negative number) are taken.
    degree : largest degree of a monomial.
    groups : families to offer.
    shaped : inputs of which shapes beside monomials are offered; None for all.
    """
    shaped = inputs if shaped is None else shaped
    top = default_degree(len(inputs)) if degree is None else degree
    found = [Entry(m, None, "polynomial") for m in monomials(inputs, top)]
    for group, shape, grid in _offered(inputs, samples, shaped):
        if group not in groups:
            continue
        found.extend(Entry(shape, k, group) for k in grid or (None,))
    return _distinct(found)


def _offered(
    inputs: Sequence[str], samples: Mapping[str, np.ndarray], shaped: Sequence[str]
) -> Iterator[tuple[str, sympy.Expr, tuple[float, ...]]]:
    """Shapes of each input, alone and times low monomials of all: (group, formula, grid)."""
    for name in shaped:
        z = samples[name]
        others = [formula.symbol(n) for n in inputs if n != name]
        for shape in shapes.of(formula.symbol(name), INNER, z):
            multiples: list[sympy.Expr] = [sympy.Integer(1), *shape.multiples, *others]
            multiples += [o * m for o in others for m in shape.multiples]
            for multiple in multiples:
                yield shape.group, multiple * shape.formula, shape.grid
    for i, a in enumerate(shaped):
        for b in shaped[i + 1 :]:
            yield from shapes.of_pair(
                formula.symbol(a), formula.symbol(b), INNER, samples[a], samples[b]
            )


def _distinct(found: list[Entry]) -> list[Entry]:
    seen: dict[tuple[str, float | None], Entry] = {}
    for entry in found:
        seen.setdefault((str(entry.shape), entry.inner), entry)
    return list(seen.values())


def values(
    offered: Sequence[Entry], inputs: Sequence[str], at: Mapping[str, Float[np.ndarray, " n"]]
) -> Float[np.ndarray, "n j"]:
    """Return every entry's values at points; entries that are not finite there are zero."""
    count = len(next(iter(at.values())))
    out = np.empty((count, len(offered)))
    columns = [np.asarray(at[n], float) for n in inputs]
    with np.errstate(all="ignore"):
        for j, entry in enumerate(offered):
            function = formula.compiled(entry.shape, [*inputs, INNER.name])
            out[:, j] = function(*columns, 0.0 if entry.inner is None else entry.inner)
    finite = np.all(np.isfinite(out), axis=0)
    return np.where(finite, out, 0.0)
