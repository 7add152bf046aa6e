"""Method `mjp`: rate matrices of jump processes, by the pretrained network and its refinement."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from mjp import observables, pretrained
from mjp.cautions import cautions
from mjp.counts import count
from mjp.functionals import functionals
from mjp.posterior import Amortised, amortised
from mjp.refine import Refined, log_likelihood, refine
from mjp.settings import Settings
from sciml.errors import BadData
from sciml.jumps import JumpProcess, generator
from sciml.method import Info, Method, Outcome
from sciml.status import Status
from sciml.visits import Visits

CLEAN = 1e-3
"""rate of wrong labels below which labels are taken as true"""

LARGE = 50_000
"""visits with wrong labels from which a fit takes longer than "auto" spends"""


class Inference:
    """One inference: the network's answer, then its refinement where that pays.

    Raises
    ------
    BadData : the process has no data.
    """

    steps = 2

    def __init__(self, problem: JumpProcess, settings: Settings, seed: int) -> None:
        if problem.data is None:
            raise BadData(f"'{problem.name}' has no data.", "give visits: infer(data)")
        self.problem, self.settings, self.seed = problem, settings, seed
        self.visits: Visits = problem.data
        self.guess: Amortised | None = None
        self.expected = np.inf
        self.refined: Refined | None = None

    def init(self) -> Any:
        """Return the state before the first step: nothing is kept between runs."""
        return {"step": np.zeros(())}

    def step(self, state: Any) -> tuple[Any, Info]:
        """Return the next state: after the network, then after the refinement."""
        if state["step"] == 0:
            self._network()
            told = {} if self.guess is None else {"expected_error": self.expected}
            return {"step": state["step"] + 1}, Info(told)
        if self.guess is None:  # the run was resumed
            self._network()
        ends = Status.CONVERGED
        told = {}
        how = self._how()
        if how != "none":
            self.refined = refine(
                self.problem,
                self.visits,
                self.guess,
                how="map" if how == "both" else how,
                noisy=self._noisy(how),
                draws=self.settings.draws,
                seed=self.seed,
            )
            told["loglik"] = self.refined.loglik
            if not self.refined.converged:
                ends = Status.STALLED
        return {"step": state["step"] + 1}, Info(told, ends)

    def _network(self) -> None:
        """Ask the network, where it serves so many states."""
        if len(self.problem.states) > pretrained.SERVED:
            return
        counts = count(self.visits)
        heads = pretrained.heads(counts, self.problem.allowed)
        self.guess = amortised(heads, self.problem.allowed, float(counts.scale))
        self.expected = self.guess.relative_error(self.problem.allowed)

    def _how(self) -> str:
        """The refinement: as asked, or by the rule; "both" is the network and the posterior."""
        asked = self.settings.refine
        exact = self.visits.exact is not None
        given = self.problem.known_misclassification is not None
        if self.guess is None:
            return "ml" if asked in ("auto", "none") else asked
        if asked != "auto":
            return asked
        if exact or given:
            return "ml"
        if self._noisy("map") and len(self.visits.times) > LARGE:
            return "none"
        if self.expected < self.settings.plenty:
            return "ml"
        return "both" if self.expected < self.settings.fair else "none"

    def _noisy(self, how: str) -> bool | None:
        """Whether labels may be wrong; None: the likelihood's maximum decides."""
        if self.settings.noise != "auto":
            return self.settings.noise == "uniform"
        suspected = self.guess is not None and self.guess.noisy > 0.5
        return None if suspected and how == "ml" else suspected

    def finish(self, state: Any, status: Status) -> Outcome:
        """Return rates, intervals, and what follows from them."""
        del state
        if self.guess is None and self.refined is None:
            return Outcome(status, {}, {}, None)
        rates, lower, upper, draws = self._answer()
        initial = self.refined.initial if self.refined is not None else self.guess.initial  # type: ignore[union-attr]
        noise = self._noise()
        value: dict[str, Any] = {
            "states": list(self.problem.states),
            "rates": rates.tolist(),
            "lower": lower.tolist(),
            "upper": upper.tolist(),
            "level": self.settings.level,
            "link_probability": None if self.guess is None else self.guess.link.tolist(),
            "initial": initial.tolist(),
            "noise": noise,
            "loglik": self._loglik(rates, noise),
            "obtained": self._obtained,
            **functionals(self._for_functionals(rates), draws, initial, self.settings.level),
        }
        if self.refined is not None and noise > 0:
            value["misclassification"] = self.refined.misclassification.tolist()
        metrics = {"visits": float(len(self.visits.times)), "paths": float(self.visits.paths)}
        if self.guess is not None:
            metrics["expected_error"] = self.expected
        params = {"rates": rates, "initial": initial, "start": self.visits.times.min()}
        arrays = {"rates": rates, "lower": lower, "upper": upper}
        said = cautions(
            self.problem,
            self.visits,
            rates,
            clean=noise <= CLEAN,
            served=self.guess is not None,
            determined=self.refined is None or self.refined.draws is not None,
        )
        return Outcome(status, value, metrics, params, arrays, said)

    @property
    def blended(self) -> bool:
        """Whether the answer is the mean of the network's and the posterior's."""
        return self.refined is not None and self._how() == "both"

    @property
    def _obtained(self) -> str:
        if self.refined is None:
            return "network"
        return f"network and {self.refined.how}" if self.blended else self.refined.how

    def _loglik(self, rates: np.ndarray, noise: float) -> float | None:
        """Of the answer; the network alone, where asked for, spends no time on it."""
        if self.refined is not None and not self.blended:
            return self.refined.loglik
        large = noise > 0 and len(self.visits.times) > LARGE
        if self.settings.refine == "none" or large:
            return None
        return log_likelihood(self.problem, self.visits, rates, noise if noise > CLEAN else 0.0)

    def _noise(self) -> float:
        if self.refined is not None:
            return float(1 - np.mean(np.diag(self.refined.misclassification)))
        assert self.guess is not None
        return self.guess.noise if self.settings.noise != "none" else 0.0

    def _answer(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
        """Rates, the ends of their intervals, and draws."""
        tail = (1 - self.settings.level) / 2
        if self.refined is None:
            assert self.guess is not None
            rng = np.random.default_rng(self.seed)
            draws = self.guess.draws(self.settings.draws, rng)
            ends = (self.guess.quantile(tail), self.guess.quantile(1 - tail))
            low, high = (np.where(self.problem.allowed, e, 0.0) for e in ends)
            return self.guess.rates, low, high, draws
        rates, found = self.refined.rates, self.refined.draws
        if found is None:
            return rates, np.zeros_like(rates), np.full_like(rates, np.inf), None
        if self.guess is None:
            draws, spiked = found, self._bounded(found)
        else:
            draws, spiked = self._with_links(found)
        if self.blended:
            rates, draws, spiked = self._with_network(rates, draws, spiked)
        lower, upper = np.quantile(spiked, [tail, 1 - tail], axis=0)
        lower = np.where(self.problem.allowed, np.minimum(lower, rates), 0.0)
        upper = np.where(self.problem.allowed, np.maximum(upper, rates), 0.0)
        return rates, lower, upper, draws

    def _with_links(self, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Draws with rates that ran to zero from the network, without and with absent links.

        The likelihood's curvature knows nothing of a link that may not exist, and nothing of a
        rate at zero: the network's posterior, of the same data, has both.
        """
        assert self.guess is not None
        assert self.refined is not None
        rng = np.random.default_rng(self.seed + 1)
        own = self.guess.draws(len(draws), rng)
        whole = np.where(self.refined.vanished, np.maximum(own, 0.0), draws)
        exists = rng.random(draws.shape) < self.guess.link
        spiked = np.where(self.refined.vanished | exists, whole, 0.0)
        small = 0.1 * np.maximum(self.guess.rates, 0.0)
        return generator(np.where(self.refined.vanished & (whole <= 0), small, whole)), spiked

    def _with_network(
        self, rates: np.ndarray, draws: np.ndarray, spiked: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The mean of both answers, and half of the draws from each."""
        assert self.guess is not None
        rng = np.random.default_rng(self.seed + 2)
        own = self.guess.draws(len(draws) - len(draws) // 2, rng)
        half = len(draws) // 2
        both = np.concatenate([draws[:half], own])
        return 0.5 * (rates + self.guess.rates), both, np.concatenate([spiked[:half], own])

    def _bounded(self, draws: np.ndarray) -> np.ndarray:
        """Draws in which a rate that ran to zero has the law that no jump in its time leaves."""
        assert self.refined is not None
        first, _, gaps = self.visits.pairs()
        held = np.bincount(self.visits.labels[first], gaps, draws.shape[-1])
        rng = np.random.default_rng(self.seed + 1)
        own = rng.exponential(1 / np.maximum(held, 1e-300)[:, None], draws.shape)
        return generator(np.where(self.refined.vanished, own, draws))

    def _for_functionals(self, rates: np.ndarray) -> np.ndarray:
        """The rates, with those that ran to zero at what the network expects of them."""
        if self.refined is None or self.guess is None:
            return rates
        return generator(np.where(self.refined.vanished, self.guess.rates, rates))


def evaluate(
    problem: Any, config: Any, params: Any, points: Float[np.ndarray, "n d"]
) -> Float[np.ndarray, "n k"]:
    """Return the probability of each state at times [n, 1], from the first time of the data on."""
    del problem, config
    times = np.asarray(points, float)[:, 0] - float(params["start"])
    return observables.occupancy(
        np.asarray(params["rates"], float), np.asarray(params["initial"], float), times
    )


def _infer(data: Any, **options: Any) -> Any:
    from mjp.verb import infer

    return infer(data, **options)


def _pretrain(folder: Any, **options: Any) -> Any:
    from mjp.training import pretrain

    return pretrain(folder, **options)


METHOD = Method(
    name="mjp",
    label="pretrained network on counts of visits, refined on the exact likelihood",
    kind="jump process",
    config=Settings,
    prepare=Inference,  # type: ignore[arg-type]
    evaluate=evaluate,
    blas_threads=1,
    infer=_infer,
    pretrain=_pretrain,
)
"""the method, as `sciml.method` finds it"""
