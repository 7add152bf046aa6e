"""Markov jump processes: a rate matrix, where it starts, and how it is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float

from sciml.domain import Box
from sciml.errors import BadProblem, did_you_mean
from sciml.origin import Origin
from sciml.visits import Visits

ROUNDING = 1e-9
"""relative defect up to which rows count as adding up"""


@dataclass(frozen=True, kw_only=True, eq=False)
class JumpProcess:
    """A process that jumps between n states at constant rates, dp/dt = p Q.

    Attributes
    ----------
    states : names of the states.
    rates : rate matrix Q [n, n], q_ij >= 0 the rate of i -> j, rows adding to 0, in 1/`unit`;
        None where it is to be inferred. Where data are there, it is used to score, never to infer.
    initial : law of the first state [n]; None: the stationary one, or not known.
    misclassification : E [n, n], the probability that state i is reported as j; None: the
        true state is always reported, or not known.
    absorbing : states that are never left.
    entered_exactly : states whose time of entry is observed exactly (deaths).
    links : which jumps i -> j may exist [n, n]; None: all, but out of absorbing states.
    unit : of time, for axes and tables.
    data : what was observed.
    name, origin, citation : provenance, filled by the registry and by the author.

    Raises
    ------
    BadProblem : fewer than two states, a matrix of the wrong shape, a negative rate, rows of Q
        that do not add to 0, laws that do not add to 1, an absorbing state that is left.
    """

    kind: ClassVar[str] = "jump process"
    states: tuple[str, ...]
    rates: Float[np.ndarray, "n n"] | None = None
    initial: Float[np.ndarray, " n"] | None = None
    misclassification: Float[np.ndarray, "n n"] | None = None
    absorbing: tuple[str, ...] = ()
    entered_exactly: tuple[str, ...] = ()
    links: Bool[np.ndarray, "n n"] | None = None
    unit: str = ""
    name: str = "jumps"
    data: Visits | None = None
    origin: Origin | None = None
    citation: str = ""

    def __post_init__(self) -> None:
        for name in ("states", "absorbing", "entered_exactly"):
            given = getattr(self, name)
            given = (given,) if isinstance(given, str) else tuple(str(s) for s in given)
            object.__setattr__(self, name, given)
        n = len(self.states)
        if n < 2:
            raise BadProblem(f"'{self.name}' has {n} state.", "a jump process needs two or more")
        if len(set(self.states)) < n:
            raise BadProblem(f"'{self.name}' names a state twice.", "give each its own name")
        for what, names in (("absorbing", self.absorbing), ("exact", self.entered_exactly)):
            for state in names:
                if state not in self.states:
                    raise BadProblem(
                        f"{what} names '{state}', which is no state. "
                        f"{did_you_mean(state, self.states)}".rstrip(),
                        f"the states are {list(self.states)}",
                    )
        for name, shape in (
            ("rates", (n, n)),
            ("initial", (n,)),
            ("misclassification", (n, n)),
            ("links", (n, n)),
        ):
            self._shaped(name, shape)
        self._check_laws()
        self._check_rates()

    def _shaped(self, name: str, shape: tuple[int, ...]) -> None:
        given = getattr(self, name)
        if given is None:
            return
        array = np.asarray(given, bool if name == "links" else float)
        if array.shape != shape or not np.all(np.isfinite(array)):
            raise BadProblem(
                f"{name} of '{self.name}' has shape {array.shape}, or is not finite.",
                f"give finite values of shape {shape}",
            )
        object.__setattr__(self, name, array)

    def _check_laws(self) -> None:
        for name in ("initial", "misclassification"):
            law = getattr(self, name)
            if law is None:
                continue
            if np.any(law < 0) or np.any(np.abs(law.sum(-1) - 1) > ROUNDING):
                raise BadProblem(
                    f"{name} of '{self.name}' is no probability law.",
                    "give non-negative numbers that add to 1 along each row",
                )

    def _check_rates(self) -> None:
        if self.rates is None:
            return
        off = self.rates[~np.eye(len(self.states), dtype=bool)]
        scale = np.abs(self.rates).max()
        if np.any(off < 0) or np.any(np.abs(self.rates.sum(1)) > ROUNDING * max(scale, 1e-300)):
            raise BadProblem(
                f"the rates of '{self.name}' are no rate matrix.",
                "off-diagonal entries are not negative, and each row adds to 0",
            )
        for state in self.absorbing:
            if np.any(self.rates[self.states.index(state)] != 0):
                raise BadProblem(f"the absorbing state '{state}' is left.", "make its row zero")
        if np.any(self.rates[~np.eye(len(self.states), dtype=bool) & ~self.allowed] != 0):
            raise BadProblem(f"a rate of '{self.name}' runs along no link.", "allow that link")

    @property
    def allowed(self) -> Bool[np.ndarray, "n n"]:
        """Which jumps i -> j may exist [n, n]: those of `links`, none out of absorbing states."""
        n = len(self.states)
        allowed = np.ones((n, n), bool) if self.links is None else self.links.copy()
        allowed &= ~np.eye(n, dtype=bool)
        for state in self.absorbing:
            allowed[self.states.index(state)] = False
        return allowed

    @property
    def fields(self) -> tuple[str, ...]:
        """What `predict` gives at each time: the probability of each state."""
        return self.states

    @property
    def dimension(self) -> int:
        """One coordinate, the time."""
        return 1

    @property
    def known_misclassification(self) -> Float[np.ndarray, "n n"] | None:
        """What inference may know of wrong labels: nothing of what scores it beside the rates."""
        return self.misclassification if self.rates is None else None

    @property
    def domain(self) -> Box:
        """The times of the data, from the first to the last (0 to 1 without data)."""
        if self.data is None:
            return Box({"t": (0.0, 1.0)})
        return Box({"t": (float(self.data.times.min()), float(self.data.times.max()))})


def generator(off_diagonal: Float[np.ndarray, "*b n n"]) -> Float[np.ndarray, "*b n n"]:
    """Return rate matrices with these rates off the diagonal (the given diagonals are ignored)."""
    rates = np.array(off_diagonal, float)
    at = np.arange(rates.shape[-1])
    rates[..., at, at] = 0.0
    rates[..., at, at] = 0.0 - rates.sum(-1)  # 0 of an absorbing state, not -0
    return rates


def uniform_flips(n: int, rate: float) -> Float[np.ndarray, "n n"]:
    """Return the misclassification matrix of labels that flip to any other state alike."""
    return np.full((n, n), rate / (n - 1)) + np.eye(n) * (1 - rate - rate / (n - 1))
