"""Measurements of a system: one table an experiment, NaN where a state was not observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

from sciml.errors import BadData


@dataclass(frozen=True, eq=False)
class Experiment:
    """What was measured in one experiment.

    Attributes
    ----------
    points : where, [n, d]: times [n, 1], or times and positions; rows sorted by time.
    values : the states there, [n, s], NaN where a state was not observed.
    noise : standard deviations of the values [n, s]; None where they are unknown.
    params : parameters that this experiment had and others had not.
    """

    points: Float[np.ndarray, "n d"]
    values: Float[np.ndarray, "n s"]
    noise: Float[np.ndarray, "n s"] | None = None
    params: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        points = np.atleast_2d(np.asarray(self.points, float).T).T
        values = np.atleast_2d(np.asarray(self.values, float).T).T
        if points.ndim != 2 or values.ndim != 2 or len(points) != len(values):
            raise BadData(
                f"an experiment has points of shape {points.shape} and values of shape "
                f"{values.shape}.",
                "give points [n, d] and values [n, states]",
            )
        if not np.all(np.isfinite(points)):
            raise BadData("an experiment's times or positions are not all finite.", "remove them")
        if np.any(np.isinf(values)):
            raise BadData("an experiment's values are not all finite.", "NaN means not observed")
        noise = self.noise
        if noise is not None:
            noise = np.broadcast_to(np.asarray(noise, float), values.shape).copy()
            if not np.all((noise > 0) & np.isfinite(noise) | ~np.isfinite(values)):
                raise BadData("the noise is not positive everywhere.", "give standard deviations")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "noise", noise)

    @property
    def times(self) -> Float[np.ndarray, " n"]:
        """The time of each row."""
        return self.points[:, 0]

    @property
    def observed(self) -> Bool[np.ndarray, "n s"]:
        """Which values were observed."""
        return np.isfinite(self.values)


@dataclass(frozen=True, eq=False)
class Records:
    """All experiments of one study.

    Attributes
    ----------
    experiments : one or several, of the same coordinates and states.
    source : where they came from, for people ("" if unknown).
    notes : what was assumed or left out when they were read, for people.
    """

    experiments: tuple[Experiment, ...]
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of observed values."""
        return int(sum(e.observed.sum() for e in self.experiments))

    @property
    def has_noise(self) -> bool:
        """Whether the standard deviations were given."""
        return all(e.noise is not None for e in self.experiments)

    def of_state(self, index: int) -> Float[np.ndarray, " n"]:
        """All observed values of one state."""
        column = np.concatenate([e.values[:, index] for e in self.experiments])
        return column[np.isfinite(column)]

    @property
    def spreads(self) -> Float[np.ndarray, " s"]:
        """Largest minus smallest observed value of each state; 1 where none was observed."""
        columns = map(self.of_state, range(self.experiments[0].values.shape[1]))
        return np.array([np.ptp(c) if len(c) else 1.0 for c in columns], float)

    @property
    def owners(self) -> Int[np.ndarray, " N"]:
        """Number of the state that each observed value belongs to, in order."""
        owners = []
        for e in self.experiments:
            columns = np.broadcast_to(np.arange(e.values.shape[1]), e.values.shape)
            owners.append(columns[e.observed])
        return np.concatenate(owners)
