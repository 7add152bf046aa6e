"""``sciml compare``: one problem by several methods."""

import json

import pytest

from sciml import cli


@pytest.fixture(autouse=True)
def _nothing_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("SCIML_CACHE", "")
    monkeypatch.chdir(tmp_path)


def run(capfd, *arguments):
    code = cli.run(["compare", *arguments, "--quiet"])
    return code, capfd.readouterr()


def test_methods_stand_side_by_side(capfd):
    asked = ("gp_u2", "-m", "gp", "-m", "pinn", "-p", "length=1.0")
    code, said = run(capfd, *asked, "--json")
    assert code == 0
    found = json.loads(said.out)
    assert [r["method"] for r in found["rows"]] == ["gp", "pinn"]
    assert all(r["status"] == "CONVERGED" and r["error"] < 1e-8 for r in found["rows"])
    assert all(r["seconds"] > 0 for r in found["rows"])


def test_a_method_that_refuses_says_why(capfd):
    code, said = run(capfd, "burgers_inverse", "-m", "chebyshev")
    assert code == 0
    assert "REFUSED" in said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gp_u2", "-m", "ritz"), "'condensate', not 'equation'"),
        (("sir",), "which one method serves"),
        (("nowhere",), "no problem is named 'nowhere'"),
    ],
)
def test_wrong_input_is_told(capfd, arguments, words):
    code, said = run(capfd, *arguments)
    assert code == 2
    assert words in said.err
