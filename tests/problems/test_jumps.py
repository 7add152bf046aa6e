"""Registered jump processes: their laws are those of the books, their data those of the process."""

import json

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.special import factorial

import sciml
from sciml import cli, registry
from sciml.errors import BadProblem
from sciml.jump_laws import stationary
from sciml.jumps import JumpProcess
from sciml.simulate_jumps import first_law

NAMES = [e.name for e in registry.listing("jump-process")]


def produced(rates):
    """Entropy production of a process whose links all have a way back."""
    flow = stationary(rates)[:, None] * rates
    i, j = np.nonzero(np.triu(rates > 0, 1))
    return np.sum((flow[i, j] - flow[j, i]) * np.log(flow[i, j] / flow[j, i]))


def test_names():
    assert set(NAMES) == {
        *("two_state_switch", "birth_death", "jump_chain", "jump_ring"),
        *("flashing_ratchet", "ion_channel", "conformations", "illness_death"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_data_are_there_and_depend_on_the_seed_only(name):
    problem = sciml.get(name, paths=40)
    assert isinstance(problem, JumpProcess)
    assert problem.data.paths == 40
    assert problem.data.states == problem.states
    same, other = sciml.get(name, paths=40), sciml.get(name, paths=40, data_seed=1)
    np.testing.assert_array_equal(problem.data.labels, same.data.labels)
    assert not np.array_equal(problem.data.labels, other.data.labels)


@pytest.mark.parametrize("name", NAMES)
def test_irregular_visits_begin_at_0_and_differ_between_paths(name):
    problem = sciml.get(name, paths=20, points=6, irregular=True, t_end=3.0)
    data = problem.data
    np.testing.assert_array_equal(data.times[data.starts[:-1]], 0)
    assert data.times.max() < 3
    assert len(np.unique(data.times)) == len(data.times) - 19


@pytest.mark.parametrize("name", [n for n in NAMES if n != "illness_death"])
def test_labels_are_those_of_the_process(name):
    """Counts of the last labels against p(0) exp(Q t), clean and with every fifth wrong."""
    for noise in (0.0, 0.2):
        problem = sciml.get(name, paths=4000, points=3, t_end=1.0, noise=noise)
        last = problem.data.labels[problem.data.starts[1:] - 1]
        law = first_law(problem) @ expm(problem.rates)
        if noise:
            law = law @ problem.misclassification
            assert np.diag(problem.misclassification) == pytest.approx(1 - noise)
        seen = np.bincount(last, minlength=len(law)) / 4000
        assert np.all(np.abs(seen - law) < 4.5 * np.sqrt(law * (1 - law) / 4000) + 1e-12)


def test_stationary_laws():
    two = sciml.get("two_state_switch", on=3.0, off=1.0, paths=1)
    np.testing.assert_allclose(stationary(two.rates), [0.25, 0.75])
    i = np.arange(6)
    law = 2.5**i / factorial(i)
    np.testing.assert_allclose(stationary(sciml.get("birth_death").rates), law / law.sum())
    np.testing.assert_allclose(
        stationary(sciml.get("jump_chain").rates), 2.0 ** np.arange(5) / 31, rtol=1e-13
    )
    np.testing.assert_allclose(stationary(sciml.get("jump_ring").rates), 0.2)
    energies = np.array([0.0, 0.8, 1.5, 0.4, 1.2, 2.0])
    law = np.exp(-energies)
    rates = sciml.get("conformations").rates
    np.testing.assert_allclose(stationary(rates), law / law.sum())
    flow = law[:, None] * rates
    np.testing.assert_allclose(flow, flow.T, atol=1e-15)
    assert np.sum(rates > 0) == 14


@pytest.mark.parametrize(("V", "rate"), [(0.0, 0), (1.0, 0.1792), (2.0, 0.5656), (3.0, 0.9927)])
def test_the_flashing_ratchet(V, rate):
    problem = sciml.get("flashing_ratchet", V=V, paths=1)
    q = problem.rates
    np.testing.assert_allclose(q[0, 1:4], [np.exp(-V / 2), np.exp(-V), 1])
    np.testing.assert_allclose(q[2, :2], [np.exp(V), np.exp(V / 2)])
    np.testing.assert_array_equal(q[3], [1, 0, 0, -3, 1, 1])
    np.testing.assert_array_equal(q[:3, 3:], np.eye(3))
    assert produced(q) == pytest.approx(rate, abs=6e-5)
    np.testing.assert_array_equal(problem.data.times, np.linspace(0, 2.5, 100))
    assert sciml.get("dfr").data.paths == 300


def test_entropy_production_of_the_ring():
    assert produced(sciml.get("jump_ring").rates) == pytest.approx(1.5 * np.log(4))
    assert np.sum(sciml.get("jump_ring", backward=0.0).rates > 0) == 5


def test_illness_and_death():
    problem = sciml.get("illness_death", stages=4, misreported=0.1, paths=2000)
    n, data = 5, problem.data
    assert problem.states == ("well", "mild", "moderate", "severe", "death")
    np.testing.assert_allclose(problem.rates[:4, 4], 0.03 * 2.0 ** np.arange(4))
    np.testing.assert_array_equal(problem.allowed, problem.rates > 0)
    np.testing.assert_allclose(problem.misclassification[0], [0.9, 0.1, 0, 0, 0])
    np.testing.assert_allclose(problem.misclassification[1], [0.1, 0.8, 0.1, 0, 0])
    np.testing.assert_array_equal(problem.misclassification[:, n - 1], np.eye(n)[n - 1])
    np.testing.assert_array_equal(data.exact, data.labels == 4)
    died = data.exact[data.starts[1:] - 1]
    assert died.sum() == data.exact.sum()
    assert data.lengths[~died].min() == 8
    assert 0.2 < died.mean() < expm(problem.rates * 10)[0, 4]
    forward = sciml.get("illness_death", recovery=0.0)
    assert not np.tril(forward.allowed).any()
    assert np.all(np.diff(forward.data.labels)[np.diff(forward.data.times) > 0] >= 0)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("two_state_switch", {"on": 0.0}, "'on' of 'two_state_switch' is 0.0"),
        ("birth_death", {"n": 1}, "'n' of 'birth_death' is 1"),
        ("jump_ring", {"n": 2}, "'n' of 'jump_ring' is 2"),
        ("jump_ring", {"backward": -1.0}, "'backward' of 'jump_ring' is -1.0"),
        ("flashing_ratchet", {"V": -1.0}, "'V' of 'flashing_ratchet' is -1.0"),
        ("conformations", {"energies": (0.0, 1.0)}, "give six finite numbers"),
        ("illness_death", {"stages": 5}, "give 2, 3 or 4"),
        ("illness_death", {"misreported": 0.5}, "'misreported' of 'illness_death' is 0.5"),
        ("jump_chain", {"noise": 0.7}, "'noise' of 'jump_chain' is 0.7"),
        ("jump_chain", {"points": 1}, "'points' of 'jump_chain' is 1"),
        ("jump_chain", {"paths": 0}, "'paths' of 'jump_chain' is 0"),
        ("jump_chain", {"t_end": 0.0}, "'t_end' of 'jump_chain' is 0.0"),
        ("jump_chain", {"data_seed": -1}, "'data_seed' of 'jump_chain' is -1"),
    ],
)
def test_bad_parameters(name, parameters, words):
    with pytest.raises(BadProblem, match=words):
        sciml.get(name, **parameters)


