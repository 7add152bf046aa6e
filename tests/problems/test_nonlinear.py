"""Equations known by computation: references converge, and satisfy equations and conditions."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from problems.reference import cavity
from problems.reference.ring import Ring
from sciml import jet
from sciml.errors import BadProblem
from sciml.precision import float64

ON_RING = ("allen_cahn", "kdv", "kuramoto_sivashinsky", "nonlinear_schrodinger", "gray_scott")
FEWER = {
    "allen_cahn": {"nodes": 1024, "steps": 2},
    "kdv": {"nodes": 512, "kept": 201},
    "nonlinear_schrodinger": {"kept": 201},
}
SHORT = {"kuramoto_sivashinsky": {"t_end": 5.0}, "gray_scott": {"t_end": 50.0}}


def derivatives(problem, t, k=24, step=2e-3):
    """The jet of a reference on a ring at one time, x by Fourier modes and t by differences."""
    ring = problem.exact
    x = ring.bounds[0] + (ring.bounds[1] - ring.bounds[0]) * np.arange(ring.nodes) / ring.nodes
    at = lambda s: ring(np.stack([np.full_like(x, s), x], 1)).T  # noqa: E731
    h = step * problem.domain.bounding_box[0][1]
    now, values = np.fft.rfft(at(t), axis=-1), {}
    slope = sum(
        w * (at(t + i * h) - at(t - i * h)) for i, w in ((1, 0.75), (2, -0.15), (3, 1 / 60))
    )
    for name, (field, (first, order)) in problem.derivatives.items():
        f = problem.fields.index(field)
        along = np.fft.irfft((1j * ring.wavenumbers) ** order * now[f], ring.nodes)
        values[name] = (slope[f] / h if first else along)[:: max(1, ring.nodes // k)]
    return values, x[:: max(1, ring.nodes // k)]


@pytest.mark.parametrize("name", ON_RING)
def test_a_reference_satisfies_its_equation(name):
    problem = sciml.get(name, **SHORT.get(name, {}))
    if name in FEWER:  # do where only the equation is looked at
        problem = dataclasses.replace(
            problem, exact=dataclasses.replace(problem.exact, **FEWER[name])
        )
    with float64():
        t = 0.6 * problem.domain.bounding_box[0][1]
        values, x = derivatives(problem, t)
        coordinates = {"t": jnp.full(len(x), t), "x": jnp.asarray(x)}
        j = jet.Jet({n: jnp.asarray(v) for n, v in values.items()})
        parts = problem.residual(j, coordinates, problem.theta)
        size = max(float(np.max(np.abs(v))) for n, v in values.items() if n.endswith("_t"))
        for part in parts if isinstance(parts, tuple) else (parts,):
            assert float(jnp.max(jnp.abs(part))) < 2e-5 * size


@pytest.mark.parametrize("name", ON_RING)
def test_a_reference_starts_and_repeats_as_the_conditions_say(name):
    problem = sciml.get(name, **SHORT.get(name, {}))
    ring = problem.exact
    small = dataclasses.replace(ring, t_end=1e-6 * ring.t_end, nodes=512, kept=9, steps=1)
    lower, upper = problem.domain.bounding_box[1]
    x = np.linspace(lower, upper, 40)
    start = small(np.stack([np.zeros(40), x], 1))
    with float64():
        j = jet.Jet({f: jnp.asarray(start[:, i]) for i, f in enumerate(problem.fields)})
        for condition in problem.conditions:
            left = condition.residual(j, {"t": jnp.zeros(40), "x": jnp.asarray(x)}, problem.theta)
            bar = 5e-2 if name == "allen_cahn" else 1e-8  # its slope jumps
            assert float(jnp.max(jnp.abs(left))) < bar
    np.testing.assert_allclose(start[0], start[-1], atol=1e-12)


def test_twice_the_steps_and_modes_change_nothing():
    ring = dataclasses.replace(sciml.get("kuramoto_sivashinsky", t_end=2.0).exact, kept=101)
    finer = dataclasses.replace(ring, nodes=768, steps=16)
    points = np.random.default_rng(0).random((50, 2)) * [2.0, 32 * np.pi]
    np.testing.assert_allclose(ring(points), finer(points), atol=1e-9)


def test_the_ring_reproduces_diffusion():
    """Without a nonlinear part every mode decays by itself."""
    ring = Ring((0.0, 2 * np.pi), 1.0, lambda k: -(k**2)[None], lambda u: 0 * u(0),
                lambda x: np.cos(3 * x)[None], nodes=32, kept=21, steps=1)  # fmt: skip
    points = np.array([[0.0, 0.3], [0.5, 1.0], [0.93, 2.0]])
    exact = np.exp(-9 * points[:, :1]) * np.cos(3 * points[:, 1:])
    np.testing.assert_allclose(ring(points), exact, atol=2e-6)


def test_the_flow_in_the_cavity():
    points = np.random.default_rng(1).random((40, 2))
    np.testing.assert_allclose(cavity.at(points, 50.0, 25), cavity.at(points, 50.0, 31), atol=1e-6)
    lid = np.stack([np.linspace(0, 1, 9), np.ones(9)], 1)
    assert np.max(np.abs(cavity.at(lid, 50.0, 25))) < 1e-14


@pytest.mark.parametrize("name", ["burgers_inverse", "heat_inverse"])
def test_measurements_follow_the_draw(name):
    one, same, other = (sciml.get(name, draw=d) for d in (0, 0, 1))
    assert np.array_equal(one.observations.values, same.observations.values)
    assert not np.array_equal(one.observations.values, other.observations.values)
    exact = one.exact(one.observations.points)[:, 0]
    error = np.std(one.observations.values - exact) / np.sqrt(np.mean(exact**2))
    assert 0.008 < error < 0.012
    with pytest.raises(BadProblem, match="'guess'"):
        sciml.get(name, guess=-1.0)
