"""``sciml solve --animate``: films of what moves, refused before anything is computed."""

import json

import pytest


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCIML_STORE", str(tmp_path / "runs"))
    return tmp_path / "runs"


QUICK = ("-p", "width=0.12", "-p", "momentum=8", "-p", "states=16", "-p", "tolerance=1e-3", "-q")


def test_a_packet_is_solved_drawn_and_animated(store, run, tmp_path, monkeypatch):
    from sciml import animate

    monkeypatch.setattr(animate.animate, "__kwdefaults__", {"frames": 2, "report": None})
    asked = ("--animate", "a.gif", "--plot", "a.png", "--json")
    code, out, _ = run("solve", "packet_in_well", *QUICK, *asked)
    found = json.loads(out)
    assert code == 0
    assert (found["animation"], found["plot"]) == ("a.gif", "a.png")
    assert (tmp_path / "a.gif").read_bytes().startswith(b"GIF8")
    assert found["metrics"]["rel_l2"] < 1e-3
    assert found["value"]["course"]["t"][0] == 0.0


@pytest.mark.parametrize(
    ("problem", "path", "words"),
    [
        ("packet_in_well", "a.avi", "has no known suffix"),
        ("packet_in_well", "no/a.gif", "cannot be written"),
        ("condensate", "a.gif", "'condensate' is not a problem in time on a line"),
    ],
)
def test_what_cannot_be_animated_is_refused_before_it_is_computed(store, run, problem, path, words):
    code, out, err = run("solve", problem, "--animate", path)
    assert (code, out) == (2, "")
    assert words in err
    assert not store.exists()


def test_problems_say_what_is_asked_of_their_well(run):
    _, out, _ = run("problems", "show", "tunnelling")
    assert "well: tunnelling(), x from -3 to 3" in out
    assert "times: t from 0 to 0.125" in out
    assert "probability at the last time: transmission, from 0.05 to inf" in out
    assert "settings of its default method 'ritz'" in out
    _, out, _ = run("problems", "show", "condensate", "-p", "g=3", "--json")
    known = json.loads(out)["well"]
    assert (known["well"], known["interaction"], known["exact"]) == ("harmonic", 3.0, True)
