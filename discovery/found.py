"""What `discover` returns: the laws as sympy, tables, pictures, and the equation to go on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy
from jaxtyping import Float

from discovery import source
from discovery.predict import law_of, solution
from discovery.system import rebuilt
from sciml import formula
from sciml.errors import BadConfig, BadData
from sciml.hidden import HiddenTermProblem
from sciml.precision import float64
from sciml.status import Status

if TYPE_CHECKING:
    import pandas

    from discovery.bootstrap import Bootstrap
    from sciml.result import Result


@dataclass(frozen=True, eq=False)
class Found:
    """The laws that a search has found, with everything needed to judge and to use them.

    Attributes
    ----------
    result : the underlying result: status, settings, provenance, metrics.
    problem : the equation with its hidden terms.
    """

    result: Result
    problem: HiddenTermProblem

    @property
    def status(self) -> Status:
        """How the search ended: CONVERGED, AMBIGUOUS or NO_LAW."""
        return self.result.status

    @property
    def value(self) -> Mapping[str, Any]:
        """The answer as plain data."""
        return self.result.value

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences to read beside the laws."""
        return self.result.warnings

    @cached_property
    def expressions(self) -> dict[str, sympy.Expr]:
        """Hidden term -> the best law's formula."""
        found = self._answer("expressions")
        return {
            h.name: formula.parse(found[h.name], h.inputs, f"the law of '{h.name}'")
            for h in self.problem.hidden
        }

    @property
    def expression(self) -> sympy.Expr:
        """The formula of the hidden term; of several, use `expressions`.

        Raises
        ------
        BadConfig : there are several hidden terms.
        """
        if len(self.expressions) > 1:
            raise BadConfig(
                f"there are {len(self.expressions)} hidden terms.",
                f"use .expressions, by name: {', '.join(self.expressions)}",
            )
        return next(iter(self.expressions.values()))

    @property
    def table(self) -> pandas.DataFrame:
        """The constants: term, where each stands, value, sd, 95 % interval."""
        return _frame(self._answer("constants"))

    @property
    def shortlist(self) -> pandas.DataFrame:
        """The laws that the data do not exclude, best first, with their weights."""
        rows = []
        for entry in self._answer("shortlist"):
            rest = {k: v for k, v in entry.items() if k != "expressions"}
            rows.append({**entry["expressions"], **rest})
        return _frame(rows)

    @property
    def pareto(self) -> pandas.DataFrame:
        """The laws that no simpler law fits better: complexity, misfit, formulas."""
        return _frame(self._answer("pareto"))

    def latex(self) -> str:
        """Return the whole equation in LaTeX, the laws in place."""
        return source.latex(self.problem, self._answer("latex"))

    def python(self) -> str:
        """Return the right-hand side as the source of a Python function of (t, y)."""
        self._ordinary("python")
        return source.python(self.problem, self.expressions, self._free())

    def system(self) -> tuple[Callable[[Any, Any, Any], Any], Float[np.ndarray, " s"], None]:
        """Return (vector field, initial state, None) as diffrax takes them.

        The vector field maps (t, y [s], args) to dy/dt [s] in JAX: `diffrax.ODETerm(field)`.

        Raises
        ------
        BadConfig : the equation is a partial one, or a known part is no formula.
        """
        self._ordinary("system")
        field = source.vector_field(self.problem, self.expressions, self._free())
        return field, np.asarray(self._answer_params()["starts"][0]), None

    def predict(
        self, t: Any, y0: Any = None, *, params: Mapping[str, float] | None = None
    ) -> Float[np.ndarray, "n s"]:
        """Return the states by the best law.

        Parameters
        ----------
        t : times [n]; of a partial differential equation, points [n, d] as (t, x, …).
        y0 : states at the first of the times; None for the solution fitted to the data.
        params : parameters of the known part that differ.

        Raises
        ------
        BadData : times or states of the wrong shape, or a solution that blows up.
        """
        if self.problem.space or (y0 is None and params is None):
            found = self.result.predict(t)
        else:
            found = self._from(t, y0, params or {})
        if not np.all(np.isfinite(found)):
            raise BadData("the solution blows up before the last of the times.", "stop earlier")
        return found

    def _from(self, t: Any, y0: Any, params: Mapping[str, float]) -> Float[np.ndarray, "n s"]:
        self._ordinary("predict from y0")
        times = np.asarray(t, float).ravel()
        kept = self._answer_params()
        begin = float(times.min()) if y0 is not None else float(kept["begins"][0])
        start = np.asarray(kept["starts"][0] if y0 is None else y0, float).ravel()
        if start.shape != (len(self.problem.states),):
            raise BadData(
                f"y0 has shape {start.shape}.", f"give one value for each of {self.problem.states}"
            )
        law = law_of(self.problem, kept)
        own = {**self._free(), **params}
        return solution(self.problem, law, start[None], times, begin, params=own)[:, 0]

    def next_experiment(self) -> Mapping[str, Any]:
        """Return where another measurement would tell most: points, states, by how much, why."""
        coming: Mapping[str, Any] = self._answer("next")
        return coming

    def bootstrap(self, count: int = 40, seed: int = 0) -> Bootstrap:
        """Return how often replicates of the data elect each law, and how its constants vary.

        Noise is drawn anew on the best law's solution, and up to five laws of the short list are
        refitted to every replicate: `.votes` and `.intervals` are tables.

        Parameters
        ----------
        count : number of replicates.
        seed : of the noise; same seed, same result.

        Raises
        ------
        BadConfig : the equation is a partial one, or count is below 2.
        """
        from discovery import bootstrap

        kept = self._answer_params()
        asked = self.result.settings.get("operators", "auto") != "auto"
        with float64():
            target = bootstrap.target_of(self.problem, self.value, kept, asked=asked)
            laws = bootstrap.laws_of(self.problem, self.value, kept)
            free = tuple(self._free()[name] for name in self.problem.free)
            return bootstrap.bootstrap(target, laws, free=free, count=count, seed=seed)

    def plot(self, path: str | Path | None = None) -> Any:
        """Return a figure: data and fit, hidden terms ± 2 sd with the law, front, short list.

        With a path, also write it (.png, .pdf or .svg).
        """
        return self.result.plot(path)

    def save(self, folder: str | Path) -> Path:
        """Write the result as a new run folder and return its path (read it with `load`)."""
        return self.result.save(folder)

    def _answer(self, name: str) -> Any:
        if name not in self.result.value:
            raise BadData(
                f"this search ({self.status.name}) ended before it found a law.",
                self.status.advice,
            )
        return self.result.value[name]

    def _answer_params(self) -> Any:
        self._answer("expressions")
        return self.result.params

    def _free(self) -> dict[str, float]:
        return {name: entry["value"] for name, entry in self._answer("free").items()}

    def _ordinary(self, what: str) -> None:
        if self.problem.space:
            raise BadConfig(
                f"{what} serves ordinary differential equations.",
                "use .predict(points) with points (t, x, …), or .expressions",
            )

    def __repr__(self) -> str:
        laws = ", ".join(f"{k} = {v}" for k, v in self.result.value.get("expressions", {}).items())
        return f"Found({laws or 'nothing'}; {self.status.name}, {self.result.seconds:.1f} s)"

    def _repr_html_(self) -> str:
        if "expressions" not in self.result.value:
            return self.result._repr_html_()
        notes = "".join(f"<li>{_escaped(w)}</li>" for w in self.warnings)
        return (
            f"<p>$${self.latex()}$$</p><p>{_escaped(repr(self))}</p>"
            f"{self.table.to_html(index=False)}"
            f"{self.shortlist.to_html(index=False)}<ul>{notes}</ul>"
        )


def _escaped(text: str) -> str:
    import html

    return html.escape(text)


def _frame(rows: Any) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame(rows)


def load(folder: str | Path) -> Found:
    """Return a search that was saved.

    Raises
    ------
    BadArchive : the folder is missing, unfinished or damaged.
    BadData : the result is of another method, or its known part was a function.
    """
    from sciml import store

    kept = store.load(folder)
    system = kept.value.get("system")
    if system is None:
        raise BadData(
            f"'{folder}' holds no search whose problem is kept with it.",
            "use sciml.load(folder, problem=...)",
        )
    problem = rebuilt(system, kept.arrays)
    return Found(replace(kept, definition=lambda: problem), problem)
