"""`discover` from measurements to laws: what it finds, says, writes out, saves and refuses."""

import diffrax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy
from hidden_systems import predators, target, truth

import sciml
from discovery import Found, Hidden, HiddenTermProblem, discover, load
from discovery.answer import shown
from discovery.experiment import next_experiment
from discovery.ranking.refit import refit
from discovery.settings import Settings
from sciml import formula
from sciml.errors import BadConfig, BadData
from sciml.precision import float64
from sciml.status import Status

X = formula.symbol("x")


@pytest.fixture(scope="module")
def found():
    return discover("logistic", points=31, noise=0.003, data_seed=2)


def test_the_law_is_found_and_scored(found):
    assert found.status is Status.CONVERGED
    assert found.result.metrics["form"] == 1.0
    assert found.result.metrics["constant_error"] < 0.05
    assert sympy.simplify(found.expression / X).subs(X, 1.0) == pytest.approx(0, abs=0.05)
    assert list(found.shortlist.columns[:2]) == ["F", "score"]
    assert found.pareto["complexity"].is_monotonic_increasing
    assert found.pareto["chi2"].is_monotonic_decreasing
    assert found.result.method == "discover"
    assert found.result.provenance["versions"]["jax"]


def test_it_predicts_from_the_data_and_from_anywhere(found):
    fitted = found.predict([0.0, 4.0, 20.0])
    np.testing.assert_allclose(fitted[:, 0], [0.1, 0.858, 1.0], atol=0.03)
    other = found.predict([0.0, 1.0], y0=[2.0])
    np.testing.assert_allclose(other[:, 0], [2.0, 1 / (1 - 0.5 * np.exp(-1.0))], rtol=0.03)
    with pytest.raises(BadData, match="y0 has shape"):
        found.predict([0.0, 1.0], y0=[1.0, 2.0])


def test_the_equation_is_written_out(found):
    scope = {}
    exec(found.python(), scope)
    field, start, _ = found.system()
    with float64():
        here = field(0.0, jnp.asarray(start), None)
        term = diffrax.ODETerm(field)
        solved = diffrax.diffeqsolve(
            term,
            diffrax.Tsit5(),
            0.0,
            4.0,
            0.01,
            jnp.asarray(start),
            stepsize_controller=diffrax.PIDController(1e-8, 1e-8),
        )
    np.testing.assert_allclose(scope["rhs"](0.0, start), here, rtol=1e-12)
    np.testing.assert_allclose(solved.ys[0], found.predict([4.0])[0], rtol=1e-4)
    assert r"\tfrac{d}{dt}x" in found.latex()
    assert "Found(F = " in repr(found)
    assert "<table" in found._repr_html_()


def test_it_is_saved_loaded_and_drawn(found, tmp_path):
    folder = found.save(tmp_path / "kept")
    again = load(folder)
    assert isinstance(again, Found)
    assert again.expressions == found.expressions
    np.testing.assert_array_equal(again.predict([1.0, 2.0]), found.predict([1.0, 2.0]))
    again.plot(tmp_path / "laws.png")
    assert (tmp_path / "laws.png").stat().st_size > 10_000


def test_data_of_the_user_in_a_dictionary():
    t = np.linspace(0, 6, 25)
    problem = HiddenTermProblem(
        states=["x"],
        known={"x": "-k*x"},
        params={"k": 0.5},
        hidden=[Hidden("F", "x", ["t"])],
    )
    x = 0.4 * np.exp(-0.5 * t) + 0.8  # x' = -x/2 + 0.4
    found = discover(problem, {"t": t, "x": x}, operators="none")
    assert found.expression.is_number
    assert float(found.expression) == pytest.approx(0.4, rel=1e-4)


def test_what_cannot_be_told_is_said():
    found = discover("logistic", points=7, noise=0.2, t_end=2.0, operators="none")
    assert found.status is not Status.CONVERGED
    assert found.warnings


def test_where_to_measure_next_is_where_laws_part():
    problem = predators(noise=0.05)
    aim = target(problem, 0.05)
    fit = refit(aim, truth(problem))
    coming = next_experiment(aim, [fit])
    assert len(coming["points"]) == 4
    assert "the law's own constants leave it uncertain" in coming["why"]
    assert coming["differ"] == sorted(coming["differ"], reverse=True)


def test_refusals():
    with pytest.raises(BadData, match="has no hidden term"):
        discover("gp_u1")
    with pytest.raises(BadData, match="has no data"):
        discover(HiddenTermProblem(states="x", hidden=Hidden("F", "x", "x")))
    with pytest.raises(BadConfig, match="operators names 'foo'"):
        Settings(operators="foo")
    with pytest.raises(BadConfig, match="symbolic is 'x'"):
        Settings(symbolic="x")


def test_shown_formulas_are_read_back():
    expression = formula.parse("-0.123456789*abs(x) + sqrt(x)", ["x"])
    again = formula.parse(shown(expression), ["x"])
    at = {X: 1.7}
    assert float(again.subs(at)) == pytest.approx(float(expression.subs(at)), rel=1e-5)


def test_solve_serves_hidden_terms_too():
    assert sciml.get("lotka_volterra").kind == "hidden term"
    with pytest.raises(sciml.UnknownMethod):
        sciml.solve("lotka_volterra", "gp")
