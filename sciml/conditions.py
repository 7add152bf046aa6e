"""What is known of a solution beside its equation: conditions on faces, samples, observations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sciml import jet
from sciml.errors import BadProblem


@dataclass(frozen=True)
class Condition:
    """A condition on part of the boundary, written on the jet like the equation itself.

    Attributes
    ----------
    faces : where it holds: ``"axis:lower"`` or ``"axis:upper"`` of a box, ``"boundary"`` for the
        whole boundary of any domain.
    residual : (jet, x, theta) -> zero where the condition holds.
    noise : standard deviation of its data, in the units of the residual; 0 where it is exact.
    """

    faces: tuple[str, ...]
    residual: jet.Residual
    noise: float = 0.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.noise) and self.noise >= 0):
            raise BadProblem(
                f"the noise of a condition on {list(self.faces)} is {self.noise}.",
                "give a standard deviation, 0 or more",
            )


@dataclass(frozen=True, eq=False)
class Sampled:
    """A function known on a tensor grid only, such as a measured source.

    Attributes
    ----------
    axes : one ascending array of positions for each axis of the domain.
    values : array of one value per grid point [n1, ..., nd].
    noise : standard deviation of the values; 0 for exact ones, None where it is unknown.
    """

    axes: tuple[np.ndarray, ...]
    values: Float[np.ndarray, "..."]
    noise: float | None = 0.0

    def __post_init__(self) -> None:
        axes = tuple(_finite(x, "the positions of a sampled function") for x in self.axes)
        values = _finite(self.values, "the values of a sampled function")
        if values.shape != tuple(len(x) for x in axes):
            raise BadProblem(
                f"a function sampled on {tuple(len(x) for x in axes)} points has values of "
                f"shape {values.shape}.",
                "give one value per grid point",
            )
        for x in axes:
            if x.ndim != 1 or len(x) < 2 or not np.all(np.diff(x) > 0):
                raise BadProblem(
                    "the positions of a sampled function do not ascend.",
                    "sort them, each once, at least two along an axis",
                )
        _check_noise(self.noise, "a sampled function")
        object.__setattr__(self, "axes", axes)
        object.__setattr__(self, "values", values)

    @property
    def dimension(self) -> int:
        """Number of axes."""
        return len(self.axes)


@dataclass(frozen=True, eq=False)
class Observations:
    """Measured values of one field at points.

    Attributes
    ----------
    points : positions [n, d] ([n] on a line).
    values : what was measured [n].
    noise : standard deviation of the values; None where it is unknown.
    field : name of the field that was measured.
    """

    points: Float[np.ndarray, "..."]
    values: Float[np.ndarray, "..."]
    noise: float | None = None
    field: str = "u"

    def __post_init__(self) -> None:
        points = _finite(self.points, "the points of the observations")
        values = _finite(self.values, "the values of the observations")
        points = points[:, None] if points.ndim == 1 else points
        if points.ndim != 2 or values.shape != (len(points),):
            raise BadProblem(
                f"observations at points of shape {points.shape} have values of shape "
                f"{values.shape}.",
                "give points [n, d] and values [n]",
            )
        _check_noise(self.noise, "the observations")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "values", values)

    def check(self, problem: str, axes: tuple[str, ...], fields: tuple[str, ...]) -> None:
        """Raise BadProblem unless the observations fit a problem's axes and fields."""
        if self.points.shape[1] != len(axes):
            raise BadProblem(
                f"the observations of '{problem}' have {self.points.shape[1]} coordinates.",
                f"give one for each of {list(axes)}",
            )
        if self.field not in fields:
            raise BadProblem(
                f"the observations of '{problem}' are of '{self.field}'.",
                f"the fields are {list(fields)}",
            )


def _finite(values: np.ndarray, what: str) -> np.ndarray:
    try:
        array = np.asarray(values, float)
    except (TypeError, ValueError) as error:
        raise BadProblem(f"{what} are no numbers.", "give an array of numbers") from error
    if not np.all(np.isfinite(array)):
        raise BadProblem(f"{what} are not all finite.", "remove NaN and infinities")
    return array


def _check_noise(noise: float | None, what: str) -> None:
    if noise is not None and not (np.isfinite(noise) and noise >= 0):
        raise BadProblem(
            f"the noise of {what} is {noise}.", "give a standard deviation, or None if unknown"
        )
