"""The search for a condensate: a box wide enough for μ, and a random layer that resolves ψ."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from pinn import ritz
from pinn.condensate.newton import System, ground_state
from pinn.condensate.outcome import outcome
from pinn.condensate.state import Solution, condensed
from pinn.coordinate import Coordinate
from pinn.galerkin import orthonormal_span
from pinn.nodes import domain_nodes
from pinn.ritz import TOLERANCES, RitzTask, layer
from pinn.setting import Setting, samples_at
from sciml.errors import BadConfig, NoBoundState
from sciml.method import Info, Outcome
from sciml.quantum import Condensate
from sciml.status import Status

LEVELS = (4, 8, 16, 32, 64)
"""bound states that the box is made for; more where μ is too high for it"""
LAYERS = 16
"""random layers that are tried for each, at the most"""
DEEP = 15.0
"""least WKB action beyond the turning points: what is cut off changes μ by exp(-30)"""
CLEAR = 1e-2
"""relative bar below which μ tells whether the box is wide enough"""
NARROW = 25.0
"""standard deviations of |ψ|² across the box from which an attractive ψ is narrow"""
CORE, PASSES = 1.5, 4
"""width of a stretched coordinate's core in these deviations, and how often they are measured"""
ENOUGH = 2e-11
"""relative bar of μ at which no further layer is tried"""


@dataclass(frozen=True)
class Config:
    """Settings of `ritz` on a condensate.

    Attributes
    ----------
    width : features in the random layer (default: as for bound states).
    tolerance : widest relative error bar of μ in a converged result.
    """

    width: int | None = None
    tolerance: float = 1e-9

    def __post_init__(self) -> None:
        ritz.Config(None, self.width, self.tolerance)  # checks both


@dataclass
class CondensateTask:
    """The ladder of boxes and layers; the state holds the best layer so far."""

    problem: Condensate
    config: Config
    seed: int
    levels: tuple[int, ...]
    searches: dict[int, RitzTask] = field(default_factory=dict)
    solved: dict[tuple[int, int], Solution] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Number of layers tried at the most."""
        return LAYERS * len(self.levels)

    def init(self) -> dict[str, np.ndarray]:
        """The first level, nothing tried."""
        return _level(0)

    def search(self, level: int) -> RitzTask:
        """The box and the random layers of a level (prepared once in a process)."""
        if level not in self.searches:
            settings = ritz.Config(self.levels[level], self.config.width)
            search = ritz.prepare(self.problem.well, settings, self.seed)
            if self.problem.interaction < 0 and search.given.coarse is not None:
                search.given = focused(search, self.problem.interaction)
            self.searches[level] = search
        return self.searches[level]

    def step(self, state: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], Info]:
        """Try the next layer: a wider box if μ is too high for it, done if the bar is narrow."""
        level, index = int(state["level"]), int(state["next"])
        last = index + 1 == len(self.search(level).candidates)
        try:
            solution = self.solve(level, index)
        except NoBoundState:  # of this layer; another may hold the branch
            if last and int(state["best"]) < 0:
                raise
            following = state | {"next": np.array(index + 1)}
            return following, Info({"bar": 1.0}, Status.CONVERGED if last else None)
        now = solution.condensed
        bar = now.bar / now.size
        metrics = {"mu": now.mu, "residual": now.residual, "bar": min(bar, 1.0)}
        if bar < CLEAR and not self._is_deep(level, solution):
            self._widen(level, now.mu)
            return _level(level + 1), Info(metrics)
        better = bar < float(state["bar"]) or int(state["best"]) < 0
        following = {
            "level": state["level"],
            "next": np.array(index + 1),
            "best": np.array(index) if better else state["best"],
            "bar": np.array(min(bar, float(state["bar"]))),
        }
        done = bar <= ENOUGH or last
        return following, Info(metrics, Status.CONVERGED if done else None)

    def _is_deep(self, level: int, solution: Solution) -> bool:
        """Whether ψ is deep in the forbidden regions at the open ends of a level's box."""
        given, mu = self.search(level).given, solution.condensed.mu
        made_for = self.problem.well.is_bounded or mu <= solution.top
        if made_for or given.coarse is None:
            return made_for
        right, left = given.coarse.actions(mu, given.problem.kinetic)
        lower, upper = given.problem.domain.bounding_box[0]
        deep_left = math.isfinite(lower) or left[0] >= DEEP
        return bool(deep_left and (math.isfinite(upper) or right[-1] >= DEEP))

    def _widen(self, level: int, mu: float) -> None:
        """Prepare the next level's box, or say that μ lies above all that the well binds."""
        what = f"'{self.problem.name}' has a chemical potential of {mu:.4g}, and its well "
        mend = "lower the interaction, or give the well walls"
        if level + 1 == len(self.levels):
            raise NoBoundState(f"{what}no computed level above that.", mend)
        try:
            self.search(level + 1)
        except NoBoundState as error:
            raise NoBoundState(f"{what}binds no state above that.", mend) from error

    def solve(self, level: int, index: int) -> Solution:
        """The condensate in one layer of a level (computed once in a process)."""
        if (level, index) not in self.solved:
            search = self.search(level)
            self.solved[level, index] = solve(search, index, self.problem.interaction)
        return self.solved[level, index]

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:
        """The best layer's condensate, checked on a finer quadrature rule."""
        level, index = int(state["level"]), max(int(state["best"]), 0)
        search, solution = self.search(level), self.solve(level, index)
        candidate = search.candidates[index]
        return outcome(
            self.problem,
            search.setting(candidate),
            search.sampler(candidate),
            solution,
            count=candidate.points,
            tolerance=self.config.tolerance,
            status=status,
        )


