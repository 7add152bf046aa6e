"""The comparison with DeepXDE: what it asks is the registered problem; absent, it says so."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from benchmarks import deepxde
from benchmarks.deepxde_cases import CASES, source
from sciml.jet import Jet
from sciml.precision import float64
from sciml.sampling import face_points, interior_points


def test_absence_is_one_clear_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr("sys.argv", ["deepxde", "--out", str(tmp_path / "out.json")])
    deepxde.main()
    (line,) = capsys.readouterr().out.splitlines()
    assert line == (
        "deepxde: skipped, not installed: DeepXDE, PyTorch (pip install -e '.[benchmarks]')"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", CASES)
def test_operator_less_source_is_the_registered_residual(name):
    case, rng = CASES[name], np.random.default_rng(1)
    problem = case.problem()
    points = interior_points(problem.domain, 5, seed=0)
    jet = Jet({d: rng.normal(size=5) for d in problem.derivatives})
    x = dict(zip(problem.domain.axes, points.T, strict=True))
    with float64():
        expected = np.asarray(problem.residual(jet, x, problem.theta))
    left = case.operator(jet, x, problem.theta)
    found = left - source(problem, problem.residual, points)[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * case.scale)


@pytest.mark.parametrize("name", CASES)
def test_hard_constraint_meets_the_data(name):
    case, rng = CASES[name], np.random.default_rng(2)
    problem = case.problem()
    for i, condition in enumerate(problem.conditions):
        if i in case.still:
            continue
        for face in condition.faces:
            points = face_points(problem.domain, face, 5, seed=0)[0]
            found = case.hard(np, points, rng.normal(size=(len(points), 1)))
            data = source(problem, condition.residual, points)
            np.testing.assert_allclose(found, data, atol=1e-9)
