"""Symbolic regression beside the dictionary: what it adds, and that its absence changes nothing."""

import logging
from dataclasses import dataclass

import numpy as np
import pytest
import sympy
from hidden_systems import predators

from discovery.candidates import symbolic
from discovery.settings import Settings
from sciml import formula

X, Y = formula.symbol("x"), formula.symbol("y")


@dataclass(frozen=True)
class Exact:
    """A surrogate that knows the solution and the hidden terms."""

    problem: object

    def fields(self, _experiment, points):
        e = self.problem.data.experiments[0]
        return np.stack([np.interp(points[:, 0], e.times, c) for c in e.values.T], 1)

    def derivative(self, _experiment, points, name):
        raise AssertionError(f"nothing asks for {name} at {points}")

    def hidden(self, experiment, points):
        x, y = self.fields(experiment, points).T
        return np.stack([-0.9 * x * y, 0.8 * x * y], 1)

    def hidden_covariance(self, _index, _experiment, points):
        return 1e-6 * np.eye(len(points))


@pytest.fixture
def exact():
    return Exact(predators(noise=0.0))


def fake_julia(folder, monkeypatch, text):
    program = folder / "julia"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PYTHON_JULIAPKG_EXE", str(program))


@pytest.mark.parametrize("julia", ["", "echo julia version 1.6.0", "echo nonsense", "exit 3"])
def test_without_a_julia_nothing_changes_but_one_line(exact, julia, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PYTHON_JULIAPKG_EXE", raising=False)
    if julia:
        fake_julia(tmp_path, monkeypatch, julia)
    with caplog.at_level(logging.INFO, "sciml.discovery"):
        assert symbolic.further(Settings(), exact, 0, None) == ([], ())
    assert len(caplog.records) == 1
    assert "Julia" in caplog.text


def test_a_pysr_that_is_broken_is_left_out_with_its_reason(exact, tmp_path, monkeypatch, caplog):
    import sys
    import types

    fake_julia(tmp_path, monkeypatch, "echo julia version 1.11.2")
    broken = types.ModuleType("pysr")

    def refuse(**_settings):
        raise ValueError("no such executable")

    broken.PySRRegressor = refuse
    monkeypatch.setitem(sys.modules, "pysr", broken)
    with caplog.at_level(logging.INFO, "sciml.discovery"):
        laws, notes = symbolic.further(Settings(), exact, 0, None)
    assert laws == []
    assert len(notes) == 1
    assert "no such executable" in notes[0]


def test_operon_proposes_what_made_the_values(exact):
    pytest.importorskip("pyoperon")
    laws, notes = symbolic.further(Settings(symbolic="operon"), exact, 0, ())
    assert notes == ()
    assert ("C*x*y", "C*x*y") in {law.skeleton for law in laws}


def test_numbers_become_constants_and_powers_stay(exact):
    made = symbolic.law([sympy.Float(0.5) * X**2 + sympy.Float(1.5), sympy.Float(2.0) * Y])
    assert made.skeleton == ("C + C*x**2", "C*y")
    assert sorted(made.values) == [0.5, 1.5, 2.0]
    assert symbolic.laws([[X], []]) == []
    assert symbolic.further(Settings(symbolic="none"), exact, 0, None) == ([], ())
