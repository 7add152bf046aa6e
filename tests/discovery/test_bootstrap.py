"""Parametric bootstrap: votes for the laws of a short list, intervals of the constants."""

from types import SimpleNamespace

import numpy as np
import pytest
from hidden_systems import law, predators, target, truth

import sciml
from discovery import Found
from discovery.bootstrap import bootstrap, laws_of, replicates
from discovery.ranking.refit import refit
from sciml.errors import BadConfig, BadData
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment, Records
from sciml.status import Status

STARTS = (0.44249296, 4.6280594)


@pytest.fixture(scope="module")
def elected():
    problem = predators()
    rivals = (
        law(problem, "c0_*x*y + c1_*x", "c2_*x*y", values=(-0.9, 0.01, 0.8)),
        law(problem, "c0_*x*y", "c1_*x*y/(c2_ + x)", values=(-0.9, 8.0, 10.0)),
        law(problem, "c0_*y", "c1_*x*y", values=(-0.5, 0.8)),
    )
    return bootstrap(target(problem), [truth(problem), *rivals], count=40)


def test_the_truth_wins_and_the_intervals_cover(elected):
    assert elected.count == 40
    assert elected.failed == 0
    assert elected.votes["votes"].sum() == pytest.approx(1.0)
    assert elected.votes["votes"][0] >= 0.8
    assert list(elected.votes.columns) == ["F1", "F2", "votes"]
    for row, exact in zip(elected.intervals.itertuples(), (-0.9, 0.8), strict=True):
        assert row.lower < exact < row.upper
        assert row.lower < row.value < row.upper
        assert 0 < row.upper - row.lower < 0.1


def test_replicates_have_the_noise_of_the_residuals_and_the_gaps_of_the_data():
    problem = predators()
    e = problem.data.experiments[0]
    values = e.values.copy()
    values[3:9, 1] = np.nan
    holes = HiddenTermProblem(
        states=problem.states,
        known=problem.known,
        params=problem.params,
        hidden=problem.hidden,
        data=Records((Experiment(e.points, values),)),
    )
    aim = target(holes, relative=0.02)  # four times the noise: the residuals must count, not this
    fit = refit(aim, truth(holes))
    made = [t.records.experiments[0].values for t in replicates(aim, fit, 60, seed=1)]
    assert all(np.array_equal(np.isnan(m), np.isnan(values)) for m in made)
    spread = np.nanmean(np.nanstd(np.array([m[:3] for m in made]), axis=0), axis=0)
    np.testing.assert_allclose(spread, 0.005 * np.nanmean(np.abs(e.values), axis=0), rtol=0.35)


def _found(problem, **settings):
    """A finished search as it is kept: the truth first, then a law with a summand too many."""
    value = {
        "expressions": dict(problem.truth),
        "noise": {"x": 0.005, "y": 0.01},
        "free": {},
        "shortlist": [
            {"expressions": dict(problem.truth)},
            {"expressions": {"F1": "-0.9*x*y + 0.01*y", "F2": "0.8*x*y"}},
        ],
    }
    params = {
        "terms": ["c0_*x*y", "c1_*x*y"],
        "values": np.array([-0.9, 0.8]),
        "free": np.zeros(0),
        "starts": [np.array(STARTS)],
        "begins": np.zeros(1),
    }
    kept = SimpleNamespace(
        value=value,
        params=params,
        settings={"operators": "auto"} | settings,
        status=Status.CONVERGED,
    )
    return Found(kept, problem)


def test_a_finished_search_is_judged_again_with_the_same_seed():
    found = _found(predators())
    first, again = found.bootstrap(count=6, seed=3), found.bootstrap(count=6, seed=3)
    other = found.bootstrap(count=6, seed=4)
    assert len(first.votes) == 2
    assert first.votes.equals(again.votes)
    assert first.intervals.equals(again.intervals)
    assert not first.intervals.equals(other.intervals)


def test_each_form_stands_once():
    found = _found(predators())
    twice = {**found.value, "shortlist": [*found.value["shortlist"], *found.value["shortlist"]]}
    assert len(laws_of(found.problem, twice, found.result.params)) == 2


def test_refusals():
    with pytest.raises(BadConfig, match="count is 1.\n  try: give at least 2 replicates"):
        _found(predators()).bootstrap(count=1)
    fisher = sciml.get("fisher_kpp")
    with pytest.raises(BadConfig, match="the bootstrap serves ordinary differential equations"):
        _found(fisher).bootstrap()
    problem = predators()
    nowhere = law(problem, "c0_*exp(c1_*x*y)", "c2_*x*y", values=(1e5, 50.0, 0.8))
    with pytest.raises(BadData, match="the best law cannot be refitted"):
        bootstrap(target(problem), [nowhere])
