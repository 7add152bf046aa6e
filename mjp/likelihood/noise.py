"""How states are misreported: not at all, at one unknown rate, or by a matrix known or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from sciml.errors import BadProblem

Kind = Literal["clean", "fixed", "uniform", "pattern"]


@dataclass(frozen=True, eq=False)
class Noise:
    """What is known of the misclassification matrix E, E_ij = P(reported j | true i).

    Attributes
    ----------
    kind : "clean", E = 1; "fixed", E = `matrix`; "uniform", labels flip to any other state alike
        at one unknown rate; "pattern", an unknown matrix with entries where `pattern` is true.
    matrix : E where it is fixed, [n, n].
    pattern : which misreports i as j may happen, [n, n] (the diagonal always may).
    rate : rate of uniform flips where that is known; None: unknown.
    """

    kind: Kind
    matrix: Float[np.ndarray, "n n"] | None = None
    pattern: Bool[np.ndarray, "n n"] | None = None
    rate: float | None = None


def clean() -> Noise:
    """Return the noise of labels that are always right."""
    return Noise("clean")


def uniform(rate: float | None = None) -> Noise:
    """Return uniform flips, of a known rate or (None) of an unknown one.

    Raises
    ------
    BadProblem : a rate outside [0, 1).
    """
    if rate is not None and not 0 <= rate < 1:
        raise BadProblem(f"the rate of flips is {rate}.", "give a probability below 1, or None")
    return Noise("uniform" if rate is None else "fixed", rate=rate)


def confusion(matrix: Float[np.ndarray, "n n"]) -> Noise:
    """Return misclassification by a known matrix.

    Raises
    ------
    BadProblem : rows that are no probability laws.
    """
    matrix = np.asarray(matrix, float)
    if matrix.ndim != 2 or np.any(matrix < 0) or np.any(np.abs(matrix.sum(-1) - 1) > 1e-9):
        raise BadProblem(
            "the misclassification matrix has rows that are no probability laws.",
            "give non-negative numbers that add to 1 along each row",
        )
    return Noise("fixed", matrix=matrix)


def unknown_confusion(pattern: Bool[np.ndarray, "n n"]) -> Noise:
    """Return misclassification by an unknown matrix with these misreports i as j possible."""
    return Noise("pattern", pattern=np.asarray(pattern, bool))


def flips(rate: Float[Array, ""] | float, certain: Bool[Array, " n"]) -> Float[Array, "n n"]:
    """Return E of uniform flips among the states that are not certain; those are always right."""
    n = certain.shape[0]
    doubtful = ~certain
    among = doubtful[:, None] & doubtful[None, :] & ~jnp.eye(n, dtype=bool)
    off = jnp.where(among, rate / jnp.maximum(doubtful.sum() - 1, 1), 0.0)
    return off + jnp.diag(1.0 - off.sum(1))


def from_logits(logits: Float[Array, "n n"], pattern: Bool[Array, "n n"]) -> Float[Array, "n n"]:
    """Return the matrix with rows softmax(logits) on the pattern, and logit 0 on the diagonal."""
    eye = jnp.eye(logits.shape[0], dtype=bool)
    return jax.nn.softmax(jnp.where(eye, 0.0, jnp.where(pattern, logits, -jnp.inf)), axis=1)
