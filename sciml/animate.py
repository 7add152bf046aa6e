"""Animations of solutions in time on a line: the fields against x, one frame a time.

A state that moves shows |ψ|², Re ψ and the potential; an equation its fields.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sciml import plot, plot_dynamics
from sciml.cache import is_writable
from sciml.errors import BadConfig, BadData
from sciml.plot_palette import GROUND, INK, colour
from sciml.plot_samples import math
from sciml.precision import float64
from sciml.problem import AnyProblem, QuantumDynamics

if TYPE_CHECKING:
    from sciml.result import Result

SUFFIXES = (".gif", ".mp4")
FRAMES, RATE = 120, 20
"""frames of an animation, and how many a second shows"""
MOST = 2000
"""frames beyond which an animation is refused: all of a .gif are held in memory"""
POINTS = 401
"""positions along the line"""
SIZE, DPI = (6.4, 3.6), 100
"""inches of a frame, and pixels an inch: both sides even, as .mp4 wants them"""

Report = Callable[[int, int], None]
"""(frames drawn, frames in all) -> None"""


@dataclass(frozen=True, eq=False)
class Film:
    """What the frames show.

    Attributes
    ----------
    name, axis : of the problem and of its line.
    times, x : of the frames [t], and positions [n].
    curves : label -> values [t, n].
    potential : V at the positions [n], or None.
    energy : of the state, to which V is scaled.
    """

    name: str
    axis: str
    times: Float[np.ndarray, " t"]
    x: Float[np.ndarray, " n"]
    curves: dict[str, Float[np.ndarray, "t n"]]
    potential: Float[np.ndarray, " n"] | None = None
    energy: float = 0.0


def check_path(path: Path) -> None:
    """Refuse a file that could not be written, before anything is computed.

    Raises
    ------
    BadConfig : an unknown suffix, a folder that is missing or read-only, .mp4 without ffmpeg.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BadConfig(
            f"the animation '{path}' has no known suffix.", f"end it in {' or '.join(SUFFIXES)}"
        )
    if path.is_dir() or not path.parent.is_dir() or not is_writable(path.parent):
        raise BadConfig(
            f"the animation '{path}' cannot be written.", "name a file in a folder that exists"
        )
    if path.suffix.lower() == ".mp4" and not FFMpegWriter.isAvailable():
        raise BadConfig(
            f"the animation '{path}' needs ffmpeg, which is not installed.",
            "install ffmpeg, or end the name in .gif",
        )


def check_problem(problem: AnyProblem) -> None:
    """Refuse a problem that has nothing to animate.

    Raises
    ------
    BadConfig : its axes are not a time t and one more, or its times are not finite.
    """
    axes = problem.domain.axes if problem.kind in ("equation", QuantumDynamics.kind) else ()
    if len(axes) != 2 or "t" not in axes:
        raise BadConfig(
            f"'{problem.name}' is not a problem in time on a line.",
            "animate one whose axes are t and one more, such as packet_in_well or burgers",
        )


