"""References of packets and condensates against closed forms that share nothing with them."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ellipe, ellipk

from problems.reference import condensates, packets
from problems.reference.packets import Gaussian
from sciml import registry
from sciml.precision import float64
from sciml.problem import EigenProblem


def spreading(packet, t, x, kinetic):
    """A Gaussian packet on the line at time t: the free Schrödinger equation's closed form."""
    s, k = packet.width, packet.momentum
    growth = 1 + 1j * kinetic * t / s**2
    y = x - packet.center - 2 * kinetic * k * t
    scale = (2 * np.pi * s**2) ** -0.25 / np.sqrt(growth)
    return scale * np.exp(-(y**2) / (4 * s**2 * growth) + 1j * k * x - 1j * kinetic * k**2 * t)


def on_line(t, count=41, low=0.0, high=1.0):
    x = np.linspace(low, high, count)
    return np.stack([np.full(count, t), x], axis=1)


@pytest.mark.parametrize("t", [0.0, 0.004, 0.02])
def test_sine_series_is_the_sum_of_images(t):
    packet = Gaussian(0.4, 0.06, 30.0)
    points = on_line(t)
    x = points[:, 1]
    images = sum(
        spreading(packet, t, x + 2 * m, 1.0) - spreading(packet, t, -x + 2 * m, 1.0)
        for m in range(-12, 13)
    )
    found = packets.in_box(packet, 0.0, 1.0, 1.0)(points)
    np.testing.assert_allclose(found[:, 0] + 1j * found[:, 1], images, atol=1e-11)


def test_images_start_as_the_initial_state_and_vanish_at_the_walls():
    packet = Gaussian(0.1, 0.08, 20.0)
    initial = packet.between(0.0, 1.0)
    points = on_line(0.0)
    np.testing.assert_allclose(initial(np.array([0.0, 1.0])), 0.0, atol=1e-14)
    found = packets.in_box(packet, 0.0, 1.0, 0.7)(points)
    psi = initial(points[:, 1])
    started = found[:, 0] + 1j * found[:, 1]
    scale = np.vdot(psi, started) / np.vdot(psi, psi)
    assert scale.real > 1  # what lies beyond the wall is left out, and the rest made whole
    np.testing.assert_allclose(started, scale * psi, atol=1e-12)


def test_spectral_elements_agree_with_the_sine_series():
    packet = Gaussian(0.35, 0.06, 30.0)
    well = registry.get("infinite_well")
    with float64():
        elements = packets.in_well(well, packet.between(0.0, 1.0), 30.0, 0.06)
    series = packets.in_box(packet, 0.0, 1.0, 1.0)
    for t in (0.0, 0.05, 0.6):
        np.testing.assert_allclose(elements(on_line(t)), series(on_line(t)), atol=2e-9)


def test_coherent_state_solves_its_equation():
    exact = packets.coherent(1.5, 0.7, 1.2, 0.5)
    h, x = 1e-3, np.linspace(-3, 3, 21)

    def psi(t, x):
        u = exact(np.stack([np.full_like(x, t), x], 1))
        return u[:, 0] + 1j * u[:, 1]

    for t in (0.0, 2.0):
        rate = (psi(t + h, x) - psi(t - h, x)) / (2 * h)
        curve = (psi(t, x + h) - 2 * psi(t, x) + psi(t, x - h)) / h**2
        force = 0.5 * 1.2**2 * x**2
        np.testing.assert_allclose(1j * rate, -0.5 * curve + force * psi(t, x), atol=2e-5)


def test_transmission_is_that_of_plane_waves():
    """In a wide box the part that passes is the average of T(k) over the packet's waves."""
    height, width, sigma = 220.0, 0.1, 0.3
    problem = registry.get("tunnelling", box=9.0, center=-2.0, packet_width=0.3, duration=0.25)
    x = np.linspace(width / 2, 4.5, 4001)
    with float64():
        u = problem.exact(np.stack([np.full_like(x, 0.25), x], 1))
    passed = np.trapezoid(np.sum(u**2, axis=1), x)
    k = np.linspace(12 - 5 / sigma, 12 + 5 / sigma, 4000)
    k = k[np.abs(k) > 1e-3]
    inside = np.sqrt((k**2 - height).astype(complex))
    matched = (k**2 + inside**2) / (2 * k * inside) * np.sin(inside * width)
    waves = 1 / np.abs(np.cos(inside * width) - 1j * matched) ** 2
    weight = np.exp(-2 * (sigma * (k - 12)) ** 2)
    np.testing.assert_allclose(passed, np.sum(weight * waves) / np.sum(weight), atol=4e-4)


@pytest.mark.parametrize("g", [0.1, 10.0, 100.0])
def test_condensate_in_a_box_has_elliptic_functions(g):
    m = brentq(lambda m: 8 * ellipk(m) * (ellipk(m) - ellipe(m)) - g, 1e-9, 1 - 1e-12, xtol=1e-15)
    with float64():
        found = condensates.ground_state(registry.get("infinite_well"), g, 0.0, 1.0)
    np.testing.assert_allclose(found.mu, (1 + m) * (2 * ellipk(m)) ** 2, rtol=1e-11)
    np.testing.assert_array_equal(found.wavefunction(np.array([[-1.0], [2.0]])), 0.0)


def test_condensate_at_a_point_interaction():
    """ψ ∝ κ/sinh(κ(|x| + b)), κ = s/2 - g/4, far from the walls."""
    line = registry.get("delta_well")
    well = EigenProblem(
        name="w", domain=line.domain, potential=line.potential, deltas=((0.0, -4.0),)
    )
    with float64():
        found = condensates.ground_state(well, 1.0, -12.0, 12.0)
    np.testing.assert_allclose(found.mu, -(1.75**2), rtol=1e-10)
    peak = found.wavefunction(np.array([[0.0], [0.5], [-0.5]]))
    b = np.arctanh(1.75 / 2) / 1.75
    shape = np.sinh(1.75 * b) / np.sinh(1.75 * (0.5 + b))
    np.testing.assert_allclose(peak[1:] / peak[0], shape, rtol=1e-8)
