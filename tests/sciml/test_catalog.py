"""Stores: listing, finding, comparing runs."""

import pytest

import sciml
from sciml import catalog
from sciml.errors import BadArchive


@pytest.fixture
def runs(toy, tmp_path):
    root = tmp_path / "runs"
    return root, [sciml.solve(toy, store=root, points=p, steps=30).run for p in (8, 9)]


def test_every_run_is_a_row_also_damaged_and_unfinished_ones(runs):
    root, (first, second) = runs
    (first / "result.json").write_text("{")
    (second / "result.json").unlink()
    (root / "notes").mkdir()
    rows = {row["run"]: row for row in catalog.scan(root)}
    assert set(rows) == {str(first), str(second)}
    assert rows[str(first)]["status"] == "DAMAGED"
    assert "result.json' is damaged" in rows[str(first)]["what"]
    assert rows[str(second)]["status"] == "UNFINISHED"


def test_an_absent_store_has_no_runs(tmp_path):
    assert catalog.scan(tmp_path / "absent") == []


def test_a_run_is_found_by_path_or_by_name(runs):
    root, (first, _) = runs
    assert catalog.find(root, first.name) == first
    assert catalog.find(root, str(first)) == first
    with pytest.raises(BadArchive, match=f"Did you mean '{first.name}'"):
        catalog.find(root, first.name[:-1])


def test_a_comparison_shows_what_differs(runs):
    _, folders = runs
    found = catalog.compare(folders)
    assert found["settings"]["points"] == [8, 9]
    assert "steps" not in found["settings"]
    assert found["settings"]["status"] == ["MAX_STEPS", "MAX_STEPS"]
    assert len(found["metrics"]["energy_rel_error"]) == 2
