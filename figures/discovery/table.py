"""The table of recovered forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from figures.discovery import Cases, is_right, plain, search, system, title
from figures.style import PAGE, Drawing, page, power
from figures.work import Work
from sciml import formula
from sciml.plot_palette import GROUND, INK, colour
from sciml.status import Status

COLUMNS = {
    "system": 0.0,
    "data": 0.2,
    "true": 0.36,
    "found": 0.54,
    "says": 0.8,
    "error": 0.92,
}
"""heading of each column, and where it begins, in parts of the width"""
LONG = 45
"""characters from which a formula is written small"""
LINE = 0.24
"""height of a line in inches"""
SAID = {
    "CONVERGED": "confident",
    "AMBIGUOUS": "ambiguous",
    "NO_LAW": "no law",
}
DIGITS = 4


def compute(work: Work, cases: Cases, seed: int) -> dict[str, Any]:
    """Return true and found laws, what the search says of itself, and errors of the constants."""
    rows: list[dict[str, Any]] = []
    for name, given in cases:
        found = search(work, name, given, seed)
        problem, value = system(found), found.value
        experiment = found.arrays["data/values/0"]
        rows.append(
            {
                "title": title(name, given),
                "data": f"{len(experiment)} points, {100 * _noise(given, found):g} %",
                "hidden": [h.name for h in problem.hidden],
                "true": dict(problem.truth),
                "true latex": {
                    h.name: sympy.latex(_short(problem.truth[h.name], h.inputs))
                    for h in problem.hidden
                },
                "found": dict(value["expressions"]),
                "found latex": {
                    h.name: sympy.latex(_short(value["expressions"][h.name], h.inputs))
                    for h in problem.hidden
                },
                "status": found.status.name,
                "right": float(is_right(found)),
                "error": found.metrics.get("constant_error"),
                "others": [e["expressions"] for e in value["shortlist"][1:]],
            }
        )
    right = [row for row in rows if row["right"]]
    sure = [row for row in rows if row["status"] == Status.CONVERGED.name]
    errors = [float(row["error"]) for row in right if row["error"] is not None]
    return {
        "rows": rows,
        "numbers": {
            "searches": len(rows),
            "right forms": len(right),
            "confident": len(sure),
            "confident and not the right form": sum(not row["right"] for row in sure),
            "worst error of a constant, right forms": max(errors, default=0.0),
        },
    }


def _noise(given: Mapping[str, Any], found: Any) -> float:
    """The relative noise of the data: given, or the problem's own."""
    return float(given["noise"] if "noise" in given else found.parameters["noise"])


def _short(text: str, inputs: tuple[str, ...]) -> sympy.Expr:
    """A formula with constants of few digits."""
    expression = formula.parse(text, inputs)
    floats = expression.atoms(sympy.Float)
    return expression.xreplace({n: sympy.Float(n, DIGITS) for n in floats})


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw the table, one line a hidden term."""
    count = sum(len(row["hidden"]) for row in data["rows"])
    height = LINE * (count + 1.6)
    figure = page(height, width=PAGE)
    ax = figure.subplots()
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(count + 0.6, -1.0)
    for heading, x in COLUMNS.items():
        ax.text(x, -0.5, heading, fontweight="bold", va="center")
    ax.axhline(0, color=INK, lw=0.8)
    line = 0.5
    for row in data["rows"]:
        cells = {
            "system": row["title"],
            "data": row["data"],
            "says": SAID.get(row["status"], row["status"]),
            "error": "" if row["error"] is None else f"{100 * row['error']:.2g} %",
        }
        for heading, text in cells.items():
            ax.text(COLUMNS[heading], line, text, va="center")
        for hidden in row["hidden"]:
            look = colour(2) if row["right"] else colour(1)
            for heading, fill in (("true", INK), ("found", look)):
                text = row[f"{heading} latex"][hidden]
                size = 8 if len(text) <= LONG else 5.5
                place = (COLUMNS[heading], line)
                ax.text(*place, f"${text}$", va="center", color=fill, fontsize=size)
            line += 1
        ax.axhline(line - 0.5, color=GROUND, lw=0.6)
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    head = ["system", "data", "term", "true", "found", "says", "error of constants", "not excluded"]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for row in data["rows"]:
        for i, hidden in enumerate(row["hidden"]):
            error = "" if row["error"] is None else power(row["error"])
            others = "; ".join(f"`{e[hidden]}`" for e in row["others"])
            cells = [plain(row["title"]), row["data"]] if i == 0 else ["", ""]
            cells += [hidden, f"`{row['true'][hidden]}`", f"`{row['found'][hidden]}`"]
            cells += [row["status"], error] if i == 0 else ["", ""]
            lines.append(f"| {' | '.join([*cells, others])} |")
    return (
        "Recovered forms. Green: the right form; orange: another one. The search says itself "
        "whether it is confident, or whether the data leave several laws open (`AMBIGUOUS`; the "
        "others are in the last column). The error is the largest relative one of a constant, "
        f"where the form is right. {numbers['right forms']:.0f} of {numbers['searches']:.0f} "
        f"searches find the right form; {numbers['confident']:.0f} are confident, "
        f"{numbers['confident and not the right form']:.0f} of these with another form.\n\n"
        + "\n".join(lines)
    )
