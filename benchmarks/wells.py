"""Acceptance of the quantum wells: defaults only, every number measured here.

    python -m benchmarks.wells [--quick] [--only ROW ...] [--out FILE] [--readme]

Rows that are not asked for keep the numbers that the file holds. CPU seconds include the first
call's compilation, with JAX's compilation cache off; later seeds of one problem are also given.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["SCIML_CACHE"] = ""

from benchmarks import acceptance, report, user_potentials  # noqa: E402
from benchmarks.acceptance import Verdict  # noqa: E402
from benchmarks.measure import (  # noqa: E402
    Item,
    bars,
    energy_error,
    is_loud,
    is_wrong_state,
    measure,
    wave_error,
    worst_cpu,
)

THREE = ("infinite_well", "finite_well", "barrier")
LINE = (
    *("finite_well_unbounded", "step_well", "multi_well", "delta_well", "harmonic"),
    *("poschl_teller", "morse", "double_well", "hydrogen", "mathieu"),
)
PLANE = (
    *("square_billiard", "disc_billiard", "equilateral_billiard", "right_triangle_billiard"),
    "harmonic_2d",
)
SEEDS = range(5)


@dataclass(frozen=True)
class Row:
    """One line of the acceptance table.

    Attributes
    ----------
    what, must : as in the table.
    run : quick -> the items measured.
    judge : items -> verdict.
    method : method that must exist for the row to run, "" for none.
    """

    what: str
    must: str
    run: Callable[[bool], list[Item]]
    judge: Callable[[list[Item]], Verdict]
    method: str = "ritz"


def _seeds(quick: bool) -> range:
    return range(2) if quick else SEEDS


def _three(method: str, quick: bool, **settings: Any) -> list[Item]:
    return [measure(p, method, seed=s, **settings) for p in THREE for s in _seeds(quick)]


def _judge_three_ritz(items: list[Item]) -> Verdict:
    energy, wave = max(map(energy_error, items)), max(map(wave_error, items))
    first, later = worst_cpu(items)
    text = f"E {energy:.1e}, psi {wave:.1e}, {first:.1f} CPU-s (later seeds {later:.1f})"
    return Verdict(text, energy <= 1e-10 and wave <= 1e-5 and max(first, later) <= 5)


def _line(quick: bool) -> list[Item]:
    names = LINE[::3] if quick else LINE
    return [measure(p, "ritz", states=_bound(p, 4)) for p in names]


def _bound(name: str, most: int) -> int:
    """How many states are bound, at most so many."""
    import sciml
    from sciml.problem import EigenProblem

    problem = sciml.get(name)
    assert isinstance(problem, EigenProblem)
    assert problem.energies is not None
    return len(problem.energies(most))


def _judge_line(items: list[Item]) -> Verdict:
    worst = max(items, key=energy_error)
    error = energy_error(worst)
    return Verdict(f"{error:.1e} ({worst['problem']})", error <= 1e-9)


def _plane(quick: bool) -> list[Item]:
    return [measure(p, "ritz", states=6) for p in (PLANE[:2] if quick else PLANE)]


def _judge_plane(items: list[Item]) -> Verdict:
    closed = [energy_error(i) for i in items if i["problem"] != "harmonic_2d"]
    open_plane = [energy_error(i) for i in items if i["problem"] == "harmonic_2d"]
    text = f"billiards {max(closed):.1e}"
    text += f", oscillator {max(open_plane):.1e}" if open_plane else ""
    return Verdict(text, max(closed) <= 1e-8 and max(open_plane, default=0.0) <= 1e-6)


def _judge_pinn(items: list[Item]) -> Verdict:
    wrong = sum(map(is_wrong_state, items))
    energy, (first, later) = max(map(energy_error, items)), worst_cpu(items)
    text = (
        f"E {energy:.1e}, {wrong} of {len(items)} runs collapsed or with a wrong state, "
        f"{first:.1f} CPU-s (later seeds {later:.1f})"
    )
    return Verdict(text, energy <= 1e-7 and wrong == 0 and max(first, later) <= 20)


def _or_dash(item: Item) -> str:
    error = energy_error(item)
    return f"{error:.1e}" if error < float("inf") else "-"


def _judge_paper(items: list[Item]) -> Verdict:
    parts = [
        f"{i['problem']} {i.get('status', i.get('error'))} {energy_error(i):.1e}" for i in items
    ]
    silent = [i for i in items if not energy_error(i) <= 1e-2 and not is_loud(i)]
    return Verdict("; ".join(parts), not silent)


def _user(quick: bool) -> list[Item]:
    names = user_potentials.NAMES
    return [measure(p, "ritz") for p in (names[:3] if quick else names)]


def _judge_user(items: list[Item]) -> Verdict:
    worst = max(items, key=energy_error)
    silent = [i["problem"] for i in items if not energy_error(i) <= 1e-8 and not is_loud(i)]
    text = f"{energy_error(worst):.1e} ({worst['problem']})"
    loud = [i["problem"] for i in items if is_loud(i)]
    text += f"; warned or refused: {', '.join(loud)}" if loud else ""
    return Verdict(text, not silent)


def _same_seed(method: str) -> Callable[[bool], list[Item]]:
    def run(quick: bool) -> list[Item]:
        import numpy as np

        import sciml

        items = []
        for problem in THREE[:1] if quick else THREE:
            first, second = (sciml.solve(problem, method, seed=7) for _ in range(2))
            same = first.value == second.value and all(
                np.array_equal(first.arrays[name], second.arrays[name]) for name in first.arrays
            )
            items.append({"problem": problem, "method": method, "seed": 7, "identical": same})
        return items

    return run


def _judge_same(items: list[Item]) -> Verdict:
    same = sum(item["identical"] for item in items)
    return Verdict(f"{same} of {len(items)} bit-identical", same == len(items))


ROWS = {
    "ritz": Row(
        "ritz: three wells, 6 states, 5 seeds",
        "E 1e-10, psi 1e-5, 5 CPU-s",
        lambda quick: _three("ritz", quick, states=6),
        _judge_three_ritz,
    ),
    "line": Row("ritz: other 1-D wells, 4 states", "E 1e-9", _line, _judge_line),
    "plane": Row("ritz: 2-D, 6 states", "billiards 1e-8, oscillator 1e-6", _plane, _judge_plane),
    "pinn": Row(
        "pinn: three wells, 3 states, 5 seeds",
        "E 1e-7, 20 CPU-s, no wrong state",
        lambda quick: _three("pinn", quick, states=3),
        _judge_pinn,
        "pinn",
    ),
    "paper": Row(
        "paper: three wells",
        "collapse has a status",
        lambda quick: [measure(p, "paper") for p in (THREE[:1] if quick else THREE)],
        _judge_paper,
        "paper",
    ),
    "user": Row("user potentials from a file", "1e-8 or a warning", _user, _judge_user),
    "same_ritz": Row("ritz: same seed twice", "bit-identical", _same_seed("ritz"), _judge_same),
    "same_pinn": Row(
        "pinn: same seed twice", "bit-identical", _same_seed("pinn"), _judge_same, "pinn"
    ),
}
WITH_BARS = ("ritz", "line", "plane", "pinn", "user")


def judge(recorded: dict[str, Any]) -> dict[str, Any]:
    """Return the verdicts of all recorded rows, and of the error bars over all of them."""
    table = acceptance.judge(ROWS, recorded)
    items = [i for name in WITH_BARS if name in recorded for i in recorded[name]["items"]]
    if items:
        held, count, width = bars(items)
        table["bars"] = {
            "what": "error bars over all of the above",
            "must": "all contain the truth",
            "measured": f"{held} of {count} states, median width {width:.1e}",
            "met": held == count,
        }
    return table


def available(name: str) -> bool:
    """Return whether the method of a row can be imported."""
    from sciml import method
    from sciml.errors import SciMLError

    try:
        method.get(ROWS[name].method, "eigenproblem")
    except (SciMLError, ImportError):
        return False
    return True


def main() -> None:
    """Run the rows that are asked for, record them, and print the table."""
    parser = argparse.ArgumentParser(description="Acceptance of the quantum wells: defaults only.")
    parser.add_argument("--quick", action="store_true", help="fewer seeds and problems")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), metavar="ROW", help=f"{[*ROWS]}")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/wells.json"))
    parser.add_argument("--readme", action="store_true", help="only renew README.md's table")
    asked = parser.parse_args()
    kept = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.is_file() else {}
    recorded = kept.get("rows", {})
    if asked.readme:
        report.insert(Path("README.md"), report.markdown(recorded))
        return
    for name in asked.only or ROWS:
        if not available(name):
            print(f"{name}: left out, there is no method '{ROWS[name].method}' here")
            continue
        print(f"{name} …", flush=True)
        items = ROWS[name].run(asked.quick)
        recorded[name] = {"items": items, "quick": asked.quick, **report.circumstances()}
        report.write(asked.out, {"table": judge(recorded), "rows": recorded})
    report.show(judge(recorded))


if __name__ == "__main__":
    main()
