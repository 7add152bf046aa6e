"""The flashing ratchet: rates, the law over time, and the entropy that it produces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

import sciml
from figures.jumps.estimates import rmse
from figures.style import Drawing, page, power
from figures.work import Work
from mjp import observables
from sciml.jumps import JumpProcess
from sciml.plot_palette import INK, colour

NAME = "flashing_ratchet"
FIRST = 0
"""state in which the drawn law starts"""


def compute(
    work: Work,
    steps: Sequence[float],
    refine: str,
    v: float,
    paths: int,
    points: int,
    seed: int,
) -> dict[str, Any]:
    """Return rates at one V, the law over time from state 0, and entropy production against V.

    Parameters
    ----------
    steps, refine : values of V at which entropy production is inferred, and by which refinement.
    v : the V of the rates that are shown.
    paths, points, seed : of the visits.
    """
    made: dict[str, Any] = {"paths": paths, "points": points, "data_seed": seed}
    found = work.solve(NAME, "mjp", seed=seed, V=v, **made)
    true, inferred = _rates(found.built), np.asarray(found.value["rates"])
    lower, upper = np.asarray(found.value["lower"]), np.asarray(found.value["upper"])
    off = ~np.eye(len(true), dtype=bool)
    inside = (lower <= true) & (true <= upper)
    times = np.linspace(0.0, 2.5, 101)
    start = np.eye(len(true))[FIRST]
    laws = [observables.occupancy(q, start, times) for q in (true, inferred)]
    entropy = []
    for i, step in enumerate(steps, 1):
        other = {**made, "data_seed": seed + i, "refine": refine, "V": float(step)}
        entropy.append(_entropy(work.solve(NAME, "mjp", seed=seed, **other)))
    fine = np.linspace(min(steps), max(steps), 61)
    covered = [e["lower"] <= e["true"] + 1e-9 and e["true"] <= e["upper"] for e in entropy]
    return {
        "true": true,
        "inferred": inferred,
        "v": v,
        "paths": paths,
        "obtained": found.value["obtained"],
        "times": times,
        "laws": laws,
        "steps": steps,
        "fine": {"V": fine, "true": [_produced(float(step)) for step in fine]},
        "refine": refine,
        "entropy": {key: [e[key] for e in entropy] for key in entropy[0]},
        "numbers": {
            "RMSE of the rates": rmse(inferred, true),
            "rates inside their 90 % interval, part": float(inside[off].mean()),
            "law over time, largest error": float(np.abs(laws[0] - laws[1]).max()),
            "entropy production, largest error": max(abs(e["found"] - e["true"]) for e in entropy),
            "entropy productions inside their interval": float(sum(covered)),
        },
    }


def _rates(process: Any) -> Float[np.ndarray, "n n"]:
    assert isinstance(process, JumpProcess)
    assert process.rates is not None
    return process.rates


def _produced(v: float) -> float:
    """The true entropy production at V."""
    return float(observables.entropy_production(_rates(sciml.get(NAME, V=v, paths=1))))


def _entropy(found: Any) -> dict[str, float]:
    """Entropy production of one run, with its interval (NaN where it has none), and the truth."""
    low, high = found.value.get("entropy_production_interval", (np.nan, np.nan))
    true = float(observables.entropy_production(_rates(found.built)))
    return {"found": found.value["entropy_production"], "lower": low, "upper": high, "true": true}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw both matrices, the law over time and the entropy production."""
    figure = page(4.9)
    halves: Any = figure.subfigures(2, 1)
    matrices = halves[0].subplots(1, 3)
    law, entropy = halves[1].subplots(1, 2)
    true, inferred = np.asarray(data["true"]), np.asarray(data["inferred"])
    top = float(max(np.max(true), np.max(inferred)))
    for ax, q, title in zip(matrices, (true, inferred), ("true rates", "inferred"), strict=False):
        image = _draw_matrix(ax, q, title, cmap="Blues", vmin=0.0, vmax=top)
    halves[0].colorbar(image, ax=list(matrices[:2]), label="rate, 1/time", shrink=0.8)
    gap = inferred - true
    np.fill_diagonal(gap, 0.0)
    reach = float(np.abs(gap).max())
    image = _draw_matrix(
        matrices[2], gap, "inferred $-$ true", cmap="RdBu_r", vmin=-reach, vmax=reach
    )
    halves[0].colorbar(image, ax=matrices[2], label="1/time", shrink=0.8)
    _draw_law(law, data)
    _draw_entropy(entropy, data)
    return Drawing(figure, _caption(data))


def _draw_matrix(ax: Axes, q: Float[np.ndarray, "n n"], title: str, **look: Any) -> Any:
    off = np.ma.masked_array(q, np.eye(len(q), dtype=bool))
    image = ax.imshow(off, **look)
    for (i, j), rate in np.ndenumerate(q):
        if i != j and abs(rate) > 0.005:
            dark = abs(rate) > 0.6 * look["vmax"]
            size: dict[str, Any] = {"fontsize": 5.5, "color": "white" if dark else INK}
            ax.text(j, i, f"{rate:.2f}", ha="center", va="center", **size)
    ax.set_title(title)
    ax.set_xlabel("to state")
    ax.set_ylabel("from state")
    ax.set_xticks(range(len(q)))
    ax.set_yticks(range(len(q)))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return image


def _draw_law(ax: Axes, data: Mapping[str, Any]) -> None:
    true, found = (np.asarray(law) for law in data["laws"])
    for i in range(true.shape[1]):
        ax.plot(data["times"], found[:, i], color=colour(i), label=f"{i}")
        ax.plot(data["times"], true[:, i], color=INK, lw=0.7, ls=(0, (4, 3)))
    ax.set_xlabel("time")
    ax.set_ylabel("probability of the state")
    ax.set_xlim(data["times"][0], data["times"][-1])
    ax.set_ylim(0, 1)
    ax.legend(ncols=3, title="state (dashed: truth)", title_fontsize=7.5, loc="upper right")


def _draw_entropy(ax: Axes, data: Mapping[str, Any]) -> None:
    steps, kept = np.asarray(data["steps"], float), data["entropy"]
    found = np.asarray(kept["found"])
    low, high = found - np.asarray(kept["lower"]), np.asarray(kept["upper"]) - found
    bars = np.maximum([low, high], 0.0)
    ax.errorbar(steps, found, bars, fmt="o", color=colour(0), capsize=2, lw=1, label="inferred")
    ax.plot(data["fine"]["V"], data["fine"]["true"], color=INK, lw=0.8, label="true")
    ax.set_xlabel("$V$, in units of $k_B T$")
    ax.set_ylabel("entropy production, 1/time")
    ax.legend(loc="upper left")


def _caption(data: Mapping[str, Any]) -> str:
    numbers, steps = data["numbers"], len(data["steps"])
    return (
        f"The discrete flashing ratchet with V = {data['v']:g}, seen on {data['paths']} paths. "
        "Above: the true rates, those inferred from the visits "
        f"({data['obtained']}), and their difference: root mean square error "
        f"{power(numbers['RMSE of the rates'])}; "
        f"{100 * numbers['rates inside their 90 % interval, part']:.0f} % of the true rates lie in "
        f"their 90 % intervals. Below, left: the solution of the master equation from state "
        f"{FIRST} with the inferred rates, the true one dashed; they differ by "
        f"{power(numbers['law over time, largest error'])} at most. Right: entropy production "
        f"against V (refinement `{data['refine']}`) with 90 % intervals, of which "
        f"{numbers['entropy productions inside their interval']:.0f} of {steps} hold the truth. "
        "At V = 0 the process is in detailed balance and produces none."
    )
