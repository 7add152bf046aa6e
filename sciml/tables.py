"""What results hold, as tables of text: states, solutions, rates, laws, spectra, scalars."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sciml.result import Result

Columns = Mapping[str, Sequence[str]]
"""heading -> cells, all columns of one length"""

HEADINGS = {
    "energies": "energy",
    "lower_bounds": "lower bound",
    "upper_bounds": "upper bound",
    "reference_energies": "reference",
    "energy_errors": "rel. error",
    "nodes": "nodes",
    "mean_x": "⟨x⟩",
    "mean_x2": "⟨x²⟩",
    "mean_y": "⟨y⟩",
    "mean_y2": "⟨y²⟩",
    "mean_p2": "⟨p²⟩",
    "residuals": "residual",
}
"""per-state lists in the order of their columns, with their headings; others follow by name"""

PRECISE = (
    *("energies", "lower_bounds", "upper_bounds", "reference_energies"),
    *("chemical_potential", "reference_chemical_potential"),
)
"""what is written to twelve digits"""

SHORT = 6
"""numbers of a list that stands on one line"""
COMPONENTS = 8
"""rows of a spectrum's table"""


def tables(found: Result) -> Iterator[tuple[str, Columns]]:
    """Give the tables of a result with their captions, those that have rows."""
    from sciml.query import problem_or_none

    value = found.value
    if "rates" in value:
        unit = getattr(problem_or_none(found), "unit", "")
        yield f"Rates of the jumps{f', 1/{unit}' if unit else ''}", rates(found)
        yield "In the long run", long_run(found)
    elif "expressions" in value:
        yield "Laws", laws(found)
        for caption, columns in (
            ("Constants", constants(found)),
            ("Laws that the data do not exclude", shortlist(found)),
        ):
            if columns:
                yield caption, columns
    else:
        columns = states(found)
        if columns:
            yield ("States" if "energies" in value else "Solutions"), columns
        columns, left = spectrum(found)
        if columns:
            more = f" ({left} lighter ones left out)" if left else ""
            yield f"Heaviest components of the learned spectrum{more}", columns


def states(found: Result) -> Columns:
    """Return the table of states, or of several solutions, one row each; {} without either."""
    listed = found.table()
    if not listed:
        return {}
    if listed.get("upper_bounds") == listed.get("energies"):
        listed.pop("upper_bounds", None)
    order = [name for name in HEADINGS if name in listed]
    order += [name for name in listed if name not in HEADINGS]
    heading = "n" if "energies" in listed else "solution"
    columns = {heading: [str(n + 1) for n in range(len(listed[order[0]]))]}
    for name in order:
        columns[HEADINGS.get(name, name)] = [_entry(name, v) for v in listed[name]]
    return columns


def _entry(name: str, value: Any) -> str:
    if not isinstance(value, float):
        return cell(value)
    if name in PRECISE:
        return f"{value:.12g}"
    return f"{value:.1e}" if name == "energy_errors" else f"{value:.5g}"


def spectrum(found: Result) -> tuple[Columns, int]:
    """Return the heaviest components of a learned spectrum by axis, and how many are left out."""
    learned = found.value.get("spectrum") or {}
    rows, left = [], 0
    for axis, lines in learned.items():
        pairs = sorted(
            zip(lines["weights"], lines["frequencies"], strict=True),
            key=lambda pair: (-pair[0], pair[1]),
        )
        pairs = [pair for pair in pairs if pair[0] > 0]
        most = max(1, COMPONENTS // len(learned))
        left += max(0, len(pairs) - most)
        rows += [(axis, f"{f:.6g}", f"{w:.2e}") for w, f in pairs[:most]]
    return _columns(("axis", "cycles per unit", "weight"), rows), left


def rates(found: Result) -> Columns:
    """Return the rates of a jump process with their intervals, one row a jump."""
    value, names = found.value, found.value["states"]
    rows = [(i, j) for i in range(len(names)) for j in range(len(names)) if i != j]
    rows = [(i, j) for i, j in rows if value["upper"][i][j] > 0]
    columns = {
        "jump": [f"{names[i]} > {names[j]}" for i, j in rows],
        "rate": [f"{value['rates'][i][j]:.4g}" for i, j in rows],
        f"{100 * value['level']:.0f} % interval": [
            f"{value['lower'][i][j]:.3g} … {value['upper'][i][j]:.3g}" for i, j in rows
        ],
    }
    if value["link_probability"] is not None:
        columns["exists"] = [f"{value['link_probability'][i][j]:.2f}" for i, j in rows]
    if "truth" in value:
        columns["truth"] = [f"{value['truth'][i][j]:.4g}" for i, j in rows]
    return columns


def long_run(found: Result) -> Columns:
    """Return the stationary law of a jump process, one row a state."""
    value = found.value
    return {
        "state": [str(state) for state in value["states"]],
        "probability": [f"{p:.3f}" for p in value["stationary"]],
    }


def laws(found: Result) -> Columns:
    """Return the hidden terms with the formulas found, and the true ones where known."""
    found_laws, truth = found.value["expressions"], found.value.get("truth") or {}
    columns = {"term": list(found_laws), "law": [str(law) for law in found_laws.values()]}
    return columns | ({"truth": [str(truth.get(t, "")) for t in found_laws]} if truth else {})


def constants(found: Result) -> Columns:
    """Return the constants of laws, with those of the equation that were fitted; {} if none."""
    listed = found.value.get("constants") or []
    rows = [
        (
            f"{c['term']}: {c['stands']}",
            inferred(c["value"], c["sd"]),
            f"{c['lower']:.5g} … {c['upper']:.5g}",
            c.get("unit") or "",
        )
        for c in listed
    ]
    for name, entry in (found.value.get("free") or {}).items():
        rows.append((name, inferred(entry["value"], entry["sd"]), "", ""))
    headings = ("constant", "value", "95 % interval", "unit")
    columns = _columns(headings, rows)
    return {k: v for k, v in columns.items() if k != "unit" or any(v)}


def shortlist(found: Result) -> Columns:
    """Return the laws that the data do not exclude, with their weights; {} where one stands."""
    listed = found.value.get("shortlist") or []
    if len(listed) < 2:
        return {}
    return {
        "not excluded": [
            ",  ".join(f"{k} = {v}" for k, v in entry["expressions"].items()) for entry in listed
        ],
        "weight": [f"{entry['weight']:.2f}" for entry in listed],
    }


def scalars(found: Result) -> Iterator[tuple[str, str]]:
    """Give the scalars of an answer, and the short lists of an equation's, as text by name."""
    listed = found.table()
    for name, value in found.value.items():
        if name in listed or isinstance(value, dict):
            continue
        if not isinstance(value, list):
            yield name, _entry(name, value) if name in PRECISE else cell(value)
        elif "u" in found.arrays and len(value) <= SHORT and name != "branches":
            yield name, ", ".join(cell(entry) for entry in value)


def inferred(value: float, deviation: float | None) -> str:
    """Return a value with its standard deviation, as many digits of it as that allows."""
    if deviation is None or not 0 < deviation < math.inf or not math.isfinite(value):
        return f"{value:.6g}"
    digits = max(2, 2 + math.floor(math.log10(max(abs(value), deviation) / deviation)))
    return f"{value:.{min(digits, 15)}g} ± {deviation:.2g}"


def cell(value: Any) -> str:
    """Return a value as it stands in a table."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """Rows as columns under their headings; {} without rows."""
    return dict(zip(headings, zip(*rows, strict=True), strict=True)) if rows else {}
