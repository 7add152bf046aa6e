"""Any domain, noise, unknown parameters: Bayesian regression on statements at scattered points.

In order: `given` is found out once, with the frequencies of `chords`, and `points` says where.
A level has functions (`space`), rows (`rows`) measured by `weights`, and a prior (`prior`);
`regression` is the linear algebra and its evidence, `gauss_newton` repeats it where rows are
nonlinear, from the places of `attempts`. `level` is one level of all this, `solve` goes from level
to level, `bands` makes the posterior of the last one, `task` is what the loop of `sciml` steps.
"""
