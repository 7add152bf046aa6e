"""A solution as arrays, and back: windows of products of features, each with its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from pinn.forward.axis import Axis
from pinn.forward.embedding import Embedding
from pinn.forward.space import Space
from sciml.jet import MultiIndex

Piece = tuple[Space, Float[np.ndarray, "..."]]
"""functions and their head"""


def to_arrays(pieces: Sequence[Piece], axis: int) -> dict[str, Any]:
    """Return windows along an axis (a single one: the whole) as a pytree of arrays."""
    found: dict[str, Any] = {"axis": np.array(axis)}
    for i, (space, head) in enumerate(pieces):
        found[f"window{i:04d}"] = {
            "head": head,
            **{f"axis{a}": _axis_arrays(x) for a, x in enumerate(space.axes)},
        }
    return found


def _axis_arrays(axis: Axis) -> dict[str, np.ndarray]:
    e = axis.embedding
    return {
        "ends": np.array([e.lower, e.upper]),
        "periodic": np.array(float(e.periodic)),
        "stretch": np.array([e.centres, e.widths, e.weights]),
        "units": np.stack(axis.units),
        "head": axis.head,
    }


def _axis(arrays: Mapping[str, np.ndarray]) -> Axis:
    stretch = [tuple(map(float, row)) for row in np.asarray(arrays["stretch"])]
    lower, upper = map(float, arrays["ends"])
    embedding = Embedding(lower, upper, bool(arrays["periodic"]), *stretch)
    axis = Axis(embedding, arrays["head"].shape[1])
    axis.__dict__["units"] = tuple(np.asarray(arrays["units"]))
    axis.__dict__["head"] = np.asarray(arrays["head"])
    return axis


def values(
    params: Mapping[str, Any], points: Float[np.ndarray, "n d"], order: MultiIndex | None = None
) -> Float[np.ndarray, "n f"]:
    """Return the fields, or a derivative of them, at points.

    Beyond the last window (of a march that ended early) what was there last is held.
    """
    names = sorted(n for n in params if n.startswith("window"))
    a = int(params["axis"])
    ends = np.array([params[n][f"axis{a}"]["ends"][1] for n in names])
    which = np.minimum(np.searchsorted(ends, points[:, a]), len(names) - 1)
    fields = params[names[0]]["head"].shape[0]
    found = np.zeros((len(points), fields))
    for i, name in enumerate(names):
        here = which == i
        if not np.any(here):
            continue
        part = params[name]
        axes = tuple(_axis(part[f"axis{k}"]) for k in range(points.shape[1]))
        inside = points[here].copy()
        inside[:, a] = np.minimum(inside[:, a], ends[-1])
        space = Space(axes, fields)
        index = order or (0,) * points.shape[1]
        found[here] = space.values(np.asarray(part["head"]), inside, index)
    return found
