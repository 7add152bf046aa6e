"""Shapes of one or two quantities that laws of nature are made of, beside monomials.

Saturation (Michaelis & Menten, Biochem. Z. 49, 333 (1913); Hill, J. Physiol. 40 (1910); Haldane,
1930), incidence and predation (Beddington, J. Anim. Ecol. 44 (1975)), growth (Gompertz, 1825;
Ricker, J. Fish. Res. Board Can. 11 (1954)), friction (Coulomb, quadratic drag), oscillation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy
from jaxtyping import Float


@dataclass(frozen=True)
class Shape:
    """A function of one quantity z and an inner constant k.

    Attributes
    ----------
    group : family, see `discovery.candidates.library.GROUPS`.
    formula : in z and k.
    grid : values of k to try; empty where the formula has no k.
    multiples : monomials of z that the shape is also offered times.
    """

    group: str
    formula: sympy.Expr
    grid: tuple[float, ...] = ()
    multiples: tuple[sympy.Expr, ...] = ()


def of(z: sympy.Symbol, k: sympy.Symbol, samples: Float[np.ndarray, " n"]) -> Iterator[Shape]:
    """Give the shapes of one quantity that are defined on its samples."""
    size = float(np.median(np.abs(samples))) or float(np.max(np.abs(samples))) or 1.0
    largest = float(np.max(np.abs(samples))) or 1.0
    positive = bool(np.min(samples) > 0)
    not_negative = bool(np.min(samples) > -0.05 * largest)
    halves = tuple(size * np.geomspace(0.03, 30.0, 11))
    squares = tuple(h**2 for h in halves)
    if not_negative:
        yield Shape("rational", 1 / (k + z), halves, (z, z**2))
        yield Shape("rational", 1 / (k + z**3), tuple(h**3 for h in halves), (z, z**3))
    yield Shape("rational", 1 / (k + z**2), squares, (z, z**2))
    yield Shape("rational", 1 / (k + z**4), tuple(s**2 for s in squares), (z**4,))
    if positive:
        yield Shape("rational", 1 / z)
        yield Shape("power", sympy.sqrt(z), (), (z,))
        yield Shape("log", sympy.log(z), (), (z,))
    rates = tuple(np.geomspace(0.05, 8.0, 9) / largest)
    yield Shape("exp", sympy.exp(k * z), tuple(-r for r in rates) + rates, (z,))
    yield Shape("exp", sympy.exp(-k * z**2), tuple(r**2 for r in rates), (z,))
    spread = float(np.ptp(samples)) or largest
    waves = tuple(np.geomspace(0.4, 40.0, 24) / spread) + (1.0,)
    yield Shape("trig", sympy.sin(k * z), waves)
    yield Shape("trig", sympy.cos(k * z), waves)
    yield Shape("exp", sympy.tanh(k * z), tuple(np.geomspace(0.3, 30.0, 9) / largest))
    if not not_negative:
        yield Shape("abs", sympy.Abs(z), (), (z,))
        yield Shape("abs", sympy.sign(z))


def of_pair(
    a: sympy.Symbol,
    b: sympy.Symbol,
    k: sympy.Symbol,
    samples_a: Float[np.ndarray, " n"],
    samples_b: Float[np.ndarray, " n"],
) -> Iterator[tuple[str, sympy.Expr, tuple[float, ...]]]:
    """Give the shapes of two quantities together: (group, formula, grid)."""
    if min(np.min(samples_a), np.min(samples_b)) <= 0:
        return
    size = float(np.median(samples_a + samples_b))
    halves = tuple(size * np.geomspace(0.03, 30.0, 9))
    yield "rational", a * b / (a + b), ()
    yield "rational", a * b / (k + a + b), halves
    yield "rational", a / b, ()
    yield "rational", b / a, ()
    yield "rational", a * b / (a + k * b), tuple(np.geomspace(0.05, 20.0, 9))
