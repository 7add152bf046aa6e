"""What wrong labels do: the error of the rates, and whether the flips are noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import mjp
from figures.jumps.estimates import errors, mean_and_error, ratchet, summary
from figures.jumps.paths import draw_lines, plain_decades
from figures.style import Drawing, power, sheet
from figures.work import Work
from sciml.plot_palette import INK, colour


def compute(
    work: Work, flips: Sequence[float], paths: int, points: int, v: float, batches: int
) -> dict[str, Any]:
    """Return errors of the rates and inferred rates of flips, by true rate of flips."""
    found, noticed = {}, []
    for i, rate in enumerate(flips):
        case = {"v": v, "paths": paths, "points": points, "flips": rate, "batches": batches}
        found[f"{rate:g}"] = work.table(f"jumps-noise-{rate:g}", errors, **case)
        noticed.append(work.table(f"jumps-flips-{rate:g}", inferred_flips, **case))
        if work.report is not None:
            work.report(i + 1, len(flips), {"flips": float(rate)})
    means, spreads = summary(found)
    middle = [mean_and_error(values)[0] for values in noticed]
    numbers = {
        f"flips {rate:g}: {name}": means[name][i] for i, rate in enumerate(flips) for name in means
    }
    numbers["inferred rate of flips, worst error of a mean"] = float(
        np.max(np.abs(np.asarray(middle) - np.asarray(flips)))
    )
    return {
        "flips": flips,
        "noticed": noticed,
        "means": means,
        "spreads": spreads,
        "paths": paths,
        "batches": batches,
        "v": v,
        "numbers": numbers,
    }


def inferred_flips(v: float, paths: int, points: int, flips: float, batches: int) -> list[float]:
    """Return the rate of wrong labels that the default infers, batch by batch."""
    seen = (ratchet(v, paths, points, seed, flips)[1] for seed in range(batches))
    return [float(mjp.infer(s, seed=seed).value["noise"]) for seed, s in enumerate(seen)]


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw the errors beside the inferred rates of flips."""
    figure, (left, right) = sheet(1, 2, height=2.7)
    percent = 100 * np.asarray(data["flips"], float)
    draw_lines(left, list(percent), data)
    left.set_yscale("log")
    plain_decades(left)
    left.set_ylabel("RMSE of the rates, 1/time")
    left.legend(loc="center right")
    for rate, values in zip(percent, data["noticed"], strict=True):
        right.plot(np.full(len(values), rate), 100 * np.asarray(values), "o", color=colour(1))
    right.plot(percent, percent, color=INK, lw=0.7, ls=(0, (4, 3)), label="truth")
    right.set_ylabel("inferred, %")
    right.legend(loc="upper left")
    for ax in (left, right):
        ax.set_xlabel("wrong labels, %")
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers, worst = data["numbers"], max(data["flips"])
    gap = numbers["inferred rate of flips, worst error of a mean"]
    return (
        f"The flashing ratchet (V = {data['v']:g}, {data['paths']} paths) seen with wrong labels, "
        f"{data['batches']} batches each; nobody is told how many are wrong. Left: root mean "
        "square error of the rates, means with standard errors. Each wrong label looks like two "
        "fast jumps, so that changes over holding time fail at once "
        f"({power(numbers[f'flips {worst:g}: holding'])} at {100 * worst:g} %), while the default "
        f"goes from {power(numbers['flips 0: default'])} to "
        f"{power(numbers[f'flips {worst:g}: default'])}; maximum likelihood fits the rate of flips "
        "where there are any. Right: the rate of wrong labels that the default infers, a dot a "
        f"batch. Its mean is off by {100 * gap:.2g} percentage points at most."
    )
