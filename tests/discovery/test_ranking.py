"""Laws refitted through the equation: simulation, constants, intervals, linear response, search."""

import numpy as np
import sympy
from hidden_systems import law, predators, target, truth

from discovery.candidates.library import entries, monomials
from discovery.ranking import smooth
from discovery.ranking.adequate import complaint, likeness
from discovery.ranking.begin import dictionary
from discovery.ranking.law import bare, joined, refines, renumbered, skeleton
from discovery.ranking.model import Model
from discovery.ranking.polish import polish
from discovery.ranking.reference import of_law, regression
from discovery.ranking.refit import refit
from discovery.ranking.score import score
from discovery.ranking.search import Ranked, mixed, pruned, run, shortlist
from discovery.ranking.simulate import Budget, solve
from discovery.ranking.subsets import search
from discovery.uncertainty import constants
from sciml import formula

X, Y = formula.symbol("x"), formula.symbol("y")


def test_sets_are_solved_as_one_system_and_one_that_blows_up_spoils_only_itself():
    def rate(_t, y):
        return y**2

    start = np.array([[0.5], [-0.5], [50.0]])
    found = solve(rate, start, np.linspace(0, 1, 5), bound=1e3, band=0)
    exact = start[:2] / (1 - start[:2])
    np.testing.assert_allclose(found[-1, :2], exact, rtol=1e-5)
    assert np.abs(found[-1, 2]) > 900


def test_a_budget_ends_a_solution():
    budget = Budget(limit=20)
    assert (
        solve(
            lambda _t, y: np.sin(50 * y),
            np.ones((1, 1)),
            np.linspace(0, 9, 4),
            bound=1e3,
            band=0,
            budget=budget,
        )
        is None
    )


def test_laws_know_their_form():
    first = joined([(sympy.Symbol("c0_", real=True) * X, (2.0,))] * 2)
    assert first.values == (2.0, 2.0)
    assert len({s for t in first.terms for s in t.free_symbols} - {X}) == 2
    problem = predators()
    a = law(problem, "c0_*x*y", "c1_*x", values=(1.0, 2.0))
    b = law(problem, "c0_*x*y + c1_", "c2_*x", values=(1.0, 2.0, 3.0))
    assert refines(b, a)
    assert not refines(a, b)
    assert skeleton(a.terms[0]) == "C*x*y"
    assert bare(b.terms[0]) == {"x*y", "1"}
    assert [p.count for p in pruned([b])] == [2, 2, 2]
    numbers = dict(zip(b.symbols, b.values, strict=True))
    assert renumbered((b.terms[1], sympy.Integer(0)), numbers).values == (3.0,)


def test_clean_data_give_the_constants_to_eight_digits():
    problem = predators(points=6, noise=0.0)
    fit = refit(target(problem), truth(problem), rtol=1e-11, tolerance=1e-14)
    np.testing.assert_allclose(fit.law.values, (-0.9, 0.8), rtol=1e-8)


def test_intervals_are_those_of_repeated_data():
    found, spread = [], []
    for seed in range(40):
        problem = predators(data_seed=seed)
        aim = target(problem)
        fit = refit(aim, truth(problem))
        found.append(fit.law.values)
        spread.append([c["sd"] for c in constants(aim, fit)])
    ratio = np.std(found, axis=0) / np.mean(spread, axis=0)
    assert np.all((ratio > 0.7) & (ratio < 1.4))
    np.testing.assert_allclose(np.mean(found, axis=0), (-0.9, 0.8), rtol=5e-3)


def test_linear_response_is_the_derivative_of_the_solution():
    problem = predators(noise=0.0)
    aim = target(problem)
    fit = refit(aim, truth(problem), rtol=1e-10, tolerance=1e-14)
    made = of_law(aim, fit)
    columns = made[0].quantities["x"] * made[0].quantities["y"]
    linear = regression(aim, made, [[columns[..., None]], [columns[..., None]]])
    starts = fit.jacobian[:, 2:]
    basis = np.linalg.qr(starts)[0]
    for j in range(2):
        exact = fit.jacobian[:, j] - basis @ (basis.T @ fit.jacobian[:, j])
        assert np.linalg.norm(linear.columns[:, j] - exact) < 2e-3 * np.linalg.norm(exact)


