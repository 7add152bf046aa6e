"""What a search found, as plain data: laws, constants with intervals, short list, warnings."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from discovery import uncertainty
from discovery.experiment import next_experiment
from discovery.findings import FRONT, Findings
from discovery.ranking.field import Field
from discovery.ranking.model import Model
from discovery.ranking.search import Ranked
from discovery.ranking.target import Fit, Target
from discovery.system import described
from sciml.method import Outcome
from sciml.status import Status

DIGITS = 6
"""significant digits of a constant in a formula that people read"""


def shown(expression: sympy.Expr, digits: int = DIGITS) -> str:
    """Return a formula as text that `sciml.formula.parse` reads back."""
    rounded = expression.xreplace(
        {n: sympy.Float(n, digits) for n in expression.atoms(sympy.Float)}
    )
    text = str(rounded)
    return text.replace("Abs(", "abs(")


def outcome(found: Findings, status: Status) -> Outcome:
    """Return the findings as an outcome."""
    target, best = found.target, found.best
    problem = target.problem
    names = [h.name for h in problem.hidden]
    scores = np.array([r.score for r in found.short])
    weights = np.exp(-0.5 * (scores - scores.min()))
    coming = next_experiment(found.target, [r.fit for r in found.short])
    value = {
        "expressions": dict(zip(names, map(shown, best.law.expressions), strict=True)),
        "latex": {
            n: sympy.latex(e.xreplace({f: sympy.Float(f, 4) for f in e.atoms(sympy.Float)}))
            for n, e in zip(names, best.law.expressions, strict=True)
        },
        "constants": found.constants,
        "free": uncertainty.free_parameters(target, best),
        "shortlist": [
            {
                "expressions": dict(zip(names, map(shown, r.fit.law.expressions), strict=True)),
                "score": r.score,
                "weight": float(w / weights.sum()),
                "chi2": r.fit.chi2,
                "complexity": r.fit.law.complexity,
                "constants": r.fit.law.count,
            }
            for r, w in zip(found.short, weights, strict=True)
        ],
        "ambiguous": bool(found.rivals or found.undetermined or found.doubts),
        "found": not found.complaint,
        "pareto": pareto(found.ranked),
        "noise": dict(zip(problem.states, target.sigma.tolist(), strict=True)),
        "next": coming,
        "warnings": warnings(found, coming),
        "system": described(problem),
    }
    free = max(len(best.residuals) - best.jacobian.shape[1], 1)
    metrics = {
        "score": found.short[0].score,
        "reduced_chi2": best.chi2 / free,
        "data": float(len(best.residuals)),
        "laws": float(len(found.ranked)),
    }
    return Outcome(
        status,
        value,
        metrics,
        _params(found),
        _arrays(found),
        tuple(value["warnings"]),  # type: ignore[arg-type]
    )


def pareto(ranked: tuple[Ranked, ...]) -> list[dict[str, Any]]:
    """Return the laws that no simpler law fits better: complexity, misfit, formulas."""
    front: list[dict[str, Any]] = []
    least = np.inf
    for r in sorted(ranked, key=lambda r: (r.fit.law.complexity, r.fit.chi2)):
        if r.fit.chi2 < least * (1 - 1e-6):
            least = r.fit.chi2
            front.append(
                {
                    "complexity": r.fit.law.complexity,
                    "chi2": r.fit.chi2,
                    "score": r.score,
                    "expressions": [shown(e, 4) for e in r.fit.law.expressions],
                }
            )
    return front


def warnings(found: Findings, coming: dict[str, Any]) -> list[str]:
    """Return what a reader must know beside the law."""
    said = []
    if found.complaint:
        said.append(f"No law that was tried explains the data: of the best, {found.complaint}.")
    if found.rivals:
        said.append(
            f"The data do not choose between {1 + len(found.rivals)} laws (see the short list). "
            f"{coming['why']}"
        )
    if not found.complaint:
        said += found.doubts
    said += found.undetermined
    said += [*found.notes, *found.target.records.notes]
    return said


def _params(found: Findings) -> dict[str, Any]:
    """What `discovery.predict.evaluate` needs."""
    target, best = found.target, found.best
    law = best.law
    params: dict[str, Any] = {
        "terms": [shown(t, 17) for t in law.terms],
        "values": np.asarray(law.values, float),
        "free": np.asarray(best.free, float),
        "starts": [
            space.start(np.asarray(s)[None])[0]
            for space, s in zip(target.spaces, best.starts, strict=True)
        ],
        "begins": np.array([float(space.times[0]) for space in target.spaces]),
    }
    space = target.spaces[0]
    if isinstance(space, Field):
        axes, table = _table(target, best, space)
        params |= {"axes": axes, "table": table}
    return params


def _table(target: Target, fit: Fit, space: Field) -> tuple[list[np.ndarray], np.ndarray]:
    """The fields of the first experiment on times and nodes in order."""
    model = Model(target, fit.law)
    times = np.linspace(space.times[0], space.times[-1], 65)
    p = model.pack(fit.law.values, fit.free, fit.starts)[None]
    path = model.trajectory(p, 0, times)
    assert path is not None
    states = len(target.problem.states)
    fields = path[:, 0].reshape(len(times), len(space.nodes), states)
    order = np.lexsort(space.nodes.T[::-1])
    shape = [len(a.nodes) for a in space.axes]
    ordered = fields[:, order].reshape(len(times), *shape, states)
    return [times, *(a.nodes for a in space.axes)], ordered


def _arrays(found: Findings) -> dict[str, np.ndarray]:
    """Data, fit and hidden terms, for pictures."""
    target, best = found.target, found.best
    problem, arrays = target.problem, {}
    model = Model(target, best.law)
    p = model.pack(best.law.values, best.free, best.starts)[None]
    for i, (experiment, space) in enumerate(
        zip(target.records.experiments, target.spaces, strict=True)
    ):
        arrays[f"data/points/{i}"] = experiment.points
        arrays[f"data/values/{i}"] = experiment.values
        if experiment.noise is not None:
            arrays[f"data/noise/{i}"] = experiment.noise
        path = model.trajectory(p, i, space.times)
        if path is not None:
            arrays[f"fit/values/{i}"] = space.observe(path)[:, 0]
        if not problem.space:
            times = np.linspace(space.times[0], space.times[-1], FRONT)
            path = model.trajectory(p, i, times)
            if path is not None:
                arrays[f"fit/times/{i}"], arrays[f"fit/states/{i}"] = times, path[:, 0]
    where = found.where
    arrays["hidden/points"] = where
    arrays["hidden/network"] = found.surrogate.hidden(0, where)
    arrays["hidden/sd"] = np.stack(
        [
            np.sqrt(np.maximum(np.diag(found.surrogate.hidden_covariance(m, 0, where)), 0.0))
            for m in range(len(problem.hidden))
        ],
        1,
    )
    arrays["hidden/law"] = found.along(best)
    return arrays
