"""References in the user's cache: computed once, and again where the file is broken."""

import numpy as np
import pytest

from problems.reference import kept


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SCIML_CACHE", str(tmp_path))
    return tmp_path / kept.FOLDER


def test_an_array_is_computed_once(folder):
    calls = []

    def compute():
        calls.append(1)
        return np.arange(3.0) + 1j

    one, two = kept.kept("a", compute), kept.kept("a", compute)
    assert len(calls) == 1
    np.testing.assert_array_equal(one, two)
    (folder / "a.npz").write_bytes(b"broken")
    np.testing.assert_array_equal(kept.kept("a", compute), one)
    assert len(calls) == 2
    assert [p.name for p in folder.iterdir()] == ["a.npz"]


def test_nothing_is_kept_where_the_cache_is_off(monkeypatch, tmp_path):
    monkeypatch.setenv("SCIML_CACHE", "")
    monkeypatch.chdir(tmp_path)
    assert kept.kept("a", lambda: np.ones(2)).sum() == 2
    assert not list(tmp_path.iterdir())


def test_names_differ_with_what_determines_them():
    one = np.arange(4.0)
    names = {kept.digest(p) for p in ([one], [one, one], [one + 1], [one.reshape(2, 2)])}
    assert len(names) == 4
