"""How a report reads docstrings, and how it says that a run is repeated."""

import dataclasses
import shlex

import pytest

import sciml
from sciml import cli
from sciml.report import docstring, repeat


@pytest.fixture(scope="module")
def kinds():
    """A result of bound states, and one of an equation."""
    return {
        "states": sciml.solve("finite_well", V0=20.0),
        "equation": sciml.solve("gp_u5", "chebyshev", seed=2, frequency=50.0),
    }


DOC = """A wave: u_tt = c² u_xx.

It travels,
and returns.

Parameters
----------
c, k : speed, and number
    of waves.
points : how many.

Reference
---------
A. Author, Journal 1
(2000).
"""


def test_docstrings_come_apart():
    parts = docstring.parse(DOC)
    assert parts.summary == "A wave: u_tt = c² u_xx."
    assert parts.text == ("It travels, and returns.",)
    assert parts.parameters == {"c, k": "speed, and number of waves.", "points": "how many."}
    assert parts.sections == {"Reference": "A. Author, Journal 1 (2000)."}
    assert docstring.parse(None) == docstring.Docstring()


def test_the_command_repeats_the_run(kinds, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("states", "equation"):
        command = shlex.split(repeat.recipe(kinds[name]).command)
        assert command[0] == "sciml"
        assert cli.run([*command[1:], "--quiet", "--store", name]) == 0
        (folder,) = (tmp_path / name).iterdir()
        again = sciml.load(folder)
        assert again.seed == kinds[name].seed
        assert again.parameters == kinds[name].parameters
        assert again.settings == kinds[name].settings
        assert again.metrics == kinds[name].metrics


def test_the_lines_of_python_repeat_the_run(kinds):
    names = {}
    exec(repeat.recipe(kinds["equation"]).python, names)
    assert names["result"].metrics == kinds["equation"].metrics


@pytest.mark.parametrize(
    ("value", "pair"),
    [
        (None, "-p a=none"),
        (True, "-p a=true"),
        ((1, 2.5), "-p 'a=[1, 2.5]'"),
        (("x", "y"), """-p 'a=["x", "y"]'"""),
        ("3", """-p 'a="3"'"""),
        ("b c", "-p 'a=b c'"),
        (0.1, "-p a=0.1"),
    ],
)
def test_values_are_written_as_the_command_line_reads_them(kinds, value, pair):
    from sciml.config import parse_pairs

    result = dataclasses.replace(kinds["states"], settings={"a": value}, parameters={})
    command = repeat.recipe(result).command
    assert command == f"sciml solve finite_well -m ritz {pair}"
    read = parse_pairs([shlex.split(command)[-1]])["a"]
    assert read == ("none" if value is None else list(value) if type(value) is tuple else value)


def test_a_setting_that_a_parameter_hides_is_given_apart(kinds, tmp_path):
    result = dataclasses.replace(
        kinds["states"], parameters={"width": 1.0}, settings={"width": 64}, run=tmp_path
    )
    found = repeat.recipe(result)
    assert found.command == f"sciml solve --config {tmp_path}/config.toml"
    assert "config={'width': 64}" in found.python
