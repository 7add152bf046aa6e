"""Problems with a hidden term: their data are of the whole equation, their noise as it says."""

import dataclasses

import numpy as np
import pytest

import sciml
from problems.evolve import on_a_ring, without_flux
from problems.measure import series
from sciml import formula
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.hidden import HiddenTermProblem

ODES = [
    *("lotka_volterra", "apoptosis_v1", "apoptosis_v2", "apoptosis_vm3", "logistic"),
    *("van_der_pol", "pendulum_friction", "michaelis_menten", "sir", "fitzhugh_nagumo"),
]
PDES = [
    *("fisher_kpp", "burgers_hidden", "burgers_operator", "kdv_hidden", "reaction_diffusion_2d"),
]


def clean(name, **parameters):
    problem = sciml.get(name, noise=0.0, **parameters)
    return problem, problem.data.experiments[0]


def rates(problem, quantities):
    """The whole rate of each state: known part and truth of the hidden terms."""
    given = {**problem.params, **quantities}
    total = {
        s: formula.compiled(e, list(given))(*given.values()) for s, e in problem.formulas.items()
    }
    for term in problem.hidden:
        law = formula.parse(problem.truth[term.name], term.inputs)
        value = formula.compiled(law, term.inputs)(*(given[i] for i in term.inputs))
        for state, factor in term.factors.items():
            total[state] = total.get(state, 0.0) + factor * value
    return total


def test_all_of_them_are_listed():
    assert {e.name for e in sciml.problems("hidden-term")} == {*ODES, *PDES}
    assert {e.name for e in sciml.problems("ode")} == set(ODES)
    assert {e.name for e in sciml.problems("pde")} == set(PDES)


@pytest.mark.parametrize("name", [*ODES, *PDES])
def test_data_and_truth_are_there_and_the_seed_repeats_them(name):
    problem = sciml.get(name)
    (measured,) = problem.data.experiments
    assert isinstance(problem, HiddenTermProblem)
    assert problem.name == name
    assert problem.origin.spec == name
    assert set(problem.truth) == {term.name for term in problem.hidden}
    assert measured.points.shape == (len(measured.values), 1 + len(problem.space))
    assert np.all(np.diff(measured.times) >= 0)
    assert measured.observed.all()
    assert measured.noise is None
    again = sciml.get(name).data.experiments[0]
    np.testing.assert_array_equal(again.values, measured.values)
    other = sciml.get(name, data_seed=1).data.experiments[0]
    assert not np.allclose(other.values, measured.values, rtol=1e-6)


@pytest.mark.parametrize("name", [*ODES, *PDES])
def test_nothing_of_the_truth_is_told(name):
    """Constants of the hidden term are no parameters; all parameters are named by the known."""
    problem = sciml.get(name)
    named = {str(s) for e in problem.formulas.values() for s in e.free_symbols}
    assert set(problem.params) <= named


@pytest.mark.parametrize("name", [*ODES, *PDES])
def test_a_problem_can_be_extended(name):
    problem = sciml.get(name)
    more = dataclasses.replace(problem, free=tuple(problem.params)[:1], name="mine")
    assert more.data is problem.data
    assert more.name == "mine"


@pytest.mark.parametrize("name", ODES)
def test_clean_data_obey_the_known_part_and_the_truth(name):
    """Differences of eighth order of a fine series against the rates."""
    problem, fine = clean(name, points=4001, t_end=4.0)
    step = fine.times[1]
    values = dict(zip(problem.states, fine.values.T, strict=True))
    total = rates(problem, values)
    weights = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280])
    for state in problem.states:
        slope = np.convolve(values[state], weights[::-1], mode="valid") / step
        # a corner of |v| is passed with lower order; near it the difference is of order step
        error = np.abs(slope - np.broadcast_to(total[state], len(values[state]))[4:-4])
        assert np.quantile(error, 0.99) < 1e-7 * max(1.0, np.abs(slope).max())
        assert error.max() < 1e-3