def test_problems_show(capfd):
    assert cli.run(["problems", "show", "illness_death", "-p", "misreported=0.1"]) == 0
    lines = capfd.readouterr().out.splitlines()
    for line in (
        "rates from each state (rows) to each other, time in years:",
        "             well   mild  moderate  death",
        "  mild       0.05  -0.36      0.25   0.06",
        "  death         0      0         0      0",
        "  mild       0.1   0.8       0.1      0",
        "first state: well",
        "never left: death",
        "time of entry known exactly: death",
        "known not to exist: well>moderate, moderate>well",
    ):
        assert line in lines
    assert cli.run(["problems", "show", "jump_chain", "-p", "n=2", "--json"]) == 0
    known = json.loads(capfd.readouterr().out)["network"]
    assert known["rates"] == [[-2, 2], [1, -1]]
    assert (known["paths"], known["visits"], known["times"]) == (300, 15000, [0, 5])
    assert known["no_links"] == []


def test_a_process_without_rates_or_data_is_described():
    from sciml import describe

    process = JumpProcess(states=("a", "b", "c"), initial=[0.25, 0.75, 0])
    assert list(describe.jumps(describe.network(process))) == [
        "states: a, b, c",
        "rates: not known",
        "first state: a 0.25, b 0.75",
        "seen: nothing; `sciml infer FILE.csv` brings data",
    ]
