"""Method `gp-paper`: the published objective of GP-HM minimised by Adam as it is, a baseline.

Fang, Cooley, Long, Li, Kirby & Zhe, *Solving High Frequency and Multi-Scale PDEs with Gaussian
Processes* (arXiv 2311.04465): values U on a uniform grid under a product of spectral-mixture
kernels, K = ⊗_i (K_i + 1e-6), and with the conditional mean's residual R at all grid points,
    -log joint = ½ log det K + ½ Uᵀ K⁻¹ U - λ [½ N_b log τ - ½ τ ‖u_b - g‖²]
                 - [½ N log v - ½ v ‖R‖²].
Adam moves U, log τ, log v and the weights, scales and frequencies of every axis together. The
published runs take 1e5 to 3e6 epochs and quote the best of 20 checkpoints against the true
solution; here the last iterate is returned. The objective has no lower bound (where R = 0 and
u_b = g, τ and v grow for ever), so that where Adam stops is part of the recipe.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from gp_solver import gram
from gp_solver.kernels import Envelope, Matern, SpectralMixture, SquaredExponential
from sciml import optim
from sciml.domain import Box
from sciml.errors import BadConfig, BadProblem
from sciml.jet import Residual
from sciml.method import Info, Method, Outcome
from sciml.problem import BOUNDARY, AnyProblem, Problem
from sciml.status import Status

JITTER = 1e-6
"""what the recipe adds to the diagonal of every axis' matrix"""
LINE, SQUARE = 801, 90
"""points a side at which the answer is sampled, on a line and in a plane"""

Params = Mapping[str, Any]
"""U [n1, ...]; axes: name -> log_w, log_ls, freq, each [q]; log_tau; log_v"""


@dataclass(frozen=True)
class Config:
    """Settings of `gp-paper`; the defaults are those published, but for the number of epochs.

    Attributes
    ----------
    kernel : Gaussian or Student-t (Matérn-5/2) mixture; "se", "matern": the same without carriers.
    points : grid points along every axis.
    components : Q, components of the kernel of every axis.
    frequency_max : highest of the first frequencies, equally spaced from 0, in cycles per unit.
    boundary_weight : λ, weight of the boundary conditions.
    learning_rate : of Adam.
    steps : epochs, each one step of Adam (published: 1e5 to 3e6).
    chunk : epochs between two rows of the log; the last chunk is always whole.
    tolerance : relative residual of a converged result.
    """

    kernel: Literal["mixture-gaussian", "mixture-student", "se", "matern"] = "mixture-gaussian"
    points: int = 200
    components: int = 30
    frequency_max: float = 20.0
    boundary_weight: float = 200.0
    learning_rate: float = 0.01
    steps: int = 20_000
    chunk: int = 100
    tolerance: float = 1e-6

    def __post_init__(self) -> None:
        for name, low in (("points", 4), ("components", 1), ("steps", 1), ("chunk", 1)):
            if getattr(self, name) < low:
                raise BadConfig(f"{name} is {getattr(self, name)}.", f"choose at least {low}")
        for name in ("frequency_max", "boundary_weight", "learning_rate", "tolerance"):
            if not getattr(self, name) > 0:
                raise BadConfig(f"{name} is {getattr(self, name)}.", "give a positive number")


def kernel_of(shape: Mapping[str, Array], config: Config) -> SpectralMixture:
    """Return the kernel of one axis; exp(log_ls) is c of a Gaussian, 1/ρ of a Matérn envelope."""
    scale = jnp.exp(shape["log_ls"])
    gaussian = config.kernel in ("mixture-gaussian", "se")
    envelope: Envelope = SquaredExponential(scale) if gaussian else Matern(scale, 2.5)
    frequencies = shape.get("freq", jnp.zeros_like(scale))
    return SpectralMixture(jnp.exp(shape["log_w"]), frequencies, envelope)


