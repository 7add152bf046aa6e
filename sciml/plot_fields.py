"""The picture of an equation's solution: fields, errors and learned spectra as panels of one axes.

A line has its solution above, with a detail beside it where it oscillates too fast to be seen,
then its error; a plane has images of both; a volume three planes through its middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from sciml import plot_line, plot_plane, plot_samples, plot_spectrum
from sciml.errors import BadData
from sciml.plot_page import BETWEEN, WIDTH, Draw, Page, Panel, Row, shared
from sciml.plot_samples import Samples
from sciml.problem import AnyProblem

if TYPE_CHECKING:
    from sciml.result import Result


def page(result: Result, problem: AnyProblem | None) -> Page:
    """Return the panels of a result whose arrays hold fields ``u``; `problem` adds its names.

    Raises
    ------
    BadData : the fields are not finite, or have more than three coordinates.
    """
    samples = plot_samples.gather(result, problem)
    dimension = samples.points.shape[1]
    if dimension > 3:
        raise BadData(
            f"fields of {dimension} coordinates are not drawn.",
            "draw what `predict` returns on a line or in a plane",
        )
    spectra = _spectra(samples)
    if dimension == 1:
        return Page(_line(samples, spectra))
    images = plot_plane.rows(samples)
    below = (Row(1.4, plot_plane.aligned(spectra, images[0])),) if spectra else ()
    return Page((*images, *below))


def _line(samples: Samples, spectra: list[Draw]) -> tuple[Row, ...]:
    """Rows of a line: the solution, then its error beside the spectrum."""
    line = plot_line.whole(samples)
    name = ", ".join(plot_samples.math(f) for f in samples.fields)

    def whole(ax: Axes) -> None:
        plot_line.draw(ax, samples, line)
        ax.set_ylabel(name)
        plot_line.legend(ax)

    first: tuple[Panel, ...] = (Panel(WIDTH, whole),)
    if line.period:
        part = plot_line.detail(samples, line)

        def crowded(ax: Axes) -> None:
            plot_line.draw(ax, samples, line)
            plot_line.mark(ax, part)

        def near(ax: Axes) -> None:
            plot_line.draw(ax, samples, part)
            plot_line.legend(ax)

        wide = 0.55 * (WIDTH - BETWEEN)
        first = (
            Panel(wide, crowded, f"{name}: range within a period"),
            Panel(WIDTH - BETWEEN - wide, near, "detail"),
        )
    below = list(spectra)
    if line.reference is not None or line.deviation is not None:
        below.insert(0, lambda ax: plot_line.draw_error(ax, samples, line))
    return (Row(2.2, first), *((Row(1.55, shared(below)),) if below else ()))


def _spectra(samples: Samples) -> list[Draw]:
    """What draws the spectrum of each axis; the weights are named on the first."""

    def drawing(axis: str, labelled: bool) -> Draw:
        lines = samples.spectrum[axis]
        return lambda ax: plot_spectrum.draw(ax, axis, *lines, labelled=labelled)

    known = [axis for axis in samples.axes if axis in samples.spectrum]
    return [drawing(axis, axis == known[0]) for axis in known]
