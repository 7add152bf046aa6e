"""The residuals of one law as a function of its parameters, for a batch of parameter sets."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from discovery.ranking.dynamics import Terms, Whole, terms, whole
from discovery.ranking.law import Law
from discovery.ranking.simulate import Budget, solve
from discovery.ranking.target import Target

STEP = 1e-6
"""relative difference between neighbouring parameter sets"""


class Model:
    """The residuals of one law as a function of its parameters, in batches."""

    def __init__(
        self, target: Target, law: Law, *, rtol: float = 1e-7, budget: Budget | None = None
    ) -> None:
        self.target, self.law, self.rtol = target, law, rtol
        self.budget = budget or Budget()
        self.problem = target.problem
        self.whole: Whole = whole(target.rates, law)
        self.bound = target.bound()
        self.states = len(self.problem.states)

    @cached_property
    def terms(self) -> Terms:
        """The hidden terms alone."""
        return terms(self.problem, self.law)

    def pack(self, constants: Any, free: Any, starts: Any) -> Float[np.ndarray, " p"]:
        """Return the parameter vector: constants, free parameters, initial states."""
        parts = [np.asarray(part, float) for part in (constants, free, *starts)]
        return np.concatenate(parts)

    def unpack(
        self, p: Float[np.ndarray, "b p"]
    ) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """Return constants [b, k], free parameters [b, f], initial parameters [b, q] each."""
        sizes = [self.law.count, len(self.problem.free)]
        sizes += [space.initial for space in self.target.spaces]
        constants, free, *initial = np.split(p, np.cumsum(sizes)[:-1], axis=1)
        return constants, free, initial

    def rate(
        self, p: Float[np.ndarray, "b p"], experiment: int
    ) -> Callable[[Any, Float[np.ndarray, "b n"]], Float[np.ndarray, "b n"]]:
        """Return the time derivative of an experiment's unknowns: (t, [b, n]) -> [b, n]."""
        constants, free, _ = self.unpack(p)
        params = self.params(experiment, free)
        space = self.target.spaces[experiment]

        def slope(t: Any, y: np.ndarray) -> np.ndarray:
            quantities = params | space.quantities(t, y)
            return space.gather(self.whole(quantities, constants), t, y)

        return slope

    def params(self, experiment: int, free: Float[np.ndarray, "b f"]) -> dict[str, Any]:
        """Return the parameters of one experiment, the free ones [b, 1]."""
        own = self.target.records.experiments[experiment].params
        params: dict[str, Any] = {**self.problem.params, **own}
        for i, name in enumerate(self.problem.free):
            params[name] = free[:, i : i + 1]
        return params

    def trajectory(
        self, p: Float[np.ndarray, "b p"], experiment: int, times: Float[np.ndarray, " m"]
    ) -> Float[np.ndarray, "m b n"] | None:
        """Return the unknowns at ascending times, the first being where the experiment begins."""
        space = self.target.spaces[experiment]
        start = space.start(self.unpack(p)[2][experiment])
        bound = self.bound
        return solve(
            self.rate(p, experiment),
            start,
            times,
            bound=bound,
            band=space.band,
            rtol=self.rtol,
            atol=1e-6 * self.rtol * bound,
            budget=self.budget,
        )

    def residuals(self, p: Float[np.ndarray, "b p"]) -> Float[np.ndarray, "b N"] | None:
        """Return the weighted residuals of all observed values, or None where it blows up."""
        paths = self._together(p) if len(self.target.spaces) > 1 else None
        parts = []
        for i, experiment in enumerate(self.target.records.experiments):
            space = self.target.spaces[i]
            found = self.trajectory(p, i, space.times) if paths is None else paths[i]
            if found is None:
                return None
            at = self.target.compared(space.observe(found))  # [r, b, s]
            data = self.target.compared(experiment.values)
            with np.errstate(invalid="ignore"):
                r = (at - data[:, None]) / self.target.deviations(experiment)[:, None]
            parts.append(np.moveaxis(r, 0, 1)[:, experiment.observed])
        return np.concatenate(parts, axis=1)

    def _together(
        self, p: Float[np.ndarray, "b p"]
    ) -> list[Float[np.ndarray, "m b n"] | None] | None:
        """The paths of all experiments solved as one system, each in units of its own duration.

        None where the experiments are fields, or one has no duration.
        """
        spaces = self.target.spaces
        spans = np.array([s.times[-1] - s.times[0] for s in spaces])
        if self.problem.space or np.any(spans <= 0):
            return None
        constants, free, initial = self.unpack(p)
        many, sets = len(spaces), len(p)
        start = np.concatenate([s.start(a) for s, a in zip(spaces, initial, strict=True)])
        begin = np.repeat([s.times[0] for s in spaces], sets)[:, None]
        span = np.repeat(spans, sets)[:, None]
        own = [self.params(i, free) for i in range(many)]
        params = {
            name: np.concatenate([np.broadcast_to(o[name], (sets, 1)) for o in own])
            for name in own[0]
        }
        every = np.tile(constants, (many, 1))

        def rate(tau: float, y: np.ndarray) -> np.ndarray:
            t = begin + tau * span
            quantities = params | spaces[0].quantities(t, y)
            return span * spaces[0].gather(self.whole(quantities, every), t, y)

        parts = [(s.times - s.times[0]) / d for s, d in zip(spaces, spans, strict=True)]
        union = np.unique(np.round(np.concatenate(parts), 12))
        found = solve(
            rate,
            start,
            union,
            bound=self.bound,
            band=spaces[0].band,
            rtol=self.rtol,
            atol=1e-6 * self.rtol * self.bound,
            budget=self.budget,
        )
        if found is None:
            return [None] * many
        return [
            found[np.searchsorted(union, np.round(part, 12)), i * sets : (i + 1) * sets]
            for i, part in enumerate(parts)
        ]

    def owner(self) -> np.ndarray:
        """Return the state that each residual belongs to, [N]."""
        return self.target.records.owners

    def linearised(self, p: Float[np.ndarray, " p"]) -> tuple[np.ndarray, np.ndarray] | None:
        """Return residuals [N] and their Jacobian [N, p] by differences."""
        least = 1e-4 * max(float(np.median(np.abs(p))), 1e-8)
        steps = STEP * np.maximum(np.abs(p), least)
        batch = np.concatenate([p[None], p[None] + np.diag(steps)])
        r = self.residuals(batch)
        if r is None or not np.all(np.isfinite(r)):
            return None
        return r[0], (r[1:] - r[0]).T / steps
