"""What the network's heads say of each rate: probability of a link, mean, quantiles, draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import expit, ndtr, softmax

from mjp.network import Heads
from sciml.jumps import generator

GRID = np.linspace(-16.0, 8.0, 961)
"""log(rate x scale) at which laws of a rate are tabulated"""


@dataclass(frozen=True, eq=False)
class Amortised:
    """The network's posterior, in units of the data's time.

    Attributes
    ----------
    rates : mean rate matrix [n, n].
    link : probability that each link exists [n, n].
    table : P(log(q scale) <= GRID), the spike at zero included [n, n, 961].
    noise : rate of wrong labels, times the probability `noisy` that there are any.
    initial : law of the first state [n].
    scale : the unit of time of `table`.
    """

    rates: Float[np.ndarray, "n n"]
    link: Float[np.ndarray, "n n"]
    table: Float[np.ndarray, "n n g"]
    noisy: float
    noise: float
    initial: Float[np.ndarray, " n"]
    scale: float

    def quantile(self, level: float) -> Float[np.ndarray, "n n"]:
        """Return the quantile of each rate, 0 where the absence of the link covers the level."""
        place = np.argmax(self.table >= level, axis=-1)
        found = np.exp(GRID[place]) / self.scale
        return np.where(self.table[..., 0] >= level, 0.0, found)

    def relative_error(self, allowed: Bool[np.ndarray, "n n"]) -> float:
        """Return the error that is expected of the rates on the allowed links, over their size."""
        half = (self.quantile(0.84) - self.quantile(0.16)) / 2
        size = np.sqrt(np.mean(self.rates[allowed] ** 2))
        return float(np.sqrt(np.mean(half[allowed] ** 2)) / max(size, 1e-300))

    def draws(self, count: int, rng: np.random.Generator) -> Float[np.ndarray, "S n n"]:
        """Return rate matrices with each rate drawn on its own."""
        n = len(self.rates)
        u = rng.random((count, n, n))
        found = np.empty_like(u)
        for i in range(n):
            for j in range(n):
                table = self.table[i, j] + np.arange(len(GRID)) * 1e-13
                log = np.interp(u[:, i, j], table, GRID)
                found[:, i, j] = np.where(u[:, i, j] <= table[0], 0.0, np.exp(log) / self.scale)
        return generator(found)


def amortised(heads: Heads, allowed: Bool[np.ndarray, "n n"], scale: float) -> Amortised:
    """Return the posterior of the network's heads; rates of links that cannot be are 0."""
    link = np.where(allowed, expit(heads.link), 0.0)
    weight = softmax(heads.weight, axis=-1)
    z = (GRID - heads.centre[..., None]) / heads.spread[..., None]
    table = (weight[..., None] * ndtr(z)).sum(-2)
    table = 1.0 - link[..., None] * (1.0 - table)
    middle = np.exp(np.clip(heads.centre + heads.spread**2 / 2, -20.0, 8.0))
    mean = link * (weight * middle).sum(-1) / scale
    noisy = float(expit(heads.noisy))
    rate = noisy * float(np.exp(np.minimum(heads.noise, -0.7)))
    return Amortised(generator(mean), link, table, noisy, rate, softmax(heads.initial), scale)