def test_the_beam_finds_the_columns_that_made_the_data():
    rng = np.random.default_rng(0)
    table = rng.standard_normal((60, 80))
    misfit = 2.0 * table[:, 3] - 0.7 * table[:, 41] + 0.05 * rng.standard_normal(60)
    best = search(misfit, table, price=np.full(80, 4.0), kind=range(80), count=5)[0]
    assert best.columns == (3, 41)
    np.testing.assert_allclose(best.coefficients, (2.0, -0.7), atol=0.05)


def test_columns_of_one_kind_exclude_each_other():
    rng = np.random.default_rng(1)
    table = rng.standard_normal((40, 6))
    misfit = table[:, 0] + table[:, 1]
    for subset in search(misfit, table, price=np.ones(6), kind=[0, 0, 1, 2, 3, 4], count=20):
        assert not {0, 1} <= set(subset.columns)


def test_monomials_and_shapes_that_have_no_pole_in_the_data():
    assert len(monomials(("x", "y"), 3)) == 10
    z = np.linspace(-1, 2, 50)
    for entry in entries(("z",), {"z": z}):
        value = formula.compiled(entry.shape, ["z", "k_"])(z, entry.inner or 0.0)
        assert np.all(np.isfinite(value)), entry


def test_segments_along_splines_lead_to_the_law():
    problem = predators(t_end=6.0, noise=0.02)
    sigma = 0.02 * np.nanmean(np.abs(problem.data.experiments[0].values), axis=0)
    aim, made = smooth.target(problem, problem.data, sigma, False)
    assert len(aim.records.experiments) == 4
    pool = run(aim, made, dictionary(problem, made))
    right = [r for r in pool.ranked[:12] if r.fit.law.skeleton == ("C*x*y", "C*x*y")]
    assert shortlist(pool)[0] is pool.ranked[0]
    np.testing.assert_allclose(right[0].fit.law.values, (-0.9, 0.8), rtol=0.05)


def test_experiments_solved_together_are_those_solved_apart():
    problem = predators(t_end=6.0)
    aim, _ = smooth.target(problem, problem.data, np.array([0.01, 0.01]), False)
    model = Model(aim, truth(problem, (-0.9, 0.8)), rtol=1e-10)
    p = model.pack((-0.9, 0.8), (), aim.starts)[None]
    together = model.residuals(np.concatenate([p, 1.001 * p]))
    apart = []
    for i, space in enumerate(aim.spaces):
        path = model.trajectory(p, i, space.times)
        e = aim.records.experiments[i]
        apart.append(((space.observe(path)[:, 0] - e.values) / aim.sigma).ravel())
    np.testing.assert_allclose(together[0], np.concatenate(apart), atol=1e-5)


def test_mixing_takes_each_term_from_any_law():
    problem = predators()
    aim = target(problem)
    ranked = []
    for texts in (("c0_*x*y", "c1_*y"), ("c0_*x", "c1_*x*y")):
        fit = refit(aim, law(problem, *texts, values=(-0.5, 0.5)), iterations=1)
        ranked.append(Ranked(fit, score(aim, fit)))
    forms = {found.skeleton for found in mixed(ranked)}
    assert ("C*x*y", "C*x*y") in forms
    assert len(forms) == 4


def test_polishing_rounds_what_the_data_cannot_tell_from_a_whole_number():
    import sciml

    problem = sciml.get("logistic", noise=0.01)
    aim = target(problem, 0.01)
    fit = refit(aim, law(problem, "c0_*x + c1_*x^2", values=(0.8, -0.8)))
    polished = polish(aim, Ranked(fit, score(aim, fit)), rtol=1e-8)
    assert polished.fit.law.count < 2
    assert polished.score < score(aim, fit)
    constants = formula.form(polished.fit.law.expressions[0]).constants
    np.testing.assert_allclose(constants[:2], (1.0, -1.0), atol=0.05)


def test_residuals_that_drift_are_complained_about():
    problem = predators(t_end=6.0, noise=0.005)
    aim = target(problem)
    good = refit(aim, truth(problem))
    assert complaint(aim, good) == ""
    bad = refit(aim, law(problem, "c0_*x*y", "c1_*x", values=(-0.9, 0.5)))
    assert "times that of a smooth curve" in complaint(aim, bad)
    assert likeness(aim, bad) > likeness(aim, good)


def test_a_refit_starts_from_anywhere_near_and_gives_up_without_a_traceback():
    problem = predators()
    aim = target(problem)
    assert refit(aim, truth(problem, (1e9, 1e9))) is None or True
    model = Model(aim, truth(problem))
    assert model.owner().tolist().count(0) == 31
