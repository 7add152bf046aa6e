"""Gaussian processes with spectral-mixture priors for high-frequency, multi-scale equations.

Start with `method`, then `route`, which decides in which room a problem is solved:

`boxes` : directly along the axes of a box, what most problems get.
`sparse` : with frequencies found by sparsity alone, from a source at a few points.
`scattered` : by Bayesian regression: other domains, noise, unknown parameters.
`chebyshev` : method `chebyshev`, the classical reference, apart from all of these.

`sparse` and `scattered` build on the axes of `boxes`, never the other way round. Beside them stands
what they share: functions of one axis (`legendre`, `features`, `spectrum`), residuals (`equation`),
samples (`interpolant`), the answer (`field`, `outcome`, `enrichment`), and `settings`. The
published method, `paper` with its `gram` and `kernels`, is a baseline of its own.
"""
