"""The verb: what is kept is used again, interruption goes on, misses and refusals are told."""

import json
from types import SimpleNamespace

import pytest

from figures import manifest, regenerate
from figures.manifest import Entry, Expected, Profile
from figures.style import COLUMN, Drawing, sheet
from figures.work import CLOCK, TABLES, Work, clock
from sciml.errors import BadArchive, BadConfig, BadData

CALLS = []


def compute(work, length):
    CALLS.append(length)
    found = work.solve("well.py:toy_well", length=length, points=11)
    return {"length": length, "numbers": {"E1": found.value["energies"][0]}}


def refused(work, length):
    raise BadData("the toy refuses.", "another length")


def draw(data):
    figure, (ax,) = sheet(width=COLUMN, height=2.0)
    ax.plot([0, data["length"]], [0, 1])
    return Drawing(figure, f"A well of length {data['length']:g}.")


def entry(name="toy-well", *, function="compute", high=11.0, length=1.0):
    profile = Profile({"length": length}, 1.0, (Expected("E1", 9.0, high),))
    here = {"compute": f"{__name__}:{function}", "draw": f"{__name__}:draw"}
    return Entry(
        id=name,
        title="A toy",
        source="arXiv 0000.00000",
        profiles=dict.fromkeys(manifest.PROFILES, profile),
        **here,
    )


@pytest.fixture
def toys(toy, tmp_path, monkeypatch):
    """A folder with the toy well, and a manifest of one figure."""
    CALLS.clear()
    known = {"toy-well": entry()}
    monkeypatch.setattr(manifest, "entries", lambda: known)
    monkeypatch.setattr("figures.pages.entries", lambda: known)
    monkeypatch.setattr(manifest, "function", lambda place: globals()[place.partition(":")[2]])
    return SimpleNamespace(known=known, out=tmp_path / "out", store=tmp_path / "kept")


def make(toys, *figures, profile="quick"):
    figures = figures or tuple(toys.known.values())
    return list(regenerate.regenerate(figures, profile=profile, out=toys.out, store=toys.store))


def test_pictures_caption_and_index_are_written(toys):
    (made,) = make(toys)
    assert made.met
    names = {"toy-well.pdf", "toy-well.svg", "toy-well.png", "toy-well.md", "index.md"}
    assert {p.name for p in toys.out.iterdir()} == names
    assert (toys.out / "toy-well.pdf").read_bytes().startswith(b"%PDF")
    assert (toys.out / "toy-well.png").read_bytes().startswith(b"\x89PNG")
    caption = (toys.out / "toy-well.md").read_text()
    assert "A well of length 1." in caption
    assert "| E1 | 10 ± 1 | 9.8133" in caption
    assert "A well of length 1." in (toys.out / "index.md").read_text()


def test_what_is_kept_is_used_again_and_gives_the_same_files(toys):
    make(toys)
    before = {p.name: p.read_bytes() for p in toys.out.iterdir()}
    make(toys)
    assert CALLS == [1.0]
    assert {p.name: p.read_bytes() for p in toys.out.iterdir()} == before
    for table in (toys.store / TABLES).iterdir():
        table.unlink()
    make(toys)
    assert CALLS == [1.0, 1.0]
    runs = [f for f in toys.store.iterdir() if (f / "result.json").exists()]
    assert len(runs) == 1, "the run was used again"


def test_other_inputs_are_computed(toys):
    make(toys, entry())
    make(toys, entry(length=1.01))
    assert CALLS == [1.0, 1.01]


def test_a_miss_and_a_refusal_are_told_and_the_rest_is_made(toys):
    bad, miss = entry("toy-bad", function="refused"), entry(high=9.1)
    made = make(toys, bad, miss)
    assert [m.met for m in made] == [False, False]
    assert made[0].what == "the toy refuses."
    (number,) = made[1].numbers
    assert not number.met
    assert number.row[3] == "no"
    assert (toys.out / "toy-well.md").is_file()


def test_a_number_that_is_not_there_is_a_miss(toys):
    profile = Profile({"length": 1.0}, 1.0, (Expected("E2", 0.0),))
    strange = Entry("toy-well", "A toy", "arXiv", "m:compute", "m:draw", {"quick": profile})
    (made,) = make(toys, strange)
    assert not made.met
    assert made.numbers[0].row == ("E2", "≥ 0", "none", "no")


def test_an_interrupted_run_goes_on(toys, monkeypatch):
    def stop(step, steps, metrics):
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Work(toys.store, stop).solve("well.py:toy_well", points=11)
    (folder,) = toys.store.iterdir()
    assert not (folder / "result.json").exists()
    steps = []
    found = Work(toys.store, lambda step, *_: steps.append(step)).solve(
        "well.py:toy_well", points=11
    )
    assert found.run == folder
    assert steps[0] == 4
    again = Work(toys.store).solve("well.py:toy_well", points=11)
    assert again.value == found.value
    assert again.run == folder


def test_the_clock_of_an_interrupted_run_goes_on(toys):
    def stop(step, steps, metrics):
        if step == 5:
            raise KeyboardInterrupt

    asked = {"problem": "well.py:toy_well", "points": 11, "clocked": True}
    with pytest.raises(KeyboardInterrupt):
        Work(toys.store, stop).solve(**asked)
    (folder,) = toys.store.iterdir()
    before = json.loads((folder / CLOCK).read_text())
    found = Work(toys.store).solve(**asked)
    assert found.run == folder
    assert clock(found)[: len(before)] == before
    assert clock(found) == sorted(clock(found))
    assert len(clock(found)) == len(found.history) > len(before)


def test_a_run_without_a_clock_is_run_again_where_one_is_asked_for(toys):
    work = Work(toys.store)
    found = work.solve("well.py:toy_well", points=11, clocked=True)
    seconds = clock(found)
    assert len(seconds) == len(found.history)
    assert seconds == sorted(seconds)
    assert work.solve("well.py:toy_well", points=11, clocked=True).run == found.run
    (found.run / CLOCK).unlink()
    assert work.solve("well.py:toy_well", points=11).run == found.run
    assert work.solve("well.py:toy_well", points=11, clocked=True).run != found.run


def test_a_damaged_table_is_refused(toys):
    work = Work(toys.store)
    assert work.table("t", numbers_of, count=2) == {"n": [0, 1], "bad": pytest.approx(float("inf"))}
    (path,) = (toys.store / TABLES).iterdir()
    assert json.loads(path.read_text())["inputs"] == {"count": 2}
    path.write_text("{")
    with pytest.raises(BadArchive, match="is damaged"):
        work.table("t", numbers_of, count=2)


def numbers_of(count):
    return {"n": list(range(count)), "bad": float("inf")}


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_computed(toys):
    toys.out.write_text("a file")
    with pytest.raises(BadConfig, match="cannot be written"):
        make(toys)
    assert CALLS == []
