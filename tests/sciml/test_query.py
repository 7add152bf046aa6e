"""Results of equations: derivatives, bands, samples, and the round trips of all they hold."""

import csv
import pickle
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import toy_fields

import sciml
from sciml.errors import BadArchive, BadConfig, BadData, MissingExtra


@pytest.fixture
def poisson(toy, tmp_path):
    (tmp_path / "poisson.py").write_text(toy_fields.POISSON)
    return "poisson.py"


@pytest.fixture
def line(poisson):
    return sciml.solve(f"{poisson}:line", noise=1e-3, branches=2, theta="scale")


X = np.linspace(0.2, 2.8, 9)


def test_an_equation_is_solved_and_scored(line):
    assert line.status is sciml.Status.SEVERAL
    assert line.error().keys() == {"rel_l2", "max_error", "coverage"}
    assert line.metrics["rel_l2"] < 1e-8
    assert line.metrics["coverage"] == 1.0
    np.testing.assert_allclose(line.arrays["reference"][:, 0], np.sin(line.arrays["x"]))
    np.testing.assert_allclose(line.predict(X)[:, 0], np.sin(X), atol=1e-7)


def test_derivatives_are_those_of_the_prediction(line):
    assert line.derivative(X, "u").shape == (9,)
    np.testing.assert_array_equal(line.derivative(X, "u"), line.predict(X)[:, 0])
    h = 1e-4
    slope = (line.predict(X + h) - line.predict(X - h))[:, 0] / (2 * h)
    np.testing.assert_allclose(line.derivative(X[:, None], "u_x"), slope, atol=1e-7)
    np.testing.assert_allclose(line.derivative(X, "u_xx"), -np.sin(X), atol=1e-6)


def test_mixed_derivatives_in_a_plane(poisson):
    square = sciml.solve(f"{poisson}:square")
    points = np.stack([X / 2, X[::-1] / 2], axis=1)
    exact = np.cos(points[:, 0]) * np.cos(points[:, 1])
    np.testing.assert_allclose(square.derivative(points, "u_xy"), exact, atol=1e-6)
    np.testing.assert_array_equal(
        square.derivative(points, "u_yx"), square.derivative(points, "u_xy")
    )


def test_samples_have_the_mean_and_the_spread_that_are_reported(line):
    draws = line.sample(X, 400, seed=3)
    assert draws.shape == (400, 9, 1)
    spread = line.std(X)
    assert spread.shape == (9, 1)
    np.testing.assert_allclose(draws.mean(axis=0), line.predict(X), atol=4 * spread.max() / 20)
    np.testing.assert_allclose(draws.std(axis=0), spread, rtol=0.2)
    np.testing.assert_allclose(line.std(line.arrays["x"]), line.arrays["sd"])
    np.testing.assert_array_equal(line.sample(X, 400, seed=3), draws)
    assert line.sample(X).shape == (1, 9, 1)
    assert not np.array_equal(line.sample(X), line.sample(X, seed=1))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("v", "no derivative 'v' of 'line'"),
        ("u_y", "no derivative 'u_y' of 'line'. Did you mean 'u_x'"),
        ("u_", "no derivative 'u_' of 'line'"),
        ("ux", "Did you mean 'u_x'"),
        ("", "no derivative ''"),
    ],
)
def test_a_name_that_is_no_derivative_is_refused_with_those_that_are(line, name, message):
    with pytest.raises(BadData, match=message) as caught:
        line.derivative(X, name)
    assert "fields ['u'], axes ['x'], for example 'u_x' or 'u_xx'" in caught.value.mend


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda r: r.sample(X, 0), "count is 0."),
        (lambda r: r.sample(X, -1), "count is -1."),
        (lambda r: r.sample(X, seed=-1), "seed is -1."),
        (lambda r: r.sample(X, seed=2**32), "seed is 4294967296."),
    ],
)
def test_counts_and_seeds_are_whole_numbers(line, ask, message):
    with pytest.raises(BadConfig, match=message) as caught:
        ask(line)
    assert caught.value.mend.startswith("give a whole number from")


QUESTIONS = [
    (lambda r: r.derivative([0.5], "u_x"), "gives no derivatives", "take differences"),
    (lambda r: r.std([0.5]), "gives no standard deviations", ""),
    (lambda r: r.sample([0.5]), "gives no samples", ""),
]


@pytest.mark.parametrize(("ask", "message", "mend"), QUESTIONS)
def test_a_method_that_knows_no_more_than_its_mean_says_so(line, monkeypatch, ask, message, mend):
    monkeypatch.setattr(toy_fields, "METHOD", replace(toy_fields.METHOD, posterior=None))
    with pytest.raises(BadConfig, match=f"'toy-fields' {message}") as caught:
        ask(line)
    assert mend in caught.value.mend
    assert "'gp'" in caught.value.mend