def animate(
    result: Result, path: str | Path, *, frames: int = FRAMES, report: Report | None = None
) -> Path:
    """Write an animation of a result in time and return its path: .gif, or .mp4 with ffmpeg.

    The file is written whole or not at all.

    Raises
    ------
    BadConfig : as in `check_path` and `check_problem`; fewer than 2 frames or more than 2000.
    BadData : the result holds nothing to predict from.
    """
    path = Path(path)
    check_path(path)
    check_problem(result.built)
    if not 2 <= frames <= MOST:
        raise BadConfig(f"frames is {frames}.", f"give a number from 2 to {MOST}")
    film = _film(result, frames)
    suffix = path.suffix.lower()
    writer = PillowWriter(fps=RATE) if suffix == ".gif" else FFMpegWriter(fps=RATE)
    marked = f".{path.stem}.{os.getpid()}-{secrets.token_hex(4)}.partial{suffix}"
    temporary = path.with_name(marked)
    try:
        _write(film, temporary, writer, report)
        os.replace(temporary, path)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BadConfig(
            f"the animation '{path}' cannot be written: {error}.".splitlines()[0],
            "free some space, or end the name in .gif",
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return path


def _film(result: Result, frames: int) -> Film:
    """The fields of a result at the times of the frames."""
    problem = result.built
    box = problem.domain.bounding_box
    column = problem.domain.axes.index("t")
    axis = problem.domain.axes[1 - column]
    times = np.linspace(*box[column], frames)
    if not np.all(np.isfinite(times)):
        raise BadConfig(f"'{problem.name}' goes on for ever.", "give it a last time")
    if isinstance(problem, QuantumDynamics) and plot_dynamics.is_drawable(result):
        seen = plot_dynamics.density(result).y
        x = np.linspace(float(seen[0]), float(seen[-1]), POINTS)
    else:
        held = np.asarray(result.arrays["points"], float)[:, 1 - column]
        low, high = box[1 - column]
        ends = (low if np.isfinite(low) else held.min(), high if np.isfinite(high) else held.max())
        x = np.linspace(*ends, POINTS)
    points = plot_dynamics.grid(times, x)
    u = result.predict(points if column == 0 else points[:, ::-1])
    if not np.all(np.isfinite(u)):
        raise BadData("some values of the solution are not finite.", result.status.advice)
    fields = u.T.reshape(-1, frames, POINTS)
    if not isinstance(problem, QuantumDynamics):
        names = map(math, problem.fields)
        return Film(problem.name, axis, times, x, dict(zip(names, fields, strict=True)))
    curves = {"$|\\psi|^2$": np.sum(fields**2, axis=0), "Re $\\psi$": fields[0]}
    lower, upper = problem.well.domain.bounding_box[0]
    inner = np.clip(x, np.nextafter(lower, upper), np.nextafter(upper, lower))
    with float64():
        potential = problem.well.potential_at(inner[:, None], finite=False)
    energy = float(result.value["energy"])
    return Film(problem.name, axis, times, x, curves, potential, energy)


def _write(film: Film, path: Path, writer: AbstractMovieWriter, report: Report | None) -> None:
    """Draw the frames one after the other into a file."""
    with plot.style():
        figure = Figure(figsize=SIZE)
        figure.subplots_adjust(left=0.09, right=0.9, bottom=0.14, top=0.92)
        FigureCanvasAgg(figure)
        ax = figure.add_subplot()
        update = _stage(ax, film)
        movie = FuncAnimation(figure, update, frames=len(film.times), blit=False)
        count = len(film.times)
        shown = None if report is None else lambda i, _: report(i + 1, count)
        movie.save(str(path), writer=writer, dpi=DPI, progress_callback=shown)


def _stage(ax: Axes, film: Film) -> Callable[[int], list[Artist]]:
    """Draw what stays, and return what draws the curves of a frame."""
    values = np.concatenate([curve.ravel() for curve in film.curves.values()])
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * ((high - low) or 1.0)
    ax.set_xlim(film.x[0], film.x[-1])
    ax.set_ylim(low - margin, high + margin)
    ax.set_xlabel(math(film.axis))
    if film.potential is not None:
        _draw_potential(ax, film)
    lines = [
        ax.plot(film.x, curve[0], color=colour(i), lw=(1.8, 0.9)[min(i, 1)], label=name)[0]
        for i, (name, curve) in enumerate(film.curves.items())
    ]
    ax.legend(loc="upper right", ncols=len(lines), fontsize=9)

    def update(frame: int) -> list[Artist]:
        for line, curve in zip(lines, film.curves.values(), strict=True):
            line.set_ydata(curve[frame])
        ax.set_title(f"{film.name}:  $t$ = {film.times[frame]:.4g}")
        return list(lines)

    return update


def _draw_potential(ax: Axes, film: Film) -> None:
    """V behind the curves on an axis of its own, as high as tells what the state can pass."""
    assert film.potential is not None
    finite = np.where(np.isfinite(film.potential), film.potential, np.inf)
    floor = float(np.min(finite))
    reach = 2 * abs(film.energy - floor) or 1.0
    behind = ax.twinx()
    behind.spines["right"].set_visible(True)
    behind.set_ylim(floor - 0.06 * reach, floor + reach)
    behind.set_ylabel("$V$", color="0.45")
    behind.tick_params(axis="y", colors="0.45")
    shown = np.clip(finite, floor, floor + 2 * reach)
    behind.fill_between(film.x, floor - reach, shown, color=GROUND, lw=0, alpha=0.6)
    behind.plot(film.x, shown, color="0.45", lw=1.2)
    behind.axhline(film.energy, color=INK, lw=0.6, ls=":")
    ax.set_zorder(behind.get_zorder() + 1)
    ax.patch.set_visible(False)
