"""What a computation returns: one frozen object that predicts, plots, saves and explains itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from sciml import export, query, score
from sciml.archive import strict
from sciml.errors import BadConfig
from sciml.status import Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sciml.problem import AnyProblem


def _no_definition() -> AnyProblem:
    raise BadConfig("this result has no problem attached.", "solve again")


@dataclass(frozen=True, eq=False)
class Result:
    """The answer of one method to one problem, with everything needed to judge and reuse it.

    Attributes
    ----------
    problem : the problem's name.
    spec, parameters : how it can be rebuilt: registered name or ``file.py:name``, parameters.
    source : sha256 of the user's file that defines the problem, "" for a registered one.
    method, label : the method's name, and what it does in one line.
    settings : every setting of the method with the value it had.
    seed : random seed.
    status : how the run ended; `status.advice` says what to do about it.
    value : the answer by name, plain numbers and lists (for example ``energies``).
    metrics : scalars that judge the answer; with a reference, also the errors against it.
    warnings : sentences to read beside the answer.
    params : pytree of arrays from which the method predicts.
    arrays : sampled fields, name -> array.
    history : one row a step.
    provenance : versions, device, precision, time.
    seconds, cpu_seconds : wall-clock and processor time of the computation, compilation included.
    run : the run's folder, or None if it was not stored.
    definition : () -> the problem's definition (rebuilt on first use after loading).
    """

    problem: str
    spec: str
    source: str
    parameters: Mapping[str, Any]
    method: str
    label: str
    settings: Mapping[str, Any]
    seed: int
    status: Status
    value: Mapping[str, Any]
    metrics: Mapping[str, float]
    warnings: tuple[str, ...] = ()
    params: Any = None
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    history: tuple[Mapping[str, int | float], ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    run: Path | None = None
    definition: Callable[[], AnyProblem] = _no_definition

    @cached_property
    def built(self) -> AnyProblem:
        """The problem's definition, rebuilt once where it was loaded."""
        from sciml.precision import float64

        with float64():
            return self.definition()

    def predict(self, points: Any) -> Float[np.ndarray, "n k"]:
        """Return the solved fields at points: [n] or [n, d] -> [n, k], one column a field or state.

        Raises
        ------
        BadData : points of the wrong shape, or not finite.
        BadArchive : the problem came from a file of the user's that may not be executed.
        """
        return query.predict(self, points)

    def derivative(self, points: Any, name: str) -> Float[np.ndarray, " n"]:
        """Return a derivative of a field at points [n, d] -> [n], by its name, such as "u_xx".

        Raises
        ------
        BadConfig : the method gives no derivatives.
        BadData : unusable points, or a name that is not field_axes.
        BadArchive : as in `predict`.
        """
        return query.derivative(self, points, name)

    def std(self, points: Any) -> Float[np.ndarray, "n k"]:
        """Return standard deviations of the fields at points [n, d] -> [n, k].

        Raises
        ------
        BadConfig : the method knows none.
        BadData, BadArchive : as in `predict`.
        """
        return query.std(self, points)

    def sample(
        self, points: Any, count: int = 1, *, seed: int = 0
    ) -> Float[np.ndarray, "count n k"]:
        """Return joint draws of the fields at points [n, d] -> [count, n, k], fixed by the seed.

        Raises
        ------
        BadConfig : the method draws none; a count or seed that is no such number.
        BadData, BadArchive : as in `predict`.
        """
        return query.sample(self, points, count, seed)

    def error(self) -> dict[str, float]:
        """Return the errors against the problem's reference, by name ({} where none is known)."""
        return {name: self.metrics[name] for name in score.METRICS if name in self.metrics}

    def plot(self, path: str | Path | None = None, *, ax: Axes | None = None) -> Any:
        """Return the drawn axes; with a path, also write the picture (.png, .pdf or .svg)."""
        from sciml import plot

        saved = None if path is None else plot.save(self, path)
        return plot.draw(self, ax=ax) if saved is None or ax is not None else saved

    def animate(self, path: str | Path, *, frames: int = 120) -> Path:
        """Write the fields in time, on a line, as frames of a .gif (or .mp4) and return its path.

        Raises
        ------
        BadConfig : a file that cannot be written, .mp4 without ffmpeg, or axes that are not t
            and one more.
        BadData : the result holds nothing to predict from.
        BadArchive : as in `predict`.
        """
        from sciml import animate

        return animate.animate(self, path, frames=frames)

    def save(self, folder: str | Path) -> Path:
        """Write the result as a new run folder and return its path (read it with `sciml.load`).

        Raises
        ------
        BadArchive : the folder exists already, or cannot be written.
        """
        from sciml import store

        return store.save(self, Path(folder))

    def to_dict(self) -> dict[str, Any]:
        """Return everything but arrays, parameters and history, as data for strict JSON."""
        return strict(
            {
                "problem": self.problem,
                "spec": self.spec,
                "source": self.source,
                "parameters": self.parameters,
                "method": self.method,
                "label": self.label,
                "settings": self.settings,
                "seed": self.seed,
                "status": self.status.name,
                "advice": "" if self.status.ok else self.status.advice,
                "value": self.value,
                "metrics": self.metrics,
                "warnings": list(self.warnings),
                "seconds": self.seconds,
                "cpu_seconds": self.cpu_seconds,
                "provenance": self.provenance,
                "run": None if self.run is None else str(self.run),
            }
        )

    def to_npz(self, path: str | Path) -> None:
        """Write the sampled arrays as a NumPy archive."""
        fields: dict[str, Any] = dict(self.arrays)
        np.savez(path, **fields)

    def to_csv(self, path: str | Path) -> None:
        """Write the sampled arrays as a table: one row a point, one column an array's column.

        Raises
        ------
        BadData : there are no arrays, or their lengths differ.
        """
        export.to_csv(self.arrays, path)

    def to_xarray(self) -> Any:
        """Return the sampled arrays as an `xarray.Dataset` on the grid of their points.

        Where the grid leaves the domain the fields are NaN.

        Raises
        ------
        MissingExtra : xarray is not installed.
        BadData : there are no sampled fields, or their points lie on no grid.
        """
        return export.to_xarray(self)

    def table(self) -> dict[str, list[Any]]:
        """Return what `value` lists with one entry a state, or one a solution found.

        States: its longest equal lists. An equation: the columns of ``branches`` where there are
        several, else nothing.
        """
        branches = self.value.get("branches") or []
        if len(branches) > 1:
            names = list(dict.fromkeys(name for branch in branches for name in branch))
            return {name: [branch.get(name) for branch in branches] for name in names}
        if "u" in self.arrays:
            return {}
        lists = {k: v for k, v in self.value.items() if isinstance(v, list) and v}
        first = self.value.get("energies") or next(iter(lists.values()), [])
        return {k: v for k, v in lists.items() if len(v) == len(first)}

    def __getstate__(self) -> dict[str, Any]:
        """What pickling keeps: a problem travels as the way to rebuild it, where there is one."""
        from sciml.config import RunFile
        from sciml.definition import UNREGISTERED, rebuild

        kept = {k: v for k, v in self.__dict__.items() if k != "built"}
        if not self.spec.startswith(UNREGISTERED):
            run = RunFile(self.spec, source=self.source, parameters=self.parameters)
            kept["definition"] = partial(rebuild, run, trust=True)
        return kept

    def __repr__(self) -> str:
        shown = ", ".join(f"{k}={v:.3g}" for k, v in self.metrics.items())
        return (
            f"Result({self.problem!r}, {self.method!r}, {self.status.name}, "
            f"{self.seconds:.2f} s{', ' if shown else ''}{shown})"
        )

    def _repr_html_(self) -> str:
        return export.to_html(self)