@pytest.mark.parametrize(("name", "size"), [("lotka_volterra", 0.01), ("burgers_hidden", 0.05)])
def test_noise_is_relative_to_the_mean_size(name, size):
    problem, exact = clean(name, points=4000)
    noisy = sciml.get(name, points=4000, noise=size).data.experiments[0]
    np.testing.assert_array_equal(noisy.points, exact.points)
    sigma = size * np.abs(exact.values).mean(axis=0)
    np.testing.assert_allclose((noisy.values - exact.values).std(axis=0), sigma, rtol=0.04)
    assert problem.data.source == f"{name}, generated (seed 0, noise 0)"


def test_lotka_volterra_is_the_paper_s():
    problem, measured = clean("lotka_volterra")
    np.testing.assert_allclose(measured.times, np.linspace(0, 3, 31))
    np.testing.assert_array_equal(measured.values[0], [0.44249296, 4.6280594])
    assert problem.params == {"a": 1.3, "d": 1.8}
    assert dict(problem.known) == {"x": "a*x", "y": "-d*y"}
    assert dict(problem.truth) == {"F1": "-0.9*x*y", "F2": "0.8*x*y"}
    x, y = measured.values.T  # a conserved quantity of the whole system
    level = 0.8 * x - 1.8 * np.log(x) + 0.9 * y - 1.3 * np.log(y)
    np.testing.assert_allclose(level, level[0], rtol=1e-9)


def test_logistic_is_its_closed_form():
    _, measured = clean("logistic", rate=0.7, capacity=2.0, x0=0.3)
    exact = 2.0 / (1 + (2.0 / 0.3 - 1) * np.exp(-0.7 * measured.times))
    np.testing.assert_allclose(measured.values[:, 0], exact, rtol=1e-8)


def test_apoptosis_keeps_its_total_and_reaches_the_paper_s_window():
    for name in ("apoptosis_v1", "apoptosis_v2", "apoptosis_vm3"):
        _, measured = clean(name, points=5, t_end=400.0)
        assert measured.times[-1] == 400.0
        total = measured.values[:, 1] + measured.values[:, 2]
        np.testing.assert_allclose(total, 0.1, rtol=1e-8)
    factors = [sciml.get(f"apoptosis_{n}").hidden[0].factors for n in ("v1", "v2", "vm3")]
    assert factors == [{"y": 1, "z": -1}, {"x": -1}, {"y": -1, "z": 1}]


def test_old_names_still_serve():
    for alias, name in (("predator_prey", "lotka_volterra"), ("fisher_kpp_hidden", "fisher_kpp")):
        assert sciml.get(alias).name == name


def test_fields_without_flux_converge():
    def hump(x):
        return 0.8 * (np.exp(-(((x - 0.2) / 0.12) ** 2)) + np.exp(-(((x + 0.2) / 0.12) ** 2)))

    at = np.random.default_rng(0).uniform(size=(200, 2))
    made = [
        without_flux(lambda u: 5 * u * (1 - u), 0.01, hump, (1.0,), nodes=n)(at) for n in (96, 160)
    ]
    np.testing.assert_allclose(made[0], made[1], atol=1e-11)
    problem, measured = clean("fisher_kpp")
    np.testing.assert_allclose(
        measured.values[:, 0],
        without_flux(lambda u: 5 * u * (1 - u), 0.01, hump, (1.0,), nodes=160)(measured.points),
        atol=1e-11,
    )
    assert measured.values.min() < 1e-3
    assert measured.values.max() > 0.98


def test_diffusion_alone_is_its_closed_form():
    def start(x, y):
        return np.cos(np.pi * x / 2) * np.cos(3 * np.pi * y)

    at = np.random.default_rng(1).uniform([0, 0, 0], [0.3, 2.0, 1.0], (50, 3))
    solution = without_flux(lambda u: -u, 0.1, start, (2.0, 1.0), nodes=16)
    t, x, y = at.T
    exact = start(x, y) * np.exp(-t * (1 + 0.1 * np.pi**2 * (1 / 4 + 9)))
    np.testing.assert_allclose(solution(at), exact, atol=1e-9)


def test_the_field_in_the_plane_converges():
    problem, measured = clean("reaction_diffusion_2d")

    def start(x, y):
        return 0.6 * np.cos(np.pi * x) * np.cos(2 * np.pi * y) + 0.3 * np.cos(2 * np.pi * x)

    finer = without_flux(lambda u: 4 * (u - u**3), 0.01, start, (1.0, 1.0), nodes=80)
    np.testing.assert_allclose(measured.values[:, 0], finer(measured.points), atol=1e-10)
    assert np.sum(measured.times == 0) == 100
    assert problem.order == 2


