"""Figures of laws found from data: learned and true terms are compared as they should be."""

import io
from types import SimpleNamespace

import numpy as np
import pytest

from figures import discovery, manifest
from figures.discovery import front, laws, sweeps, table
from figures.style import style
from problems.transport import cole_hopf
from sciml import registry
from sciml.status import Status

BUDGET = 150
"""seconds on two cores that the quick figures may take"""
FIRST = {"points": 9, "noise": 0.0, "t_end": 3.0, "data_seed": 0}
RIGHT = {"F1": "-0.9*x*y", "F2": "0.8*x*y"}
WRONG = {"F1": "-0.9*x*y", "F2": "0.2*y"}
PARETO = [
    {"complexity": 0, "chi2": 900.0, "score": 9.0, "expressions": ["0", "0"]},
    {"complexity": 10, "chi2": 18.0, "score": 1.0, "expressions": list(RIGHT.values())},
]


def entry(expressions):
    return {"expressions": expressions, "score": 1.0, "chi2": 18.0, "complexity": 10}


def predators(expressions=RIGHT, status=Status.CONVERGED, *, off=0.0, **given):
    """A search that found these laws, its network off by a part of the truth."""
    given = {**FIRST, **given}
    problem = registry.get("lotka_volterra", **given)
    true = discovery.true_along("lotka_volterra", given, laws.TIMES)
    right = expressions == RIGHT
    return SimpleNamespace(
        built=problem,
        status=status,
        parameters=given,
        value={
            "expressions": expressions,
            "shortlist": [entry(expressions), entry(WRONG)],
            "pareto": PARETO,
        },
        metrics={
            "form": float(right),
            "data": 18.0,
            "laws": 40.0,
            **({"constant_error": 0.01} if right else {}),
        },
        arrays={
            "data/points/0": problem.data.experiments[0].points,
            "data/values/0": problem.data.experiments[0].values,
            "fit/times/0": true.times,
            "fit/states/0": true.states,
            "hidden/points": true.times[:, None],
            "hidden/network": (1 + off) * true.terms,
            "hidden/sd": 0.1 + 0 * true.terms,
            "hidden/law": true.terms,
        },
    )


def burgers():
    """A search that found Burgers' transport."""
    problem = registry.get("burgers_hidden", points=30, initial=10, noise=0.0)
    experiment = problem.data.experiments[0]
    blank = np.zeros((len(experiment.points), 1))
    return SimpleNamespace(
        built=problem,
        status=Status.AMBIGUOUS,
        parameters={"noise": 0.0},
        value={"expressions": {"F": "-u*u_x"}, "shortlist": [entry({"F": "-u*u_x"})]},
        metrics={"form": 1.0, "data": 40.0, "laws": 40.0},
        arrays={
            "data/points/0": experiment.points,
            "data/values/0": experiment.values,
            "hidden/points": experiment.points,
            "hidden/network": blank,
            "hidden/sd": blank + 0.1,
            "hidden/law": blank,
        },
        predict=lambda points: cole_hopf(points, 0.05),
    )


@pytest.fixture
def finding(monkeypatch):
    """Searches that give what the test has put there, by name, in place of real ones."""
    ready = {}

    def search(_work, name, given, _seed):
        made = ready[name]
        return made(**given) if callable(made) else made

    for module in (laws, front, sweeps, table):
        monkeypatch.setattr(module, "search", search)
    return ready


def drawn(module, data):
    """The caption of a figure, whose picture must be written without a warning."""
    with style():
        drawing = module.draw(data)
        drawing.figure.savefig(io.BytesIO(), format="png", dpi=30)
    return drawing.caption


def test_quick_figures_stay_within_their_time():
    ours = [e for name, e in manifest.entries().items() if name.startswith("discovery-")]
    assert len(ours) == 4
    assert sum(e.profiles["quick"].seconds for e in ours) <= BUDGET


def test_the_true_terms_are_those_of_the_equation():
    true = discovery.true_along("lotka_volterra", FIRST, 301)
    x, y = true.states.T
    np.testing.assert_allclose(true.terms, np.stack([-0.9 * x * y, 0.8 * x * y], axis=1))
    slope = np.gradient(x, true.times, edge_order=2)
    np.testing.assert_allclose(slope, 1.3 * x + true.terms[:, 0], atol=2e-3)
    assert true.times[[0, -1]].tolist() == [0.0, 3.0]


def test_cases_of_a_system_are_told_apart():
    given = {"t_end": 3.0, "nu": 0.0031831, "points": 9}
    assert discovery.key("burgers_hidden", given) == "burgers_hidden, t ≤ 3, ν = 0.0032"
    assert discovery.plain(discovery.title("burgers_hidden", given)) == "Burgers, t ≤ 3, ν = 0.0032"
    assert discovery.plain(discovery.title("apoptosis_v1", {})) == "apoptosis v₁"


