"""Method `network`: what holds exactly, accuracy, honesty, resumption, devices, refusals."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from pinn.forward.block import Equations
from pinn.network import hard, head, method, spectrum, task
from pinn.network.settings import Config
from pinn.network.setup import Setup
from sciml import BadConfig, BadProblem, Box, Condition, Observations, Problem, Status, fit
from sciml.domain import Disc
from sciml.precision import float64
from sciml.sampling import face_points

SMALL = Config(width=8, depth=1, points=64, steps=6)
START = Condition(("t:lower",), lambda j, x, _: j.u - jnp.sin(jnp.pi * x["x"]))
ENDS = Condition(("x:lower", "x:upper"), lambda j, x, _: j.u)
UNIT = Box({"t": (0.0, 1.0), "x": (0.0, 1.0)})


def heat(**changed):
    """u = e^(−t) sin πx."""
    given = {
        "name": "p",
        "domain": UNIT,
        "residual": lambda j, x, _: j.u_t - j.u_xx / jnp.pi**2,
        "conditions": (START, ENDS),
        "exact": lambda p: (np.exp(-p[:, 0]) * np.sin(np.pi * p[:, 1]))[:, None],
    }
    return Problem(**{**given, **changed})


def wave():
    """Displacement and velocity at the start, ends that move."""
    return heat(
        residual=lambda j, x, _: j.u_tt - j.u_xx,
        conditions=(
            Condition(("t:lower",), lambda j, x, _: 2 * j.u - 2 * x["x"] ** 2),
            Condition(("t:lower",), lambda j, x, _: j.u_t - x["x"]),
            Condition(("x:lower", "x:upper"), lambda j, x, _: j.u - x["x"] * (1 + x["t"])),
        ),
        exact=None,
    )


def plate():
    """Values on all walls of a square."""
    return Problem(
        name="plate",
        domain=Box({"x": (0.0, 1.0), "y": (-1.0, 2.0)}),
        residual=lambda j, x, _: j.u_xx + j.u_yy,
        conditions=(Condition(("boundary",), lambda j, x, _: j.u - jnp.exp(x["x"]) * x["y"]),),
    )


@cache
def setup(make, config=SMALL):
    with float64():
        made = Setup(Equations(make()), config)
        _ = made.first
        return made


@pytest.mark.parametrize("make", [heat, wave, plate])
def test_values_and_velocities_hold_whatever_the_network(make):
    with float64():
        made = setup(make)
        assert made.soft == []
        params = jax.tree.map(lambda a: a + 0.3, made.first[1](made.first[0]))
        for statement in made.equations.statements[1:]:
            left = jax.jit(jax.vmap(lambda p, s=statement: made.trial.residual(params, s, {}, p)))
            for face in hard.faces(made.problem, statement):
                at = face_points(made.problem.domain, face, 5)[0]
                np.testing.assert_allclose(left(jnp.asarray(at)), 0, atol=1e-12)


def test_data_that_disagree_at_a_corner_are_trained_instead_and_said():
    torn = heat(conditions=(START, Condition(ENDS.faces, lambda j, x, _: j.u - 1.0)), exact=None)
    with float64():
        made = method.prepare(torn, SMALL, 0)
        found = made.finish(made.init(), Status.INTERRUPTED)
    assert len(found.value["trained_conditions"]) == 3
    assert "the data of 'u' disagree where faces meet" in found.warnings[0]


def test_slopes_at_walls_are_trained():
    insulated = heat(conditions=(START, Condition(ENDS.faces, lambda j, x, _: j.u_x)))
    with float64():
        made = Setup(Equations(insulated), SMALL)
        assert [face for _, face in made.soft] == ["x:lower", "x:upper"]


def test_zero_on_a_circle_holds_by_construction_and_other_values_are_trained():
    def disc(value):
        wall = Condition(("boundary",), lambda j, x, _: j.u - value)
        return Problem(
            name="disc",
            domain=Disc(),
            residual=lambda j, x, _: j.u_xx + j.u_yy - 1.0,
            conditions=(wall,),
        )

    with float64():
        assert Setup(Equations(disc(0.0)), SMALL).soft == []
        assert len(Setup(Equations(disc(1.0)), SMALL).soft) == 1


@cache
def trained():
    """A task of the heat equation, and its run from start to end."""
    with float64():
        made = method.prepare(heat(), Config(width=12, depth=1, points=128, steps=5), 0)
        return made, fit.run(made)


def test_a_smooth_equation_is_solved_and_called_so():
    made, (progress, status) = trained()
    with float64():
        found = made.finish(progress.state, status)
    at = np.random.default_rng(0).random((200, 2))
    error = method.evaluate(heat(), made.setup.config, found.params, at) - heat().exact(at)
    assert found.status is Status.CONVERGED
    assert np.max(np.abs(error)) < 1e-4
    assert found.metrics["residual"] < 1e-3


def test_an_interrupted_run_goes_on_to_the_same_network():
    made, (whole, _) = trained()
    with float64():
        half = fit.Progress(made.step(made.init())[0], 1)
        rest, _ = fit.run(made, start=half)
        other = Setup(Equations(heat(), 1), made.setup.config)
        assert not np.array_equal(made.setup.first[0], other.first[0])
    assert whole.step == rest.step > 1
    for a, b in zip(jax.tree.leaves(whole.state), jax.tree.leaves(rest.state), strict=True):
        np.testing.assert_array_equal(a, b)


def test_too_little_training_is_not_called_converged_and_is_kept(tmp_path):
    config = Config(width=4, depth=1, points=16, steps=1)
    found = sciml.solve("burgers", "network", config=config, store=tmp_path)
    assert found.status is Status.MAX_STEPS
    assert found.metrics["residual"] > 1e-2
    again = sciml.load(next(p for p in tmp_path.iterdir() if p.is_dir()))
    at = [[0.3, 0.4], [0.7, -0.1]]
    np.testing.assert_array_equal(again.predict(at), found.predict(at))


def one_round():
    """Parameters after a round with trained conditions, on as many devices as there are."""
    walls = Condition(("x:lower", "x:upper"), lambda j, x, _: j.u_x)
    nonlinear = heat(
        residual=lambda j, x, _: j.u_t - j.u_xx + j.u**3, conditions=(START, walls), exact=None
    )
    with float64():
        made = method.prepare(nonlinear, Config(width=5, depth=1, points=64, steps=1), 0)
        return np.asarray(made.step(made.init())[0]["search"]["z"])


def test_points_spread_over_devices_give_the_same_network(tmp_path):
    here, out = Path(__file__).parent, tmp_path / "z.npy"
    script = (
        f"import sys; sys.path.insert(0, {str(here)!r}); import jax, numpy, test_network as t; "
        f"numpy.save({str(out)!r}, t.one_round()); print(jax.device_count())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "XLA_FLAGS": "--xla_force_host_platform_device_count=8",
            "JAX_PLATFORMS": "cpu",
        },
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == 8
    np.testing.assert_allclose(np.load(out), one_round(), rtol=1e-8, atol=1e-8)


def test_the_spectrum_of_a_source_is_seen_and_rounding_is_not():
    def made(x):
        return heat(residual=lambda j, p, _: j.u_t - j.u_xx - jnp.sin(20 * jnp.pi * p["x"]) * x)

    with float64():
        loud, quiet = (Equations(made(x)) for x in (1.0, 0.0))
        found = spectrum.densities(loud.problem, loud.statements, {}, 0)
        assert abs(spectrum.bandwidth(found[1]) - 10) <= 2
        assert spectrum.bandwidth(found[0]) <= 2
        assert Setup(loud, SMALL).trial.inputs.count > Setup(quiet, SMALL).trial.inputs.count


def test_the_last_layer_of_a_linear_equation_is_the_best_there_is():
    with float64():
        made = setup(heat)
        z = np.asarray(made.first[0])
        batch = task._large(made)
        marked = head.in_head(made.first[1], len(z))
        assert marked.sum() == SMALL.width + 1
        better = head.fitted(made.rows, z, batch, marked)
        r, slopes = made.rows.jacobian(jnp.asarray(better), batch)
        assert np.max(np.abs(np.asarray(slopes.T @ r)[marked])) < 1e-8
        assert np.array_equal(better[~marked], z[~marked])


def test_several_fields_on_a_ring_by_other_choices():
    def start(name, wave):
        return Condition(("t:lower",), lambda j, x, _: getattr(j, name) - wave(x["x"]))

    ring = Problem(
        name="ring",
        domain=Box({"t": (0.0, 1.0), "x": (0.0, 2 * np.pi)}),
        fields=("u", "v"),
        residual=lambda j, x, _: (j.u_t + j.v_x, j.v_t + j.u_x),
        conditions=(start("u", jnp.sin), start("v", jnp.sin)),
        periodic=("x",),
        exact=lambda p: np.repeat(np.sin(p[:, 1] - p[:, 0])[:, None], 2, axis=1),
    )
    choice = {"sampling": "uniform", "causal": True, "embedding": "fourier"}
    config = Config(width=12, depth=1, points=96, steps=4, **choice)
    found = sciml.solve(ring, "network", config=config)
    assert found.metrics["rel_l2"] < 1e-2
    ends = found.predict([[0.4, 0.0], [0.4, 2 * np.pi]])
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-12)


def test_functions_that_are_not_finite_end_the_run_without_nan():
    wrong = heat(residual=lambda j, x, _: j.u_t - jnp.log(j.u - 5.0) - j.u_xx)
    config = Config(width=4, depth=1, points=16, steps=2)
    found = sciml.solve(wrong, "network", config=config)
    assert found.status is Status.NONFINITE
    assert np.all(np.isfinite(found.arrays["u"]))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"domain": Box({"t": (0.0, np.inf), "x": (0.0, 1.0)})}, "unbounded domain"),
        ({"conditions": (START,)}, "of order 2 along 'x' but has 0 conditions"),
        ({"periodic": ("x",)}, "axis 'x' of 'p' is periodic and has conditions too"),
        (
            {
                "theta": {"D": 1.0},
                "unknowns": ("D",),
                "observations": Observations(np.array([[0.5, 0.5]]), np.array([1.0])),
            },
            "use method pinn, which infers coefficients",
        ),
    ],
)
def test_what_cannot_be_solved_is_refused(changed, words):
    with pytest.raises(BadProblem, match=words):
        sciml.solve(heat(**changed), "network")


@pytest.mark.parametrize(
    ("name", "value"), [("width", 1), ("depth", 0), ("points", 3), ("steps", 0), ("tolerance", 0.0)]
)
def test_settings_out_of_range_name_the_setting(name, value):
    with pytest.raises(BadConfig, match=f"{name} is {value}"):
        Config(**{name: value})