def solve(search: RitzTask, index: int, interaction: float) -> Solution:
    """Return the condensate in one random layer, of the truncations of its span the best.

    Raises
    ------
    NoBoundState : in all of them the branch ends before this interaction.
    """
    candidate = search.candidates[index]
    given = search.setting(candidate)
    weights, biases = layer(search.key, given.ansatz, candidate.width)
    parameters = {"W": candidate.scale * weights, "b": candidate.scale * biases}
    points, w = domain_nodes(given.ansatz, candidate.points)
    samples = samples_at(given, search.sampler(candidate), parameters, points, w)
    found: list[Solution] = []
    ended: NoBoundState | None = None
    for basis in orthonormal_span(samples, TOLERANCES):
        if basis.shape[1] <= given.states:
            raise BadConfig(
                f"the random layer spans {basis.shape[1]} functions only.",
                f"set width to {16 * given.states} or more",
            )
        trial = samples.combine(basis)
        hamiltonian = trial.kinetic_matrix() + trial.potential_matrix()
        system = System((hamiltonian + hamiltonian.T) / 2, trial.value, w)
        try:
            state = ground_state(system, interaction)
        except NoBoundState as error:
            ended = error
            continue
        top = float(np.linalg.eigvalsh(system.hamiltonian)[given.states - 1])
        known = condensed(samples, basis, system, state, interaction)
        coefficients = basis @ state.coefficients
        found.append(Solution(parameters, coefficients, basis, system, state, known, top))
    if not found and ended is not None:
        raise ended
    return min(found, key=lambda solution: solution.condensed.bar)


def focused(search: RitzTask, interaction: float) -> Setting:
    """Return the setting with a coordinate stretched around an attractive condensate on a line.

    Attraction makes ψ narrower than any state of the well, so that its width is measured on rough
    condensates; a ψ as wide as the well's states is left in their coordinate.
    """
    given = search.given
    for _ in range(PASSES):
        rough = replace(search, given=given, solved={})
        try:
            density = solve(rough, 0, interaction).condensed.psi ** 2
        except NoBoundState:
            return search.given
        points, weights = domain_nodes(given.ansatz, search.candidates[0].points)
        centre = float((weights * density) @ points[:, 0])
        width = math.sqrt(float((weights * density) @ (points[:, 0] - centre) ** 2))
        lower, upper = given.ansatz.coordinates[0].lower, given.ansatz.coordinates[0].upper
        if upper - lower < NARROW * width:
            return search.given
        coordinate = Coordinate(lower, upper, centre, CORE * width)
        given = replace(given, ansatz=replace(given.ansatz, coordinates=(coordinate,)))
    return given


def _level(level: int) -> dict[str, np.ndarray]:
    """The state at the start of a level."""
    start = {"level": level, "next": 0, "best": -1, "bar": np.inf}
    return {name: np.array(value) for name, value in start.items()}


def prepare(problem: Condensate, config: Config, seed: int) -> CondensateTask:
    """Return the ladder of boxes for a condensate.

    A well that binds fewer states than the first level is given a box for those that it binds.
    """
    for count in range(LEVELS[0], 0, -1):
        levels = (count, *(level for level in LEVELS if level > count))
        task = CondensateTask(problem, config, seed, levels)
        try:
            task.search(0)
        except NoBoundState:
            if count == 1:
                raise
        else:
            break
    return task
