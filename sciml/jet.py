"""Jets: which derivatives a residual asks for, their values, and the residual's slope in them.

A residual is a plain function ``residual(j, x, theta)`` of a jet ``j``: ``j.u`` is the field,
``j.u_x`` its first, ``j.u_xt`` its mixed derivative. Calling it once with a recorder discovers
the derivatives it needs, so that no method has to be told: a network evaluates them by nested
forward mode (`evaluate`), a Gaussian process reads the same multi-indices as linear functionals
and `linearise` as its Gauss-Newton coefficients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sciml.errors import BadProblem, SciMLError

Residual = Callable[[Any, Mapping[str, Any], Mapping[str, Any]], Any]
"""(jet, coordinates by axis name, parameters by name) -> residual, zero where the equation holds"""

MultiIndex = tuple[int, ...]
"""order of the derivative along each axis"""


class Jet:
    """Values of a field's derivatives, read as attributes (``j.u``, ``j.u_xx``)."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """The derivative of this name."""


class _Recorder:
    """A jet that notes what is asked of it and answers ones."""

    def __init__(self, fields: tuple[str, ...], axes: tuple[str, ...]) -> None:
        self._fields, self._axes = fields, axes
        self._seen: dict[str, tuple[str, MultiIndex]] = {}

    def __getattr__(self, name: str) -> Array:
        field, _, letters = name.partition("_")
        if field not in self._fields or any(c not in self._axes for c in letters):
            raise BadProblem(
                f"the residual asks for '{name}', but the fields are {list(self._fields)} "
                f"and the axes {list(self._axes)}.",
                f"name derivatives as field_axes, for example "
                f"'{self._fields[0]}_{self._axes[0]}' or '{self._fields[0]}_{self._axes[-1] * 2}'",
            )
        self._seen[name] = (field, tuple(letters.count(a) for a in self._axes))
        return jnp.ones(())


def record(
    residual: Residual,
    fields: tuple[str, ...],
    axes: tuple[str, ...],
    coordinates: Mapping[str, float],
    theta: Mapping[str, Any],
) -> dict[str, tuple[str, MultiIndex]]:
    """Return the derivatives a residual reads: jet name -> (field, multi-index over the axes).

    The residual is traced abstractly, so it costs nothing whatever it computes.

    Raises
    ------
    BadProblem : the residual reads a field, an axis, a coordinate or a parameter that does not
        exist, or fails on arrays.
    """
    recorder = _Recorder(fields, axes)
    try:
        jax.eval_shape(lambda x, th: residual(recorder, x, th), dict(coordinates), dict(theta))
    except SciMLError:
        raise
    except KeyError as error:
        raise BadProblem(
            f"a residual reads {error}, which is no coordinate and no parameter.",
            f"the coordinates are {list(axes)}, the parameters in theta {sorted(theta)}",
        ) from error
    except Exception as error:
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        raise BadProblem(
            f"a residual fails on arrays: {words}",
            "write it with jax.numpy (jnp.where instead of if)",
        ) from error
    return dict(recorder._seen)


def _component(u: Callable[[Array], Array], index: int) -> Callable[[Array], Array]:
    """One field of several."""
    return lambda point: u(point)[index]


def _along(f: Callable[[Array], Array], axis: int) -> Callable[[Array], Array]:
    """The derivative of f along one axis, by forward mode."""

    def derivative(x: Array) -> Array:
        direction = jnp.zeros_like(x).at[axis].set(1.0)
        return jax.jvp(f, (x,), (direction,))[1]

    return derivative


def evaluate(
    u: Callable[[Float[Array, " d"]], Array],
    derivatives: Mapping[str, tuple[str, MultiIndex]],
    fields: tuple[str, ...],
    x: Float[Array, " d"],
) -> Jet:
    """Return the jet of `u` at one point, by nested forward mode.

    Parameters
    ----------
    u : point [d] -> array whose leading axis runs over `fields` (further axes, for example
        several states at once, are carried along).
    derivatives : as `record` returns them.
    """
    values = {}
    for name, (field, order) in derivatives.items():
        f = _component(u, fields.index(field))
        for axis, count in enumerate(order):
            for _ in range(count):
                f = _along(f, axis)
        values[name] = f(x)
    return Jet(values)


def linearise(
    residual: Residual,
    values: Mapping[str, Any],
    x: Mapping[str, Any],
    theta: Mapping[str, Any],
) -> tuple[Array, dict[str, Array]]:
    """Return a scalar residual at given jet values and its derivative in each of them.

    The derivatives are the Gauss-Newton coefficients of any method that is linear in the jet:
    residual(j + dj) = residual(j) + sum_name coefficient[name] dj[name] + O(dj^2).
    """
    return jax.value_and_grad(lambda v: residual(Jet(v), x, theta))(
        {name: jnp.asarray(value) for name, value in values.items()}
    )
