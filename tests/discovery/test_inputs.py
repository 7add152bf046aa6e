"""Measurements in every form become the same records."""

import numpy as np
import pandas as pd
import pytest

import sciml
from discovery.inputs.read import read
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Experiment, Records

T = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
X = np.array([1.0, 2.0, 1.5, 0.5, 3.0])
Y = np.array([4.0, 3.5, np.nan, 2.5, 2.0])


@pytest.fixture
def system():
    return HiddenTermProblem(
        states=("x", "y"),
        known={"x": "a*x"},
        params={"a": 1.0},
        hidden=(Hidden("F", "y", ("x", "y")),),
    )


@pytest.fixture
def field():
    return HiddenTermProblem(
        states=("u",), hidden=(Hidden("F", "u", ("u",)),), bounds={"x": (0, 1)}
    )


def frame(**extra):
    return pd.DataFrame({"t": T, "x": X, "y": Y, **extra})


def written(tmp_path, text, name="data.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def alone(records):
    (experiment,) = records.experiments
    return experiment


def check(records):
    experiment = alone(records)
    np.testing.assert_array_equal(experiment.points, T[:, None])
    np.testing.assert_array_equal(experiment.values, np.stack([X, Y], axis=1))
    assert records.count == 9
    return experiment


CSV = "# made by hand\nt,x,y\n0,1,4\n\n0.5,2,3.5\n1.0,1.5,\n1.5,.5,2.5\n2,3e0,2.0\n"
LONG = "time,variable,value\n" + "".join(
    f"{t},{name},{v}\n"
    for name, column in (("y", Y), ("X", X))
    for t, v in zip(T, column, strict=True)
    if np.isfinite(v)
)


@pytest.mark.parametrize(
    "form",
    [
        lambda _p: frame(),
        lambda _p: frame().set_index("t"),
        lambda _p: frame().rename(columns={"t": "Time [h]", "x": "X (mM)", "y": " y "}),
        lambda _p: frame().astype({"x": object}).convert_dtypes(),
        lambda _p: {"t": T, "x": X, "y": Y},
        lambda _p: {"time": list(T), "x": X[:, None], "y": Y},
        lambda _p: Records((Experiment(T[:, None], np.stack([X, Y], axis=1)),)),
        lambda _p: Experiment(T[::-1, None], np.stack([X, Y], axis=1)[::-1]),
        lambda _p: [frame()],
        lambda p: written(p, CSV),
        lambda p: str(written(p, "\ufeff" + CSV)),
        lambda p: written(p, CSV.replace(",", "\t"), "data.tsv"),
        lambda p: written(p, CSV.replace(",", ";")),
        lambda p: written(p, CSV.replace(",\n", ",NA\n").replace(",", "  "), "data.txt"),
        lambda p: written(p, LONG),
    ],
)
def test_one_experiment_in_every_form(system, tmp_path, form):
    assert check(read(form(tmp_path), system)).noise is None


def test_npz(system, tmp_path):
    np.savez(tmp_path / "data.npz", t=T, x=X, y=Y, a=2.5)
    records = read(tmp_path / "data.npz", system)
    assert check(records).params == {"a": 2.5}
    assert records.source == "data.npz"


def test_the_first_column_is_the_time_where_none_is_named_so(system, tmp_path):
    records = read(written(tmp_path, CSV.replace("t,x,y", "day,x,y")), system)
    check(records)
    assert records.notes == ("column 'day' of 'data.csv' is taken for the time",)


def test_columns_left_out_are_noted(system):
    records = read(frame(comment="fine", pH=7.0), system)
    check(records)
    assert records.notes == ("columns left out of the table: comment, pH",)


def test_a_column_that_numbers_the_rows_is_neither_noted_nor_the_time(system, tmp_path):
    frame().to_csv(tmp_path / "data.csv")
    records = read(tmp_path / "data.csv", system)
    check(records)
    assert records.notes == ()
    frame().drop(columns="t").to_csv(tmp_path / "data.csv")
    with pytest.raises(sciml.BadData, match="no column of 'data.csv' holds the time"):
        read(tmp_path / "data.csv", system)


def test_a_state_may_be_unobserved(system):
    records = read(frame().drop(columns="y"), system)
    assert records.count == 5
    assert not alone(records).observed[:, 1].any()
    assert records.notes == ("state 'y' was not observed",)
    empty = read(frame().assign(y=np.nan), system)
    assert (empty.count, empty.notes) == (5, ())


def test_rows_without_a_value_are_left_out(system):
    assert len(alone(read(frame().assign(x=[1, 2, None, 0.5, 3]), system)).times) == 4


def test_a_capital_is_another_state_where_both_exist():
    both = HiddenTermProblem(states=("s", "S"), hidden=(Hidden("F", "s", ("s", "S")),))
    values = alone(read({"t": T, "S": X, "s": X + 1}, both)).values
    np.testing.assert_array_equal(values, np.stack([X + 1, X], axis=1))


def test_a_column_tells_experiments_apart(system):
    data = pd.concat([frame(Trajectory="b", a=2.0), frame(Trajectory="a", a=3.0)])
    records = read(data, system)
    assert [e.params for e in records.experiments] == [{"a": 2.0}, {"a": 3.0}]
    assert [len(e.times) for e in records.experiments] == [5, 5]
    mixed = data.iloc[[0, 5, 1, 6, 2, 7, 3, 8, 4, 9]]
    again = read(mixed, system)
    np.testing.assert_array_equal(again.experiments[1].values, records.experiments[1].values)


def test_a_list_holds_several_experiments(system, tmp_path):
    records = read([frame(), written(tmp_path, CSV), {"t": T, "x": X}], system)
    assert len(records.experiments) == 3
    assert records.count == 9 + 9 + 5
    assert records.source == "the table, data.csv, the data"
    assert len(read([records, frame()], system).experiments) == 4


def test_long_tables_with_noise_experiments_and_foreign_rows(system, tmp_path):
    rows = [
        f"{e},{t},{name},{v},{0.1 * (1 + k)}"
        for k, (name, column) in enumerate((("y", Y), ("x", X), ("z", X)))
        for e in (2, 1)
        for t, v in zip(T[::-1], column[::-1], strict=True)
    ]
    text = "Experiment,time,species,value,sd\n" + "\n".join(rows)
    records = read(written(tmp_path, text.replace("nan", "")), system)
    assert len(records.experiments) == 2
    assert records.notes == ("left out of 'data.csv': z",)
    for e in records.experiments:
        np.testing.assert_array_equal(e.times, T)
        np.testing.assert_array_equal(e.values, np.stack([X, Y], axis=1))
        np.testing.assert_allclose(e.noise[e.observed[:, 1]], [[0.2, 0.1]] * 4)


@pytest.mark.parametrize("name", ["sd_x", "x_sd", "x_err", "X_Std", "sigma_x", "x_noise [mM]"])
def test_columns_of_noise(system, name):
    data = frame(**{name: 0.1 * X})
    e = alone(read(data.drop(columns="y"), system))
    np.testing.assert_allclose(e.noise[:, 0], 0.1 * X)


def test_noise_as_the_user_says(system):
    relative = read(frame(), system, noise=0.01)
    assert relative.has_noise
    sigma = 0.01 * np.array([X.mean(), np.nanmean(Y)])
    np.testing.assert_allclose(alone(relative).noise, np.tile(sigma, (5, 1)))
    absolute = alone(read(frame(), system, noise={"x": 0.1, "y": 0.2})).noise
    np.testing.assert_allclose(absolute, np.tile([0.1, 0.2], (5, 1)))
    both = alone(read(frame(sd_x=0.3, sd_y=0.4), system, noise={"y": 0.2})).noise
    np.testing.assert_allclose(both, np.tile([0.3, 0.2], (5, 1)))
    again = alone(read(relative, system, noise=0.02)).noise
    np.testing.assert_allclose(again, np.tile(2 * sigma, (5, 1)))
    assert read(relative, system).has_noise


def test_noise_is_relative_as_in_the_registry():
    problem = sciml.get("lotka_volterra", noise=0.02)
    clean = sciml.get("lotka_volterra", noise=0.0).data.experiments[0].values
    records = read(problem.data, problem, noise=0.02)
    sigma = alone(records).noise[0]
    np.testing.assert_allclose(sigma, 0.02 * np.abs(clean).mean(axis=0), rtol=0.02)
    assert records.source == problem.data.source


def test_scattered_points_of_a_field_are_sorted(field):
    rng = np.random.default_rng(0)
    t, x = rng.uniform(size=(2, 20))
    t[3] = t[4]
    e = alone(read({"t": t, "x": x, "u": t + x}, field))
    np.testing.assert_array_equal(e.points[:, 0], np.sort(t))
    np.testing.assert_allclose(e.values[:, 0], e.points.sum(axis=1))


def test_grids(field, tmp_path):
    t, x = np.linspace(0, 2, 5), np.linspace(0, 1, 4)
    u = t[:, None] + 10 * x
    u[2, 1] = np.nan
    np.savez(tmp_path / "grid.npz", time=t, x=x, u=u)
    for data in ({"t": t, "x": x, "u": u}, tmp_path / "grid.npz"):
        e = alone(read(data, field))
        assert len(e.values) == 19
        np.testing.assert_allclose(e.values[:, 0], e.points @ [1, 10])


def test_xarray(field, system):
    xarray = pytest.importorskip("xarray")
    t, x = np.linspace(0, 2, 5), np.linspace(0, 1, 4)
    u = t + 10 * x[:, None]
    array = xarray.DataArray(u, dims=("x", "time"), coords={"time": t, "x": x})
    for data in (array, array.rename("u"), array.to_dataset(name="u")):
        e = alone(read(data, field))
        assert len(e.values) == 20
        np.testing.assert_allclose(e.values[:, 0], e.points @ [1, 10])
    several = xarray.Dataset(
        {"x": (("trajectory", "t"), [X, X + 1]), "y": (("trajectory", "t"), [Y, Y])},
        coords={"t": T, "trajectory": [1, 2]},
    )
    assert len(read(several, system).experiments) == 2
    with pytest.raises(sciml.BadData, match="the DataArray has no name.\n  try: name it after"):
        read(xarray.DataArray(X, dims="t", coords={"t": T}), system)


def test_two_dimensions(tmp_path):
    plane = HiddenTermProblem(
        states=("u",),
        hidden=(Hidden("F", "u", ("u",)),),
        bounds={"x": (0, 1), "y": (0, 1)},
    )
    points = np.random.default_rng(0).uniform(size=(12, 3))
    text = "t,x,y,u\n" + "\n".join(f"{t},{x},{y},{t + 2 * x + 3 * y}" for t, x, y in points)
    e = alone(read(written(tmp_path, text), plane))
    np.testing.assert_allclose(e.values[:, 0], e.points @ [1, 2, 3])
    long = "t,x,y,state,value\n" + "\n".join(f"{t},{x},{y},u,{t}" for t, x, y in points)
    assert alone(read(written(tmp_path, long), plane)).points.shape == (12, 3)


def test_the_same_place_and_time_may_be_measured_twice_in_a_field(field, tmp_path):
    rows = [f"{t},0.5,u,{t + k}" for t in range(6) for k in (0, 1)]
    e = alone(read(written(tmp_path, "t,x,variable,value\n" + "\n".join(rows)), field))
    assert len(e.values) == 12
