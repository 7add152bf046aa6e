"""Formulas as text: what parses, what is refused and where, complexity, forms."""

import numpy as np
import pytest
import sympy

from sciml import formula
from sciml.errors import BadProblem


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        ("a*x - b*x^2", {"a": 2.0, "b": 0.5, "x": 3.0}, 1.5),
        ("-x/(1 + x)", {"x": 3.0}, -0.75),
        ("exp(-x)*sin(pi*x)", {"x": 0.5}, np.exp(-0.5)),
        ("abs(x)*sign(x) + sqrt(4)", {"x": -2.0}, 0.0),
    ],
)
def test_a_formula_means_what_it_says(text, at, value):
    function = formula.compiled(formula.parse(text, at), list(at))
    assert function(*at.values()) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a*x -* y", "cannot be parsed at position 6"),
        ("a*x + q", r"names 'q' at position 7, which is nothing known"),
        ("foo(x)", "calls 'foo' at position 1"),
        ("x.real", "cannot be parsed at position 1"),
        ("__import__('os')", "calls '__import__'"),
        ("x if a else y", "cannot be parsed"),
    ],
)
def test_what_is_no_formula_is_refused_with_its_position(text, message):
    with pytest.raises(BadProblem, match=message):
        formula.parse(text, ["a", "x", "y"])


def test_near_names_are_offered():
    with pytest.raises(BadProblem, match="Did you mean 'alpha'"):
        formula.parse("alpa*x", ["alpha", "x"])


@pytest.mark.parametrize(
    ("text", "nodes"), [("x", 1), ("c*x", 3), ("-c*x*y", 5), ("c*x/(k + x)", 8), ("sin(x)", 3)]
)
def test_complexity_counts_nodes(text, nodes):
    assert formula.complexity(formula.parse(text, ["c", "k", "x", "y"])) == nodes


def test_common_factors_shorten():
    expanded = formula.parse("c*x - c*x^2", ["c", "x"])
    assert formula.shortest(expanded) < formula.complexity(expanded)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("-0.9*x*y", "-1.7*y*x"),
        ("5*x*(1 - x)", "-6.1*x^2 + 6*x"),
        ("-x/(0.5 + x)", "-2*x/(1 + 2.1*x)"),
        ("-1 + 0.5/(0.5 + x)", "-x/(0.5 + x)"),
        ("1.2*sin(2*x)", "0.7*sin(1.9*x)"),
    ],
)
def test_one_form_whatever_the_constants(first, second):
    forms = [formula.form(formula.parse(t, ["x", "y"])) for t in (first, second)]
    assert forms[0].skeleton == forms[1].skeleton
    assert len(forms[0].constants) == len(forms[1].constants)


@pytest.mark.parametrize(
    ("first", "second"),
    [("x^2", "x^3"), ("x*y", "x*y + 0.1"), ("x/(1 + x)", "x/(1 + x^2)"), ("sin(x)", "cos(x)")],
)
def test_different_forms_differ(first, second):
    forms = [formula.form(formula.parse(t, ["x", "y"])) for t in (first, second)]
    assert forms[0].skeleton != forms[1].skeleton


def test_constants_of_a_form_are_comparable():
    a = formula.form(formula.parse("-1.0*x/(0.5 + x)", ["x"]))
    b = formula.form(formula.parse("-2.0*x/(1.0 + 2*x)", ["x"]))
    np.testing.assert_allclose(a.constants, b.constants)


def test_one_symbol_a_name():
    assert formula.symbol("x") in formula.parse("x + 1", ["x"]).free_symbols
    assert formula.parse("2", []) == sympy.Integer(2)
