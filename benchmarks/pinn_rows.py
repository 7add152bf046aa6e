"""The rows of the acceptance of method `pinn` on equations: what is run, and how it is judged."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import sciml
from benchmarks.acceptance import Row, Verdict
from sciml import registry
from sciml.errors import SciMLError

Item = dict[str, Any]
SEEDS, DRAWS = range(3), range(60)
POISSON = 50 * np.pi


def measure(problem: str, *, seed: int = 0, method: str = "pinn", **given: Any) -> Item:
    """Return numbers of one solution: error, residual, status, processor seconds."""
    item: Item = {"problem": problem, "method": method, "seed": seed, **given}
    start = time.process_time()
    try:
        found = sciml.solve(problem, method, seed=seed, **given)
    except SciMLError as error:
        spent = time.process_time() - start
        return item | {"error": float("inf"), "what": error.what, "cpu_seconds": spent}
    metrics = dict(found.metrics)
    error = metrics.get("rel_l2", metrics.get("energy_rel_error", float("inf")))
    return item | {
        "error": error,
        "metrics": metrics,
        "status": found.status.name,
        "cpu_seconds": found.cpu_seconds,
        "route": found.value.get("route"),
        "theta": found.value.get("theta"),
        "warnings": list(found.warnings),
    }


def _run(cases: tuple[tuple[str, dict[str, Any]], ...]) -> list[Item]:
    return [measure(name, seed=seed, **given) for name, given in cases for seed in SEEDS]


def _judge(bar: float, seconds: float, items: list[Item]) -> Verdict:
    """Medians over the seeds of each problem against the bars."""
    words, met = [], True
    for problem, method in dict.fromkeys((i["problem"], i["method"]) for i in items):
        mine = [i for i in items if (i["problem"], i["method"]) == (problem, method)]
        error = float(np.median([i["error"] for i in mine]))
        spent = float(np.median([i["cpu_seconds"] for i in mine]))
        states = "/".join(sorted({i.get("status", "REFUSED") for i in mine}))
        name = problem if method == "pinn" else f"{problem} ({method})"
        words.append(f"{name} {error:.1e} in {spent:.1f} s, {states}")
        met &= error <= bar and spent <= seconds
    return Verdict("; ".join(words), met)


def _row(what: str, bar: float, seconds: float, *cases: str | tuple[str, dict[str, Any]]) -> Row:
    given = tuple(case if isinstance(case, tuple) else (case, {}) for case in cases)
    run: Callable[[], list[Item]] = partial(_run, given)
    must = f"<= {bar:.1e} in {seconds:.0f} CPU s"
    return Row(what, must, run, partial(_judge, bar, seconds))


def _draws(problem: str, truth: str) -> list[Item]:
    found = []
    for draw in DRAWS:
        item = measure(problem, draw=draw)
        true = registry.entry(problem).parameters[truth]
        found.append(item | {"unknown": truth, "true": true})
    return found


def _judge_draws(items: list[Item]) -> Verdict:
    """How many draws give the coefficient to 2 % and to two standard deviations.

    Of a deviation that is right, 95 % do; a third of the draws, the first ones, is told apart.
    """
    good, worst, first = 0, 0.0, 0
    for item in items:
        guess = (item.get("theta") or {}).get(item["unknown"])
        off = abs(guess["value"] - item["true"]) if guess else float("inf")
        worst = max(worst, off / item["true"])
        fits = bool(guess) and off <= min(0.02 * item["true"], 2 * guess["sd"])
        good += fits
        first += fits and item["draw"] < 20
    spent = float(np.median([i["cpu_seconds"] for i in items]))
    told = f"{good} of {len(items)} ({first} of the first 20)"
    text = f"{told}, largest error {100 * worst:.2g} %, median {spent:.1f} s"
    return Verdict(text, good >= 0.9 * len(items))


def _inverse(problem: str, truth: str, what: str) -> Row:
    must = "within 2 % and 2 sd in >= 90 % of 60 draws"
    return Row(what, must, partial(_draws, problem, truth), _judge_draws)


ROWS = {
    "poisson": _row(
        "Poisson, sin 50πx on [0, 1]", 1e-6, 15, ("gp_u1", {"frequency": POISSON, "length": 1.0})
    ),
    "helmholtz": _row(
        "Helmholtz on a line and in the plane", 1e-6, 15, "helmholtz_1d", "helmholtz_2d"
    ),
    "heat": _row("heat", 1e-8, 15, "heat"),
    "wave": _row("wave", 1e-4, 15, "wave"),
    "advection": _row("fast advection", 1e-4, 15, "gp_advection", "advection_periodic"),
    "burgers": _row("Burgers, ν = 0.01/π", 1.5e-3, 35, "burgers"),
    "allen_cahn": _row("Allen-Cahn", 1.5e-3, 20, "allen_cahn"),
    "kdv": _row("Korteweg-de Vries", 1e-3, 60, "kdv"),
    "fisher": _row("Fisher-KPP", 1e-3, 60, "fisher_front"),
    "schrodinger": _row("nonlinear Schrödinger", 1e-3, 60, "nonlinear_schrodinger"),
    "sturm_liouville": _row(
        "Sturm-Liouville, 5 eigenvalues", 1e-9, 60, "mathieu", ("mathieu", {"method": "ritz"})
    ),
    "gray_scott": _row("Gray-Scott", 5e-2, 300, "gray_scott"),
    "cavity": _row("driven cavity, Re = 100", 5e-2, 300, "lid_driven_cavity"),
    "ks": _row("Kuramoto-Sivashinsky, t <= 20", 5e-2, 300, "kuramoto_sivashinsky"),
    "inverse_burgers": _inverse("burgers_inverse", "nu", "ν of Burgers from 200 points, 1 % noise"),
    "inverse_heat": _inverse("heat_inverse", "kappa", "κ of heat from 200 points, 1 % noise"),
}
