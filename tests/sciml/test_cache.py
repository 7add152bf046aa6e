"""The compilation cache: where it lies, and when it stays off."""

import jax
import pytest

from sciml import cache


@pytest.fixture(autouse=True)
def _own_setting(monkeypatch):
    before = getattr(jax.config, cache.SETTING)
    shortest = jax.config.jax_persistent_cache_min_compile_time_secs
    jax.config.update(cache.SETTING, None)
    yield
    jax.config.update(cache.SETTING, before)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", shortest)


def test_the_variable_moves_it_and_turns_it_off(monkeypatch, tmp_path):
    monkeypatch.setenv("SCIML_CACHE", str(tmp_path / "here"))
    assert cache.folder() == tmp_path / "here"
    monkeypatch.setenv("SCIML_CACHE", "")
    assert cache.folder() is None


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/xdg"}, "/xdg/sciml/jax"),
        ("linux", {}, "/home/me/.cache/sciml/jax"),
        ("darwin", {}, "/home/me/Library/Caches/sciml/jax"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/sciml/jax"),
    ],
)
def test_each_system_has_its_folder(monkeypatch, system, variables, expected):
    for name in ("SCIML_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", system)
    assert str(cache.folder()) == expected


def test_it_is_switched_on_once_and_never_over_the_user_s_own(monkeypatch, tmp_path):
    monkeypatch.setenv("SCIML_CACHE", str(tmp_path / "a"))
    cache.enable()
    assert getattr(jax.config, cache.SETTING) == str(tmp_path / "a")
    monkeypatch.setenv("SCIML_CACHE", str(tmp_path / "b"))
    cache.enable()
    assert getattr(jax.config, cache.SETTING) == str(tmp_path / "a")


def test_a_folder_that_cannot_be_written_leaves_it_off(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCIML_CACHE", str(tmp_path / "file" / "below"))
    cache.enable()
    assert getattr(jax.config, cache.SETTING) is None
