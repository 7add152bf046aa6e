"""DeepXDE and method `pinn`, side by side: errors on the same problems in the same processor time.

    python -m benchmarks.deepxde [--only ROW ...] [--long SECONDS] [--out FILE]

DeepXDE is no dependency: pip install -e '.[benchmarks]'. Each side runs in a process of its own on
one thread, ours first. DeepXDE gets the processor time that ours took in its slowest seed,
compilation included, and 10 s at least; the time of its imports is not counted. Its constraint
(soft or hard), network and number of points are chosen with the truth in hand. Both are scored by
the same code: medians of three seeds; of the well, the best of four energies to start from. Rows
that are not asked for keep the numbers that the file holds.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.acceptance import Verdict
from benchmarks.deepxde_cases import CASES

LEAST = 10.0
"""processor seconds that DeepXDE gets at least"""
LONG = 60.0
"""those of the long training"""
WELL = (1e5, 1e8)
"""ratio of errors that the finite well must reach, and is to reach"""
ROWS = (*CASES, "well")
NEEDED = {"deepxde": "DeepXDE", "torch": "PyTorch"}
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

Item = dict[str, Any]


def absent() -> list[str]:
    """Return what the comparison needs and is not installed."""
    return [name for module, name in NEEDED.items() if importlib.util.find_spec(module) is None]


def child(module: str, asked: str) -> list[Item]:
    """Return what a side prints in its last line, from a process of its own on one thread."""
    command = [sys.executable, "-m", f"benchmarks.{module}", asked]
    done = subprocess.run(
        command, env={**os.environ, **THREADS}, stdout=subprocess.PIPE, check=True
    )
    found: list[Item] = json.loads(done.stdout.decode().splitlines()[-1])
    return found


def measure(row: str, long: float) -> dict[str, list[Item]]:
    """Return both sides' items of one row."""
    ours = child("deepxde_ours", row)
    seconds = max(LEAST, *(i["cpu_seconds"] for i in ours))
    asked: Item = {"case": row, "seconds": seconds, "long": long}
    if row != "well":
        asked["points"] = int(np.median([i["points"] for i in ours]))
    return {"ours": ours, "theirs": child("deepxde_theirs", json.dumps(asked))}


def bars(row: str) -> tuple[float, float]:
    """Return the ratio that a row must reach, and the one it is to reach."""
    return WELL if row == "well" else (CASES[row].must, CASES[row].aim)


def judge(row: str, items: dict[str, list[Item]]) -> Verdict:
    """Return the ratios of errors, theirs to ours."""
    equal = [i for i in items["theirs"] if i["kind"] == "equal"]
    long = [i for i in items["theirs"] if i["kind"] == "long"]
    theirs = _middle(equal, "error")
    if row == "well":
        theirs = min(i["error"] for i in equal)
    words, met = [], True
    for method in dict.fromkeys(i["method"] for i in items["ours"]):
        mine = [i for i in items["ours"] if i["method"] == method]
        error, spent = _middle(mine, "error"), _middle(mine, "cpu_seconds")
        ratio = theirs / error
        text = f"{method} {error:.1e} in {spent:.1f} s, DeepXDE {theirs:.1e} in "
        text += f"{equal[0]['cpu_seconds']:.0f} s: ratio {ratio:.1e}"
        if long:
            at, later = long[0]["cpu_seconds"], long[0]["error"]
            text += f"; {later:.1e} in {at:.0f} s: ratio {later / error:.1e}"
        words.append(text)
        met &= ratio >= bars(row)[0]
    return Verdict("; ".join(words), met)


def _middle(items: list[Item], what: str) -> float:
    return float(np.median([i[what] for i in items]))


def table(recorded: dict[str, Any]) -> dict[str, Any]:
    """Return the verdicts of all recorded rows."""
    found = {}
    for row in (r for r in ROWS if r in recorded):
        verdict = judge(row, recorded[row]["items"])
        must, aim = bars(row)
        name = "finite_well" if row == "well" else CASES[row].name
        asked = f"ratio of errors >= {must:g}, aim {aim:g}"
        found[row] = {"what": name, "must": asked, **vars(verdict)}
    return found


def main() -> None:
    """Run the rows that are asked for, record them, and print the table."""
    parser = argparse.ArgumentParser(description="DeepXDE and method pinn, side by side.")
    parser.add_argument("--only", nargs="+", choices=ROWS, metavar="ROW", help=f"{[*ROWS]}")
    parser.add_argument("--long", type=float, default=LONG, help="0 leaves the long training out")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/deepxde.json"))
    asked = parser.parse_args()
    if missing := absent():
        print(
            f"deepxde: skipped, not installed: {', '.join(missing)} "
            "(pip install -e '.[benchmarks]')"
        )
        return
    kept = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.is_file() else {}
    recorded = kept.get("rows", {})
    versions = {module: importlib.metadata.version(module) for module in NEEDED}
    for row in asked.only or ROWS:
        print(f"{row} …", flush=True)
        items = measure(row, asked.long)
        recorded[row] = {"items": items, "versions": versions, **report.circumstances()}
        report.write(asked.out, {"table": table(recorded), "rows": recorded})
    report.show(table(recorded))


if __name__ == "__main__":
    main()
