"""Pictures of results, one style for all; the user's matplotlib settings stay untouched."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sciml import (
    plot_dynamics,
    plot_fields,
    plot_jumps,
    plot_laws,
    plot_levels,
    plot_page,
    plot_panels,
)
from sciml.errors import BadConfig, BadData
from sciml.plot_palette import INK, colour
from sciml.query import problem_or_none

if TYPE_CHECKING:
    from sciml.problem import AnyProblem, EigenProblem
    from sciml.result import Result

STYLE: dict[str, Any] = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 11,
    "axes.linewidth": 0.8,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.dpi": 200,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "sciml",
}
"""matplotlib settings in force while we draw and write"""

FORMATS = (".png", ".pdf", ".svg")
LOGARITHMIC = ("loss", "residual", "condition_residual", "bar")
"""columns of a history that fall by decades"""


def style() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in our style."""
    return matplotlib.rc_context(cast(Any, STYLE))


def draw(result: Result, ax: Axes | None = None) -> Axes:
    """Return axes with the picture of a result's fields, on a new figure unless `ax` is given.

    States on a line are drawn on their levels in the potential, states in a plane as one panel
    each inside the axes; an equation's solution as panels of its fields, its error against the
    closed form (else its standard deviation) and the learned spectrum; a state that moves as |ψ|²
    over time and space with what is conserved below it; laws that were discovered
    as data and fit, hidden terms, front and short list; a jump process as its network, occupancy
    over time and slowest relaxation time. A loaded result whose file
    may not be executed is drawn without what only its problem knows: deltas, the names of axes,
    the shape of the boundary, samples finer than those kept.

    Raises
    ------
    BadData : the result holds no finite states or fields.
    """
    problem = problem_or_none(result)
    with style():
        if plot_laws.is_drawable(result):
            ax = _new_axes(plot_laws.SIZE) if ax is None else ax
            plot_laws.draw(ax, result)
        elif "u" in result.arrays or plot_jumps.is_drawable(result):
            pages = plot_fields.page if "u" in result.arrays else plot_jumps.page
            pages = plot_dynamics.page if plot_dynamics.is_drawable(result) else pages
            page = pages(result, problem)
            ax = _new_axes(page.size) if ax is None else ax
            plot_page.draw(ax, page)
        else:
            ax = _draw_states(result, problem, ax)
        ending = "" if result.status.ok else f"  ({result.status.name})"
        ax.set_title(f"{_title(result, problem)}{ending}", pad=2 if "u" in result.arrays else 10)
    return ax


def _draw_states(result: Result, problem: AnyProblem | None, ax: Axes | None) -> Axes:
    """Axes with the bound states of a result."""
    from sciml.problem import Condensate

    levels = result.value.get("energies", [result.value.get("chemical_potential", np.nan)])
    energies = np.asarray(levels, float)
    psi = np.asarray(result.arrays.get("psi", np.zeros((0, 0))), float)
    symbol = "" if "energies" in result.value else "\\mu"
    problem = problem.well if isinstance(problem, Condensate) else problem
    drawable = psi.ndim == 2 and 0 < psi.shape[1] == len(energies)
    if not (drawable and np.all(np.isfinite(psi)) and np.all(np.isfinite(energies))):
        raise BadData(
            f"this result ({result.status.name}) holds no finite states or fields to draw.",
            result.status.advice if not result.status.ok else "draw its history: draw_history",
        )
    if "x" in result.arrays:
        ax = _new_axes((6.2, 4.4)) if ax is None else ax
        plot_levels.draw(ax, plot_levels.diagram(result.arrays, energies, problem), symbol=symbol)
    else:
        sheet = plot_panels.sheet(result.arrays["points"], psi, problem)
        ax = _new_axes(sheet.size) if ax is None else ax
        plot_panels.draw(ax, sheet, psi, energies, symbol=symbol)
    return ax


