"""Systems as TOML: what is read is what was written, and each error names its key."""

import dataclasses

import pytest

import sciml
from discovery.inputs import spec
from discovery.inputs.spec import read_spec, write_spec
from sciml.errors import BadProblem
from sciml.hidden import Hidden, HiddenTermProblem

EXAMPLE = "\n".join(
    line[4:] for line in spec.__doc__.splitlines() if line.startswith("    ") or not line
)
BASE = """
[system]
states = ["x", "y"]
[known]
x = "a*x"
[params]
a = 1.3
[[hidden]]
name = "F"
adds_to = "y"
inputs = ["x", "y"]
"""


def written(tmp_path, text):
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    return tmp_path / "mine.toml"


def bare(problem):
    return dataclasses.replace(problem, data=None, origin=None)


def test_the_example_of_the_module(tmp_path):
    problem = read_spec(written(tmp_path, EXAMPLE))
    assert problem.name == "mine"
    assert problem.states == ("x", "y")
    assert dict(problem.known) == {"x": "a*x", "y": "-d*y"}
    assert dict(problem.params) == {"a": 1.3, "d": 1.8}
    assert problem.hidden[0] == Hidden("F1", "x", ("x", "y"))
    assert problem.hidden[1].factors == {"y": 1.0}


@pytest.mark.parametrize("entry", sciml.problems("hidden-term"), ids=lambda e: e.name)
def test_every_registered_problem_survives(tmp_path, entry):
    problem = bare(sciml.get(entry.name))
    assert read_spec(written(tmp_path, write_spec(problem))) == problem


def test_everything_at_once(tmp_path):
    problem = HiddenTermProblem(
        name="all",
        states=("u", "w"),
        known={"u": "D*u_xx - sin(w)^2"},
        params={"D": 0.125, "k": 3},
        free=("D",),
        hidden=(Hidden("F", {"u": -1, "w": 0.5}, ("u", "w", "u_x", "t")),),
        bounds={"x": (-1, 2), "y": (0, 1)},
        periodic=("y",),
        walls={"x:lower": {"u": "value", "w": "flux"}},
        positive=("w",),
        units={"u": "mol/L", "t": "s"},
        truth={"F": "u*w"},
        citation="Müller (2020)",
    )
    assert read_spec(written(tmp_path, write_spec(problem))) == problem


def test_lists_may_stand_outside_of_system(tmp_path):
    text = 'free = "a"\nname = "own"\n' + BASE
    problem = read_spec(written(tmp_path, text))
    assert (problem.name, problem.free) == ("own", ("a",))


ERRORS = [
    ("states = [", "is no valid TOML:", "correct that line"),
    ("[sistem]\n" + BASE, "there is no key 'sistem'. Did you mean 'system'", "the keys are"),
    (BASE.replace("states", "state"), "no key 'system.state'. Did you mean 'states'?", "the keys"),
    (BASE.replace('states = ["x", "y"]', ""), "mine.toml' has no 'states'.", "write states ="),
    ('[system]\nstates = ["x"]', "mine.toml' has no 'hidden'.", "write [[hidden]] with"),
    (
        'states = ["x"]\n' + BASE,
        "'states' stands in [system] and outside of it.",
        "leave one out",
    ),
    (BASE.replace('["x", "y"]\n[known]', "[1]\n[known]"), "'system.states' is [1].", "names in"),
    (BASE.replace("[known]", "name = 3\n[known]"), "'system.name' is 3.", "give text in quotes"),
    (BASE.replace('"a*x"', "3"), "'known.x' is 3.", "give a formula in quotes"),
    ("known = 3\n" + BASE.replace('[known]\nx = "a*x"\n', ""), "'known' is 3.", "a table: [known]"),
    (BASE.replace("1.3", '"1.3"'), "'params.a' is '1.3'.", "give a number"),
    (BASE.replace("1.3", "true"), "'params.a' is True.", "give a number"),
    (
        BASE.replace("a = 1.3", 'a = 1.3\nfree = ["a"]'),
        "'params.free' is ['a'].",
        "give a number, or move 'free' into [system]",
    ),
    (
        BASE.replace("adds_to", "add_to"),
        "no key 'hidden[0].add_to'. Did you mean 'adds_to'?",
        "the",
    ),
    (BASE.replace('adds_to = "y"\n', ""), "'hidden[0].adds_to' is missing.", "each [[hidden]] has"),
    (
        BASE.replace('adds_to = "y"', "adds_to = 1"),
        "'hidden[0].adds_to' is 1.",
        "a state in quotes",
    ),
    (
        BASE.replace('adds_to = "y"', 'adds_to = {y = "1"}'),
        "'hidden[0].adds_to.y' is '1'.",
        "give a number",
    ),
    (BASE.replace('name = "F"', "name = 1"), "'hidden[0].name' is 1.", "give text in quotes"),
    (BASE.replace('inputs = ["x", "y"]', "inputs = 2"), "'hidden[0].inputs' is 2.", "names in"),
    ("hidden = 3\n" + BASE[: BASE.index("[[")], "'hidden' is 3.", "give tables: [[hidden]]"),
    (BASE + "[bounds]\nz = [1, 0]", "'bounds.z' is [1, 0].", "give lower and upper: [0, 1]"),
    (BASE + "[bounds]\nz = 1", "'bounds.z' is 1.", "give lower and upper: [0, 1]"),
    (BASE + '[walls]\n"x:lower" = "flux"', "'walls.x:lower' is 'flux'.", 'give { u = "value" }'),
    (BASE + "[units]\nx = 1", "'units.x' is 1.", "give a unit in quotes"),
    (BASE + "[truth]\nF = 1", "'truth.F' is 1.", "give a formula in quotes"),
    (BASE.replace("a*x", "b*x"), "names 'b' at position 1", "it may name x, y, t, a"),
    (
        BASE.replace('"y"\ninputs', '"z"\ninputs'),
        "adds to 'z', which is no state",
        "the states are",
    ),
]


@pytest.mark.parametrize(("text", "what", "mend"), ERRORS)
def test_errors_name_the_key(tmp_path, text, what, mend):
    with pytest.raises(BadProblem) as caught:
        read_spec(written(tmp_path, text))
    assert what in caught.value.what
    assert mend in caught.value.mend


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadProblem, match="gone.toml' cannot be read.\n  try: give the path of a"):
        read_spec(tmp_path / "gone.toml")


def test_functions_cannot_be_written():
    problem = HiddenTermProblem(
        states="x", known={"x": lambda q, _p: q["x"]}, hidden=(Hidden("F", "x", ("x",)),)
    )
    with pytest.raises(BadProblem, match="known part of 'x' of 'system' is a function.\n  try: gi"):
        write_spec(problem)
