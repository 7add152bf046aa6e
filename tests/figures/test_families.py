"""The families of figures: small computations, their pictures, and what their captions say."""

from types import SimpleNamespace

import numpy as np
import pytest

import sciml
from figures.jumps import calibration, estimates, laws, paths, ratchet
from figures.style import COLUMN, PAGE, power, style
from figures.wells import (
    WELLS,
    bars,
    collapse,
    convergence,
    diagrams,
    dynamics,
    excited,
    race,
    states,
)
from figures.work import Work
from sciml import archive
from sciml.jumps import generator


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return Work(tmp_path_factory.mktemp("runs"))


def drawn(draw, data):
    """The picture of data as they come back from the disk, drawn to the end without a warning."""
    kept = archive.numbers(archive.strict(data))
    with style():
        drawing = draw(kept)
        drawing.figure.canvas.draw()
    assert drawing.figure.get_figwidth() in (COLUMN, PAGE)
    return drawing


def legends(drawing):
    return {text.get_text() for ax in drawing.figure.axes for text in _legend(ax)}


def _legend(ax):
    return [] if ax.get_legend() is None else ax.get_legend().get_texts()


def test_excited_states_lie_in_their_bars(work):
    data = excited.compute(work, states=3, seed=0)
    assert data["numbers"]["number of nodes right (1: in all states)"] == 1
    for well in data["wells"].values():
        assert np.all(well["error"] < well["bar"])
    drawing = drawn(excited.draw, data)
    assert power(max(data["numbers"][f"{w}: worst error of E"] for w in WELLS)) in drawing.caption
    assert {"true error", "width of error bar", "ritz", "exact"} <= legends(drawing)


def test_signs_are_those_of_the_exact_states():
    psi = np.array([[1.0, -2.0], [3.0, -1.0]])
    np.testing.assert_array_equal(states.aligned(-psi, psi), psi)
    np.testing.assert_array_equal(states.upright(-np.abs(psi)), np.abs(psi))


def well(**more):
    x = np.linspace(0, 1, 50)
    return {"x": x, "potential": np.where(x > 0.5, 3.0, 0.0), **more}


def test_states_are_drawn_beside_the_exact_ones():
    psi = np.sin(np.pi * np.outer(np.linspace(0, 1, 50), [1, 2]))
    one = well(psi=psi + 1e-7, exact=psi, energies=[9.87, 39.5])
    ends = ("error of E", "error of ψ")
    numbers = {f"{w}: {end}": 10.0 ** -(i + 8) for i, w in enumerate(WELLS) for end in ends}
    data = {"wells": dict.fromkeys(WELLS, one), "method": "pinn", "numbers": numbers}
    drawing = drawn(states.draw, data)
    assert "1.0·10⁻⁸" in drawing.caption
    assert "$E_1=9.87$" in legends(drawing)


def test_a_collapse_is_named_and_counted():
    flat = well(exact=np.ones(50), ours=np.ones(50), energy=2.0, trained=[1.9, 2.0])
    runs = [
        {"label": "weight 1, from 1", "collapsed": 1.0, "trained": [1.0], "psi": np.zeros(50)},
        {"label": "weight 9, from 1", "collapsed": 0.0, "trained": [1.5], "psi": np.ones(50)},
    ]
    numbers = {
        "recipe: runs": 6.0,
        "recipe: collapsed": 3.0,
        "ours: worst error of E1": 1e-9,
        "recipe, given start: best error of trained E1": 0.25,
        "recipe, given start: worst error of trained E1": 0.5,
    }
    data = {"wells": dict.fromkeys(WELLS, {**flat, "recipe": runs}), "numbers": numbers}
    caption = drawn(collapse.draw, data).caption
    assert "3 of 6 runs fall to it" in caption
    assert "barrier (weight 1, from 1)." in caption
    assert "Runs from 1 that keep their norm leave E1 off by 0.25 to 0.5." in caption
    assert "exact value that" not in caption


def test_convergence_and_race_are_drawn():
    one = {"step": [1, 2], "loss": [1e-3, 1e-6], "errors": [[1e-3, 1e-2], [0.0, 1e-9]]}
    ends = {"first error of trained E": 1e-2, "last error of trained E": 1e-9, "steps": 2}
    numbers = {f"{w}: {k}": v for w in WELLS for k, v in ends.items()}
    data = {"wells": dict.fromkeys(WELLS, one), "method": "pinn", "numbers": numbers}
    assert "within 2 steps" in drawn(convergence.draw, data).caption
    run = {"seconds": [1.0, 2.0], "trained": [0.1, 0.0], "reported": [1e-9], "spent": 2.0}
    runs = {"paper": {**run, "reported": []}, "pinn": run, "ritz": {**run, "trained": []}}
    numbers = {f"{w}: error of {m}": 1e-3 for w in WELLS for m in runs}
    data = {"wells": dict.fromkeys(WELLS, runs), "weight": 100.0, "states": 3, "numbers": numbers}
    assert "`ritz` at 1.0·10⁻³ to 1.0·10⁻³" in drawn(race.draw, data).caption


