"""PySINDy on the data of method `discover`, its best settings chosen with the truth in hand.

It is no dependency (pip install pysindy). Polynomials to degree 3; three ways to differentiate by
three thresholds. Scattered fields are put on a grid by linear interpolation and differentiated
along space to second order, or integrated against test functions (weak form). Known terms cannot
be taken out: its equation is judged as a whole, by the summands of every rate.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import sympy

import sciml
from benchmarks.discovery_measure import Item, Verdict, measure, right
from sciml import formula
from sciml.hidden import HiddenTermProblem

CASES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("[0, 3], 0.5 %", "lotka_volterra", {"points": 31, "noise": 0.005}),
    ("6 points, clean", "lotka_volterra", {"points": 6, "noise": 0.0}),
    ("[0, 6], 5 %", "lotka_volterra", {"t_end": 6.0, "noise": 0.05}),
    ("[0, 9], 10 %", "lotka_volterra", {"t_end": 9.0, "noise": 0.1}),
    ("logistic", "logistic", {}),
    ("Fisher-KPP", "fisher_kpp", {}),
    ("Burgers", "burgers_hidden", {}),
)
"""what is compared: label, registered problem, its parameters"""

THRESHOLDS = (0.05, 0.2, 0.5)
"""of coefficients: of ten from 0.001 to 3, with columns as they are and normalised, no other is
better on any of the ordinary equations"""

FIELDS = (0.006, 0.0144, 0.035)
"""the same for fields, whose columns are normalised: D u_xx is small beside the reaction"""

FEWEST = 12
"""points along an axis below which PySINDy's weak form does not end"""

ALPHA = 1e-5
"""weight of the ridge"""

PATIENCE = 60
"""seconds that one setting may take"""

GRID = 40
"""nodes along time and along space of a gridded field"""

Equation = dict[str, dict[str, float]]
"""state -> summand without its coefficient -> coefficient"""


def side_by_side() -> Iterator[Item]:
    """Give every case as measured by our defaults, PySINDy's best beside it."""
    if importlib.util.find_spec("pysindy") is None:
        print("pysindy: left out, PySINDy is not installed (pip install pysindy)", flush=True)
        return
    for label, name, settings in CASES:
        problem = sciml.get(name, **settings)
        assert isinstance(problem, HiddenTermProblem)
        other = best(problem)
        yield {**measure(name, **settings), "problem": label, "pysindy": other}


def judge(items: list[Item]) -> Verdict:
    """Return how many forms each found; met where PySINDy has none that we have not."""
    ours, theirs = sum(map(right, items)), sum(i["pysindy"]["form"] for i in items)
    only = [i["problem"] for i in items if i["pysindy"]["form"] and not right(i)]
    text = f"form: here {ours}/{len(items)}, PySINDy {theirs}/{len(items)}"
    return Verdict(text + (f"; only PySINDy: {', '.join(only)}" if only else ""), not only)


def line(found: dict[str, Any]) -> str:
    """Return PySINDy's best equation in one line."""
    word = "right" if found["form"] else f"{found['wrong']} summands wrong"
    written = "; ".join(found["equations"]) or found["failed"]
    return f"PySINDy ({found['settings']}): {written} [{word}]"


def best(problem: HiddenTermProblem) -> dict[str, Any]:
    """Return the equation, of nine settings, that has the fewest summands wrong."""
    exact = truth(problem)
    most = sum(map(len, exact.values()))
    chosen: dict[str, Any] = {"form": False, "wrong": most, "settings": "none", "equations": []}
    chosen["failed"] = ""
    least = (np.inf, np.inf)
    for name, fit in settings(problem):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"), deadline(PATIENCE):
                warnings.simplefilter("ignore")
                found = fit()
        except Exception as error:  # whatever PySINDy or what it calls runs into
            chosen["failed"] = chosen["failed"] or f"{type(error).__name__}: {error}"
            continue
        wrong = sum(len(set(found[s]) ^ set(exact[s])) for s in exact)
        apart = max(abs(found[s].get(k, 0) / v - 1) for s in exact for k, v in exact[s].items())
        if (wrong, apart) < least:
            least = (wrong, apart)
            chosen |= {
                "form": wrong == 0,
                "wrong": wrong,
                "coefficient_error": apart if wrong == 0 else None,
                "settings": name,
                "equations": [f"{s}' = {_text(found[s])}" for s in exact],
            }
    return chosen


def truth(problem: HiddenTermProblem) -> Equation:
    """Return the summands of every rate, known and hidden."""
    numbers = {formula.symbol(k): sympy.Float(v) for k, v in problem.params.items()}
    exact: Equation = {}
    for state in problem.states:
        rate = problem.formulas.get(state, sympy.Integer(0)).subs(numbers)
        for hidden in problem.hidden:
            law = formula.parse(problem.truth[hidden.name], hidden.inputs)
            rate += hidden.factors.get(state, 0) * law
        pairs = (s.as_coeff_Mul() for s in sympy.Add.make_args(sympy.expand(rate)))
        exact[state] = {str(rest): float(factor) for factor, rest in pairs}
    return exact