@dataclass(frozen=True)
class Model:
    """The objective of one problem, and what judges its minimiser."""

    problem: Problem
    config: Config

    @cached_property
    def nodes(self) -> tuple[Float[np.ndarray, "_"], ...]:
        """Grid points along every axis."""
        box = self.problem.domain.bounding_box
        return tuple(np.linspace(lower, upper, self.config.points) for lower, upper in box)

    def start(self) -> dict[str, Any]:
        """Return the published start: U = 0, equal weights, unit scales, frequencies from 0 up."""
        q = self.config.components
        shape = {"log_w": np.full(q, -math.log(q)), "log_ls": np.zeros(q)}
        if self.config.kernel.startswith("mixture"):
            shape["freq"] = np.linspace(0.0, self.config.frequency_max, q)
        params = {
            "U": np.zeros([len(x) for x in self.nodes]),
            "axes": dict.fromkeys(self.problem.domain.axes, shape),
            "log_tau": np.zeros(()),
            "log_v": np.zeros(()),
        }
        return jax.tree.map(jnp.asarray, params)

    def prior(self, params: Params) -> gram.TensorPrior:
        """Return the process that the parameters of all axes describe."""
        shapes = [params["axes"][axis] for axis in self.problem.domain.axes]
        kernels = [kernel_of(shape, self.config) for shape in shapes]
        return gram.tensor_prior(kernels, self.nodes, jitter=JITTER)

    def negative_log_joint(self, params: Params) -> Float[Array, ""]:
        """Return the published objective."""
        u, prior = params["U"], self.prior(params)
        solved = prior.solved(u)
        equation, _ = self._equation(prior, u, solved)
        return (
            0.5 * prior.log_determinant()
            + 0.5 * prior.quadratic(u, solved)
            - self.config.boundary_weight * gram.log_normal(self.conditions(u), params["log_tau"])
            - gram.log_normal(equation, params["log_v"])
        )

    def metrics(self, params: Params) -> dict[str, Float[Array, ""]]:
        """Return the objective, the relative residual at the grid, the RMS of the conditions."""
        u, prior = params["U"], self.prior(params)
        residual, size = self._equation(prior, u, prior.solved(u))
        return {
            "loss": self.negative_log_joint(params),
            "residual_at_points": gram.relative(residual, size),
            "boundary": gram.rms(self.conditions(u)),
        }

    def residual_between(self, params: Params) -> Float[Array, ""]:
        """Return the relative residual at the centres of the cells, where nothing was fitted."""
        prior = self.prior(params)
        weights = prior.weights(params["U"])
        centres = [0.5 * (x[1:] + x[:-1]) for x in self.nodes]
        wanted = self.problem.derivatives.items()
        values = {n: prior.mean_on_grid(weights, centres, orders) for n, (_, orders) in wanted}
        return gram.relative(*self._at(self.problem.residual, values, gram.mesh(centres)))

    def conditions(self, u: Float[Array, "..."]) -> Float[Array, " b"]:
        """Return the residuals of all conditions at the grid points of the faces they name."""
        sides, grid = gram.face_indices(self.problem.domain.axes), gram.mesh(self.nodes)
        (name,), parts = self.problem.fields, [jnp.zeros(0)]
        for condition in self.problem.conditions:
            for face in condition.faces:
                for index in sides.values() if face == BOUNDARY else (sides[face],):
                    place = [coordinates[index] for coordinates in grid]
                    parts.append(self._at(condition.residual, {name: u[index]}, place)[0])
        return jnp.concatenate(parts)

    def _equation(self, prior: gram.TensorPrior, u: Array, solved: Any) -> tuple[Array, Array]:
        """The equation's residual at all grid points, and the size of its terms."""
        wanted = self.problem.derivatives.items()
        values = {name: prior.derivative(u, orders, solved) for name, (_, orders) in wanted}
        return self._at(self.problem.residual, values, gram.mesh(self.nodes))

    def _at(
        self, residual: Residual, values: Mapping[str, Array], place: Sequence[np.ndarray]
    ) -> tuple[Array, Array]:
        named = dict(zip(self.problem.domain.axes, place, strict=True))
        return gram.residual_at(residual, values, named, self.problem.theta)


