"""The manifest: every figure is complete, and the numbers that must come out are judged."""

import inspect

import pytest

from figures import manifest
from figures.manifest import Expected
from sciml.errors import BadConfig

BUDGET = {"wells": 150, "forward": 60, "jumps": 120}
"""seconds on two cores that the quick figures of a family may take"""


@pytest.mark.parametrize("entry", manifest.entries().values(), ids=lambda e: e.id)
def test_every_figure_has_functions_inputs_and_numbers(entry):
    compute, draw = manifest.function(entry.compute), manifest.function(entry.draw)
    assert list(inspect.signature(draw).parameters) == ["data"]
    for name in manifest.PROFILES:
        profile = entry.profiles[name]
        inspect.signature(compute).bind(None, **profile.inputs)
        assert profile.expected
        assert profile.seconds > 0
    assert entry.title
    assert "arXiv" in entry.source


def test_quick_figures_stay_within_ten_minutes():
    spent = {}
    for entry in manifest.entries().values():
        family = entry.id.partition("-")[0]
        spent[family] = spent.get(family, 0) + entry.profiles["quick"].seconds
    assert sum(spent.values()) <= 600
    for family, budget in BUDGET.items():
        assert spent.get(family, 0) <= budget, family


def test_an_unknown_figure_lists_all():
    with pytest.raises(BadConfig, match="wells-state'") as caught:
        manifest.chosen(["wells-state"])
    assert "Did you mean 'wells-states'" in caught.value.what
    for name in manifest.entries():
        assert name in caught.value.mend


def test_figures_come_in_the_order_of_the_manifest_and_once():
    names = list(manifest.entries())
    assert [e.id for e in manifest.chosen([])] == names
    assert [e.id for e in manifest.chosen([*names[::-1], names[0]])] == names


@pytest.mark.parametrize(
    ("expected", "good", "bad"),
    [
        (Expected("n", high=1.0), 1.0, 1.1),
        (Expected("n", low=1.0), 1.0, 0.9),
        (Expected("n", 0.9, 1.1), 1.0, 1.2),
        (Expected("n", 3.0, 3.0), 3.0, 2.0),
    ],
)
def test_numbers_are_judged(expected, good, bad):
    assert expected.met(good)
    assert not expected.met(bad)
    assert not expected.met(None)
    assert not expected.met(float("nan"))


def test_what_is_expected_is_put_into_words():
    assert Expected("n", high=1e-9).words == "≤ 1e-09"
    assert Expected("n", low=2).words == "≥ 2"
    assert Expected("n", 3.0, 3.0).words == "3"
    assert Expected("n", 5.9, 6.1).words == "6 ± 0.1"


def test_an_unknown_profile_names_those_that_exist():
    with pytest.raises(BadConfig, match="fast") as caught:
        manifest.checked_profile("fast")
    assert "quick, paper" in caught.value.mend
