"""Pictures inside a page: SVG without ids that collide, dense parts as pixels, words for all."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sciml import plot, query
from sciml.errors import BadData

if TYPE_CHECKING:
    from sciml.result import Result

DENSE = 3000
"""vertices of a line or a collection beyond which it is drawn in pixels"""
DOTS = 160
"""pixels per inch of what is drawn in pixels"""
POINTS = 9.5
"""points of a picture's width for each rem of the page that it may take"""
COURSE = 3
"""steps at which a quantity was logged for its course to be drawn"""


@dataclass(frozen=True)
class Picture:
    """A picture with its caption; where it could not be drawn, `svg` is empty and says why.

    Attributes
    ----------
    svg : the element, ready to stand in a page.
    caption : what it shows, or why there is none.
    """

    svg: str
    caption: str


def pictures(found: Result, prefix: str) -> Iterator[Picture]:
    """Give the pictures of a result, and of the history of a solution that took several steps.

    Every id inside starts with the prefix, which no two pictures of a page may share.
    """
    try:
        ax = plot.draw(found)
        yield Picture(inline(ax, f"{prefix}-answer", caption(found)), caption(found))
    except BadData as error:
        yield Picture("", f"No picture: {error.what}")
    logged = [name for row in found.history for name in row if name != "step"]
    stepwise = "energies" in found.value or "u" in found.arrays
    if stepwise and max(map(logged.count, logged), default=0) >= COURSE:
        words = f"The course of the computation over its {len(found.history)} steps."
        try:
            yield Picture(inline(plot.draw_history(found), f"{prefix}-history", words), words)
        except BadData as error:
            yield Picture("", f"No picture of the history: {error.what}")


def caption(found: Result) -> str:
    """Return what the picture of a result shows, in words that stand for it."""
    value = found.value
    if "energies" in value:
        levels = ", ".join(f"{e:.6g}" for e in value["energies"])
        line = "x" in found.arrays
        shown = "on their levels in the potential" if line else "one panel each"
        return f"Bound states {shown}; energies {levels}."
    if "chemical_potential" in value:
        return f"The condensate on its chemical potential {value['chemical_potential']:.6g}."
    if "course" in value:
        return "The density |ψ|² over time; below, probabilities, what is conserved and errors."
    if "rates" in value:
        return (
            f"The network of the {len(value['states'])} states, arrows as wide as rates; occupancy "
            "of the states over time; the slowest relaxation time."
        )
    if "expressions" in value:
        laws = ", ".join(f"{name} = {law}" for name, law in value["expressions"].items())
        return f"Data and fit; the hidden terms with the law; the laws tried. Found: {laws}."
    if "u" in found.arrays:
        problem = query.problem_or_none(found)
        names = ", ".join(getattr(problem, "fields", ("u",)))
        beside = "reference" in found.arrays
        error = "its error against the reference" if beside else "its standard deviation"
        spectrum = " and the learned spectrum" if value.get("spectrum") else ""
        return f"The solution {names}, {error}{spectrum}."
    return f"The answer of {found.method} to {found.problem}."


def inline(ax: Axes, prefix: str, words: str) -> str:
    """Return the figure of axes as an SVG element that says in words what it shows."""
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    _pixels(figure)
    stream = io.StringIO()
    with plot.style():
        figure.savefig(
            stream,
            format="svg",
            bbox_inches="tight",
            pad_inches=0.08,
            dpi=DOTS,
            metadata={"Date": None},
        )
    return _embedded(stream.getvalue(), prefix, words)


def _pixels(figure: Figure) -> None:
    """Turn lines and collections of very many vertices into pixels."""
    for artist in figure.findobj():
        vertices = 0
        if isinstance(artist, Line2D):
            vertices = len(np.atleast_1d(artist.get_xdata()))
        elif isinstance(artist, Collection):
            parts = sum(np.shape(path.vertices)[0] for path in artist.get_paths())
            vertices = max(parts, np.shape(artist.get_offsets())[0])
        if vertices > DENSE:
            artist.set_rasterized(True)


def _embedded(svg: str, prefix: str, words: str) -> str:
    """An SVG file as an element of a page: ids of its own, no style that reaches outside it."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\sid=")', rf"\g<1>{prefix}-", svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    size = re.search(r'\sviewBox="\S+ \S+ (\S+) (\S+)"', svg)
    width = f' style="max-width: {float(size[1]) / POINTS:.1f}rem"' if size else ""
    head = f'<svg role="img" aria-labelledby="{prefix}-title"{width}'
    svg = re.sub(r'^<svg\s+(?:width|height)="[^"]*"', "<svg", svg)
    svg = re.sub(r'^(<svg[^>]*?)\s+(?:width|height)="[^"]*"', r"\1", svg)
    svg = re.sub(r'^(<svg[^>]*?)\s+(?:width|height)="[^"]*"', r"\1", svg)
    title = f'<title id="{prefix}-title">{html.escape(words)}</title>'
    opening = svg.index(">") + 1
    squeezed = re.sub(r">\s+<", "><", svg[opening:]).strip()
    return head + svg[len("<svg") : opening] + title + squeezed
