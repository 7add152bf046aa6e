"""Derivatives of a tanh network along straight lines, by Taylor series: one pass for all orders.

Along a direction the network is a function of one variable, and its Taylor coefficients go through
layer after layer: a linear map acts on each; for y = tanh a, from y' = (1 − y²) a',
    k y_k = Σ_{j=1…k} j a_j s_{k−j},   s = 1 − y²
(Griewank & Walther, Evaluating Derivatives, 2008, ch. 13). Mixed derivatives are combinations of
those along several directions. The graph is small, so that it compiles in a fraction of the time
of nested forward mode.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Order = tuple[int, ...]
"""order of a derivative along each axis"""


@dataclass(frozen=True)
class Lines:
    """Directions along which series are needed, and how derivatives follow from them.

    Attributes
    ----------
    directions : direction -> highest order along it.
    combinations : order along each axis -> {(direction, total order): factor}; the derivative is
        the sum of factor times the derivative along the direction.
    """

    directions: Mapping[Order, int]
    combinations: Mapping[Order, Mapping[tuple[Order, int], float]]


def lines(orders: Sequence[Order]) -> Lines:
    """Return the directions that give all these derivatives."""
    directions: dict[Order, int] = {}
    combinations: dict[Order, dict[tuple[Order, int], float]] = {}
    for order in orders:
        total = sum(order)
        found: dict[tuple[Order, int], float] = {}
        if sum(o > 0 for o in order) == 1:
            found = {(tuple(int(o > 0) for o in order), total): 1.0}
        elif total:
            found = _polarised(order)
        for direction, _ in found:
            directions[direction] = max(directions.get(direction, 0), total)
        combinations[order] = found
    return Lines(directions, combinations)


def _polarised(order: Order) -> dict[tuple[Order, int], float]:
    """A mixed derivative from those along the directions of a lattice, which determine it."""
    total = sum(order)
    axes = [i for i, o in enumerate(order) if o]
    lattice = [
        tuple(p[axes.index(i)] if i in axes else 0 for i in range(len(order)))
        for p in itertools.product(range(total + 1), repeat=len(axes))
        if sum(p) == total
    ]
    table = [
        [
            math.factorial(total)
            / math.prod(math.factorial(a) for a in index)
            * math.prod(d**a for d, a in zip(direction, index, strict=True))
            for index in lattice
        ]
        for direction in lattice
    ]
    row = np.linalg.inv(np.array(table, float))[lattice.index(order)]
    found: dict[tuple[Order, int], float] = {}
    for direction, factor in zip(lattice, row, strict=True):
        common = math.gcd(*direction)
        key = (tuple(d // common for d in direction), total)
        if abs(factor) > 1e-12:
            found[key] = found.get(key, 0.0) + float(factor) * common**total
    return found


Series = list[Array]
"""the value [w], then the Taylor coefficients of order 1, 2, … along every direction in turn"""


def affine(kernel: Float[Array, "i o"], bias: Float[Array, " o"], series: Series) -> Series:
    """Return the series of a linear layer of one point."""
    mapped = jnp.stack(series) @ kernel
    return [mapped[0] + bias, *(mapped[i] for i in range(1, len(series)))]


def tanh(series: Series, within: Lines) -> Series:
    """Return the series of tanh."""
    value = jnp.tanh(series[0])
    slope = 1 - value * value
    found, at = [value], 1
    for highest in within.directions.values():
        a = [series[0], *series[at : at + highest]]
        y, s = [value], [slope]
        for k in range(1, highest + 1):
            terms = [j / k * a[j] * s[k - j] for j in range(1, k + 1)]
            y.append(sum(terms[1:], terms[0]))
            if k < highest:
                s.append(-sum((y[i] * y[k - i] for i in range(1, k + 1)), y[0] * y[k]))
        found += y[1:]
        at += highest
    return found


def exponential(series: Series, within: Lines) -> Series:
    """Return the series of exp."""
    value = jnp.exp(series[0])
    found, at = [value], 1
    for highest in within.directions.values():
        a = [series[0], *series[at : at + highest]]
        y = [value]
        for k in range(1, highest + 1):
            terms = [j / k * a[j] * y[k - j] for j in range(1, k + 1)]
            y.append(sum(terms[1:], terms[0]))
        found += y[1:]
        at += highest
    return found


def network(layers: Sequence[tuple[Any, Any]], series: Series, within: Lines) -> Series:
    """Return the series of a tanh network with layers (kernel, bias)."""
    for kernel, bias in layers[:-1]:
        series = tanh(affine(kernel, bias, series), within)
    return affine(*layers[-1], series)


def coordinates(
    point: Float[Array, " d"], periodic: Sequence[bool], onset: float, within: Lines
) -> Series:
    """Return the series of a network's inputs at a point of scaled coordinates in [-1, 1].

    The first, the time, is read off a clock (`discovery.surrogate.clock`) unless `onset` is
    infinite; periodic ones enter as sin πs and cos πs.
    """
    found = [_inputs(point, periodic, onset, None, 0)]
    for direction, highest in within.directions.items():
        found += [_inputs(point, periodic, onset, direction, k) for k in range(1, highest + 1)]
    return found


def _inputs(
    point: Array, periodic: Sequence[bool], onset: float, direction: Order | None, k: int
) -> Array:
    """The Taylor coefficients of order k along a direction, of every input."""
    parts: list[Any] = []
    for i, wave in enumerate(periodic):
        along = float(direction[i]) if direction else 1.0
        if wave:
            turn = jnp.pi * point[i] + k * jnp.pi / 2
            size = (math.pi * along) ** k / math.factorial(k)
            parts += [size * jnp.sin(turn), size * jnp.cos(turn)]
        elif i == 0 and math.isfinite(onset):
            parts.append(_clock(point[0], onset, along, k))
        elif k == 0:
            parts.append(point[i])
        else:
            parts.append(jnp.full((), along if k == 1 else 0.0))
    return jnp.stack(parts)


def _clock(scaled: Array, onset: float, along: float, k: int) -> Array:
    """Taylor coefficient of the clock 2 log(1 + t / a) / log(1 + 1 / a) − 1, t = (s + 1) / 2."""
    since = jnp.maximum((scaled + 1) / 2, -onset / 2)
    factor = 2 / math.log1p(1 / onset)
    if k == 0:
        return factor * jnp.log1p(since / onset) - 1
    return factor * (-1) ** (k - 1) / k * (along / 2 / (onset + since)) ** k


def derivatives(series: Series, within: Lines) -> dict[Order, Array]:
    """Return the derivatives of all orders asked for, each of the shape of the value."""
    where: dict[tuple[Order, int], Array] = {}
    at = 1
    for direction, highest in within.directions.items():
        for k in range(1, highest + 1):
            where[direction, k] = math.factorial(k) * series[at + k - 1]
        at += highest
    found = {}
    for order, combination in within.combinations.items():
        terms = [factor * where[key] for key, factor in combination.items()]
        found[order] = sum(terms[1:], terms[0]) if terms else series[0]
    return found
