"""Results of equations made from closed forms, and what tests read off their pictures."""

from dataclasses import dataclass

import numpy as np

from sciml.domain import Box
from sciml.errors import BadArchive
from sciml.problem import Problem
from sciml.result import Result
from sciml.status import Status

OFF = 1e-6


@dataclass(frozen=True, eq=False)
class Known(Result):
    """A result that predicts the closed form, and an error of its own."""

    def predict(self, points):
        return self.built.exact(points) + OFF * np.cos(9 * points[:, :1])


def refuse():
    raise BadArchive("no.")


def solution(exact, bounds, *, count=201, kind=Known, domain=None, fields=("u",), **more):
    """A result with the closed form at a grid's points, and the reference beside it."""
    domain = Box(bounds) if domain is None else domain
    observations = more.pop("observations", None)
    value, status = more.pop("value", {}), more.pop("status", Status.CONVERGED)
    known = Problem(
        name="p",
        domain=domain,
        residual=lambda j, x, th: j.u,
        fields=fields,
        exact=exact,
        observations=observations,
    )
    lines = [np.linspace(*b, count) for b in domain.bounding_box]
    points = np.stack([g.ravel() for g in np.meshgrid(*lines, indexing="ij")], axis=1)
    points = points[domain.contains(points)]
    u = exact(points)
    arrays = {"x": points[:, 0]} if len(lines) == 1 else {"points": points}
    arrays |= {"u": u + OFF * np.cos(9 * points[:, :1]), "reference": u, **more}
    return kind(
        problem="p",
        spec="p",
        source="",
        parameters={},
        method="none",
        label="closed form",
        settings={},
        seed=0,
        status=status,
        value=value,
        metrics={"residual": 3e-9, "rel_l2": 2.04e-7},
        params=1,
        arrays=arrays,
        definition=lambda: known,
    )


def line(f, *, length=1.0, **more):
    return solution(lambda p: f(p[:, :1]), {"x": (0.0, length)}, **more)


def plane(f, *, side=1.0, names=("x", "y"), **more):
    bounds = {name: (0.0, side) for name in names}
    return solution(lambda p: f(p[:, :1], p[:, 1:]), bounds, **{"count": 30, **more})


def smooth(x):
    return np.sin(5 * x)


def hump(x, y):
    return np.sin(3 * x) * np.sin(6 * y)


def panels(ax):
    return ax.child_axes


def labelled(ax, label):
    return [artist for artist in ax.get_children() if str(artist.get_label()) == label]


def texts(ax):
    return [] if ax.get_legend() is None else [t.get_text() for t in ax.get_legend().get_texts()]


def images(panel):
    (image,) = panel.images
    (bar,) = panel.child_axes
    assert bar.get_label() == "colour bar"
    return image


SPECTRUM = {"x": {"frequencies": [2.0, 0.0, 5.0], "weights": [1e-3, 1.0, 0.0]}}
