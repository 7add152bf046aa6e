"""Coefficients from measurements: Gauss-Newton on the coefficients alone, the equation met exactly.

For each guess θ the equation is solved forward; the misfit r_i = u(x_i; θ) − y_i and its slopes
J = ∂u/∂θ, by differences of solutions, give the next guess. The measurements alone decide: a fit of
solution and coefficients together would also use how well the features represent the solution of
a wrong θ, and its deviations would depend on how the equation is weighed against the data. The
covariance is s² (JᵀJ)⁻¹, s the standard deviation of a measurement, given or estimated. How well
the equation is solved follows the misfit: a far guess needs no accurate solution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from pinn.forward import solution
from pinn.forward.block import Equations
from sciml import fit
from sciml.errors import BadProblem
from sciml.method import Info, Outcome, Task
from sciml.problem import Observations, Problem
from sciml.status import Status

DIFFERENCE = 0.03
"""of a coefficient, for its slopes"""
COARSE, PART = 1e-2, 0.03
"""largest tolerance of a solution; tolerance in units of the relative misfit"""
HALVINGS = 6
"""how often a step that raises the misfit is halved"""
CLOSE = 0.02
"""a step below so many standard deviations ends the search"""
STEPS = 25

Forward = Callable[[Equations, float], Task]
"""an equation without unknowns, tolerance -> the task that solves it"""


@dataclass(eq=False)
class InferenceTask:
    """A search for coefficients; the state is the guess, and the tolerance of its solution.

    Attributes
    ----------
    equations : the problem, with unknowns and observations.
    forward : how it is solved for given coefficients.
    tolerance : smallest tolerance of a solution.
    """

    equations: Equations
    forward: Forward
    tolerance: float
    _solved: dict[tuple[float, ...], tuple[Outcome, np.ndarray]] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """The step limit."""
        return STEPS

    @property
    def _problem(self) -> Problem:
        return self.equations.problem

    @property
    def _seen(self) -> Observations:
        seen = self._problem.observations
        assert seen is not None
        return seen

    def init(self) -> dict[str, np.ndarray]:
        """The first guess."""
        guess = [float(self._problem.theta[n]) for n in self._problem.unknowns]
        return {"theta": np.array(guess), "tolerance": np.array(max(COARSE, self.tolerance))}

    def step(self, state: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], Info]:
        """One step of Gauss-Newton that lowers the misfit; ends where it is short."""
        theta, tolerance = np.asarray(state["theta"], float), float(state["tolerance"])
        left, slopes = self._misfit(theta, tolerance), self._slopes(theta, tolerance)
        step = -np.linalg.lstsq(slopes, left, rcond=1e-12)[0]
        deviations = _deviations(slopes, self._noise(left))
        close = bool(np.all(np.abs(step) <= CLOSE * deviations))
        following, misfit = theta, float(np.linalg.norm(left))
        for halving in range(0 if close else HALVINGS):
            tried = theta + step / 2**halving
            found = float(np.linalg.norm(self._misfit(tried, tolerance)))
            if found < misfit:
                following, misfit = tried, found
                break
        finer = self._finer(misfit, tolerance)
        ended = (close or np.array_equal(following, theta)) and finer == tolerance
        logged = {"misfit": misfit / len(left) ** 0.5}
        logged |= dict(zip(self._problem.unknowns, map(float, following), strict=True))
        taken = {"theta": following, "tolerance": np.array(finer)}
        return taken, Info(logged, Status.CONVERGED if ended else None)

    def _finer(self, misfit: float, tolerance: float) -> float:
        """The tolerance that a misfit deserves, if that is much smaller."""
        size = max(float(np.linalg.norm(self._seen.values)), np.finfo(float).tiny)
        wanted = max(PART * misfit / size, self.tolerance)
        return wanted if wanted < 0.5 * tolerance else tolerance

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:
        """The solution for the last guess, the coefficients and their deviations."""
        theta, tolerance = np.asarray(state["theta"], float), float(state["tolerance"])
        found, left = self._at(theta, tolerance)[0], self._misfit(theta, tolerance)
        slopes, noise = self._slopes(theta, tolerance), self._noise(left)
        deviations = _deviations(slopes, noise)
        named = zip(self._problem.unknowns, theta, deviations, strict=True)
        value = {
            **found.value,
            "theta": {n: {"value": float(v), "sd": float(sd)} for n, v, sd in named},
            "noise": noise,
        }
        determined = bool(np.all(np.isfinite(deviations)))
        if status is Status.CONVERGED:
            status = found.status if determined else Status.ILL_CONDITIONED
        metrics = {**found.metrics, "misfit": float(np.sqrt(np.mean(left**2)))}
        return replace(found, status=status, value=value, metrics=metrics)

    def _at(self, theta: Float[np.ndarray, " p"], tolerance: float) -> tuple[Outcome, np.ndarray]:
        """The solution for coefficients, and its values where there are measurements."""
        key = (*map(float, theta), tolerance)
        if key not in self._solved:
            given = dict(zip(self._problem.unknowns, map(float, theta), strict=True))
            task = self.forward(known(self.equations, given), tolerance)
            progress, status = fit.run(task)
            outcome = task.finish(progress.state, status)
            values = solution.values(outcome.params, self._seen.points)
            at = values[:, self._problem.fields.index(self._seen.field)]
            self._solved[key] = (outcome, at)
        return self._solved[key]

    def _misfit(self, theta: Float[np.ndarray, " p"], tolerance: float) -> Float[np.ndarray, " n"]:
        """Solution less measurements; infinite where the equation cannot be solved."""
        left = self._at(theta, tolerance)[1] - self._seen.values
        return left if np.all(np.isfinite(left)) else np.full(len(left), np.inf)

    def _slopes(self, theta: Float[np.ndarray, " p"], tolerance: float) -> Float[np.ndarray, "n p"]:
        """Derivatives of the solution at the measurements in each coefficient."""
        columns = []
        for i in range(len(theta)):
            h = DIFFERENCE * abs(theta[i]) or DIFFERENCE
            moved = theta + h * (np.arange(len(theta)) == i)
            change = self._at(moved, tolerance)[1] - self._at(theta, tolerance)[1]
            columns.append(change / h)
        return np.stack(columns, axis=1)

    def _noise(self, left: Float[np.ndarray, " n"]) -> float:
        """Standard deviation of a measurement."""
        free = max(1, len(left) - len(self._problem.unknowns))
        return self._seen.noise or float(np.linalg.norm(left) / free**0.5)


def _deviations(slopes: Float[np.ndarray, "n p"], noise: float) -> Float[np.ndarray, " p"]:
    """Standard deviations of coefficients; infinite for those that the data do not see."""
    inverse = np.linalg.pinv(slopes, rcond=1e-10)
    size = np.linalg.norm(inverse, axis=1)
    return np.where(size > 0, noise * size, np.inf)


def known(equations: Equations, theta: dict[str, float]) -> Equations:
    """Return the same equations with nothing unknown; what was compiled is kept."""
    problem = replace(
        equations.problem,
        theta={**equations.problem.theta, **theta},
        unknowns=(),
        observations=None,
    )
    found = Equations(problem, equations.seed)
    kept = ["statements", "linearised"]
    if all(equations.problem.theta.values()):  # a coefficient of zero may hide a term
        kept.append("is_linear")
    for name in kept:
        found.__dict__[name] = getattr(equations, name)
    return found


def check_measured(problem: Problem) -> None:
    """Raise BadProblem for unknowns without measurements, or with fewer of them."""
    seen = problem.observations
    if seen is None or len(seen.values) <= len(problem.unknowns):
        count = 0 if seen is None else len(seen.values)
        raise BadProblem(
            f"{len(problem.unknowns)} unknowns of '{problem.name}' are to be inferred from "
            f"{count} observations.",
            "give observations=Observations(points, values), more than there are unknowns",
        )
