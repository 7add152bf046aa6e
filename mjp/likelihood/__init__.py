"""The exact likelihood of panel data of a jump process, and estimates from it."""

from mjp.likelihood.estimate import Estimate, maximum_likelihood, maximum_posterior
from mjp.likelihood.langevin import Draws, laplace_draws, mala
from mjp.likelihood.model import Model, first_law, model
from mjp.likelihood.noise import Noise, clean, confusion, uniform, unknown_confusion
from mjp.likelihood.sojourn import jumps_over_holding, smoothed_rates
from mjp.likelihood.transitions import transition_matrices

__all__ = [
    "Draws",
    "Estimate",
    "Model",
    "Noise",
    "clean",
    "confusion",
    "first_law",
    "jumps_over_holding",
    "laplace_draws",
    "mala",
    "maximum_likelihood",
    "maximum_posterior",
    "model",
    "smoothed_rates",
    "transition_matrices",
    "uniform",
    "unknown_confusion",
]
