"""One level of the general solver: functions, rows, Gauss-Newton, noise and prior by evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gp_solver.scattered.attempts import attempts
from gp_solver.scattered.gauss_newton import Fit, gauss_newton
from gp_solver.scattered.given import SPARE, Given
from gp_solver.scattered.points import NOISY, fresh, inside, on_boundary, place
from gp_solver.scattered.prior import pruned, smooth, wide_prior
from gp_solver.scattered.regression import Block, Learned, Posterior, Prior, learn
from gp_solver.scattered.rows import OBSERVED, Rows
from gp_solver.scattered.space import Space, carried, level_features, space
from gp_solver.scattered.weights import Weighed, first_size, scale
from sciml.errors import BadProblem

EXACT, EASED, COARSEST = 1e-11, 1e-3, 1e-5
"""noise of exact data relative to their scale: at least, relative to what a level before left over
or to the data's own noise, at most"""
NOISY_COARSEST = 3e-4
"""the same, at most, where data have noise"""
WIDE, WIDE_NOISY = 100.0, 3.0
"""standard deviation of the prior relative to the size of the solution, and where it has a say"""
ROUNDS = 6
"""changes of linearisation, noise and prior in a level, at most"""
FRESH = 1000
"""points at which a level is checked"""
PLAUSIBLE = 2.0
"""misfit of measurements, in standard deviations or tenths of their size, of a good start"""


@dataclass(frozen=True, eq=False)
class Level:
    """What a level found.

    Attributes
    ----------
    number : of the level.
    space, z : functions and their coefficients.
    size : root mean square of the solution.
    exact : noise of exact data, relative to their scale.
    noise, freedom : of groups with unknown noise: estimate, degrees of freedom behind it.
    posterior, prior : of the last step.
    blocks : of the last step, where there is noise.
    evidence : log probability of the data.
    converged : whether Gauss-Newton's steps became small.
    left : relative residual of each exact group at fresh points.
    misfit : of each group with noise, root mean square of what is missing over its sd.
    values : solution at fresh points [n, f].
    rows : number of rows of each group.
    weighs : whether the data leave so much open that the prior has a say.
    """

    number: int
    space: Space
    z: Float[np.ndarray, " m"]
    size: float
    exact: float
    noise: Mapping[str, float]
    freedom: Mapping[str, float]
    posterior: Posterior
    blocks: Sequence[Block]
    prior: Prior
    evidence: float
    converged: bool
    left: Mapping[str, float]
    misfit: Mapping[str, float]
    values: Float[np.ndarray, "n f"]
    rows: Mapping[str, int]
    weighs: bool

    @property
    def worst(self) -> float:
        """Largest relative residual of an exact group; 0 if there is none."""
        return max(self.left.values(), default=0.0)


def level_space(given: Given, number: int) -> Space:
    """Return the functions of a level."""
    pairs = zip(given.problem.domain.bounding_box, given.frequencies, strict=True)
    features = [level_features(e, f, number, loose=given.is_loose) for e, f in pairs]
    return space(given.problem, given.enrichment, features)


def solve_level(given: Given, number: int, before: Level | None, *, seed: int) -> Level:
    """Return what a level finds, starting from the level before.

    Raises
    ------
    BadProblem : fewer rows than functions at the first level, or values that are not finite.
    """
    work = _Work(given, number, before, seed)
    found = work.solved()
    for _ in range(ROUNDS):  # the size of a noisy solution is known afterwards only
        if not found.weighs or abs(math.log(found.size / work.size)) < 0.5:
            break
        work = _Work(given, number, found, seed)
        found = work.solved()
    return found


