"""How far a trial function is from meeting its statements, at points held out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn.forward.statements import Statement
from pinn.network.trial import Trial

CHECKED, ON_FACE = 2000, 200
"""points inside, and of each condition on each face"""

Judge = Callable[[Float[Array, " p"]], tuple[Float[Array, " s"], Float[Array, " s"]]]
"""flat parameters -> relative residual of each statement, and the size of its terms"""


def judge(
    trial: Trial,
    statements: Sequence[Statement],
    theta: Any,
    unravel: Callable[[Array], Any],
    points: Sequence[Float[np.ndarray, "_ d"]],
) -> Judge:
    """Return a compiled judge of flat parameters.

    The root mean square of a statement's residual at its points is divided by that of the terms
    which it balances: slope times value of every derivative, and what is known. Where these are
    smaller on the boundary than inside, those inside count.
    """
    axes = trial.problem.domain.axes

    def at(params: Any, statement: Statement, point: Array) -> tuple[Array, Array, Any]:
        values = dict(vars(trial.jet(params, statement, point)))
        x = {a: point[i] for i, a in enumerate(axes)}
        found = statement.residual(values, x, theta)
        slopes = jax.jacfwd(lambda v: statement.residual(v, x, theta))(values)
        known = statement.residual(dict.fromkeys(values, jnp.zeros(())), x, theta)
        terms = sum(slopes[n] ** 2 * values[n] ** 2 for n in values) + known**2
        return found, terms, slopes

    def judged(z: Float[Array, " p"]) -> tuple[Float[Array, " s"], Float[Array, " s"]]:
        params = unravel(z)
        left, sizes = [], []
        for i, (statement, here) in enumerate(zip(statements, points, strict=True)):
            found, terms, slopes = jax.vmap(lambda p, s=statement: at(params, s, p))(
                jnp.asarray(here)
            )
            size = jnp.mean(terms)
            if i:
                inside = jax.vmap(lambda p, s=statement: vars(trial.jet(params, s, p)))(
                    jnp.asarray(points[0][:ON_FACE])
                )
                for n, value in inside.items():
                    size = jnp.maximum(size, jnp.mean(value**2) * jnp.mean(slopes[n] ** 2))
            size = jnp.sqrt(size)
            rms = jnp.sqrt(jnp.mean(found**2))
            left.append(jnp.where(rms > 0, rms / jnp.where(size > 0, size, 1.0), 0.0))
            sizes.append(size)
        return jnp.stack(left), jnp.stack(sizes)

    return jax.jit(judged)
