"""One-dimensional stationary kernels k(x - y) with derivatives of every order in closed form.

A kernel is the Fourier transform of its spectral density S (Wiener-Khinchin), s in cycles per unit:
    k(d) = ∫ S(s) exp(2πi s d) ds.
A mixture of humps at ±μ_q, S(s) = Σ_q w_q/2 [p_q(s - μ_q) + p_q(s + μ_q)], is therefore a sum of
envelopes on carriers,
    k(d) = Σ_q w_q E_q(d) cos 2πμ_q d.
Gaussian humps have the envelope exp(-c d²) (the spectral mixture of Wilson & Adams, 2013),
Student-t humps with 2ν degrees of freedom the Matérn envelope (GP-HM, arXiv 2311.04465).
Derivatives follow from those of the factors by the Leibniz rule.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.tree_util import register_dataclass
from jaxtyping import Array, Float

from sciml.errors import BadConfig

Differences = Float[Array, "..."]
"""d = x - y, and what is evaluated at every d; parameters broadcast against it"""


class Kernel(ABC):
    """A covariance that depends on d = x - y alone; ``+`` and ``*`` make new ones."""

    @abstractmethod
    def derivative(self, d: Differences, order: int) -> Differences:
        """Return the derivative of k of this order at every d.

        Raises
        ------
        BadConfig : the kernel has no such derivative at d = 0.
        """

    def __call__(self, d: Differences) -> Differences:
        """Return k at every d."""
        return self.derivative(d, 0)

    def __add__(self, other: Kernel) -> Sum:
        return Sum(self, other)

    def __mul__(self, other: Kernel) -> Product:
        return Product(self, other)


class Envelope(Kernel):
    """A kernel with k(0) = 1 whose spectral density is known."""

    @abstractmethod
    def spectral_density(self, s: Differences) -> Differences:
        """Return S at frequencies s, in cycles per unit of d; its integral is 1."""


@partial(register_dataclass, data_fields=["decay"], meta_fields=[])
@dataclass(frozen=True)
class SquaredExponential(Envelope):
    """exp(-c d²), smooth to every order.

    Attributes
    ----------
    decay : c > 0, a number or an array that broadcasts against d; 1/(2ℓ²) of a length scale ℓ.
    """

    decay: Any

    def derivative(self, d: Differences, order: int) -> Differences:
        """Return the derivative at every d, by the recurrence of Hermite's polynomials.

        g_{m+1} = -2c (d g_m + m g_{m-1}), from g_0 = exp(-c d²).
        """
        before, now = jnp.zeros(()), jnp.exp(-self.decay * d**2)
        for m in range(order):
            before, now = now, -2 * self.decay * (d * now + m * before)
        return now

    def spectral_density(self, s: Differences) -> Differences:
        """Return √(π/c) exp(-π² s²/c), a Gaussian."""
        return jnp.sqrt(jnp.pi / self.decay) * jnp.exp(-((jnp.pi * s) ** 2) / self.decay)


@lru_cache
def _matern_polynomial(p: int, order: int) -> tuple[float, ...]:
    """Coefficients of Q, ascending, where Q(z) exp(-z) is that derivative of M_{p+1/2} at z > 0.

    M has Q = p!/(2p)! Σ_j (2p-j)!/(j! (p-j)!) (2z)^j; a derivative turns Q into Q' - Q. Whole
    numbers until the last division, so that what cancels is zero.
    """
    f = math.factorial
    q = [f(2 * p - j) // (f(j) * f(p - j)) * 2**j for j in range(p + 1)]
    for _ in range(order):
        q = [(j + 1) * above - c for j, (c, above) in enumerate(zip(q, [*q[1:], 0], strict=True))]
    return tuple(c * f(p) / f(2 * p) for c in q)


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _matern_profile(p: int, order: int, z: Differences) -> Differences:
    """Derivative of M_{p+1/2}(|z|) of this order, as (even or odd function of z) · exp(-|z|)."""
    r = jnp.abs(z)
    q = _matern_polynomial(p, order)
    if order % 2:
        odd = jnp.sign(z) * q[0] if q[0] else 0.0  # a jump at 0, of orders above 2p only
        return (odd + z * _horner(q[1:], r)) * jnp.exp(-r)
    return _horner(q, r) * jnp.exp(-r)


@_matern_profile.defjvp
def _matern_profile_jvp(p: int, order: int, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """The slope of one order is the next order, so that automatic derivatives are exact at 0."""
    (z,), (dz,) = primals, tangents
    return _matern_profile(p, order, z), _matern_profile(p, order + 1, z) * dz


def _horner(coefficients: Sequence[float], x: Differences) -> Differences:
    total = jnp.zeros_like(x)
    for c in reversed(coefficients):
        total = total * x + c
    return total


@partial(register_dataclass, data_fields=["inverse_length"], meta_fields=["nu"])
@dataclass(frozen=True)
class Matern(Envelope):
    """The Matérn kernel of half-integer ν: a polynomial of degree ν - 1/2 in |d| times exp(-a|d|).

    Attributes
    ----------
    inverse_length : 1/ρ > 0, a number or an array that broadcasts against d; a = √(2ν)/ρ.
    nu : ν = 3/2, 5/2, ...; the derivatives at 0 exist up to order 2ν - 1.

    Raises
    ------
    BadConfig : ν is not one of 3/2, 5/2, ...
    """

    inverse_length: Any
    nu: float = 2.5

    def __post_init__(self) -> None:
        if self.nu < 1.5 or self.nu % 1 != 0.5:
            raise BadConfig(f"ν of a Matérn kernel is {self.nu}.", "choose 1.5, 2.5, 3.5, ...")

    @property
    def rate(self) -> Any:
        """a, the rate of the exponential."""
        return math.sqrt(2 * self.nu) * self.inverse_length

    def derivative(self, d: Differences, order: int) -> Differences:
        """Return the derivative at every d; k^(2m) exists at 0 where ν > m.

        Raises
        ------
        BadConfig : the order is above 2ν - 1.
        """
        highest = round(2 * self.nu - 1)
        if order > highest:
            raise BadConfig(
                f"a Matérn kernel with ν = {self.nu} has derivatives up to order {highest} at 0, "
                f"order {order} was asked for.",
                f"choose ν = {order // 2 + order % 2 + 0.5} or a squared exponential",
            )
        return self.rate**order * _matern_profile(highest // 2, order, self.rate * d)

    def spectral_density(self, s: Differences) -> Differences:
        """Return 2√π Γ(ν+½)/Γ(ν) a^{2ν} (a² + 4π²s²)^{-(ν+½)}: Student's t with 2ν degrees."""
        scale = 2 * math.sqrt(math.pi) * math.gamma(self.nu + 0.5) / math.gamma(self.nu)
        squares = self.rate**2 + (2 * jnp.pi * s) ** 2
        return scale * self.rate ** (2 * self.nu) * squares ** -(self.nu + 0.5)