def test_a_soliton_keeps_its_shape():
    """u = (c/2) sech²(√c (x − ct) / 2), and the registered hump under refinement."""

    def soliton(x, t):
        return 2 / np.cosh(x - 6 - 4 * t) ** 2

    def field(start, nodes):
        return on_a_ring(
            lambda u: -6 * u(0) * u(1),
            start,
            (0.0, 20.0),
            linear=lambda k: 1j * k**3,
            nodes=nodes,
        )

    at = np.random.default_rng(2).uniform([0, 0], [1.0, 20.0], (50, 2))
    solution = field(lambda x: sum(soliton(x - i, 0.0) for i in (-20, 0, 20)), 256)
    exact = sum(soliton(at[:, 1] - i, at[:, 0]) for i in (-20, 0, 20))
    np.testing.assert_allclose(solution(at), exact, atol=1e-5)  # as far as tails do not meet
    _, measured = clean("kdv_hidden")
    images = (-20, 0, 20)
    finer = field(lambda x: 1.2 * sum(np.exp(-(((x - 6 - i) / 2) ** 2)) for i in images), 320)
    np.testing.assert_allclose(measured.values[:, 0], finer(measured.points), atol=5e-9)


def test_burgers_is_the_closed_form_and_can_be_steep():
    _, measured = clean("burgers_hidden", nu=0.01 / np.pi, points=500)
    exact = sciml.get("burgers").exact(measured.points)
    np.testing.assert_allclose(measured.values, exact, rtol=1e-12)
    walls = np.abs(measured.points[:, 1]) == 1
    np.testing.assert_allclose(measured.values[walls], 0, atol=1e-12)
    assert sciml.get("burgers_operator", nu=0.1).truth["F"] == "-u*u_x + 0.1*u_xx"


def test_the_domain_is_where_it_was_measured():
    assert sciml.get("lotka_volterra", t_end=6.0).domain == Box({"t": (0.0, 6.0)})
    assert sciml.get("kdv_hidden").domain.axes == ("t", "x")


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("lotka_volterra", {"points": 3}, "'points' of 'lotka_volterra' is 3.\n  try: give 4 or"),
        ("lotka_volterra", {"noise": -0.1}, "'noise' of 'lotka_volterra' is -0.1.\n  try: give a"),
        ("lotka_volterra", {"t_end": 0.0}, "'t_end' of 'lotka_volterra' is 0.0"),
        ("lotka_volterra", {"data_seed": -1}, "'data_seed' of 'lotka_volterra' is -1"),
        ("lotka_volterra", {"b": -1.0}, "'b' of 'lotka_volterra' is -1.0"),
        ("apoptosis_v2", {"k2": 0.0}, "'k2' of 'apoptosis_v2' is 0.0"),
        ("fisher_kpp", {"points": 9}, "'points' of 'fisher_kpp' is 9.\n  try: give 10 or more"),
        ("fisher_kpp", {"initial": -1}, "'initial' of 'fisher_kpp' is -1"),
        ("burgers_hidden", {"nu": -1.0}, "'nu' of 'burgers_hidden' is -1.0"),
        ("kdv_hidden", {"t_end": -1.0}, "'t_end' of 'kdv_hidden' is -1.0"),
        ("michaelis_menten", {"feed": -9.0}, "'feed' of 'michaelis_menten' is -9.0"),
    ],
)
def test_bad_parameters(name, parameters, words):
    with pytest.raises(BadProblem, match=words):
        sciml.get(name, **parameters)


def test_a_solution_that_does_not_exist_for_so_long():
    with pytest.raises(BadProblem, match="of 'toy' does not reach t = 2.\n  try: change its const"):
        series("toy", lambda _t, s: (s[0] ** 2,), (1.0,), t_end=2.0, points=5, noise=0.0, seed=0)
    explode = without_flux(lambda u: u**2, 0.01, lambda x: 1 + 0 * x, (1.0,), nodes=8)
    with pytest.raises(BadProblem, match="cannot be followed to t = 2.\n  try: change the const"):
        explode(np.array([[2.0, 0.5]]))
