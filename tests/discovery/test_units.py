"""Units: how they are read, what is refused, and what a law's constants have."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hidden_systems import law, predators, target, truth

import sciml
from discovery import Hidden, HiddenTermProblem, discover
from discovery.ranking.polish import polish, simpler
from discovery.ranking.refit import refit
from discovery.ranking.score import score
from discovery.ranking.search import Ranked
from discovery.uncertainty import constants
from discovery.units import check, of_constants, parse, written
from sciml.errors import BadProblem

FISH = {"x": "kg/L", "y": "mol/L", "t": "day", "a": "1/day", "d": "1/day"}


@pytest.mark.parametrize(
    ("text", "exponents", "again"),
    [
        ("mol/L", {"mol": 1, "L": -1}, "mol/L"),
        ("1/day", {"day": -1}, "1/day"),
        ("kg*m^2/s**2", {"kg": 1, "m": 2, "s": -2}, "kg*m^2/s^2"),
        ("s^-1", {"s": -1}, "1/s"),
        ("m^(1/2)", {"m": Fraction(1, 2)}, "m^(1/2)"),
        ("m/m", {}, "1"),
        ("1", {}, "1"),
        ("", {}, "1"),
        ("L/(mol*day)", {"L": 1, "mol": -1, "day": -1}, "L/day/mol"),
    ],
)
def test_units_are_read_and_written(text, exponents, again):
    assert parse(text) == exponents
    assert written(parse(text)) == again
    assert parse(again) == exponents


@pytest.mark.parametrize("text", ["10*m", "m + s", "mol per L", "m^s", "sin(m)", "2"])
def test_what_is_no_unit(text):
    with pytest.raises(BadProblem, match="the unit"):
        parse(text)


def system(known, units, hidden=("x",), states=("x", "y"), **rest):
    return HiddenTermProblem(
        states=states, known=known, hidden=[Hidden("F", hidden[0], ["x"])], units=units, **rest
    )


def test_a_consistent_known_part_passes():
    check(replace(predators(), units=FISH))
    check(predators())
    check(system({"x": "a*x*(1 - x/K)"}, {"x": "g", "t": "s"}, params={"a": 1.0, "K": 2.0}))
    heat = {"u": "K", "t": "s", "x": "m", "D": "m^2/s"}
    check(
        HiddenTermProblem(
            states="u",
            known={"u": "D*u_xx"},
            params={"D": 1.0},
            hidden=Hidden("F", "u", "u"),
            bounds={"x": (0, 1)},
            units=heat,
        )
    )


@pytest.mark.parametrize(
    ("known", "units", "words"),
    [
        (
            {"x": "a*x - x"},
            {"x": "g", "t": "s", "a": "1/s"},
            r"the summand '-x' of the rate of 'x' has unit g, the rate has unit g/s.",
        ),
        (
            {"x": "a*x + y"},
            {"x": "g", "t": "s", "a": "1/s", "y": "g"},
            "the summand 'y' of the rate of 'x' has unit g, the rate has unit g/s.",
        ),
        ({"x": "a*exp(x)"}, {"x": "g"}, r"the summand 'a\*exp\(x\)'"),
        ({"x": "a*x", "y": "a"}, {"x": "g", "y": "g", "t": "s"}, "the summand 'a' of the rate of"),
        ({"x": "a*x/(1 + x)"}, {"x": "g"}, r"the summand 'a\*x/\(x \+ 1\)'"),
        ({}, {"z": "g"}, "units names 'z'"),
        ({}, {"x": "3*g"}, r"the unit '3\*g' is no product"),
    ],
)
def test_what_does_not_fit_is_named(known, units, words):
    with pytest.raises(BadProblem, match=words):
        check(system(known, units, params={"a": 1.0}))


def test_one_term_in_rates_of_two_units_is_refused_before_the_search():
    sir = sciml.get("sir")
    with pytest.raises(BadProblem, match="adds to the rates of 'S' and 'I', which have different"):
        discover(replace(sir, units={"S": "person", "I": "g"}))


def test_the_constants_have_units():
    problem = replace(predators(), units=FISH)
    simple = truth(problem)
    assert of_constants(problem, simple) == {"c0_": "L/day/mol", "c1_": "L/day/kg"}
    assert of_constants(predators(), simple) == {}
    saturating = law(problem, "c0_*x*y/(c1_ + x)", "c2_*y*log(c3_*x)", values=(1.0, 1.0, 1.0, 1.0))
    assert of_constants(problem, saturating) == {
        "c0_": "kg/day/mol",
        "c1_": "kg/L",
        "c2_": "1/day",
        "c3_": "L/kg",
    }
    wrong = law(problem, "c0_*x*log(x)", "c1_*x*y", values=(1.0, 1.0))
    assert of_constants(problem, wrong) == {"c1_": "L/day/kg"}
    little = replace(problem, units={"x": "kg/L", "a": "1/day"})  # a tells the unit of time
    assert of_constants(little, law(little, "c0_*x", "c1_*x", values=(1.0, 1.0))) == {
        "c0_": "1/day"
    }


def test_a_table_names_them():
    for units, expected in ((FISH, ["L/day/mol", "L/day/kg"]), ({}, ["", ""])):
        problem = replace(predators(), units=units)
        aim = target(problem)
        fit = refit(aim, truth(problem))
        assert [c["unit"] for c in constants(aim, fit)] == expected


def test_only_pure_numbers_are_rounded():
    plain = sciml.get("logistic", points=31, noise=0.02)
    shapes = {}
    for name, units in (
        ("none", {}),
        ("pure", {"x": "1", "t": "1"}),
        ("given", {"x": "g", "t": "day"}),
    ):
        problem = replace(plain, units=units)
        aim = target(problem, 0.02)
        fit = refit(aim, law(problem, "c0_*x + c1_*x**2", values=(0.9, -0.9)))
        shapes[name] = polish(aim, Ranked(fit, score(aim, fit)), rtol=1e-8).fit.law.count
    assert shapes["none"] == shapes["pure"] < shapes["given"] == 2


def test_equal_constants_need_equal_units():
    problem = sciml.get("logistic", points=31, noise=0.02)
    aim = target(problem, 0.02)
    fit = refit(aim, law(problem, "c0_*x + c1_*x**2", values=(0.9, -0.9)))
    apart = {"c0_": "1/day", "c1_": "L/day/g"}
    assert list(simpler(fit, apart)) == []
    assert len(list(simpler(fit, dict.fromkeys(apart, "1/day")))) == 1
    assert len(list(simpler(fit))) > 1
