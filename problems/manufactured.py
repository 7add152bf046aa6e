"""Problems made from their solution: the source and the data follow from it by differentiation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from sciml.domain import Box
from sciml.jet import Residual
from sciml.precision import float64
from sciml.problem import Condition, Problem

Field = Callable[..., Any]
"""one array for each coordinate, broadcastable -> values; written with jax.numpy, point by point"""

Values = Float[Array | np.ndarray, "..."]
"""numpy or JAX array: what a closed form takes and returns"""

ROACHE = "P. J. Roache, J. Fluids Eng. 124, 4 (2002)"
"""the method of manufactured solutions"""


class ClosedForm:
    """The jet of a closed form: ``.u``, ``.u_x``, ``.u_xy``, … at whole arrays of coordinates.

    Parameters
    ----------
    u : the closed form.
    x : axis name -> coordinates, in the order of u's arguments: numbers or broadcastable arrays.
    """

    def __init__(self, u: Field, x: Mapping[str, Any]) -> None:
        self._u = u
        self._x = {a: jnp.asarray(c, jnp.result_type(c, float)) for a, c in x.items()}

    def __getattr__(self, name: str) -> Any:
        """The derivative of this name, by nested forward mode."""
        field, _, letters = name.partition("_")
        if field != "u" or any(c not in self._x for c in letters):
            raise AttributeError(name)
        form = _of_coordinates(self._u)
        for axis in letters:
            form = _along(form, axis)
        return form(self._x)


def _of_coordinates(u: Field) -> Callable[[dict[str, Any]], Any]:
    return lambda x: u(*x.values())


def _along(form: Callable[[dict[str, Any]], Any], axis: str) -> Callable[[dict[str, Any]], Any]:
    """The derivative of a form in one coordinate, at every point at once."""

    def slope(x: dict[str, Any]) -> Any:
        ones = jnp.ones_like(x[axis])
        return jax.jvp(lambda c: form({**x, axis: c}), (x[axis],), (ones,))[1]

    return slope


def matched(u: Field, operator: Residual, theta: Mapping[str, float]) -> Residual:
    """Return the residual operator(j) − f whose source f is what the operator makes of u.

    f is a known function: it is computed with the values of `theta` given here, whatever values
    the residual is called with later.
    """

    def residual(j: Any, x: Mapping[str, Any], at: Mapping[str, Any]) -> Any:
        return operator(j, x, at) - operator(ClosedForm(u, x), x, theta)

    return residual


def value(j: Any, _x: Mapping[str, Any], _theta: Mapping[str, Any]) -> Any:
    """The field itself: the operator of a Dirichlet condition."""
    return j.u


def laplacian(j: Any, x: Mapping[str, Any], _theta: Mapping[str, Any]) -> Any:
    """The sum of the second derivatives along every axis."""
    return sum(getattr(j, f"u_{axis}{axis}") for axis in x)


def manufactured(
    u: Field,
    operator: Residual,
    *,
    name: str,
    bounds: Mapping[str, tuple[float, float]],
    conditions: Sequence[tuple[tuple[str, ...], Residual]] | None = None,
    theta: Mapping[str, float] | None = None,
    periodic: tuple[str, ...] = (),
    citation: str = ROACHE,
) -> Problem:
    """Return the problem on a box whose solution is u.

    Parameters
    ----------
    u : the solution; its arguments in the order of `bounds`.
    operator : (jet, x, theta) -> the left-hand side of the equation, without its source.
    conditions : (faces, operator) of each condition, whose data are what the operator makes of u;
        None prescribes u on the whole boundary.
    theta : physical parameters of the operators.
    periodic : axes along which u repeats.
    """
    known = dict(theta or {})
    if conditions is None:
        conditions = [(tuple(f"{a}:{s}" for a in bounds for s in ("lower", "upper")), value)]

    def exact(points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n 1"]:
        with float64():
            return np.array(u(*np.asarray(points, float).T))[:, None]

    return Problem(
        name=name,
        domain=Box(bounds),
        theta=known,
        residual=matched(u, operator, known),
        conditions=tuple(Condition(faces, matched(u, op, known)) for faces, op in conditions),
        periodic=periodic,
        exact=exact,
        citation=citation,
    )