def test_the_error_of_a_law_is_that_of_its_worse_term():
    true = discovery.true_along("lotka_volterra", FIRST, 50)
    assert discovery.law_error(predators(), true) == pytest.approx(0.0, abs=1e-12)
    near = {"F1": "-0.909*x*y", "F2": "0.84*x*y"}
    assert discovery.law_error(predators(near), true) == pytest.approx(0.05)
    constant = discovery.terms_at(
        predators().built, {"F1": "2", "F2": "y"}, {"x": [1, 2], "y": [3, 4]}
    )
    assert constant.tolist() == [[2, 3], [2, 4]]


def test_trajectories_and_terms_are_shown_beside_the_truth(finding):
    finding |= {"lotka_volterra": predators(off=0.2), "burgers_hidden": burgers()}
    cases = [("lotka_volterra", FIRST), ("burgers_hidden", {})]
    data = laws.compute(None, cases=cases, seed=0)
    numbers = data["numbers"]
    assert numbers["lotka_volterra, t ≤ 3: error of the hidden term, law"] < 1e-12
    network = numbers["lotka_volterra, t ≤ 3: error of the hidden term, network"]
    assert network == pytest.approx(0.2)
    assert numbers["burgers_hidden: error of the hidden term, law"] == 0.0
    assert numbers["burgers_hidden: error of the hidden term, network"] == pytest.approx(1.0)
    sections = data["shown"]["burgers_hidden"]["sections"]
    np.testing.assert_array_equal(sections[0]["fit"], sections[0]["true"])
    np.testing.assert_allclose(sections[0]["true"], -np.sin(np.pi * sections[0]["x"]), atol=1e-6)
    caption = drawn(laws, data)
    assert "the network by 0.2." in caption
    assert "Burgers: `F = -u*u_x` (AMBIGUOUS, the right form" in caption


def test_the_true_transport_is_that_of_the_exact_solution():
    points = np.array([[0.0, 0.25], [0.0, -1.0], [0.3, 0.0]])
    u, u_x = laws._true_field(points, 0.05, (-1.0, 1.0))
    np.testing.assert_allclose(u[:2], -np.sin(np.pi * points[:2, 1]), atol=1e-6)
    np.testing.assert_allclose(u_x[0], -np.pi * np.cos(np.pi * 0.25), rtol=1e-4)
    assert u[2] == pytest.approx(0.0, abs=1e-9)
    assert u_x[2] < -np.pi


def test_the_front_is_a_misfit_for_each_datum(finding):
    finding["lotka_volterra"] = predators()
    data = front.compute(None, cases=[("lotka_volterra", FIRST)], seed=0)
    kept = data["shown"]["lotka_volterra, t ≤ 3"]
    assert [e["misfit"] for e in kept["front"]] == [50.0, 1.0]
    assert kept["truth"] == 10
    assert data["numbers"]["lotka_volterra, t ≤ 3: laws not excluded"] == 2
    caption = drawn(front, data)
    assert "| Lotka-Volterra, t ≤ 3 | 0 | 50 | `F1 = 0`, `F2 = 0` |" in caption
    assert "40 laws fitted, 2 not excluded" in caption


def test_sweeps_count_what_is_right_and_what_is_confident(finding):
    def made(noise, **given):
        wrong = noise > 0.01
        return predators(WRONG if wrong else RIGHT, noise=noise, off=0.3, **given)

    finding["lotka_volterra"] = made
    given = {"points": [6, 9], "noise": 0.005, "count": 9, "windows": [3.0, 6.0], "seed": 0}
    data = sweeps.compute(None, noises=[0.005, 0.05], seeds=[0, 1], **given)
    numbers = data["numbers"]
    assert numbers["searches"] == 12
    assert numbers["searches with the right form"] == 8
    assert numbers["confident and not the right form"] == 4
    assert numbers["up to t = 6, noise 0.05: right forms"] == 0
    assert numbers["9 points: worst error of the law"] < 1e-12
    assert all(row["network"] == pytest.approx(0.3) for rows in data["points"] for row in rows)
    caption = drawn(sweeps, data)
    assert "2 data sets (lines: medians)" in caption
    assert "8 of 12 searches find the right form" in caption


def test_the_table_has_a_line_for_each_term_and_hides_no_failure(finding):
    finding |= {
        "lotka_volterra": lambda **given: predators(
            WRONG if given["noise"] else RIGHT, Status.CONVERGED, **given
        ),
        "burgers_hidden": burgers(),
    }
    cases = [("lotka_volterra", FIRST), ("lotka_volterra", {**FIRST, "noise": 0.05})]
    data = table.compute(None, cases=[*cases, ("burgers_hidden", {})], seed=0)
    assert data["numbers"] == {
        "searches": 3,
        "right forms": 2,
        "confident": 2,
        "confident and not the right form": 1,
        "worst error of a constant, right forms": 0.01,
    }
    caption = drawn(table, data)
    assert "| Lotka-Volterra, t ≤ 3 | 9 points, 5 % | F1 |" in caption
    assert "|  |  | F2 | `0.8*x*y` | `0.2*y` |  |  | `0.2*y` |" in caption
    assert "1 of these with another form" in caption
