"""Transfer matrix against spectral elements, closed forms and independent high-precision values."""

import math

import numpy as np
import pytest

from problems.reference import spectral_elements, transfer_matrix
from problems.reference.layers import Layers
from sciml import registry
from sciml.errors import BadProblem

# from an independent computation in multiple precision
TABLE = [
    ("finite_well", {}, [5.94859770638062128, 23.053611457045456, 48.0163275193566799]),
    ("finite_well", {}, [71.6769969579541297, 89.2788607696284611, 112.984999209736781]),
    ("finite_well", {"V0": 20.0}, [4.68545743196576719, 17.5006049835026774]),
    ("finite_well", {"V0": 20.0}, [34.3272133548654447, 51.1976862982472433]),
    (
        "finite_well_unbounded",
        {},
        [5.94224274103822615, 22.9767545381046027, 46.4975023565889244],
    ),
    ("barrier", {}, [25.0596862901579731, 41.6335314294695555, 106.017438903907003]),
    ("barrier", {}, [165.040116423502306, 258.076000715655686, 366.683291902701035]),
    ("barrier", {"V0": 100.0}, [33.7938601543201219, 43.343533699205208]),
    ("barrier", {"V0": 100.0}, [125.02339982710201, 171.171541103487287]),
    (
        "finite_well_unbounded",
        {"V0": 40.0, "kinetic": 0.5},
        [3.27896029506652989, 12.8837599143583648, 27.7830659649047422],
    ),
]


def row_of_wells(wells, V0):
    """Equal wells of width 1, barriers of width 1 between them and of 1/2 at the walls."""
    breaks = [0.0, *np.repeat(np.arange(wells) * 2.0, 2) + np.tile([0.5, 1.5], wells), 2.0 * wells]
    return Layers(tuple(breaks), tuple([V0, *[0.0, V0] * wells]))


def by_elements(layers, k, size=math.inf):
    cuts = [*layers.breaks, *(c for c, _ in layers.deltas)]
    ends = spectral_elements.mesh(layers.breaks[0], layers.breaks[-1], breaks=cuts, size=size)

    def potential(x):
        return np.array(layers.values)[np.searchsorted(layers.breaks, x) - 1]

    return spectral_elements.bound_states(
        potential, ends, k, kinetic=layers.kinetic, deltas=layers.deltas
    )


def aligned(psi, other):
    return other * np.sign(np.sum(psi * other, axis=0))


@pytest.mark.parametrize(("name", "parameters", "values"), TABLE)
def test_high_precision_values(name, parameters, values):
    energies = registry.get(name, **parameters).energies(6)
    nearest = energies[np.argmin(np.abs(energies[:, None] - values), axis=0)]
    np.testing.assert_allclose(nearest, values, rtol=1e-14)


LAYERED = {
    "well": Layers((-1.0, -0.5, 0.5, 1.0), (50.0, 0.0, 50.0)),
    "asymmetric": Layers((0.0, 0.3, 0.7, 1.1, 1.3), (10.0, -40.0, 0.0, 90.0), kinetic=0.5),
    "deltas": Layers((-1.0, 1.0), (0.0,), deltas=((-0.2, 5.0), (0.3, -14.0))),
    "energy at a step": Layers((0.0, 1.0, 2.0), (0.0, math.pi**2)),
    "row of three": row_of_wells(3, 50.0),
    "row of two, high": row_of_wells(2, 300.0),
}


@pytest.mark.parametrize("layers", LAYERED.values(), ids=LAYERED)
def test_agrees_with_spectral_elements(layers):
    exact, other = transfer_matrix.bound_states(layers, 8), by_elements(layers, 8, size=0.5)
    np.testing.assert_allclose(exact.energies, other.energies, rtol=1e-13)
    x = np.linspace(layers.breaks[0], layers.breaks[-1], 301)
    psi = exact.wavefunctions(x)
    separation = np.min(np.diff(exact.energies) / exact.energies[:-1])
    tolerance = 1e-12 + 1e-14 / abs(separation)
    np.testing.assert_allclose(aligned(psi, other.wavefunctions(x)), psi, atol=tolerance)


