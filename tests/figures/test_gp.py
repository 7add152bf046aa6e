"""Figures of equations by Gaussian processes: what is computed is right, and it can be drawn."""

import io
import math
from types import SimpleNamespace

import numpy as np
import pytest

from figures import gp, manifest
from figures.gp import bars, cost, errors, lines, noisy, planes, points, spectra
from figures.style import style
from figures.work import Work
from gp_solver.spectrum import detect
from sciml import registry

BUDGET = 120
"""seconds on two cores that the quick figures may take"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return Work(tmp_path_factory.mktemp("kept"))


def drawn(module, data):
    """The caption of a figure, whose picture must be written without a warning."""
    with style():
        drawing = module.draw(data)
        drawing.figure.savefig(io.BytesIO(), format="png", dpi=30)
    return drawing.caption


def test_every_equation_of_the_paper_is_shown():
    assert {e.name for e in registry.listing("gp-hm")} == set(gp.ALL)


def test_quick_figures_stay_within_two_minutes():
    ours = [e for name, e in manifest.entries().items() if name.startswith("gp-")]
    assert len(ours) == 7
    assert sum(e.profiles["quick"].seconds for e in ours) <= BUDGET


@pytest.mark.parametrize("name", list(spectra.TRUE))
def test_true_frequencies_are_those_of_the_closed_form(name):
    problem = spectra.equation(name)
    ((lower, upper),) = problem.domain.bounding_box
    x = np.linspace(lower, upper, 4096)
    waves = {k: a for k, a in spectra.TRUE[name].items() if k > 10}
    seen = detect(problem.exact(x[:, None]).reshape(1, -1), upper - lower, tolerance=1e-3)
    order = np.argsort(seen.frequencies[: len(waves)])
    found = 2 * math.pi * seen.frequencies[order]
    np.testing.assert_allclose(found, list(waves), rtol=1e-3)
    if name != "gp_u4":  # its amplitude grows
        np.testing.assert_allclose(seen.amplitudes[order], list(waves.values()), rtol=1e-2)


def test_pruning_leaves_the_true_frequency(work):
    data = spectra.compute(work, cases=[("gp_u5", 100.0)], points=200, components=30, seed=0)
    numbers = data["numbers"]
    assert numbers["gp_u5: components before"] == 30
    assert numbers["gp_u5: components left"] <= 3
    assert numbers["gp_u5: worst distance of a carrier, cycles per unit"] < 1e-3
    assert numbers["gp_u5: relative L2 error"] < 1e-9
    assert np.count_nonzero(data["found"]["gp_u5"]["before"] > 1e-6) > 20
    assert "At most 2 components are left" in drawn(spectra, data)


def test_errors_fall_with_points_and_runs_know_when_they_have_too_few(work):
    given = {"points": [60, 200], "grids": [100], "seed": 0}
    cases = {"lines": [("gp_u5", 100.0)], "planes": [("gp_u7", 20.0)]}
    data = points.compute(work, **cases, **given)
    few, many = data["line"]["gp_u5"]
    (plane,) = data["plane"]["gp_u7"]
    assert [r["converged"] for r in (few, many, plane)] == [0.0, 1.0, 1.0]
    assert few["error"] > 1e-2
    assert max(many["error"], plane["error"]) < 1e-9
    assert data["numbers"]["of these, wrong (error above 1e-6)"] == 0
    assert "3 runs, 2 converged" in drawn(points, data)

    judged = bars.compute(work, **cases, **given, draws=1)
    assert judged["line"] == data["line"]
    assert judged["numbers"]["converged runs"] == 2
    assert judged["numbers"]["least coverage of a converged run"] >= 0.9
    assert "1 data sets" in drawn(bars, judged)


def test_an_equation_that_never_converges_is_named():
    row = {"points": 100, "error": 1e-12, "converged": 1.0}
    wrong = {**row, "error": 3e-5, "converged": 0.0}
    numbers = {
        "runs": 2,
        "runs that say they converged": 1,
        "of these, wrong (error above 1e-6)": 0,
    }
    data = {"line": {"gp_u1": [row]}, "plane": {"gp_ac2": [wrong]}, "numbers": numbers}
    caption = drawn(points, data)
    assert "Not converged with the most points: `gp_ac2` (off by 3.0·10⁻⁵)." in caption
    assert "those that converge are off by 1.0·10⁻¹²" in caption


def test_shares_inside_bands_grow_with_their_level():
    data = noisy.shares(draws=2, source=0.05, boundary=0.02)
    inside = np.array(data["inside"])
    assert inside.shape == (2, len(noisy.LEVELS))
    assert np.all(np.diff(inside, axis=1) >= 0)
    assert inside[:, -1].min() > 0.5
    assert not np.allclose(*data["errors"])


def test_the_noisy_equation_is_that_of_its_solution():
    clean = noisy.problem(0, source=0.0, boundary=0.0)
    source, step = clean.sampled["f"], 1e-4
    x = source.axes[0]
    second = (noisy.u(x + step) - 2 * noisy.u(x) + noisy.u(x - step)) / step**2
    np.testing.assert_allclose(source.values, second, atol=1e-2)


def test_solutions_and_errors_are_shown_relative_to_the_largest_value(work, monkeypatch):
    monkeypatch.setattr(lines, "LINES", {"gp_u5": gp.LINES["gp_u5"]})
    monkeypatch.setattr(planes, "PLANES", {"gp_u7": gp.PLANES["gp_u7"]})
    data = lines.compute(work, seed=0)
    line = data["lines"]["gp_u5"]
    assert line["near"][-1] == pytest.approx(0.1)
    np.testing.assert_allclose(line["u"], line["exact"], atol=1e-9)
    assert np.mean(line["error"] <= line["bar"]) >= 0.9
    assert "1.0·10⁻¹²" in drawn(lines, {**data, "numbers": {"worst relative L2 error": 1e-12}})

    data = planes.compute(work, seed=0)
    plane = data["planes"]["gp_u7"]
    assert plane["axes"] == ["x", "y"]
    assert np.shape(plane["u"]) == np.shape(plane["error"]) == (planes.SIDE, planes.SIDE)
    side = np.linspace(*plane["part"][0], planes.SIDE)
    q = np.sin(6 * side) * np.cos(20 * side)
    np.testing.assert_allclose(plane["u"], q[:, None] + q, atol=1e-9)
    assert "advection" in drawn(planes, data)


def test_errors_stand_beside_the_published_ones(work, monkeypatch):
    monkeypatch.setattr(errors, "ALL", {"gp_u7": gp.PLANES["gp_u7"]})
    data = errors.compute(work, seed=0)
    row, numbers = data["rows"]["gp_u7"], data["numbers"]
    assert row["gp"]["error"] < 1e-9
    assert row["chebyshev"]["error"] < 1e-9
    gain = numbers["least gain over the published errors"]
    assert gain == pytest.approx(1.02e-3 / row["gp"]["error"])
    caption = drawn(errors, data)
    assert "| `gp_u7` |" in caption
    assert "| 1.0·10⁻³ | 1.1·10⁻³ |" in caption


def test_the_recipe_is_timed_without_its_compilation(monkeypatch):
    asked = []

    def solve(name, method, **given):
        asked.append((name, method, given["steps"], given["chunk"], given["clocked"]))

    monkeypatch.setattr(cost, "clock", lambda _run: [10.0, 11.0, 12.0])
    row = cost.recipe(SimpleNamespace(solve=solve), "gp_u1", points=8, chunk=2, seed=0)
    assert asked == [("gp_u1", "gp-paper", 6, 2, True)]
    assert row == {"points": 8, "seconds": pytest.approx(0.5 * cost.EPOCHS)}


def test_seconds_are_compared_at_the_most_points_that_both_have(monkeypatch):
    class Kept:
        def table(self, name, compute, **given):
            assert compute is cost.seconds
            error = 1.0 if given["points"] < 200 else 1e-12
            return {"points": given["points"], "seconds": 0.5, "error": error}

    monkeypatch.setattr(cost, "recipe", lambda *_, **__: {"points": 400, "seconds": 1000.0})
    both = {"line": [100, 400, 800], "plane": [100, 400, 800]}
    one = {"line": [400], "plane": [400]}
    data = cost.compute(Kept(), points=both, epochs=one, chunk=2, seed=0)
    assert data["numbers"]["gp_u1: points an axis compared"] == 400
    assert data["numbers"]["gp_u1: times faster than the recipe"] == 2000
    assert "2000 times at 400 points in one dimension" in drawn(cost, data)
