"""Small systems for the tests of discovery."""

import numpy as np

import sciml
from discovery.ranking.law import Law
from discovery.ranking.space import Ordinary
from discovery.ranking.target import Target
from sciml import formula


def predators(**settings):
    return sciml.get("lotka_volterra", **settings)


def target(problem, relative=0.005):
    """What laws are fitted to, with the noise given by hand and the first data as start."""
    experiments = problem.data.experiments
    sigma = relative * np.nanmean(np.abs(experiments[0].values), axis=0)
    spaces = tuple(Ordinary(problem, e, float(e.times[0])) for e in experiments)
    starts = tuple(s.parameters(e.values[0]) for s, e in zip(spaces, experiments, strict=True))
    return Target(problem, problem.data, sigma, spaces, starts)


def law(problem, *texts, values):
    """A law from formulas in c0_, c1_, …"""
    constants = [f"c{i}_" for i in range(len(values))]
    terms = tuple(
        formula.parse(t, [*h.inputs, *constants])
        for t, h in zip(texts, problem.hidden, strict=True)
    )
    return Law(terms, tuple(values))


def truth(problem, values=(-0.5, 0.5)):
    return law(problem, "c0_*x*y", "c1_*x*y", values=values)
