"""``sciml discover``: exit codes, JSON, and what is wrong in one line."""

import json

import numpy as np
import pytest

from sciml.cli import run

SPEC = """
[system]
states = ["x"]
[known]
x = "-k*x"
[params]
k = 0.5
[[hidden]]
name = "F"
adds_to = "x"
inputs = ["t"]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCIML_STORE", str(tmp_path / "runs"))
    t = np.linspace(0, 6, 25)
    rows = "\n".join(f"{a},{b}" for a, b in zip(t, 0.4 * np.exp(-0.5 * t) + 0.8, strict=True))
    (tmp_path / "data.csv").write_text(f"t,x\n{rows}\n")
    (tmp_path / "spec.toml").write_text(SPEC)
    return tmp_path


def test_a_table_and_a_spec(folder, capfd):
    code = run(
        [
            "discover",
            "data.csv",
            "--spec",
            "spec.toml",
            "--operators",
            "none",
            "--json",
            "--plot",
            "laws.png",
            "-q",
        ]
    )
    answer = json.loads(capfd.readouterr().out)
    assert code == 0
    assert float(answer["value"]["expressions"]["F"]) == pytest.approx(0.4, rel=1e-4)
    constant = answer["value"]["constants"][0]
    assert constant["lower"] <= constant["value"] <= constant["upper"]
    assert answer["value"]["ambiguous"] is False
    assert answer["value"]["shortlist"][0]["weight"] > 0
    assert (folder / "laws.png").exists()
    assert len(list((folder / "runs").iterdir())) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["data.csv"], "nothing says what is known"),
        (["data.csv", "--spec", "spec.toml", "--problem", "logistic"], "both --problem and --spec"),
        (["data.csv", "--problem", "gp_u1"], "has no hidden term"),
        (["data.csv", "--spec", "spec.toml", "--points", "5"], "points is given beside a file"),
        (["lotka", "-q"], "Did you mean 'lotka_volterra'"),
        (["logistic", "data.csv"], "is no file of data"),
        (["nothing.csv", "--spec", "spec.toml"], "no file 'nothing.csv'"),
        (["logistic", "--operators", "foo"], "operators names 'foo'"),
    ],
)
def test_what_is_wrong_in_one_line(folder, capfd, words, message):
    assert run(["discover", *words]) == 2
    said = capfd.readouterr().err
    assert message in said
    assert "Traceback" not in said
    assert not (folder / "runs").exists()
