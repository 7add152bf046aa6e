"""Gaussian processes with spectral-mixture priors for high-frequency, multi-scale equations."""
