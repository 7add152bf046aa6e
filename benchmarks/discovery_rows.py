"""The rows of the acceptance of method `discover`: what is run, and how it is judged."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

import sciml
from benchmarks import discovery_sindy, laws
from benchmarks.discovery_measure import Item, Row, Verdict, error, measure, right
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment, Records
from sciml.result import Result


def _forms(items: list[Item], bar: float = math.inf, seconds: float = math.inf) -> Verdict:
    count = sum(right(i) for i in items)
    worst = max((error(i) for i in items if right(i)), default=math.inf)
    slow = max((i.get("cpu_seconds", math.inf) for i in items), default=math.inf)
    text = f"form {count}/{len(items)}, constants {worst:.1e}, slowest {slow:.0f} CPU-s"
    return Verdict(text, count == len(items) and worst <= bar and slow <= seconds)


def _seeds(name: str, count: int, **settings: Any) -> Callable[[], Iterable[Item]]:
    return lambda: (measure(name, data_seed=k, **settings) for k in range(count))


def _lotka_volterra() -> Iterable[Item]:
    """Ten seeds, with the error of the trajectory against the truth."""
    from scipy.integrate import solve_ivp

    times = np.linspace(0, 3, 301)
    exact = solve_ivp(
        lambda _t, s: (1.3 * s[0] - 0.9 * s[0] * s[1], 0.8 * s[0] * s[1] - 1.8 * s[1]),
        (0, 3),
        (0.44249296, 4.6280594),
        t_eval=times,
        rtol=1e-11,
        atol=1e-12,
    ).y.T

    def trajectory(found: Result) -> Item:
        path = found.predict(times)
        worst = np.linalg.norm(path - exact, axis=0) / np.linalg.norm(exact, axis=0)
        return {"trajectory": float(np.max(worst))}

    for k in range(10):
        yield measure("lotka_volterra", look=trajectory, points=31, noise=0.005, data_seed=k)


def _judge_lotka_volterra(items: list[Item]) -> Verdict:
    count = sum(right(i) for i in items)
    found = [[abs(c["value"]) for c in i["constants"]] for i in items if right(i)]
    b = max(abs(f[0] - 0.9) / 0.9 for f in found)
    c = max(abs(f[1] - 0.8) / 0.8 for f in found)
    path = max(i["trajectory"] for i in items)
    slow = max(i["cpu_seconds"] for i in items)
    text = (
        f"form {count}/10, b {100 * b:.2f} %, c {100 * c:.2f} %, trajectory {path:.1e}, "
        f"slowest {slow:.0f} CPU-s"
    )
    met = count == 10 and b <= 0.006 and c <= 0.03 and path < 2e-3 and slow < 60
    return Verdict(text, met)


def _later() -> Iterable[Item]:
    return (
        *(measure("lotka_volterra", t_end=6.0, noise=0.05, data_seed=k) for k in range(5)),
        *(measure("lotka_volterra", t_end=9.0, noise=0.1, data_seed=k) for k in range(5)),
    )


def _judge_later(items: list[Item]) -> Verdict:
    six = [i for i in items if i["t_end"] == 6.0]
    nine = [i for i in items if i["t_end"] == 9.0]
    a, b = _forms(six, 0.03), _forms(nine, 0.05)
    return Verdict(f"[0, 6]: {a.measured}; [0, 9]: {b.measured}", a.met and b.met)


def _judge_ambiguous(items: list[Item]) -> Verdict:
    listed = sum(bool(i["truth_listed"]) for i in items)
    said = sum(i["status"] == "AMBIGUOUS" for i in items)
    later = sum(bool(i["next"]["points"]) and i["next"]["points"][0][0] > 3 for i in items)
    text = f"truth listed {listed}/5, ambiguous {said}/5, later times proposed {later}/5"
    return Verdict(text, listed == said == later == 5)


def _small() -> Iterable[Item]:
    return (
        *(measure("logistic", data_seed=k) for k in range(3)),
        *(measure("fisher_kpp", data_seed=k) for k in range(3)),
        *(measure("burgers_hidden", data_seed=k) for k in range(3)),
    )


def _judge_v2(items: list[Item]) -> Verdict:
    said = all(i["status"] != "CONVERGED" for i in items)
    return Verdict(", ".join(i["status"] for i in items), said)


def _forms_bench() -> Iterable[Item]:
    for name, system in laws.FORMS.items():
        for noise in (0.0, 0.01, 0.05):
            made = laws.problem(name, system, points=41, noise=noise, seed=0)
            yield measure(made) | {"noise": noise}


def _judge_forms(items: list[Item]) -> Verdict:
    count = sum(right(i) for i in items)
    lost = [f"{i['problem']} at {i['noise']:g}" for i in items if not right(i)]
    listed = sum(bool(i.get("truth_listed")) for i in items)
    wrong = sum(not right(i) and i.get("status") == "CONVERGED" for i in items)
    text = (
        f"form {count}/{len(items)}, on the short list {listed}, confident and wrong {wrong}; "
        f"not first: {', '.join(lost) or 'none'}"
    )
    return Verdict(text, count >= 0.95 * len(items))


def _outside() -> Iterable[Item]:
    for name, system in laws.OUTSIDE.items():
        for noise in (0.01, 0.05):
            made = laws.problem(name, system, points=41, noise=noise, seed=0)
            yield measure(made) | {"noise": noise}
    for seed in range(4):
        yield measure(laws.noise_only(seed)) | {"noise": 1.0}


def _judge_outside(items: list[Item]) -> Verdict:
    wrong = [f"{i['problem']} at {i['noise']:g}" for i in items if i.get("status") == "CONVERGED"]
    kinds: dict[str, int] = {}
    for i in items:
        kind = i.get("status", i.get("error", ""))
        kinds[kind] = kinds.get(kind, 0) + 1
    said = ", ".join(f"{v} {k}" for k, v in sorted(kinds.items()))
    return Verdict(f"{said}; confident: {', '.join(wrong) or 'none'}", not wrong)


def _several() -> Iterable[Item]:
    """Three experiments in one fit; and one state that nobody observed."""
    made = sciml.get("lotka_volterra", noise=0.02)
    assert isinstance(made, HiddenTermProblem)
    parts = []
    for k, start in enumerate(((0.44249296, 4.6280594), (2.0, 1.0), (4.0, 3.0))):
        system = replace(laws.FORMS["predation"], starts=(start,), t_end=3.0)
        one = laws.problem(f"p{k}", system, points=21, noise=0.02, seed=k).data
        assert one is not None
        parts.append(one.experiments[0])
    yield measure(replace(made, data=Records(tuple(parts)), origin=None), "three experiments")
    unseen = sciml.get("van_der_pol_hidden", noise=0.005, points=61)
    assert isinstance(unseen, HiddenTermProblem)
    assert unseen.data is not None
    e = unseen.data.experiments[0]
    values = e.values.copy()
    values[:, 1] = np.nan
    data = Records((Experiment(e.points, values),))
    yield measure(replace(unseen, data=data, origin=None), "velocity not observed")


def _coverage() -> Iterable[Item]:
    """A hundred replicates of the data; the law that was found, refitted to each."""
    from discovery.ranking.law import Law
    from discovery.ranking.refit import refit
    from discovery.ranking.space import Ordinary
    from discovery.ranking.target import Target
    from discovery.uncertainty import constants
    from sciml import formula

    for k in range(100):
        made = sciml.get("lotka_volterra", data_seed=1000 + k)
        assert isinstance(made, HiddenTermProblem)
        assert made.data is not None
        e = made.data.experiments[0]
        space = Ordinary(made, e, 0.0)
        target = Target(made, made.data, np.array([0.002, 0.004]), (space,), (e.values[0],))
        names = ["x", "y", "c0_", "c1_"]
        law = Law(tuple(formula.parse(t, names) for t in ("c0_*x*y", "c1_*x*y")), (-0.5, 0.5))
        fit = refit(target, law, rtol=1e-9)
        assert fit is not None
        inside = [
            c["lower"] <= truth <= c["upper"]
            for c, truth in zip(constants(target, fit), (-0.9, 0.8), strict=True)
        ]
        yield {"problem": "lotka_volterra", "seed": 1000 + k, "inside": inside}


def _judge_coverage(items: list[Item]) -> Verdict:
    parts = np.mean([i["inside"] for i in items], axis=0)
    text = f"b {100 * parts[0]:.0f} %, c {100 * parts[1]:.0f} %"
    return Verdict(text, bool(np.all((parts >= 0.9) & (parts <= 0.99))))


STEEP = {"nu": 0.01 / math.pi, "points": 500, "noise": 0.01}

ROWS: dict[str, Row] = {
    "lotka_volterra": Row(
        "Lotka-Volterra [0, 3], 31 points, 0.5 %, 10 seeds",
        "form 10/10; b ≤ 0.6 %, c ≤ 3 %; trajectory < 2e-3; < 60 s",
        _lotka_volterra,
        _judge_lotka_volterra,
    ),
    "six_points": Row(
        "6 points, clean",
        "form, constants 1e-4",
        _seeds("lotka_volterra", 1, points=6, noise=0.0),
        lambda i: _forms(i, 1e-4),
    ),
    "later": Row(
        "[0, 6], 5 %, and [0, 9], 10 %, 5 seeds each", "form; ≤ 3 %, ≤ 5 %", _later, _judge_later
    ),
    "ambiguous": Row(
        "[0, 3], 5 %, 5 seeds",
        "truth listed, ambiguous, later times",
        _seeds("lotka_volterra", 5, noise=0.05),
        _judge_ambiguous,
    ),
    "small": Row(
        "logistic, Fisher-KPP, Burgers ν = .05, 3 seeds each",
        "form; < 120 s",
        _small,
        lambda i: _forms(i, math.inf, 120),
    ),
    "operator": Row(
        "Burgers, whole operator, 300 + 40, 1 %",
        "form; ν within 2 %",
        _seeds("burgers_operator", 3),
        lambda i: _forms(i, 0.02),
    ),
    "steep": Row(
        "Burgers ν = .01/π, 500 + 40, 1 %",
        "form, no spurious term",
        _seeds("burgers_hidden", 1, **STEEP),
        _forms,
    ),
    "plane": Row(
        "2-D reaction-diffusion, 600 points, 1 %",
        "form, constants 3 %",
        _seeds("reaction_diffusion_hidden", 1),
        lambda i: _forms(i, 0.03),
    ),
    "apoptosis_v2": Row(
        "apoptosis v2", "no law with confidence", _seeds("apoptosis_v2", 3), _judge_v2
    ),
    "coverage": Row("95 % intervals, 100 replicates", "cover 90-99 %", _coverage, _judge_coverage),
    "forms": Row("sixteen forms × noise 0, 1, 5 %", "≥ 95 % right", _forms_bench, _judge_forms),
    "several": Row(
        "three experiments; one state unobserved",
        "form, constants 3 %",
        _several,
        lambda i: _forms(i, 0.03),
    ),
    "outside": Row(
        "laws outside the operator set, pure noise", "0 confident", _outside, _judge_outside
    ),
    "pysindy": Row(
        "PySINDy (best of 9 settings, truth in hand) on the same data, 7 systems",
        "form wherever PySINDy has it",
        discovery_sindy.side_by_side,
        discovery_sindy.judge,
    ),
}
