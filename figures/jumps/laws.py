"""What follows from inferred rates: stationary law, relaxation times, and whole distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes

import mjp
from figures.jumps.estimates import mean_and_error, ratchet, rates
from figures.style import Drawing, power, sheet
from figures.work import Work
from mjp import observables
from mjp.simulate import visits
from sciml.jumps import JumpProcess
from sciml.plot_palette import INK, colour
from sciml.visits import Visits

NAMES = {
    "truth": "true rates",
    "network": "network alone",
    "default": "default, refined",
    "likelihood": "maximum likelihood",
    "holding": "changes / holding time",
}
"""where paths were simulated from -> its name in print"""


def compute(
    work: Work, steps: Sequence[float], shown: float, paths: int, points: int, batches: int
) -> dict[str, Any]:
    """Return laws and times at one V, and Hellinger distances of simulated paths by V.

    Parameters
    ----------
    steps : values of V of the Hellinger distances.
    shown : the V whose stationary law and relaxation times are shown.
    paths, points : of the visits, of the target and of what is simulated from inferred rates.
    batches : repeats of each distance.
    """
    found = work.table(
        "jumps-laws-functionals", functionals, v=shown, paths=paths, points=points, seed=0
    )
    far = {}
    for i, v in enumerate(steps):
        case = {"v": v, "paths": paths, "points": points, "batches": batches}
        far[f"{v:g}"] = work.table(f"jumps-laws-{v:g}", distances, **case)
        if work.report is not None:
            work.report(i + 1, len(steps), {"V": float(v)})
    means = {n: [mean_and_error(by[n])[0] for by in far.values()] for n in NAMES}
    spreads = {n: [mean_and_error(by[n])[1] for by in far.values()] for n in NAMES}
    ahead = np.asarray(means["default"]) / np.asarray(means["truth"])
    return {
        "steps": steps,
        "shown": shown,
        "paths": paths,
        "found": found,
        "means": means,
        "spreads": spreads,
        "numbers": {
            "stationary law, total variation": found["variation"],
            "slowest relaxation time, relative error": abs(found["times"][0] / found["slow"] - 1),
            "Hellinger distance, default over true rates, worst": float(ahead.max()),
        },
    }


def functionals(v: float, paths: int, points: int, seed: int) -> dict[str, Any]:
    """Return the stationary law and relaxation times of the default, and the true ones."""
    process, seen = ratchet(v, paths, points, seed)
    assert process.rates is not None
    told = mjp.infer(seen, seed=seed).value
    law = observables.stationary(process.rates)
    true_times = observables.relaxation_times(process.rates)
    return {
        "law": told["stationary"],
        "interval": told["stationary_interval"],
        "true_law": law,
        "variation": 0.5 * float(np.abs(np.asarray(told["stationary"]) - law).sum()),
        "times": told["relaxation_times"],
        "slowest": told["slowest_interval"],
        "true_times": true_times,
        "slow": float(true_times[0]),
    }


def distances(v: float, paths: int, points: int, batches: int) -> dict[str, list[float]]:
    """Return Hellinger distances between target paths and paths simulated anew, by estimate.

    Rates are inferred from one set of paths; the target is another set of the true process. A
    distance is the mean over the times of visits.
    """
    far: dict[str, list[float]] = {name: [] for name in NAMES}
    for seed in range(batches):
        process, seen = ratchet(v, paths, points, 3 * seed)
        target = ratchet(v, paths, points, 3 * seed + 1)[1]
        assert process.rates is not None
        known = {"truth": process.rates, **rates(seen, noisy=False, seed=seed)}
        start = observables.histogram(seen)[1][0]
        for name, q in known.items():
            law = observables.stationary(q) if name == "truth" else start
            made = _simulated(process, q, law, target, 3 * seed + 2)
            far[name].append(_distance(made, target))
    return far


def _simulated(
    process: JumpProcess, q: np.ndarray, law: np.ndarray, target: Visits, seed: int
) -> Visits:
    """As many paths as the target has, seen at the same times, from other rates."""
    times = np.unique(target.times)
    return visits(replace(process, rates=q, initial=law), times, target.paths, seed)


def _distance(one: Visits, other: Visits) -> float:
    """The mean Hellinger distance over the times."""
    (_, p), (_, q) = observables.histogram(one), observables.histogram(other)
    return float(np.mean(observables.hellinger(p, q)))


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw stationary law, relaxation times and Hellinger distances side by side."""
    figure, (law, times, far) = sheet(1, 3, height=2.7)
    _draw_law(law, data["found"])
    _draw_times(times, data["found"])
    for i, (name, label) in enumerate(NAMES.items()):
        look: dict[str, Any] = {"color": INK if name == "truth" else colour(i - 1), "lw": 1.0}
        look |= {"marker": "xos^D"[i], "capsize": 1.5, "ls": "--" if name == "truth" else "-"}
        means = 100 * np.asarray(data["means"][name])
        far.errorbar(
            data["steps"], means, 100 * np.asarray(data["spreads"][name]), label=label, **look
        )
    far.set_xlabel("$V$, in units of $k_B T$")
    far.set_ylabel("Hellinger distance, 1/100")
    low, high = far.get_ylim()
    far.set_ylim(low, high + 0.6 * (high - low))
    far.legend(loc="upper left", fontsize=6.5)
    return Drawing(figure, _caption(data))


def _draw_law(ax: Axes, found: Mapping[str, Any]) -> None:
    law, ends = np.asarray(found["law"]), np.asarray(found["interval"])
    places = np.arange(len(law))
    bars = np.maximum([law - ends[0], ends[1] - law], 0.0)
    ax.bar(places, found["true_law"], color="0.85", label="true")
    ax.errorbar(places, law, bars, fmt="o", color=colour(1), capsize=2, lw=1, label="inferred")
    ax.set_xlabel("state")
    ax.set_ylabel("stationary probability")
    ax.set_xticks(places)
    ax.legend(loc="upper right")


def _draw_times(ax: Axes, found: Mapping[str, Any]) -> None:
    times, places = np.asarray(found["times"]), np.arange(1, len(found["times"]) + 1)
    ax.bar(places, found["true_times"], color="0.85")
    ax.plot(places[1:], times[1:], "o", color=colour(1))
    ends = np.asarray(found["slowest"])
    bars = np.maximum([[times[0] - ends[0]], [ends[1] - times[0]]], 0.0)
    ax.errorbar(places[:1], times[:1], bars, fmt="o", color=colour(1), capsize=2, lw=1)
    ax.set_xlabel("mode, slowest first")
    ax.set_ylabel("relaxation time")
    ax.set_xticks(places)


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    worst = numbers["Hellinger distance, default over true rates, worst"]
    return (
        f"What follows from rates inferred from {data['paths']} paths of the flashing ratchet. "
        f"Left and middle, V = {data['shown']:g}: the stationary law (total variation from the "
        f"true one {power(numbers['stationary law, total variation'])}) and the relaxation times "
        f"(the slowest is off by {100 * numbers['slowest relaxation time, relative error']:.1f} "
        "%); bars are 90 % intervals, for the slowest time only. Right: Hellinger distance between "
        "as many paths that nobody has seen and paths simulated from the inferred rates, a mean "
        "over the times of visits; means over repeats with standard errors. Paths simulated from "
        "the true rates stand at a distance too, as both sets are finite; the default is at most "
        f"{worst:.2f} times as far."
    )
