"""How many states a packet needs: Ritz bases of more and more states until it lies inside one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pinn import ritz
from pinn.dynamics.outcome import outcome
from pinn.dynamics.packet import Half, distance_of, packet_in
from pinn.ritz import RitzTask
from sciml.errors import BadConfig, NoBoundState
from sciml.method import Info, Outcome
from sciml.quantum import QuantumDynamics
from sciml.status import Status

LEVELS = (16, 32, 64, 96, 128)
"""numbers of states that are tried"""
LAYERS = 8
"""random layers that are tried for each, at the most"""
INSIDE, AGREED = 0.1, 0.2
"""shares of the tolerance that the part outside the basis, and the difference of two layers, may
take before more is tried"""


@dataclass(frozen=True)
class Config:
    """Settings of `ritz` on a state that moves.

    Attributes
    ----------
    states : states in the basis (default: 16, doubled until ψ(0) lies in their span).
    width : features in the random layer (default: as for bound states).
    tolerance : largest estimated error of ψ in a converged result, ψ having norm 1.
    """

    states: int | None = None
    width: int | None = None
    tolerance: float = 1e-6

    def __post_init__(self) -> None:
        if self.states is not None and self.states < 1:
            raise BadConfig(f"states is {self.states}.", "ask for at least one state")
        ritz.Config(self.states, self.width, self.tolerance)  # checks the others


@dataclass
class DynamicsTask:
    """The ladder of bases; the state holds the level, and the two layers that agree best so far."""

    problem: QuantumDynamics
    config: Config
    seed: int
    levels: tuple[int, ...]
    searches: dict[int, RitzTask] = field(default_factory=dict)
    halves: dict[tuple[int, int], Half] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Number of layers tried at the most."""
        return LAYERS * len(self.levels)

    def init(self) -> dict[str, np.ndarray]:
        """The first level, nothing tried."""
        return _level(0)

    def search(self, level: int) -> RitzTask:
        """The Ritz bases of a level, one a layer (prepared once in a process)."""
        if level not in self.searches:
            settings = ritz.Config(self.levels[level], self.config.width)
            self.searches[level] = ritz.prepare(self.problem.well, settings, self.seed)
        return self.searches[level]

    def half(self, level: int, index: int) -> Half:
        """The packet in one layer of a level, on a quadrature rule that the level shares."""
        if (level, index) not in self.halves:
            search = self.search(level)
            self.halves[level, index] = packet_in(
                self.problem,
                search.given,
                search.sampler(search.candidates[index]),
                search.solve(index),
                max(candidate.points for candidate in search.candidates),
            )
        return self.halves[level, index]

    def step(self, state: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], Info]:
        """Try the next layer: up a level if ψ(0) does not fit, done if two layers agree."""
        level, index = int(state["level"]), int(state["next"])
        half = self.half(level, index)
        metrics = {"states": float(self.levels[level]), "outside": half.outside}
        if half.outside > INSIDE * self.config.tolerance and self._rises(level):
            return _level(level + 1), Info(metrics)
        pair, distance = (int(state["one"]), int(state["other"])), float(state["distance"])
        for earlier in range(index):
            apart = distance_of(self.problem, half, self.half(level, earlier))
            if apart < distance:
                pair, distance = (earlier, index), apart
        following = {
            "level": state["level"],
            "next": np.array(index + 1),
            "one": np.array(pair[0]),
            "other": np.array(pair[1]),
            "distance": np.array(distance),
        }
        if np.isfinite(distance):
            metrics["distance"] = distance
        last = index + 1 == len(self.search(level).candidates)
        beyond = index > 0 and half.outside > self.config.tolerance  # more layers change nothing
        done = last or beyond or distance <= AGREED * self.config.tolerance
        return following, Info(metrics, Status.CONVERGED if done else None)

    def _rises(self, level: int) -> bool:
        """Whether there is a next level: the ladder ends where fewer states are bound."""
        if level + 1 == len(self.levels):
            return False
        try:
            self.search(level + 1)
        except NoBoundState:
            self.levels = self.levels[: level + 1]
            return False
        return True

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:
        """The packet in the better one of the two layers that agree best.

        A run that was stopped before it had two is not held against a second one.
        """
        level = int(state["level"])
        pair = [int(state["one"]), int(state["other"])]
        if min(pair) < 0:
            pair = [0, 0 if status is Status.INTERRUPTED else 1]
        first, second = sorted(
            (self.half(level, index) for index in pair), key=lambda half: half.solution.residual
        )
        return outcome(
            self.problem,
            self.search(level).given,
            (first, second),
            tolerance=self.config.tolerance,
            status=status,
        )


def _level(level: int) -> dict[str, np.ndarray]:
    """The state at the start of a level."""
    start = {"level": level, "next": 0, "one": -1, "other": -1, "distance": np.inf}
    return {name: np.array(value) for name, value in start.items()}


def prepare(problem: QuantumDynamics, config: Config, seed: int) -> DynamicsTask:
    """Return the ladder of bases for a problem.

    A well that binds fewer states than the first level is given those that it binds.
    """

    def task(*levels: int) -> DynamicsTask:
        made = DynamicsTask(problem, config, seed, levels)
        made.search(0)
        return made

    if config.states is not None:
        return task(config.states)
    try:
        return task(*LEVELS)
    except NoBoundState:
        bound, unbound = 1, LEVELS[0]
    found = task(bound, *LEVELS)
    while unbound - bound > 1:
        count = (bound + unbound) // 2
        try:
            found, bound = task(count, *LEVELS), count
        except NoBoundState:
            unbound = count
    return found
