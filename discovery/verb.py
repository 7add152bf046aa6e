"""`discover`: from measurements to the laws that are missing from an equation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from discovery.found import Found
from sciml import registry, solver
from sciml.errors import BadData
from sciml.fit import Report
from sciml.hidden import HiddenTermProblem
from sciml.precision import float64


def discover(
    problem: str | HiddenTermProblem,
    data: Any = None,
    *,
    noise: Any = None,
    operators: str | tuple[str, ...] | list[str] = "auto",
    seed: int = 0,
    store: str | Path | None = None,
    report: Report | None = None,
    **settings: Any,
) -> Found:
    """Return the laws of a problem's hidden terms, found from measurements.

    Parameters
    ----------
    problem : what is known and where something is missing, or a registered name.
    data : DataFrame, dictionary of arrays, xarray data set, path of a CSV or npz file, `Records`,
        or a list of these, one an experiment; None for the data that the problem brings.
    noise : standard deviation of the measurements (see `discovery.inputs.read`); None where it is
        unknown. Of a registered problem that makes its own data, the noise that it adds; the
        search is not told.
    operators : "auto", or the functions that laws may hold beside sums, products and quotients.
    seed : random seed; same seed, same result.
    store : folder in which to keep the run; None keeps it in memory.
    report : called after every step with (step, step limit, metrics).
    settings : parameters of a registered problem, or settings of method `discover`.

    Raises
    ------
    SciMLError : unusable data or problem, before anything is computed or written.
    """
    if data is None and isinstance(problem, str) and noise is not None:
        settings, noise = {"noise": noise, **settings}, None
    with float64():
        built, rest = _built(problem, settings)
        if data is not None or noise is not None:
            from discovery.inputs.read import read
        if data is not None:
            built = replace(built, data=read(data, built, noise=noise), origin=None)
        elif noise is not None and built.data is not None:
            built = replace(built, data=read(built.data, built, noise=noise))
        named = operators if isinstance(operators, str) else ",".join(operators) or "none"
        found = solver.solve(
            built, "discover", seed=seed, store=store, report=report, operators=named, **rest
        )
    return Found(found, built)


def _built(
    problem: str | HiddenTermProblem, settings: dict[str, Any]
) -> tuple[HiddenTermProblem, dict[str, Any]]:
    """The problem, and the settings that are not its parameters."""
    if isinstance(problem, HiddenTermProblem):
        return problem, settings
    known = registry.entry(problem).parameters
    own = {k: v for k, v in settings.items() if k in known}
    built = registry.get(problem, **own)
    if not isinstance(built, HiddenTermProblem):
        raise BadData(
            f"'{problem}' has no hidden term: it is a problem to be solved.",
            f"`sciml solve {problem}`; `sciml problems --tag hidden-term` lists the others",
        )
    return built, {k: v for k, v in settings.items() if k not in known}
