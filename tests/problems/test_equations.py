"""Every registered equation: its closed form satisfies the equation and the conditions."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from problems.manufactured import ClosedForm, laplacian, manufactured, matched
from sciml import jet, registry
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.precision import float64

PAPER = {
    **{"gp_u1": "poisson_1d_sin100", "gp_u2": "poisson_1d_multiscale"},
    **{"gp_u3": "poisson_1d_sin6_cos100", "gp_u4": "poisson_1d_xsin200"},
    **{"gp_u5": "poisson_1d_sin500", "gp_u6": "poisson_2d_sin100"},
    **{"gp_u7": "poisson_2d_multiscale", "gp_ac1_sin": "allen_cahn_1d_sin100"},
    **{"gp_ac1_sincos": "allen_cahn_1d_sin6_cos100", "gp_ac2": "allen_cahn_2d_multiscale"},
    "gp_advection": "advection",
}
BEYOND = {
    *(f"poisson_{d}d_{p}" for d in (1, 2) for p in ("chirp", "packet", "layer", "peak")),
    *("poisson_2d_high", "poisson_3d", "helmholtz_1d", "helmholtz_2d", "diffusion_2d"),
    *("diffusion_2d_contrast", "poisson_2d_mixed", "heat", "heat_2d", "wave"),
    *("advection_periodic", "allen_cahn_several", "burgers", "fisher_front"),
}
REFERENCED = {
    *("allen_cahn", "kdv", "kuramoto_sivashinsky", "nonlinear_schrodinger", "gray_scott"),
    *("lid_driven_cavity", "burgers_inverse", "heat_inverse"),
}
"""equations that `test_nonlinear` checks: known by computation, or with a coefficient to infer"""
EQUATIONS = [e.name for e in registry.listing() if registry.get(e.name).kind == "equation"]
ON_BOX = [
    n
    for n in EQUATIONS
    if isinstance(registry.get(n).domain, Box) and n not in {"burgers", *REFERENCED}
]
KNOWN = [n for n in ON_BOX if registry.get(n).exact is not None]
NODES = np.cos(np.pi * (np.arange(33) + 0.5) / 33)
REACH = 0.002
"""half-width of the interval on which a closed form is interpolated, in lengths of the axis"""


def interior(problem, count=40, seed=0):
    """Random points of a box, away from its faces."""
    low, high = np.array(problem.domain.bounding_box).T
    inside = np.random.default_rng(seed).uniform(0.02, 0.98, (count, len(low)))
    return low + inside * (high - low)


def on_face(problem, face, count=20):
    """Random points of a face."""
    axis, _, side = face.partition(":")
    points, i = interior(problem, count, seed=1), problem.domain.axes.index(axis)
    points[:, i] = problem.domain.bounding_box[i][side == "upper"]
    return points


def call(residual, theta, values, x):
    return residual(jet.Jet(values), x, theta)


def columns(problem, points):
    return dict(zip(problem.domain.axes, (jnp.asarray(c) for c in points.T), strict=True))


def measured(problem, derivatives, points):
    """The jet of `exact` from its values alone: by interpolation along each axis."""
    values = {}
    for name, (_, order) in derivatives.items():
        along = [i for i, k in enumerate(order) if k]
        if not along:
            values[name] = problem.exact(points)[:, 0]
            continue
        (axis,) = along
        low, high = problem.domain.bounding_box[axis]
        step = REACH * (high - low)
        grid = np.repeat(points[:, None], len(NODES), axis=1)
        grid[..., axis] += step * NODES
        u = problem.exact(grid.reshape(-1, grid.shape[-1])).reshape(len(points), -1)
        fit = np.polynomial.chebyshev.chebfit(NODES, u.T, len(NODES) - 1)
        slope = np.polynomial.chebyshev.chebder(fit, order[axis], scl=1 / step)
        values[name] = np.polynomial.chebyshev.chebval(0.0, slope)
    return values


def relative(problem, residual, points):
    """Residual of the closed form, relative to the largest term that the jet contributes."""
    derivatives = problem.derivatives_of(residual)
    x, values = columns(problem, points), measured(problem, derivatives, points)

    def terms(v):
        def at(v):
            return residual(jet.Jet(v), x, problem.theta) + jnp.zeros(len(points))

        slopes = jax.grad(lambda v: jnp.sum(at(v)))(v)
        sizes = [jnp.max(jnp.abs(slopes[n] * v[n])) for n in v]
        source = at(dict.fromkeys(v, jnp.zeros(len(points))))
        return jnp.max(jnp.abs(at(v))), jnp.max(jnp.array([*sizes, jnp.max(jnp.abs(source))]))

    error, size = jax.jit(terms)(values)
    return float(error / max(size, 1e-3))  # the data may be zero


def test_names_and_aliases():
    assert set(PAPER) | BEYOND <= set(EQUATIONS)
    for name, alias in PAPER.items():
        assert registry.entry(alias).name == name
        assert "gp-hm" in registry.entry(name).tags
    assert {e.name for e in registry.listing("gp-hm")} == set(PAPER)


@pytest.mark.parametrize("name", KNOWN)
def test_closed_form_satisfies_the_equation(name):
    problem = registry.get(name)
    with float64():
        points = interior(problem)
        assert relative(problem, problem.residual, points) < 1e-6
        spoilt = {n: 1.01 * v for n, v in measured(problem, problem.derivatives, points).items()}
        j = jet.Jet({n: jnp.asarray(v) for n, v in spoilt.items()})
        wrong = problem.residual(j, columns(problem, points), problem.theta)
        if name not in ("gp_advection", "advection_periodic", "wave"):  # no source there
            assert float(jnp.max(jnp.abs(wrong))) > 1e-4


@pytest.mark.parametrize("name", KNOWN)
def test_closed_form_satisfies_the_conditions(name):
    problem = registry.get(name)
    assert problem.conditions
    with float64():
        for condition in problem.conditions:
            for face in condition.faces:
                points = on_face(problem, face)
                assert relative(problem, condition.residual, points) < 1e-6


@pytest.mark.parametrize("name", ON_BOX)
def test_arrays_and_scalars_give_the_same(name):
    """Residuals on broadcastable grids, on columns of points and point by point under vmap."""
    problem = registry.get(name)
    axes = problem.domain.axes
    points = interior(problem, count=5)
    grid = [points[:, i].reshape([-1 if k == i else 1 for k in range(len(axes))])
            for i in range(len(axes))]  # fmt: skip
    shape = (5,) * len(axes)
    everywhere = np.stack([np.broadcast_to(g, shape).ravel() for g in grid], -1)
    x = dict(zip(axes, grid, strict=True))
    flat_x = dict(zip(axes, everywhere.T, strict=True))
    for residual in (problem.residual, *(c.residual for c in problem.conditions)):
        names = list(problem.derivatives_of(residual))
        draw = np.random.default_rng(2).normal(size=(len(names), *shape))
        values = dict(zip(names, draw, strict=True))
        flat = {n: v.ravel() for n, v in values.items()}
        at = functools.partial(call, residual, problem.theta)
        with float64():
            three = jax.jit(lambda: (at(values, x), at(flat, flat_x), jax.vmap(at)(flat, flat_x)))()  # noqa: B023
        on_grid, on_points, one_by_one = map(np.asarray, three)
        assert on_grid.dtype == np.float64
        close = {"rtol": 1e-12, "atol": 1e-13 * np.max(np.abs(on_points))}
        np.testing.assert_allclose(on_grid.ravel(), on_points, **close)
        np.testing.assert_allclose(one_by_one, on_points, **close)


@pytest.mark.parametrize("name", KNOWN)
def test_exact_maps_points_to_one_column(name):
    problem = registry.get(name)
    u = problem.exact(interior(problem, count=7))
    assert u.shape == (7, 1)
    assert u.dtype == np.float64
    assert np.all(np.isfinite(u))


@pytest.mark.parametrize(
    "name", [n for n in (*PAPER, *sorted(BEYOND)) if n not in ("burgers", "gp_advection")]
)
def test_every_parameter_is_checked(name):
    for parameter, default in registry.entry(name).parameters.items():
        if parameter in ("angle", "source"):  # any number serves
            continue
        wrong = -1.0 if isinstance(default, float) else 0
        wrong = 0.0 if parameter == "beta" else wrong
        with pytest.raises(BadProblem, match=f"'{parameter}' of '{name}' is {wrong}"):
            registry.get(name, **{parameter: wrong})


def test_parameters_reach_the_problem():
    assert registry.get("gp_u2", length=1.0).domain == Box({"x": (0.0, 1.0)})
    assert registry.get("gp_u1", frequency=7.0).exact(np.array([[0.5]]))[0, 0] == np.sin(3.5)
    with pytest.raises(BadProblem, match="conductivity has zeros.\n  try: give a number between"):
        registry.get("diffusion_2d", contrast=1.0)


@pytest.mark.parametrize(("beta", "face"), [(200.0, "x:lower"), (-30.0, "x:upper")])
def test_advection_is_given_where_it_flows_in(beta, face):
    problem = registry.get("gp_advection", beta=beta)
    assert [c.faces for c in problem.conditions] == [("t:lower",), (face,)]
    with pytest.raises(BadProblem, match="'beta' of 'gp_advection' is 0.0"):
        registry.get("gp_advection", beta=0.0)


@pytest.mark.parametrize(("name", "source"), [("gp_advection", 0.0), ("wave", 1e-9)])
def test_no_source_but_rounding(name, source):
    problem = registry.get(name)
    with float64():
        j = jet.Jet(dict.fromkeys(problem.derivatives, 0.0))
        f = problem.residual(j, columns(problem, interior(problem)), problem.theta)
        assert np.max(np.abs(f)) <= source


def test_periodic_solution_repeats():
    problem = registry.get("advection_periodic")
    assert problem.periodic == ("x",)
    points = interior(problem)
    np.testing.assert_allclose(problem.exact(points + [0, 1]), problem.exact(points), atol=1e-12)


def test_several_solutions_are_counted():
    """u″ + u − u³ = 0 from u = 0, u′ = s: the slopes that end at 0 are as many as documented."""
    from scipy.integrate import solve_ivp

    problem = registry.get("allen_cahn_several")
    assert problem.exact is None

    def end(slopes):
        def right(_, y):
            u, v = y.reshape(2, -1)
            return np.concatenate([v, -u + u**3])

        start = np.concatenate([np.zeros_like(slopes), slopes])
        found = solve_ivp(right, (0, 10), start, rtol=1e-9, atol=1e-12).y[:, -1]
        return found.reshape(2, -1)[0]

    slopes = np.linspace(0.01, np.sqrt(0.5) * (1 - 1e-9), 2000)
    u = end(slopes)
    assert 2 * np.count_nonzero(u[1:] * u[:-1] < 0) + 1 == 7


def test_source_does_not_follow_an_inferred_parameter():
    """f is data: only the operator reads theta, so that a parameter can be inferred."""
    problem = registry.get("helmholtz_1d", k=10.0)
    with float64():
        x, j = {"x": jnp.linspace(0, 1, 9)}, jet.Jet({"u": jnp.ones(9), "u_xx": jnp.zeros(9)})
        change = problem.residual(j, x, {"k": 11.0}) - problem.residual(j, x, {"k": 10.0})
    np.testing.assert_allclose(change, 21.0, rtol=1e-12)


def test_closed_form_jet_differentiates_in_any_order():
    with float64():
        x = {"x": jnp.linspace(0.1, 0.9, 5)[:, None], "y": jnp.linspace(0.2, 0.8, 4)[None]}
        form = ClosedForm(lambda x, y: jnp.sin(3 * x) * y**3, x)
        exact = 3 * jnp.cos(3 * x["x"]) * 6 * x["y"]
        np.testing.assert_allclose(form.u_xyy, exact, rtol=1e-14)
        np.testing.assert_allclose(form.u_yxy, exact, rtol=1e-14)
        assert ClosedForm(lambda x: x**2, {"x": 3}).u_x == 6.0
        with pytest.raises(AttributeError, match="v_x"):
            _ = form.v_x
        with pytest.raises(AttributeError, match="u_z"):
            _ = form.u_z


def test_manufactured_prescribes_the_boundary_by_default():
    problem = manufactured(lambda x, y: x * y, laplacian, name="toy",
                           bounds={"x": (0, 1), "y": (0, 2)})  # fmt: skip
    (walls,) = problem.conditions
    assert walls.faces == ("x:lower", "x:upper", "y:lower", "y:upper")
    with float64():
        x = {"x": jnp.array(0.5), "y": jnp.array(2.0)}
        assert walls.residual(jet.Jet({"u": 1.5}), x, {}) == 0.5
        residual = matched(lambda x, y: x**2 * y, laplacian, {})
        assert residual(jet.Jet({"u_xx": 0.0, "u_yy": 0.0}), x, {}) == -4.0
