"""The row that compares with PySINDy: how equations are judged, and what happens without it."""

import importlib.util
import time

import pytest

import sciml
from benchmarks import discovery_sindy
from benchmarks.discovery_rows import ROWS


def test_the_truth_is_the_whole_equation():
    exact = discovery_sindy.truth(sciml.get("lotka_volterra"))
    assert exact == {"x": {"x": 1.3, "x*y": -0.9}, "y": {"y": -1.8, "x*y": 0.8}}
    assert set(discovery_sindy.truth(sciml.get("burgers_hidden"))["u"]) == {"u_xx", "u*u_x"}


@pytest.mark.parametrize(
    ("feature", "summand"),
    [("1", "1"), ("x^2 y", "x**2*y"), ("uu_11", "u*u_xx"), ("u^2u_1", "u**2*u_x"), ("u_1", "u_x")],
)
def test_features_are_written_as_summands(feature, summand):
    assert discovery_sindy._summand(feature, ("x", "y", "u"), "x") == summand


def test_without_pysindy_the_row_is_left_out_with_one_line(monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n, *a: None if n == "pysindy" else find(n, *a)
    )
    assert list(ROWS["pysindy"].run()) == []
    assert capsys.readouterr().out == (
        "pysindy: left out, PySINDy is not installed (pip install pysindy)\n"
    )


def test_what_does_not_end_is_ended():
    with pytest.raises(TimeoutError, match="no end after 1 s"), discovery_sindy.deadline(1):
        time.sleep(5)


def test_forms_are_counted():
    mine = {"problem": "a", "form": 1.0, "pysindy": {"form": False}}
    other = {"problem": "b", "form": 0.5, "pysindy": {"form": True}}
    assert discovery_sindy.judge([mine]).met
    found = discovery_sindy.judge([mine, other])
    assert not found.met
    assert found.measured == "form: here 1/2, PySINDy 1/2; only PySINDy: b"


@pytest.mark.skipif(importlib.util.find_spec("pysindy") is None, reason="PySINDy is not installed")
def test_clean_dense_data_give_the_truth():
    found = discovery_sindy.best(sciml.get("lotka_volterra", points=301, noise=0.0, t_end=9.0))
    assert found["form"]
    assert found["coefficient_error"] < 0.01
