"""The verbs on equations: what is shown of problems and results, templates, JSON, comparisons."""

import ast
from importlib.resources import files

import numpy as np
import pytest
import toy_fields

import sciml
from sciml.cli import output, show


@pytest.fixture
def line(toy, tmp_path):
    (tmp_path / "poisson.py").write_text(toy_fields.POISSON)
    return "poisson.py:line"


def test_solve_shows_everything_that_is_known_of_a_solution(line, run):
    code, out, err = run("solve", line, "-p", "branches=2", "-p", "theta=scale", "--plot", "a.png")
    assert (code, err) == (0, "")
    rows = [text.split() for text in out.splitlines()]
    assert rows[0] == ["line(scale=1,", "known=True,", "fail=False)"]
    assert "method toy-fields: polynomials at collocation points" in out
    head = rows.index(["solution", "residual", "norm"])
    assert [row[0] for row in rows[head + 1 : head + 3]] == ["1", "2"]
    head = rows.index(["axis", "cycles", "per", "unit", "weight"])
    assert rows[head + 1 : head + 4] == [
        ["x", "0", "1.00e+00"],
        ["x", "0.5", "1.00e-01"],
        ["x", "1", "1.00e-02"],
    ]
    assert rows[head + 9] == ["and", "4", "lighter", "components"]
    assert ["unknowns", "11"] in rows
    assert ["points", "20,", "1,", "1"] in rows
    assert ["scale", "0.25", "±", "0.001"] in rows
    named = {row[0] for row in rows if len(row) == 2}
    assert {"residual", "condition_residual", "rel_l2", "max_error", "coverage"} < named
    assert "warning: A toy." in out
    assert "SEVERAL in" in out
    assert "give a condition that does" in out
    assert "plot a.png" in out


def test_one_solution_has_no_table_of_solutions(line, run):
    code, out, _ = run("solve", "poisson.py:square")
    assert code == 0
    assert "solution  " not in out
    rows = [text.split() for text in out.splitlines()]
    axes = [row[0] for row in rows if len(row) == 3 and row[0] in ("x", "y")]
    assert axes == ["x"] * 4 + ["y"] * 4
    assert ["and", "16", "lighter", "components"] in rows
    assert "CONVERGED in" in out


def test_json_holds_it_all(line, run_json):
    code, data = run_json("solve", line, "-p", "branches=2", "-p", "theta=scale")
    assert (code, data["status"]) == (0, "SEVERAL")
    spectrum = data["value"]["spectrum"]["x"]
    assert spectrum["frequencies"] == [n / 2 for n in range(12)]
    assert len(spectrum["weights"]) == 12
    assert len(data["value"]["branches"]) == 2
    assert data["value"]["unknowns"] == 11
    assert data["value"]["theta"] == {"scale": {"value": 0.25, "sd": 0.001}}
    assert {"residual", "rel_l2", "max_error", "coverage"} < set(data["metrics"])
    loaded = sciml.load(data["run"])
    assert loaded.value == data["value"]
    assert loaded.metrics == data["metrics"]
    assert loaded.arrays["reference"].shape == loaded.arrays["u"].shape
    assert run_json("runs", "show", data["run"])[1]["value"] == data["value"]


def test_without_an_exact_solution_there_are_no_errors_and_a_failing_one_is_a_warning(
    line, run_json
):
    unknown = run_json("solve", line, "-p", "known=false")[1]
    assert set(unknown["metrics"]) == {"residual", "condition_residual"}
    failing = run_json("solve", line, "-p", "fail=true")[1]
    assert set(failing["metrics"]) == {"residual", "condition_residual"}
    assert "The reference of 'line' failed" in failing["warnings"][-1]
    assert failing["status"] == "CONVERGED"


@pytest.mark.parametrize(
    ("value", "deviation", "text"),
    [
        (0.25, 1e-3, "0.25 ± 0.001"),
        (0.123456789, 3.21e-5, "0.12346 ± 3.2e-05"),
        (1.0, 2.5, "1 ± 2.5"),
        (0.0, 0.5, "0 ± 0.5"),
        (3.0, 1e-20, "3 ± 1e-20"),
        (2.0, None, "2"),
        (2.0, 0.0, "2"),
        (2.0, float("inf"), "2"),
        (float("nan"), 1.0, "nan"),
    ],
)
def test_an_inferred_value_has_the_digits_that_its_deviation_allows(value, deviation, text):
    assert show.inferred(value, deviation) == text


def test_an_equation_is_shown_with_domain_conditions_and_what_is_known(line, run, run_json):
    code, out, _ = run("problems", "show", line, "-p", "scale=2")
    assert code == 0
    for text in (
        "Poisson on a line",
        "-p scale=2",
        "domain: Box, x from 0 to 3",
        "fields: u",
        "the equation reads: u_xx",
        "  on x:lower: reads u\n",
        "  on x:upper: reads u, noise 0.1",
        "to be inferred: scale",
        "exact solution: known",
        "settings of its default method 'toy-fields'",
        "source: a textbook",
    ):
        assert text in out
    assert "reference energies" not in out
    data = run_json("problems", "show", line, "-p", "known=false")[1]
    assert data["kind"] == "equation"
    assert data["reference_energies"] is None
    assert data["equation"] == {
        "domain": "Box",
        "bounds": {"x": [0.0, 3.0]},
        "periodic": [],
        "fields": ["u"],
        "derivatives": ["u_xx"],
        "conditions": [
            {"faces": ["x:lower"], "derivatives": ["u"], "noise": 0.0},
            {"faces": ["x:upper"], "derivatives": ["u"], "noise": 0.1},
        ],
        "sampled": [],
        "observations": None,
        "unknowns": ["scale"],
        "exact": False,
    }
    assert "exact solution: not known" in run("problems", "show", line, "-p", "known=false")[1]
    assert "domain: Disc" in run("problems", "show", "poisson.py:disc")[1]


