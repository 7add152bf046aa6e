"""The test of the Markov property: honest on jump processes, awake on others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import mjp
import sciml
from mjp import simulate
from mjp.markov import chance
from sciml.jumps import JumpProcess
from sciml.visits import Visits, from_paths


def ratchet(seed: int, times: np.ndarray) -> Visits:
    process = sciml.get("flashing_ratchet", V=1.0, paths=1)
    assert isinstance(process, JumpProcess)
    return simulate.visits(replace(process, data=None), times, 40, seed)


def semi_markov(seed: int) -> Visits:
    """Stays of four exponential stages each, on a ring of three states."""
    rng = np.random.default_rng(seed)
    times = np.linspace(0.0, 20.0, 81)
    paths = []
    for _ in range(40):
        ends = np.cumsum(rng.gamma(4.0, 0.25, 60))
        paths.append((times.tolist(), (np.searchsorted(ends, times) % 3).tolist()))
    return from_paths(paths, ("a", "b", "c"))


def test_chances_are_uniform_where_the_process_is_markov() -> None:
    found = np.array([chance(ratchet(k, np.linspace(0.0, 2.5, 50))) for k in range(25)], float)
    assert found.min() > 1e-4
    assert 0.3 < found.mean() < 0.75


def test_memory_is_noticed_and_said() -> None:
    visits = semi_markov(0)
    found = chance(visits)
    assert found is not None
    assert found < 1e-6
    told = mjp.infer(visits, noise="none").warnings
    assert any("memory" in t for t in told)


def test_unequal_intervals_are_not_judged() -> None:
    times = np.cumsum(np.random.default_rng(1).exponential(0.05, 50))
    assert chance(ratchet(0, times)) is None
