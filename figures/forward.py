"""Evolution equations by random networks: solution and pointwise error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm

from figures.style import Drawing, power, sheet
from figures.work import Work
from sciml.plot_palette import DIVERGING
from sciml.problem import Problem

TITLES = {
    "burgers": "Burgers, $u_t + u u_x = \\nu u_{xx}$",
    "allen_cahn": "Allen-Cahn, $u_t = D u_{xx} + r (u - u^3)$",
    "kdv": "Korteweg-de Vries, $u_t + u u_x + \\delta^2 u_{xxx} = 0$",
}
"""registered name of each equation -> its heading"""
FLOOR = 1e-9
"""errors below are drawn as this"""


def compute(
    work: Work, problems: Sequence[str], times: int, points: int, seed: int
) -> dict[str, Any]:
    """Return each equation's solution [points, times], its reference, and the errors.

    Parameters
    ----------
    problems : registered names, evolutions in (t, x) with a reference.
    times, points : numbers of lines of the grid along t and x.
    seed : random seed.
    """
    solved, numbers = {}, {}
    for name in problems:
        found = work.solve(name, "pinn", seed=seed)
        problem = found.built
        assert isinstance(problem, Problem)
        assert problem.exact is not None
        (start, end), (left, right) = problem.domain.bounding_box
        t, x = np.linspace(start, end, times), np.linspace(left, right, points)
        grid = np.stack([g.ravel() for g in np.meshgrid(t, x)], axis=1)
        u, exact = found.predict(grid)[:, 0], np.asarray(problem.exact(grid), float)[:, 0]
        solved[name] = {
            "t": t,
            "x": x,
            "u": u.reshape(points, times),
            "exact": exact.reshape(points, times),
        }
        numbers[f"{name}: relative L2 error"] = found.metrics["rel_l2"]
        numbers[f"{name}: largest error on the grid"] = np.abs(u - exact).max()
        numbers[f"{name}: resolved (1: yes, says the method)"] = float(found.status.ok)
        numbers[f"{name}: processor seconds"] = found.cpu_seconds
    return {"solved": solved, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw solution, last profile and error, one column an equation."""
    solved = data["solved"]
    figure, axes = sheet(3, len(solved), height=5.6)
    for column, (name, one) in enumerate(solved.items()):
        fields = {key: np.asarray(value, float) for key, value in one.items()}
        top, middle, bottom = axes[column :: len(solved)]
        _draw_map(top, fields, fields["u"], "$u$", cmap=DIVERGING, **_limits(fields["u"]))
        middle.plot(fields["x"], fields["exact"][:, -1], "k--", lw=0.8, zorder=3, label="reference")
        middle.plot(fields["x"], fields["u"][:, -1], lw=1.8, label="network")
        middle.set_xlabel("$x$")
        middle.set_ylabel(f"$u$ at $t = {fields['t'][-1]:g}$")
        middle.set_xlim(fields["x"][0], fields["x"][-1])
        error = np.maximum(np.abs(fields["u"] - fields["exact"]), FLOOR)
        norm = LogNorm(FLOOR * 10, max(error.max(), FLOOR * 100))
        _draw_map(bottom, fields, error, "error of $u$", cmap="magma", norm=norm)
        top.set_title(TITLES.get(name, name.replace("_", " ")), fontsize=7.5)
    axes[len(solved)].legend(loc="upper right", borderaxespad=0.0)
    return Drawing(figure, _caption(data))


def _limits(u: Float[np.ndarray, "n m"]) -> dict[str, float]:
    top = float(np.abs(u).max())
    return {"vmin": -top, "vmax": top}


def _draw_map(
    ax: Axes,
    fields: Mapping[str, np.ndarray],
    values: Float[np.ndarray, "n m"],
    label: str,
    **look: Any,
) -> None:
    image = ax.pcolormesh(
        fields["t"], fields["x"], values, shading="gouraud", rasterized=True, **look
    )
    ax.set_xlabel("$t$")
    ax.set_ylabel("$x$")
    figure = ax.get_figure(root=True)
    assert figure is not None
    bar = figure.colorbar(image, ax=ax, pad=0.02, aspect=18)
    bar.ax.tick_params(labelsize=6.5)
    bar.set_label(label, fontsize=7.5)


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    told = []
    for name in data["solved"]:
        error = power(numbers[f"{name}: relative L2 error"])
        seconds = numbers[f"{name}: processor seconds"]
        sure = numbers[f"{name}: resolved (1: yes, says the method)"]
        ending = "" if sure else ", which the method itself calls unresolved"
        told.append(f"{name} {error} in {seconds:.0f} processor seconds{ending}")
    return (
        "Three evolutions by method `pinn`, defaults only, against references by a closed form or "
        "Fourier modes with ETDRK4. Above: the solution. Middle: its last profile, with the "
        "reference dashed. Below: the pointwise error, on a logarithmic scale; it is largest where "
        f"the solution is steep. Relative L2 errors: {'; '.join(told)}."
    )
