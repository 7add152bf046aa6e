"""Frequencies of samples, and the blocks of functions made for them."""

import numpy as np
import pytest

from gp_solver.spectrum import GAP, WIDEST, bands, detect, lobe, polynomial_degree

LENGTH = 2.3


def waves(frequencies, amplitudes, count=2048, phase=0.7):
    x = np.linspace(0.4, 0.4 + LENGTH, count)
    return sum(
        a * np.sin(2 * np.pi * f * x + phase) for f, a in zip(frequencies, amplitudes, strict=True)
    )[None]


def test_frequencies_between_the_bins_with_amplitudes_over_five_decades():
    frequencies = np.array([61.37, 17.93, 100.81, 141.59, 222.22, 311.13])
    amplitudes = 10.0 ** -np.arange(6)
    found = detect(waves(frequencies, amplitudes), LENGTH)
    assert len(found.frequencies) == 6  # nothing else
    np.testing.assert_allclose(found.frequencies, frequencies, rtol=0, atol=1e-3 * lobe(LENGTH))
    np.testing.assert_allclose(found.amplitudes, amplitudes, rtol=0.02)
    assert found.nyquist < 1e-8


def test_strongest_first_and_no_more_than_wanted():
    frequencies, amplitudes = [40.3, 80.7, 20.1, 120.9], [0.1, 2.0, 0.5, 1.0]
    found = detect(waves(frequencies, amplitudes), LENGTH, most=3)
    np.testing.assert_allclose(found.frequencies, [80.7, 120.9, 20.1], atol=1e-2)
    weak = detect(waves(frequencies, amplitudes), LENGTH, tolerance=0.2)
    assert len(weak.frequencies) == 3


def test_what_the_grid_does_not_show_is_seen_at_its_highest_frequency():
    rng = np.random.default_rng(0)
    assert detect(rng.standard_normal((3, 500)), LENGTH).nyquist > 0.1
    smooth = detect(np.exp(np.linspace(0, 1, 500))[None], LENGTH)
    assert smooth.nyquist < 1e-8
    assert len(smooth.frequencies) == 0


def test_zero_has_no_lines():
    found = detect(np.zeros((2, 64)), LENGTH)
    assert (len(found.frequencies), len(found.amplitudes), found.nyquist) == (0, 0, 0.0)


def test_units_of_function_and_interval_do_not_matter():
    samples = waves([31.1, 77.7], [1.0, 1e-3])
    one, other = detect(samples, LENGTH), detect(1e6 * samples, 1e-3 * LENGTH)
    np.testing.assert_allclose(other.frequencies, 1e3 * one.frequencies, rtol=1e-12)
    np.testing.assert_allclose(other.amplitudes, 1e6 * one.amplitudes, rtol=1e-9)


def test_far_carriers_keep_their_own_envelopes():
    made = bands(np.array([400.0, 100.0]), LENGTH, degree=40, envelope=14)
    np.testing.assert_allclose(made.carriers, [100.0, 400.0], rtol=1e-14)
    assert made.envelopes == (14, 14)
    assert made.degree == 40
    assert made.count == 41 + 2 * 2 * 15


def test_neighbours_share_one_envelope_wide_enough_for_both():
    near = np.array([300.0, 302.0])
    made = bands(near, LENGTH, degree=40, envelope=14)
    (carrier,), (envelope,) = made.carriers, made.envelopes
    assert carrier == pytest.approx(301.0, rel=1e-14)
    assert envelope > 14 + np.pi * LENGTH * 1.0


def test_carriers_close_to_the_polynomials_are_taken_over_by_them():
    frequency = 12.0
    made = bands(np.array([frequency]), LENGTH, degree=80, envelope=14)
    assert made.carriers == ()
    assert made.envelopes == ()
    assert made.degree == max(80, polynomial_degree(frequency, LENGTH))


def test_no_block_overlaps_another_nor_turns_as_fast_as_its_carrier():
    rng = np.random.default_rng(3)
    for _ in range(50):
        frequencies = 10 ** rng.uniform(0, 3.2, rng.integers(1, 9))
        made = bands(frequencies, LENGTH, degree=int(rng.integers(20, 90)), envelope=20)
        places = np.pi * LENGTH * np.array(made.carriers)
        halves = np.array(made.envelopes)
        assert np.all(halves - 1 <= WIDEST * places)
        assert np.all(np.diff(places) >= halves[:-1] + halves[1:] + GAP - 2)
        if len(places):
            assert places[0] - halves[0] >= made.degree + GAP - 1
        # each frequency lies in a block
        for p in np.pi * LENGTH * frequencies:
            assert p < made.degree or np.any(np.abs(p - places) <= halves)


def test_polynomials_of_the_degree_resolve_a_frequency():
    frequency = 6.3
    degree = polynomial_degree(frequency, LENGTH)
    t, w = np.polynomial.legendre.leggauss(degree + 40)
    wave = np.cos(np.pi * LENGTH * frequency * t + 0.3)
    kept = np.polynomial.legendre.legvander(t, degree) * np.sqrt(np.arange(degree + 1) + 0.5)
    rest = wave - kept @ (kept.T @ (w * wave))
    assert np.sqrt(w @ rest**2) < 1e-12
    assert polynomial_degree(0.0, LENGTH) == 0
