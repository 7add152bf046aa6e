"""Solutions in the plane, and how far they are off at every point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from figures.gp import PLANES, box, exact
from figures.style import Drawing, power, sheet
from figures.work import Work
from sciml.plot_image import norm

SIDE = 121
"""points along each side of a picture"""


def compute(work: Work, seed: int) -> dict[str, Any]:
    """Return solutions on part of the domain and errors on all of it, by equation.

    Fields are [first axis, second axis]; errors are relative to the solution's largest value.
    """
    planes, numbers = {}, {}
    for name, known in PLANES.items():
        found = work.solve(name, "gp", seed=seed)
        ends = box(found)
        part = [
            (lo, lo + share * (hi - lo)) for (lo, hi), share in zip(ends, known.shown, strict=True)
        ]
        near, whole = _grid(part), _grid(ends)
        truth = exact(found, whole)
        error = np.abs(found.predict(whole)[:, 0] - truth) / np.max(np.abs(truth))
        planes[name] = {
            "axes": list(found.built.domain.axes),
            "part": part,
            "ends": ends,
            "u": found.predict(near)[:, 0].reshape(SIDE, SIDE),
            "error": error.reshape(SIDE, SIDE),
        }
        numbers[f"{name}: relative L2 error"] = found.metrics["rel_l2"]
        numbers[f"{name}: largest error"] = float(np.max(error))
    numbers["worst relative L2 error"] = max(
        v for k, v in numbers.items() if k.endswith("relative L2 error")
    )
    return {"planes": planes, "numbers": numbers}


def _grid(ends: Sequence[tuple[float, float]]) -> Float[np.ndarray, "n 2"]:
    """The points of a square grid, the second axis running fastest."""
    first, second = (np.linspace(lo, hi, SIDE) for lo, hi in ends)
    return np.stack([g.ravel() for g in np.meshgrid(first, second, indexing="ij")], axis=1)


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw each solution above its error, one column an equation."""
    figure, axes = sheet(2, len(PLANES), height=3.9)
    for column, (name, known) in enumerate(PLANES.items()):
        plane = data["planes"][name]
        top, bottom = axes[column], axes[column + len(PLANES)]
        _image(top, np.asarray(plane["u"], float), plane["part"], plane["axes"], error=False)
        _image(bottom, np.asarray(plane["error"], float), plane["ends"], plane["axes"], error=True)
        top.set_title(known.title, fontsize=8, loc="center")
        bottom.set_title("|error| / max $|u|$", fontsize=8, loc="center")
    return Drawing(figure, _caption(data))


def _image(
    ax: Axes,
    values: Float[np.ndarray, "n m"],
    ends: Sequence[Sequence[float]],
    names: Sequence[str],
    *,
    error: bool,
) -> None:
    scaling, colours = norm([values], "error" if error else "field")
    (left, right), (low, high) = ends
    image = ax.imshow(
        np.maximum(values, scaling.vmin or 0.0).T if error else values.T,
        origin="lower",
        extent=(left, right, low, high),
        aspect="auto",
        cmap=colours,
        norm=scaling,
        interpolation="nearest" if error else "bicubic",
    )
    bar = ax.figure.colorbar(image, ax=ax, pad=0.03, aspect=18)
    if error:
        bar.ax.yaxis.set_major_locator(LogLocator(numticks=5))
        bar.ax.yaxis.set_minor_formatter(NullFormatter())
        bar.ax.tick_params(which="minor", length=0)
    bar.ax.tick_params(labelsize=6.5)
    ax.set_xlabel(f"${names[0]}$")
    ax.set_ylabel(f"${names[1]}$")
    ax.xaxis.set_major_locator(MaxNLocator(3))
    ax.yaxis.set_major_locator(MaxNLocator(3))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    return (
        "The four equations in the plane, by method `gp` with its defaults: Poisson's (twice), "
        "Allen and Cahn's ∇²u + u (u² − 1) = f, and advection u_t + 200 u_x = 0; "
        "q(s) = sin 6s cos 20s and r(s) = sin s + 0.1 sin 20s + cos 100s. Above: the solution in "
        "one part of the domain. Below: the true error at each point of the whole domain, "
        "relative to the largest value. Advection is solved from the initial condition and the "
        "inflow only (the paper gives u on all four sides). Largest relative L2 error: "
        f"{power(numbers['worst relative L2 error'])}."
    )
