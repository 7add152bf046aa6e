"""Scores against a reference: exact answers score zero, wrong ones their own error."""

import math

import numpy as np
import pytest

from sciml.domain import Box
from sciml.method import Outcome
from sciml.problem import EigenProblem, Problem
from sciml.score import quadrature, score
from sciml.status import Status


def exact_psi(points, k):
    return math.sqrt(2) * np.sin(math.pi * np.arange(1, k + 1) * points)


def well(**changes):
    given = {
        "name": "well",
        "domain": Box({"x": (0.0, 1.0)}),
        "potential": lambda x: 0 * x,
        "energies": lambda k: (math.pi * np.arange(1, k + 1)) ** 2,
        "wavefunctions": exact_psi,
    }
    return EigenProblem(**{**given, **changes})


def outcome(energies, **value):
    arrays = {"x": np.linspace(0, 1, 41)}
    return Outcome(Status.CONVERGED, {"energies": energies, **value}, {}, None, arrays)


def test_the_rule_is_exact_to_degree_seven_on_uneven_cells():
    x, w = quadrature(np.array([-1.0, -0.2, 0.7, 2.0]))
    for degree in range(8):
        assert w @ x**degree == pytest.approx(
            (2 ** (degree + 1) - (-1) ** (degree + 1)) / (degree + 1)
        )


def test_an_exact_answer_scores_zero_whatever_its_signs():
    energies = [(n * math.pi) ** 2 for n in (1, 2, 3)]
    bounds = {"lower_bounds": energies, "upper_bounds": energies}
    signs = np.array([1, -1, -1])
    scored = score(well(), outcome(energies, **bounds), lambda x: signs * exact_psi(x, 3))
    assert scored.metrics["energy_rel_error"] < 1e-15
    assert scored.metrics["wavefunction_rel_error"] < 1e-15
    assert scored.metrics["bounds_contain_reference"] == 1.0
    assert scored.value["reference_energies"] == pytest.approx(energies)


def test_the_worst_state_counts():
    energies = [math.pi**2 * 1.01, 4 * math.pi**2 * 0.98]
    mixed = lambda x: exact_psi(x, 2) @ np.array([[1.0, 0.0], [0.0, 1.1]])  # noqa: E731
    bounds = {"lower_bounds": [0.0, 0.0], "upper_bounds": energies}
    scored = score(well(), outcome(energies, **bounds), mixed)
    assert scored.value["energy_errors"] == pytest.approx([0.01, 0.02])
    assert scored.metrics["energy_rel_error"] == pytest.approx(0.02)
    assert scored.metrics["wavefunction_rel_error"] == pytest.approx(0.1)
    assert scored.metrics["bounds_contain_reference"] == 0.0


def test_fewer_reference_states_than_computed_are_compared_as_far_as_they_go():
    problem = well(energies=lambda k: np.array([math.pi**2]), wavefunctions=None)
    scored = score(problem, outcome([math.pi**2, 99.0]), lambda x: x)
    assert scored.value["energy_errors"] == [0.0]
    assert set(scored.metrics) == {"energy_rel_error"}


def test_without_a_reference_nothing_is_added():
    given = outcome([1.0])
    assert score(well(energies=None, wavefunctions=None), given, lambda x: x) == given
    heat = Problem(name="heat", domain=Box({"x": (0.0, 1.0)}), residual=lambda j, x, th: j.u_x)
    assert score(heat, given, lambda x: x) is given


def test_a_failing_reference_is_a_warning():
    def broken(k):
        raise ZeroDivisionError("no\ntable")

    scored = score(well(energies=broken), outcome([1.0]), lambda x: x)
    assert scored.metrics == {}
    assert scored.warnings == (
        "The reference of 'well' failed, the answer is not scored (ZeroDivisionError: no).",
    )