def settings(problem: HiddenTermProblem) -> Iterator[tuple[str, Callable[[], Equation]]]:
    """Give the nine settings: name, and the fit that returns the equation."""
    thresholds = FIELDS if problem.space else THRESHOLDS
    for way in ("differences", "smoothed", "weak" if problem.space else "spline"):
        for threshold in thresholds:
            fit = _field if problem.space else _ordinary
            yield f"{way}, {threshold:g}", lambda f=fit, w=way, h=threshold: f(problem, w, h)  # type: ignore[misc]


def _ordinary(problem: HiddenTermProblem, way: str, threshold: float) -> Equation:
    ps: Any = importlib.import_module("pysindy")
    assert problem.data is not None
    data = problem.data.experiments[0]
    many = len(data.values)
    window = min(7, many - 1 + many % 2)
    spread = np.mean([float(np.var(np.diff(c, 2))) / 6 for c in data.values.T])
    derivative = {
        "differences": lambda: ps.FiniteDifference(),
        "smoothed": lambda: ps.SmoothedFiniteDifference(
            smoother_kws={"window_length": window, "polyorder": 3}
        ),
        "spline": lambda: ps.SINDyDerivative(kind="spline", s=max(many * spread, 1e-12)),
    }[way]()
    model = ps.SINDy(
        optimizer=ps.STLSQ(threshold=threshold, alpha=ALPHA),
        feature_library=ps.PolynomialLibrary(degree=3),
        differentiation_method=derivative,
    )
    model.fit(data.values, t=data.times, feature_names=list(problem.states))
    return _equation(problem, model)


def _field(problem: HiddenTermProblem, way: str, threshold: float) -> Equation:
    ps: Any = importlib.import_module("pysindy")
    t, x, u = gridded(problem)
    if way == "weak" and min(u.shape) < FEWEST:
        raise ValueError(f"the weak form needs {FEWEST} points along each axis")
    common = {
        "function_library": ps.PolynomialLibrary(degree=3, include_bias=False),
        "derivative_order": 2,
        "include_bias": True,
    }
    if way == "weak":
        grid = np.stack(np.meshgrid(x, t, indexing="ij"), -1)
        np.random.seed(0)  # its test functions are drawn from the global generator
        library = ps.WeakPDELibrary(spatiotemporal_grid=grid, K=400, **common)
        smooth: Any = ps.FiniteDifference(axis=-2)
    else:
        kind = ps.SmoothedFiniteDifference if way == "smoothed" else ps.FiniteDifference
        smooth = kind(axis=-2)  # along time, the last axis but one
        library = ps.PDELibrary(spatial_grid=x, differentiation_method=type(smooth), **common)
    model = ps.SINDy(
        optimizer=ps.STLSQ(threshold=threshold, alpha=ALPHA, normalize_columns=True),
        feature_library=library,
        differentiation_method=smooth,
    )
    model.fit(u[..., None], t=t, feature_names=list(problem.states))
    return _equation(problem, model)


def gridded(problem: HiddenTermProblem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times [m], positions [n] and a scattered field there [n, m], linear in between."""
    from scipy.interpolate import griddata

    assert problem.data is not None
    data = problem.data.experiments[0]
    ((lower, upper),) = problem.bounds.values()
    t = np.linspace(data.times.min(), data.times.max(), GRID)
    x = np.linspace(lower, upper, GRID)
    where = np.stack(np.meshgrid(x, t, indexing="ij"), -1)[..., ::-1].reshape(-1, 2)
    inside = griddata(data.points, data.values[:, 0], where, method="linear", rescale=True)
    near = griddata(data.points, data.values[:, 0], where, method="nearest", rescale=True)
    return t, x, np.where(np.isfinite(inside), inside, near).reshape(GRID, GRID)


def _equation(problem: HiddenTermProblem, model: Any) -> Equation:
    """PySINDy's coefficients by summands that are written as those of the truth."""
    axis = problem.space[0] if problem.space else ""
    names = [_summand(n, problem.states, axis) for n in model.get_feature_names()]
    return {
        state: {n: float(c) for n, c in zip(names, row, strict=True) if c != 0}
        for state, row in zip(problem.states, np.asarray(model.coefficients()), strict=True)
    }


def _summand(feature: str, states: Iterable[str], axis: str) -> str:
    """A feature such as "x^2 y" or "uu_11" as sympy writes it."""
    found = re.findall(rf"({'|'.join(states)})(_1+)?(\^\d+)?", feature)
    parts = [s + d.replace("1", axis) + p for s, d, p in found] or ["1"]
    names = {s + d.replace("1", axis) for s, d, _ in found}
    return str(formula.parse("*".join(parts), names))


def _text(summands: dict[str, float]) -> str:
    return " + ".join(f"{v:.3g}*{k}" for k, v in summands.items()) or "0"


@contextmanager
def deadline(seconds: int) -> Iterator[None]:
    """Raise TimeoutError after some seconds of Python code."""

    def ended(_number: int, _frame: Any) -> None:
        raise TimeoutError(f"no end after {seconds} s")

    before = signal.signal(signal.SIGALRM, ended)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
