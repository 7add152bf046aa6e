"""What a computation returns: one frozen object that predicts, plots, saves and explains itself."""

from __future__ import annotations

import csv
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from sciml import score
from sciml.archive import strict
from sciml.errors import BadConfig, BadData
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
    def _problem(self) -> AnyProblem:
        return self.definition()

    def predict(self, points: Any) -> Float[np.ndarray, "n k"]:
        """Return the solved fields at points: [n] or [n, d] -> [n, k], one column a field or state.

        Raises
        ------
        BadData : points of the wrong shape, or not finite.
        BadArchive : the problem came from a file of the user's that may not be executed.
        """
        from sciml import config, method
        from sciml.precision import float64

        with float64():
            problem = self._problem
            dimension = len(problem.domain.axes)
            grid = _checked_points(points, dimension)
            if self.params is None:
                raise BadData(
                    f"this result ({self.status.name}) holds nothing to predict from.",
                    self.status.advice,
                )
            solver = method.get(self.method, problem.kind)
            settings = config.build(solver.config, self.settings)
            return np.asarray(solver.evaluate(problem, settings, self.params, grid))

    def error(self) -> dict[str, float]:
        """Return the errors against the problem's reference, by name ({} where none is known)."""
        return {name: self.metrics[name] for name in score.METRICS if name in self.metrics}

    def plot(self, path: str | Path | None = None, *, ax: Axes | None = None) -> Any:
        """Return the drawn axes; with a path, also write the picture (.png, .pdf or .svg)."""
        from sciml import plot

        saved = None if path is None else plot.save(self, path)
        return plot.draw(self, ax=ax) if saved is None or ax is not None else saved

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
        columns: dict[str, np.ndarray] = {}
        for name, array in self.arrays.items():
            table = array.reshape(len(array), -1)
            names = [name] if array.ndim == 1 else [f"{name}_{i}" for i in range(table.shape[1])]
            columns |= dict(zip(names, table.T, strict=True))
        if len({len(c) for c in columns.values()}) != 1:
            raise BadData("the arrays are no table: none, or of several lengths.", "use to_npz")
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*(c.tolist() for c in columns.values()), strict=True))

    def table(self) -> dict[str, list[Any]]:
        """Return the lists in `value` that have one entry a state (the longest equal ones)."""
        lists = {k: v for k, v in self.value.items() if isinstance(v, list) and v}
        first = self.value.get("energies") or next(iter(lists.values()), [])
        return {k: v for k, v in lists.items() if len(v) == len(first)}

    def __getstate__(self) -> dict[str, Any]:
        """What pickling keeps: a problem travels as the way to rebuild it, where there is one."""
        from sciml.config import RunFile
        from sciml.definition import UNREGISTERED, rebuild

        kept = {k: v for k, v in self.__dict__.items() if k != "_problem"}
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
        columns = self.table()
        head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
        rows = "".join(
            f"<tr>{''.join(f'<td>{_cell(v)}</td>' for v in row)}</tr>"
            for row in zip(*columns.values(), strict=True)
        )
        notes = "".join(f"<li>{html.escape(w)}</li>" for w in self.warnings)
        return (
            f"<p>{html.escape(repr(self))}</p><table><tr>{head}</tr>{rows}</table><ul>{notes}</ul>"
        )


def _cell(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else html.escape(str(value))


def _checked_points(points: Any, dimension: int) -> Float[np.ndarray, "n d"]:
    """Points as a float64 array [n, dimension]."""
    try:
        grid = np.asarray(points, dtype=float)
    except (TypeError, ValueError) as error:
        raise BadData("the points are no array of numbers.", "give [n, d] numbers") from error
    if dimension == 1 and grid.ndim == 1:
        grid = grid[:, None]
    if grid.ndim != 2 or grid.shape[1] != dimension:
        wanted = "[n] or [n, 1]" if dimension == 1 else f"[n, {dimension}]"
        raise BadData(f"the points have shape {grid.shape}.", f"give an array {wanted}")
    if not np.all(np.isfinite(grid)):
        raise BadData("some points are not finite.", "give finite coordinates")
    return grid
