"""Setting `hall_of_fame`: formulas of PySR from another machine as candidates."""

from functools import partial

import pytest
from hidden_systems import predators

from discovery import discover, task
from discovery.candidates.hall import brought
from discovery.settings import Settings
from sciml import config
from sciml.errors import BadConfig, BadData

FIRST = """Complexity,Loss,Equation
1,3.5,"-1.2"
5,0.01,"(x0 * x1) * -0.9"
9,0.001,"x0 * (x1 * (-0.91 + (0.01 * x0)))"
"""
SECOND = """Complexity,Loss,Equation
3,0.4,"x1 * 0.7"
5,0.01,"(x * y) * 0.8"
"""


def spied_on(run, pools, *args, **settings):
    pools.append(run(*args, **settings))
    return pools[-1]


@pytest.fixture
def halls(tmp_path):
    (tmp_path / "first.csv").write_text(FIRST)
    (tmp_path / "second.csv").write_text(SECOND)
    return f"{tmp_path / 'first.csv'}, {tmp_path / 'second.csv'}"


def test_formulas_of_several_terms_are_joined(halls):
    laws = brought(Settings(hall_of_fame=halls), predators())
    forms = [law.skeleton for law in laws]
    assert forms[:2] == [("C", "C*y"), ("C*x*y", "C*x*y")]
    assert ("C", "C*x*y") in forms
    assert len(set(forms)) == len(forms)
    assert laws[1].values == (-0.9, 0.8)


def test_the_setting_is_text_and_none_by_default(halls):
    assert len(config.build(Settings, {"hall_of_fame": halls}).halls) == 2
    assert brought(Settings(), predators()) == []


def test_a_search_refits_them(tmp_path, monkeypatch):
    file = tmp_path / "hall_of_fame.csv"
    file.write_text('Complexity,Loss,Equation\n9,0.1,"(x0 * 0.9) - (x0 * sinh(x0 * 0.3))"\n')
    pools = []
    monkeypatch.setattr(task, "run", partial(spied_on, task.run, pools))
    found = discover("logistic", noise=0.01, data_seed=2, symbolic="none", hall_of_fame=str(file))
    assert pools[-1].found[("-x*sinh(C*x) + C*x",)].fit.settled
    assert found.result.metrics["form"] == 1.0


def test_what_cannot_be_used_is_refused(halls, tmp_path):
    with pytest.raises(BadConfig, match="names 2 files for 1 hidden terms.\n  try: give one a ter"):
        discover("logistic", hall_of_fame=halls)
    with pytest.raises(BadData, match="there is no file"):
        discover("logistic", hall_of_fame=str(tmp_path / "nothing.csv"))
