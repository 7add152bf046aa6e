"""Fixtures that several folders of tests share."""

import sys
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

sys.path.insert(0, str(Path(__file__).parent))  # for `toys` and `shapes`, found by name

import shapes  # noqa: E402

install_import_hook(shapes.PACKAGES, "shapes.check")


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """The toy method as the only one, a folder of its own, and the spec of the toy well."""
    import toys

    from sciml import registry

    toys.install(monkeypatch)
    monkeypatch.setattr(registry, "BUILTIN", ())
    monkeypatch.setenv("SCIML_CACHE", "")
    monkeypatch.delenv("SCIML_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "well.py").write_text(toys.WELL)
    return "well.py:toy_well"