RICH = '''
import numpy as np
from sciml import Box, Observations, Problem, Sampled, register


@register("rich")
def rich() -> Problem:
    """u_t = u_xx + f."""
    grid = Sampled((np.linspace(0, 1, 3), np.linspace(0, 1, 4)), np.zeros((3, 4)))
    return Problem(
        name="rich",
        domain=Box({"t": (0.0, np.inf), "x": (0.0, 1.0)}),
        residual=lambda j, x, theta: j.u_t - j.u_xx - theta["f"],
        sampled={"f": grid},
        periodic=("x",),
        observations=Observations(np.zeros((5, 2)), np.zeros(5)),
    )
'''


def test_data_and_periodic_axes_are_shown(toy, run, run_json, tmp_path):
    (tmp_path / "rich.py").write_text(RICH)
    out = run("problems", "show", "rich.py:rich")[1]
    for text in ("periodic along: x", "on a grid only: f", "observations: 5", "t from 0 to inf"):
        assert text in out
    assert "conditions:" not in out
    assert run_json("problems", "show", "rich.py")[1]["equation"]["bounds"]["t"] == [0.0, "inf"]


def test_bound_states_are_described_without_an_equation(toy, run, run_json):
    assert run_json("problems", "show", toy)[1]["equation"] is None
    assert "exact solution" not in run("problems", "show", toy)[1]


def test_runs_of_both_kinds_are_listed_and_compared(toy, line, run, run_json):
    equation = run_json("solve", line, "-p", "theta=scale")[1]
    states = run_json("solve", toy, "-p", "steps=5")[1]
    out = run("runs")[1]
    row = next(text.split() for text in out.splitlines() if "_line_" in text)
    assert float(row[-2]) == pytest.approx(equation["metrics"]["rel_l2"], rel=1e-4)
    assert float(row[-1]) == pytest.approx(equation["metrics"]["residual"], rel=1e-4)
    names = [equation["run"], states["run"]]
    data = run_json("runs", "compare", *names)[1]
    assert data["energies"] == [None, states["value"]["energies"]]
    assert data["values"]["unknowns"] == [11, None]
    assert data["values"]["scale (inferred)"] == [0.25, None]
    assert data["metrics"]["rel_l2"] == [equation["metrics"]["rel_l2"], None]
    assert data["metrics"]["residual"] == [equation["metrics"]["residual"], 0.1]
    out = run("runs", "compare", *names)[1]
    for name in ("rel_l2", "residual", "energy_rel_error", "unknowns", "scale (inferred)"):
        assert name in out


def test_new_writes_an_equation_that_runs(toy, run_json, tmp_path):
    code, data = run_json("new", "my_pde.py", "--equation")
    assert (code, data["next"]) == (0, "sciml solve my_pde.py:my_pde")
    text = (tmp_path / "my_pde.py").read_text()
    code_lines = [
        x
        for x in text.splitlines()
        if x.strip() and not x.strip().startswith(("#", '"""', "import", "from"))
    ]
    assert len(code_lines) <= 15
    assert len(text.splitlines()) == len(
        files("sciml.cli").joinpath("template_equation.txt").read_text().splitlines()
    )
    ast.parse(text)
    code, solved = run_json("solve", "my_pde.py:my_pde", "-p", "k=1", "-p", "tolerance=1e-4")
    assert (code, solved["parameters"]) == (0, {"k": 1.0})
    problem = sciml.get("my_pde.py:my_pde", k=1)
    result = sciml.load(solved["run"], trust=True)
    x, y = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 9))
    k = np.pi
    exact = np.sin(k * x) * (np.sinh(k * y) / (k * np.cosh(k)) - y) / k**2
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    np.testing.assert_allclose(result.predict(points)[:, 0], exact.ravel(), atol=1e-6)
    assert {f for c in problem.conditions for f in c.faces} == {
        *("x:lower", "x:upper", "y:lower", "y:upper"),
    }


def test_new_refuses_by_the_same_rules(toy, run):
    for name, message in (("my.txt", "no name of a Python module"), ("jax.py", "would hide")):
        code, _, err = run("new", name, "--equation")
        assert code == 2
        assert message in err
    assert "my_pde.py" in run("new", "my.txt", "--equation")[2]
    assert "my_well.py" in run("new", "my.txt")[2]


def test_help_names_the_methods_of_both_kinds(run):
    out = " ".join(run("solve", "--help")[1].split())
    for name in ("ritz", "pinn", "paper", "gp", "chebyshev", "gp-paper"):
        assert name in out
    assert "--equation" in run("new", "--help")[1]


def test_an_unwritable_picture_and_an_unknown_name_are_refused_as_for_states(line, run):
    for arguments, message in (
        (("--plot", "a.jpeg"), "the picture 'a.jpeg' has no known suffix."),
        (("-p", "degre=3"), "Did you mean 'degree'"),
        (("-m", "toy"), "method 'toy' serves problems of kind 'eigenproblem', not 'equation'."),
    ):
        code, _, err = run("solve", line, *arguments)
        assert code == 2
        assert message in err


def test_a_table_of_solutions_fits_a_narrow_terminal(line, capfd):
    from rich.console import Console

    result = sciml.solve(line, branches=2)
    show.result(Console(width=24), result)
    out = capfd.readouterr().out
    assert "solution" in out
    assert output.cell(result.value["unknowns"]) in out