@pytest.mark.parametrize(("ask", "message", "mend"), QUESTIONS)
def test_bound_states_say_where_their_error_bars_are(toy, ask, message, mend):
    states = sciml.solve(toy, steps=5)
    with pytest.raises(BadConfig, match=f"'toy' {message}") as caught:
        ask(states)
    assert (mend or "the error bars of bound states are in `value`") in caught.value.mend
    assert "'gp'" not in caught.value.mend


def test_points_and_answers_are_checked_as_for_a_prediction(line):
    for ask in (line.std, line.sample, lambda p: line.derivative(p, "u")):
        with pytest.raises(BadData, match="not finite"):
            ask([np.nan])
        with pytest.raises(BadData, match=r"shape \(2, 2\)"):
            ask(np.zeros((2, 2)))
    with pytest.raises(BadData, match="holds nothing to predict from"):
        replace(line, params=None).std(X)


def test_saving_and_loading_keeps_everything(line, tmp_path):
    loaded = sciml.load(line.save(tmp_path / "kept"), trust=True)
    assert {**loaded.to_dict(), "run": None} == line.to_dict()
    assert loaded.value["theta"] == {"scale": {"value": 0.25, "sd": 1e-3}}
    assert loaded.history == line.history
    assert loaded.arrays.keys() == {"x", "u", "sd", "reference", "branches"}
    for name, array in line.arrays.items():
        np.testing.assert_array_equal(loaded.arrays[name], array)
    for ask in (line.__class__.std, line.__class__.sample, line.__class__.predict):
        np.testing.assert_array_equal(ask(loaded, X), ask(line, X))
    np.testing.assert_array_equal(loaded.derivative(X, "u_x"), line.derivative(X, "u_x"))
    untrusted = sciml.load(tmp_path / "kept")
    assert untrusted.value == line.value
    with pytest.raises(BadArchive, match="would be executed"):
        untrusted.std(X)


def test_it_travels_between_processes(line):
    copy = pickle.loads(pickle.dumps(line))
    assert copy.to_dict() == line.to_dict()
    np.testing.assert_array_equal(copy.sample(X, 2), line.sample(X, 2))


def test_tables_for_people_and_programs(line, tmp_path):
    assert set(line.table()) == {"residual", "norm"}
    assert len(line.table()["norm"]) == 2
    assert "<th>norm</th>" in line._repr_html_()
    one = replace(line, value={**line.value, "branches": line.value["branches"][:1]})
    assert one.table() == {}
    line.to_csv(tmp_path / "fields.csv")
    with (tmp_path / "fields.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"x", "u_0", "sd_0", "branches_0", "branches_1", "reference_0"}
    assert [float(row["u_0"]) for row in rows] == line.arrays["u"][:, 0].tolist()


class Dataset(SimpleNamespace):
    def __init__(self, variables, coordinates, attributes):
        super().__init__(variables=variables, coordinates=coordinates, attributes=attributes)


@pytest.fixture
def xarray(monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", SimpleNamespace(Dataset=Dataset))


def test_without_xarray_its_absence_is_named(line, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(MissingExtra, match="xarray is not installed") as caught:
        line.to_xarray()
    assert caught.value.mend == "pip install xarray"


def test_a_line_becomes_a_data_set_with_named_axes(line, xarray):
    found = line.to_xarray()
    dimensions, values = found.variables["u"]
    assert dimensions == ("x", "field")
    np.testing.assert_array_equal(values, line.arrays["u"])
    assert found.variables["branches"][0] == ("x", "branch")
    np.testing.assert_array_equal(found.coordinates["x"], line.arrays["x"])
    assert found.coordinates["field"] == ["u"]
    assert found.attributes["status"] == "SEVERAL"
    assert found.attributes["rel_l2"] == line.metrics["rel_l2"]


def test_a_plane_becomes_a_grid_that_is_nan_outside_the_domain(poisson, xarray):
    disc = sciml.solve(f"{poisson}:disc", samples=21)
    found = disc.to_xarray()
    dimensions, values = found.variables["u"]
    assert dimensions == ("x", "y", "field")
    x, y = found.coordinates["x"], found.coordinates["y"]
    grid = np.stack([g.ravel() for g in np.meshgrid(x, y, indexing="ij")], axis=1)
    inside = disc.built.domain.contains(grid)
    np.testing.assert_array_equal(np.isfinite(values.ravel()), inside)
    np.testing.assert_allclose(values.ravel()[inside], disc.predict(grid[inside])[:, 0])


def test_states_become_a_data_set_too(toy, xarray):
    found = sciml.solve(toy, steps=5).to_xarray()
    assert found.variables["psi"][0] == ("x", "state")
    assert found.variables["potential"][0] == ("x",)


def test_what_lies_on_no_grid_is_refused(line, xarray):
    scattered = np.random.default_rng(0).uniform(size=(50, 2))
    odd = replace(line, arrays={"points": scattered, "u": scattered[:, :1]})
    with pytest.raises(BadData, match="lie on no grid"):
        odd.to_xarray()
    with pytest.raises(BadData, match="holds no sampled fields"):
        replace(line, arrays={}).to_xarray()