@pytest.mark.parametrize("V0", [50.0, 300.0, 2e3, 1e5])
def test_near_degenerate_states_are_all_found(V0):
    layers = row_of_wells(4, V0)
    energies = transfer_matrix.energies(layers, 8)
    one = transfer_matrix.energies(Layers((0.0, 0.5, 1.5, 2.0), (V0, 0.0, V0)), 2)
    groups = energies.reshape(2, 4)
    assert np.all(np.diff(energies) >= 0)
    np.testing.assert_allclose(groups, np.repeat(one[:, None], 4, axis=1), rtol=1e-2)
    assert transfer_matrix.count_below(layers, 0.5 * (groups[0, -1] + groups[1, 0])) == 4
    if V0 == 2e3:  # the levels of a group coincide to round-off
        np.testing.assert_allclose(groups, np.repeat(one[:, None], 4, axis=1), rtol=1e-13)


def test_cluster_beyond_round_off_has_independent_wave_functions():
    layers = row_of_wells(3, 2e3)
    x, w = np.polynomial.legendre.leggauss(400)
    psi = transfer_matrix.bound_states(layers, 3).wavefunctions(3.0 * (1 + x))
    assert np.linalg.cond(psi.T @ (3.0 * w[:, None] * psi)) < 10


def test_count_below_matches_energies():
    layers = LAYERED["asymmetric"]
    energies = transfer_matrix.energies(layers, 6)
    counts = [transfer_matrix.count_below(layers, e) for e in energies[:-1] + np.diff(energies) / 2]
    assert counts == [1, 2, 3, 4, 5]
    assert transfer_matrix.count_below(layers, -1e3) == 0


def test_unbounded_line():
    shallow = Layers((-0.5, 0.5), (0.0,), (0.01, 0.01))
    assert len(transfer_matrix.energies(shallow, 5)) == 1
    lopsided = Layers((-0.5, 0.5), (0.0,), (5.0, 0.01))  # too shallow for its asymmetry
    assert len(transfer_matrix.energies(lopsided, 5)) == 0
    assert transfer_matrix.bound_states(lopsided, 5).wavefunctions(np.zeros(3)).shape == (3, 0)


def test_half_line_well_is_the_odd_half_of_the_full_one():
    full = transfer_matrix.energies(Layers((-0.5, 0.5), (0.0,), (50.0, 50.0)), 3)
    half = transfer_matrix.energies(Layers((0.0, 0.5), (0.0,), (math.inf, 50.0)), 3)
    np.testing.assert_allclose(half, full[1:2], rtol=1e-14)


def test_two_deltas_on_the_line():
    strength, distance = 3.0, 0.7  # κ (1 ∓ ...) : 2κ = s (1 ± e^(-κd)), t = 1
    layers = Layers(
        (-1.0, 1.0),
        (0.0,),
        (0.0, 0.0),
        deltas=((-distance / 2, -strength), (distance / 2, -strength)),
    )
    kappa = np.sqrt(-transfer_matrix.energies(layers, 4))
    signs = np.array([1.0, -1.0])
    np.testing.assert_allclose(
        2 * kappa, strength * (1 + signs * np.exp(-kappa * distance)), rtol=1e-13
    )


def test_energies_move_with_the_units():
    layers = LAYERED["asymmetric"]
    longer = Layers(tuple(3 * b for b in layers.breaks), layers.values, kinetic=9 * 0.5)
    np.testing.assert_allclose(
        transfer_matrix.energies(longer, 5), transfer_matrix.energies(layers, 5), rtol=1e-14
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (((0.0, 0.0), (1.0,)), "do not ascend"),
        (((0.0, 1.0), (1.0, 2.0)), "2 values were given for 1 pieces"),
    ],
)
def test_bad_layers(arguments, words):
    with pytest.raises(BadProblem, match=words):
        Layers(*arguments)


def test_delta_outside():
    with pytest.raises(BadProblem, match="delta at 2.0 lies outside"):
        Layers((0.0, 1.0), (0.0,), deltas=((2.0, 1.0),))