def draw_history(result: Result, ax: Axes | None = None) -> Axes:
    """Return axes with loss and residuals (log scale, left) and energies (right) by step.

    A history without any of these shows every positive column that it has.

    Raises
    ------
    BadData : the result has no history.
    """
    steps, columns = _history(result)
    with style():
        ax = _new_axes((6.2, 3.4)) if ax is None else ax
        energies = [name for name in columns if re.fullmatch(r"E\d+", name)]
        falling = [name for name in LOGARITHMIC if name in columns]
        shown = falling or [name for name in columns if name not in energies]
        logarithmic = [name for name in shown if np.any(columns[name] > 0)]
        for i, name in enumerate(logarithmic):
            look = {"color": INK if i == 0 else "0.6", "ls": ("-", "-", "--", ":")[min(i, 3)]}
            ax.semilogy(
                steps, columns[name], lw=1.2, label=_words(name), marker=_dot(steps), **look
            )
        ax.set_xlabel("step")
        ax.set_ylabel(", ".join(map(_words, logarithmic)))
        if len(logarithmic) > 1:
            ax.legend(loc="upper right")
        if energies:
            right = ax.twinx()
            right.spines["right"].set_visible(True)
            right.set_ylabel("energy")
            for i, name in enumerate(energies):
                right.plot(steps, columns[name], color=colour(i), lw=1.4, label=name)
                at = (steps[-1], columns[name][-1])
                right.annotate(
                    f"$E_{{{name[1:]}}}$", at, (-4, 3), textcoords="offset points", ha="right"
                ).set_color(colour(i))
        ax.set_title(f"{result.problem}, method {result.method}")
    return ax


def save(result: Result, path: str | Path) -> Axes:
    """Write the picture of a result's fields, return its axes; the suffix is one of `FORMATS`.

    Raises
    ------
    BadConfig : an unknown suffix, or a file that cannot be written.
    BadData : nothing to draw.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise BadConfig(
            f"the picture '{path}' has no known suffix.", f"end it in {', '.join(FORMATS)}"
        )
    ax = draw(result)
    figure = ax.get_figure(root=True)
    assert figure is not None
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())
    try:
        with style():
            figure.savefig(path, bbox_inches="tight", pad_inches=0.08, metadata=undated)
    except OSError as error:
        raise BadConfig(
            f"the picture '{path}' cannot be written: {error.strerror}.",
            "name a file in a folder that exists",
        ) from error
    return ax


def _new_axes(size: tuple[float, float]) -> Axes:
    """Axes of a figure of its own, outside pyplot's state."""
    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def _title(result: Result, problem: AnyProblem | None) -> str:
    """The problem's name, with the equation of states (which fixes the units), or the error."""
    from sciml.problem import Condensate, EigenProblem

    if isinstance(problem, Condensate):
        return f"{result.problem}:  {_operator(problem.well)} + g|\\psi|^2\\psi = \\mu\\psi$"
    if not isinstance(problem, EigenProblem):
        for name, words in (("rel_l2", "relative $L_2$ error"), ("residual", "residual")):
            if "u" in result.arrays and np.isfinite(result.metrics.get(name, np.nan)):
                return f"{result.problem}:  {words} ${scientific(result.metrics[name])}$"
        if "obtained" in result.value:
            return f"{result.problem}:  rates by {result.value['obtained']}"
        return result.problem
    return f"{result.problem}:  {_operator(problem)} = E\\psi$"


def _operator(problem: EigenProblem) -> str:
    """-kinetic ∇²ψ + Vψ as mathematical text, still open at its right end."""
    factor = {1.0: "", 0.5: r"\frac{1}{2}"}.get(problem.kinetic, f"{problem.kinetic:g}\\,")
    operator = "\\psi$\u2033${}" if problem.dimension == 1 else r"\nabla^2\psi"
    return f"$-{factor}{operator} + V\\psi"


def scientific(value: float) -> str:
    """Return a number of two digits in mathematical text, a power of ten written as such."""
    if value == 0 or 1e-2 <= abs(value) < 1e2:
        return f"{value:.2g}"
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa} \\times 10^{{{int(exponent)}}}"


def _history(result: Result) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Steps, and each logged scalar at every step (NaN where it was not logged)."""
    if not result.history:
        raise BadData("this result has no history.", "solve again: a loaded run keeps its history")
    names = list(dict.fromkeys(name for row in result.history for name in row))
    columns = {
        name: np.array([row.get(name, np.nan) for row in result.history], float) for name in names
    }
    return columns.pop("step", np.arange(1.0, 1 + len(result.history))), columns


def _words(name: str) -> str:
    """A column's name as it is read."""
    return name.replace("_", " ")


def _dot(steps: np.ndarray) -> str:
    """A marker where there are few steps."""
    return "o" if len(steps) < 12 else ""
