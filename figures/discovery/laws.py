"""Trajectories through the data, and hidden terms learned beside the true ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from figures.discovery import (
    Cases,
    is_right,
    key,
    law_error,
    listed,
    plain,
    search,
    system,
    terms_at,
    title,
    true_along,
    worst,
)
from figures.style import Drawing, power, sheet
from figures.work import Work
from problems.transport import cole_hopf
from sciml.plot_palette import INK, colour
from sciml.result import Result

TIMES = 200
"""points of a curve in time"""
SECTIONS = (0.0, 0.4, 1.0)
"""times at which a field is shown, in parts of its last"""
ACROSS = 161
"""points of a section"""
NEAR = 0.03
"""data within this part of the last time are shown on a section"""
STEP = 1e-5
"""of the central difference for the true u_x"""
DASHED: dict[str, Any] = {"color": INK, "lw": 0.8, "ls": (0, (4, 3))}
"""look of what is true"""


def compute(work: Work, cases: Cases, seed: int) -> dict[str, Any]:
    """Return data, fits, true solutions and hidden terms, learned and true, of each system.

    Parameters
    ----------
    cases : systems with their parameters; of those in time and space only Burgers'.
    seed : random seed of the search.
    """
    shown, numbers = {}, {}
    for name, given in cases:
        found = search(work, name, given, seed)
        kept = _field(found) if system(found).space else _ordinary(found, name, given)
        filed = key(name, given)
        shown[filed] = {
            **kept,
            "title": title(name, given),
            "expressions": found.value["expressions"],
            "truth": dict(system(found).truth),
            "status": found.status.name,
        }
        numbers[f"{filed}: form right"] = float(is_right(found))
        numbers[f"{filed}: error of the hidden term, law"] = kept["error"]
        numbers[f"{filed}: error of the hidden term, network"] = kept["network error"]
    return {"shown": shown, "numbers": numbers}


def _ordinary(found: Result, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Data, fit and truth over time."""
    true, arrays = true_along(name, given, TIMES), found.arrays
    return {
        "kind": "time",
        "states": list(system(found).states),
        "data": [arrays["data/points/0"][:, 0], *arrays["data/values/0"].T],
        "fit": [arrays["fit/times/0"], *arrays["fit/states/0"].T],
        "true": [true.times, *true.states.T],
        "hidden": [h.name for h in system(found).hidden],
        "network": arrays["hidden/network"].T,
        "sd": arrays["hidden/sd"].T,
        "law": arrays["hidden/law"].T,
        "true terms": true.terms.T,
        "error": law_error(found, true),
        "network error": worst(arrays["hidden/network"], true.terms),
    }


def _field(found: Result) -> dict[str, Any]:
    """Sections of the field of Burgers' equation, and its term where there are data."""
    problem, arrays = system(found), found.arrays
    nu = problem.params["nu"]
    points, values = arrays["data/points/0"], arrays["data/values/0"][:, 0]
    last = float(points[:, 0].max())
    (lower, upper) = problem.bounds["x"]
    x = np.linspace(lower, upper, ACROSS)
    sections = []
    for part in SECTIONS:
        at = np.stack([np.full(ACROSS, part * last), x], axis=1)
        near = np.abs(points[:, 0] - part * last) <= NEAR * last
        sections.append(
            {
                "time": part * last,
                "x": x,
                "fit": found.predict(at)[:, 0],
                "true": cole_hopf(at, nu)[:, 0],
                "data": [points[near, 1], values[near]],
            }
        )
    u, u_x = _true_field(arrays["hidden/points"], nu, (lower, upper))
    true = -u * u_x
    law = terms_at(problem, found.value["expressions"], {"u": u, "u_x": u_x})
    return {
        "kind": "field",
        "sections": sections,
        "true terms": true,
        "network": arrays["hidden/network"][:, 0],
        "sd": arrays["hidden/sd"][:, 0],
        "law": law[:, 0],
        "error": worst(law, true[:, None]),
        "network error": worst(arrays["hidden/network"], true[:, None]),
    }


