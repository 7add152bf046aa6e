"""What a search found: the short list, and what the data say for and against its first law."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from discovery import uncertainty
from discovery.ranking.dynamics import terms
from discovery.ranking.law import refines
from discovery.ranking.lookalikes import unlike
from discovery.ranking.search import Ranked
from discovery.ranking.shapeless import CONFIDENT, lead
from discovery.ranking.target import Fit, Target
from discovery.surrogate.fitted import Surrogate

NEARLY = 2.0
"""a refinement of the best law that scores within this of it is a rival"""

SAME = 0.02
"""relative difference below which two laws take the same values"""

FRONT = 200
"""points at which the hidden terms are kept for pictures"""


@dataclass(frozen=True, eq=False)
class Findings:
    """What a search found.

    Attributes
    ----------
    target : what the laws were fitted to.
    surrogate : the hidden-term network they were compared with.
    short : the laws that the data do not exclude, polished, best first.
    ranked : all laws that were fitted, best first.
    notes : remarks on the candidates.
    complaint : why the best law does not explain the data, "" if it does.
    margin : of the short list.
    """

    target: Target
    surrogate: Surrogate
    short: tuple[Ranked, ...]
    ranked: tuple[Ranked, ...]
    notes: tuple[str, ...]
    complaint: str
    margin: float

    @property
    def best(self) -> Fit:
        """The best law."""
        return self.short[0].fit

    @property
    def rivals(self) -> list[Ranked]:
        """Laws of the short list that stand against the best one.

        A law that is the best one with something added counts where what is added has brought
        nearly its price.
        """
        first = self.short[0]
        return [
            r for r in self.short[1:] if r.score < first.score + NEARLY or not self._refines(r.fit)
        ]

    def _refines(self, fit: Fit) -> bool:
        """Whether a law is the best one with something added, or one that mimics it.

        A law of more constants that takes the same values wherever there are data only shows that
        the best one can be written in longer ways.
        """
        if refines(fit.law, self.best.law):
            return True
        if fit.law.count <= self.best.law.count:
            return False
        own, other = self.along(self.best), self.along(fit)
        gap = np.linalg.norm(other - own, axis=0)
        return bool(np.all(gap <= SAME * np.linalg.norm(own, axis=0)))

    @cached_property
    def _quantities(self) -> dict[str, Any]:
        """States, derivatives and coordinates at the points where hidden terms are shown."""
        where, problem = self.where, self.target.problem
        found: dict[str, Any] = dict(zip(problem.axes, where.T[:, :, None], strict=True))
        fields = self.surrogate.fields(0, where)
        found |= {s: fields[:, i : i + 1] for i, s in enumerate(problem.states)}
        for name in problem.derivatives:
            found[name] = self.surrogate.derivative(0, where, name)[:, None]
        return found

    @cached_property
    def where(self) -> Float[np.ndarray, "n d"]:
        """Points of the first experiment at which hidden terms are shown."""
        experiment = self.target.records.experiments[0]
        if self.target.problem.space:
            return experiment.points[:: max(1, len(experiment.points) // FRONT)]
        times = experiment.times
        return np.linspace(times.min(), times.max(), FRONT)[:, None]

    def along(self, fit: Fit) -> Float[np.ndarray, "n m"]:
        """Return a law's hidden terms along the surrogate."""
        values = terms(self.target.problem, fit.law)(
            self._quantities, np.asarray(fit.law.values, float)[None]
        )
        return np.hstack([np.broadcast_to(v, (len(self.where), 1)) for v in values])

    @cached_property
    def constants(self) -> list[dict[str, Any]]:
        """The best law's constants with their intervals."""
        return uncertainty.constants(self.target, self.best)

    @cached_property
    def undetermined(self) -> list[str]:
        """What the data do not determine, in words."""
        return uncertainty.undetermined(self.target, self.best, self.constants)

    @cached_property
    def doubts(self) -> list[str]:
        """Why the form itself is open although no other law of the list competes, in words."""
        leads = lead(self.target, self.best)
        named = zip(self.target.problem.hidden, leads, strict=True)
        weak = [h.name for h, ahead in named if ahead < CONFIDENT]
        said = [
            f"A smooth curve without any formula accounts for {name} about as well: the data do "
            "not establish its law."
            for name in weak
        ]
        return [*said, *unlike(self.target, self.best, self.margin)]
