"""Fronts of the laws that were tried: complexity against misfit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.ticker import MaxNLocator

from figures.discovery import Cases, is_right, key, plain, search, system, title
from figures.style import Drawing, power, sheet
from figures.work import Work
from sciml import formula
from sciml.plot_palette import INK, colour
from sciml.plot_spectrum import logarithmic_ticks

GREY = "#9a9a9a"


def compute(work: Work, cases: Cases, seed: int) -> dict[str, Any]:
    """Return each system's front, its short list, and the complexity of the truth."""
    shown: dict[str, Any] = {}
    numbers: dict[str, float] = {}
    for name, given in cases:
        found = search(work, name, given, seed)
        value, problem = found.value, system(found)
        count = found.metrics["data"]
        true = [formula.parse(problem.truth[h.name], h.inputs) for h in problem.hidden]
        filed = key(name, given)
        shown[filed] = {
            "title": title(name, given),
            "front": [{**entry, "misfit": entry["chi2"] / count} for entry in value["pareto"]],
            "short": [{**e, "misfit": e["chi2"] / count} for e in value["shortlist"]],
            "truth": sum(formula.complexity(e) for e in true),
            "hidden": [h.name for h in problem.hidden],
            "status": found.status.name,
        }
        numbers[f"{filed}: laws fitted"] = found.metrics["laws"]
        numbers[f"{filed}: misfit of the best law"] = shown[filed]["short"][0]["misfit"]
        numbers[f"{filed}: complexity of the best law"] = value["shortlist"][0]["complexity"]
        numbers[f"{filed}: complexity of the true law"] = shown[filed]["truth"]
        numbers[f"{filed}: laws not excluded"] = len(value["shortlist"])
        numbers[f"{filed}: form right"] = float(is_right(found))
    return {"shown": shown, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw misfit against complexity on a logarithmic axis, one panel a system."""
    figure, axes = sheet(1, len(data["shown"]), height=2.6)
    for ax, kept in zip(axes, data["shown"].values(), strict=True):
        x = [entry["complexity"] for entry in kept["front"]]
        y = [entry["misfit"] for entry in kept["front"]]
        ax.step(x, y, where="post", color=GREY, lw=0.9)
        ax.semilogy(x, y, "o", color=INK, ms=3, ls="", label="front of the laws tried")
        listed = kept["short"]
        ax.plot(
            [e["complexity"] for e in listed],
            [e["misfit"] for e in listed],
            "s",
            color=colour(0),
            mfc="none",
            ms=5,
            ls="",
            label="not excluded",
        )
        first = listed[0]
        look: dict[str, Any] = {"color": colour(1), "mfc": "none", "mew": 1.2, "ls": ""}
        ax.plot(first["complexity"], first["misfit"], "o", ms=8, label="chosen", **look)
        ax.axvline(kept["truth"], color=INK, lw=0.7, ls=(0, (4, 3)), label="complexity of truth")
        ax.set_title(kept["title"])
        ax.set_xlabel("complexity")
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        logarithmic_ticks(ax)
    axes[0].set_ylabel(r"misfit $\chi^2 / n$")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    lines = ["| system | complexity | misfit | law |", "|---|---|---|---|"]
    for kept in data["shown"].values():
        for entry in kept["front"]:
            pairs = zip(kept["hidden"], entry["expressions"], strict=True)
            laws = ", ".join(f"`{h} = {text}`" for h, text in pairs)
            cells = f"{entry['complexity']} | {power(entry['misfit'])} | {laws}"
            lines.append(f"| {plain(kept['title'])} | {cells} |")
    said = [
        f"{plain(kept['title'])}: {kept['status']}, "
        f"{data['numbers'][f'{name}: laws fitted']:.0f} laws fitted, {len(kept['short'])} not "
        "excluded."
        for name, kept in data["shown"].items()
    ]
    return (
        "The laws that no simpler law fits better, each refitted to the raw data through the "
        "differential equation: complexity (number of nodes of the formula) against misfit "
        "(χ² for each datum; 1 is what the noise leaves). Squares: laws that the data do not "
        "exclude; ring: the one that is chosen, by a score that weighs misfit, number of "
        "constants and complexity. Dashes: complexity of the true law. A chosen law may stand off "
        "the front by a little, since its constants are made as simple as the data allow. "
        + " ".join(said)
        + "\n\n"
        + "\n".join(lines)
    )
