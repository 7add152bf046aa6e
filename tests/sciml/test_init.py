"""The public face: lazy, complete, and free of JAX."""

import subprocess
import sys

import pytest

import sciml

LIGHT = """
import sys
import sciml
heavy = {"jax", "numpy", "matplotlib", "rich", "typer"} & set(sys.modules)
assert not heavy, heavy
"""


def test_importing_is_free_of_jax():
    subprocess.run([sys.executable, "-c", LIGHT], check=True)


@pytest.mark.parametrize("name", sciml.__all__)
def test_every_public_name_resolves(name):
    assert callable(getattr(sciml, name))
    assert name in dir(sciml)


def test_verbs_stay_functions_after_their_modules_are_imported():
    from sciml import registry, solver, store

    assert sciml.solve is solver.solve
    assert sciml.load is store.load
    assert sciml.problems is registry.listing


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sovle'"):
        _ = sciml.sovle