def _true_field(
    points: Float[np.ndarray, "n 2"], nu: float, ends: tuple[float, float]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """u and u_x of the exact solution of Burgers' equation."""
    inner = np.clip(points[:, 1], ends[0] + STEP, ends[1] - STEP)
    before, after = (
        cole_hopf(np.stack([points[:, 0], inner + side], axis=1), nu)[:, 0]
        for side in (-STEP, STEP)
    )
    return cole_hopf(points, nu)[:, 0], (after - before) / (2 * STEP)


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw solutions above hidden terms, one column a system."""
    columns = len(data["shown"])
    figure, axes = sheet(2, columns, height=4.4)
    for column, kept in enumerate(data["shown"].values()):
        top, bottom = axes[column], axes[column + columns]
        (_draw_times if kept["kind"] == "time" else _draw_field)(top, bottom, kept)
        top.set_title(kept["title"])
    axes[0].set_ylabel("states")
    axes[columns].set_ylabel("hidden terms")
    return Drawing(figure, _caption(data))


def _draw_times(top: Axes, bottom: Axes, kept: Mapping[str, Any]) -> None:
    times, *states = (np.asarray(v, float) for v in kept["fit"])
    true_times, *true_states = (np.asarray(v, float) for v in kept["true"])
    measured, *values = (np.asarray(v, float) for v in kept["data"])
    for i, state in enumerate(kept["states"]):
        top.plot(times, states[i], color=colour(i), label=f"${state}$")
        top.plot(true_times, true_states[i], **DASHED)
        top.plot(measured, values[i], "o", color=colour(i), ms=2.5, ls="")
    top.legend(loc="best")
    network, sd, law = (np.asarray(kept[key], float) for key in ("network", "sd", "law"))
    truth = np.asarray(kept["true terms"], float)
    for m, hidden in enumerate(kept["hidden"]):
        band = (network[m] - 2 * sd[m], network[m] + 2 * sd[m])
        bottom.fill_between(true_times, *band, color=colour(3 + m), alpha=0.2, lw=0)
        label = f"${hidden[0]}_{hidden[1:]}$" if hidden[1:] else f"${hidden}$"
        bottom.plot(true_times, network[m], color=colour(3 + m), lw=0.7)
        bottom.plot(true_times, law[m], color=colour(3 + m), lw=1.6, label=label)
        bottom.plot(true_times, truth[m], **DASHED)
    shown = np.concatenate([law, truth])
    room = 0.3 * float(np.ptp(shown))
    bottom.set_ylim(float(shown.min()) - room, float(shown.max()) + room)
    bottom.legend(loc="best")
    for ax in (top, bottom):
        ax.set_xlabel("$t$")
        ax.set_xlim(true_times[0], true_times[-1])


def _draw_field(top: Axes, bottom: Axes, kept: Mapping[str, Any]) -> None:
    for i, section in enumerate(kept["sections"]):
        top.plot(section["x"], section["fit"], color=colour(i), label=f"$t={section['time']:.2g}$")
        top.plot(section["x"], section["true"], **DASHED)
        top.plot(*section["data"], "o", color=colour(i), ms=2.5, ls="")
    top.legend(loc="best")
    top.set_xlabel("$x$")
    true, network, sd, law = (
        np.asarray(kept[key], float) for key in ("true terms", "network", "sd", "law")
    )
    bottom.errorbar(
        true, network, 2 * sd, fmt=".", ms=2.5, lw=0.4, color=colour(0), alpha=0.6, label="network"
    )
    bottom.plot(true, law, "o", color=colour(3), ms=3, mfc="white", ls="", label="law")
    ends = np.array([true.min(), true.max()])
    bottom.plot(ends, ends, **DASHED)
    bottom.set_xlabel("true $-u u_x$")
    bottom.legend(loc="best")


def _caption(data: Mapping[str, Any]) -> str:
    parts = []
    for name, kept in data["shown"].items():
        right = "the right form" if data["numbers"][f"{name}: form right"] else "not the right form"
        parts.append(
            f"{plain(kept['title'])}: {listed(kept['expressions'])} "
            f"({kept['status']}, {right}; true: {listed(kept['truth'])}), off by "
            f"{power(kept['error'])}, the network by {power(kept['network error'])}."
        )
    return (
        "Above: data (dots), the solution with the law that was found (lines) and the true one "
        "(dashes); of a field, sections with the data near them. Below: the hidden term along the "
        "solution, as the network has it (thin, ± 2 sd), as the law has it (thick) and in truth "
        "(dashes); of the field, network (dots, ± 2 sd) and law (open) against the true term, at "
        "the places of the data. Errors are relative L2 distances of the hidden term from the true "
        "one, of the law along the true solution. CONVERGED: the search is confident; AMBIGUOUS: "
        "it says that the data leave several laws open. " + " ".join(parts)
    )
