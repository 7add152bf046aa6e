"""What follows from rates: stationary law, relaxation and passage times, entropy production."""

from __future__ import annotations

from typing import Any

import numpy as np

from mjp import observables


def functionals(
    rates: np.ndarray, draws: np.ndarray | None, initial: np.ndarray, level: float
) -> dict[str, Any]:
    """What follows from the rates, each with an interval by pushing draws through it.

    Where several states are never left, the law at the start decides between them.

    Entropy production grows with every error of the rates: by how much, the draws tell, and it is
    taken off the estimate; the interval is that of the draws reflected at the estimate
    (B. Efron and R. Tibshirani, An Introduction to the Bootstrap, section 13.3).
    """
    tail = (1 - level) / 2
    made: dict[str, Any] = {
        "stationary": observables.stationary(rates, initial).tolist(),
        "relaxation_times": observables.relaxation_times(rates).tolist(),
        "mfpt": observables.mfpt(rates).tolist(),
        "entropy_production": float(observables.entropy_production(rates, initial)),
    }
    if draws is None:
        return made
    laws = observables.stationary(draws, initial)
    made["stationary_interval"] = np.quantile(laws, [tail, 1 - tail], axis=0).tolist()
    slow = observables.slowest(draws)
    if np.all(np.isfinite(slow)):
        made["slowest_interval"] = np.quantile(slow, [tail, 1 - tail]).tolist()
    produced = observables.entropy_production(draws, initial)
    here = made["entropy_production"]
    if np.isfinite(here) and np.all(np.isfinite(produced)):
        low, high = np.quantile(produced, [tail, 1 - tail])
        made["entropy_production"] = max(2 * here - float(np.median(produced)), 0.0)
        made["entropy_production_interval"] = [max(2 * here - high, 0.0), max(2 * here - low, 0.0)]
    return made