@dataclass(frozen=True)
class PaperTask:
    """Adam on one problem; the state holds the parameters and Adam's moments."""

    model: Model
    optimiser: optax.GradientTransformationExtraArgs
    advance: Any
    measure: Any

    @property
    def steps(self) -> int:
        """Number of chunks of epochs."""
        return -(-self.model.config.steps // self.model.config.chunk)

    def init(self) -> dict[str, Any]:
        """The published start."""
        params = self.model.start()
        return {"params": params, "adam": self.optimiser.init(params)}

    def step(self, state: dict[str, Any]) -> tuple[dict[str, Any], Info]:
        """One chunk of epochs; ends where equation and conditions hold to the tolerance."""
        params, adam, _ = self.advance(state["params"], state["adam"])
        metrics = {name: float(v) for name, v in self.measure(params).items()}
        tolerance, size = self.model.config.tolerance, float(gram.rms(params["U"]))
        met = metrics["residual_at_points"] <= tolerance and metrics["boundary"] <= tolerance * size
        return {"params": params, "adam": adam}, Info(metrics, Status.CONVERGED if met else None)

    def finish(self, state: dict[str, Any], status: Status) -> Outcome:
        """The last iterate, judged between the grid points as well."""
        params, model = state["params"], self.model
        metrics = {name: float(v) for name, v in self.measure(params).items()}
        residual = float(jax.jit(model.residual_between)(params))
        holds = residual <= model.config.tolerance
        if status is Status.CONVERGED and not holds:
            status = Status.UNRESOLVED
        warning = f"Between the grid points the residual is {residual:.2g} of the equation's terms."
        return Outcome(
            status=status,
            value={"spectrum": spectrum(params, model.config)},
            metrics={"residual": residual, **metrics},
            params=jax.tree.map(np.asarray, params),
            arrays=sample(model, params),
            warnings=() if holds else (warning,),
        )


def spectrum(params: Params, config: Config) -> dict[str, dict[str, list[float]]]:
    """Return axis -> frequencies (cycles per unit) and weights of components, heaviest first."""
    found = {}
    for axis, shape in params["axes"].items():
        kernel = kernel_of(shape, config)
        order = np.argsort(-np.asarray(kernel.weights), kind="stable")
        listed = {"frequencies": abs(kernel.frequencies), "weights": kernel.weights}
        found[axis] = {name: np.asarray(v)[order].tolist() for name, v in listed.items()}
    return found


def sample(model: Model, params: Params) -> dict[str, np.ndarray]:
    """Return the answer at equally spaced points, under the names that plots read."""
    box = model.problem.domain.bounding_box
    count = LINE if len(box) == 1 else SQUARE
    grid = gram.mesh([np.linspace(lower, upper, count) for lower, upper in box])
    points = np.stack([c.ravel() for c in grid], axis=-1)
    u = evaluate(model.problem, model.config, params, points)
    return {"x": points[:, 0], "u": u} if len(box) == 1 else {"points": points, "u": u}


def checked(problem: AnyProblem) -> Problem:
    """Return the problem if the recipe applies to it.

    Raises
    ------
    BadProblem : it does not, and why.
    """
    assert isinstance(problem, Problem)
    domain, name = problem.domain, problem.name
    read = [problem.derivatives_of(condition.residual) for condition in problem.conditions]
    reasons = {
        "needs a finite box": not (isinstance(domain, Box) and domain.is_bounded),
        "has one or two dimensions": problem.dimension > 2,
        "solves for one field": len(problem.fields) > 1,
        "knows no periodic axes": problem.periodic,
        "knows conditions on u only, on none of its derivatives": any(
            any(orders) for names in read for _, orders in names.values()
        ),
        "reads no data": problem.sampled or problem.observations,
        "infers no parameters": problem.unknowns,
    }
    for reason in (reason for reason, applies in reasons.items() if applies):
        what = f"method 'gp-paper' {reason}, which excludes '{name}'."
        raise BadProblem(what, "use method 'gp'")
    return problem


def prepare(problem: AnyProblem, config: Config, seed: int) -> PaperTask:  # noqa: ARG001
    """Return the training task of a problem; nothing in it is random."""
    model = Model(checked(problem), config)
    jax.eval_shape(model.metrics, model.start())  # a kernel too rough for the equation says so
    optimiser = optax.with_extra_args_support(optax.adam(config.learning_rate))
    advance = optim.first_order(optimiser, model.negative_log_joint, config.chunk)
    return PaperTask(model, optimiser, advance, jax.jit(model.metrics))


def evaluate(
    problem: AnyProblem, config: Config, params: Params, points: Float[np.ndarray, "n d"]
) -> Float[np.ndarray, "n 1"]:
    """Return the conditional mean at points."""
    params = jax.tree.map(jnp.asarray, params)
    prior = Model(checked(problem), config).prior(params)
    return prior.mean_at(np.asarray(prior.weights(params["U"])), points)[:, None]


METHOD = Method(
    name="gp-paper",
    label="the published recipe (arXiv 2311.04465) as it is: grid values and kernels by Adam",
    kind="equation",
    config=Config,
    prepare=prepare,
    evaluate=evaluate,
    blas_threads=1,
)