class _Work:
    """Rows of a level and what they are weighed by."""

    def __init__(self, given: Given, number: int, before: Level | None, seed: int) -> None:
        self.given, self.number, self.before, self.seed = given, number, before, seed
        problem = given.problem
        self.space = level_space(given, number)
        self.boundary = NOISY if given.is_loose else on_boundary(self.space)
        self.weighs = given.weighs or (before is not None and before.weighs)
        self.z = np.zeros(self.space.count)
        for name, column in self.space.parameters.items():
            self.z[column] = problem.theta[name]
        self.rows = self._placed()
        self.counts = {r.group.name: len(r.group.points) for r in self.rows}
        _check_count(self)
        self.exact = EXACT if not given.is_noisy else NOISY_COARSEST
        if before is None:
            self.size = first_size(self.rows, self.z, given.frequencies)
            self.noise: Mapping[str, float] = {}
        else:
            self.z = carried(before.z, before.space, self.space)
            self.size, self.noise = before.size, before.noise
            self.exact = before.exact
            if not given.is_noisy:
                self.exact = float(np.clip(EASED * before.worst, EXACT, COARSEST))
        self.prior = self._first_prior()

    def _placed(self) -> list[Rows]:
        """The rows, exact ones first; the equation is asked on the boundary too if it is finite."""
        given, problem = self.given, self.given.problem
        doubtful = None
        for edge in (True, False):
            points = inside(self.space, seed=self.seed, edge=edge)
            groups = place(
                problem, given.statements, points, boundary=self.boundary, seed=self.seed
            )
            rows = [Rows(group, self.space) for group in groups]
            doubtful = next((r for r in rows if not r.is_finite(self.z)), None)
            if doubtful is None:
                return sorted(rows, key=lambda r: r.group.statement.noise != 0.0)
        assert doubtful is not None
        raise BadProblem(
            f"'{problem.name}' is not finite at some of its points ({doubtful.group.name}).",
            "check its source, coefficients and enrichment: no NaN, no division by zero inside",
        )

    def _first_prior(self) -> Prior:
        wide = WIDE_NOISY if self.weighs else WIDE
        return wide_prior(self.space, wide * self.size * math.sqrt(self.given.volume))

    def weighed(self, exact: float) -> Weighed:
        """The rows with exact data of this relative noise."""
        return Weighed(self.rows, self.z, size=self.size, exact=exact, noise=self.noise)

    def solved(self) -> Level:
        """Fit, learn noise and prior, check at fresh points."""
        fit = self._fitted()
        self.z, freedom, evidence = fit.z, {}, fit.posterior.evidence
        if self.given.is_noisy:
            for _ in range(ROUNDS):
                learned, evidence, settled = self._learned()
                freedom = dict(learned.freedom)
                fit = gauss_newton(self.weighed(self.exact), self.prior, self.z)
                self.z = fit.z
                if settled:
                    break
        points = fresh(self.given.problem, FRESH, seed=self.seed + 7)
        values = self.space.values(self.z, points)
        size = float(np.sqrt(np.mean(values**2)))
        return Level(
            number=self.number,
            space=self.space,
            z=self.z,
            size=size if math.isfinite(size) and size > 0 else self.size,
            exact=self.exact,
            noise=self.noise,
            freedom=freedom,
            posterior=fit.posterior,
            blocks=fit.blocks if self.given.is_noisy else (),
            prior=self.prior,
            evidence=evidence,
            converged=fit.converged,
            left=self._left(points, size),
            misfit=self.weighed(self.exact).misfits(self.z),
            values=values,
            rows=self.counts,
            weighs=self.weighs,
        )

    def _fitted(self) -> Fit:
        """Gauss-Newton from the level before, or from several starts as far as they are needed."""
        if self.before is not None and self.before.converged:
            return gauss_newton(self.weighed(self.exact), self.prior, self.z)
        best: Fit | None = None
        starts = attempts(self.space, self.z, size=self.size, seed=self.seed)
        for relaxed, start in starts:
            z = start
            for exact in relaxed:
                z = gauss_newton(self.weighed(exact), self.prior, z).z
            fit = gauss_newton(self.weighed(self.exact), self.prior, z)
            if best is None or (fit.converged, -fit.objective) > (best.converged, -best.objective):
                best = fit
            if best.converged and self._is_plausible(best):
                break
        assert best is not None
        return best

    def _is_plausible(self, fit: Fit) -> bool:
        """Whether measurements are met about as well as they can be; true if there are none."""
        found = self.weighed(self.exact).misfits(fit.z)
        return found.get(OBSERVED, 0.0) < PLAUSIBLE

    def _learned(self) -> tuple[Learned, float, bool]:
        """Noise and prior at the highest evidence, that evidence, and whether little changed."""
        model = self.weighed(self.exact)
        blocks, wide = model.blocks(self.z), self._first_prior()
        shifted = Prior(wide.mean - self.z, wide.variance)
        floor = EXACT * self.size
        fixed = np.full(self.space.count, -1)
        found = learn(blocks, shifted, components=fixed, floor=floor)
        evidence, variance = found.posterior.evidence, wide.variance
        determined = sum(self.counts[n] - left for n, left in found.freedom.items())
        if not self.weighs and determined > len(self.space.parameters) + 0.5:
            self.weighs = True
            self.prior = self._first_prior()
            return found, evidence, False
        if self.weighs:
            sparse = learn(blocks, shifted, components=self.space.components, floor=floor)
            evidence = sparse.posterior.evidence
            variance = pruned(self.space, wide, sparse=sparse, found=found)
            if not self.given.weighs:
                found, variance = sparse, smooth(self.space, sparse.prior.variance)
        old = {b.name: b.noise for b in blocks}
        changes = [abs(math.log(sd / old[name])) for name, sd in found.noise.items()]
        settled = max(changes, default=0.0) < 0.02
        self.noise, self.prior = found.noise, Prior(wide.mean, variance)
        if not self.given.is_loose:  # levels of a noisy equation are compared by their evidence
            exact = float(np.clip(EASED * model.coarseness, EXACT, NOISY_COARSEST))
            if abs(math.log(exact / self.exact)) > 1.0:
                self.exact, settled = exact, False
        return found, evidence, settled

    def _left(self, points: Float[np.ndarray, "n d"], size: float) -> dict[str, float]:
        """Relative residuals of exact statements at fresh points."""
        exact = [s for s in self.given.statements if s.noise == 0.0]
        if self.given.problem.sampled:  # known at these points only
            points = inside(self.space, seed=self.seed)
        boundary, seed = math.ceil(0.7 * self.boundary) + 3, self.seed + 7
        found = {}
        for group in place(self.given.problem, exact, points, boundary=boundary, seed=seed):
            rows = Rows(group, self.space)
            at = rows.at(self.z)
            found[group.name] = float(np.sqrt(np.mean((at.residual / scale(rows, at, size)) ** 2)))
        return found


def _check_count(work: _Work) -> None:
    """Refuse a first level with fewer rows than functions, or few more where noise is unknown."""
    problem, count = work.given.problem, work.space.count
    rows = sum(work.counts.values())
    if work.before is None and rows < count:
        raise BadProblem(
            f"'{problem.name}' has {rows} points in all, too few for {count} functions.",
            f"give {2 * count} or more points, inside and on the boundary",
        )
    for name, known in work.counts.items():
        unknown = any(s.noise is None and s.name == name for s in work.given.statements)
        least = SPARE * count if name != OBSERVED else len(work.space.parameters) + 3
        if work.before is None and unknown and known < least:
            raise BadProblem(
                f"'{problem.name}' has {known} data for '{name}', too few to tell their noise.",
                f"state the noise, or give {math.ceil(least)} or more",
            )
