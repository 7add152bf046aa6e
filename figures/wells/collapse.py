"""The published recipe, run again, beside a network that cannot collapse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from figures.style import Drawing, power, sheet
from figures.wells import WELLS, exact_energies
from figures.wells.states import DASHED, aligned, shade, upright
from figures.work import Work
from sciml.plot_palette import colour
from sciml.problem import EigenProblem
from sciml.result import Result
from sciml.status import Status

POINTS = 201


def compute(
    work: Work, cases: Sequence[tuple[float, float | None]], states: int, seed: int
) -> dict[str, Any]:
    """Return ground states, trained energies by step and errors, of the recipe and of ours.

    Parameters
    ----------
    cases : weight of the norm and first energy (None: the exact one) of each run of the recipe.
    states, seed : of the network that ours trains.
    """
    wells = {}
    collapsed, worst = 0.0, 0.0
    kept: dict[str, list[float]] = {"given": [], "exact": []}
    for name in WELLS:
        ours = work.solve(name, "pinn", seed=seed, clocked=True, states=states)
        well = ours.built
        assert isinstance(well, EigenProblem)
        assert well.wavefunctions is not None
        x = np.linspace(*well.domain.bounding_box[0], POINTS)
        exact, energy = upright(well.wavefunctions(x[:, None], 1)), exact_energies(ours, 1)[0]
        runs = []
        for weight, start in cases:
            settings = {"norm_weight": weight, "energy": energy if start is None else start}
            run = work.solve(name, "paper", seed=seed, clocked=True, **settings)
            label = f"weight {weight:g}, " + ("exact start" if start is None else f"from {start:g}")
            runs.append({"label": label, **_ground_state(run, x, exact)})
            collapsed += runs[-1]["collapsed"]
            if not runs[-1]["collapsed"]:
                which = "exact" if start is None else "given"
                kept[which].append(abs(runs[-1]["trained"][-1] / energy - 1))
        wells[name] = {
            "x": x,
            "potential": well.potential_at(x[:, None]),
            "exact": exact[:, 0],
            "ours": aligned(ours.predict(x)[:, :1], exact)[:, 0],
            "energy": energy,
            "trained": [row["E1"] for row in ours.history],
            "recipe": runs,
        }
        worst = max(worst, ours.value["energy_errors"][0])
    numbers = {
        "recipe: runs": len(cases) * len(WELLS),
        "recipe: collapsed": collapsed,
        "ours: worst error of E1": worst,
    }
    for which, errors in kept.items():
        if errors:
            numbers[f"recipe, {which} start: best error of trained E1"] = min(errors)
            numbers[f"recipe, {which} start: worst error of trained E1"] = max(errors)
    return {"wells": wells, "numbers": numbers}


def _ground_state(
    run: Result, x: Float[np.ndarray, " n"], exact: Float[np.ndarray, "n 1"]
) -> dict[str, Any]:
    """What a run of the recipe left: E by step, and ψ with its norm (none where it collapsed)."""
    norm, collapsed = run.value["trained_norms"][0], run.status is Status.COLLAPSED
    psi = np.zeros_like(exact) if collapsed else norm * run.predict(x)
    return {
        "collapsed": float(collapsed),
        "norm": norm,
        "trained": [row["E1"] for row in run.history],
        "psi": aligned(psi, exact)[:, 0],
    }


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw the ground states above the trained energies, one column a well."""
    figure, axes = sheet(2, len(WELLS), height=4.3)
    for column, (name, title) in enumerate(WELLS.items()):
        well = data["wells"][name]
        top, bottom = axes[column], axes[column + len(WELLS)]
        x = np.asarray(well["x"])
        if np.ptp(well["potential"]) > 0:
            shade(top, x, np.asarray(well["potential"]))
        lines = [("ours (pinn)", well["ours"], well["trained"], colour(0), 2.6)]
        for i, run in enumerate(well["recipe"]):
            width = 2.2 - 1.4 * i / len(well["recipe"])
            lines.append((run["label"], run["psi"], run["trained"], colour(1 + i), width))
        for label, psi, trained, look, width in lines:
            top.plot(x, psi, color=look, lw=width, label=label)
            ended = np.linspace(0, 1, len(trained) + 1)[1:]
            bottom.plot(ended, np.asarray(trained) / well["energy"], color=look, lw=width)
        top.plot(x, well["exact"], **DASHED, label="exact")
        bottom.axhline(1.0, **DASHED)
        top.set_title(title)
        top.set_xlabel("$x$")
        top.set_xlim(x[0], x[-1])
        bottom.set_xlabel("part of the training")
        bottom.set_ylim(0.0, 1.25)
    axes[0].set_ylabel(r"$\psi_1$")
    axes[len(WELLS)].set_ylabel("trained $E_1$ / exact")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 4))
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    fallen = []
    for name, title in WELLS.items():
        labels = [run["label"] for run in data["wells"][name]["recipe"] if run["collapsed"]]
        fallen += [f"{title} ({'; '.join(labels)})"] if labels else []
    return (
        "The recipe of arXiv 2504.05367 (one state, a trainable energy, residual plus weighted "
        "normalisation, 5000 steps of Adam), run again on our wells, beside method `pinn`. What "
        "its abstract leaves open is varied: the weight of the normalisation, and where the energy "
        "starts, the exact value included, which no user has. Above: the ground state that each "
        "leaves, with the norm that it has. Below: the trained energy over the exact one. "
        "ψ = 0 solves the equation for every energy, and "
        f"{numbers['recipe: collapsed']:.0f} of {numbers['recipe: runs']:.0f} runs fall to it: "
        f"{', '.join(fallen)}.{_kept(numbers)} Ours, which is given no start, is off by "
        f"{power(numbers['ours: worst error of E1'])} at worst."
    )


def _kept(numbers: Mapping[str, float]) -> str:
    """How good the energies of the runs are that keep their norm."""
    words = ""
    for which, start in (("given", "from 1"), ("exact", "from the exact value")):
        ends = [
            power(numbers[name])
            for end in ("best", "worst")
            if (name := f"recipe, {which} start: {end} error of trained E1") in numbers
        ]
        if ends:
            words += f" Runs {start} that keep their norm leave E1 off by {' to '.join(ends)}."
    return words
