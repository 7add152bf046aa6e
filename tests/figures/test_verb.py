"""``sciml figures`` on the command line."""

import json
from types import SimpleNamespace

import pytest

from figures import manifest, regenerate
from sciml import cli
from sciml.cli import output

MADE = regenerate.Made(
    "wells-states", "T", 1.5, ("wells-states.png",), (regenerate.Checked("E", "≤ 1", 0.5, True),)
)


@pytest.fixture
def run(capfd, tmp_path, monkeypatch):
    """Run the command in a folder of its own; return its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        capfd.readouterr()
        code = cli.run(["figures", *arguments])
        return code, *capfd.readouterr()

    return call


@pytest.fixture
def making(monkeypatch):
    """What `regenerate` gives instead of making figures, and what it was asked."""
    asked = SimpleNamespace(given=[MADE], stops=False, figures=None, store=None)

    def instead(figures, *, profile, out, store, report):
        asked.figures, asked.profile, asked.out, asked.store = figures, profile, out, store
        for number, one in enumerate(asked.given, 1):
            shown = report(figures[0], number)
            if shown is not None:
                shown(1, 2, {"loss": 1.0})
            yield one
        if asked.stops:
            raise KeyboardInterrupt

    monkeypatch.setattr(regenerate, "regenerate", instead)
    return asked


def test_the_table_shows_every_number(run, making):
    code, out, err = run("--only", "wells-states", "--store", "kept")
    assert code == 0
    assert "wells-states" in out
    assert "≤ 1" in out
    assert "figures-out" in out
    assert "1/1  wells-states" in err
    assert [e.id for e in making.figures] == ["wells-states"]
    assert making.profile == "quick"
    assert str(making.store) == "kept"


def test_a_miss_ends_with_3_and_json_says_which(run, making):
    making.given = [MADE, regenerate.Made("b", "B", 0.1, what="No.", mend="Yes.")]
    code, out, err = run("--json", "--quiet")
    found = json.loads(out)
    assert code == 3
    assert err == ""
    assert [f["met"] for f in found["figures"]] == [True, False]
    assert found["figures"][0]["numbers"][0] == {
        "name": "E",
        "expected": "≤ 1",
        "got": 0.5,
        "met": True,
    }
    code, out, _ = run()
    assert "FAILED" in out
    assert "try: Yes." in out


def test_an_interruption_says_how_to_go_on(run, making):
    making.stops = True
    code, out, _ = run()
    left = len(manifest.entries()) - 1
    assert code == output.INTERRUPTED
    assert f"{left} figures left" in out


def test_an_unknown_figure_or_profile_is_one_line(run):
    code, _, err = run("--only", "nothing")
    assert code == 2
    assert "the figures are wells-states" in err
    code, _, err = run("--profile", "fast")
    assert code == 2
    assert "quick, paper" in err


def test_a_file_of_the_users_that_hides_the_package_is_named(run, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "figures", SimpleNamespace(__file__="mine.py"))
    monkeypatch.setattr(
        "importlib.import_module", lambda name: SimpleNamespace(__doc__="Mine.", __file__="mine.py")
    )
    code, _, err = run()
    assert code == 2
    assert "mine.py" in err
