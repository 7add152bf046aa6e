"""Equations of high frequency and many scales by Gaussian processes, after arXiv 2311.04465.

The equations are the registered ones named gp_…; the published errors are those of the authors'
own logs, which came with their code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sciml.problem import Problem
from sciml.result import Result

SOURCE = "the logs that came with the code of arXiv 2311.04465"
"""where the published numbers are from"""


@dataclass(frozen=True)
class Published:
    """Relative L2 errors in the authors' logs, each the least of 20 checkpoints against the truth.

    Attributes
    ----------
    student, gauss : their two mixtures, Student-t and Gaussian.
    matern, se : the same without carriers, Matérn and squared exponential.
    """

    student: float
    gauss: float
    matern: float
    se: float

    @property
    def best(self) -> float:
        """The better of the two mixtures."""
        return min(self.student, self.gauss)


@dataclass(frozen=True)
class Known:
    """One equation of the paper.

    Attributes
    ----------
    title : its solution or equation, in mathematics.
    shown : parts of each axis in which the solution is drawn, so that waves are seen.
    published : errors in the authors' logs.
    """

    title: str
    shown: Sequence[float]
    published: Published


LINES = {
    "gp_u1": Known(r"$\sin 100x$", [0.05], Published(6.53e-7, 3.99e-7, 3.32e-2, 2.70e-2)),
    "gp_u2": Known(
        r"$\sin x+\frac{\sin 20x}{10}+\frac{\sin 100x}{20}$",
        [0.5],
        Published(2.73e-3, 2.13e-3, 9.89e-1, 9.73e-1),
    ),
    "gp_u3": Known(r"$\sin 6x\,\cos 100x$", [0.17], Published(5.47e-6, 1.52e-6, 5.16e-2, 1.00)),
    "gp_u4": Known(r"$x\,\sin 200x$", [0.05], Published(8.98e-7, 1.55e-6, 1.83e-2, 3.20e-1)),
    "gp_u5": Known(
        r"$\sin 500x-2(x-\frac{1}{2})^2$", [0.1], Published(4.22e-4, 1.82e-3, 6.29e-1, 9.75e-1)
    ),
    "gp_ac1_sin": Known(
        r"$\sin 100x$, cubic", [0.05], Published(4.90e-6, 7.71e-7, 3.33e-2, 2.75e-2)
    ),
    "gp_ac1_sincos": Known(
        r"$\sin 6x\,\cos 100x$, cubic", [0.17], Published(4.76e-6, 4.24e-6, 5.16e-2, 1.06e-2)
    ),
}
"""on a line: u″ = f, and "cubic" for u″ + u (u² − 1) = f"""
PLANES = {
    "gp_u6": Known(
        r"$\sin 100x\,\sin 100y$", [0.05, 0.05], Published(6.87e-5, 6.46e-5, 6.29e-1, 1.00)
    ),
    "gp_u7": Known(r"$q(x)+q(y)$", [0.25, 0.25], Published(1.02e-3, 1.06e-3, 3.55e-2, 9.53e-1)),
    "gp_ac2": Known(
        r"$r(x)\,r(y)$, cubic", [1.0, 1.0], Published(5.68e-3, 2.58e-3, 2.95e-1, 3.43e-1)
    ),
    "gp_advection": Known(
        r"$\sin(x-200t)$", [0.2, 1.0], Published(1.43e-4, 1.35e-3, 2.29e-2, 1.15e-2)
    ),
}
"""in the plane: Poisson, Poisson, Allen-Cahn, advection"""
ALL = {**LINES, **PLANES}


def exact(found: Result, points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " n"]:
    """Return the closed form of a result's equation at points."""
    problem = found.built
    assert isinstance(problem, Problem)
    assert problem.exact is not None
    return np.asarray(problem.exact(points), float).reshape(len(points))


def box(found: Result) -> list[tuple[float, float]]:
    """Return the ends of every axis of a result's equation."""
    problem = found.built
    assert isinstance(problem, Problem)
    return [(float(lower), float(upper)) for lower, upper in problem.domain.bounding_box]
