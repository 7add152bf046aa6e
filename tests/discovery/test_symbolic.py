"""Formulas of other engines: read without eval, made shorter, proposed by pyoperon."""

import sys

import numpy as np
import pytest
import sympy

from discovery.symbolic import operon
from discovery.symbolic.text import Unreadable, parse
from discovery.symbolic.tidy import tidied
from sciml import formula
from sciml.errors import MissingExtra

NAMES = {"x0": "x", "x1": "y"}
X, Y = formula.symbol("x"), formula.symbol("y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("((-0.9) * (x0 * x1))", -0.9 * X * Y),
        ("x0 ^ 2.0 - square(x1)", X**2 - Y**2),
        ("cube(x0) + inv(x1)", X**3 + 1 / Y),
        ("neg(sqrt(x0)) * exp(-x1)", -sympy.sqrt(X) * sympy.exp(-Y)),
        ("log(x0) / sin(x1)", sympy.log(X) / sympy.sin(Y)),
        ("pow(x0, 3) + div(x0, x1) + plus(x0, 1)", X**3 + X / Y + X + 1),
        ("aq(x0, x1)", X / sympy.sqrt(1 + Y**2)),
        ("abs(x0) * tanh(x1) + sign(x0)", sympy.Abs(X) * sympy.tanh(Y) + sympy.sign(X)),
        ("1.5e-3 * x0 + pi", 0.0015 * X + sympy.pi),
        ("-+x0", -X),
    ],
)
def test_texts_of_other_engines(text, expected):
    assert sympy.simplify(parse(text, NAMES) - expected) == 0


@pytest.mark.parametrize(
    "text",
    ["", "x0 +", "x2", "max(x0, x1)", "x0.real", "(lambda: 1)()", "square(x0, x1)", "'a'"]
    + ["x0 if x1 else 1", "1/0", "log(0)", "sqrt(-1)", "square(x0=1)", "9e999", "f = x0; g = x1"],
)
def test_what_is_no_formula(text):
    with pytest.raises(Unreadable):
        parse(text, NAMES)


def grid(count=80):
    return np.random.default_rng(0).uniform(0.3, 3.0, (count, 2))


def test_small_summands_are_left_out_beside_the_formula_itself():
    long = -0.9 * X * Y + 1e-5 * X + 5e-3
    found = tidied([long, long], grid(), ["x", "y"])
    assert found[0] == long
    assert -0.9 * X * Y in found
    assert len(found) == len({str(e) for e in found}) == 3


def test_fractions_are_collected():
    """0.4y − 0.04y / (x + 0.1) is 0.4xy / (x + 0.1)."""
    found = tidied([0.4 * Y - 0.08 * Y / (2 * X + 0.2) + 1e-6], grid(), ["x", "y"])
    short = min(found, key=formula.complexity)
    assert sympy.simplify(sympy.nsimplify(short - 0.4 * X * Y / (X + 0.1), tolerance=1e-9)) == 0
    assert formula.complexity(short) < 11


def test_what_is_not_finite_or_too_long_is_dropped():
    longest = sum(sympy.sin(k * X) for k in range(1, 20))
    assert tidied([sympy.log(X - 1), 1 / sympy.floor(X / 9), longest], grid(), ["x", "y"]) == []


def values_of(expression, points):
    return formula.compiled(expression, ["x", "y"])(*points.T) + np.zeros(len(points))


LAWS = [
    (-0.9 * X * Y, ()),
    (0.4 * X * Y / (0.1 + X), ()),
    (Y * sympy.exp(-X), ("exp", "sign")),
]


@pytest.mark.parametrize(("law", "functions"), LAWS)
def test_operon_proposes_the_law(law, functions):
    pytest.importorskip("pyoperon")
    points = grid(100)
    clean = values_of(law, points)
    noise = 0.01 * np.std(clean) * np.random.default_rng(1).standard_normal(100)

    def proposed(seed):
        return operon.candidates(
            points, clean + noise, ["x", "y"], seed=seed, seconds=1.0, functions=functions
        )

    found = proposed(0)
    errors = [np.std(values_of(e, points) - clean) / np.std(clean) for e in found]
    short = [e for e, f in zip(errors, found, strict=True) if formula.complexity(f) <= 12]
    assert min(short) < 0.01
    assert {str(s) for e in found for s in e.free_symbols} <= {"x", "y"}
    assert [str(e) for e in proposed(0)] == [str(e) for e in found]


def test_operon_draws_points_by_their_weights():
    pytest.importorskip("pyoperon")
    points = grid(200)
    wrong = np.arange(200) >= 150
    values = np.where(wrong, 5.0, points[:, 0] * points[:, 1])
    found = operon.candidates(
        points, values, ["x", "y"], weights=np.where(wrong, 0.0, 1.0), seconds=0.5
    )
    right = values_of(X * Y, points)
    assert min(np.abs(values_of(e, points) - right).max() for e in found) < 1e-4
    drawn = operon._drawn(np.array([0.0, 3.0, 1.0, 0.0]))
    np.testing.assert_array_equal(drawn, [1, 1, 1, 2])


def test_operon_on_nothing():
    pytest.importorskip("pyoperon")
    assert operon.candidates(grid(), np.zeros(80), ["x", "y"]) == [0]


def test_operon_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyoperon", None)
    with pytest.raises(MissingExtra, match=r'pip install "sciml-jax\[discovery\]"'):
        operon.candidates(grid(), np.ones(80), ["x", "y"])
