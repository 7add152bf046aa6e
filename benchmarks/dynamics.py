"""Acceptance of states that move and of condensates: defaults only, the worst of three seeds.

    python -m benchmarks.dynamics [--only ROW ...] [--out FILE]

Rows that are not asked for keep the numbers that the file holds. The persistent compilation cache
is off; seconds are the processor's of the computation, compilation included, scoring not.
"""

from __future__ import annotations

import os
from functools import partial
from typing import Any

os.environ["SCIML_CACHE"] = ""

import sciml  # noqa: E402
from benchmarks import acceptance  # noqa: E402
from benchmarks.acceptance import Row, Verdict  # noqa: E402
from sciml.errors import SciMLError  # noqa: E402

Item = dict[str, Any]
SEEDS = range(3)
KEPT = ("energy", "states", "transmission", "reflection", "in_barrier", "chemical_potential")
KEPT += ("error_bar", *(f"reference_{name}" for name in KEPT))


def measure(problem: str, seed: int, **given: Any) -> Item:
    """Return numbers of one solution: errors, what is conserved, status, processor seconds."""
    item: Item = {"problem": problem, "seed": seed, "given": given}
    try:
        found = sciml.solve(problem, seed=seed, **given)
    except SciMLError as error:
        return item | {"status": "REFUSED", "what": error.what, "metrics": {}}
    return item | {
        "status": found.status.name,
        "metrics": dict(found.metrics),
        "value": {name: found.value[name] for name in KEPT if name in found.value},
        "cpu_seconds": found.cpu_seconds,
        "warnings": list(found.warnings),
    }


def _run(problem: str, given: dict[str, Any]) -> list[Item]:
    return [measure(problem, seed, **given) for seed in SEEDS]


def _worst(items: list[Item], metric: str) -> float:
    return max(float(item["metrics"].get(metric, float("inf"))) for item in items)


def _judge(bars: dict[str, float], items: list[Item]) -> Verdict:
    """The worst of each metric over the seeds against its bar, and every run converged."""
    found = {metric: _worst(items, metric) for metric in bars}
    states = "/".join(sorted({item["status"] for item in items}))
    spent = max(float(item.get("cpu_seconds", float("inf"))) for item in items)
    words = ", ".join(f"{metric} {value:.1e}" for metric, value in found.items())
    met = states == "CONVERGED" and all(found[metric] <= bar for metric, bar in bars.items())
    return Verdict(f"{words}, {states}, {spent:.1f} s", met)


def _row(what: str, problem: str, bars: dict[str, float], **given: Any) -> Row:
    must = ", ".join(f"{metric} <= {bar:.0e}" for metric, bar in bars.items())
    return Row(what, must, partial(_run, problem, given), partial(_judge, bars))


MOVES = {"rel_l2": 3e-7, "norm_defect": 1e-9}
CONDENSED = {"mu_rel_error": 1e-12, "virial": 1e-10}

ROWS = {
    "coherent": _row("coherent state to t = 20π", "coherent_state", MOVES),
    "box": _row("packet in a box", "packet_in_well", MOVES),
    "revival": _row(
        "the same to its revival", "packet_in_well", MOVES, width=0.1, momentum=12.0, duration=0.64
    ),
    "finite": _row(
        "packet in a finite well",
        "packet_in_well",
        MOVES,
        well="finite_well",
        center=0.0,
        width=0.06,
        momentum=20.0,
    ),
    "tunnelling": _row("packet at a barrier", "tunnelling", MOVES),
    "linear": _row("condensate, g = 0", "condensate", CONDENSED, g=0.0),
    "weak": _row("condensate, g = 1", "condensate", CONDENSED, g=1.0),
    "middle": _row("condensate, g = 10", "condensate", CONDENSED, g=10.0),
    "strong": _row("condensate, g = 100", "condensate", CONDENSED, g=100.0),
    "attractive": _row("condensate, g = -5", "condensate", CONDENSED, g=-5.0),
    "walls": _row(
        "condensate in a finite well, g = 20",
        "condensate",
        {"mu_rel_error": 1e-11},
        well="finite_well",
        g=20.0,
    ),
}


if __name__ == "__main__":
    acceptance.main(
        ROWS, "Acceptance of packets and condensates.", "benchmarks/results/dynamics.json"
    )
