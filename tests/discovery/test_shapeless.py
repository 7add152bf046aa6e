"""Whether a law is believed: against no law at all, and against functions that look alike."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import j0

from benchmarks import laws
from discovery.ranking.law import Law, constant
from discovery.ranking.lookalikes import unlike
from discovery.ranking.refit import refit
from discovery.ranking.shapeless import CONFIDENT, lead
from discovery.ranking.space import Ordinary
from discovery.ranking.target import Fit, Target
from sciml import formula


def fitted(system: laws.System, noise: float, text: str, values: tuple[float, ...]) -> tuple:
    """A law fitted to simulated data: its target and the fit."""
    made = laws.problem("test", system, points=41, noise=noise, seed=3)
    records = made.data
    assert records is not None
    spaces = tuple(Ordinary(made, e, 0.0) for e in records.experiments)
    starts = tuple(
        s.parameters(e.values[0]) for s, e in zip(spaces, records.experiments, strict=True)
    )
    sigma = np.maximum(
        noise * np.mean(np.abs(records.experiments[0].values), 0), 1e-6 * records.spreads
    )
    target = Target(made, records, sigma, spaces, starts)
    names = [*made.hidden[0].inputs, *(constant(i).name for i in range(len(values)))]
    fit = refit(target, Law((formula.parse(text, names),), values), rtol=1e-9)
    assert isinstance(fit, Fit)
    return target, fit


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.05])
def test_a_true_law_beats_no_law(noise: float) -> None:
    target, fit = fitted(laws.FORMS["predation"], noise, "c0_*x*y", (-0.8,))
    assert lead(target, fit)[0] > CONFIDENT


def test_a_long_formula_for_another_function_does_not() -> None:
    system = laws._driven(lambda x: 1.5 * j0(4.0 * x))
    text = "c0_*sin(c1_*x) + c2_*cos(c3_*x) + c4_/(x^2 + c5_)"
    target, fit = fitted(system, 0.01, text, (0.7, 4.2, 0.4, 4.7, 0.1, 0.1))
    assert lead(target, fit)[0] < CONFIDENT


def test_only_good_data_tell_a_hyperbolic_tangent_from_other_sigmoids() -> None:
    told = {
        noise: unlike(*fitted(laws.FORMS["tanh"], noise, "c0_*tanh(c1_*v)", (-0.5, 4.5)), 6.0)
        for noise in (0.01, 0.1)
    }
    assert told[0.01] == []
    assert "in its place" in told[0.1][0]
