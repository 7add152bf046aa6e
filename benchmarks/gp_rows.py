"""The rows of the acceptance of method `gp`: what is run, and how it is judged."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import user_equations
from benchmarks.acceptance import Row, Verdict
from benchmarks.gp_measure import Item, coverage, error, is_loud, measure, warm
from benchmarks.gp_report import PUBLISHED, name_of, slowest

PAPER: tuple[tuple[str, dict[str, Any]], ...] = (
    *((n, {}) for n in ("gp_u1", "gp_u2")),
    ("gp_u2", {"length": 1.0}),
    *((n, {}) for n in ("gp_u3", "gp_u4", "gp_u5", "gp_ac1_sin", "gp_ac1_sincos")),
    *((n, {}) for n in ("gp_u6", "gp_u7", "gp_ac2", "gp_advection")),
)
NONSPARSE = tuple(
    f"poisson_{d}_{n}" for d in ("1d", "2d") for n in ("chirp", "packet", "layer", "peak")
)
PHYSICS = (
    *("helmholtz_1d", "helmholtz_2d", "heat", "heat_2d", "wave", "diffusion_2d"),
    *("diffusion_2d_contrast", "poisson_2d_mixed", "poisson_3d", "advection_periodic"),
)
SHAPES = ("poisson_disc", "poisson_l_shape", "poisson_l_corner", "poisson_annulus")
COMPARED = (
    *PAPER,
    *((n, {}) for n in (*NONSPARSE, "helmholtz_1d", "helmholtz_2d", "heat", "wave")),
)
ARD = (("gp_u1", 20.0), ("gp_u2", 20.0), ("gp_u3", 20.0), ("gp_u5", 100.0))
DRAWS = range(20)


def _below(items: list[Item], bar: float) -> Verdict:
    worst = max(items, key=error)
    return Verdict(f"{error(worst):.1e} ({worst['problem']})", error(worst) <= bar)


def _judge_paper(items: list[Item]) -> Verdict:
    gain = min(PUBLISHED[name_of(i)] / error(i) for i in items)
    total, slow = sum(i["seconds"][0] for i in items), slowest(items)
    worst = max(items, key=error)
    text = (
        f"worst {error(worst):.1e} ({worst['problem']}), at least {gain:.0f}x below the paper, "
        f"all in {total:.0f} s compilation included; slowest warm {warm(slow):.1f} s "
        f"({slow['problem']})"
    )
    good = error(worst) <= 1e-8 and gain >= 100 and total <= 60 and warm(slow) <= 5
    return Verdict(text, good)


def _speed() -> list[Item]:
    from benchmarks import gp_paper_speed

    items = []
    for name in ("gp_u1", "gp_u6"):
        theirs = gp_paper_speed.measure(name)
        items.append(measure(name, times=2) | {"theirs": theirs})
    return items


def _judge_speed(items: list[Item]) -> Verdict:
    ratios = [
        i["theirs"]["published_epochs"] * i["theirs"]["seconds_per_epoch"] / warm(i) for i in items
    ]
    parts = [f"{i['problem']} {r:.0f}x" for i, r in zip(items, ratios, strict=True)]
    return Verdict(", ".join(parts), min(ratios) >= 1000)


def _judge_ard(items: list[Item]) -> Verdict:
    parts = [f"{i['problem']} {error(i):.0e} with {i['active']}" for i in items]
    met = all(error(i) <= 1e-5 and i["active"] <= 5 for i in items)
    return Verdict(", ".join(parts), met)


def _compare() -> list[Item]:
    items = []
    for name, given in COMPARED:
        items += [measure(name, m, **given) for m in ("gp", "chebyshev")]
    return items


def _judge_compare(items: list[Item]) -> Verdict:
    pairs = list(zip(items[::2], items[1::2], strict=True))
    worst = max(pairs, key=lambda p: error(p[0]) / max(1e-9, 10 * error(p[1])))
    met = all(error(a) <= max(1e-9, 10 * error(b)) for a, b in pairs)
    text = f"closest to the limit: {name_of(worst[0])} {error(worst[0]):.1e}"
    return Verdict(f"{text} against {error(worst[1]):.1e}", met)


def _high() -> list[Item]:
    return [measure("poisson_2d_high", m, times=2) for m in ("gp", "chebyshev")]


def _judge_high(items: list[Item]) -> Verdict:
    ratio = warm(items[1]) / warm(items[0])
    cold = items[1]["seconds"][0] / items[0]["seconds"][0]
    text = (
        f"{ratio:.0f}x faster ({warm(items[0]):.1f} s against {warm(items[1]):.0f} s; compilation "
        f"included {cold:.0f}x), {error(items[0]):.1e} against {error(items[1]):.1e}"
    )
    return Verdict(text, ratio >= 20)


def _scale() -> list[Item]:
    full = {"frequencies": "none", "length": 1.0}
    items = [measure("poisson_2d_high", kx=k, ky=k, **full) for k in (100.0, 400.0, 850.0, 1250.0)]
    return [*items, measure("poisson_3d", frequencies="none")]


def _judge_scale(items: list[Item]) -> Verdict:
    parts = [
        f"{i['unknowns']} unknowns {error(i):.0e} {warm(i):.1f} s {i['peak_mb']:.0f} MB"
        for i in items
    ]
    met = all(error(i) <= 1e-10 and warm(i) <= 60 for i in items[-2:])
    return Verdict("; ".join(parts), met)


def _judge_shapes(items: list[Item]) -> Verdict:
    corner = [error(i) for i in items if i["problem"] == "poisson_l_corner"]
    smooth = [error(i) for i in items if i["problem"] in ("poisson_disc", "poisson_l_shape")]
    other = [f"annulus {error(i):.0e}" for i in items if i["problem"] == "poisson_annulus"]
    text = f"disc, L {max(smooth):.1e}; corner {max(corner):.1e}; {', '.join(other)}"
    return Verdict(text, max(smooth) <= 1e-10 and max(corner) <= 1e-8)


def _judge_burgers(items: list[Item]) -> Verdict:
    parts = [f"nu {i['nu']:.4g}: {error(i):.0e}, {warm(i):.0f} s, {i['status']}" for i in items]
    return Verdict("; ".join(parts), all(error(i) <= 1e-4 or is_loud(i) for i in items))


def _judge_noisy(items: list[Item]) -> Verdict:
    mean = float(np.mean([coverage(i) for i in items]))
    return Verdict(f"coverage {mean:.3f} over {len(items)} draws", 0.90 <= mean <= 0.99)


def _judge_coarse(items: list[Item]) -> Verdict:
    parts = [f"{i['points']}: {coverage(i):.2f} (sd {i['relative_sd']:.0e})" for i in items]
    return Verdict(", ".join(parts), all(coverage(i) >= 0.9 for i in items))


def _judge_inverse(items: list[Item]) -> Verdict:
    eps = [i["theta"]["eps"] for i in items]
    inside = float(np.mean([abs(e["value"] - 0.02) <= 2 * e["sd"] for e in eps]))
    text = f"{inside:.0%} within 2 sd; median sd {np.median([e['sd'] for e in eps]) / 0.02:.1e}"
    return Verdict(text, inside >= 0.9)


def _judge_branches(items: list[Item]) -> Verdict:
    parts = [f"{i['problem']} {i['branches']} {i['status']}" for i in items]
    first = items[0]
    return Verdict(", ".join(parts), first["branches"] == 7 and first["status"] == "SEVERAL")


def _judge_user(items: list[Item]) -> Verdict:
    silent = [i["problem"] for i in items if not error(i) <= 1e-8 and not is_loud(i)]
    worst = max(items, key=error)
    return Verdict(f"{error(worst):.1e} ({worst['problem']})", not silent)


ROWS = {
    "paper": Row(
        "the paper's 12 runs",
        "1e-8, 100x below the paper, 60 s together, 5 s each warm",
        lambda: [measure(n, times=2, **given) for n, given in PAPER],
        _judge_paper,
    ),
    "speed": Row("time against the published method (u1, u6)", "1000x", _speed, _judge_speed),
    "ard": Row(
        "sparsity alone: 30 frequencies, 400 points",
        "1e-5 with at most 5 components",
        lambda: [measure(n, frequencies="ard", points=400, frequency_max=f) for n, f in ARD],
        _judge_ard,
    ),
    "chebyshev": Row(
        "against Chebyshev collocation", "never worse than max(1e-9, 10x)", _compare, _judge_compare
    ),
    "high": Row("sin 800x sin 600y against Chebyshev, both warm", "20x faster", _high, _judge_high),
    "scale": Row("full rank, 2-D up to 999², 3-D", "1e-10 in 60 s", _scale, _judge_scale),
    "nonsparse": Row(
        "chirp, packet, layer, peak in 1-D and 2-D",
        "1e-7",
        lambda: [measure(n) for n in NONSPARSE],
        lambda items: _below(items, 1e-7),
    ),
    "shapes": Row(
        "disc, L-shape, corner, annulus",
        "1e-10; corner 1e-8",
        lambda: [measure(n) for n in SHAPES],
        _judge_shapes,
    ),
    "physics": Row(
        "Helmholtz, heat, wave, contrast 400:1, mixed, 3-D",
        "1e-9",
        lambda: [measure(n) for n in PHYSICS],
        lambda items: _below(items, 1e-9),
    ),
    "burgers": Row(
        "Burgers, nu = 0.01 and 0.01/pi",
        "1e-4, or refused",
        lambda: [measure("burgers", nu=nu) for nu in (0.01, 0.01 / np.pi)],
        _judge_burgers,
    ),
    "noisy": Row(
        "source 5 % and boundary 2 % noise, 20 draws",
        "coverage in [.90, .99]",
        lambda: [measure("noisy_source", draw=k) for k in DRAWS],
        _judge_noisy,
    ),
    "coarse": Row(
        "sin 100x from few points",
        "coverage >= .90",
        lambda: [measure("gp_u1", points=n) for n in (10, 12, 15, 20, 30, 60, 100)],
        _judge_coarse,
    ),
    "inverse": Row(
        "unknown eps, 40 observations, 1 % noise, 20 draws",
        "within 2 sd in 90 %",
        lambda: [measure("inverse", draw=k) for k in DRAWS],
        _judge_inverse,
    ),
    "branches": Row(
        "several solutions",
        "all seven, and said so",
        lambda: [measure(n) for n in ("allen_cahn_several", "gp_ac1_sin", "gp_ac1_sincos")],
        _judge_branches,
    ),
    "user": Row(
        "equations from a user's file",
        "1e-8 or a warning",
        lambda: [measure(n) for n in user_equations.NAMES],
        _judge_user,
    ),
}