def test_every_registered_well_is_drawn_on_lines_and_in_planes(work, monkeypatch):
    names = diagrams.wells()
    assert len(names) >= 17
    few = ["delta_well", "infinite_well", "square_billiard"]
    assert set(few) < set(names)
    monkeypatch.setattr(diagrams, "wells", lambda: few)
    data = diagrams.compute(work, seed=0)
    assert data["numbers"]["wells"] == 3
    drawing = drawn(diagrams.draw, data)
    titles = {ax.get_title(loc) for ax in drawing.figure.axes for loc in ("left", "center")}
    assert {"delta well", "infinite well", "square billiard"} <= titles


def test_packets_are_drawn_with_what_passes_the_barrier():
    x, t = np.linspace(-1, 1, 40), np.linspace(0, 1, 10)
    density = np.exp(-((x - t[:, None]) ** 2))
    one = {"t": t, "x": x, "density": density, "exact": density, "regions": {"in_barrier": 0.25}}
    one["potential"] = np.where(np.abs(x) < 0.1, 9.0, 0.0)
    ends = {"relative L2 error of ψ on the grid": 1e-9, "norm defect": 1e-14}
    numbers = {f"tunnelling: {k}": v for k, v in ends.items()}
    caption = drawn(dynamics.draw, {"moved": {"tunnelling": one}, "numbers": numbers}).caption
    assert "tunnelling 1.0·10⁻⁹ (in barrier 0.2500 at the last time)" in caption


def test_error_bars_are_counted():
    kept = {"ritz": {"error": [0.0, 1e-12], "bar": [1e-11, 1e-10]}}
    numbers = {"states": 2, "states outside their bar": 0, "median width of a bar": 5.5e-11}
    caption = drawn(bars.draw, {"methods": kept, "numbers": numbers}).caption
    assert "0 states lie outside" in caption


def test_errors_are_scored_off_the_diagonal_and_drawn_by_estimate():
    process, seen = estimates.ratchet(1.0, 20, 10, seed=0)
    assert seen.paths == 20
    assert estimates.rmse(process.rates + 7 * np.eye(6), process.rates) == 0
    assert estimates.mean_and_error([1.0, 3.0]) == (2.0, pytest.approx(1.0))
    found = {str(k): {n: [1 / k, 3 / k] for n in estimates.NAMES} for k in (20, 40)}
    means, spreads = estimates.summary(found)
    assert means["network"] == [0.1, 0.05]
    numbers = {f"{k} paths: {n}": means[n][0] for k in (20, 40) for n in means}
    data = {"paths": [20, 40], "points": 30, "v": 1.0, "batches": 2, "numbers": numbers}
    drawing = drawn(paths.draw, {**data, "means": means, "spreads": spreads})
    assert set(estimates.NAMES.values()) <= legends(drawing)


def test_coverage_is_the_part_of_existing_links_that_is_held(work, monkeypatch):
    def infer(visits, *, refine, level, seed):
        q = sciml.get("birth_death", paths=1).rates
        held = np.triu(np.ones_like(q)) if refine == "none" else np.ones_like(q)
        width = level * np.abs(q)
        return SimpleNamespace(
            value={"lower": q - width * held, "upper": q + width * (2 * held - 1)}
        )

    monkeypatch.setattr(calibration.mjp, "infer", infer)
    case = {"paths": 5, "noise": 0.0, "batches": 2}
    data = calibration.compute(work, ["birth_death"], [0.5, 0.9], **case)
    assert data["found"]["auto"]["birth_death"] == [1.0, 1.0]
    assert data["found"]["none"]["birth_death"] == [0.5, 0.5], "births are held, deaths are not"
    assert data["numbers"]["network alone: part held minus level, least"] == pytest.approx(-0.4)
    drawing = drawn(calibration.draw, data)
    assert "network alone -40 to +0" in drawing.caption


def test_true_rates_simulate_the_nearest_paths():
    process, seen = estimates.ratchet(3.0, 300, 10, seed=1)
    true, wrong = process.rates, generator(np.ones((6, 6)))
    far = []
    for q in (true, wrong):
        made = laws._simulated(process, q, np.full(6, 1 / 6), seen, 2)
        assert made.paths == seen.paths
        far.append(laws._distance(made, seen))
    assert laws._distance(seen, seen) == 0
    assert far[1] > 1.3 * far[0]


def test_the_ratchet_in_balance_produces_no_entropy():
    assert ratchet._produced(0.0) == pytest.approx(0.0, abs=1e-12)
    assert ratchet._produced(1.0) == pytest.approx(0.1792, abs=1e-4)


def test_an_entropy_production_without_interval_is_drawn_without_one():
    q = generator(np.ones((6, 6)))
    ends = {"lower": [0.0, np.nan], "upper": [0.1, np.nan], "true": [0.0, 0.2]}
    numbers = {
        "RMSE of the rates": 0.1,
        "rates inside their 90 % interval, part": 0.9,
        "law over time, largest error": 0.01,
        "entropy productions inside their interval": 1.0,
    }
    data = {"true": q, "inferred": 1.1 * q, "v": 1.0, "paths": 9, "obtained": "network"}
    data |= {"times": [0.0, 1.0], "laws": [np.full((2, 6), 1 / 6)] * 2, "steps": [0.0, 1.0]}
    data |= {"refine": "map", "fine": {"V": [0.0, 1.0], "true": [0.0, 0.2]}, "numbers": numbers}
    caption = drawn(ratchet.draw, {**data, "entropy": {"found": [0.05, 0.3], **ends}}).caption
    assert "1 of 2 hold the truth" in caption
    assert "90 % of the true rates" in caption
