"""The pictures of fields in a plane, and in three planes of a volume: rows of images."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from sciml import plot_grids, plot_image
from sciml.domain import Box
from sciml.errors import BadData
from sciml.plot_grids import Bounds, Plane
from sciml.plot_page import BAR, BETWEEN, WIDTH, Draw, Panel, Row, shared
from sciml.plot_samples import Samples, math

LEAST, MOST = 0.4, 2.5
"""ratios of height to width of a panel beyond which the axes have scales of their own"""
TALLEST = 3.2
"""largest height of a panel in inches"""

Across = tuple[int, int]
"""the horizontal and the vertical axis of a plane"""


@dataclass(frozen=True, eq=False)
class View:
    """One plane of the domain: each field, and its error or deviation if either is known."""

    across: Across
    fields: list[Plane]
    errors: list[Plane] | None


def rows(samples: Samples) -> tuple[Row, ...]:
    """Return the rows of images of fields with two or three coordinates.

    Raises
    ------
    BadData : samples in a volume that lie on no grid.
    """
    window = plot_grids.window(samples)
    if len(samples.axes) == 2:
        across = (1, 0) if samples.axes[1] == "t" else (0, 1)
        view = _view(samples, window, across)
        if view is None:
            return tuple(_dots(samples, i) for i in range(len(samples.fields)))
        return tuple(_pair(samples, view, window, i) for i in range(len(samples.fields)))
    views = [_view(samples, window, across) for across in ((0, 1), (0, 2), (1, 2))]
    known = [view for view in views if view is not None]
    if len(known) < len(views):
        raise BadData(
            "the sampled points lie on no grid.", "draw what `predict` returns in a plane"
        )
    kinds: list[plot_image.Kind] = ["field"]
    kinds += [_error_kind(samples)] if all(view.errors is not None for view in known) else []
    return tuple(
        _slices(samples, window, known, kind, i)
        for i in range(len(samples.fields))
        for kind in kinds
    )


def _view(samples: Samples, window: Bounds, across: Across) -> View | None:
    """A plane of fresh samples where the result can predict, else of those kept; or None."""
    part = bool(np.any(window != samples.bounds))
    fields, errors = _sampled(samples, samples.u, across), None
    known = samples.reference if samples.reference is not None else samples.deviation
    if known is not None:
        of = np.abs(samples.u - known) if samples.reference is not None else known
        errors = _sampled(samples, of, across)
    found = plot_grids.fresh(samples, window, across, reference=not part)
    if found is not None:
        fields, nearer = found
        errors = errors if nearer is None else nearer
    if part and samples.reference is not None:
        whole = plot_grids.fresh(samples, samples.bounds, across)
        errors = errors if whole is None or whole[1] is None else whole[1]
    return None if fields is None else View(across, fields, errors)


def aligned(drawings: list[Draw], above: Row) -> tuple[Panel, ...]:
    """Return panels that stand below those of a row."""
    if len(drawings) > len(above.panels):
        return shared(drawings)
    return tuple(
        Panel(panel.width, drawing, right=panel.right)
        for panel, drawing in zip(above.panels, drawings, strict=False)
    )


def _sampled(
    samples: Samples, columns: Float[np.ndarray, "n k"], across: Across
) -> list[Plane] | None:
    planes = [plot_grids.sampled(samples.points, column, across) for column in columns.T]
    known = [plane for plane in planes if plane is not None]
    return known if len(known) == len(planes) else None


def _error_name(samples: Samples, field: int) -> str:
    name = "|error|" if samples.reference is not None else "standard deviation"
    return name if len(samples.fields) == 1 else f"{name} of {math(samples.fields[field])}"


def _error_kind(samples: Samples) -> plot_image.Kind:
    return "error" if samples.reference is not None else "deviation"


def _names(samples: Samples, across: Across) -> tuple[str, str]:
    return samples.axes[across[0]], samples.axes[across[1]]


def _ratio(samples: Samples, plane: Plane, across: Across) -> tuple[float, bool]:
    """Height over width of a panel, and whether both axes have one scale (never with time)."""
    ratio = float(np.ptp(plane.y) / np.ptp(plane.x))
    equal = "t" not in _names(samples, across) and LEAST <= ratio <= MOST
    return (ratio if equal else 0.8), equal


def _draw(
    ax: Axes,
    samples: Samples,
    *,
    plane: Plane,
    across: Across,
    scale: tuple[Normalize, str],
    bar: bool = True,
    whole: bool = True,
    window: Bounds | None = None,
) -> None:
    """One image of the whole or of a detail: the edge of a domain that is no box, a frame."""
    _, equal = _ratio(samples, plane, across)
    names = _names(samples, across)
    plot_image.draw(ax, plane, names, scale=scale, equal=equal, bar=bar)
    domain = None if samples.problem is None else samples.problem.domain
    if domain is not None and len(samples.axes) == 2 and not isinstance(domain, Box):
        plot_image.draw_edge(ax, domain, across[0])
        if whole:
            plot_image.open_up(ax)
    if window is not None:
        plot_image.draw_window(ax, window[across[0]], window[across[1]])


def _pair(samples: Samples, view: View, window: Bounds, field: int) -> Row:
    """A field of a plane beside its error."""
    part = bool(np.any(window != samples.bounds))
    plane, across = view.fields[field], view.across
    width = (WIDTH - BETWEEN - 2 * BAR) / 2
    name = math(samples.fields[field]) + (", detail" if part else "")
    image = partial(_draw, samples=samples, across=across)
    scale = plot_image.norm([plane.values], "field")
    drawing = partial(image, plane=plane, scale=scale, whole=not part)
    panels = [Panel(width, drawing, name, BAR)]
    if view.errors is not None:
        error = view.errors[field]
        scale = plot_image.norm([error.values], _error_kind(samples))
        frame = window if part else None
        drawing = partial(image, plane=error, scale=scale, window=frame)
        panels.append(Panel(width, drawing, _error_name(samples, field), BAR))
    ratio, _ = _ratio(samples, plane, across)
    return Row(min(width * ratio, TALLEST), tuple(panels))


def _slices(
    samples: Samples, window: Bounds, views: list[View], kind: plot_image.Kind, field: int
) -> Row:
    """Three planes of a volume with one scale, each named by where it lies."""
    planes = [(v.fields if kind == "field" or v.errors is None else v.errors)[field] for v in views]
    name = math(samples.fields[field]) if kind == "field" else _error_name(samples, field)
    scale = plot_image.norm([plane.values for plane in planes], kind)
    width = (WIDTH + 0.9 - 2 * BETWEEN - BAR) / 3
    panels = []
    for view, plane in zip(views, planes, strict=True):
        (normal,) = {0, 1, 2} - set(view.across)
        place = f"{math(samples.axes[normal])} = {window[normal].mean():.3g}"
        last = view is views[-1]
        drawing = partial(
            _draw, samples=samples, plane=plane, across=view.across, scale=scale, bar=last
        )
        title = f"{name}, {place}" if view is views[0] else place
        panels.append(Panel(width, drawing, title, BAR if last else 0.0))
    ratio, _ = _ratio(samples, planes[0], views[0].across)
    return Row(min(width * ratio, TALLEST), tuple(panels))


def _dots(samples: Samples, field: int) -> Row:
    """A field known at points that lie on no grid."""
    values = samples.u[:, field]

    def dots(ax: Axes) -> None:
        plot_image.scatter(ax, samples.points, values, _names(samples, (0, 1)))

    return Row(2.6, (Panel(3.2, dots, math(samples.fields[field]), BAR),))
