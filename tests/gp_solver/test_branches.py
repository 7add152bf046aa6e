"""Equations with several solutions: how many are found, and which comes first."""

import numpy as np
import pytest

import sciml
from sciml import registry
from sciml.status import Status

X = np.linspace(0.0, 10.0, 1001)


def zeros_inside(values):
    inner = values[5:-5]
    return int(np.sum(np.sign(inner[1:]) != np.sign(inner[:-1])))


def test_all_seven_solutions_and_their_shapes():
    result = sciml.solve("allen_cahn_several", "gp")
    assert result.status is Status.SEVERAL
    assert result.status.ok
    branches = result.value["branches"]
    assert len(branches) == 7
    assert all(b["residual"] < 1e-6 for b in branches)
    norms = [b["norm"] for b in branches]
    assert norms == sorted(norms)
    np.testing.assert_allclose(norms[0], 0.0, atol=1e-12)  # the smallest comes first
    np.testing.assert_allclose(norms[1::2], norms[2::2], rtol=1e-6)  # pairs ±u
    curves = result.arrays["branches"]
    assert curves.shape[1] == 7
    np.testing.assert_allclose(result.predict(X)[:, 0], 0.0, atol=1e-12)
    assert [zeros_inside(c) for c in curves.T[1:]] == [2, 2, 1, 1, 0, 0]
    for one, other in zip(curves[:, 1::2].T, curves[:, 2::2].T, strict=True):
        np.testing.assert_allclose(other, np.sign(one @ other) * one, rtol=0, atol=1e-6)
    assert len(result.table()["norm"]) == 7


def test_they_are_not_looked_for_unless_wanted():
    result = sciml.solve("allen_cahn_several", "gp", branches=False)
    assert result.status is Status.CONVERGED
    assert len(result.value["branches"]) == 1


@pytest.mark.parametrize(("length", "count"), [(3.0, 1), (5.0, 3)])
def test_their_number_depends_on_the_length(length, count):
    result = sciml.solve("allen_cahn_several", "gp", length=length)
    assert len(result.value["branches"]) == count
    assert result.status is (Status.SEVERAL if count > 1 else Status.CONVERGED)


def test_an_unsymmetric_pair():
    result = sciml.solve("allen_cahn_several", "gp", length=5.0, source=0.1)
    norms = [b["norm"] for b in result.value["branches"]]
    assert len(norms) == 3
    assert np.ptp(norms) > 1e-2


def test_linear_equations_and_evolutions_have_one():
    for name, given in (("gp_u1", {"frequency": 5.0}), ("gp_advection", {"beta": 3.0})):
        assert len(sciml.solve(registry.get(name, **given), "gp").value["branches"]) == 1