@partial(register_dataclass, data_fields=["frequency"], meta_fields=[])
@dataclass(frozen=True)
class Cosine(Kernel):
    """The carrier cos 2πμd.

    Attributes
    ----------
    frequency : μ in cycles per unit, a number or an array that broadcasts against d.
    """

    frequency: Any

    def derivative(self, d: Differences, order: int) -> Differences:
        """Return the derivative at every d: (2πμ)^m times cos, -sin, -cos, sin in turn."""
        omega = 2 * jnp.pi * self.frequency
        wave = jnp.sin(omega * d) if order % 2 else jnp.cos(omega * d)
        return (-1.0) ** ((order + 1) // 2) * omega**order * wave


@partial(register_dataclass, data_fields=["weights", "frequencies", "envelope"], meta_fields=[])
@dataclass(frozen=True)
class SpectralMixture(Kernel):
    """Σ_q w_q E_q(d) cos 2πμ_q d.

    Attributes
    ----------
    weights, frequencies : w and μ [q]; the frequencies in cycles per unit.
    envelope : E, whose parameter is an array [q].
    """

    weights: Any
    frequencies: Any
    envelope: Any

    def derivative(self, d: Differences, order: int) -> Differences:
        """Return the derivative at every d; raises as the envelope does."""
        each = (self.envelope * Cosine(self.frequencies)).derivative(d[..., None], order)
        return jnp.sum(self.weights * each, axis=-1)

    def spectral_density(self, s: Differences) -> Differences:
        """Return Σ_q w_q/2 [p_q(s - μ_q) + p_q(s + μ_q)] at s, in cycles per unit."""
        density = self.envelope.spectral_density
        humps = density(s[..., None] - self.frequencies) + density(s[..., None] + self.frequencies)
        return jnp.sum(self.weights / 2 * humps, axis=-1)


@partial(register_dataclass, data_fields=["left", "right"], meta_fields=[])
@dataclass(frozen=True)
class Sum(Kernel):
    """The sum of two kernels: the covariance of a sum of independent processes."""

    left: Any
    right: Any

    def derivative(self, d: Differences, order: int) -> Differences:
        """Return the derivative at every d; raises as the terms do."""
        return self.left.derivative(d, order) + self.right.derivative(d, order)


@partial(register_dataclass, data_fields=["left", "right"], meta_fields=[])
@dataclass(frozen=True)
class Product(Kernel):
    """The product of two kernels: the covariance of a product of independent processes."""

    left: Any
    right: Any

    def derivative(self, d: Differences, order: int) -> Differences:
        """Return the derivative at every d, by the Leibniz rule; raises as the factors do."""
        terms = [
            math.comb(order, m) * self.left.derivative(d, order - m) * self.right.derivative(d, m)
            for m in range(order + 1)
        ]
        return sum(terms[1:], terms[0])


def gram(
    kernel: Kernel,
    x: Float[Array, " n"],
    y: Float[Array, " m"],
    *,
    order_x: int = 0,
    order_y: int = 0,
) -> Float[Array, "n m"]:
    """Return ∂_x^a ∂_y^b k(x - y) = (-1)^b k^(a+b)(x - y) for all pairs: cov of two derivatives."""
    return (-1.0) ** order_y * kernel.derivative(x[:, None] - y[None, :], order_x + order_y)
